// SPDX-License-Identifier: MIT
#include "core/endpoint/connection.h"

#include "core/base/inputfile.h"
#include "core/endpoint/peerpresence.h"
#include "core/endpoint/socketoptions.h"

#include <algorithm>

namespace sw {

namespace {

/// One round of receiving, or of sending: a flood on one socket must not starve the others.
constexpr int readsPerRound = 16;
constexpr std::chrono::milliseconds roundTime(5); // what a behaviour makes of the bytes counts too
constexpr qsizetype largestSend = 1 << 20;        // in one call, which nothing interrupts
constexpr std::chrono::milliseconds firstLook(50);
constexpr std::chrono::milliseconds longestLook(2000);

} // namespace

Connection::Connection(EndpointHost& host, EndpointRequest request)
    : Endpoint(host, EndpointKind::Connection, std::move(request)) {}

Connection::Connection(EndpointHost& host, EndpointRequest request, native::Descriptor socket, const QString& peer,
                       QString listenerName)
    : Endpoint(host, EndpointKind::Connection, std::move(request)),
      m_socket(socket),
      m_listenerName(std::move(listenerName)) {
    mutableSnapshot().peer = peer;
    mutableSnapshot().isAccepted = true;
}

Connection::~Connection() {
    if (m_ticket)
        host().poller().remove(*m_ticket);
    if (m_socket != native::noDescriptor)
        native::close(m_socket);
}

void Connection::start() {
    if (request().makeBehaviour)
        m_behaviour = request().makeBehaviour();
    if (m_socket != native::noDescriptor) {
        open(true);
        return;
    }
    if (address().scheme == Scheme::Tls && !prepareTls())
        return;
    m_connector =
        std::make_unique<Connector>(host().poller(), address(),
                                    Connector::Handlers{
                                        .connected = [this](native::Descriptor socket) { connected(socket); },
                                        .failed = [this](const Error& error) { connectFailed(error); },
                                        .record = [this](EventKind kind, const QString& text,
                                                         const QJsonObject& facts) { record(kind, text, facts); },
                                        .state = [this](EndpointState state) { setState(state); },
                                    });
    m_connector->start();
}

void Connection::connected(native::Descriptor socket) {
    mutableSnapshot().report = std::make_shared<const ConnectReport>(m_connector->report());
    m_awaitsFirstByte = true;
    m_connector.release()->deleteLater(); // we are in a call of it
    m_socket = socket;
    const native::SocketAddress peer = native::peerAddress(socket);
    const QString shown = native::toText(peer);
    mutableSnapshot().peer = shown.isEmpty() ? address().path : shown;
    open(false);
}

void Connection::connectFailed(const Error& error) {
    mutableSnapshot().report = std::make_shared<const ConnectReport>(m_connector->report());
    m_connector.release()->deleteLater();
    const QString cause = error.id == ErrorId::ConnectionRefused    ? QStringLiteral("refused")
                          : error.id == ErrorId::ConnectionTimedOut ? QStringLiteral("timed-out")
                          : error.id == ErrorId::ConnectionReset    ? QStringLiteral("reset")
                                                                    : QStringLiteral("error");
    finish({.cause = cause, .text = QStringLiteral("could not connect: ") + toText(error), .error = error});
}

void Connection::open(bool isAccepted) {
    if (isLocal(address().scheme)) { // the acceptor may decide by them
        if (auto who = native::peerCredentials(m_socket))
            mutableSnapshot().credentials = std::make_shared<const PeerCredentials>(std::move(*who));
    }
    if (isAccepted && m_behaviour)
        askAcceptor();
    else
        taken(isAccepted);
}

/// An acceptor may have another behaviour serve this connection, and somebody hear its end; and it may decide later.
void Connection::askAcceptor() {
    m_isAsked = true;
    Acceptance decision = m_behaviour->acceptor(*this);
    m_sentinel = std::move(decision.sentinel);
    if (decision.filter)
        m_behaviour = std::move(decision.filter);
    if (!decision.isPending)
        decide(decision.isTaken);
}

void Connection::decide(bool isTaken) {
    if (!std::exchange(m_isAsked, false) || hasEnded())
        return; // the acceptor, or the user, closed it
    if (isTaken)
        taken(true);
    else
        refuse();
}

void Connection::refuse() {
    record(EventKind::Refused, QStringLiteral("refused by the behaviour %1").arg(snapshot().behaviour));
    native::abort(m_socket);
    m_socket = native::noDescriptor;
    finish({.cause = QStringLiteral("aborted-by-us"), .text = QStringLiteral("refused and reset by us"), .error = {}});
}

void Connection::taken(bool isAccepted) {
    const native::SocketAddress local = native::boundAddress(m_socket);
    const bool isIPv6 = native::isIPv6(local);
    mutableSnapshot().local = native::toText(local);
    const auto errors = applyOptions(m_socket, address(), OptionStage::Open, isIPv6);
    if (!isAccepted)
        describe();
    setState(EndpointState::Open);
    const QString peer = snapshot().peer.isEmpty() ? QStringLiteral("a local process") : snapshot().peer;
    QJsonObject facts{{QStringLiteral("scheme"), schemeName(address().scheme)},
                      {QStringLiteral("local"), snapshot().local},
                      {QStringLiteral("peer"), snapshot().peer}};
    noteSocket(m_socket, isAccepted, facts);
    if (snapshot().credentials != nullptr)
        facts.insert(QStringLiteral("credentials"), snapshot().credentials->toJson());
    if (snapshot().report != nullptr)
        facts.insert(QStringLiteral("report"), snapshot().report->toJson());
    m_sinceOpen.start();
    if (isAccepted) {
        facts.insert(QStringLiteral("listenerName"), m_listenerName);
        record(EventKind::Accepted, QStringLiteral("opened by %1, accepted by “%2”").arg(peer, m_listenerName), facts);
    } else {
        record(EventKind::Opened, QStringLiteral("connected to %1 from %2").arg(peer, snapshot().local), facts);
    }
    for (const Error& error : errors)
        record(EventKind::Warning, error.detail, {{QStringLiteral("error"), error.toJson()}});
    m_ticket = host().poller().add(m_socket, ReadInterest, this);
    if (request().tls != nullptr || m_tlsContext != nullptr || m_wantedTls != nullptr)
        beginHandshake(request().tls != nullptr  ? request().tls
                       : m_tlsContext != nullptr ? std::exchange(m_tlsContext, nullptr)
                                                 : std::exchange(m_wantedTls, nullptr));
    else
        ready();
}

/// Bytes can be exchanged from now on.
void Connection::ready() {
    if (m_behaviour && std::exchange(m_hasOpened, true))
        m_behaviour->secured(*this);
    else if (m_behaviour)
        m_behaviour->opened(*this);
    if (m_socket != native::noDescriptor)
        flush(); // what was offered while connecting
}

/// The last phase of connecting: the other end has begun to speak.
void Connection::noteFirstByte() {
    m_awaitsFirstByte = false;
    ConnectReport report = *snapshot().report;
    report.phase = ConnectPhase::FirstByte;
    report.firstByte = std::chrono::nanoseconds(m_sinceOpen.nsecsElapsed());
    mutableSnapshot().report = std::make_shared<const ConnectReport>(std::move(report));
}

std::optional<TcpInfo> Connection::tcpInfo() const {
    return m_socket == native::noDescriptor ? std::nullopt : native::tcpInfo(m_socket);
}

Result<void> Connection::applyChange(const OptionSpec& spec, const QString& value, bool leave) {
    return applyToSocket(m_socket, spec, value, leave);
}

void Connection::describe() {
    if (m_socket == native::noDescriptor)
        return;
    const Role role = snapshot().isAccepted ? Role::Listen : Role::Connect;
    const bool isIPv6 = native::speaksIPv6(native::boundAddress(m_socket));
    mutableSnapshot().options =
        std::make_shared<const QVector<OptionState>>(readOptions(m_socket, address(), role, isIPv6));
    touch();
}

bool Connection::mayReceive() const {
    if (m_readEnded || m_isHeld || m_wantedTls != nullptr || holdsMuchCiphertext())
        return false;
    if (m_behaviour && !wantsMore() && !passesOn())
        return false;
    const quint64 window = host().receiveWindow();
    return (window == 0 || m_unconsumed < window) && host().hasRoom(id());
}

void Connection::roomAgain() {
    if (m_socket != native::noDescriptor && m_ticket)
        flush();
}

void Connection::updateInterest() {
    if (!m_ticket)
        return;
    if (m_lingering) { // both directions are shut down: the system would report that without end
        host().poller().setInterest(*m_ticket, NoInterest);
        return;
    }
    const bool mayRead = m_isHandshaking ? !m_waitsToProceed : mayReceive();
    const bool wantsToSend =
        hasCiphertext() || (!m_isHandshaking && (!m_queue.isEmpty() || m_behaviourProduces) && host().hasRoom(id()));
    const unsigned interest = (mayRead ? ReadInterest : NoInterest) | (wantsToSend ? WriteInterest : NoInterest) |
                              (m_readEnded ? HangUpInterest : NoInterest);
    host().poller().setInterest(*m_ticket, interest);
    if (m_mayHoldMore && mayRead)
        receiveLater();
}

void Connection::socketReady(PollEvents events) {
    if (m_isHandshaking) {
        continueHandshake();
        return;
    }
    if (events.writable && m_socket != native::noDescriptor)
        flush();
    if (events.readable && m_socket != native::noDescriptor)
        receiveRound();
    if (events.hungUp && !events.readable && !events.writable && m_socket != native::noDescriptor)
        peerGone();
}

/// After the peer's end of stream: a reset, or (unix) the peer's end is closed altogether.
void Connection::peerGone() {
    if (const int code = native::pendingError(m_socket); code != 0) {
        fail(-code, QStringLiteral("wait"));
        return;
    }
    finish({.cause = QStringLiteral("closed-by-peer"),
            .text = QStringLiteral("closed by the peer: it neither sends nor receives any more"),
            .error = {}});
}

/// A peer whose end of stream has come may go on receiving for as long as it likes; one that has closed its socket
/// is gone, and holding the connection would serve nobody. What waits to be sent finds that out by itself.
void Connection::lookForPeer() {
    if (m_socket == native::noDescriptor || !m_readEnded || m_writeEnded || m_wantsWriteEnd || m_isClosing)
        return;
    if (m_queue.isEmpty() && !hasCiphertext() && native::peerHasGone(m_socket)) {
        peerGone();
        return;
    }
    m_nextLook = std::clamp(m_nextLook * 2, firstLook, longestLook);
    host().after(m_nextLook, id(), [](Endpoint& endpoint) { static_cast<Connection&>(endpoint).lookForPeer(); });
}

void Connection::receiveRound() {
    m_mayHoldMore = m_tls != nullptr; // until it says that it does not
    const auto begin = std::chrono::steady_clock::now();
    for (int round = 0; round < readsPerRound && mayReceive(); ++round) {
        const std::span<char> space = transcript()->writeSpace(smallestRead);
        const std::size_t asked = std::min(space.size(), largestRead);
        const qint64 count = receiveSome(space.data(), asked);
        if (count <= 0)
            recordAlerts(); // not between writeSpace() and commit(): it would write there
        if (count < 0) {
            if (isAgain(count)) {
                m_mayHoldMore = false;
                break;
            }
            fail(count, QStringLiteral("receive"));
            return;
        }
        if (count == 0) {
            m_mayHoldMore = false;
            peerEnded();
            return;
        }
        const QByteArrayView bytes =
            transcript()->commit(RecordKind::Received, static_cast<std::size_t>(count), Timestamp::now());
        countReceived(static_cast<quint64>(count));
        const auto pin =
            transcript()->currentSegment(); // events and answers are recorded too, and may fill the segment
        recordAlerts();
        if (m_awaitsFirstByte)
            noteFirstByte();
        if (!transcript()->isMuted()) // nobody will ever consume what is not recorded
            m_unconsumed += static_cast<quint64>(count);
        if (hears())
            m_behaviour->filter(*this, bytes);
        if (m_socket == native::noDescriptor)
            return;
        if (m_isHandshaking) { // it began TLS
            updateInterest();
            return;
        }
        if (!m_tls && static_cast<std::size_t>(count) < asked)
            break;
        if (std::chrono::steady_clock::now() - begin >= roundTime)
            break;
    }
    if (m_tls && !pushCiphertext())
        return;
    updateInterest();
}

void Connection::peerEnded() {
    m_readEnded = true;
    mutableSnapshot().hasPeerEnded = true;
    m_peerEndedFirst = !m_writeEnded && !m_isClosing && !m_wantsWriteEnd;
    record(EventKind::EndOfStream,
           m_writeEnded ? QStringLiteral("end of stream from the peer: it sends no more")
                        : QStringLiteral("end of stream from the peer: it sends no more, and can still receive"));
    if (m_writeEnded) {
        if (hears())
            m_behaviour->endOfStream(*this);
        if (m_socket != native::noDescriptor)
            finishOrderly();
        return;
    }
    setOpenState();
    if (hears())
        m_behaviour->endOfStream(*this);
    // before TLS 1.3 the peer has ended both directions, and drops what comes (RFC 5246 section 7.2.1)
    const bool endsBoth = m_tls && !hasTlsHalfClose();
    if (endsBoth || (!m_behaviour && address().value("eof") == QLatin1String("close")))
        closeOrderly();
    if (m_socket != native::noDescriptor)
        updateInterest();
    lookForPeer();
}

/// Whether what comes from the peer reaches the behaviour: not after it, or the user, has closed the connection.
bool Connection::hears() const {
    return m_behaviour && (!m_isClosing || passesOn());
}

void Connection::setOpenState() {
    if (m_isClosing)
        setState(EndpointState::Closing);
    else if (m_readEnded)
        setState(EndpointState::ReadEnded);
    else
        setState(m_writeEnded ? EndpointState::WriteEnded : EndpointState::Open);
}

void Connection::send(QByteArrayView bytes) {
    const qsizetype taken = sendAtOnce(bytes);
    if (taken < bytes.size() || bytes.isEmpty())
        enqueue(bytes.sliced(taken).toByteArray());
}

void Connection::sendShared(const QByteArray& bytes) {
    const qsizetype taken = sendAtOnce(bytes);
    if (taken < bytes.size() || bytes.isEmpty())
        enqueue(bytes, taken);
}

/// Straight from where the bytes are, where nothing waits before them: how many were taken.
qsizetype Connection::sendAtOnce(QByteArrayView bytes) {
    const bool isPlain = m_ticket && m_queue.isEmpty() && !m_writeEnded && !m_wantsWriteEnd && !m_isClosing &&
                         !m_isHandshaking && m_wantedTls == nullptr;
    if (!isPlain || bytes.isEmpty() || !host().hasRoom(id()))
        return 0;
    const qint64 count = sendSome(bytes.data(), static_cast<std::size_t>(std::min(bytes.size(), largestSend)));
    if (count <= 0)
        return 0; // errors come again, and are told, when the queue is flushed
    recordSent(bytes.first(count));
    if (count == bytes.size() && hasCiphertext())
        updateInterest();
    return count;
}

bool Connection::wantsMore() const {
    return m_queue.memory() < WriteQueue::comfortable;
}

void Connection::offer(const QByteArray& bytes, const QString&) {
    if (m_behaviour && m_ticket && !m_isClosing && !m_writeEnded && !m_wantsWriteEnd) {
        if (m_kept + static_cast<quint64>(bytes.size()) > WriteQueue::bound) {
            recordNotSent(
                {.id = ErrorId::NoBufferSpace,
                 .situation = QStringLiteral("send"),
                 .detail = QStringLiteral("%1 bytes wait already because the behaviour is busy.").arg(m_kept)});
            return;
        }
        const bool wasWanted = m_wantedTls != nullptr;
        m_kept += static_cast<quint64>(bytes.size());
        if (m_behaviour->offered(*this, bytes))
            return;
        if (m_isClosing || m_wantsWriteEnd) { // by the behaviour, because of these bytes: they are the last
            sendKept(bytes);
            return;
        }
        m_kept -= static_cast<quint64>(bytes.size());
        if (!wasWanted && m_wantedTls != nullptr && !hasEnded() && m_queue.append(bytes)) { // likewise: before TLS
            flush();
            return;
        }
    }
    enqueue(bytes);
}

/// Also after an end of sending was asked for, which waits for it.
void Connection::sendKept(QByteArrayView bytes) {
    m_kept -= std::min(m_kept, static_cast<quint64>(bytes.size()));
    if (hasEnded() || m_writeEnded) {
        enqueue(bytes.toByteArray()); // the refusal
        return;
    }
    if (m_wantedTls != nullptr) {
        m_afterTls.push_back(bytes.toByteArray());
        m_afterTlsSize += static_cast<quint64>(bytes.size()) + WriteQueue::pieceCost;
    } else if (!m_queue.append(bytes.toByteArray())) {
        recordNotSent({.id = ErrorId::NoBufferSpace,
                       .situation = QStringLiteral("send"),
                       .detail = QStringLiteral("%1 bytes wait already because the peer does not read; at most %2 may.")
                                     .arg(m_queue.bytes())
                                     .arg(WriteQueue::bound)});
    }
    flush();
}

bool Connection::hasMoreToTell() const {
    return Endpoint::hasMoreToTell() || (m_behaviour && m_behaviour->hasMoreToTell());
}

void Connection::enqueue(const QByteArray& bytes, qsizetype from) {
    if (hasEnded() || m_writeEnded || m_wantsWriteEnd || m_isClosing) {
        recordNotSent({.id = ErrorId::ShutDown,
                       .situation = QStringLiteral("send"),
                       .detail = hasEnded() ? QStringLiteral("the connection has ended.")
                                            : QStringLiteral("sending was shut down on this connection.")});
        return;
    }
    if (bytes.isEmpty())
        return;
    if (m_wantedTls != nullptr && m_afterTlsSize + static_cast<quint64>(bytes.size()) <= WriteQueue::bound) {
        m_afterTls.push_back(bytes.sliced(from));
        m_afterTlsSize += static_cast<quint64>(bytes.size() - from) + WriteQueue::pieceCost;
        return;
    }
    if (m_wantedTls != nullptr || !m_queue.append(bytes, from)) {
        recordNotSent({.id = ErrorId::NoBufferSpace,
                       .situation = QStringLiteral("send"),
                       .detail = QStringLiteral("%1 bytes wait already because the peer does not read; at most %2 may.")
                                     .arg(m_queue.bytes())
                                     .arg(WriteQueue::bound)});
        return;
    }
    if (m_ticket)
        flush();
    else
        mutableSnapshot().counters.queuedBytes = m_queue.size();
}

void Connection::offerFile(const QString& path) {
    if (hasEnded() || m_writeEnded || m_wantsWriteEnd || m_isClosing) {
        offer(QByteArray(1, '\0'), {}); // the same refusal
        return;
    }
    if (m_kept > 0) {
        recordNotSent({.id = ErrorId::NoBufferSpace,
                       .situation = QStringLiteral("send file"),
                       .detail = QStringLiteral("the script has not seen what was sent before: send it again.")});
        return;
    }
    if (m_wantedTls != nullptr) {
        recordNotSent({.id = ErrorId::ShutDown,
                       .situation = QStringLiteral("send file"),
                       .detail = QStringLiteral("TLS was asked for and is not there yet.")});
        return;
    }
    auto file = std::make_unique<QFile>(path);
    const QString why = whyNoInputFile(path, Devices::Take);
    if (!why.isEmpty() || !file->open(QIODevice::ReadOnly)) {
        recordNotSent(
            {.id = ErrorId::ReadFailed,
             .situation = QStringLiteral("send file"),
             .detail = QStringLiteral("%1 cannot be read: %2.").arg(path, why.isEmpty() ? file->errorString() : why)});
        return;
    }
    m_queue.append(std::move(file));
    if (m_ticket)
        flush();
}

void Connection::flush() {
    if (m_isHandshaking)
        return; // it goes on when TLS is there
    const auto begin = std::chrono::steady_clock::now();
    while (host().hasRoom(id())) {
        const QByteArrayView bytes = m_queue.front();
        if (const QString why = m_queue.takeReadError(); !why.isEmpty())
            recordNotSent({.id = ErrorId::ReadFailed, .situation = QStringLiteral("send file"), .detail = why});
        if (bytes.isEmpty())
            break;
        const qint64 count = sendSome(bytes.data(), static_cast<std::size_t>(std::min(bytes.size(), largestSend)));
        if (count < 0) {
            if (isAgain(count))
                break;
            fail(count, QStringLiteral("send"));
            return;
        }
        recordSent(bytes.first(count));
        m_queue.advance(count);
        if (std::chrono::steady_clock::now() - begin >= roundTime)
            break; // the others' turn; the socket says at once that it takes more
    }
    mutableSnapshot().counters.queuedBytes = m_queue.size();
    if (m_tls && m_queue.isEmpty() && m_kept == 0 && (m_isClosing || m_wantsWriteEnd))
        m_tls->close();
    if (m_tls && !pushCiphertext())
        return;
    const bool isOut = m_queue.isEmpty() && m_kept == 0 && !hasCiphertext();
    if (isOut && m_isClosing) {
        finishOrderly();
        return;
    }
    if (isOut && m_wantedTls != nullptr) {
        beginHandshake(std::exchange(m_wantedTls, nullptr));
        return;
    }
    if (isOut && m_wantsWriteEnd) {
        endSendingNow();
        if (m_socket == native::noDescriptor)
            return;
    }
    const bool hasRoom = m_queue.memory() < WriteQueue::comfortable / 2;
    if (m_behaviour && hasRoom && !m_isClosing && !m_writeEnded && !m_isInBehaviour) {
        const quint64 before = snapshot().counters.sentBytes + m_queue.size();
        m_isInBehaviour = true; // writable() sends, which comes back here
        m_behaviour->writable(*this);
        m_isInBehaviour = false;
        // one that goes on producing hears again when the socket has room, not in a loop that starves the others
        m_behaviourProduces = snapshot().counters.sentBytes + m_queue.size() != before;
        if (m_isClosing) {
            flush();
            return;
        }
    }
    if (m_socket != native::noDescriptor)
        updateInterest();
}

void Connection::consumed(quint64 bytes) {
    m_unconsumed -= std::min(m_unconsumed, bytes);
    if (m_socket != native::noDescriptor && m_ticket)
        updateInterest();
}

void Connection::setBehaviour(const QString& name, BehaviourFactory factory) {
    if (m_isAsked) // whoever was asked is gone
        decide(true);
    if (hasEnded())
        return;
    if (m_behaviour)
        m_behaviour->takenOff(*this);
    setBehaviourFactory(name, std::move(factory));
    m_behaviour = request().makeBehaviour ? request().makeBehaviour() : nullptr;
    ++m_behaviourNumber;
    m_isHeld = false;
    m_hasOpened = false;
    recordTraffic(true);
    record(EventKind::BehaviourChanged, QStringLiteral("behaviour is now %1").arg(name));
    if (!m_ticket || m_isHandshaking)
        return;
    m_hasOpened = true;
    if (m_behaviour)
        m_behaviour->opened(*this);
    if (m_ticket)
        flush();
}

void Connection::reloadBehaviour() {
    if (hasEnded() || !m_behaviour)
        return;
    if (m_behaviour->reload(*this))
        return;
    setBehaviour(request().behaviour, request().makeBehaviour);
}

void Connection::holdReceiving(bool isHeld) {
    m_isHeld = isHeld;
    if (m_ticket && !m_isInBehaviour)
        updateInterest();
}

void Connection::wake(std::chrono::milliseconds delay, quint64 token) {
    host().after(delay, id(), [number = m_behaviourNumber, token](Endpoint& endpoint) {
        auto& self = static_cast<Connection&>(endpoint);
        if (!self.hasEnded() && !self.m_isClosing && self.m_behaviour && self.m_behaviourNumber == number)
            self.m_behaviour->woken(self, token);
    });
}

} // namespace sw
