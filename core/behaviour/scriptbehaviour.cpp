// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptbehaviour.h"

#include "core/behaviour/scriptchecker.h"

namespace sw {

namespace {
constexpr quint64 gapTokens = 1ULL << 62U;
constexpr int errorsPerSecond = 20;
/// So much of one connection is at the script at once: others of the same script wait for it.
constexpr std::size_t mostAtScript = 64;
constexpr qsizetype mostBytesAtScript = 262144;
constexpr std::size_t mostDatagrams = 4096;
} // namespace

Result<std::shared_ptr<ScriptSource>> ScriptSource::open(const QString& file) {
    auto source = std::make_shared<ScriptSource>();
    source->m_file = file;
    if (const auto done = source->reload(); !done)
        return tl::unexpected(done.error());
    return source;
}

Result<void> ScriptSource::reload() {
    const auto text = readTextFile(m_file, QStringLiteral("script"));
    if (!text)
        return tl::unexpected(text.error());
    if (auto checked = checkScript(*text, m_file); !checked)
        return checked;
    const std::lock_guard lock(m_mutex);
    m_text = {*text, m_text.version + 1};
    return {};
}

ScriptSource::Text ScriptSource::current() const {
    const std::lock_guard lock(m_mutex);
    return m_text;
}

ScriptBehaviour::~ScriptBehaviour() {
    if (m_id != 0)
        process().remove(m_id);
}

/// Makes this connection known to the script; false where that cannot be run.
bool ScriptBehaviour::prepare(LocalEnd& local) {
    m_local = &local;
    if (m_id == 0) {
        m_shared->prepare(); // it may have been read again while nobody was connected
        m_id = process().add(*this, local);
        m_framer = Framer(m_shared->framer());
        if (const auto problem = m_shared->problem())
            failed(*problem);
    }
    return !m_shared->problem();
}

bool ScriptBehaviour::reload(LocalEnd& local) {
    prepare(local);
    m_awaitsReload = true;
    m_shared->prepare();
    if (process().isLoaded())
        loaded(); // another connection had it read again
    return true;
}

void ScriptBehaviour::loaded() {
    if (m_hasEnded)
        return;
    const bool isAgain = std::exchange(m_awaitsReload, false);
    if (const auto problem = m_shared->problem()) {
        failed(*problem);
        m_early.clear();
        m_waiting.clear();
        updateHold();
        if (m_hasPeerEnded && !std::exchange(m_hasToldPeerEnded, true))
            m_local->closeAfterPeer();
        return;
    }
    if (isAgain)
        m_local->tell(EventKind::BehaviourChanged, sentence(QT_TRANSLATE_NOOP("Core", "script read again")), {});
    if (m_framer.spec() != m_shared->framer())
        m_framer = Framer(m_shared->framer());
    if (!m_early.isEmpty())
        take(std::exchange(m_early, {}));
    work();
}

void ScriptBehaviour::failed(const ScriptFailure& failure) {
    constexpr qint64 second = 1000;
    if (!m_second.isValid() || m_second.elapsed() >= second) {
        m_second.start();
        m_said = 0;
    }
    if (++m_said > errorsPerSecond)
        return;
    QString text = failure.error.detail;
    if (m_said == errorsPerSecond)
        text += QStringLiteral(" (further errors of this second are left out)");
    m_local->tell(EventKind::BehaviourFailed, text, failure.facts());
}

Acceptance ScriptBehaviour::acceptor(LocalEnd& local) {
    Acceptance decision;
    decision.isTaken = prepare(local);
    decision.isPending = decision.isTaken;
    if (decision.isPending)
        process().call(m_id, ScriptHook::Acceptor);
    return decision;
}

void ScriptBehaviour::decided(bool isTaken) {
    m_local->decide(isTaken && !m_shared->problem());
}

void ScriptBehaviour::opened(LocalEnd& local) {
    if (prepare(local))
        process().call(m_id, ScriptHook::Opened);
}

void ScriptBehaviour::writable(LocalEnd&) {
    if (!m_waiting.empty())
        work();
}

void ScriptBehaviour::secured(LocalEnd& local) {
    if (!prepare(local))
        return;
    dropClearText(); // the handshake may be over before beginTls() has returned
    m_hasAskedForTls = false;
    process().call(m_id, ScriptHook::Secured);
}

void ScriptBehaviour::filter(LocalEnd& local, QByteArrayView bytes) {
    if (!prepare(local) || m_hasEnded)
        return;
    if (local.isDatagram()) {
        takeDatagram(bytes);
    } else if (process().isLoaded()) {
        take(bytes);
        work();
    } else {
        m_early.append(bytes);
        updateHold();
    }
}

void ScriptBehaviour::take(QByteArrayView bytes) {
    for (Message& one : m_framer.feed(bytes))
        m_waiting.push_back(std::move(one));
    if (m_framer.spec().framing == Framing::IdleGap && m_framer.pending() > 0)
        m_local->wake(m_framer.spec().gap, gapTokens + ++m_gap);
}

/// Datagrams have no window: what comes faster than the script takes it is recorded, and not shown to the script.
void ScriptBehaviour::takeDatagram(QByteArrayView bytes) {
    if (m_waiting.size() >= mostDatagrams) {
        ++m_notShown;
        return;
    }
    m_waiting.push_back({.content = bytes.toByteArray(), .raw = {}});
    work();
}

/// Hands the script what waits, as far as it has room for it.
void ScriptBehaviour::work() {
    while (
        !m_waiting.empty() && !m_hasEnded && process().isLoaded() && m_atScript.size() < mostAtScript &&
        m_bytesAtScript < mostBytesAtScript && (m_atScript.empty() || process().wantsMore()) &&
        (m_local->isDatagram() || m_local->wantsMore())) { // a slow reader of its answers stops the script's questions
        const Message next = std::move(m_waiting.front());
        m_waiting.pop_front();
        show(next);
    }
    if (m_hasEnded)
        return;
    updateHold();
    process().flush();
    if (m_hasEnded || !m_hasPeerEnded || m_hasToldPeerEnded || !m_waiting.empty() || !process().isLoaded())
        return;
    m_hasToldPeerEnded = true;
    if (const auto rest = m_framer.flush())
        show(*rest);
    process().call(m_id, ScriptHook::End);
}

void ScriptBehaviour::show(const Message& message) {
    if (!message.isWhole())
        m_malformed.tell(*m_local, message, QStringLiteral("received"));
    const QByteArray& bytes = message.isWhole() ? message.content : message.raw;
    m_atScript.push_back(bytes.size());
    m_bytesAtScript += bytes.size();
    if (message.isWhole())
        process().call(m_id, ScriptHook::Filter, bytes);
    else
        process().call(m_id, ScriptHook::Malformed, bytes, message.whyNotWhole());
}

void ScriptBehaviour::updateHold() {
    const bool isFull = !m_waiting.empty() || !m_early.isEmpty();
    const bool isToHold = m_isHeldByScript || isFull;
    if (m_hasEnded || m_isHeld == isToHold)
        return;
    m_isHeld = isToHold;
    sw::holdReceiving(*m_local, isToHold);
}

void ScriptBehaviour::begunAnew(bool hasLostOwn) {
    m_isHeldByScript = false; // nobody would resume it
    updateHold();
    if (!m_hasEnded && hasLostOwn)
        m_local->abortBecause(
            QStringLiteral("reset by us: the script was begun anew, and the functions that its acceptor "
                           "gave for this connection are gone"),
            std::nullopt);
}

void ScriptBehaviour::answered(ScriptHook hook) {
    if (hook == ScriptHook::Acceptor)
        m_local->decide(false); // nothing, unless nobody did
    if (hook == ScriptHook::Sent && !m_kept.empty()) {
        const QByteArray bytes = std::move(m_kept.front());
        m_kept.pop_front();
        sw::sendKept(*m_local, bytes);
    }
    if ((hook != ScriptHook::Filter && hook != ScriptHook::Malformed) || m_atScript.empty())
        return;
    m_bytesAtScript -= m_atScript.front();
    m_atScript.pop_front();
    if (m_hasEnded)
        return;
    if (m_waiting.empty() && m_notShown > 0)
        m_local->tell(
            EventKind::Warning,
            sentence(QT_TRANSLATE_NOOP("Core",
                                       "%1 datagrams came faster than the script takes them, and were not shown to it"),
                     std::exchange(m_notShown, 0U)),
            {});
    work();
}

bool ScriptBehaviour::offered(LocalEnd& local, QByteArrayView bytes) {
    const bool canRun = prepare(local);
    if (!canRun)
        takenOff(local); // what was kept goes first
    if (!canRun || m_hasEnded || (!process().hearsSent(m_id) && m_kept.empty()))
        return false;
    if (!local.isDatagram())
        m_kept.push_back(bytes.toByteArray());
    process().call(m_id, ScriptHook::Sent, bytes.toByteArray());
    return !local.isDatagram();
}

void ScriptBehaviour::woken(LocalEnd&, quint64 token) {
    if (m_hasEnded || token != gapTokens + m_gap)
        return;
    if (auto one = m_framer.flush())
        m_waiting.push_back(std::move(*one));
    work();
}

void ScriptBehaviour::endOfStream(LocalEnd& local) {
    m_hasPeerEnded = true;
    if (prepare(local))
        work();
    else if (!std::exchange(m_hasToldPeerEnded, true))
        local.closeAfterPeer();
}

void ScriptBehaviour::takenOff(LocalEnd& local) {
    for (const QByteArray& bytes : std::exchange(m_kept, {}))
        sw::sendKept(local, bytes);
}

void ScriptBehaviour::sentinel(const ClosingRecord& closing) {
    if (std::exchange(m_hasEnded, true) || m_local == nullptr || m_id == 0)
        return;
    m_waiting.clear();
    m_kept.clear();
    if (!m_shared->problem())
        process().call(m_id, ScriptHook::Sentinel, {}, causeName(closing.cause), closing.text.toText());
}

bool ScriptBehaviour::hasMoreToTell() const {
    // while it is open: an answer may come
    const bool isAnswering = !m_hasEnded && (!m_atScript.empty() || !m_waiting.empty());
    return m_id != 0 && (isAnswering || process().awaits(m_id, ScriptHook::Sentinel));
}

void ScriptBehaviour::send(const QByteArray& bytes) {
    if (!m_hasEnded)
        m_local->sendShared(bytes);
    else if (!std::exchange(m_hasToldLate, true))
        m_local->tell(EventKind::NotSent,
                      sentence(QT_TRANSLATE_NOOP(
                          "Core", "not sent: the connection had ended before the script sent its answer.")),
                      {});
}

void ScriptBehaviour::log(ScriptLogLevel level, const QString& text) {
    process().tellLog(*m_local, level, text);
}

void ScriptBehaviour::act(ScriptAction action, const QString& text) {
    if (m_hasEnded)
        return; // closing what has ended is no mistake
    if (action == ScriptAction::StartTls) {
        startTls(text);
    } else if (action == ScriptAction::Pause || action == ScriptAction::Resume) {
        m_isHeldByScript = action == ScriptAction::Pause;
        updateHold();
    } else {
        process().carryOut(*m_local, action, text);
    }
}

void ScriptBehaviour::startTls(const QString& options) {
    m_hasAskedForTls = true;
    process().beginTls(m_id, *m_local, options);
    if (m_hasEnded || !isStartingTls(*m_local))
        return;
    dropClearText();
    updateHold();
}

/// What came in clear text after TLS was asked for is not taken: somebody on the way could have put it there. The
/// script's process drops what it has of that and says so, once; it gets one piece of what is still here for that.
void ScriptBehaviour::dropClearText() {
    process().forgetText(m_id);
    const bool isTextLeft = !m_waiting.empty() || !m_early.isEmpty() || m_framer.pending() > 0;
    m_waiting.clear();
    m_early.clear();
    m_framer = Framer(m_shared->framer());
    if (isTextLeft && m_hasAskedForTls)
        show({.content = QByteArrayLiteral("clear text"), .raw = {}});
    else if (isTextLeft) // somebody else began TLS
        m_local->tell(EventKind::Warning,
                      sentence(QT_TRANSLATE_NOOP("Core", "what came in clear text before TLS is not taken")), {});
}

BehaviourFactory makeScriptFactory(std::shared_ptr<ScriptSource> source) {
    // made by the factory's owner, filled on the I/O thread
    auto shared = std::make_shared<SharedScript>(std::move(source));
    auto listener = std::make_shared<ScriptListener>(shared);
    return {[shared = std::move(shared)]() -> std::unique_ptr<Behaviour> {
                return std::make_unique<ScriptBehaviour>(shared);
            },
            std::move(listener)};
}

} // namespace sw
