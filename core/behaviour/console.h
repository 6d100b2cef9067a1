// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/scriptprocess.h"

#include <memory>

namespace sw {

/// The sessions of one console listener, by the names that their connections gave: each a process of its own. The I/O
/// thread.
struct ConsoleSessions {
    std::unordered_map<QString, std::shared_ptr<ScriptProcess>> byName;
    bool allowsRemote = false;
};

/// A JavaScript prompt for each connection: its first line names the session (the same name finds the same values
/// again), each line after it is evaluated, and its value printed. Whoever connects can run scripts with their limits:
/// peers that are not of this machine are refused unless the user allowed them, and so is a web page, which can have
/// the browser of this machine send what it likes. The I/O thread.
class ConsoleBehaviour final : public Behaviour, private ScriptClient {
public:
    explicit ConsoleBehaviour(std::shared_ptr<ConsoleSessions> sessions) : m_sessions(std::move(sessions)) {}
    ~ConsoleBehaviour() override;
    ConsoleBehaviour(const ConsoleBehaviour&) = delete;
    ConsoleBehaviour& operator=(const ConsoleBehaviour&) = delete;
    ConsoleBehaviour(ConsoleBehaviour&&) = delete;
    ConsoleBehaviour& operator=(ConsoleBehaviour&&) = delete;

    Acceptance acceptor(LocalEnd& local) override;
    void opened(LocalEnd& local) override;
    void filter(LocalEnd& local, QByteArrayView bytes) override;
    void endOfStream(LocalEnd& local) override;
    /// What came in clear text is not evaluated after that.
    void secured(LocalEnd& local) override;
    void sentinel(const ClosingRecord& closing) override;
    bool leavesUnread() const override { return m_isHeldByScript; }

private:
    // ScriptClient
    void loaded() override;
    void failed(const ScriptFailure& failure) override;
    void send(const QByteArray& bytes) override { say(bytes); }
    void act(ScriptAction action, const QString& text) override;
    void log(ScriptLogLevel level, const QString& text) override;
    void value(const QString& text, bool isError) override;
    void begunAnew(bool hasLostOwn) override;

    void work();
    void begin(const QString& text);
    void refuse(const QString& who);
    void evaluate(const QString& line);
    void say(QByteArrayView text) const;

    std::shared_ptr<ConsoleSessions> m_sessions;
    std::shared_ptr<ScriptProcess> m_process;
    LocalEnd* m_local = nullptr;
    int m_id = 0;
    bool m_isRefused = false;
    bool m_isEvaluating = false; // the lines behind it wait, and the peer with them
    bool m_isWorking = false;
    bool m_isHeldByScript = false;
    bool m_hasPeerEnded = false;
    bool m_hasEnded = false;
    QByteArray m_pending;
    qsizetype m_searched = 0; // of m_pending: there is no end of line in there
    QString m_failure;        // of the line that is evaluated
};

} // namespace sw
