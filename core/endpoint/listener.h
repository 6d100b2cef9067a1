// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/acceptor.h"
#include "core/endpoint/endpoint.h"

#include <deque>
#include <optional>
#include <set>
#include <vector>

namespace sw {

/// Waits for streams on tcp or unix and takes them. Its connections outlive it. After an accept error it tries again by
/// itself and reports at most once a second; when the system takes its socket or its address away, it binds the same
/// port again as soon as it can. The I/O thread.
class Listener final : public Endpoint, private PollTarget {
public:
    Listener(EndpointHost& host, EndpointRequest request);
    ~Listener() override = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    Listener(Listener&&) = delete;
    Listener& operator=(Listener&&) = delete;

    void start() override;
    /// Sends to every open connection of this listener.
    void offer(const QByteArray& bytes, const QString& destination) override;
    void offerFile(const QString& path) override;
    void closeOrderly() override;
    void abort() override { closeOrderly(); }
    void setPaused(bool paused) override;
    /// Takes one waiting connection, for accept=manual.
    void acceptOne() override;
    /// Also while it is paused.
    void acceptNext(quint64 count) override;
    void describe() override;
    void setHeld(bool isHeld) override;
    void childEnded(EndpointId child) override;
    void setBehaviour(const QString& name, BehaviourFactory factory) override;

private:
    Result<void> applyChange(const OptionSpec& spec, const QString& value, bool leave) override;
    void socketReady(PollEvents events) override;

    void bindTo(const std::vector<QHostAddress>& hosts);
    std::optional<Error> tryBind(const native::SocketAddress& place);
    void listening();
    void failed(const Error& error);
    void watch();
    void broken(const Error& error);
    void reopenLater();
    void reopen();
    void checkAddress();
    void countWaiting();
    /// It has its socket, and takes from it; not while it closes.
    bool isListening() const { return m_acceptor && m_acceptor->isWatched(); }
    bool isManual() const { return snapshot().isAcceptManual; }
    bool hasRoomForMore() const;
    bool takesNow() const;
    /// Gone: one that waited has ended meanwhile. Failed: told already.
    enum class Take { Taken, Gone, Nothing, Failed };
    Take takeOne();
    void setUpTaken();
    void setUpMore();
    void setUpOne();
    void acceptError(const Error& error);
    void recovered();
    void updateInterest();
    void forEachConnection(const std::function<void(Endpoint&)>& call);

    std::shared_ptr<TlsContext> m_tls;    // for its connections
    std::unique_ptr<Acceptor> m_acceptor; // nothing while it is not bound
    std::deque<Acceptor::Taken> m_taken;  // from the system's queue, not yet connections of ours
    bool m_isSettingUp = false;
    bool m_isClosing = false;
    std::set<EndpointId> m_connections; // the open ones
    native::SocketAddress m_bound;      // what it listens on, for reopening
    std::chrono::milliseconds m_reopenDelay{0};
    std::optional<ErrorId> m_lastReopenError; // said already
    quint64 m_wanted = 0;                     // by acceptNext(), not yet taken
    bool m_isCounting = false;                // looks at the queue again and again
    bool m_isWatching = false;                // looks whether its address is still there
    qint64 m_lastAcceptReport = 0;
    bool m_isPaused = false;
    bool m_isHeld = false;       // by its behaviour, which is not ready
    bool m_isRecovering = false; // after an accept error, until the timer fires
};

} // namespace sw
