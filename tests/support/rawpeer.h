// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

namespace sw::test {

/// A peer made of plain blocking system calls, so that nothing of ours is on the other side. Every call has a limit of
/// five seconds.
class RawPeer {
public:
    static RawPeer connectTo(quint16 port, int family = 4);
    /// A listener on a port of the system's choice, over IPv4 loopback.
    static RawPeer listenOn(int backlog = 16);
    static RawPeer datagram();
    RawPeer() = default;
    ~RawPeer();
    RawPeer(RawPeer&& other) noexcept;
    RawPeer& operator=(RawPeer&& other) noexcept;
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    bool isOpen() const { return m_fd >= 0; }
    quint16 port() const;
    RawPeer accept() const;
    bool send(const QByteArray& bytes) const;
    bool sendTo(quint16 port, const QByteArray& bytes) const;
    /// Reads until so many bytes came, the end, or an error.
    QByteArray receive(qsizetype wanted) const;
    /// True once the other side's end of stream came and nothing before it.
    bool sawEnd() const;
    void shutdownSending() const;
    void close();
    void reset();
    int lastError() const { return m_error; }

private:
    explicit RawPeer(int fd) : m_fd(fd) {}

    int m_fd = -1;
    mutable int m_error = 0;
};

} // namespace sw::test
