// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/endpoint.h"

namespace sw {

/// An endpoint that a behaviour serves: a connection, a flow, or a datagram socket with one peer. What its acceptor
/// decides, whom the behaviour is exchanged for, and who hears the end. The I/O thread.
class ServedEndpoint : public Endpoint, protected LocalEnd {
public:
    void setBehaviour(const QString& name, BehaviourFactory factory) override;
    void reloadBehaviour() override;
    bool hasMoreToTell() const override;

protected:
    using Endpoint::Endpoint;

    /// nullptr: the user does everything.
    Behaviour* behaviour() const { return m_behaviour.get(); }
    /// False: it has none itself, its flows have.
    virtual bool isServed() const { return true; }
    /// Makes the one that was asked for.
    void makeBehaviour();
    /// Asks its acceptor, which may name another behaviour, and may decide later; taken() or refused() follows unless
    /// the endpoint ends before. Without a behaviour it is taken.
    void askAcceptor();
    bool isAsked() const { return m_isAsked; }
    /// Something can be exchanged from now on, or now by TLS: the behaviour that serves it hears so, opened() once and
    /// secured() after that.
    void tellReady();
    virtual void taken() {}
    virtual void refused() {}
    /// Another behaviour serves it from now on, or none.
    virtual void behaviourChanged() = 0;
    /// Whether its behaviour hears what it asked for with wake().
    virtual bool mayWake() const { return !hasEnded(); }
    /// Records the closing record, and tells the acceptor's sentinel and the behaviour's; false if that was done
    /// before.
    bool endWith(const ClosingRecord& closing);

    // LocalEnd
    void decide(bool isTaken) final;
    void setRecorded(bool isRecorded) final { recordTraffic(isRecorded); }
    void wake(std::chrono::milliseconds delay, quint64 token) final;
    void tell(EventKind kind, const Sentence& text, const Facts& facts) final { record(kind, text, facts); }
    std::shared_ptr<const PeerCredentials> credentials() const final { return snapshot().credentials; }
    QString peerName() const final { return snapshot().peer; }
    EndpointId ownId() const final { return id(); }
    QString ownName() const final { return snapshot().name; }

private:
    void wakeBehaviour(quint64 number, quint64 token);

    std::unique_ptr<Behaviour> m_behaviour;
    quint64 m_behaviourNumber = 0;                        // of those that served it, for what comes later
    std::function<void(const ClosingRecord&)> m_sentinel; // an acceptor's
    bool m_isAsked = false;                               // the acceptor decides
    bool m_isOpened = false;                              // the behaviour knows
};

} // namespace sw
