// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/behaviour/scriptmessages.h"
#include "core/endpoint/behaviour.h"
#include "core/endpoint/listenerhandle.h"

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QTimer>

#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>

namespace sw {

/// What went wrong in a script, with its place, and the stack for the event log.
struct ScriptFailure {
    Error error;
    QString stack;

    Facts facts() const;
};

/// What a connection hears of its script. The thread of the ScriptProcess.
class ScriptClient {
public:
    virtual ~ScriptClient() = default;
    ScriptClient(const ScriptClient&) = delete;
    ScriptClient& operator=(const ScriptClient&) = delete;
    ScriptClient(ScriptClient&&) = delete;
    ScriptClient& operator=(ScriptClient&&) = delete;

    /// The script runs, or cannot be run (ScriptProcess::problem()).
    virtual void loaded() {}
    /// What its acceptor decided.
    virtual void decided(bool /*isTaken*/) {}
    /// A call is over, well or not.
    virtual void answered(ScriptHook /*hook*/) {}
    virtual void failed(const ScriptFailure& failure) = 0;
    /// What the script asks for.
    virtual void send(const QByteArray& bytes) = 0;
    virtual void act(ScriptAction action, const QString& text) = 0;
    virtual void log(ScriptLogLevel level, const QString& text) = 0;
    /// What a line gave.
    virtual void value(const QString& /*text*/, bool /*isError*/) {}
    /// The script was begun anew: it holds nothing any more. `hasLostOwn`: the functions that its acceptor gave for
    /// this connection are gone.
    virtual void begunAnew(bool /*hasLostOwn*/) {}

protected:
    ScriptClient() = default;
};

/// A script (or a session of a console) in a process of its own, which the system limits: the program's own command
/// line tool with a hidden command (runScriptWorker()). Calls are answered later, in order. A process that does not
/// answer in time, or ends by itself, is begun anew: the call that did it has failed, those that waited behind it are
/// made again, and what the script kept is gone. One thread, which has an event loop.
class ScriptProcess final : public QObject {
    Q_OBJECT

public:
    /// Clients may hear nothing of the process while it is started for so long, or works at one call.
    static constexpr std::chrono::milliseconds startLimit{10'000};
    static constexpr std::chrono::milliseconds callLimit{3 * scriptCallMilliseconds};
    /// Bytes of calls that wait; beyond that, wantsMore() is false.
    static constexpr qsizetype comfortable = 1 << 20;

    /// `name`: for errors.
    explicit ScriptProcess(QString name, QObject* parent = nullptr);
    ~ScriptProcess() override;
    ScriptProcess(const ScriptProcess&) = delete;
    ScriptProcess& operator=(const ScriptProcess&) = delete;
    ScriptProcess(ScriptProcess&&) = delete;
    ScriptProcess& operator=(ScriptProcess&&) = delete;

    const QString& name() const { return m_name; }
    void setListener(const ListenerHandle& listener) { m_listener.emplace(listener); }
    /// The script; also again, while connections are open: what it keeps stays. loaded() follows.
    void load(const QString& text);
    /// It may be used: it was loaded, or begun without one.
    bool isLoaded() const { return m_isLoaded; }
    /// Why it cannot be used; the connections go on without it.
    const std::optional<ScriptFailure>& problem() const { return m_problem; }
    /// What the script says as `framer`.
    const QString& framer() const { return m_framer; }
    /// Whether there is a function sent().
    bool hearsSent(int id) const;

    /// A connection that the script knows from now on, by the number that is given.
    int add(ScriptClient& client, const LocalEnd& local);
    /// Nothing is heard of it any more; a sentinel that was called is called.
    void remove(int id);
    void call(int id, ScriptHook hook, const QByteArray& bytes = {}, const QString& text = {},
              const QString& more = {});
    /// Hands what was called to the process at once, rather than in the next round of the event loop; what it has said
    /// may be heard meanwhile.
    void flush();
    /// What an act() asks for, but for TLS and for stopping the peer, which are the client's own business.
    void carryOut(LocalEnd& local, ScriptAction action, const QString& text) const;
    /// After an act(): begins TLS, or tells the script that it was not begun. Options that name files are refused.
    void beginTls(int id, LocalEnd& local, const QString& options);
    /// What its peer said by now is not to be heard in another process, should this one end.
    void forgetText(int id);
    /// A call is not answered yet.
    bool awaits(int id, ScriptHook hook) const;
    /// False: heed it, and go on when a call was answered.
    bool wantsMore() const { return m_waitingBytes < comfortable; }
    /// Records what the script logged.
    void tellLog(EventTeller& teller, ScriptLogLevel level, const QString& text) const;

signals:
    /// The script runs, or cannot be run.
    void loadingEnded();

private:
    struct Unanswered {
        QByteArray frame;
        int id = 0;
        std::optional<ScriptHook> hook; // nothing: no call
        bool isLoad = false;
        bool isStale = false; // not to be made again
    };
    struct Client {
        ScriptClient* client = nullptr; // nullptr: removed, but its sentinel is not called yet
        script::Add known;
        bool hearsSent = false;
        bool hasOwn = false; // functions that its acceptor gave
    };

    void post(const ToScript& message, int id = 0, std::optional<ScriptHook> hook = std::nullopt, bool isLoad = false);
    void start();
    void read();
    void ended(const QString& why);
    void look();
    void dropProcess();
    void beginAnew();
    void pass(Unanswered one);
    void passNext();
    void giveUp(const ScriptFailure& failure);
    void answer(const Unanswered& one);
    void over(const Unanswered& one);
    void failCall(const Unanswered& one, const QString& why);
    static ScriptFailure failureOf(const QString& text, int line, const QString& stack);
    void tellClients();
    ScriptClient* clientOf(int id) const;
    void updateListener();

    void handle(const script::Done& done);
    void handle(const script::Loaded& loaded);
    void handle(const script::LoadFailed& failed);
    void handle(const script::CallFailed& failed);
    void handle(const script::Decided& decided);
    void handle(const script::Send& send);
    void handle(const script::Act& act);
    void handle(const script::ActOnListener& act);
    void handle(const script::Log& log);
    void handle(const script::Value& value);

    QString m_name;
    std::optional<ListenerHandle> m_listener;
    script::ListenerIs m_listenerTold;
    std::optional<QString> m_text; // the script; nothing: a console
    bool m_isLoaded = false;
    bool m_hasLoadFailed = false; // the top, when it was read last
    bool m_hearsSent = false;
    QString m_framer;
    std::optional<ScriptFailure> m_problem;
    std::unique_ptr<QProcess> m_process;
    ScriptFrames m_frames;
    QByteArray m_lastWords;
    int m_killedStarts = 0; // in a row: the process was killed while it read the script
    bool m_isReading = false;
    bool m_hasSpoken = false; // since it was started
    QElapsedTimer m_sinceAnswer;
    QTimer m_look;
    std::deque<Unanswered> m_unanswered;
    std::deque<Unanswered> m_heldBack; // until those that one of may have ended a process went one by one
    std::size_t m_suspects = 0;        // so many of them
    qsizetype m_waitingBytes = 0;
    std::unordered_map<int, Client> m_clients;
    int m_lastId = 0;
};

} // namespace sw
