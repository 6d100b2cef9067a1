// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptbehaviour.h"

#include <QFileInfo>

namespace sw {

namespace {
constexpr quint64 gapTokens = 1ULL << 62U; // above those that scripts may use
constexpr quint64 workToken = gapTokens - 1;
constexpr int errorsPerSecond = 20;
constexpr qint64 roundTime = 100; // milliseconds; others wait for the I/O thread
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
    return tl::unexpected(
        Error{.id = ErrorId::ScriptFailed,
              .situation = QStringLiteral("script"),
              .detail = QStringLiteral("%1:%2: %3").arg(file, QString::number(line), error.toString()),
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
    if (!m_shared->runtime) {
        m_shared->runtime = std::make_unique<ScriptRuntime>(QFileInfo(m_shared->source->file()).fileName());
        load(&peer);
    }
    if (m_id == 0) {
        if (m_shared->version != m_shared->source->current().version)
            load(&peer); // it was read again while nobody was connected
        m_id = m_shared->runtime->add(peer);
        m_framer = Framer(m_shared->framer);
        if (m_shared->problem)
            fail(peer, *m_shared->problem);
    }
    return !m_shared->problem;
}

void ScriptBehaviour::load(Peer* peer) {
    const ScriptSource::Text text = m_shared->source->current();
    m_shared->version = text.version;
    m_shared->problem.reset();
    const auto framing = m_shared->runtime->load(text.text);
    if (!framing) {
        m_shared->problem = framing.error();
        return;
    }
    const auto spec = parseFramer(*framing);
    if (spec)
        m_shared->framer = *spec;
    else if (peer != nullptr)
        fail(*peer, spec.error());
}

bool ScriptBehaviour::reload(Peer& peer) {
    if (!prepare(peer) || m_shared->version != m_shared->source->current().version)
        load(&peer); // once for all that share it; `store` and what connections keep in `data` stay
    if (m_shared->problem)
        fail(peer, *m_shared->problem);
    else
        peer.tell(EventKind::BehaviourChanged, QStringLiteral("script read again"), {});
    if (m_framer.spec() != m_shared->framer)
        m_framer = Framer(m_shared->framer);
    return true;
}

std::optional<QJSValue> ScriptBehaviour::call(Peer& peer, const char* hook, QJSValueList arguments) {
    arguments.prepend(m_id);
    const auto shared = m_shared; // the call may end the connection, and this with it
    auto result = shared->runtime->call(peer, hook, arguments);
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
    QJsonObject facts{{QStringLiteral("error"), error.toJson()}};
    if (m_shared->runtime && !m_shared->runtime->stack().isEmpty())
        facts.insert(QStringLiteral("stack"), m_shared->runtime->stack());
    peer.tell(EventKind::BehaviourFailed, text, facts);
}

Acceptance ScriptBehaviour::acceptor(Peer& peer) {
    Acceptance decision;
    if (!prepare(peer) || !m_shared->runtime->has("acceptor"))
        return decision;
    const auto result = call(peer, "acceptor");
    decision.isTaken = !result || result->toBool(); // an error in it takes: the script can still be mended
    return decision;
}

void ScriptBehaviour::opened(Peer& peer) {
    if (prepare(peer))
        call(peer, "opened");
}

void ScriptBehaviour::message(Peer& peer, QByteArrayView content) {
    call(peer, "filter", {m_shared->runtime->bytes(content)});
}

void ScriptBehaviour::filter(Peer& peer, QByteArrayView bytes) {
    if (!prepare(peer) || m_hasEnded || !m_shared->runtime->has("filter"))
        return;
    if (peer.isDatagram()) {
        message(peer, bytes);
        return;
    }
    for (Message& one : m_framer.feed(bytes))
        m_waiting.push_back(std::move(one.content));
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
        const QByteArray content = std::move(m_waiting.front());
        m_waiting.pop_front();
        message(peer, content);
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
    if (prepare(peer) && m_shared->runtime->has("secured"))
        call(peer, "secured");
}

void ScriptBehaviour::offered(Peer& peer, QByteArrayView bytes) {
    if (prepare(peer) && !m_hasEnded && m_shared->runtime->has("sent"))
        call(peer, "offered", {m_shared->runtime->bytes(bytes)});
}

void ScriptBehaviour::woken(Peer& peer, quint64 token) {
    if (!prepare(peer) || m_hasEnded)
        return;
    if (token == workToken) {
        work(peer);
        return;
    }
    if (token < workToken) {
        if (m_shared->runtime->has("timer"))
            call(peer, "timer", {static_cast<double>(token)});
        return;
    }
    if (token != gapTokens + m_gap)
        return;
    if (auto one = m_framer.flush())
        m_waiting.push_back(std::move(one->content));
    if (!m_isWorking)
        work(peer);
}

void ScriptBehaviour::endOfStream(Peer& peer) {
    if (!prepare(peer)) {
        peer.close();
        return;
    }
    m_hasPeerEnded = true;
    if (m_isWorking)
        return; // when the script has seen what came before
    if (const auto rest = m_framer.flush(); rest && m_shared->runtime->has("filter"))
        message(peer, rest->content);
    if (m_hasEnded)
        return;
    if (m_shared->runtime->has("end"))
        call(peer, "end");
    else
        peer.close();
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
    return [shared = std::move(shared)]() -> std::unique_ptr<Behaviour> {
        return std::make_unique<ScriptBehaviour>(shared);
    };
}

} // namespace sw
