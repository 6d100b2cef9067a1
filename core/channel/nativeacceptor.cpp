// SPDX-License-Identifier: MIT
#include "core/channel/nativeacceptor.h"

#include "core/channel/nativestream.h"
#include "core/channel/socketoptions.h"

#include <utility>

namespace sw {

Result<std::unique_ptr<Acceptor>> NativeAcceptor::open(Poller& poller, const native::SocketAddress& place,
                                                       const Address& address, bool isDualStack) {
    const native::Descriptor socket = native::open(place, native::SocketType::Stream);
    if (socket < 0)
        return tl::unexpected(systemError(static_cast<int>(-socket), QStringLiteral("socket"), native::toText(place)));
    std::unique_ptr<NativeAcceptor> acceptor(new NativeAcceptor(poller, socket)); // closes it, whatever comes
    const auto fail = [&](int code, const char* situation) {
        return tl::unexpected(systemError(code, QString::fromLatin1(situation), native::toText(place)));
    };
    const bool isIPv6 = native::isIPv6(place);
    if (isIPv6)
        native::setOption(socket, "ipv6only", static_cast<int>(!isDualStack), true);
#ifndef Q_OS_WIN // there SO_REUSEADDR would let anybody take the port
    if (native::isIp(place) && !address.given("reuseaddr"))
        native::setOption(socket, "reuseaddr", 1, isIPv6);
#endif
    if (const auto errors = applyOptions(socket, address, OptionStage::BeforeBind, isIPv6); !errors.empty())
        return tl::unexpected(errors.front());
    const uint mode = address.value("mode").toUInt(nullptr, 8);
    if (!native::isIp(place))
        native::restrictBeforeBind(socket, mode);
    if (const int code = native::bind(socket, place); code != 0)
        return fail(-code, "bind");
    if (!native::isIp(place)) {
        native::restrictAfterBind(address.path, mode);
        acceptor->m_path = address.path;
        acceptor->m_fileIdentity = native::socketFileIdentity(address.path);
    }
    if (const int code = native::listen(socket, *address.number("backlog")); code != 0)
        return fail(-code, "listen");
    return acceptor;
}

NativeAcceptor::~NativeAcceptor() {
    unwatch();
    native::close(m_descriptor);
    native::removeSocketFile(m_path, m_fileIdentity);
}

IoResult NativeAcceptor::take(Taken& taken) {
    native::SocketAddress peer;
    const native::Descriptor socket = native::accept(m_descriptor, peer);
    if (socket >= 0) {
        taken = {.channel = std::make_unique<NativeStream>(m_poller, socket), .peer = native::toText(peer)};
        return IoResult::done();
    }
    const int code = static_cast<int>(-socket);
    if (native::isTransientAcceptError(code))
        return IoResult::ended();
    if (native::isAgain(code))
        return IoResult::again();
    m_code = code;
    return IoResult::failed(code);
}

Error NativeAcceptor::failure(int code, const char* situation) const {
    return systemError(code, QString::fromLatin1(situation), native::toText(bound()));
}

Error NativeAcceptor::error() const {
    return failure(m_code, "accept");
}

void NativeAcceptor::watch(PollTarget* target) {
    m_ticket = m_poller.add(m_descriptor, NoInterest, target);
}

void NativeAcceptor::setInterest(unsigned interest) {
    m_poller.setInterest(*m_ticket, interest);
}

void NativeAcceptor::unwatch() {
    if (m_ticket)
        m_poller.remove(*std::exchange(m_ticket, std::nullopt));
}

Result<void> NativeAcceptor::changeOption(const OptionSpec& spec, const QString& value, bool leave) {
    if (qstrcmp(spec.name, "backlog") != 0)
        return sw::changeOption(m_descriptor, spec, value, native::isIPv6(bound()), leave);
    if (const int code = native::listen(m_descriptor, value.toInt()); code != 0)
        return tl::unexpected(failure(-code, "listen"));
    return {};
}

QVector<OptionState> NativeAcceptor::readOptions(const Address& address) const {
    return withBacklog(sw::readOptions(m_descriptor, address, Role::Listen, native::isIPv6(bound())), queue());
}

} // namespace sw
