// SPDX-License-Identifier: MIT
#include "core/relay/relaypair.h"

#include "core/base/units.h"

#include <QRegularExpression>

namespace sw {

namespace {

constexpr quint64 idleToken = 2; // others are the directions' own, with the direction in bit 0

bool isOrderly(const ClosingRecord& closing) {
    return !closing.error && closing.cause != ClosingCause::AbortedByUs && closing.cause != ClosingCause::Reset;
}

/// Names that a client may have made up are passed on only if they could be real.
bool isPlainName(const QString& name) {
    static const QRegularExpression plain(QStringLiteral("^[A-Za-z0-9._/:-]{1,253}$"));
    return plain.match(name).hasMatch();
}

} // namespace

RelayPair::RelayPair(std::shared_ptr<Relay> relay, quint64 connection, bool isDatagram)
    : m_relay(std::move(relay)),
      m_connection(connection),
      m_isDatagram(isDatagram),
      m_up(*m_relay, connection, RelayDirection::Up, isDatagram),
      m_down(*m_relay, connection, RelayDirection::Down, isDatagram),
      m_lastActivity(std::chrono::steady_clock::now()) {}

RelayPair::~RelayPair() {
    m_relay->m_pairs.erase(m_connection);
}

void RelayPair::reachTarget(const ClientHello* hello) {
    if (m_isOver || m_client == nullptr)
        return; // a fault before the first byte
    m_isReaching = true;
    Address target = m_relay->plan().target;
    if (hello != nullptr && isSecure(target.scheme)) {
        if (!target.given("name") && isPlainName(hello->serverName))
            target.setOption(QStringLiteral("name"), hello->serverName);
        QStringList protocols;
        for (const QString& protocol : hello->alpn) {
            if (isPlainName(protocol))
                protocols.append(protocol);
        }
        if (!target.given("alpn") && !protocols.isEmpty())
            target.setOption(QStringLiteral("alpn"), protocols.join(QLatin1Char(',')));
    }
    const QString name = m_client->ownName() + QStringLiteral(" → ") + formatAddress(m_relay->plan().target);
    m_relay->m_opener.openConnection({.id = EndpointId::None,
                                      .parent = m_client->ownId(),
                                      .address = target,
                                      .name = name,
                                      .behaviour = QStringLiteral("relay"),
                                      .makeBehaviour = [pair = weak_from_this()]() -> std::unique_ptr<Behaviour> {
                                          if (auto there = pair.lock())
                                              return std::make_unique<RelaySide>(there);
                                          return nullptr;
                                      }});
}

void RelayPair::attach(Side side, LocalEnd& peer) {
    (side == Side::Client ? m_client : m_target) = &peer;
    fromWay(side).from = &peer;
    toWay(side).to = &peer;
}

void RelayPair::detach(Side side) {
    (side == Side::Client ? m_client : m_target) = nullptr;
    fromWay(side).from = nullptr;
    toWay(side).to = nullptr;
}

void RelayPair::opened(Side side, LocalEnd& peer) {
    const auto self = shared_from_this(); // what follows may end both sides
    attach(side, peer);
    if (!m_relay->plan().isRecorded)
        peer.setRecorded(false);
    if (m_isOver) {
        peer.abortBecause(sentence(QT_TRANSLATE_NOOP("Core", "its client has gone")), std::nullopt);
        return;
    }
    if (side == Side::Target && std::exchange(m_isHandshakeHeld, false) && m_client != nullptr)
        m_client->stream()->proceedTls(peer.stream()->agreedProtocol());
    if (m_client == nullptr && side == Side::Target) { // gone while we were connecting
        m_up.begin();
        check();
        return;
    }
    // a direction is open once the side that it goes to is; the client may still be in its handshake
    toWay(side).begin();
    fromWay(side).goOn();
    if (side == Side::Client && m_isDatagram)
        watchIdle();
    check();
}

void RelayPair::arrived(Side side, QByteArrayView bytes) {
    if (m_isOver)
        return;
    const auto self = shared_from_this();
    if (m_isDatagram)
        m_lastActivity = std::chrono::steady_clock::now();
    else if (side == Side::Target)
        m_up.lastAnswer = RelayWay::now();
    fromWay(side).arrived(bytes);
    check();
}

void RelayPair::ended(Side side) {
    const auto self = shared_from_this();
    fromWay(side).ended();
    check();
}

void RelayPair::writable(Side side) {
    const auto self = shared_from_this();
    toWay(side).goOn();
    check();
}

void RelayPair::woken(quint64 token) {
    const auto self = shared_from_this();
    if (token == idleToken) {
        m_isWatching = false;
        watchIdle();
        return;
    }
    ((token & 1U) != 0 ? m_down : m_up).woken(token);
    check();
}

void RelayPair::watchIdle() {
    if (m_client == nullptr || std::exchange(m_isWatching, true))
        return;
    const auto quiet = std::chrono::steady_clock::now() - m_lastActivity;
    const auto idle = m_relay->plan().idle;
    if (quiet >= idle && m_up.isIdle() && m_down.isIdle()) {
        m_client->abortBecause(
            sentence(QT_TRANSLATE_NOOP("Core", "forgotten: no datagram for %1"), formatDuration(idle)), std::nullopt);
        return;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(idle - quiet);
    m_client->wake(std::max(left, std::chrono::milliseconds(50)), idleToken);
}

/// What the faults decided about both sides, and whether a side that is gone leaves the other with nothing to do.
void RelayPair::check() {
    if (m_isOver)
        return;
    for (const RelayWay* way : {&m_up, &m_down}) {
        if (way->outcome() == RelayWay::Outcome::GoesOn)
            continue;
        m_isOver = true;
        const bool isReset = way->outcome() == RelayWay::Outcome::Reset;
        for (LocalEnd* peer : {m_client, m_target}) {
            if (peer == nullptr)
                continue;
            if (isReset)
                peer->abortBecause(sentence(QT_TRANSLATE_NOOP("Core", "reset by a fault of the relay")), std::nullopt);
            else
                peer->close();
        }
        return;
    }
    // A client whose direction a fault has ended, and no other, ends by itself: closing under what it still writes
    // would reset it (RFC 9293 section 3.6.1), and what it has not read yet could be lost.
    if (m_isClientGone && m_up.isDone() && m_target != nullptr)
        m_target->close();
    else if (m_isTargetGone && m_down.isDone() && m_client != nullptr && !m_up.isCutShort())
        m_client->close();
}

void RelayPair::closed(Side side, const ClosingRecord& closing) {
    const auto self = shared_from_this();
    const Side otherSide = side == Side::Client ? Side::Target : Side::Client;
    RelayWay& way = fromWay(side);
    toWay(side).forgetHeld();
    detach(side);
    (side == Side::Client ? m_isClientGone : m_isTargetGone) = true;
    LocalEnd* other = peerOf(otherSide);
    if (m_isOver || other == nullptr) {
        if (side == Side::Client && isOrderly(closing) && !m_isOver &&
            !m_isTargetGone) { // the target is still being connected
            way.ended();
            return;
        }
        m_isOver = true;
        way.forgetHeld();
        return;
    }
    const bool isUnheard = side == Side::Target && m_isHandshakeHeld; // the client's TLS still waits for it
    if (!isOrderly(closing) || m_isDatagram || isUnheard) {
        m_isOver = true;
        way.forgetHeld();
        const QString ended = closing.text.toText();
        const Sentence why = m_isDatagram && isOrderly(closing)
                                 ? sentence(QT_TRANSLATE_NOOP("Core", "the other side has ended: %1"), ended)
                             : side == Side::Client
                                 ? sentence(QT_TRANSLATE_NOOP("Core", "passed on from the client: %1"), ended)
                                 : sentence(QT_TRANSLATE_NOOP("Core", "passed on from the target: %1"), ended);
        other->abortBecause(why, closing.error);
        return;
    }
    way.ended();               // what has arrived still goes on
    toWay(side).isOpen = true; // what the other one writes has nobody to go to, and must not stop it
    toWay(side).goOn();
    check();
}

RelaySide::~RelaySide() {
    if (m_pair)
        m_pair->detach(m_side);
}

Acceptance RelaySide::acceptor(LocalEnd& peer) {
    m_connection = m_relay->nextConnection();
    if (peer.isDatagram() || !m_relay->refuses(m_connection))
        return {};
    FaultDecision decision{.connection = m_connection, .kind = FaultKind::Refuse};
    peer.tell(EventKind::FaultApplied, decision.toText(), {{Fact::Decision, decision.toJson()}});
    m_relay->m_hooks.decided({decision});
    return {.isTaken = false};
}

void RelaySide::pair(LocalEnd& peer) {
    if (m_pair)
        return;
    if (m_connection == 0)
        m_connection = m_relay->nextConnection();
    m_pair = std::make_shared<RelayPair>(m_relay, m_connection, peer.isDatagram());
    m_relay->m_pairs[m_connection] = m_pair;
    m_pair->attach(m_side, peer);
}

bool RelaySide::hello(LocalEnd& peer, const ClientHello& hello) {
    if (m_side != RelayPair::Side::Client || !isSecure(m_relay->plan().target.scheme) || m_pair)
        return false;
    pair(peer);
    m_pair->holdHandshake();
    m_pair->reachTarget(&hello);
    return true;
}

void RelaySide::opened(LocalEnd& peer) {
    if (m_side == RelayPair::Side::Client)
        pair(peer);
    const auto pair = m_pair;
    pair->opened(m_side, peer);
    if (m_side == RelayPair::Side::Client && !pair->isReaching())
        pair->reachTarget(nullptr);
}

void RelaySide::filter(LocalEnd&, QByteArrayView bytes) {
    if (m_pair)
        m_pair->arrived(m_side, bytes);
}

void RelaySide::writable(LocalEnd&) {
    if (m_pair)
        m_pair->writable(m_side);
}

void RelaySide::woken(LocalEnd&, quint64 token) {
    if (m_pair)
        m_pair->woken(token);
}

void RelaySide::endOfStream(LocalEnd&) {
    if (m_pair)
        m_pair->ended(m_side);
}

void RelaySide::sentinel(const ClosingRecord& closing) {
    if (const auto pair = std::exchange(m_pair, nullptr))
        pair->closed(m_side, closing);
}

} // namespace sw
