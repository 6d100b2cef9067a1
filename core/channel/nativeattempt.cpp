// SPDX-License-Identifier: MIT
#include "core/channel/nativeattempt.h"

#include "core/address/hosts.h"
#include "core/channel/nativestream.h"
#include "core/channel/socketoptions.h"

#include <utility>

namespace sw {

namespace {

QString familyName(const native::SocketAddress& address) {
    return native::isIPv6(address) ? QStringLiteral("IPv6") : QStringLiteral("IPv4");
}

} // namespace

IoResult NativeAttempt::begin(PollTarget* target) {
    const QString shown = native::toText(m_place);
    const native::Descriptor socket = native::open(m_place, native::SocketType::Stream);
    if (socket < 0)
        return fail(systemError(static_cast<int>(-socket), QStringLiteral("socket"), shown));
    m_descriptor = socket;
    m_warnings = applyOptions(m_descriptor, m_address, OptionStage::BeforeBind, native::isIPv6(m_place));
    if (const auto bound = bindLocally(); !bound)
        return fail(bound.error());
    const int code = -native::connect(m_descriptor, m_place);
    if (code == 0 || native::isInProgress(code)) {
        // done or not, told from the event loop: callers see one order of things whatever the system does
        m_ticket = m_poller.add(m_descriptor, WriteInterest, target);
        return IoResult::done();
    }
    if (native::isAgain(code)) { // unix(7): the listener's queue is full; it is not refused
        drop();
        return IoResult::again();
    }
    return fail(systemError(code, QStringLiteral("connect"), shown));
}

Result<void> NativeAttempt::bindLocally() {
    const auto wanted = m_address.given("bind");
    if (!wanted)
        return {};
    const auto place = parseHostPort(*wanted, false);
    const bool isAnyHost = place->host.isEmpty() || place->host == QLatin1String("*");
    const QHostAddress host =
        isAnyHost ? QHostAddress(native::isIPv6(m_place) ? QHostAddress::AnyIPv6 : QHostAddress::AnyIPv4)
                  : QHostAddress(place->host);
    const native::SocketAddress local = native::ipAddress(host, place->portFirst);
    if (native::isIPv6(local) != native::isIPv6(m_place))
        return tl::unexpected(Error{
            .id = ErrorId::AddressNotAvailable,
            .situation = QStringLiteral("bind"),
            .detail =
                sentence(QT_TRANSLATE_NOOP("Core", "bind=%1 is an %2 address, and %3 is %4: a socket has one family."),
                         *wanted, familyName(local), native::toText(m_place), familyName(m_place))});
#ifndef Q_OS_WIN               // there it would let anybody take the port
    if (place->portFirst != 0) // a connection of before may linger in TIME-WAIT
        native::setOption(m_descriptor, "reuseaddr", 1, native::isIPv6(m_place));
#endif
    if (const int code = native::bind(m_descriptor, local); code != 0)
        return tl::unexpected(systemError(-code, QStringLiteral("bind"), *wanted));
    return {};
}

IoResult NativeAttempt::fail(const Error& error) {
    m_error = error;
    return IoResult::failed(error.native);
}

std::unique_ptr<StreamChannel> NativeAttempt::take() {
    if (const int code = native::pendingError(m_descriptor); code != 0) {
        m_error = systemError(code, QStringLiteral("connect"), native::toText(m_place));
        return nullptr;
    }
    m_poller.remove(*std::exchange(m_ticket, std::nullopt));
    return std::make_unique<NativeStream>(m_poller, std::exchange(m_descriptor, native::noDescriptor));
}

std::vector<Error> NativeAttempt::takeWarnings() {
    return std::exchange(m_warnings, {});
}

QString NativeAttempt::localName() const {
    return m_descriptor != native::noDescriptor && native::isIp(m_place)
               ? native::toText(native::boundAddress(m_descriptor))
               : QString();
}

std::optional<int> NativeAttempt::retransmits() const {
    const auto info =
        m_descriptor != native::noDescriptor && native::isIp(m_place) ? native::tcpInfo(m_descriptor) : std::nullopt;
    return info ? std::optional(static_cast<int>(info->retransmits.value_or(0))) : std::nullopt;
}

void NativeAttempt::drop() {
    if (m_ticket)
        m_poller.remove(*std::exchange(m_ticket, std::nullopt));
    if (m_descriptor != native::noDescriptor)
        native::close(std::exchange(m_descriptor, native::noDescriptor));
}

} // namespace sw
