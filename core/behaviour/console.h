// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/scriptruntime.h"

#include <QHash>

#include <memory>

namespace sw {

/// The sessions of one console listener, by the names that their connections gave. The I/O thread.
struct ConsoleSessions {
    std::unordered_map<QString, std::shared_ptr<ScriptRuntime>> byName;
    bool allowsRemote = false;
};

/// A JavaScript prompt for each connection: its first line names the session (the same name finds the same values
/// again), each line after it is evaluated, and its value printed. Whoever connects can run scripts with their limits:
/// peers that are not of this machine are refused unless the user allowed them. The I/O thread.
class ConsoleBehaviour final : public Behaviour {
public:
    explicit ConsoleBehaviour(std::shared_ptr<ConsoleSessions> sessions) : m_sessions(std::move(sessions)) {}

    Acceptance acceptor(Peer& peer) override;
    void opened(Peer& peer) override;
    void filter(Peer& peer, QByteArrayView bytes) override;
    void woken(Peer& peer, quint64 token) override;
    void endOfStream(Peer& peer) override;
    void sentinel(const ClosingRecord& closing) override;

private:
    void line(Peer& peer, const QString& text);
    void work(Peer& peer);
    void say(Peer& peer, QByteArrayView text) const;

    std::shared_ptr<ConsoleSessions> m_sessions;
    std::shared_ptr<ScriptRuntime> m_runtime;
    int m_id = 0;
    bool m_isRefused = false;
    bool m_isWorking = false; // woken() goes on with the lines that wait
    bool m_hasPeerEnded = false;
    bool m_hasEnded = false;
    QByteArray m_pending;
};

} // namespace sw
