// SPDX-License-Identifier: MIT
#include "core/channel/nativefamily.h"

#include "core/channel/nativeacceptor.h"
#include "core/channel/nativeattempt.h"
#include "core/channel/nativedatagrams.h"

namespace sw {

Result<std::unique_ptr<Acceptor>> NativeFamily::listen(const native::SocketAddress& place, const Address& address,
                                                       bool isDualStack) {
    return NativeAcceptor::open(m_poller, place, address, isDualStack);
}

std::unique_ptr<StreamAttempt> NativeFamily::attempt(const native::SocketAddress& place, const Address& address) {
    return std::make_unique<NativeAttempt>(m_poller, place, address);
}

Result<std::unique_ptr<DatagramChannel>> NativeFamily::bindDatagrams(const native::SocketAddress& place,
                                                                     const Address& address, bool isDualStack) {
    return NativeDatagrams::bind(m_poller, place, address, isDualStack);
}

Result<std::unique_ptr<DatagramChannel>> NativeFamily::connectDatagrams(const native::SocketAddress& peer,
                                                                        const Address& address, bool isForMany) {
    return NativeDatagrams::connect(m_poller, peer, address, isForMany);
}

} // namespace sw
