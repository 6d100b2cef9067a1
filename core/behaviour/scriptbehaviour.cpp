// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptbehaviour.h"

#include <QRegularExpression>

namespace sw {

namespace {
constexpr quint64 gapTokens = 1ULL << 62U; // above those that scripts may use
constexpr quint64 workToken = gapTokens - 1;
constexpr int errorsPerSecond = 20;
constexpr qint64 roundTime = 100; // milliseconds; others wait for the I/O thread

/// What a line that cannot be read was probably meant to do, and what to write here instead.
QString syntaxHint(const QString& line) {
    static const QRegularExpression importing(QStringLiteral("^\\s*import\\b|\\bimport\\s*\\("));
    static const QRegularExpression exporting(QStringLiteral("^\\s*export\\b"));
    static const QRegularExpression async(QStringLiteral("\\basync\\b|\\bawait\\b"));
    if (importing.match(line).hasMatch())
        return QStringLiteral(" (there is no import: a script is one file without modules; `swright list script` shows "
                              "what it can use)");
    if (exporting.match(line).hasMatch())
        return QStringLiteral(" (leave out “export”: functions at the top of the file are found by their names)");
    if (async.match(line).hasMatch())
        return QStringLiteral(" (there is no async and await: functions are called when something happens)");
    return {};
}
} // namespace

Result<void> checkScript(const QString& text, const QString& file) {
    // the constructor reads it as the body of one function, which is not called
    QJSEngine engine;
    const QJSValue checked = engine.globalObject().property(QStringLiteral("Function")).callAsConstructor({text});
    if (!checked.isError())
        return {};
    // It does not say where. A program does, which is parsed as a whole before any of it runs; should this one be good
    // after all, it throws before its second line, where the script begins.
    const QJSValue placed = engine.evaluate(QStringLiteral("throw null;\n") + text, file, 0);
    const QJSValue& error = placed.isError() ? placed : checked;
    const int line = std::max(error.property(QStringLiteral("lineNumber")).toInt(), 1);
    return tl::unexpected(Error{.id = ErrorId::ScriptFailed,
                                .situation = QStringLiteral("script"),
                                .detail = QStringLiteral("%1:%2: %3%4")
                                              .arg(file, QString::number(line), error.toString(),
                                                   syntaxHint(text.section(QLatin1Char('\n'), line - 1, line - 1))),
                                .position = line});
}

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
    if (m_shared->runtime && m_id != 0)
        m_shared->runtime->remove(m_id);
}

/// The runtime, and this connection in it; false where the script cannot be run.
bool ScriptBehaviour::prepare(Peer& peer) {
    m_peer = &peer;
    if (!m_shared->runtime || m_id == 0) {
        m_shared->prepare(&peer); // it may have been read again while nobody was connected
        m_id = m_shared->runtime->add(peer);
        m_framer = Framer(m_shared->framer);
        if (m_shared->problem)
            fail(peer, *m_shared->problem);
    }
    return !m_shared->problem;
}

bool ScriptBehaviour::reload(Peer& peer) {
    prepare(peer);
    m_shared->prepare(&peer);
    if (m_shared->problem)
        fail(peer, *m_shared->problem);
    else
        peer.tell(EventKind::BehaviourChanged, QStringLiteral("script read again"), {});
    if (m_framer.spec() != m_shared->framer)
        m_framer = Framer(m_shared->framer);
    return true;
}

std::optional<QJSValue> ScriptBehaviour::call(Peer& peer, const char* hook, const QJSValueList& arguments) {
    const auto shared = m_shared; // the call may end the connection, and this with it
    auto result = shared->runtime->call(m_id, hook, arguments);
    if (result)
        return *result;
    fail(peer, result.error());
    return std::nullopt;
}

void ScriptBehaviour::fail(Peer& peer, const Error& error) {
    constexpr qint64 second = 1000;
    if (!m_second.isValid() || m_second.elapsed() >= second) {
        m_second.start();
        m_said = 0;
    }
    if (++m_said > errorsPerSecond)
        return;
    QString text = error.detail;
    if (m_said == errorsPerSecond)
        text += QStringLiteral(" (further errors of this second are left out)");
    peer.tell(EventKind::BehaviourFailed, text, m_shared->factsOf(error));
}

/// Whoever guards a door with a script wants it shut when the script fails.
Acceptance ScriptBehaviour::acceptor(Peer& peer) {
    Acceptance decision;
    if (!prepare(peer)) {
        decision.isTaken = false;
    } else if (has("acceptor")) {
        const auto result = call(peer, "acceptor");
        decision.isTaken = result && result->toBool();
    }
    return decision;
}

void ScriptBehaviour::opened(Peer& peer) {
    if (prepare(peer))
        call(peer, "opened");
}

void ScriptBehaviour::message(Peer& peer, const Message& message) {
    if (message.isWhole()) {
        if (has("filter"))
            call(peer, "filter", {m_shared->runtime->bytes(message.content)});
        return;
    }
    m_malformed.tell(peer, message, QStringLiteral("received"));
    if (has("malformed"))
        call(peer, "malformed", {m_shared->runtime->bytes(message.raw), message.whyNotWhole()});
}

void ScriptBehaviour::filter(Peer& peer, QByteArrayView bytes) {
    if (!prepare(peer) || m_hasEnded)
        return;
    if (peer.isDatagram()) {
        message(peer, {.content = bytes.toByteArray(), .raw = {}});
        return;
    }
    for (Message& one : m_framer.feed(bytes))
        m_waiting.push_back(std::move(one));
    if (m_framer.spec().framing == Framing::IdleGap && m_framer.pending() > 0)
        peer.wake(m_framer.spec().gap, gapTokens + ++m_gap);
    if (!m_isWorking)
        work(peer);
}

/// Shows the script what waits, for a while; the rest later, so that one connection does not keep all others waiting.
void ScriptBehaviour::work(Peer& peer) {
    QElapsedTimer round;
    round.start();
    const bool wasWorking = std::exchange(m_isWorking, false);
    while (!m_waiting.empty() && !m_hasEnded) {
        if (round.elapsed() >= roundTime) {
            m_isWorking = true;
            if (!wasWorking)
                peer.holdReceiving(true);
            peer.wake(std::chrono::milliseconds(1), workToken);
            return;
        }
        const Message next = std::move(m_waiting.front());
        m_waiting.pop_front();
        message(peer, next);
        if (m_hasEnded || !peer.isStartingTls())
            continue;
        if (!m_waiting.empty() || m_framer.pending() > 0)
            peer.tell(EventKind::Warning,
                      QStringLiteral("what came in clear text after TLS was asked for is not taken"), {});
        m_waiting.clear(); // somebody on the way could have put it there
        m_framer = Framer(m_shared->framer);
    }
    if (m_hasEnded)
        return;
    if (wasWorking)
        peer.holdReceiving(false);
    if (m_hasPeerEnded)
        endOfStream(peer);
}

void ScriptBehaviour::secured(Peer& peer) {
    if (prepare(peer) && has("secured"))
        call(peer, "secured");
}

void ScriptBehaviour::offered(Peer& peer, QByteArrayView bytes) {
    if (prepare(peer) && !m_hasEnded && has("sent"))
        call(peer, "sent", {m_shared->runtime->bytes(bytes)});
}

void ScriptBehaviour::woken(Peer& peer, quint64 token) {
    if (!prepare(peer) || m_hasEnded)
        return;
    if (token == workToken) {
        work(peer);
        return;
    }
    if (token < workToken)
        m_shared->runtime->alarmOver(m_id);
    if (token >= ScriptHost::alarmTokens && token < workToken) {
        if (const auto done = m_shared->runtime->fire(m_id, token); !done)
            fail(peer, done.error());
        return;
    }
    if (token < workToken) {
        if (has("timer"))
            call(peer, "timer", {static_cast<double>(token)});
        return;
    }
    if (token != gapTokens + m_gap)
        return;
    if (auto one = m_framer.flush())
        m_waiting.push_back(std::move(*one));
    if (!m_isWorking)
        work(peer);
}

void ScriptBehaviour::endOfStream(Peer& peer) {
    if (!prepare(peer)) {
        peer.closeAfterPeer();
        return;
    }
    m_hasPeerEnded = true;
    if (m_isWorking)
        return; // when the script has seen what came before
    if (const auto rest = m_framer.flush())
        message(peer, *rest);
    if (m_hasEnded)
        return;
    if (has("end"))
        call(peer, "end");
    else
        peer.closeAfterPeer();
}

void ScriptBehaviour::sentinel(const ClosingRecord& closing) {
    if (std::exchange(m_hasEnded, true) || m_peer == nullptr || m_id == 0 || m_shared->problem)
        return;
    call(*m_peer, "sentinel", {closing.cause, closing.text});
    m_shared->runtime->remove(m_id);
}

BehaviourFactory makeScriptFactory(std::shared_ptr<ScriptSource> source) {
    // made by the factory's owner, filled on the I/O thread
    auto shared = std::make_shared<SharedScript>(SharedScript{.source = std::move(source)});
    auto listener = std::make_shared<ScriptListener>(shared);
    return {[shared = std::move(shared)]() -> std::unique_ptr<Behaviour> {
                return std::make_unique<ScriptBehaviour>(shared);
            },
            std::move(listener)};
}

} // namespace sw
