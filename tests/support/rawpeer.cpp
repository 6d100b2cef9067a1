// SPDX-License-Identifier: MIT
#include "tests/support/rawpeer.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace sw::test {

namespace {
int limited(int fd) {
    const timeval limit{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return fd;
}

sockaddr_in loopback(quint16 port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}
} // namespace

RawPeer RawPeer::connectTo(quint16 port, int family) {
    const int fd = limited(::socket(family == 6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0));
    RawPeer peer(fd);
    int result = 0;
    if (family == 6) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(port);
        address.sin6_addr = in6addr_loopback;
        result = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    } else {
        auto address = loopback(port);
        result = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    if (result != 0) {
        peer.m_error = errno;
        ::close(peer.m_fd);
        peer.m_fd = -1;
    }
    return peer;
}

RawPeer RawPeer::listenOn(int backlog) {
    const int fd = limited(::socket(AF_INET, SOCK_STREAM, 0));
    auto address = loopback(0);
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(fd, backlog);
    return RawPeer(fd);
}

RawPeer RawPeer::datagram() {
    const int fd = limited(::socket(AF_INET, SOCK_DGRAM, 0));
    auto address = loopback(0);
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    return RawPeer(fd);
}

RawPeer::~RawPeer() {
    close();
}

RawPeer::RawPeer(RawPeer&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)), m_error(other.m_error) {}

RawPeer& RawPeer::operator=(RawPeer&& other) noexcept {
    close();
    m_fd = std::exchange(other.m_fd, -1);
    m_error = other.m_error;
    return *this;
}

quint16 RawPeer::port() const {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getsockname(m_fd, reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(address.sin_port);
}

RawPeer RawPeer::accept() const {
    return RawPeer(limited(::accept(m_fd, nullptr, nullptr)));
}

bool RawPeer::send(const QByteArray& bytes) const {
    qsizetype sent = 0;
    while (sent < bytes.size()) {
        const ssize_t count =
            ::send(m_fd, bytes.constData() + sent, static_cast<size_t>(bytes.size() - sent), MSG_NOSIGNAL);
        if (count < 0) {
            m_error = errno;
            return false;
        }
        sent += count;
    }
    return true;
}

bool RawPeer::sendTo(quint16 port, const QByteArray& bytes) const {
    const auto address = loopback(port);
    return ::sendto(m_fd, bytes.constData(), static_cast<size_t>(bytes.size()), 0,
                    reinterpret_cast<const sockaddr*>(&address), sizeof address) == bytes.size();
}

QByteArray RawPeer::receive(qsizetype wanted) const {
    QByteArray all;
    QByteArray buffer(70000, '\0');
    while (all.size() < wanted) {
        const ssize_t count =
            ::recv(m_fd, buffer.data(), static_cast<size_t>(std::min(buffer.size(), wanted - all.size())), 0);
        if (count < 0)
            m_error = errno;
        if (count <= 0)
            break;
        all.append(buffer.constData(), count);
    }
    return all;
}

bool RawPeer::sawEnd() const {
    char byte = 0;
    const ssize_t count = ::recv(m_fd, &byte, 1, 0);
    if (count < 0)
        m_error = errno;
    return count == 0;
}

void RawPeer::shutdownSending() const {
    ::shutdown(m_fd, SHUT_WR);
}

void RawPeer::close() {
    if (m_fd >= 0)
        ::close(m_fd);
    m_fd = -1;
}

void RawPeer::reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(m_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

} // namespace sw::test
