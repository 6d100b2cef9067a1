// SPDX-License-Identifier: MIT
#include "core/endpoint/connection.h"

#include "core/endpoint/socketoptions.h"

#include <algorithm>
#include <cerrno>

namespace sw {

namespace {

/// One round of receiving: a flood on one socket must not starve the others.
constexpr int readsPerRound = 16;
constexpr std::size_t largestRead = 262144;
constexpr std::size_t smallestRead = 2048;

} // namespace

Connection::Connection(EndpointHost& host, EndpointRequest request)
    : Endpoint(host, EndpointKind::Connection, std::move(request)) {}

Connection::Connection(EndpointHost& host, EndpointRequest request, native::Descriptor socket, const QString& peer,
                       QString listenerName)
    : Endpoint(host, EndpointKind::Connection, std::move(request)),
      m_socket(socket),
      m_listenerName(std::move(listenerName)) {
    mutableSnapshot().peer = peer;
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
                                                                    : QStringLiteral("error");
    finish({.cause = cause, .text = QStringLiteral("could not connect: ") + toText(error), .error = error});
}

void Connection::open(bool isAccepted) {
    const native::SocketAddress local = native::boundAddress(m_socket);
    const bool isIPv6 = native::isIPv6(local);
    if (isAccepted && m_behaviour && !m_behaviour->acceptor(*this)) {
        record(EventKind::Refused, QStringLiteral("refused by the behaviour %1").arg(snapshot().behaviour));
        native::abort(m_socket);
        m_socket = native::noDescriptor;
        finish(
            {.cause = QStringLiteral("aborted-by-us"), .text = QStringLiteral("refused and reset by us"), .error = {}});
        return;
    }
    mutableSnapshot().local = native::toText(local);
    const auto errors = applyOptions(m_socket, address(), OptionStage::Open, isIPv6);
    if (!isAccepted)
        describe();
    setState(EndpointState::Open);
    const QString peer = snapshot().peer.isEmpty() ? QStringLiteral("a local process") : snapshot().peer;
    QJsonObject facts{{QStringLiteral("local"), snapshot().local}, {QStringLiteral("peer"), snapshot().peer}};
    if (isLocal(address().scheme)) {
        if (auto who = native::peerCredentials(m_socket)) {
            facts.insert(QStringLiteral("credentials"), who->toJson());
            mutableSnapshot().credentials = std::make_shared<const PeerCredentials>(std::move(*who));
        }
    }
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
    if (m_behaviour)
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
    const Role role = snapshot().parent == EndpointId::None ? Role::Connect : Role::Listen;
    const bool isIPv6 = native::speaksIPv6(native::boundAddress(m_socket));
    mutableSnapshot().options =
        std::make_shared<const QVector<OptionState>>(readOptions(m_socket, address(), role, isIPv6));
    touch();
}

bool Connection::mayReceive() const {
    if (m_readEnded)
        return false;
    if (m_behaviour && !wantsMore())
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
    const bool wantsToSend = (!m_queue.isEmpty() || m_behaviourProduces) && host().hasRoom(id());
    const unsigned interest = (mayReceive() ? ReadInterest : NoInterest) | (wantsToSend ? WriteInterest : NoInterest) |
                              (m_readEnded ? HangUpInterest : NoInterest);
    host().poller().setInterest(*m_ticket, interest);
}

void Connection::socketReady(PollEvents events) {
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
        fail(code, QStringLiteral("wait"));
        return;
    }
    finish({.cause = QStringLiteral("closed-by-peer"),
            .text = QStringLiteral("closed by the peer: it neither sends nor receives any more"),
            .error = {}});
}

void Connection::receiveRound() {
    for (int round = 0; round < readsPerRound && mayReceive(); ++round) {
        const std::span<char> space = transcript()->writeSpace(smallestRead);
        const std::size_t asked = std::min(space.size(), largestRead);
        const qint64 count = native::receive(m_socket, space.data(), asked);
        if (count < 0) {
            if (native::isAgain(static_cast<int>(-count)))
                break;
            fail(static_cast<int>(-count), QStringLiteral("receive"));
            return;
        }
        if (count == 0) {
            peerEnded();
            return;
        }
        const QByteArrayView bytes =
            transcript()->commit(RecordKind::Received, static_cast<std::size_t>(count), Timestamp::now());
        countReceived(static_cast<quint64>(count));
        if (m_awaitsFirstByte)
            noteFirstByte();
        m_unconsumed += static_cast<quint64>(count);
        if (m_behaviour && !m_isClosing && !m_writeEnded && !m_wantsWriteEnd) {
            const auto pin = transcript()->currentSegment(); // its answers are recorded too, and may fill the segment
            m_behaviour->filter(*this, bytes);
        }
        if (m_socket == native::noDescriptor)
            return;
        if (static_cast<std::size_t>(count) < asked)
            break;
    }
    updateInterest();
}

void Connection::peerEnded() {
    m_readEnded = true;
    m_peerEndedFirst = !m_writeEnded && !m_isClosing && !m_wantsWriteEnd;
    record(EventKind::EndOfStream,
           m_writeEnded ? QStringLiteral("end of stream from the peer: it sends no more")
                        : QStringLiteral("end of stream from the peer: it sends no more, and can still receive"));
    if (m_writeEnded) {
        finishOrderly();
        return;
    }
    setOpenState();
    if (m_behaviour)
        m_behaviour->endOfStream(*this);
    else if (address().value("eof") == QLatin1String("close"))
        closeOrderly();
    if (m_socket != native::noDescriptor)
        updateInterest();
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
    const bool isPlain = m_ticket && m_queue.isEmpty() && !m_writeEnded && !m_wantsWriteEnd && !m_isClosing;
    if (isPlain && !bytes.isEmpty() && host().hasRoom(id())) { // straight from where it was received, without a copy
        const qint64 count = native::send(m_socket, bytes.data(), static_cast<std::size_t>(bytes.size()));
        if (count > 0) {
            recordSent(bytes.first(count));
            bytes = bytes.sliced(count);
        } // errors come again, and are told, when the queue is flushed
        if (bytes.isEmpty())
            return;
    }
    offer(bytes.toByteArray(), {});
}

bool Connection::wantsMore() const {
    return m_queue.memory() < WriteQueue::comfortable;
}

void Connection::offer(const QByteArray& bytes, const QString&) {
    if (hasEnded() || m_writeEnded || m_wantsWriteEnd || m_isClosing) {
        recordNotSent({.id = ErrorId::ShutDown,
                       .situation = QStringLiteral("send"),
                       .detail = hasEnded() ? QStringLiteral("the connection has ended.")
                                            : QStringLiteral("sending was shut down on this connection.")});
        return;
    }
    if (bytes.isEmpty())
        return;
    if (!m_queue.append(bytes)) {
        recordNotSent({.id = ErrorId::NoBufferSpace,
                       .situation = QStringLiteral("send"),
                       .detail = QStringLiteral("%1 bytes wait already because the peer does not read; at most %2 may.")
                                     .arg(m_queue.memory())
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
    auto file = std::make_unique<QFile>(path);
    if (!file->open(QIODevice::ReadOnly)) {
        recordNotSent({.id = ErrorId::NotFound,
                       .situation = QStringLiteral("send file"),
                       .detail = QStringLiteral("%1 cannot be read: %2.").arg(path, file->errorString())});
        return;
    }
    m_queue.append(std::move(file));
    if (m_ticket)
        flush();
}

void Connection::flush() {
    while (host().hasRoom(id())) {
        const QByteArrayView bytes = m_queue.front();
        if (!m_queue.readError().isEmpty()) {
            recordNotSent(
                {.id = ErrorId::NotFound, .situation = QStringLiteral("send file"), .detail = m_queue.readError()});
            break;
        }
        if (bytes.isEmpty())
            break;
        const qint64 count = native::send(m_socket, bytes.data(), static_cast<std::size_t>(bytes.size()));
        if (count < 0) {
            if (native::isAgain(static_cast<int>(-count)))
                break;
            fail(static_cast<int>(-count), QStringLiteral("send"));
            return;
        }
        recordSent(bytes.first(count));
        m_queue.advance(count);
    }
    mutableSnapshot().counters.queuedBytes = m_queue.size();
    if (m_queue.isEmpty() && m_isClosing) {
        finishOrderly();
        return;
    }
    if (m_queue.isEmpty() && m_wantsWriteEnd) {
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

void Connection::shutDownSending() {
    if (hasEnded() || m_writeEnded || m_wantsWriteEnd || m_isClosing)
        return;
    m_wantsWriteEnd = true;
    if (m_ticket)
        flush();
}

void Connection::endSendingNow() {
    m_wantsWriteEnd = false;
    m_writeEnded = true;
    native::shutdown(m_socket, native::Shutdown::Sending);
    record(EventKind::SendingEnded,
           m_readEnded ? QStringLiteral("we send no more") : QStringLiteral("we send no more, and can still receive"));
    if (m_readEnded)
        finishOrderly();
    else
        setOpenState();
}

void Connection::shutDownReceiving() {
    if (hasEnded() || m_readEnded || !m_ticket)
        return;
    native::shutdown(m_socket, native::Shutdown::Receiving);
    m_readEnded = true;
    record(EventKind::ReceivingEnded, QStringLiteral("we receive no more"));
    if (m_writeEnded) {
        finishOrderly();
        return;
    }
    setOpenState();
    updateInterest();
}

void Connection::closeOrderly() {
    if (hasEnded() || m_isClosing)
        return;
    if (!m_ticket) { // still connecting: nothing was sent yet
        m_connector.reset();
        finish({.cause = QStringLiteral("closed-by-us"),
                .text = QStringLiteral("given up by us while connecting"),
                .error = {}});
        return;
    }
    m_isClosing = true;
    setOpenState();
    if (m_isInBehaviour)
        return; // the flush that called the behaviour goes on after it
    flush();
}

/// Takes what has arrived already: closing a socket with unread bytes makes TCP send a reset (RFC 2525 section 2.17),
/// and that can destroy what we sent last.
void Connection::drainBeforeEnd() {
    constexpr quint64 most = 4ULL << 20U;
    quint64 taken = 0;
    while (!m_readEnded && taken < most) {
        const std::span<char> space = transcript()->writeSpace(smallestRead);
        const qint64 count = native::receive(m_socket, space.data(), std::min(space.size(), largestRead));
        if (count == 0) {
            m_readEnded = true;
            record(EventKind::EndOfStream, QStringLiteral("end of stream from the peer: it sends no more"));
        }
        if (count <= 0)
            break;
        transcript()->commit(RecordKind::Received, static_cast<std::size_t>(count), Timestamp::now());
        countReceived(static_cast<quint64>(count));
        taken += static_cast<quint64>(count);
    }
}

/// Everything went to the system. With linger=N above 0, close waits until the peer's system has acknowledged it, and
/// resets when it has not in time (POSIX, "SO_LINGER"); the system's own wait would block this thread.
void Connection::finishOrderly() {
    if (m_lingering)
        return; // it is looked at again and again
    drainBeforeEnd();
    const int linger = address().number("linger").value_or(-1);
    if (linger <= 0 || !native::undelivered(m_socket).value_or(0)) {
        closeNow();
        return;
    }
    m_isClosing = true;
    m_behaviourProduces = false;
    setOpenState();
    if (!m_writeEnded)
        native::shutdown(m_socket, native::Shutdown::Sending);
    m_lingering.emplace();
    m_lingering->start();
    updateInterest();
    lingerOrFinish();
}

void Connection::lingerOrFinish() {
    if (m_socket == native::noDescriptor || !m_lingering)
        return;
    const qint64 limit = *address().number("linger") * 1000LL;
    if (const int code = native::pendingError(m_socket); code != 0) {
        fail(code, QStringLiteral("close"));
        return;
    }
    const qint64 left = native::undelivered(m_socket).value_or(0);
    if (left == 0) {
        drainBeforeEnd();
        closeNow();
    } else if (m_lingering->elapsed() < limit) {
        constexpr std::chrono::milliseconds pause(10);
        host().after(pause, id(), [](Endpoint& endpoint) { static_cast<Connection&>(endpoint).lingerOrFinish(); });
    } else {
        if (m_ticket)
            host().poller().remove(*m_ticket);
        m_ticket.reset();
        native::abort(std::exchange(m_socket, native::noDescriptor));
        finish({.cause = QStringLiteral("aborted-by-us"),
                .text = QStringLiteral("closed by us with a reset: linger=%1 was over, and the peer had not "
                                       "acknowledged %2 bytes")
                            .arg(limit / 1000)
                            .arg(left),
                .error = {}});
    }
}

void Connection::closeNow() {
    if (address().number("linger") == 0) {
        // after both ends of stream only what was not sent yet is lost by a reset
        const auto info = native::tcpInfo(m_socket);
        const qint64 unsent = info ? info->unsent.value_or(0) : 0;
        if (!m_readEnded || !m_writeEnded || unsent > 0) {
            finish({.cause = QStringLiteral("aborted-by-us"),
                    .text =
                        unsent > 0
                            ? QStringLiteral("closed by us with a reset (linger=0): %1 bytes were not sent").arg(unsent)
                            : QStringLiteral("closed by us with a reset (linger=0)"),
                    .error = {}});
            return;
        }
    }
    const bool byPeer = m_peerEndedFirst;
    finish({.cause = byPeer ? QStringLiteral("closed-by-peer") : QStringLiteral("closed-by-us"),
            .text = byPeer ? QStringLiteral("closed: the peer ended first, then we did")
                           : (m_readEnded ? QStringLiteral("closed: we ended first, then the peer did")
                                          : QStringLiteral("closed by us")),
            .error = {}});
}

void Connection::abort() {
    if (hasEnded())
        return;
    m_connector.reset();
    if (m_ticket)
        host().poller().remove(*m_ticket);
    m_ticket.reset();
    if (m_socket != native::noDescriptor)
        native::abort(m_socket);
    m_socket = native::noDescriptor;
    const quint64 dropped = m_queue.size();
    finish({.cause = QStringLiteral("aborted-by-us"),
            .text = dropped > 0 ? QStringLiteral("aborted by us: reset, %1 bytes not sent").arg(dropped)
                                : QStringLiteral("aborted by us: reset"),
            .error = {}});
}

void Connection::fail(int native, const QString& situation) {
    Error error = systemError(native, situation, snapshot().peer);
    drainBeforeEnd();
    const bool isReset = error.id == ErrorId::ConnectionReset || error.id == ErrorId::BrokenPipe;
    if (error.id == ErrorId::BrokenPipe && m_readEnded)
        error.detail += QStringLiteral(" Its end of stream came before.");
    finish({.cause = isReset                                   ? QStringLiteral("reset")
                     : error.id == ErrorId::ConnectionTimedOut ? QStringLiteral("timed-out")
                                                               : QStringLiteral("error"),
            .text = (isReset ? QStringLiteral("reset by the peer: ") : QStringLiteral("ended by an error: ")) +
                    toText(error),
            .error = error});
}

void Connection::finish(const ClosingRecord& closing) {
    if (m_ticket)
        host().poller().remove(*m_ticket);
    m_ticket.reset();
    if (m_socket != native::noDescriptor)
        native::close(m_socket);
    m_socket = native::noDescriptor;
    mutableSnapshot().counters.queuedBytes = m_queue.size();
    m_queue.clear();
    if (!recordClosing(closing))
        return;
    if (m_behaviour)
        m_behaviour->sentinel(closing);
    if (snapshot().parent != EndpointId::None) {
        if (Endpoint* listener = host().find(snapshot().parent))
            listener->childEnded(id()); // room for the next one
    }
}

void Connection::consumed(quint64 bytes) {
    m_unconsumed -= std::min(m_unconsumed, bytes);
    if (m_socket != native::noDescriptor && m_ticket)
        updateInterest();
}

void Connection::setBehaviour(const QString& name, BehaviourFactory factory) {
    if (hasEnded())
        return;
    setBehaviourFactory(name, std::move(factory));
    m_behaviour = request().makeBehaviour ? request().makeBehaviour() : nullptr;
    record(EventKind::Warning, QStringLiteral("behaviour is now %1").arg(name));
    if (m_ticket) {
        if (m_behaviour)
            m_behaviour->opened(*this);
        if (m_ticket)
            updateInterest();
    }
}

} // namespace sw
