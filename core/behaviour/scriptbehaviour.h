// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/malformed.h"
#include "core/behaviour/scriptprocess.h"
#include "core/behaviour/source.h"
#include "core/framing/framer.h"

#include <deque>
#include <memory>
#include <mutex>

namespace sw {

/// A file with a script. Any thread; what runs it is made and used by the I/O thread only.
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

/// What the connections of one listener share: the script's process, begun when it listens. Made by any thread; used on
/// the I/O thread.
class SharedScript {
public:
    explicit SharedScript(std::shared_ptr<ScriptSource> source) : m_source(std::move(source)) {}
    ~SharedScript();
    SharedScript(const SharedScript&) = delete;
    SharedScript& operator=(const SharedScript&) = delete;
    SharedScript(SharedScript&&) = delete;
    SharedScript& operator=(SharedScript&&) = delete;

    /// Begins the process, or has it read the script again, unless what runs is what the file says. `store` and what
    /// connections keep in `data` stay.
    void prepare();
    /// Takes no connection until the script was read.
    void setListener(const ListenerHandle& listener);
    ScriptProcess& process() { return *m_process; }
    bool hasProcess() const { return m_process != nullptr; }
    /// The script as a whole cannot be run.
    std::optional<ScriptFailure> problem() const;
    const FramerSpec& framer() const { return m_framer; }

private:
    void loadingEnded();

    std::shared_ptr<ScriptSource> m_source;
    std::shared_ptr<ScriptProcess> m_process;
    std::optional<ListenerHandle> m_listener;
    quint64 m_version = 0;
    FramerSpec m_framer;
    std::optional<ScriptFailure> m_framerProblem;
};

/// The listener's side of a script: it is loaded when the listener is bound, and hears of its end. The I/O thread.
class ScriptListener final : public ListenerBehaviour {
public:
    explicit ScriptListener(std::shared_ptr<SharedScript> shared) : m_shared(std::move(shared)) {}

    void listening(const ListenerHandle& listener) override;
    void listenerClosed(const ClosingRecord& closing) override;
    bool hasMoreToTell() const override;

private:
    std::shared_ptr<SharedScript> m_shared;
};

/// One connection's side of a script; its functions are those of scriptHooks(), all of which may be missing. An error
/// in one is recorded with its place, and the connection goes on; only an acceptor that fails, or a script that cannot
/// be run at all, refuses it. What arrives waits while the script is busy, and the peer with it. The I/O thread.
class ScriptBehaviour final : public Behaviour, private ScriptClient {
public:
    explicit ScriptBehaviour(std::shared_ptr<SharedScript> shared) : m_shared(std::move(shared)) {}
    ~ScriptBehaviour() override;
    ScriptBehaviour(const ScriptBehaviour&) = delete;
    ScriptBehaviour& operator=(const ScriptBehaviour&) = delete;
    ScriptBehaviour(ScriptBehaviour&&) = delete;
    ScriptBehaviour& operator=(ScriptBehaviour&&) = delete;

    Acceptance acceptor(LocalEnd& local) override;
    void opened(LocalEnd& local) override;
    void writable(LocalEnd& local) override;
    void filter(LocalEnd& local, QByteArrayView bytes) override;
    bool offered(LocalEnd& local, QByteArrayView bytes) override;
    void secured(LocalEnd& local) override;
    void woken(LocalEnd& local, quint64 token) override;
    void endOfStream(LocalEnd& local) override;
    void sentinel(const ClosingRecord& closing) override;
    bool reload(LocalEnd& local) override;
    void takenOff(LocalEnd& local) override;
    bool hasMoreToTell() const override;
    bool leavesUnread() const override { return m_isHeldByScript; }

private:
    // ScriptClient
    void loaded() override;
    void decided(bool isTaken) override;
    void answered(ScriptHook hook) override;
    void failed(const ScriptFailure& failure) override;
    void send(const QByteArray& bytes) override;
    void act(ScriptAction action, const QString& text) override;
    void log(ScriptLogLevel level, const QString& text) override;
    void begunAnew(bool hasLostOwn) override;

    bool prepare(LocalEnd& local);
    ScriptProcess& process() const { return m_shared->process(); }
    void take(QByteArrayView bytes);
    void takeDatagram(QByteArrayView bytes);
    void work();
    void show(const Message& message);
    void startTls(const QString& options);
    void dropClearText();
    void updateHold();

    std::shared_ptr<SharedScript> m_shared;
    LocalEnd* m_local = nullptr;
    int m_id = 0;
    Framer m_framer;
    MalformedReports m_malformed;
    QByteArray m_early;               // arrived before it was known how to split it
    std::deque<Message> m_waiting;    // messages that the script was not handed
    std::deque<qsizetype> m_atScript; // sizes of those that it was, and has not dealt with
    qsizetype m_bytesAtScript = 0;
    std::deque<QByteArray> m_kept; // offered by the user, until the script has seen it
    quint64 m_notShown = 0;        // datagrams that came faster than the script takes them
    bool m_isHeldByScript = false;
    bool m_isHeld = false;
    bool m_hasPeerEnded = false;
    bool m_hasToldPeerEnded = false;
    bool m_hasEnded = false;
    bool m_hasToldLate = false; // that it sends after the end
    bool m_awaitsReload = false;
    bool m_hasAskedForTls = false; // the script
    quint64 m_gap = 0;
    QElapsedTimer m_second;
    int m_said = 0;
};

/// The factory for a source: every connection of an endpoint shares what it makes.
BehaviourFactory makeScriptFactory(std::shared_ptr<ScriptSource> source);

} // namespace sw
