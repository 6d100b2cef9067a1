// SPDX-License-Identifier: MIT
#pragma once

#include "core/relay/relayway.h"

namespace sw {

/// A client and the connection to the target that was made for it, tied together: half-close, resets and failures go
/// from one to the other as what they were (RFC 9293 section 3.6). The I/O thread; kept alive by its sides.
class RelayPair final : public std::enable_shared_from_this<RelayPair> {
public:
    enum class Side { Client, Target };

    RelayPair(std::shared_ptr<Relay> relay, quint64 connection, bool isDatagram);
    ~RelayPair();
    RelayPair(const RelayPair&) = delete;
    RelayPair& operator=(const RelayPair&) = delete;
    RelayPair(RelayPair&&) = delete;
    RelayPair& operator=(RelayPair&&) = delete;

    /// Begins to connect to the target; `hello`: what the client asked for, to be asked for there too.
    void reachTarget(const ClientHello* hello);
    bool isReaching() const { return m_isReaching; }
    /// The client's TLS waits for what the target agrees on.
    void holdHandshake() { m_isHandshakeHeld = true; }

    void attach(Side side, LocalEnd& peer);
    /// Another behaviour serves that side now.
    void detach(Side side);
    void opened(Side side, LocalEnd& peer);
    void arrived(Side side, QByteArrayView bytes);
    void ended(Side side);
    void writable(Side side);
    void woken(quint64 token);
    void closed(Side side, const ClosingRecord& closing);

    /// Does what the directions have come to mean for both sides.
    void check();

    RelayWay& up() { return m_up; }
    RelayWay& down() { return m_down; }

private:
    RelayWay& fromWay(Side side) { return side == Side::Client ? m_up : m_down; }
    RelayWay& toWay(Side side) { return side == Side::Client ? m_down : m_up; }
    LocalEnd* peerOf(Side side) const { return side == Side::Client ? m_client : m_target; }
    void watchIdle();

    std::shared_ptr<Relay> m_relay;
    quint64 m_connection;
    bool m_isDatagram;
    RelayWay m_up;
    RelayWay m_down;
    LocalEnd* m_client = nullptr;
    LocalEnd* m_target = nullptr;
    bool m_isReaching = false;
    bool m_isHandshakeHeld = false;
    bool m_isWatching = false;
    bool m_isClientGone = false;
    bool m_isTargetGone = false;
    bool m_isOver = false;
    std::chrono::steady_clock::time_point m_lastActivity;
};

/// The behaviour of one side.
class RelaySide final : public Behaviour {
public:
    /// A client of the relay.
    explicit RelaySide(std::shared_ptr<Relay> relay) : m_relay(std::move(relay)) {}
    /// The target of a pair.
    explicit RelaySide(std::shared_ptr<RelayPair> pair) : m_pair(std::move(pair)), m_side(RelayPair::Side::Target) {}
    ~RelaySide() override;
    RelaySide(const RelaySide&) = delete;
    RelaySide& operator=(const RelaySide&) = delete;
    RelaySide(RelaySide&&) = delete;
    RelaySide& operator=(RelaySide&&) = delete;

    Acceptance acceptor(LocalEnd& peer) override;
    void opened(LocalEnd& peer) override;
    bool hello(LocalEnd& peer, const ClientHello& hello) override;
    void filter(LocalEnd& peer, QByteArrayView bytes) override;
    void writable(LocalEnd& peer) override;
    void woken(LocalEnd& peer, quint64 token) override;
    void endOfStream(LocalEnd& peer) override;
    void sentinel(const ClosingRecord& closing) override;
    bool passesOn() const override { return true; }

private:
    void pair(LocalEnd& peer);

    std::shared_ptr<Relay> m_relay; // of a client
    std::shared_ptr<RelayPair> m_pair;
    RelayPair::Side m_side = RelayPair::Side::Client;
    quint64 m_connection = 0;
};

} // namespace sw
