// SPDX-License-Identifier: MIT
// Windows Sockets error codes to identifiers: winsock2.h, "Windows Sockets Error Codes".
#include "core/base/error.h"

#include <winsock2.h>

#include <array>

namespace sw {

namespace {

struct NativeEntry {
    int code;
    const char* name;
    ErrorId id;
};

constexpr std::array natives{
    NativeEntry{WSAEADDRINUSE, "WSAEADDRINUSE", ErrorId::AddressInUse},
    NativeEntry{WSAEADDRNOTAVAIL, "WSAEADDRNOTAVAIL", ErrorId::AddressNotAvailable},
    NativeEntry{WSAEACCES, "WSAEACCES", ErrorId::AccessDenied},
    NativeEntry{WSAECONNREFUSED, "WSAECONNREFUSED", ErrorId::ConnectionRefused},
    NativeEntry{WSAECONNRESET, "WSAECONNRESET", ErrorId::ConnectionReset},
    NativeEntry{WSAECONNABORTED, "WSAECONNABORTED", ErrorId::ConnectionAborted},
    NativeEntry{WSAETIMEDOUT, "WSAETIMEDOUT", ErrorId::ConnectionTimedOut},
    NativeEntry{WSAEHOSTUNREACH, "WSAEHOSTUNREACH", ErrorId::HostUnreachable},
    NativeEntry{WSAEHOSTDOWN, "WSAEHOSTDOWN", ErrorId::HostDown},
    NativeEntry{WSAENETDOWN, "WSAENETDOWN", ErrorId::NetworkDown},
    NativeEntry{WSAENETUNREACH, "WSAENETUNREACH", ErrorId::NetworkUnreachable},
    NativeEntry{WSAENETRESET, "WSAENETRESET", ErrorId::NetworkReset},
    NativeEntry{WSAENOBUFS, "WSAENOBUFS", ErrorId::NoBufferSpace},
    NativeEntry{WSAESHUTDOWN, "WSAESHUTDOWN", ErrorId::ShutDown},
    NativeEntry{WSAEMFILE, "WSAEMFILE", ErrorId::TooManyFiles},
    NativeEntry{WSAEMSGSIZE, "WSAEMSGSIZE", ErrorId::MessageTooLarge},
    NativeEntry{WSAEAFNOSUPPORT, "WSAEAFNOSUPPORT", ErrorId::NotSupported},
    NativeEntry{WSAEOPNOTSUPP, "WSAEOPNOTSUPP", ErrorId::NotSupported},
    NativeEntry{WSAEPROTONOSUPPORT, "WSAEPROTONOSUPPORT", ErrorId::NotSupported},
    NativeEntry{WSAENOPROTOOPT, "WSAENOPROTOOPT", ErrorId::NotSupported},
    NativeEntry{WSAEINVAL, "WSAEINVAL", ErrorId::InvalidArgument},
    NativeEntry{WSAHOST_NOT_FOUND, "WSAHOST_NOT_FOUND", ErrorId::NameNotFound},
    NativeEntry{WSATRY_AGAIN, "WSATRY_AGAIN", ErrorId::NameServiceFailed},
};

} // namespace

QString nativeErrorName(int native) {
    for (const NativeEntry& entry : natives) {
        if (entry.code == native)
            return QString::fromLatin1(entry.name);
    }
    return QStringLiteral("error %1").arg(native);
}

ErrorId errorIdOfNative(int native) {
    for (const NativeEntry& entry : natives) {
        if (entry.code == native)
            return entry.id;
    }
    return native == 0 ? ErrorId::None : ErrorId::Unknown;
}

int lastNativeError() {
    return WSAGetLastError();
}

} // namespace sw
