// SPDX-License-Identifier: MIT
#include "core/capture/packetreader.h"

#include "core/capture/protocolnames.h"

#include <QHostAddress>
#include <QtEndian>

#include <algorithm>
#include <cstring>

namespace sw {

namespace {

enum LinkType : quint32 {
    LinkNull = 0,
    LinkEthernet = 1,
    LinkPpp = 9,
    LinkRaw12 = 12,
    LinkRaw14 = 14,
    LinkPppHdlc = 50,
    LinkPppoe = 51,
    LinkRaw = 101,
    LinkCiscoHdlc = 104,
    LinkLoop = 108,
    LinkSll = 113,
    LinkIPv4 = 228,
    LinkIPv6 = 229,
    LinkSll2 = 276,
};

/// Memory of a fragment that waits, besides its bytes.
constexpr qsizetype nodeCost = 128;

quint16 big16(QByteArrayView bytes, qsizetype at) {
    return qFromBigEndian<quint16>(bytes.data() + at);
}

} // namespace

QString IpAddress::toText() const {
    if (!isSix)
        return QHostAddress(qFromBigEndian<quint32>(bytes.data())).toString();
    Q_IPV6ADDR raw;
    std::memcpy(&raw, bytes.data(), bytes.size());
    return QHostAddress(raw).toString();
}

bool isKnownLinkType(quint32 linkType) {
    switch (linkType) {
    case LinkNull:
    case LinkEthernet:
    case LinkRaw12:
    case LinkRaw14:
    case LinkRaw:
    case LinkLoop:
    case LinkSll:
    case LinkIPv4:
    case LinkIPv6:
    case LinkSll2:
    case LinkPpp:
    case LinkPppHdlc:
    case LinkPppoe:
    case LinkCiscoHdlc:
        return true;
    default:
        return false;
    }
}

std::optional<IpPacket> PacketReader::read(quint32 linkType, QByteArrayView frame) {
    m_leftOut.clear();
    m_isDoubtful = false;
    m_depth = 0;
    switch (linkType) {
    case LinkEthernet:
        return readEthernet(frame);
    case LinkSll:
        return frame.size() < 16 ? damaged("Linux cooked") : readEtherType(big16(frame, 14), frame.sliced(16));
    case LinkSll2:
        return frame.size() < 20 ? damaged("Linux cooked") : readEtherType(big16(frame, 0), frame.sliced(20));
    case LinkCiscoHdlc:
        return frame.size() < 4 ? damaged("Cisco HDLC") : readEtherType(big16(frame, 2), frame.sliced(4));
    case LinkNull:
    case LinkLoop: // the family's number is the writer's own: the version of IP says it
        return frame.size() < 4 ? damaged("BSD loopback") : readIp(frame.sliced(4));
    case LinkPpp:
    case LinkPppHdlc:
        return readPpp(frame);
    case LinkPppoe:
        return readPppoe(frame);
    case LinkRaw:
    case LinkRaw12:
    case LinkRaw14:
    case LinkIPv4:
    case LinkIPv6:
        return readIp(frame);
    default:
        return leave(linkTypeName(linkType));
    }
}

std::nullopt_t PacketReader::leave(const QString& what) {
    m_leftOut = what;
    return std::nullopt;
}

std::nullopt_t PacketReader::damaged(const char* what) {
    m_isDoubtful = true;
    return leave(QStringLiteral("damaged ") + QLatin1String(what));
}

std::optional<IpPacket> PacketReader::readIp(QByteArrayView bytes) {
    constexpr int mostTunnels = 16;
    if (++m_depth > mostTunnels)
        return leave(QStringLiteral("tunnels in more than 16 others"));
    const unsigned version = bytes.isEmpty() ? 0 : static_cast<unsigned char>(bytes[0]) >> 4U;
    if (version == 4)
        return readIPv4(bytes);
    return version == 6 ? readIPv6(bytes) : damaged("IP");
}

std::optional<IpPacket> PacketReader::readIPv4(QByteArrayView bytes) {
    constexpr qsizetype smallest = 20;
    if (bytes.size() < smallest)
        return damaged("IPv4");
    const qsizetype head = static_cast<qsizetype>(static_cast<unsigned char>(bytes[0]) & 0xfU) * 4;
    qsizetype total = big16(bytes, 2);
    if (total == 0) // left to the network card (segmentation offload)
        total = bytes.size();
    if (head < smallest || head > bytes.size() || total < head)
        return damaged("IPv4");
    IpPacket packet{.protocol = static_cast<quint8>(bytes[9])};
    std::memcpy(packet.from.bytes.data(), bytes.data() + 12, 4);
    std::memcpy(packet.to.bytes.data(), bytes.data() + 16, 4);
    packet.payload = bytes.first(std::min(total, bytes.size())).sliced(head); // behind it: padding of the link
    packet.cut = static_cast<quint32>(std::max<qsizetype>(total - bytes.size(), 0));
    const quint16 fragment = big16(bytes, 6);
    const quint32 offset = (fragment & 0x1fffU) * 8U;
    const bool hasMore = (fragment & 0x2000U) != 0;
    if (offset == 0 && !hasMore)
        return readAbove(packet);
    return readJoined(packet, big16(bytes, 4), offset, !hasMore);
}

std::optional<IpPacket> PacketReader::readIPv6(QByteArrayView bytes) {
    constexpr qsizetype headSize = 40;
    constexpr int mostHeaders = 16;
    if (bytes.size() < headSize)
        return damaged("IPv6");
    IpPacket packet{.protocol = static_cast<quint8>(bytes[6])};
    packet.from.isSix = packet.to.isSix = true;
    std::memcpy(packet.from.bytes.data(), bytes.data() + 8, 16);
    std::memcpy(packet.to.bytes.data(), bytes.data() + 24, 16);
    const qsizetype size = big16(bytes, 4);
    QByteArrayView rest = bytes.sliced(headSize);
    if (size > 0) { // 0: a jumbogram, or segmentation offload
        packet.cut = static_cast<quint32>(std::max<qsizetype>(size - rest.size(), 0));
        rest = rest.first(std::min(size, rest.size()));
    }
    for (int i = 0; i < mostHeaders; ++i) {
        constexpr quint8 hopByHop = 0;
        constexpr quint8 routing = 43;
        constexpr quint8 fragment = 44;
        constexpr quint8 authentication = 51;
        constexpr quint8 destination = 60;
        constexpr quint8 mobility = 135;
        const quint8 type = packet.protocol;
        const bool isExtension = type == hopByHop || type == routing || type == destination || type == mobility;
        if (!isExtension && type != fragment && type != authentication) {
            packet.payload = rest;
            return readAbove(packet);
        }
        if (rest.size() < 8)
            return damaged("IPv6");
        packet.protocol = static_cast<quint8>(rest[0]);
        if (type == fragment) {
            const quint16 field = big16(rest, 2);
            const auto id = qFromBigEndian<quint32>(rest.data() + 4);
            packet.payload = rest.sliced(8);
            if ((field & 0xfff9U) != 0) // otherwise it is whole (an atomic fragment, RFC 6946)
                return readJoined(packet, id, field & 0xfff8U, (field & 1U) == 0);
            rest = rest.sliced(8);
            continue;
        }
        const qsizetype length = static_cast<unsigned char>(rest[1]);
        const qsizetype whole = type == authentication ? (length + 2) * 4 : (length + 1) * 8;
        if (whole > rest.size())
            return damaged("IPv6");
        rest = rest.sliced(whole);
    }
    return damaged("IPv6");
}

std::optional<IpPacket> PacketReader::readJoined(const IpPacket& fragment, quint32 id, quint32 offset, bool isLast) {
    const auto whole = joined(fragment, id, offset, isLast);
    return whole ? readAbove(*whole) : std::nullopt;
}

void PacketReader::forgetOldest() {
    const auto [key, number] = m_order.front();
    m_order.pop_front();
    const auto found = m_fragments.find(key);
    if (found == m_fragments.end() || found->second.number != number)
        return; // it was completed
    for (const auto& [offset, piece] : found->second.pieces)
        m_held -= piece.size() + nodeCost;
    m_fragments.erase(found);
    ++m_lostFragments;
}

/// A fragment joins those before it; the packet, once all are there. What came first stays where pieces overlap.
std::optional<IpPacket> PacketReader::joined(IpPacket fragment, quint32 id, quint32 offset, bool isLast) {
    constexpr std::size_t mostDatagrams = 1024;
    constexpr qsizetype mostHeld = 16 << 20;
    constexpr quint32 largest = 65535;
    if (fragment.payload.isEmpty() || offset + static_cast<quint32>(fragment.payload.size()) > largest)
        return damaged("fragments");
    const FragmentKey key{fragment.from, fragment.to, id, fragment.protocol};
    auto [place, isNew] = m_fragments.try_emplace(key);
    Fragments& fragments = place->second;
    if (isNew) {
        fragments.number = ++m_number;
        m_order.emplace_back(key, fragments.number);
    }
    if (isLast)
        fragments.size = offset + static_cast<quint32>(fragment.payload.size());
    if (fragments.pieces.try_emplace(offset, fragment.payload.toByteArray()).second) {
        m_held += fragment.payload.size() + nodeCost;
        if (offset <= fragments.end) {
            fragments.end = std::max(fragments.end, offset + static_cast<quint32>(fragment.payload.size()));
            for (auto at = fragments.pieces.upper_bound(offset);
                 at != fragments.pieces.end() && at->first <= fragments.end; ++at)
                fragments.end = std::max(fragments.end, at->first + static_cast<quint32>(at->second.size()));
        }
    }
    if (!fragments.size || fragments.end < *fragments.size) {
        while (m_order.size() > mostDatagrams || m_held > mostHeld)
            forgetOldest();
        return std::nullopt;
    }
    m_joined.clear();
    for (const auto& [at, piece] : fragments.pieces) {
        m_held -= piece.size() + nodeCost;
        const auto skip = static_cast<qsizetype>(m_joined.size()) - static_cast<qsizetype>(at);
        if (skip >= 0 && skip < piece.size())
            m_joined.append(QByteArrayView(piece).sliced(skip));
    }
    m_joined.truncate(*fragments.size);
    m_fragments.erase(place);
    fragment.payload = m_joined;
    return fragment;
}

} // namespace sw
