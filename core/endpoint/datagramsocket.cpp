// SPDX-License-Identifier: MIT
#include "core/endpoint/datagramsocket.h"

#include "core/address/resolver.h"
#include "core/channel/socketfamily.h"
#include "core/channel/socketoptions.h"
#include "core/endpoint/binding.h"

#include <algorithm>
#include <array>
#include <limits>

namespace sw {

namespace {
constexpr std::size_t datagramsPerCall = 32;
constexpr int callsPerRound = 16;
/// What the open flows of a socket may take of memory, and about what one takes, with its transcript and its place in
/// the list of endpoints.
constexpr std::size_t flowMemory = 64U << 20U;
constexpr std::size_t flowCost = 16384;
constexpr std::size_t mostFlows = flowMemory / flowCost;
/// Of those that made room, so many can still be looked at.
constexpr std::size_t mostEvicted = 4 * mostFlows;
constexpr std::chrono::milliseconds dropLook(400);

/// Whether what is sent there goes to more than one: a group, or a broadcast address.
bool isForMany(const Address& address, const native::SocketAddress& peer) {
    return isPlainUdp(address.scheme) && (native::hostOf(peer).isMulticast() || address.isOn("broadcast"));
}

} // namespace

DatagramSocket::DatagramSocket(EndpointHost& host, EndpointRequest request, Role role)
    : DatagramEnd(host, EndpointKind::DatagramSocket, std::move(request)),
      m_role(role) {
    mutableSnapshot().isReachable = role == Role::Listen && isReachableFromNetwork(address());
    mutableSnapshot().isPassive = role == Role::Listen;
    m_size = static_cast<std::size_t>(address().number("size").value_or(65535));
}

/// Calls back with the addresses of a host, at once where no name has to be looked up.
void DatagramSocket::withHosts(const QString& name, const WithHosts& call) {
    if (isIpLiteral(name)) {
        call(std::vector{QHostAddress(name)});
        return;
    }
    resolve(name, bindFamily(address()), host().postbox(),
            [this, id = id(), &owner = host(), call](const Result<std::vector<QHostAddress>>& hosts) {
                if (owner.find(id) == nullptr || hasEnded())
                    return;
                if (hosts)
                    call(*hosts);
                else if (state() == EndpointState::Open)
                    recordNotSent(hosts.error());
                else
                    failed(hosts.error());
            });
}

void DatagramSocket::start() {
    makeBehaviour();
    if (isDtls() && !prepareDtls())
        return;
    if (isLocal(address().scheme)) {
        m_role == Role::Listen ? bindTo({}) : connectTo({});
        return;
    }
    const auto literal = m_role == Role::Listen ? literalBindHosts(address()) : std::nullopt;
    if (literal) {
        bindTo(*literal);
        return;
    }
    setState(EndpointState::Resolving);
    withHosts(address().place.host, [this](const std::vector<QHostAddress>& hosts) {
        m_role == Role::Listen ? bindTo(hosts) : connectTo(hosts);
    });
}

std::optional<Error> DatagramSocket::tryBind(const native::SocketAddress& place) {
    const bool isDualStack = native::isIPv6(place) && wantsDualStack(address(), native::hostOf(place));
    auto channel = host().sockets(address()).bindDatagrams(place, address(), isDualStack);
    if (!channel)
        return channel.error();
    m_channel = std::move(*channel);
    return std::nullopt;
}

/// Where each peer has a transcript of its own.
bool DatagramSocket::hasFlows() const {
    return m_role == Role::Listen ? address().isOn("flows") : m_destination.has_value();
}

void DatagramSocket::bindTo(const std::vector<QHostAddress>& hosts) {
    const auto error =
        bindWhereSaid(address(), hosts, [this](const native::SocketAddress& place) { return tryBind(place); });
    error ? failed(*error) : opened();
}

void DatagramSocket::connectTo(const std::vector<QHostAddress>& hosts) {
    std::vector<native::SocketAddress> peers;
    if (isLocal(address().scheme))
        peers.push_back(native::localAddress(address().path));
    for (const QHostAddress& candidate : hosts)
        peers.push_back(native::ipAddress(candidate, address().place.portFirst));
    Error last{.id = ErrorId::AddressNotAvailable};
    for (const native::SocketAddress& peer : peers) {
        const bool isToMany = isForMany(address(), peer);
        auto channel = host().sockets(address()).connectDatagrams(peer, address(), isToMany);
        if (!channel) {
            last = channel.error();
            continue;
        }
        m_channel = std::move(*channel);
        if (isToMany)
            m_destination = peer;
        mutableSnapshot().peer = native::toText(peer);
        opened();
        return;
    }
    failed(last);
}

void DatagramSocket::opened() {
    const native::SocketAddress bound = m_channel->bound();
    EndpointSnapshot& own = mutableSnapshot();
    own.local = native::toText(bound);
    if (m_role == Role::Listen && native::isIp(bound)) {
        if (own.address.place.service.isEmpty())
            own.address.place.portFirst = own.address.place.portLast = native::portOf(bound);
        if (own.address.place.host.isEmpty())
            own.address.place.host = native::hostOf(bound).toString();
        takeDerivedName();
    }
    own.options = std::make_shared<const QVector<OptionState>>(m_channel->readOptions(address(), m_role));
    setState(EndpointState::Open);
    Sentence text = m_role == Role::Listen
                        ? sentence(QT_TRANSLATE_NOOP("Core", "listening on %1"), describeAddress(own.address))
                        : sentence(QT_TRANSLATE_NOOP("Core", "datagrams go to %1 from %2"), own.peer, own.local);
    if (m_role == Role::Listen && own.isReachable)
        text += sentence(QT_TRANSLATE_NOOP("Core", " (reachable from the network)"));
    Facts facts{{Fact::Scheme, schemeName(address().scheme)},
                {Fact::Local, own.local},
                {Fact::Peer, own.peer},
                {Fact::Address, formatAddress(own.address)}};
    noteSocket(m_channel->number(), m_role == Role::Listen, facts);
    if (m_role == Role::Listen && native::isIp(bound))
        facts.add(Fact::Port, native::portOf(bound));
    record(m_role == Role::Listen ? EventKind::Started : EventKind::Opened, text, facts);
    for (const Error& error : m_channel->takeWarnings())
        record(EventKind::Warning, error.detail, {{Fact::Error, error.toJson()}});
    if (m_role == Role::Listen)
        serveListener();
    if (!m_channel)
        return; // its behaviour closed it
    m_channel->watch(this);
    lookAtDrops();
    if (isDtls() && m_role == Role::Connect) {
        beginDtls();
        return;
    }
    tellReady();
    flush();
}

void DatagramSocket::failed(const Error& error) {
    const ClosingRecord closing{.cause = ClosingCause::Error,
                                .text = sentence(QT_TRANSLATE_NOOP("Core", "could not open: %1"), toText(error)),
                                .error = error};
    end(closing);
}

void DatagramSocket::updateInterest() {
    if (!isRunning())
        return;
    const quint64 window = host().receiveWindow();
    const bool isBehind = m_evicted.size() > mostEvicted;
    if (isBehind)
        waitForForgetting();
    const bool mayReceive = !isBehind && (window == 0 || m_unconsumed < window) && host().hasRoom(id());
    m_channel->setInterest((mayReceive ? ReadInterest : NoInterest) |
                           (m_waiting.empty() || isSecuring() ? NoInterest : WriteInterest));
}

void DatagramSocket::socketReady(PollEvents events) {
    if (events.hungUp)
        takeFaults();
    if (events.writable && m_channel)
        flush();
    if (events.readable && m_channel)
        receiveRound();
}

void DatagramSocket::receiveRound() {
    const quint64 window = host().receiveWindow();
    std::array<native::DatagramInfo, datagramsPerCall> infos;
    for (int i = 0; m_channel && i < callsPerRound && (window == 0 || m_unconsumed < window) && host().hasRoom(id());
         ++i) {
        const std::span<char> room = host().datagramRoom(m_size * datagramsPerCall);
        const IoResult result = m_channel->receive(room, m_size, infos);
        if (result.isAgain())
            break;
        if (result.hasFailed()) {
            // what the network said about a datagram sent earlier, such as ICMP port unreachable (RFC 1122 4.1.3.3)
            if (takeFaults() > 0)
                continue;
            if (!m_channel)
                return; // that was its end
            const Error error = m_channel->error(result, QStringLiteral("receive"), snapshot().peer);
            record(EventKind::DatagramError, toText(error), {{Fact::Error, error.toJson()}});
            mutableSnapshot().error = error;
            continue;
        }
        const auto count = static_cast<std::size_t>(result.bytes);
        for (std::size_t k = 0; k < count; ++k) {
            const native::DatagramInfo& info = infos.at(k);
            datagramReceived({room.data() + k * m_size, static_cast<qsizetype>(info.size)}, info);
            if (!m_channel)
                return; // the behaviour closed it
        }
        if (count < infos.size())
            break;
    }
    updateInterest();
}

void DatagramSocket::datagramReceived(QByteArrayView bytes, const native::DatagramInfo& info) {
    if (info.dropped)
        countDrops(*info.dropped);
    const auto flags = static_cast<quint8>(DatagramFlag | (info.isCut ? CutFlag : NoFlag));
    if (isDtls()) {
        dtlsReceived(bytes, info);
        return;
    }
    Flow* flow =
        hasFlows() ? flowOf(info.peer, info.local, nullptr, info.sender.pid >= 0 ? &info.sender : nullptr) : nullptr;
    if (flow != nullptr && flow->isRefused())
        return;
    if (!(flow != nullptr ? flow->transcript() : transcript())->isMuted())
        m_unconsumed += static_cast<quint64>(bytes.size()); // nobody will ever consume what is not recorded
    const Timestamp time = Timestamp::now();                // after a new flow's own first record
    if (flow != nullptr) {
        flow->setSource(info.local);
        if (info.sender.pid >= 0)
            flow->setSender(info.sender);
        flow->received(bytes, time, flags);
    } else {
        transcript()->append(RecordKind::Received, bytes, time, flags);
        if (behaviour() != nullptr && !hasFlows())
            behaviour()->filter(*this, bytes);
    }
    countReceived(static_cast<quint64>(bytes.size()));
    if (info.isCut && flow != nullptr)
        flow->cut(info.trueSize, info.size);
    else if (info.isCut)
        recordCut(info.trueSize, info.size);
}

/// How many reports there were about datagrams sent earlier.
int DatagramSocket::takeFaults() {
    constexpr int most = 64; // a round; the rest comes in the next
    int taken = 0;
    for (; taken < most && m_channel; ++taken) {
        const auto fault = m_channel->takeFault();
        if (!fault)
            break;
        faultReported(*fault);
    }
    return taken;
}

void DatagramSocket::faultReported(const native::DatagramFault& fault) {
    const QString peer = native::toText(fault.destination);
    Error error = systemError(fault.code, QStringLiteral("receive"), peer.isEmpty() ? snapshot().peer : peer);
    error.detail += QStringLiteral(" (%1: %2, type %3, code %4, from %5)")
                        .arg(fault.isIPv6 ? QStringLiteral("ICMPv6") : QStringLiteral("ICMP"), fault.icmpName(),
                             QString::number(fault.icmpType), QString::number(fault.icmpCode),
                             fault.reporter.isEmpty() ? QStringLiteral("an unknown host") : fault.reporter);
    const Facts facts{{Fact::Destination, peer},
                      {Fact::IcmpType, fault.icmpType},
                      {Fact::IcmpCode, fault.icmpCode},
                      {Fact::Icmp, fault.icmpName()},
                      {Fact::From, fault.reporter}};
    mutableSnapshot().error = error;
    if (isSecuring() && error.id == ErrorId::ConnectionRefused) {
        end({.cause = ClosingCause::Refused,
             .text = sentence(QT_TRANSLATE_NOOP("Core", "no DTLS: %1"), toText(error)),
             .error = error});
        return;
    }
    Flow* flow = knownFlow(fault.destination);
    if (flow != nullptr) {
        flow->failed(EventKind::DatagramError, error, facts);
        touch();
        return;
    }
    Facts all = facts;
    all.add(Fact::Error, error.toJson());
    record(EventKind::DatagramError, toText(error), all);
}

void DatagramSocket::describe() {
    if (!m_channel)
        return;
    mutableSnapshot().options = std::make_shared<const QVector<OptionState>>(m_channel->readOptions(address(), m_role));
    touch();
}

Result<void> DatagramSocket::applyChange(const OptionSpec& spec, const QString& value, bool leave) {
    if (isOurs(spec))
        return {};
    if (!m_channel)
        return tl::unexpected(noSocket());
    return m_channel->changeOption(spec, value, leave);
}

/// `total` of a datagram is as old as the datagram; the system's counter wraps at 32 bits.
void DatagramSocket::countDrops(quint32 total) {
    const auto fresh = static_cast<qint32>(total - m_lastDropped);
    if (fresh <= 0)
        return;
    m_lastDropped = total;
    mutableSnapshot().counters.dropped += static_cast<quint64>(fresh);
    record(EventKind::Dropped,
           sentence(QT_TRANSLATE_NOOP("Core", "the system dropped %1 datagrams: its receive buffer was full"), fresh),
           {{Fact::Count, static_cast<qint64>(fresh)}});
}

/// Datagrams that are dropped after the last one that came are told by no datagram.
void DatagramSocket::lookAtDrops() {
    if (!m_channel)
        return;
    const auto total = m_channel->dropCount();
    if (!total)
        return;
    countDrops(*total);
    later(dropLook, &DatagramSocket::lookAtDrops);
}

Flow* DatagramSocket::knownFlow(const native::SocketAddress& peer) {
    const auto known = m_flows.find(peer);
    return known ? static_cast<Flow*>(host().find(*known)) : nullptr;
}

/// The flow of a peer, a new one if need be; with DTLS only `session` makes one.
Flow* DatagramSocket::flowOf(const native::SocketAddress& peer, const native::SocketAddress& local,
                             std::unique_ptr<TlsSession> session, const PeerCredentials* sender) {
    if (isDtls() && session == nullptr)
        return knownFlow(peer);
    if (const auto known = m_flows.use(peer))
        return static_cast<Flow*>(host().find(*known));
    if (native::toText(peer).isEmpty())
        return nullptr;
    makeRoomForFlow();
    EndpointRequest inherited{.id = host().newId(),
                              .parent = id(),
                              .address = address(),
                              .name = childName(snapshot().name, native::toText(peer)),
                              .behaviour = request().behaviour,
                              .makeBehaviour = request().makeBehaviour};
    const bool isTold = local.length > 0;
    const QString at = isTold ? formatEndpoint(native::hostOf(local), snapshot().address.place.portFirst) : QString();
    auto flow = std::make_unique<Flow>(host(), std::move(inherited), id(), peer, isTold ? at : snapshot().local);
    flow->setSource(local);
    Flow* observer = flow.get();
    m_flows.insert(peer, observer->id());
    mutableSnapshot().counters.connections = m_flows.size();
    ++mutableSnapshot().counters.accepted;
    if (session != nullptr)
        flow->secure(std::move(session));
    if (sender != nullptr)
        flow->setFirstSender(*sender);
    host().adopt(std::move(flow));
    observer->start();
    return observer;
}

/// A new peer is always served: of those that have been silent longest, one that waits for no answer of ours makes
/// room, and is a new flow when it comes back.
void DatagramSocket::makeRoomForFlow() {
    constexpr std::size_t candidates = 64;
    while (m_flows.size() >= mostFlows) {
        const std::vector<EndpointId> idle = m_flows.longestIdle(candidates);
        auto chosen =
            std::find_if(idle.begin(), idle.end(), [this](EndpointId id) { return !host().find(id)->hasMoreToTell(); });
        if (chosen == idle.end() && m_flows.size() < 2 * mostFlows)
            return; // all of them wait for a script: for a while there are more
        if (chosen == idle.end())
            chosen = idle.begin();
        static_cast<Flow*>(host().find(*chosen))->makeRoom(m_flows.size());
        forgetLater(*chosen);
    }
}

void DatagramSocket::forgetLater(EndpointId flow) {
    m_evicted.push_back(flow);
    dropForgotten();
}

/// Programs that consume records forget their endpoints themselves; where they do not keep up, receiving waits for
/// them.
void DatagramSocket::dropForgotten() {
    while (host().receiveWindow() == 0 && m_evicted.size() > mostEvicted) {
        host().forget(m_evicted.front());
        m_evicted.pop_front();
    }
    while (!m_evicted.empty() && host().find(m_evicted.front()) == nullptr)
        m_evicted.pop_front();
}

void DatagramSocket::waitForForgetting() {
    constexpr std::chrono::milliseconds pause(5);
    if (!std::exchange(m_isWaitPosted, true))
        later(pause, &DatagramSocket::forgettingWaited);
}

void DatagramSocket::forgettingWaited() {
    m_isWaitPosted = false;
    dropForgotten();
    updateInterest();
}

void DatagramSocket::flowClosed(const native::SocketAddress& peer) {
    m_flows.erase(peer);
    mutableSnapshot().counters.connections = m_flows.size();
    touch();
}

void DatagramSocket::closeOrderly() {
    if (hasEnded())
        return;
    if (isRunning()) {
        flush(std::numeric_limits<int>::max());
        takeFaults(); // which nobody would hear of later
    }
    if (hasEnded())
        return;
    if (dtls() != nullptr)
        dtls()->close();
    const std::vector<EndpointId> flows = m_flows.all();
    m_flows.clear();
    for (const EndpointId flow : flows) {
        if (auto* endpoint = dynamic_cast<Flow*>(host().find(flow)))
            endpoint->closeOrderly(); // with DTLS it still says so to the peer
    }
    end({.cause = ClosingCause::ClosedByUs, .text = sentence(QT_TRANSLATE_NOOP("Core", "closed by us")), .error = {}});
}

void DatagramSocket::end(const ClosingRecord& closing) {
    if (m_channel) {
        if (const auto total = m_channel->dropCount())
            countDrops(*total);
    }
    m_channel.reset();
    mutableSnapshot().counters.queuedBytes = m_waitingBytes;
    endWith(closing);
}

void DatagramSocket::consumed(quint64 bytes) {
    m_unconsumed -= std::min(m_unconsumed, bytes);
    updateInterest();
}

void DatagramSocket::roomAgain() {
    updateInterest();
}

} // namespace sw
