// SPDX-License-Identifier: MIT
#include "core/base/error.h"

#include <array>

namespace sw {

namespace {

struct Entry {
    ErrorId id;
    const char* name;
    const char* sentence; ///< `%1` is the address, or "the address" where it is unknown
};

constexpr std::array table{
    Entry{ErrorId::None, "none", QT_TRANSLATE_NOOP("Core", "Nothing went wrong.")},
    Entry{ErrorId::AddressInUse, "address-in-use",
          QT_TRANSLATE_NOOP(
              "Core",
              "%1 is already taken by another socket. Choose another port (or 0 for any free one), or end its owner.")},
    Entry{ErrorId::AddressNotAvailable, "address-not-available",
          QT_TRANSLATE_NOOP("Core",
                            "%1 is not an address of this machine. `swright list interfaces` shows the ones it has.")},
    Entry{ErrorId::AccessDenied, "access-denied",
          QT_TRANSLATE_NOOP("Core", "The system refused %1. Ports below 1024 and protected directories need more "
                                    "rights; broadcast needs broadcast=on.")},
    Entry{ErrorId::ConnectionRefused, "connection-refused",
          QT_TRANSLATE_NOOP(
              "Core", "The host of %1 answered, but nothing listens there. Check the port, and that the server runs.")},
    Entry{ErrorId::ConnectionReset, "connection-reset",
          QT_TRANSLATE_NOOP(
              "Core",
              "The peer at %1 reset the connection: it crashed, closed with unread data, or aborted on purpose.")},
    Entry{ErrorId::ConnectionAborted, "connection-aborted",
          QT_TRANSLATE_NOOP("Core", "The system aborted the connection to %1.")},
    Entry{ErrorId::ConnectionTimedOut, "connection-timed-out",
          QT_TRANSLATE_NOOP(
              "Core",
              "%1 did not answer in time. The host may be down, or a firewall drops the packets without a word.")},
    Entry{ErrorId::HostUnreachable, "host-unreachable",
          QT_TRANSLATE_NOOP("Core", "No way to the host of %1. It may be down, or a router on the way says so.")},
    Entry{ErrorId::HostDown, "host-down", QT_TRANSLATE_NOOP("Core", "The host of %1 is down.")},
    Entry{ErrorId::NetworkDown, "network-down", QT_TRANSLATE_NOOP("Core", "The network interface towards %1 is down.")},
    Entry{ErrorId::NetworkUnreachable, "network-unreachable",
          QT_TRANSLATE_NOOP("Core", "This machine has no route to %1. Check its interfaces and the address family.")},
    Entry{ErrorId::NetworkReset, "network-reset",
          QT_TRANSLATE_NOOP("Core", "The network dropped the connection to %1 on a reset.")},
    Entry{ErrorId::NoBufferSpace, "no-buffer-space",
          QT_TRANSLATE_NOOP("Core", "No buffer space is left for %1. Let the peer read, then retry.")},
    Entry{ErrorId::ShutDown, "shut-down",
          QT_TRANSLATE_NOOP("Core", "The socket of %1 was shut down for this direction and takes no more.")},
    Entry{ErrorId::BrokenPipe, "broken-pipe",
          QT_TRANSLATE_NOOP("Core", "The peer at %1 no longer receives: it closed its end before this was sent.")},
    Entry{ErrorId::NameNotFound, "name-not-found",
          QT_TRANSLATE_NOOP("Core", "The name in %1 is not known. Check its spelling and the DNS.")},
    Entry{
        ErrorId::NameServiceFailed, "name-service-failed",
        QT_TRANSLATE_NOOP(
            "Core",
            "The name in %1 could not be looked up: the name service did not answer. Check the network and the DNS.")},
    Entry{ErrorId::TooManyFiles, "too-many-files",
          QT_TRANSLATE_NOOP("Core",
                            "No descriptor is left to open %1. Close endpoints or raise the limit (`ulimit -n`).")},
    Entry{ErrorId::NoThread, "no-thread", QT_TRANSLATE_NOOP("Core", "The system starts no more threads or processes.")},
    Entry{
        ErrorId::MessageTooLarge, "message-too-large",
        QT_TRANSLATE_NOOP("Core", "The datagram to %1 is larger than the protocol takes: 65,507 bytes over IPv4 UDP.")},
    Entry{ErrorId::NotSupported, "not-supported",
          QT_TRANSLATE_NOOP("Core", "This system or build does not support that for %1.")},
    Entry{ErrorId::InvalidArgument, "invalid-argument",
          QT_TRANSLATE_NOOP("Core", "The system does not accept a value for %1.")},
    Entry{ErrorId::NotFound, "not-found", QT_TRANSLATE_NOOP("Core", "%1 does not exist.")},
    Entry{ErrorId::AlreadyExists, "already-exists", QT_TRANSLATE_NOOP("Core", "%1 exists already.")},
    Entry{ErrorId::WriteFailed, "write-failed", QT_TRANSLATE_NOOP("Core", "Writing to %1 failed.")},
    Entry{ErrorId::ReadFailed, "read-failed", QT_TRANSLATE_NOOP("Core", "%1 cannot be read.")},
    Entry{ErrorId::TlsHandshakeFailed, "tls-handshake-failed",
          QT_TRANSLATE_NOOP("Core", "The TLS handshake with %1 failed.")},
    Entry{ErrorId::TlsTimedOut, "tls-handshake-timed-out",
          QT_TRANSLATE_NOOP("Core", "%1 did not finish the TLS handshake in time.")},
    Entry{ErrorId::TlsCertificateRejected, "tls-certificate-rejected",
          QT_TRANSLATE_NOOP("Core", "The certificate of %1 was not accepted.")},
    Entry{ErrorId::TlsAlert, "tls-alert", QT_TRANSLATE_NOOP("Core", "%1 ended TLS with an alert.")},
    Entry{ErrorId::TlsNotTls, "tls-not-tls", QT_TRANSLATE_NOOP("Core", "%1 does not speak TLS.")},
    Entry{ErrorId::TlsTruncated, "tls-truncated",
          QT_TRANSLATE_NOOP("Core", "The stream from %1 ended without TLS's own end.")},
    Entry{ErrorId::TlsProtocolError, "tls-protocol-error", QT_TRANSLATE_NOOP("Core", "%1 broke the rules of TLS.")},
    Entry{ErrorId::TlsConfiguration, "tls-configuration",
          QT_TRANSLATE_NOOP("Core", "The TLS options of %1 cannot be used.")},
    Entry{ErrorId::ProxyUnreachable, "proxy-unreachable",
          QT_TRANSLATE_NOOP(
              "Core", "%1 cannot be reached: no proxy runs there, or its name is not known. Check the option proxy.")},
    Entry{ErrorId::ProxyAuthentication, "proxy-authentication",
          QT_TRANSLATE_NOOP(
              "Core", "%1 wants a user and a password, or does not take those that it got: "
                      "proxy=SCHEME://USER@HOST:PORT names the user, proxypassword says where the password stands.")},
    Entry{ErrorId::ProxyRefused, "proxy-refused",
          QT_TRANSLATE_NOOP("Core", "%1 does not pass the connection on, or is no proxy of that kind.")},
    Entry{ErrorId::ScriptFailed, "script-failed", QT_TRANSLATE_NOOP("Core", "The script of %1 failed.")},
    Entry{ErrorId::Unknown, "unknown", QT_TRANSLATE_NOOP("Core", "An error that this program has no name for, on %1.")},
};

/// Where the same error means something else in another situation.
struct SituationEntry {
    ErrorId id;
    const char* situation;
    const char* sentence;
};

constexpr std::array situations{
    SituationEntry{
        ErrorId::AddressNotAvailable, "connect",
        QT_TRANSLATE_NOOP(
            "Core", "No local address and port is left for a connection to %1: the system's range of ports is used up, "
                    "or the same pair of addresses is still in TIME_WAIT. Wait a minute, or use another local port.")},
    SituationEntry{ErrorId::AccessDenied, "connect",
                   QT_TRANSLATE_NOOP(
                       "Core",
                       "The system refused a connection to %1: a firewall or a prohibited route forbids it, the socket "
                       "file is not yours to write to, or it is a broadcast address, which needs broadcast=on.")},
    SituationEntry{
        ErrorId::AccessDenied, "send",
        QT_TRANSLATE_NOOP("Core",
                          "The system refused to send to %1: broadcast needs broadcast=on, or a firewall forbids it.")},
    SituationEntry{
        ErrorId::AccessDenied, "bind",
        QT_TRANSLATE_NOOP("Core", "The system refused to bind %1: ports below 1024 and protected directories need more "
                                  "rights. Choose a port from 1024 on, or another directory.")},
    SituationEntry{
        ErrorId::NotFound, "connect",
        QT_TRANSLATE_NOOP("Core", "%1 does not exist: nothing has made that socket. Start the server first.")},
    SituationEntry{ErrorId::NotFound, "bind",
                   QT_TRANSLATE_NOOP("Core", "The directory of %1 does not exist. Make it first, or choose another.")},
    SituationEntry{ErrorId::InvalidArgument, "connect",
                   QT_TRANSLATE_NOOP("Core",
                                     "The system cannot connect to %1 this way: a route discards its packets, a "
                                     "link-local address (fe80::/10) lacks the name of an interface that this machine "
                                     "has, as in [fe80::1%eth0], or the local address is of another kind.")},
    SituationEntry{ErrorId::NotSupported, "connect",
                   QT_TRANSLATE_NOOP(
                       "Core", "%1 is a socket of another type: unix:// is for streams, unixgram:// for datagrams.")},
    SituationEntry{ErrorId::NotSupported, "socket",
                   QT_TRANSLATE_NOOP("Core", "This machine has no sockets of the address family of %1.")},
    SituationEntry{
        ErrorId::ConnectionRefused, "receive",
        QT_TRANSLATE_NOOP("Core", "Nothing receives at %1: its host answered a datagram with ICMP port unreachable.")},
    SituationEntry{
        ErrorId::ConnectionRefused, "send",
        QT_TRANSLATE_NOOP("Core",
                          "Nothing receives at %1: its host answered an earlier datagram with ICMP port unreachable.")},
};

/// The same for a socket that is a file, or a name of Linux's abstract space: there is no host and no port.
constexpr std::array localSituations{
    SituationEntry{ErrorId::ConnectionRefused, "connect",
                   QT_TRANSLATE_NOOP("Core", "At %1 nothing listens: the program that serves this path does not run "
                                             "(one that has ended may have left its file behind). Start it first.")},
    SituationEntry{ErrorId::ConnectionRefused, "send",
                   QT_TRANSLATE_NOOP("Core", "No program receives on %1: the one that had bound it has ended. Start "
                                             "the program that serves this path.")},
    SituationEntry{ErrorId::ConnectionRefused, "receive",
                   QT_TRANSLATE_NOOP("Core", "No program receives on %1: the one that had bound it has ended. Start "
                                             "the program that serves this path.")},
    SituationEntry{
        ErrorId::ConnectionTimedOut, "connect",
        QT_TRANSLATE_NOOP(
            "Core", "The program that serves %1 did not take the connection in time: it may have stopped accepting.")},
    SituationEntry{ErrorId::AccessDenied, "connect",
                   QT_TRANSLATE_NOOP("Core", "The system does not let you connect to %1: the socket file, or a "
                                             "directory above it, is not yours to write to or to search.")},
    SituationEntry{ErrorId::AccessDenied, "send",
                   QT_TRANSLATE_NOOP("Core", "The system does not let you send to %1: the socket file, or a directory "
                                             "above it, is not yours to write to or to search.")},
    SituationEntry{
        ErrorId::AccessDenied, "bind",
        QT_TRANSLATE_NOOP(
            "Core",
            "The system refused to bind %1: protected directories need more rights. Choose another directory.")},
    SituationEntry{ErrorId::AddressInUse, "bind",
                   QT_TRANSLATE_NOOP("Core", "%1 exists already. Choose another path, end the program that serves it, "
                                             "or remove what it left behind (stale=replace).")},
    SituationEntry{ErrorId::AddressInUse, "listen",
                   QT_TRANSLATE_NOOP("Core", "%1 is served by another program already.")},
    SituationEntry{
        ErrorId::NotFound, "send",
        QT_TRANSLATE_NOOP(
            "Core", "%1 does not exist: nothing has made that socket. Start the program that serves this path first.")},
    SituationEntry{ErrorId::MessageTooLarge, "send",
                   QT_TRANSLATE_NOOP("Core", "The datagram to %1 is larger than the system takes for a local socket: "
                                             "its send buffer (sndbuf) bounds it.")},
    SituationEntry{ErrorId::InvalidArgument, "connect",
                   QT_TRANSLATE_NOOP("Core", "The system cannot connect to %1: it is no path of a socket.")},
    SituationEntry{ErrorId::InvalidArgument, "bind",
                   QT_TRANSLATE_NOOP("Core", "The system cannot make a socket at %1: it is no path for one.")},
};

const Entry& entryOf(ErrorId id) {
    for (const Entry& entry : table) {
        if (entry.id == id)
            return entry;
    }
    return table.back();
}

const char* sentenceOf(ErrorId id, const QString& situation, bool isLocal) {
    for (const SituationEntry& entry : localSituations) {
        if (isLocal && entry.id == id && situation == QLatin1String(entry.situation))
            return entry.sentence;
    }
    for (const SituationEntry& entry : situations) {
        if (entry.id == id && situation == QLatin1String(entry.situation))
            return entry.sentence;
    }
    return entryOf(id).sentence;
}

} // namespace

QString errorName(ErrorId id) {
    return QString::fromLatin1(entryOf(id).name);
}

QJsonObject Error::toJson() const {
    QJsonObject json{{QStringLiteral("id"), errorName(id)},
                     {QStringLiteral("situation"), situation},
                     {QStringLiteral("detail"), detail.toText()}};
    if (native != 0) {
        json.insert(QStringLiteral("native"), native);
        json.insert(QStringLiteral("nativeName"), nativeErrorName(native));
    }
    if (position >= 0)
        json.insert(QStringLiteral("position"), position);
    return json;
}

Error errorOf(ErrorId id, const QString& situation, const QString& about) {
    const bool isLocal = about.startsWith(QLatin1Char('/')) || about.startsWith(QLatin1Char('@'));
    const char* words = sentenceOf(id, situation, isLocal);
    const bool isFirst = *words == '%';
    const QString what = !about.isEmpty() ? about
                         : isFirst        ? QStringLiteral("The address")
                                          : QStringLiteral("the address");
    return {.id = id, .situation = situation, .detail = sentence(words, what)};
}

Error systemError(int native, const QString& situation, const QString& about) {
    Error error = errorOf(errorIdOfNative(native), situation, about);
    error.native = native;
    return error;
}

Error badInput(const QString& situation, const Sentence& detail, int position) {
    return {.id = ErrorId::InvalidArgument, .situation = situation, .detail = detail, .position = position};
}

QString toText(const Error& error) {
    if (error.native == 0)
        return error.detail;
    return error.detail.toText() + QStringLiteral(" [") + errorName(error.id) + QStringLiteral(", ") + error.situation +
           QStringLiteral(": ") + nativeErrorName(error.native) + QStringLiteral(" ") + QString::number(error.native) +
           QStringLiteral("]");
}

} // namespace sw
