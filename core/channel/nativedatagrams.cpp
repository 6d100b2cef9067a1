// SPDX-License-Identifier: MIT
#include "core/channel/nativedatagrams.h"

#include "core/address/hosts.h"
#include "core/channel/socketoptions.h"

#include <utility>

namespace sw {

namespace {

constexpr int wantedReceiveBuffer = 4 << 20;

bool isEveryAddress(const QHostAddress& host) {
    return host == QHostAddress(QHostAddress::AnyIPv4) || host == QHostAddress(QHostAddress::AnyIPv6);
}

} // namespace

/// A socket with the options that come before bind().
Result<std::unique_ptr<NativeDatagrams>> NativeDatagrams::open(Poller& poller, const native::SocketAddress& like,
                                                               const Address& address, bool isDualStack) {
    const native::Descriptor socket = native::open(like, native::SocketType::Datagram);
    if (socket < 0)
        return tl::unexpected(systemError(static_cast<int>(-socket), QStringLiteral("socket"), native::toText(like)));
    std::unique_ptr<NativeDatagrams> opened(new NativeDatagrams(poller, socket)); // closes it, whatever comes
    const bool isIPv6 = native::isIPv6(like);
    if (isIPv6)
        native::setOption(socket, "ipv6only", static_cast<int>(!isDualStack), true);
    if (!address.given("rcvbuf")) // the default loses datagrams in bursts; the system caps what it grants
        native::setOption(socket, "rcvbuf", wantedReceiveBuffer, isIPv6);
    if (const auto errors = applyOptions(socket, address, OptionStage::BeforeBind, isIPv6); !errors.empty())
        return tl::unexpected(errors.front());
    native::enableDropCounter(socket);
    if (native::isIp(like))
        native::enableFaultReports(socket, isIPv6);
    return opened;
}

Result<std::unique_ptr<DatagramChannel>> NativeDatagrams::bind(Poller& poller, const native::SocketAddress& place,
                                                               const Address& address, bool isDualStack) {
    auto opened = open(poller, place, address, isDualStack);
    if (!opened)
        return tl::unexpected(opened.error());
    NativeDatagrams& own = **opened;
    const bool isFile = !native::isIp(place);
    const auto bound = isFile ? own.bindFile(address.path, address.value("mode").toUInt(nullptr, 8))
                              : own.bindTo(place, native::toText(place));
    if (!bound)
        return tl::unexpected(bound.error());
    const bool isIPv6 = native::isIPv6(place);
    if (isFile)
        native::enableSenderCredentials(own.m_descriptor);
    else if (isEveryAddress(native::hostOf(place)))
        native::enableLocalAddresses(own.m_descriptor, isIPv6);
    own.m_warnings = applyOptions(own.m_descriptor, address, OptionStage::Open, isIPv6);
    return std::move(*opened);
}

Result<std::unique_ptr<DatagramChannel>> NativeDatagrams::connect(Poller& poller, const native::SocketAddress& peer,
                                                                  const Address& address, bool isForMany) {
    auto opened = open(poller, peer, address, false);
    if (!opened)
        return tl::unexpected(opened.error());
    NativeDatagrams& own = **opened;
    if (const auto bound = own.bindForSending(peer, address, isForMany); !bound)
        return tl::unexpected(bound.error());
    // before connect(): permission to broadcast and the interface of multicast count there
    own.m_warnings = applyOptions(own.m_descriptor, address, OptionStage::Open, native::isIPv6(peer));
    // a connected socket would not hear the answers of many, which come from elsewhere
    if (const int code = isForMany ? 0 : native::connect(own.m_descriptor, peer); code != 0)
        return tl::unexpected(systemError(-code, QStringLiteral("connect"), native::toText(peer)));
    return std::move(*opened);
}

NativeDatagrams::~NativeDatagrams() {
    if (m_ticket)
        m_poller.remove(*m_ticket);
    native::close(m_descriptor);
    native::removeSocketFile(m_path, m_fileIdentity);
}

Result<void> NativeDatagrams::bindTo(const native::SocketAddress& place, const QString& shown) const {
    if (const int code = native::bind(m_descriptor, place); code != 0)
        return tl::unexpected(systemError(-code, QStringLiteral("bind"), shown));
    return {};
}

Result<void> NativeDatagrams::bindFile(const QString& path, uint mode) {
    native::restrictBeforeBind(m_descriptor, mode);
    const native::SocketAddress place = native::localAddress(path);
    if (auto bound = bindTo(place, native::toText(place)); !bound)
        return bound;
    native::restrictAfterBind(path, mode);
    m_path = path;
    m_fileIdentity = native::socketFileIdentity(path);
    return {};
}

/// The local end of a socket that sends: as `bind` says; a Unix socket has a name in any case, so that it can be
/// answered.
Result<void> NativeDatagrams::bindForSending(const native::SocketAddress& peer, const Address& address,
                                             bool isForMany) {
    constexpr uint mode = 0600;
    const auto wanted = address.given("bind");
    if (!native::isIp(peer)) {
        if (wanted && *wanted == address.path)
            return tl::unexpected(errorOf(ErrorId::AddressInUse, QStringLiteral("bind"), *wanted)); // to itself
        if (wanted) {
            const bool replace = address.value("stale") == QLatin1String("replace");
            if (auto ready = native::prepareSocketFile(*wanted, replace); !ready)
                return ready;
            return bindFile(*wanted, mode);
        }
        int code = 0;
        m_path = native::bindPrivately(m_descriptor, code);
        m_fileIdentity = m_path.isEmpty() ? 0 : native::socketFileIdentity(m_path);
        if (code != 0)
            return tl::unexpected(systemError(-code, QStringLiteral("bind"), QString()));
        return {};
    }
    const QHostAddress any(native::isIPv6(peer) ? QHostAddress::AnyIPv6 : QHostAddress::AnyIPv4);
    if (!wanted)
        return isForMany ? bindTo(native::ipAddress(any, 0), native::toText(peer)) : Result<void>();
    const auto place = parseHostPort(*wanted, true);
    const bool isAnyHost = place->host.isEmpty() || place->host == QLatin1String("*");
    return bindTo(native::ipAddress(isAnyHost ? any : QHostAddress(place->host), place->portFirst),
                  native::toText(peer));
}

IoResult NativeDatagrams::receive(std::span<char> room, std::size_t each, std::span<native::DatagramInfo> infos) {
    const int count = native::receiveDatagrams(m_descriptor, room.data(), each, infos);
    if (count >= 0)
        return IoResult::done(count);
    return native::isAgain(-count) ? IoResult::again() : IoResult::failed(-count);
}

IoResult NativeDatagrams::send(QByteArrayView bytes, const native::SocketAddress* destination,
                               const native::SocketAddress* source) {
    const qint64 count = native::sendDatagram(m_descriptor, bytes, destination, source);
    if (count >= 0)
        return IoResult::done(count);
    const int code = static_cast<int>(-count);
    return native::isAgain(code) ? IoResult::again() : IoResult::failed(code, true);
}

Error NativeDatagrams::error(const IoResult& result, const QString& situation, const QString& about) const {
    return systemError(result.code, situation, about);
}

void NativeDatagrams::watch(PollTarget* target) {
    m_ticket = m_poller.add(m_descriptor, ReadInterest, target);
}

void NativeDatagrams::setInterest(unsigned interest) {
    m_poller.setInterest(*m_ticket, interest);
}

std::vector<Error> NativeDatagrams::takeWarnings() {
    return std::exchange(m_warnings, {});
}

Result<void> NativeDatagrams::changeOption(const OptionSpec& spec, const QString& value, bool leave) {
    return sw::changeOption(m_descriptor, spec, value, native::isIPv6(bound()), leave);
}

QVector<OptionState> NativeDatagrams::readOptions(const Address& address, Role role) const {
    return sw::readOptions(m_descriptor, address, role, native::isIPv6(bound()));
}

} // namespace sw
