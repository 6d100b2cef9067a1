// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/channel/socketfacts.h"

#include <QByteArrayView>
#include <QHostAddress>

#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace sw::native {

/// A socket of the system: a file descriptor, or a SOCKET on Windows.
using Descriptor = qintptr;
constexpr Descriptor noDescriptor = -1;

/// A sockaddr of any family, as the system writes it.
struct SocketAddress {
    alignas(16) std::array<std::byte, 128> storage{};
    int length = 0;

    bool operator==(const SocketAddress& other) const;
};

enum class SocketType { Stream, Datagram };
enum class Shutdown { Receiving, Sending };

/// A datagram that was received.
struct DatagramInfo {
    qint64 size = 0;     ///< bytes taken, or the negated error
    qint64 trueSize = 0; ///< the datagram's whole size where the system tells it, else `size`
    bool isCut = false;
    SocketAddress peer;
    SocketAddress
        local; ///< the address of ours that it was sent to, after enableLocalAddresses(); else its length is 0
    PeerCredentials sender; ///< of a Unix socket's datagram, where the system tells; its pid is below 0 otherwise
    std::optional<quint32> dropped; ///< datagrams that the system dropped so far on this socket, where it counts them
};

/// Prepares the process for sockets; call it once before the others. Broken pipes become errors, not signals.
void initialise();

/// Opens /dev/null where standard input, output or error was closed before we began: otherwise the next socket or file
/// would get its number, and what is meant for one would go to the other. Writing to a standard output that was closed
/// still fails. Call it first in main().
void keepStandardDescriptors();

/// Whether so many descriptors can be opened besides those that are open. Qt ends a program that has too few for its
/// event loop without a word that helps.
bool canOpenDescriptors(int count);

/// Makes the system's table of descriptors large enough for thousands, which costs nothing while the process has one
/// thread: call it first in main(). Later Linux lets a process wait for all CPUs (synchronize_rcu, up to 50 ms) each
/// time the table doubles, and that is long enough for a listener's queue to overflow.
void reserveDescriptors();

/// An IPv4 or IPv6 address with its scope and the port.
SocketAddress ipAddress(const QHostAddress& address, quint16 port);
/// `@name` is an abstract name on Linux. The path was checked for its length by the address parser.
SocketAddress localAddress(const QString& path);
/// Of the family AF_INET6, also with an IPv4-mapped address.
bool isIPv6(const SocketAddress& address);
/// IPv4 or IPv6: it has a port.
bool isIp(const SocketAddress& address);
/// Whether an IP socket with this local address speaks IPv6 on the wire: false for an IPv4-mapped one.
bool speaksIPv6(const SocketAddress& local);
/// Null for a local address.
QHostAddress hostOf(const SocketAddress& address);
/// 0 for a local address.
quint16 portOf(const SocketAddress& address);
/// `127.0.0.1:80`, `[::1]:80`, a path, `@name`, or nothing for an unnamed local socket.
QString toText(const SocketAddress& address);

/// A new non-blocking socket that child processes do not inherit, of the family of `like`.
Descriptor open(const SocketAddress& like, SocketType type);
/// Closes, orderly as far as the system does that: unread bytes make TCP send a reset (RFC 2525 section 2.17).
void close(Descriptor socket);
/// Closes with a reset: what was not sent is dropped (SO_LINGER 0).
void abort(Descriptor socket);

/// bind(2): 0, or the negated error.
int bind(Descriptor socket, const SocketAddress& address);
/// listen(2), with at most so many connections in the queue: 0, or the negated error.
int listen(Descriptor socket, int backlog);
/// 0 when connected at once; isInProgress() of the negated result when the answer comes later.
int connect(Descriptor socket, const SocketAddress& address);
/// The connected socket, or the negated error.
Descriptor accept(Descriptor socket, SocketAddress& peer);

/// recv(2): bytes, at most `size`; 0: the end of stream; or the negated error.
qint64 receive(Descriptor socket, char* data, std::size_t size);
/// send(2): how many bytes the system took, or the negated error.
qint64 send(Descriptor socket, const char* data, std::size_t size);
/// Receives what has arrived, at most `infos.size()` datagrams in one call where the system can: the first to `room`,
/// the next `each` bytes further, and so on. How many, or the negated error.
int receiveDatagrams(Descriptor socket, char* room, std::size_t each, std::span<DatagramInfo> infos);
/// `source`: the local address to send from, on a socket that is bound to all of them; the system chooses without it.
qint64 sendDatagram(Descriptor socket, QByteArrayView bytes, const SocketAddress* destination,
                    const SocketAddress* source = nullptr);
/// shutdown(2): 0, or the negated error.
int shutdown(Descriptor socket, Shutdown direction);

/// The error that waits on the socket (SO_ERROR), which is cleared by asking.
int pendingError(Descriptor socket);
/// getsockname(2); its length is 0 where that fails.
SocketAddress boundAddress(Descriptor socket);
/// getpeername(2); its length is 0 where that fails.
SocketAddress peerAddress(Descriptor socket);
/// What the network said about a datagram that was sent earlier.
struct DatagramFault {
    int code = 0;              ///< native error
    SocketAddress destination; ///< of that datagram
    QString reporter;          ///< the host that said so
    int icmpType = 0;
    int icmpCode = 0;
    bool isIPv6 = false; ///< ICMPv6 (RFC 4443) rather than ICMP (RFC 792)

    /// `port unreachable`, `time exceeded`, …
    QString icmpName() const;
};

/// Asks for the sender's process and user with each datagram of a Unix socket, where the system has them (unix(7)).
void enableSenderCredentials(Descriptor socket);
/// Adds the names of program and user to numbers.
void nameCredentials(PeerCredentials& credentials);

/// Asks for such reports with the destination they concern, where the system has them (ip(7) IP_RECVERR).
void enableFaultReports(Descriptor socket, bool isIPv6);
/// The next report; nothing when there is none, or the system has no such thing.
std::optional<DatagramFault> takeFault(Descriptor socket);

/// Asks for drop counts with received datagrams, where the system has them (SO_RXQ_OVFL).
void enableDropCounter(Descriptor socket);
/// How many datagrams the system has dropped on this socket up to now, also after the last one that came; nothing where
/// it does not tell (Linux SO_MEMINFO).
std::optional<quint32> dropCount(Descriptor socket);

/// Asks with each datagram for the address that it was sent to, on a socket that is bound to every address, so that it
/// can be answered from there (ip(7) IP_PKTINFO, RFC 3542 section 6.1). Nothing where the system has no such thing.
void enableLocalAddresses(Descriptor socket, bool isIPv6);

/// Binds a Unix datagram socket to a name that nobody else has, so that it can be answered. The path of the file that
/// was made, empty where the name is abstract; or the negated error in `code`.
QString bindPrivately(Descriptor socket, int& code);

bool isAgain(int error);                ///< would block, or interrupted
bool isInProgress(int error);           ///< a connect that goes on
bool isListenerBroken(int error);       ///< accept will never work again on this socket
bool isTransientAcceptError(int error); ///< concerns one connection only: accept(2), "Error handling"

/// The process and user at the other end of a Unix socket; nothing where the system does not tell.
std::optional<PeerCredentials> peerCredentials(Descriptor socket);

/// The rules of socket files: removes a dead socket at `path` when `replaceStale`; never another file or a live one.
Result<void> prepareSocketFile(const QString& path, bool replaceStale);
/// Restricts the file that bind() is about to make, where the system lets that be said before; see also after bind().
void restrictBeforeBind(Descriptor socket, uint mode);
/// Sets the permissions of the file that bind() has made, where that could not be said before.
void restrictAfterBind(const QString& path, uint mode);
/// Identity of the file, so that only our own is removed on close; 0 when there is none.
quint64 socketFileIdentity(const QString& path);
/// Removes the file, if it is still the one of that identity.
void removeSocketFile(const QString& path, quint64 identity);

} // namespace sw::native
