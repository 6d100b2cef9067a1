// SPDX-License-Identifier: MIT
// errno to identifiers: POSIX errno.h, Linux errno(3).
#include "core/base/error.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <netdb.h>

namespace sw {

namespace {

struct NativeEntry {
    int code;
    const char* name;
    ErrorId id;
};

constexpr std::array natives{
    NativeEntry{EADDRINUSE, "EADDRINUSE", ErrorId::AddressInUse},
    NativeEntry{EADDRNOTAVAIL, "EADDRNOTAVAIL", ErrorId::AddressNotAvailable},
    NativeEntry{EACCES, "EACCES", ErrorId::AccessDenied},
    NativeEntry{EPERM, "EPERM", ErrorId::AccessDenied},
    NativeEntry{ECONNREFUSED, "ECONNREFUSED", ErrorId::ConnectionRefused},
    NativeEntry{ECONNRESET, "ECONNRESET", ErrorId::ConnectionReset},
    NativeEntry{ECONNABORTED, "ECONNABORTED", ErrorId::ConnectionAborted},
    NativeEntry{ETIMEDOUT, "ETIMEDOUT", ErrorId::ConnectionTimedOut},
    NativeEntry{EHOSTUNREACH, "EHOSTUNREACH", ErrorId::HostUnreachable},
#ifdef EHOSTDOWN
    NativeEntry{EHOSTDOWN, "EHOSTDOWN", ErrorId::HostDown},
#endif
    NativeEntry{ENETDOWN, "ENETDOWN", ErrorId::NetworkDown},
    NativeEntry{ENETUNREACH, "ENETUNREACH", ErrorId::NetworkUnreachable},
    NativeEntry{ENETRESET, "ENETRESET", ErrorId::NetworkReset},
    NativeEntry{ENOBUFS, "ENOBUFS", ErrorId::NoBufferSpace},
    NativeEntry{EAGAIN, "EAGAIN", ErrorId::NoBufferSpace},
    NativeEntry{ENOMEM, "ENOMEM", ErrorId::NoBufferSpace},
#ifdef ESHUTDOWN
    NativeEntry{ESHUTDOWN, "ESHUTDOWN", ErrorId::ShutDown},
#endif
    NativeEntry{EPIPE, "EPIPE", ErrorId::BrokenPipe},
    NativeEntry{EMFILE, "EMFILE", ErrorId::TooManyFiles},
    NativeEntry{ENFILE, "ENFILE", ErrorId::TooManyFiles},
    NativeEntry{EMSGSIZE, "EMSGSIZE", ErrorId::MessageTooLarge},
    NativeEntry{EAFNOSUPPORT, "EAFNOSUPPORT", ErrorId::NotSupported},
    NativeEntry{EOPNOTSUPP, "EOPNOTSUPP", ErrorId::NotSupported},
    NativeEntry{EPROTONOSUPPORT, "EPROTONOSUPPORT", ErrorId::NotSupported},
    NativeEntry{EPROTOTYPE, "EPROTOTYPE", ErrorId::NotSupported},
    NativeEntry{ENOPROTOOPT, "ENOPROTOOPT", ErrorId::NotSupported},
    NativeEntry{EINVAL, "EINVAL", ErrorId::InvalidArgument},
    NativeEntry{EDOM, "EDOM", ErrorId::InvalidArgument},
    NativeEntry{ENOENT, "ENOENT", ErrorId::NotFound},
    NativeEntry{ENOTDIR, "ENOTDIR", ErrorId::NotFound},
    NativeEntry{ENODEV, "ENODEV", ErrorId::NotFound},
    NativeEntry{ENOSPC, "ENOSPC", ErrorId::WriteFailed},
    NativeEntry{EIO, "EIO", ErrorId::WriteFailed},
    NativeEntry{EFBIG, "EFBIG", ErrorId::WriteFailed},
    NativeEntry{EBADF, "EBADF", ErrorId::WriteFailed},
    NativeEntry{EISDIR, "EISDIR", ErrorId::WriteFailed},
    NativeEntry{EROFS, "EROFS", ErrorId::AccessDenied},
    NativeEntry{EEXIST, "EEXIST", ErrorId::AlreadyExists},
    NativeEntry{EDQUOT, "EDQUOT", ErrorId::WriteFailed},
};

/// What getaddrinfo() gives (RFC 3493 section 6.1): negative on Linux, positive on macOS and the BSDs; an Error has it
/// negative, apart from errno.
constexpr std::array nameErrors {
    NativeEntry{EAI_NONAME, "EAI_NONAME", ErrorId::NameNotFound},
#if defined(EAI_NODATA) && EAI_NODATA != EAI_NONAME
        NativeEntry{EAI_NODATA, "EAI_NODATA", ErrorId::NameNotFound},
#endif
        NativeEntry{EAI_AGAIN, "EAI_AGAIN", ErrorId::NameServiceFailed},
        NativeEntry{EAI_FAIL, "EAI_FAIL", ErrorId::NameServiceFailed},
        NativeEntry{EAI_FAMILY, "EAI_FAMILY", ErrorId::NameServiceFailed},
        NativeEntry{EAI_MEMORY, "EAI_MEMORY", ErrorId::NameServiceFailed},
        NativeEntry{EAI_OVERFLOW, "EAI_OVERFLOW", ErrorId::NameServiceFailed},
        NativeEntry{EAI_SERVICE, "EAI_SERVICE", ErrorId::NameServiceFailed},
        NativeEntry{EAI_SYSTEM, "EAI_SYSTEM", ErrorId::NameServiceFailed},
};

} // namespace

QString nativeErrorName(int native) {
    for (const NativeEntry& entry : nameErrors) {
        if (native < 0 && std::abs(entry.code) == -native)
            return QString::fromLatin1(entry.name);
    }
    for (const NativeEntry& entry : natives) {
        if (entry.code == native)
            return QString::fromLatin1(entry.name);
    }
    return QStringLiteral("errno %1").arg(native);
}

ErrorId errorIdOfNative(int native) {
    for (const NativeEntry& entry : natives) {
        if (entry.code == native)
            return entry.id;
    }
    return native == 0 ? ErrorId::None : ErrorId::Unknown;
}

int lastNativeError() {
    return errno;
}

} // namespace sw
