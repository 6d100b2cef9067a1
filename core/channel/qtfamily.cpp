// SPDX-License-Identifier: MIT
#include "core/channel/qtfamily.h"

#include "core/channel/qtacceptor.h"
#include "core/channel/qtattempt.h"
#include "core/channel/qtdatagrams.h"

namespace sw {

bool usesQtSockets(const Address& address) {
    static const bool isForAll = qgetenv("SOCKETWRIGHT_SOCKETS") == "qt";
    if (!findOption(QStringLiteral("sockets"))->appliesTo(address.scheme))
        return false;
    const auto said = address.given("sockets");
    return said ? *said == QLatin1String("qt") : isForAll;
}

Result<std::unique_ptr<Acceptor>> QtFamily::listen(const native::SocketAddress& place, const Address& address,
                                                   bool isDualStack) {
    return QtAcceptor::open(place, address, isDualStack);
}

std::unique_ptr<StreamAttempt> QtFamily::attempt(const native::SocketAddress& place, const Address& address) {
    return std::make_unique<QtAttempt>(place, address);
}

Result<std::unique_ptr<DatagramChannel>> QtFamily::bindDatagrams(const native::SocketAddress& place,
                                                                 const Address& address, bool isDualStack) {
    return QtDatagrams::bind(place, address, isDualStack);
}

Result<std::unique_ptr<DatagramChannel>> QtFamily::connectDatagrams(const native::SocketAddress& peer,
                                                                    const Address& address, bool isForMany) {
    return QtDatagrams::connect(peer, address, isForMany);
}

} // namespace sw
