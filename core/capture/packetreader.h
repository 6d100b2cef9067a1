// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

#include <array>
#include <deque>
#include <map>
#include <optional>

namespace sw {

/// An IP address as packets have it. Compares and hashes fast.
struct IpAddress {
    std::array<quint8, 16> bytes{};
    bool isSix = false;

    bool operator<(const IpAddress& other) const { return isSix != other.isSix ? other.isSix : bytes < other.bytes; }
    QString toText() const;
};

/// What a frame carries above IP; the view is valid until the next frame is read.
struct IpPacket {
    static constexpr quint8 tcp = 6;
    static constexpr quint8 udp = 17;

    IpAddress from;
    IpAddress to;
    quint8 protocol = 0;
    QByteArrayView payload;
    quint32 cut = 0; ///< bytes of the payload that the IP header promises and the capture lacks
};

/// The name of a link type (LINKTYPE_…), or its number.
QString linkTypeName(quint32 linkType);
/// Whether PacketReader knows it: Ethernet, Linux cooked (SLL, SLL2), BSD loopback (null, loop), raw IP.
bool isKnownLinkType(quint32 linkType);

/// Finds the IP packet in captured frames: VLAN tags, IPv4 options, IPv6 extension headers, fragments (RFC 791,
/// RFC 8200). Bounded: at most 1,024 datagrams are being put together at once, and 16 MiB of their pieces. One thread.
class PacketReader {
public:
    /// Nothing: not IP, broken, or a fragment of which the rest has not come.
    std::optional<IpPacket> read(quint32 linkType, QByteArrayView frame);
    /// Fragments whose rest never came.
    quint64 lostFragments() const { return m_lostFragments; }

private:
    struct Fragments {
        std::map<quint32, QByteArray> pieces; // by offset
        std::optional<quint32> size;          // once the last one has come
        quint32 end = 0;                      // all before it is there
        quint64 number = 0;
    };
    using FragmentKey = std::tuple<IpAddress, IpAddress, quint32, quint8>;

    std::optional<IpPacket> readIp(QByteArrayView bytes);
    std::optional<IpPacket> readIPv4(QByteArrayView bytes);
    std::optional<IpPacket> readIPv6(QByteArrayView bytes);
    std::optional<IpPacket> joined(IpPacket fragment, quint32 id, quint32 offset, bool isLast);
    void forgetOldest();

    std::map<FragmentKey, Fragments> m_fragments;
    std::deque<std::pair<FragmentKey, quint64>> m_order;
    qsizetype m_held = 0;
    quint64 m_number = 0;
    quint64 m_lostFragments = 0;
    QByteArray m_joined;
};

} // namespace sw
