// SPDX-License-Identifier: MIT
#include "core/channel/native.h"

#include <array>

namespace sw::native {

namespace {

struct IcmpName {
    bool isIPv6;
    int type;
    int code; ///< below 0: any
    const char* name;
};

// RFC 792, RFC 1812 section 5.2.7.1; RFC 4443
constexpr std::array names{
    IcmpName{false, 3, 0, "network unreachable"},      IcmpName{false, 3, 1, "host unreachable"},
    IcmpName{false, 3, 2, "protocol unreachable"},     IcmpName{false, 3, 3, "port unreachable"},
    IcmpName{false, 3, 4, "fragmentation needed"},     IcmpName{false, 3, 9, "network prohibited"},
    IcmpName{false, 3, 10, "host prohibited"},         IcmpName{false, 3, 13, "communication prohibited"},
    IcmpName{false, 3, -1, "destination unreachable"}, IcmpName{false, 11, -1, "time exceeded"},
    IcmpName{false, 12, -1, "parameter problem"},      IcmpName{true, 1, 0, "no route to destination"},
    IcmpName{true, 1, 1, "communication prohibited"},  IcmpName{true, 1, 3, "address unreachable"},
    IcmpName{true, 1, 4, "port unreachable"},          IcmpName{true, 1, -1, "destination unreachable"},
    IcmpName{true, 2, -1, "packet too big"},           IcmpName{true, 3, -1, "time exceeded"},
    IcmpName{true, 4, -1, "parameter problem"},
};

} // namespace

QString DatagramFault::icmpName() const {
    for (const IcmpName& entry : names) {
        if (entry.isIPv6 == isIPv6 && entry.type == icmpType && (entry.code < 0 || entry.code == icmpCode))
            return QString::fromLatin1(entry.name);
    }
    return QStringLiteral("type %1, code %2").arg(icmpType).arg(icmpCode);
}

} // namespace sw::native
