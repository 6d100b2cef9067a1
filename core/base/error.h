// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/sentence.h"

#include <QJsonObject>
#include <QMetaType>
#include <QString>

#include <tl/expected.hpp>

namespace sw {

/// What went wrong, by a name that is the same on every platform.
enum class ErrorId {
    None,
    AddressInUse,
    AddressNotAvailable,
    AccessDenied,
    ConnectionRefused,
    ConnectionReset,
    ConnectionAborted,
    ConnectionTimedOut,
    HostUnreachable,
    HostDown,
    NetworkDown,
    NetworkUnreachable,
    NetworkReset,
    NoBufferSpace,
    ShutDown,
    BrokenPipe,
    NameNotFound,
    NameServiceFailed,
    TooManyFiles,
    NoThread, ///< the system starts no more threads or processes
    MessageTooLarge,
    NotSupported,
    InvalidArgument,
    NotFound,
    AlreadyExists, ///< a file that is not overwritten
    WriteFailed,
    ReadFailed, ///< of a file or standard input
    TlsHandshakeFailed,
    TlsTimedOut,
    TlsCertificateRejected,
    TlsAlert,     ///< the peer ended TLS with an alert
    TlsNotTls,    ///< it speaks something else
    TlsTruncated, ///< the stream ended without close_notify
    TlsProtocolError,
    TlsConfiguration,    ///< a certificate, key or other option that cannot be used
    ProxyUnreachable,    ///< the proxy itself could not be connected to
    ProxyAuthentication, ///< it wants a user and password, or others
    ProxyRefused,        ///< it does not pass the connection on
    ScriptFailed,
    Unknown,
};

/// The identifier as it appears in JSON, on the command line and in files, such as `address-in-use`.
QString errorName(ErrorId id);

/// One thing that went wrong. A plain value; any thread.
struct Error {
    ErrorId id = ErrorId::None;
    /// errno or WSAGetLastError(); what getaddrinfo() gives, as a negative number; 0 when the system was not asked
    int native = 0;
    QString situation{}; ///< the call or the part that failed: `connect`, `bind`, `address`
    Sentence detail{};   ///< for people: likely cause and next step
    int position = -1;   ///< for text that could not be read: the offending character, counted from 0

    bool operator==(const Error&) const = default;

    QJsonObject toJson() const;
};

template <typename T>
using Result = tl::expected<T, Error>;

/// The system's name of a native code (`ECONNREFUSED`, `WSAECONNREFUSED`); the number where it has none.
QString nativeErrorName(int native);

/// The platform-independent identifier of a native code. One table per platform.
ErrorId errorIdOfNative(int native);

/// The calling thread's last socket error: errno, or WSAGetLastError().
int lastNativeError();

/// An Error with the sentence that people need. `about` names the address it happened on.
Error errorOf(ErrorId id, const QString& situation, const QString& about = {});

/// The same for a failed system call.
Error systemError(int native, const QString& situation, const QString& about = {});

/// An Error about text that a person or a file gave. The detail should name what is accepted.
Error badInput(const QString& situation, const Sentence& detail, int position = -1);

/// Everything in one line: sentence, identifier, system name and code.
QString toText(const Error& error);

} // namespace sw

Q_DECLARE_METATYPE(sw::Error)
