// SPDX-License-Identifier: MIT
#include "core/endpoint/datagramsocket.h"

#include "core/address/resolver.h"
#include "core/channel/socketoptions.h"
#include "core/endpoint/listener.h"

#include <algorithm>
#include <array>
#include <cerrno>
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
constexpr int wantedReceiveBuffer = 4 << 20;
constexpr std::chrono::milliseconds dropLook(400);

bool isEveryAddress(const QHostAddress& host) {
    return host == QHostAddress(QHostAddress::AnyIPv4) || host == QHostAddress(QHostAddress::AnyIPv6);
}

/// Whether what is sent there goes to more than one: a group, or a broadcast address.
bool isForMany(const Address& address, const native::SocketAddress& peer) {
    return isPlainUdp(address.scheme) && (native::hostOf(peer).isMulticast() || address.isOn("broadcast"));
}

} // namespace

DatagramSocket::DatagramSocket(EndpointHost& host, EndpointRequest request, Role role)
    : ServedEndpoint(host, EndpointKind::DatagramSocket, std::move(request)),
      m_role(role) {
    mutableSnapshot().isReachable = role == Role::Listen && isReachableFromNetwork(address());
    m_size = static_cast<std::size_t>(address().number("size").value_or(65535));
}

DatagramSocket::~DatagramSocket() {
    if (m_ticket)
        host().poller().remove(*m_ticket);
    if (m_socket != native::noDescriptor)
        native::close(m_socket);
    removeFile();
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

Result<native::Descriptor> DatagramSocket::prepare(const native::SocketAddress& like, bool binds) {
    const QString shown = native::toText(like);
    const native::Descriptor socket = native::open(like, native::SocketType::Datagram);
    if (socket < 0)
        return tl::unexpected(systemError(static_cast<int>(-socket), QStringLiteral("socket"), shown));
    const bool isIPv6 = native::isIPv6(like);
    if (isIPv6)
        native::setOption(socket, "ipv6only",
                          static_cast<int>(!(binds && wantsDualStack(address(), native::hostOf(like)))), true);
    if (!address().given("rcvbuf")) // the default loses datagrams in bursts; the system caps what it grants
        native::setOption(socket, "rcvbuf", wantedReceiveBuffer, isIPv6);
    const auto errors = applyOptions(socket, address(), OptionStage::BeforeBind, isIPv6);
    if (!errors.empty()) {
        native::close(socket);
        return tl::unexpected(errors.front());
    }
    const bool isFile = !native::isIp(like);
    const uint mode = address().value("mode").toUInt(nullptr, 8);
    if (binds && isFile)
        native::restrictBeforeBind(socket, mode);
    if (binds) {
        if (const int code = native::bind(socket, like); code != 0) {
            native::close(socket);
            return tl::unexpected(systemError(-code, QStringLiteral("bind"), shown));
        }
    }
    if (binds && isFile) {
        native::restrictAfterBind(address().path, mode);
        m_ownPath = address().path;
        m_fileIdentity = native::socketFileIdentity(m_ownPath);
    }
    native::enableDropCounter(socket);
    if (binds && !isFile && isEveryAddress(native::hostOf(like)))
        native::enableLocalAddresses(socket, isIPv6);
    if (!isFile)
        native::enableFaultReports(socket, isIPv6);
    else if (binds)
        native::enableSenderCredentials(socket);
    return socket;
}

void DatagramSocket::removeFile() {
    native::removeSocketFile(m_ownPath, std::exchange(m_fileIdentity, 0));
}

/// Where each peer has a transcript of its own.
bool DatagramSocket::hasFlows() const {
    return m_role == Role::Listen ? address().isOn("flows") : m_destination.has_value();
}

void DatagramSocket::bindTo(const std::vector<QHostAddress>& hosts) {
    if (isLocal(address().scheme)) {
        const bool replace = address().value("stale") == QLatin1String("replace");
        if (const auto ready = native::prepareSocketFile(address().path, replace); !ready) {
            failed(ready.error());
            return;
        }
        const auto socket = prepare(native::localAddress(address().path), true);
        socket ? opened(*socket) : failed(socket.error());
        return;
    }
    const auto socket =
        bindFirstFree(address(), hosts, [this](const native::SocketAddress& wanted) { return prepare(wanted, true); });
    socket ? opened(*socket) : failed(socket.error());
}

/// The local end of a socket that sends: as `bind` says; a Unix socket has a name in any case, so that it can be
/// answered. 0, or the negated error.
int DatagramSocket::bindForSending(native::Descriptor socket, const native::SocketAddress& peer) {
    const auto wanted = address().given("bind");
    if (isLocal(address().scheme)) {
        if (wanted)
            return bindToPath(socket, *wanted);
        int code = 0;
        m_ownPath = native::bindPrivately(socket, code);
        m_fileIdentity = m_ownPath.isEmpty() ? 0 : native::socketFileIdentity(m_ownPath);
        return code;
    }
    const QHostAddress any(native::isIPv6(peer) ? QHostAddress::AnyIPv6 : QHostAddress::AnyIPv4);
    if (!wanted)
        return isForMany(address(), peer) ? native::bind(socket, native::ipAddress(any, 0)) : 0;
    const auto place = parseHostPort(*wanted, true);
    const bool isAnyHost = place->host.isEmpty() || place->host == QLatin1String("*");
    return native::bind(socket, native::ipAddress(isAnyHost ? any : QHostAddress(place->host), place->portFirst));
}

int DatagramSocket::bindToPath(native::Descriptor socket, const QString& path) {
    constexpr uint mode = 0600;
    if (path == address().path)
        return -EADDRINUSE; // it would talk to itself
    const bool replace = address().value("stale") == QLatin1String("replace");
    if (const auto ready = native::prepareSocketFile(path, replace); !ready) {
        m_bindError = ready.error();
        return -EADDRINUSE;
    }
    native::restrictBeforeBind(socket, mode);
    const int code = native::bind(socket, native::localAddress(path));
    if (code != 0)
        return code;
    native::restrictAfterBind(path, mode);
    m_ownPath = path;
    m_fileIdentity = native::socketFileIdentity(path);
    return 0;
}

void DatagramSocket::connectTo(const std::vector<QHostAddress>& hosts) {
    std::vector<native::SocketAddress> peers;
    if (isLocal(address().scheme))
        peers.push_back(native::localAddress(address().path));
    for (const QHostAddress& candidate : hosts)
        peers.push_back(native::ipAddress(candidate, address().place.portFirst));
    std::optional<Error> last;
    for (const native::SocketAddress& peer : peers) {
        const auto socket = prepare(peer, false);
        if (!socket) {
            last = socket.error();
            continue;
        }
        QString situation = QStringLiteral("bind");
        int code = bindForSending(*socket, peer);
        m_optionErrors.clear();
        if (code == 0) { // before connect(): permission to broadcast and the interface of multicast count there
            m_optionErrors = applyOptions(*socket, address(), OptionStage::Open, native::isIPv6(peer));
            situation = QStringLiteral("connect");
            if (isForMany(address(), peer))
                m_destination = peer; // a connected socket would not hear the answers, which come from elsewhere
            else
                code = native::connect(*socket, peer);
        }
        if (code == 0) {
            mutableSnapshot().peer = native::toText(peer);
            opened(*socket);
            return;
        }
        native::close(*socket);
        removeFile();
        const bool isOwnPath = isLocal(address().scheme) && situation == QLatin1String("bind");
        last = m_bindError ? *m_bindError
                           : systemError(-code, situation, isOwnPath ? address().value("bind") : native::toText(peer));
    }
    failed(last.value_or(Error{.id = ErrorId::AddressNotAvailable}));
}

void DatagramSocket::opened(native::Descriptor socket) {
    m_socket = socket;
    const native::SocketAddress bound = native::boundAddress(socket);
    const bool isIPv6 = native::isIPv6(bound);
    EndpointSnapshot& own = mutableSnapshot();
    own.local = native::toText(bound);
    if (m_role == Role::Listen && native::isIp(bound)) {
        if (own.address.place.service.isEmpty())
            own.address.place.portFirst = own.address.place.portLast = native::portOf(bound);
        if (own.address.place.host.isEmpty())
            own.address.place.host = native::hostOf(bound).toString();
        takeDerivedName();
    }
    if (m_role == Role::Listen)
        m_optionErrors = applyOptions(socket, address(), OptionStage::Open, isIPv6);
    own.options = std::make_shared<const QVector<OptionState>>(readOptions(socket, address(), m_role, isIPv6));
    setState(EndpointState::Open);
    const QString text = m_role == Role::Listen
                             ? QStringLiteral("listening on %1").arg(describeAddress(own.address)) +
                                   (own.isReachable ? QStringLiteral(" (reachable from the network)") : QString())
                             : QStringLiteral("datagrams go to %1 from %2").arg(own.peer, own.local);
    QJsonObject facts{{QStringLiteral("scheme"), schemeName(address().scheme)},
                      {QStringLiteral("local"), own.local},
                      {QStringLiteral("peer"), own.peer},
                      {QStringLiteral("address"), formatAddress(own.address)}};
    noteSocket(socket, m_role == Role::Listen, facts);
    if (m_role == Role::Listen && native::isIp(bound))
        facts.insert(QStringLiteral("port"), native::portOf(bound));
    record(m_role == Role::Listen ? EventKind::Started : EventKind::Opened, text, facts);
    for (const Error& error : std::exchange(m_optionErrors, {}))
        record(EventKind::Warning, error.detail, {{QStringLiteral("error"), error.toJson()}});
    if (m_role == Role::Listen)
        serveListener();
    m_ticket = host().poller().add(m_socket, ReadInterest, this);
    lookAtDrops();
    if (isDtls() && m_role == Role::Connect) {
        beginDtls();
        return;
    }
    if (behaviour() != nullptr)
        behaviour()->opened(*this);
    flush();
}

void DatagramSocket::failed(const Error& error) {
    const ClosingRecord closing{
        .cause = ClosingCause::Error, .text = QStringLiteral("could not open: ") + toText(error), .error = error};
    endWith(closing);
}

void DatagramSocket::updateInterest() {
    if (!m_ticket)
        return;
    const quint64 window = host().receiveWindow();
    const bool isBehind = m_evicted.size() > mostEvicted;
    if (isBehind)
        waitForForgetting();
    const bool mayReceive = !isBehind && (window == 0 || m_unconsumed < window) && host().hasRoom(id());
    host().poller().setInterest(*m_ticket, (mayReceive ? ReadInterest : NoInterest) |
                                               (m_waiting.empty() ? NoInterest : WriteInterest));
}

void DatagramSocket::socketReady(PollEvents events) {
    if (events.hungUp)
        takeFaults();
    if (events.writable && m_socket != native::noDescriptor)
        flush();
    if (events.readable && m_socket != native::noDescriptor)
        receiveRound();
}

void DatagramSocket::receiveRound() {
    const quint64 window = host().receiveWindow();
    std::array<native::DatagramInfo, datagramsPerCall> infos;
    for (int i = 0; i < callsPerRound && (window == 0 || m_unconsumed < window) && host().hasRoom(id()); ++i) {
        const std::span<char> room = host().datagramRoom(m_size * datagramsPerCall);
        const int count = native::receiveDatagrams(m_socket, room.data(), m_size, infos);
        if (count < 0) {
            if (native::isAgain(-count))
                break;
            // what the network said about a datagram sent earlier, such as ICMP port unreachable (RFC 1122 4.1.3.3)
            if (takeFaults() > 0)
                continue;
            const Error error = systemError(-count, QStringLiteral("receive"), snapshot().peer);
            record(EventKind::DatagramError, toText(error), {{QStringLiteral("error"), error.toJson()}});
            mutableSnapshot().error = error;
            continue;
        }
        for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
            const native::DatagramInfo& info = infos.at(k);
            datagramReceived({room.data() + k * m_size, static_cast<qsizetype>(info.size)}, info);
            if (m_socket == native::noDescriptor)
                return; // the behaviour closed it
        }
        if (static_cast<std::size_t>(count) < infos.size())
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
    for (; taken < most && m_socket != native::noDescriptor; ++taken) {
        const auto fault = native::takeFault(m_socket);
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
    const QJsonObject facts{{QStringLiteral("destination"), peer},
                            {QStringLiteral("icmpType"), fault.icmpType},
                            {QStringLiteral("icmpCode"), fault.icmpCode},
                            {QStringLiteral("icmp"), fault.icmpName()},
                            {QStringLiteral("from"), fault.reporter}};
    mutableSnapshot().error = error;
    if (m_dtls && !m_dtls->isEstablished() && !m_dtls->isOver() && error.id == ErrorId::ConnectionRefused) {
        end({.cause = ClosingCause::Refused, .text = QStringLiteral("no DTLS: ") + toText(error), .error = error});
        return;
    }
    Flow* flow = knownFlow(fault.destination);
    if (flow != nullptr) {
        flow->failed(EventKind::DatagramError, error, facts);
        touch();
        return;
    }
    QJsonObject all = facts;
    all.insert(QStringLiteral("error"), error.toJson());
    record(EventKind::DatagramError, toText(error), all);
}

void DatagramSocket::describe() {
    if (m_socket == native::noDescriptor)
        return;
    mutableSnapshot().options = std::make_shared<const QVector<OptionState>>(
        readOptions(m_socket, address(), m_role, native::isIPv6(native::boundAddress(m_socket))));
    touch();
}

Result<void> DatagramSocket::applyChange(const OptionSpec& spec, const QString& value, bool leave) {
    return applyToSocket(m_socket, spec, value, leave);
}

/// `total` of a datagram is as old as the datagram; the system's counter wraps at 32 bits.
void DatagramSocket::countDrops(quint32 total) {
    const auto fresh = static_cast<qint32>(total - m_lastDropped);
    if (fresh <= 0)
        return;
    m_lastDropped = total;
    mutableSnapshot().counters.dropped += static_cast<quint64>(fresh);
    record(EventKind::Dropped,
           QStringLiteral("the system dropped %1 datagrams: its receive buffer was full").arg(fresh),
           {{QStringLiteral("count"), static_cast<qint64>(fresh)}});
}

/// Datagrams that are dropped after the last one that came are told by no datagram.
void DatagramSocket::lookAtDrops() {
    if (m_socket == native::noDescriptor)
        return;
    const auto total = native::dropCount(m_socket);
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
    if (m_ticket)
        flush(std::numeric_limits<int>::max());
    if (m_dtls)
        m_dtls->close();
    const std::vector<EndpointId> flows = m_flows.all();
    m_flows.clear();
    for (const EndpointId flow : flows) {
        if (auto* endpoint = dynamic_cast<Flow*>(host().find(flow)))
            endpoint->closeOrderly(); // with DTLS it still says so to the peer
    }
    end({.cause = ClosingCause::ClosedByUs, .text = QStringLiteral("closed by us"), .error = {}});
}

void DatagramSocket::end(const ClosingRecord& closing) {
    if (m_socket != native::noDescriptor) {
        if (const auto total = native::dropCount(m_socket))
            countDrops(*total);
    }
    if (m_ticket)
        host().poller().remove(*m_ticket);
    m_ticket.reset();
    if (m_socket != native::noDescriptor)
        native::close(m_socket);
    m_socket = native::noDescriptor;
    removeFile();
    endWith(closing);
}

void DatagramSocket::abortBecause(const QString& why, const std::optional<Error>& error) {
    if (!hasEnded())
        end({.cause = ClosingCause::ClosedByUs, .text = why, .error = error});
}

void DatagramSocket::consumed(quint64 bytes) {
    m_unconsumed -= std::min(m_unconsumed, bytes);
    updateInterest();
}

void DatagramSocket::roomAgain() {
    updateInterest();
}

void DatagramSocket::behaviourChanged() {
    if (behaviour() != nullptr && state() == EndpointState::Open)
        behaviour()->opened(*this);
}

} // namespace sw
