// SPDX-License-Identifier: MIT
// Sources: IEEE 802.1Q and 802.2 (SNAP), RFC 1661 and 2516 (PPP, PPPoE), RFC 3032 and 4385 (MPLS), RFC 2784, 2890 and
// 2637 (GRE), draft-foschiano-erspan, RFC 3378 (EtherIP), RFC 4302 (AH), RFC 7348 (VXLAN), RFC 8926 (Geneve),
// 3GPP TS 29.281 (GTP-U).
#include "core/capture/packetreader.h"

#include "core/capture/protocolnames.h"

#include <QtEndian>

#include <algorithm>
#include <utility>

namespace sw {

namespace {

quint16 big16(QByteArrayView bytes, qsizetype at) {
    return qFromBigEndian<quint16>(bytes.data() + at);
}

unsigned byteAt(QByteArrayView bytes, qsizetype at) {
    return static_cast<unsigned char>(bytes[at]);
}

constexpr quint16 etherBridged = 0x6558; // Ethernet in something

/// What UDP carries there, if anything: the content behind the tunnel's header, and its EtherType.
struct UdpTunnel {
    quint16 type;
    QByteArrayView content;
};

constexpr quint16 anyIp = 0; // the version in the packet says which

std::optional<UdpTunnel> vxlan(QByteArrayView bytes) {
    constexpr qsizetype head = 8;
    const bool isOne = bytes.size() > head && bytes.startsWith(QByteArrayView("\x08\0\0\0", 4)) && bytes[7] == 0;
    return isOne ? std::optional(UdpTunnel{etherBridged, bytes.sliced(head)}) : std::nullopt;
}

std::optional<UdpTunnel> geneve(QByteArrayView bytes) {
    constexpr qsizetype smallest = 8;
    if (bytes.size() < smallest || byteAt(bytes, 0) >> 6U != 0 || (byteAt(bytes, 1) & 0x3fU) != 0 || bytes[7] != 0)
        return std::nullopt;
    const auto head = smallest + static_cast<qsizetype>(byteAt(bytes, 0) & 0x3fU) * 4;
    return head < bytes.size() ? std::optional(UdpTunnel{big16(bytes, 2), bytes.sliced(head)}) : std::nullopt;
}

std::optional<UdpTunnel> gtp(QByteArrayView bytes) {
    constexpr qsizetype smallest = 8;
    constexpr unsigned userData = 0xff;
    if (bytes.size() < smallest || (byteAt(bytes, 0) & 0xf0U) != 0x30 || byteAt(bytes, 1) != userData ||
        big16(bytes, 2) != bytes.size() - smallest)
        return std::nullopt;
    qsizetype head = smallest;
    if ((byteAt(bytes, 0) & 7U) != 0) {
        head += 4;
        while (head <= bytes.size() && bytes[head - 1] != 0) { // an extension follows
            const qsizetype units = head < bytes.size() ? static_cast<qsizetype>(byteAt(bytes, head)) : 0;
            if (units == 0)
                return std::nullopt;
            head += units * 4;
        }
    }
    return head < bytes.size() ? std::optional(UdpTunnel{anyIp, bytes.sliced(head)}) : std::nullopt;
}

std::optional<UdpTunnel> udpTunnel(QByteArrayView datagram) {
    constexpr qsizetype head = 8;
    if (datagram.size() < head)
        return std::nullopt;
    const auto said = static_cast<qsizetype>(big16(datagram, 4));
    const QByteArrayView content =
        datagram.first(said > head ? std::min(said, datagram.size()) : datagram.size()).sliced(head);
    switch (big16(datagram, 2)) {
    case 4789:
    case 8472: // that of Linux before there was a port
        return vxlan(content);
    case 6081:
        return geneve(content);
    case 2152:
        return gtp(content);
    default:
        return std::nullopt;
    }
}

} // namespace

std::optional<IpPacket> PacketReader::readEthernet(QByteArrayView frame) {
    constexpr qsizetype head = 14;
    return frame.size() < head ? damaged("Ethernet") : readEtherType(big16(frame, 12), frame.sliced(head));
}

/// What follows an EtherType, VLAN tags passed over.
std::optional<IpPacket> PacketReader::readEtherType(quint16 type, QByteArrayView rest) {
    constexpr int mostTags = 8;
    constexpr quint16 largestLength = 1500; // below: a length, of IEEE 802.3
    for (int tags = 0; (type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200) && tags < mostTags;
         ++tags) {
        if (rest.size() < 4)
            return damaged("VLAN tags");
        type = big16(rest, 2);
        rest = rest.sliced(4);
    }
    switch (type) {
    case 0x0800:
    case 0x86dd:
        return readIp(rest);
    case 0x8847:
    case 0x8848:
        return readMpls(rest);
    case 0x8864:
        return readPppoe(rest);
    case 0x880b:
        return readPpp(rest);
    case etherBridged:
        return readEthernet(rest);
    default:
        break;
    }
    if (type > largestLength) {
        m_isDoubtful = !hasEtherTypeName(type);
        return leave(etherTypeName(type));
    }
    constexpr qsizetype snapHead = 8;
    if (rest.size() >= snapHead && rest.startsWith(QByteArrayView("\xaa\xaa\x03\0\0\0", 6)))
        return readEtherType(std::max(big16(rest, 6), quint16(largestLength + 1)), rest.sliced(snapHead));
    m_isDoubtful = true;
    return leave(!rest.isEmpty() && rest[0] == 0x42 ? QStringLiteral("STP") : QStringLiteral("IEEE 802.2 (LLC)"));
}

std::optional<IpPacket> PacketReader::readPppoe(QByteArrayView bytes) {
    constexpr qsizetype head = 6;
    constexpr char versionAndType = 0x11;
    if (bytes.size() < head || bytes[0] != versionAndType)
        return damaged("PPPoE");
    if (bytes[1] != 0)
        return leave(QStringLiteral("PPPoE discovery"));
    const auto size = static_cast<qsizetype>(big16(bytes, 4));
    return readPpp(bytes.sliced(head).first(std::min(size, bytes.size() - head)));
}

std::optional<IpPacket> PacketReader::readPpp(QByteArrayView bytes) {
    if (bytes.startsWith(QByteArrayView("\xff\x03", 2))) // address and control
        bytes = bytes.sliced(2);
    if (bytes.size() < 2)
        return damaged("PPP");
    const bool isShort = (byteAt(bytes, 0) & 1U) != 0; // its first byte, 0, was left out
    const quint16 protocol = isShort ? static_cast<quint16>(byteAt(bytes, 0)) : big16(bytes, 0);
    const QByteArrayView rest = bytes.sliced(isShort ? 1 : 2);
    constexpr quint16 firstControl = 0x8000;
    switch (protocol) {
    case 0x0021:
    case 0x0057:
        return readIp(rest);
    case 0x0281:
    case 0x0283:
        return readMpls(rest);
    default:
        return leave(protocol >= firstControl ? QStringLiteral("PPP control")
                                              : QStringLiteral("PPP 0x%1").arg(protocol, 4, 16, QLatin1Char('0')));
    }
}

/// Labels, then IP or Ethernet: nothing but the content says which.
std::optional<IpPacket> PacketReader::readMpls(QByteArrayView bytes) {
    constexpr int mostLabels = 32;
    constexpr qsizetype size = 4;
    bool isLast = false;
    for (int i = 0; i < mostLabels && !isLast; ++i) {
        if (bytes.size() < size)
            return damaged("MPLS");
        isLast = (byteAt(bytes, 2) & 1U) != 0;
        bytes = bytes.sliced(size);
    }
    if (bytes.isEmpty() || !isLast)
        return damaged("MPLS");
    const auto doubted = [this](const std::optional<IpPacket>& read) {
        const bool doubts = !read && std::exchange(m_isDoubtful, false);
        if (doubts)
            m_leftOut.clear(); // another reading follows
        return doubts;
    };
    const unsigned first = byteAt(bytes, 0) >> 4U;
    if (first == 4 || first == 6) {
        auto read = readIp(bytes);
        if (!doubted(read))
            return read;
    } else if (first == 0 && bytes.size() > size) { // a control word before it
        auto read = readEthernet(bytes.sliced(size));
        if (!doubted(read))
            return read;
    }
    auto read = readEthernet(bytes);
    return doubted(read) ? leave(QStringLiteral("MPLS")) : read;
}

std::optional<IpPacket> PacketReader::readGre(QByteArrayView bytes) {
    constexpr qsizetype smallest = 4;
    if (bytes.size() < smallest)
        return damaged("GRE");
    const quint16 flags = big16(bytes, 0);
    const quint16 type = big16(bytes, 2);
    const unsigned version = flags & 7U;
    const auto room = [&](unsigned flag) { return (flags & flag) != 0 ? qsizetype(4) : qsizetype(0); };
    const bool hasRouting = (flags & 0x4000U) != 0 && version == 0;
    qsizetype head = smallest + room(0x8000U) + room(0x2000U) + room(0x1000U) + (version == 1 ? room(0x0080U) : 0);
    if (type == 0x88be && (flags & 0x1000U) != 0) // ERSPAN II
        head += 8;
    if (type == 0x22eb) { // ERSPAN III
        constexpr qsizetype erspan = 12;
        head += erspan;
        if (head <= bytes.size() && (byteAt(bytes, head - 1) & 1U) != 0)
            head += 8;
    }
    if (version > 1 || hasRouting || head >= bytes.size())
        return leave(QStringLiteral("GRE"));
    const QByteArrayView rest = bytes.sliced(head);
    if (version == 1)
        return readPpp(rest);
    if (type == 0x88be || type == 0x22eb)
        return readEthernet(rest);
    constexpr quint16 largestLength = 1500;
    return type <= largestLength ? leave(QStringLiteral("GRE")) : readEtherType(type, rest);
}

std::optional<IpPacket> PacketReader::readAuthenticated(IpPacket packet) {
    constexpr qsizetype smallest = 12;
    if (packet.payload.size() < smallest)
        return damaged("AH");
    const auto head = static_cast<qsizetype>(byteAt(packet.payload, 1) + 2) * 4;
    if (head > packet.payload.size() || ++m_depth > 16)
        return damaged("AH");
    packet.protocol = static_cast<quint8>(byteAt(packet.payload, 0));
    packet.payload = packet.payload.sliced(head);
    return readAbove(packet);
}

/// What an IP packet carries: TCP and UDP as they are, and what tunnels have in them.
std::optional<IpPacket> PacketReader::readAbove(const IpPacket& packet) {
    switch (packet.protocol) {
    case IpPacket::tcp:
        return packet;
    case IpPacket::udp:
        return readUdp(packet);
    case 4:  // IPv4 in IP
    case 41: // IPv6 in IP
    case 94: // KA9Q's
        return readIp(packet.payload);
    case 47:
        return readGre(packet.payload);
    case 51:
        return readAuthenticated(packet);
    case 97: // EtherIP
        return packet.payload.size() < 2 ? damaged("EtherIP") : readEthernet(packet.payload.sliced(2));
    case 137:
        return readMpls(packet.payload);
    default:
        return leave(ipProtocolName(packet.protocol));
    }
}

/// A datagram, or what a tunnel over UDP has in it. Ports prove nothing: what does not look like one stays a datagram.
std::optional<IpPacket> PacketReader::readUdp(const IpPacket& packet) {
    const auto tunnel = m_opensUdp ? udpTunnel(packet.payload) : std::nullopt;
    if (!tunnel)
        return packet;
    auto read = tunnel->type == anyIp ? readIp(tunnel->content) : readEtherType(tunnel->type, tunnel->content);
    if (read || !std::exchange(m_isDoubtful, false))
        return read;
    m_leftOut.clear();
    return packet;
}

} // namespace sw
