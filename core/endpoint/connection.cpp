// SPDX-License-Identifier: MIT
#include "core/endpoint/connection.h"

#include "core/channel/socketoptions.h"
#include "core/endpoint/streamrecords.h"
#include "core/endpoint/streamtls.h"

#include <algorithm>

namespace sw {

namespace {

constexpr int readsPerRound = 16;
constexpr std::chrono::milliseconds firstLook(50);
constexpr std::chrono::milliseconds longestLook(2000);

} // namespace

Connection::Connection(EndpointHost& host, EndpointRequest request)
    : ServedEndpoint(host, EndpointKind::Connection, std::move(request)) {}

Connection::Connection(EndpointHost& host, EndpointRequest request, std::unique_ptr<StreamChannel> channel,
                       const QString& peer, QString listenerName)
    : ServedEndpoint(host, EndpointKind::Connection, std::move(request)),
      m_life(Deciding{}),
      m_channel(std::move(channel)),
      m_listenerName(std::move(listenerName)) {
    mutableSnapshot().peer = peer;
    mutableSnapshot().isAccepted = true;
}

// --- from its begin until bytes pass ---

void Connection::start() {
    makeBehaviour();
    if (is<Deciding>()) {
        noteCredentials();
        askAcceptor();
        return;
    }
    auto& own = std::get<Connecting>(m_life);
    if (isSecure(address().scheme)) {
        auto context = clientContext(address(), host());
        if (!context) { // said before anything is sent
            finish(notConnectedForTls(context.error()));
            return;
        }
        own.tls = *context;
    }
    auto proxy = proxyAccess(address(), host().passphrases());
    if (!proxy) {
        finish(notConnected(proxy.error()));
        return;
    }
    own.connector = std::make_unique<Connector>(
        host().sockets(address()), address(), std::move(*proxy),
        Connector::Handlers{
            .connected = [this](std::unique_ptr<StreamChannel> channel) { connected(std::move(channel)); },
            .failed = [this](const Error& error) { connectFailed(error); },
            .record = [this](EventKind kind, const Sentence& text, const Facts& facts) { record(kind, text, facts); },
            .state = [this](EndpointState state) { setState(state); },
        });
    own.connector->start();
}

/// The connector has done its work; we are in a call of it.
void Connection::takeReport() {
    Connector* connector = std::get<Connecting>(m_life).connector.release();
    mutableSnapshot().report = std::make_shared<const ConnectReport>(connector->report());
    connector->deleteLater();
}

void Connection::connected(std::unique_ptr<StreamChannel> channel) {
    takeReport();
    m_channel = std::move(channel);
    const HostPort& place = address().place; // which a proxy has connected to
    const QString shown =
        address().given("proxy")
            ? formatHostPort(
                  {.host = place.host, .service = {}, .portFirst = place.portFirst, .portLast = place.portFirst})
            : m_channel->socket().peerName();
    mutableSnapshot().peer = shown.isEmpty() ? address().path : shown;
    noteCredentials();
    begin(std::get<Connecting>(m_life).tls);
}

void Connection::connectFailed(const Error& error) {
    takeReport();
    finish(notConnected(error));
}

/// The acceptor may decide by them.
void Connection::noteCredentials() {
    if (!isLocal(address().scheme))
        return;
    if (auto who = m_channel->socket().credentials())
        mutableSnapshot().credentials = std::make_shared<const PeerCredentials>(std::move(*who));
}

void Connection::refused() {
    record(EventKind::Refused,
           sentence(QT_TRANSLATE_NOOP("Core", "refused by the behaviour %1"), snapshot().behaviour));
    m_channel->abort();
    finish(refusedByUs());
}

void Connection::taken() {
    begin(request().tls);
}

/// The socket is there; `tls` where TLS comes before anything else.
void Connection::begin(std::shared_ptr<TlsContext> tls) {
    StreamSocket& socket = m_channel->socket();
    mutableSnapshot().local = socket.localName();
    const auto errors = socket.applyOptions(address());
    if (!snapshot().isAccepted)
        describe();
    m_life = Open{};
    setState(EndpointState::Open);
    m_sinceOpen.start();
    recordOpened();
    for (const Error& error : errors)
        record(EventKind::Warning, error.detail, {{Fact::Error, error}});
    socket.watch(this);
    if (m_upgrade && tls == nullptr) // which its acceptor asked for
        beginUpgrade();
    else if (tls != nullptr)
        beginHandshake(std::move(tls), false);
    else
        ready();
}

void Connection::recordOpened() {
    OpeningRecord opening = streamOpened(snapshot(), m_listenerName, host().sockets(address()).name());
    noteSocket(m_channel->socket().number(), snapshot().isAccepted, opening.facts);
    record(snapshot().isAccepted ? EventKind::Accepted : EventKind::Opened, opening.text, opening.facts);
}

/// Bytes can be exchanged from now on.
void Connection::ready() {
    tellReady();
    if (isOpen())
        flush(); // what was offered while connecting
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

// --- what the socket is asked for ---

bool Connection::mayReceive() const {
    if (hasReceivedEnd() || m_receiving.isHeld || m_upgrade || (m_channel && !m_channel->mayReceive()))
        return false;
    if (behaviour() != nullptr && !wantsMore() && !passesOn())
        return false;
    const quint64 window = host().receiveWindow();
    return (window == 0 || m_receiving.unconsumed < window) && host().hasRoom(id());
}

void Connection::updateInterest() {
    if (!isRunning())
        return;
    if (is<Lingering>()) { // once both directions are shut down, the system would report that without end
        m_channel->socket().setInterest(hasReceivedEnd() || leavesUnread() ? NoInterest : ReadInterest);
        return;
    }
    const Securing* securing = std::get_if<Securing>(&m_life);
    const bool mayRead = securing != nullptr ? securing->hello != Securing::Hello::Shown : mayReceive();
    const bool hasToSend = !m_sending.isQueueEmpty() || m_asking.hasMore;
    const bool wantsToSend = holdsUnsent() || (securing == nullptr && hasToSend && host().hasRoom(id()));
    m_channel->socket().setInterest((mayRead ? ReadInterest : NoInterest) | (wantsToSend ? WriteInterest : NoInterest) |
                                    (hasReceivedEnd() ? HangUpInterest : NoInterest));
    if (m_receiving.mayHaveMore && mayRead && !std::exchange(m_receiving.isPosted, true))
        later(soon, &Connection::receiveMore); // what the channel took, the socket does not show any more
}

void Connection::socketReady(PollEvents events) {
    if (is<Securing>()) {
        continueHandshake();
        return;
    }
    if (is<Lingering>()) {
        lookAtLingering();
        updateInterest();
        return;
    }
    if (events.writable && isOpen())
        flush();
    if (events.readable && isOpen())
        receiveRound();
    if (events.hungUp && !events.readable && !events.writable && isOpen())
        peerGone();
}

void Connection::roomAgain() {
    if (isRunning())
        flush();
}

void Connection::consumed(quint64 bytes) {
    m_receiving.unconsumed -= std::min(m_receiving.unconsumed, bytes);
    updateInterest();
}

void Connection::holdReceiving(bool isHeld) {
    m_receiving.isHeld = isHeld;
    if (!m_asking.isNow)
        updateInterest();
}

void Connection::behaviourChanged() {
    m_receiving.isHeld = false;
    if (isRunning() && !is<Securing>())
        ready();
}

void Connection::setOpenState() {
    if (isClosing())
        setState(EndpointState::Closing);
    else if (hasReceivedEnd())
        setState(EndpointState::ReadEnded);
    else
        setState(m_sending.hasEnded() ? EndpointState::WriteEnded : EndpointState::Open);
}

// --- receiving ---

/// Whether what comes from the peer reaches the behaviour: not after it, or the user, has closed the connection.
bool Connection::hears() const {
    return behaviour() != nullptr && (!isClosing() || passesOn());
}

void Connection::receiveMore() {
    m_receiving.isPosted = false;
    if (isRunning() && m_receiving.mayHaveMore && !is<Securing>() && mayReceive())
        receiveRound();
}

void Connection::receiveRound() {
    m_receiving.mayHaveMore = m_channel->readsAhead(); // until it says that it does not
    const auto begin = std::chrono::steady_clock::now();
    for (int round = 0; round < readsPerRound && mayReceive(); ++round) {
        const std::span<char> space = transcript()->writeSpace(smallestRead);
        const std::size_t asked = std::min(space.size(), largestRead);
        const IoResult result = m_channel->receive(space.first(asked));
        if (!result.isDone()) {
            recordAlerts(); // not between writeSpace() and commit(): it would write there
            m_receiving.mayHaveMore = false;
        }
        if (result.hasFailed()) {
            fail(result, QStringLiteral("receive"));
            return;
        }
        if (result.isAgain())
            break;
        if (result.hasEnded()) {
            peerEnded();
            return;
        }
        const auto count = static_cast<quint64>(result.bytes);
        const QByteArrayView bytes = transcript()->commit(RecordKind::Received, count, Timestamp::now());
        countReceived(count);
        // events and answers are recorded too, and may fill the segment
        const auto pin = transcript()->currentSegment();
        recordAlerts();
        noteFirstByte();
        if (!transcript()->isMuted()) // nobody will ever consume what is not recorded
            m_receiving.unconsumed += count;
        if (hears())
            behaviour()->filter(*this, bytes);
        if (!isOpen())
            return;
        if (is<Securing>()) { // it began TLS
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

/// The last phase of connecting: the other end has begun to speak.
void Connection::noteFirstByte() {
    if (snapshot().report == nullptr || snapshot().report->firstByte)
        return;
    ConnectReport report = *snapshot().report;
    report.phase = ConnectPhase::FirstByte;
    report.firstByte = std::chrono::nanoseconds(m_sinceOpen.nsecsElapsed());
    mutableSnapshot().report = std::make_shared<const ConnectReport>(std::move(report));
}

void Connection::peerEnded() {
    const bool isFirst = m_sending.takesMore() && !isClosing();
    m_receiving.state = isFirst ? Receiving::State::EndedFirst : Receiving::State::Ended;
    mutableSnapshot().hasPeerEnded = true;
    Sentence text = sentence(QT_TRANSLATE_NOOP("Core", "end of stream from the peer: it sends no more"));
    if (!m_sending.hasEnded() && m_channel->hasHalfClose())
        text += sentence(QT_TRANSLATE_NOOP("Core", ", and can still receive"));
    if (!m_channel->tellsResets())
        text += sentence(QT_TRANSLATE_NOOP("Core", " (a reset looks the same to Qt)"));
    record(EventKind::EndOfStream, text);
    if (!m_sending.hasEnded())
        setOpenState();
    if (hears())
        behaviour()->endOfStream(*this);
    if (m_sending.hasEnded()) {
        if (isOpen())
            finishOrderly();
        return;
    }
    // the peer has ended both directions, and drops what comes; or the socket is closed already
    const bool endsBoth = !m_channel->hasHalfClose();
    if (endsBoth || (behaviour() == nullptr && address().value("eof") == QLatin1String("close")))
        closeOrderly();
    updateInterest();
    lookForPeer();
}

/// A peer whose end of stream has come may go on receiving for as long as it likes; one that has closed its socket
/// is gone, and holding the connection would serve nobody. What waits to be sent finds that out by itself.
void Connection::lookForPeer() {
    if (!isOpen() || !hasReceivedEnd() || !m_sending.takesMore() || isClosing())
        return;
    if (m_sending.isQueueEmpty() && !holdsUnsent() && m_channel->socket().hasPeerGone()) {
        peerGone();
        return;
    }
    m_receiving.nextLook = std::clamp(m_receiving.nextLook * 2, firstLook, longestLook);
    later(m_receiving.nextLook, &Connection::lookForPeer);
}

/// After the peer's end of stream: a reset, or (unix) the peer's end is closed altogether.
void Connection::peerGone() {
    if (const int code = m_channel->socket().takeError(); code != 0)
        fail(IoResult::failed(code), QStringLiteral("wait"));
    else
        finish(peerIsGone());
}

void Connection::shutDownReceiving() {
    if (hasEnded() || hasReceivedEnd() || !isRunning())
        return;
    m_channel->endReceiving();
    m_receiving.state = Receiving::State::Ended;
    record(EventKind::ReceivingEnded, sentence(QT_TRANSLATE_NOOP("Core", "we receive no more")));
    if (m_sending.hasEnded()) {
        finishOrderly();
        return;
    }
    setOpenState();
    updateInterest();
}

} // namespace sw
