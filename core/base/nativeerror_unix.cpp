// SPDX-License-Identifier: MIT
// errno to identifiers: POSIX errno.h, Linux errno(3).
#include "core/base/error.h"

#include <array>
#include <cerrno>

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
    NativeEntry{EROFS, "EROFS", ErrorId::AccessDenied},
    NativeEntry{EEXIST, "EEXIST", ErrorId::AlreadyExists},
    NativeEntry{EDQUOT, "EDQUOT", ErrorId::WriteFailed},
};

} // namespace

QString nativeErrorName(int native) {
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
