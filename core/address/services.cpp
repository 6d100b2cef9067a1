// SPDX-License-Identifier: MIT
#include "core/address/services.h"

#include "core/base/systemnet.h"

#include <QHostAddress>
#include <QtEndian>

#include <algorithm>
#include <array>
#include <cstring>

namespace sw {

std::optional<quint16> servicePort(const QString& name, bool udp) {
    // a service name has a letter (RFC 6335 section 5.1); getaddrinfo also takes numbers, and cuts large ones to 16
    // bits
    const bool hasLetter = std::any_of(name.begin(), name.end(), [](QChar c) { return c.isLetter(); });
    if (!hasLetter || !name.at(0).isLetterOrNumber())
        return std::nullopt;
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM;
    addrinfo* found = nullptr;
    // getaddrinfo is the thread-safe reader of services(5); getservbyname is not
    if (::getaddrinfo(nullptr, name.toUtf8().constData(), &hints, &found) != 0 || found == nullptr)
        return std::nullopt;
    sockaddr_in address{};
    std::memcpy(&address, found->ai_addr, sizeof address);
    ::freeaddrinfo(found);
    return qFromBigEndian<quint16>(address.sin_port);
}

std::optional<QString> serviceName(quint16 port, bool udp) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = qToBigEndian<quint16>(port);
    std::array<char, 64> name{};
    const int flags = NI_NUMERICHOST | (udp ? NI_DGRAM : 0);
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    if (::getnameinfo(generic, sizeof address, nullptr, 0, name.data(), name.size(), flags) != 0)
        return std::nullopt;
    const QString text = QString::fromLocal8Bit(name.data());
    if (text == QString::number(port))
        return std::nullopt;
    return text;
}

} // namespace sw
