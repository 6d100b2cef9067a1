// SPDX-License-Identifier: MIT
#include "core/endpoint/connection.h"

#include "core/base/inputfile.h"
#include "core/channel/qtfamily.h"
#include "core/channel/socketoptions.h"

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
    : ServedEndpoint(host, EndpointKind::Connection, std::move(request)) {}

Connection::Connection(EndpointHost& host, EndpointRequest request, std::unique_ptr<StreamChannel> channel,
                       const QString& peer, QString listenerName)
    : ServedEndpoint(host, EndpointKind::Connection, std::move(request)),
      m_channel(std::move(channel)),
      m_listenerName(std::move(listenerName)) {
    mutableSnapshot().peer = peer;
    mutableSnapshot().isAccepted = true;
}

void Connection::start() {
    makeBehaviour();
    if (m_channel) {
        open(true);
        return;
    }
    if (isSecure(address().scheme) && !prepareTls())
        return;
    m_connector = std::make_unique<Connector>(
        host().sockets(address()), address(),
        Connector::Handlers{
            .connected = [this](std::unique_ptr<StreamChannel> channel) { connected(std::move(channel)); },
            .failed = [this](const Error& error) { connectFailed(error); },
            .record = [this](EventKind kind, const QString& text, const Facts& facts) { record(kind, text, facts); },
            .state = [this](EndpointState state) { setState(state); },
        });
    m_connector->start();
}

void Connection::connected(std::unique_ptr<StreamChannel> channel) {
    mutableSnapshot().report = std::make_shared<const ConnectReport>(m_connector->report());
    m_awaitsFirstByte = true;
    m_connector.release()->deleteLater(); // we are in a call of it
    m_channel = std::move(channel);
    const QString shown = m_channel->socket().peerName();
    mutableSnapshot().peer = shown.isEmpty() ? address().path : shown;
    open(false);
}

void Connection::connectFailed(const Error& error) {
    mutableSnapshot().report = std::make_shared<const ConnectReport>(m_connector->report());
    m_connector.release()->deleteLater();
    const ClosingCause cause = error.id == ErrorId::ConnectionRefused    ? ClosingCause::Refused
                               : error.id == ErrorId::ConnectionTimedOut ? ClosingCause::TimedOut
                               : error.id == ErrorId::ConnectionReset    ? ClosingCause::Reset
                                                                         : ClosingCause::Error;
    finish({.cause = cause, .text = QStringLiteral("could not connect: ") + toText(error), .error = error});
}

void Connection::open(bool isAccepted) {
    if (isLocal(address().scheme)) { // the acceptor may decide by them
        if (auto who = m_channel->socket().credentials())
            mutableSnapshot().credentials = std::make_shared<const PeerCredentials>(std::move(*who));
    }
    if (isAccepted)
        askAcceptor();
    else
        begin(false);
}

void Connection::refused() {
    record(EventKind::Refused, QStringLiteral("refused by the behaviour %1").arg(snapshot().behaviour));
    m_channel->abort();
    finish({.cause = ClosingCause::AbortedByUs, .text = QStringLiteral("refused and reset by us"), .error = {}});
}

void Connection::begin(bool isAccepted) {
    StreamSocket& socket = m_channel->socket();
    mutableSnapshot().local = socket.localName();
    const auto errors = socket.applyOptions(address());
    if (!isAccepted)
        describe();
    setState(EndpointState::Open);
    const QString peer = snapshot().peer.isEmpty() ? QStringLiteral("a local process") : snapshot().peer;
    Facts facts{
        {Fact::Scheme, schemeName(address().scheme)}, {Fact::Local, snapshot().local}, {Fact::Peer, snapshot().peer}};
    noteSocket(socket.number(), isAccepted, facts);
    if (snapshot().credentials != nullptr)
        facts.add(Fact::Credentials, snapshot().credentials->toJson());
    if (snapshot().report != nullptr)
        facts.add(Fact::Report, snapshot().report->toJson());
    if (usesQtSockets(address()))
        facts.add(Fact::Sockets, QStringLiteral("qt"));
    const auto proxy = address().given("proxy");
    if (proxy)
        facts.add(Fact::Proxy, *proxy);
    m_sinceOpen.start();
    if (isAccepted) {
        facts.add(Fact::ListenerName, m_listenerName);
        record(EventKind::Accepted, QStringLiteral("opened by %1, accepted by “%2”").arg(peer, m_listenerName), facts);
    } else {
        QString text = QStringLiteral("connected to %1").arg(peer);
        if (!snapshot().local.isEmpty())
            text += QStringLiteral(" from %1").arg(snapshot().local);
        if (proxy)
            text += QStringLiteral(" through %1").arg(*proxy);
        record(EventKind::Opened, text, facts);
    }
    for (const Error& error : errors)
        record(EventKind::Warning, error.detail, {{Fact::Error, error.toJson()}});
    socket.watch(this);
    if (request().tls != nullptr || m_tlsContext != nullptr || m_wantedTls != nullptr)
        beginHandshake(request().tls != nullptr  ? request().tls
                       : m_tlsContext != nullptr ? std::exchange(m_tlsContext, nullptr)
                                                 : std::exchange(m_wantedTls, nullptr));
    else
        ready();
}

/// Bytes can be exchanged from now on.
void Connection::ready() {
    if (behaviour() != nullptr && std::exchange(m_hasOpened, true))
        behaviour()->secured(*this);
    else if (behaviour() != nullptr)
        behaviour()->opened(*this);
    if (isOpen())
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
    return m_channel ? m_channel->socket().tcpInfo() : std::nullopt;
}

Result<void> Connection::applyChange(const OptionSpec& spec, const QString& value, bool leave) {
    if (isOurs(spec))
        return {};
    if (!isOpen())
        return tl::unexpected(noSocket());
    return m_channel->socket().changeOption(spec, value, leave);
}

void Connection::describe() {
    if (!isOpen())
        return;
    const Role role = snapshot().isAccepted ? Role::Listen : Role::Connect;
    mutableSnapshot().options =
        std::make_shared<const QVector<OptionState>>(m_channel->socket().readOptions(address(), role));
    touch();
}

bool Connection::mayReceive() const {
    if (m_readEnded || m_isHeld || m_wantedTls != nullptr || (m_channel && !m_channel->mayReceive()))
        return false;
    if (behaviour() != nullptr && !wantsMore() && !passesOn())
        return false;
    const quint64 window = host().receiveWindow();
    return (window == 0 || m_unconsumed < window) && host().hasRoom(id());
}

void Connection::roomAgain() {
    if (isRunning())
        flush();
}

void Connection::updateInterest() {
    if (!isRunning())
        return;
    if (m_lingering) { // both directions are shut down: the system would report that without end
        m_channel->socket().setInterest(NoInterest);
        return;
    }
    const bool mayRead = m_isHandshaking ? !m_waitsToProceed : mayReceive();
    const bool wantsToSend =
        holdsUnsent() || (!m_isHandshaking && (!m_queue.isEmpty() || m_behaviourProduces) && host().hasRoom(id()));
    const unsigned interest = (mayRead ? ReadInterest : NoInterest) | (wantsToSend ? WriteInterest : NoInterest) |
                              (m_readEnded ? HangUpInterest : NoInterest);
    m_channel->socket().setInterest(interest);
    if (m_mayHoldMore && mayRead)
        receiveLater();
}

void Connection::socketReady(PollEvents events) {
    if (m_isHandshaking) {
        continueHandshake();
        return;
    }
    if (events.writable && isOpen())
        flush();
    if (events.readable && isOpen())
        receiveRound();
    if (events.hungUp && !events.readable && !events.writable && isOpen())
        peerGone();
}

/// After the peer's end of stream: a reset, or (unix) the peer's end is closed altogether.
void Connection::peerGone() {
    if (const int code = m_channel->socket().takeError(); code != 0) {
        failLater(code, QStringLiteral("wait"));
        return;
    }
    finish({.cause = ClosingCause::ClosedByPeer,
            .text = QStringLiteral("closed by the peer: it neither sends nor receives any more"),
            .error = {}});
}

/// A peer whose end of stream has come may go on receiving for as long as it likes; one that has closed its socket
/// is gone, and holding the connection would serve nobody. What waits to be sent finds that out by itself.
void Connection::lookForPeer() {
    if (!isOpen() || !m_readEnded || m_writeEnded || m_wantsWriteEnd || m_isClosing)
        return;
    if (m_queue.isEmpty() && !holdsUnsent() && m_channel->socket().hasPeerGone()) {
        peerGone();
        return;
    }
    m_nextLook = std::clamp(m_nextLook * 2, firstLook, longestLook);
    later(m_nextLook, &Connection::lookForPeer);
}

/// What the channel has taken and not handed on goes out.
bool Connection::flushChannel() {
    const IoResult result = m_channel->flush();
    if (!result.hasFailed())
        return true;
    fail(result, QStringLiteral("send"));
    return false;
}

/// What the channel still holds was taken from the socket already, which therefore does not show it any more.
void Connection::receiveLater() {
    if (!std::exchange(m_isReceivePosted, true))
        later(soon, &Connection::receiveMore);
}

void Connection::receiveMore() {
    m_isReceivePosted = false;
    if (isRunning() && m_mayHoldMore && !m_isHandshaking && mayReceive())
        receiveRound();
}

void Connection::receiveRound() {
    m_mayHoldMore = m_channel->readsAhead(); // until it says that it does not
    const auto begin = std::chrono::steady_clock::now();
    for (int round = 0; round < readsPerRound && mayReceive(); ++round) {
        const std::span<char> space = transcript()->writeSpace(smallestRead);
        const std::size_t asked = std::min(space.size(), largestRead);
        const IoResult result = m_channel->receive(space.first(asked));
        if (!result.isDone())
            recordAlerts(); // not between writeSpace() and commit(): it would write there
        if (result.hasFailed()) {
            fail(result, QStringLiteral("receive"));
            return;
        }
        if (!result.isDone())
            m_mayHoldMore = false;
        if (result.isAgain())
            break;
        if (result.hasEnded()) {
            peerEnded();
            return;
        }
        const auto count = static_cast<quint64>(result.bytes);
        const QByteArrayView bytes = transcript()->commit(RecordKind::Received, count, Timestamp::now());
        countReceived(count);
        const auto pin =
            transcript()->currentSegment(); // events and answers are recorded too, and may fill the segment
        recordAlerts();
        if (m_awaitsFirstByte)
            noteFirstByte();
        if (!transcript()->isMuted()) // nobody will ever consume what is not recorded
            m_unconsumed += count;
        if (hears())
            behaviour()->filter(*this, bytes);
        if (!isOpen())
            return;
        if (m_isHandshaking) { // it began TLS
            updateInterest();
            return;
        }
        if (!m_channel->readsAhead() && count < asked)
            break;
        if (std::chrono::steady_clock::now() - begin >= roundTime)
            break;
    }
    if (flushChannel())
        updateInterest();
}

void Connection::peerEnded() {
    m_readEnded = true;
    mutableSnapshot().hasPeerEnded = true;
    m_peerEndedFirst = !m_writeEnded && !m_isClosing && !m_wantsWriteEnd;
    QString text = QStringLiteral("end of stream from the peer: it sends no more");
    if (!m_writeEnded && m_channel->hasHalfClose())
        text += QStringLiteral(", and can still receive");
    if (!m_channel->tellsResets())
        text += QStringLiteral(" (a reset looks the same to Qt)");
    record(EventKind::EndOfStream, text);
    if (m_writeEnded) {
        if (hears())
            behaviour()->endOfStream(*this);
        if (isOpen())
            finishOrderly();
        return;
    }
    setOpenState();
    if (hears())
        behaviour()->endOfStream(*this);
    // before TLS 1.3 the peer has ended both directions, and drops what comes (RFC 5246 section 7.2.1)
    const bool endsBoth = !m_channel->hasHalfClose();
    if (endsBoth || (behaviour() == nullptr && address().value("eof") == QLatin1String("close")))
        closeOrderly();
    if (isOpen())
        updateInterest();
    lookForPeer();
}

/// Whether what comes from the peer reaches the behaviour: not after it, or the user, has closed the connection.
bool Connection::hears() const {
    return behaviour() != nullptr && (!m_isClosing || passesOn());
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
    const bool isPlain = isRunning() && m_queue.isEmpty() && !m_writeEnded && !m_wantsWriteEnd && !m_isClosing &&
                         !m_isHandshaking && m_wantedTls == nullptr;
    if (!isPlain || bytes.isEmpty() || !host().hasRoom(id()))
        return 0;
    const IoResult result = m_channel->send(bytes.first(std::min(bytes.size(), largestSend)));
    if (!result.isDone())
        return 0; // errors come again, and are told, when the queue is flushed
    recordSent(bytes.first(result.bytes));
    if (result.bytes == bytes.size() && holdsUnsent())
        updateInterest();
    return result.bytes;
}

bool Connection::wantsMore() const {
    return m_queue.memory() < WriteQueue::comfortable;
}

void Connection::offer(const QByteArray& bytes, const QString&) {
    if (behaviour() != nullptr && isRunning() && !m_isClosing && !m_writeEnded && !m_wantsWriteEnd) {
        if (m_kept + static_cast<quint64>(bytes.size()) > WriteQueue::bound) {
            recordNotSent(
                {.id = ErrorId::NoBufferSpace,
                 .situation = QStringLiteral("send"),
                 .detail = QStringLiteral("%1 bytes wait already because the behaviour is busy.").arg(m_kept)});
            return;
        }
        const bool wasWanted = m_wantedTls != nullptr;
        m_kept += static_cast<quint64>(bytes.size());
        if (behaviour()->offered(*this, bytes))
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
    if (isRunning())
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
    if (isRunning())
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
        const IoResult result = m_channel->send(bytes.first(std::min(bytes.size(), largestSend)));
        if (result.isAgain())
            break;
        if (result.hasFailed()) {
            fail(result, QStringLiteral("send"));
            return;
        }
        recordSent(bytes.first(result.bytes));
        m_queue.advance(result.bytes);
        if (std::chrono::steady_clock::now() - begin >= roundTime)
            break; // the others' turn; the socket says at once that it takes more
    }
    mutableSnapshot().counters.queuedBytes = m_queue.size();
    if (m_queue.isEmpty() && m_kept == 0 && (m_isClosing || m_wantsWriteEnd))
        m_channel->sayEnd();
    if (!flushChannel())
        return;
    const bool isOut = m_queue.isEmpty() && m_kept == 0 && !holdsUnsent();
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
        if (!isOpen())
            return;
    }
    const bool hasRoom = m_queue.memory() < WriteQueue::comfortable / 2;
    if (behaviour() != nullptr && hasRoom && !m_isClosing && !m_writeEnded && !m_isInBehaviour) {
        const quint64 before = snapshot().counters.sentBytes + m_queue.size();
        m_isInBehaviour = true; // writable() sends, which comes back here
        behaviour()->writable(*this);
        m_isInBehaviour = false;
        // one that goes on producing hears again when the socket has room, not in a loop that starves the others
        m_behaviourProduces = snapshot().counters.sentBytes + m_queue.size() != before;
        if (m_isClosing) {
            flush();
            return;
        }
    }
    if (isOpen())
        updateInterest();
}

void Connection::consumed(quint64 bytes) {
    m_unconsumed -= std::min(m_unconsumed, bytes);
    if (isRunning())
        updateInterest();
}

void Connection::behaviourChanged() {
    m_isHeld = false;
    m_hasOpened = false;
    if (!isRunning() || m_isHandshaking)
        return;
    m_hasOpened = true;
    if (behaviour() != nullptr)
        behaviour()->opened(*this);
    if (isRunning())
        flush();
}

void Connection::holdReceiving(bool isHeld) {
    m_isHeld = isHeld;
    if (isRunning() && !m_isInBehaviour)
        updateInterest();
}

} // namespace sw
