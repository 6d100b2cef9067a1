// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/malformed.h"
#include "core/behaviour/scriptruntime.h"
#include "core/behaviour/source.h"
#include "core/framing/framer.h"

#include <deque>
#include <memory>
#include <mutex>

namespace sw {

/// A file with a script. Any thread; the runtime is made and used by the I/O thread only.
class ScriptSource final : public BehaviourSource {
public:
    static Result<std::shared_ptr<ScriptSource>> open(const QString& file);

    QString file() const override { return m_file; }
    /// Reads the file and checks its syntax; nothing of it is run.
    Result<void> reload() override;

    struct Text {
        QString text;
        quint64 version = 0;
    };
    Text current() const;

private:
    QString m_file;
    mutable std::mutex m_mutex; // guards m_text
    Text m_text;
};

/// Whether a text is a script; nothing of it is run. The error's position is the line, from 1.
Result<void> checkScript(const QString& text, const QString& file);

/// What the connections of one listener share: the runtime, made when it listens. The I/O thread.
struct SharedScript {
    std::shared_ptr<ScriptSource> source;
    std::unique_ptr<ScriptRuntime> runtime{};
    std::optional<ListenerHandle> listener{};
    quint64 version = 0;
    FramerSpec framer{};
    std::optional<Error> problem{}; ///< the script as a whole cannot be run

    /// `teller`: records what the script logs while it is loaded.
    void prepare(EventTeller* teller);
    QJsonObject factsOf(const Error& error) const;
};

/// The listener's side of a script: it is loaded when the listener is bound, and hears of its end. The I/O thread.
class ScriptListener final : public ListenerBehaviour {
public:
    explicit ScriptListener(std::shared_ptr<SharedScript> shared) : m_shared(std::move(shared)) {}

    void listening(const ListenerHandle& listener) override;
    void listenerClosed(const ClosingRecord& closing) override;

private:
    std::shared_ptr<SharedScript> m_shared;
};

/// One connection's side of a script; its functions are those of scriptHooks(), all of which may be missing. An error
/// in one is recorded with its place, and the connection goes on; only an acceptor that fails, or a script that cannot
/// be run at all, refuses it. The I/O thread.
class ScriptBehaviour final : public Behaviour {
public:
    explicit ScriptBehaviour(std::shared_ptr<SharedScript> shared) : m_shared(std::move(shared)) {}
    ~ScriptBehaviour() override;
    ScriptBehaviour(const ScriptBehaviour&) = delete;
    ScriptBehaviour& operator=(const ScriptBehaviour&) = delete;
    ScriptBehaviour(ScriptBehaviour&&) = delete;
    ScriptBehaviour& operator=(ScriptBehaviour&&) = delete;

    Acceptance acceptor(Peer& peer) override;
    void opened(Peer& peer) override;
    void filter(Peer& peer, QByteArrayView bytes) override;
    void offered(Peer& peer, QByteArrayView bytes) override;
    void secured(Peer& peer) override;
    void woken(Peer& peer, quint64 token) override;
    void endOfStream(Peer& peer) override;
    void sentinel(const ClosingRecord& closing) override;
    bool reload(Peer& peer) override;

private:
    bool prepare(Peer& peer);
    void message(Peer& peer, const Message& message);
    void work(Peer& peer);
    bool has(const char* hook) const { return m_shared->runtime->has(m_id, hook); }
    std::optional<QJSValue> call(Peer& peer, const char* hook, const QJSValueList& arguments = {});
    void fail(Peer& peer, const Error& error);

    std::shared_ptr<SharedScript> m_shared;
    Peer* m_peer = nullptr;
    int m_id = 0;
    Framer m_framer;
    MalformedReports m_malformed;
    std::deque<Message> m_waiting; // messages that the script has not seen
    bool m_isWorking = false;      // woken() goes on with them
    bool m_hasPeerEnded = false;
    bool m_hasEnded = false;
    quint64 m_gap = 0;
    QElapsedTimer m_second;
    int m_said = 0;
};

/// The factory for a source: every connection of an endpoint shares what it makes.
BehaviourFactory makeScriptFactory(std::shared_ptr<ScriptSource> source);

} // namespace sw
