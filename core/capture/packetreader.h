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

/// Whether PacketReader knows it: Ethernet, Linux cooked (SLL, SLL2), BSD loopback (null, loop), raw IP, PPP, PPPoE,
/// Cisco HDLC.
bool isKnownLinkType(quint32 linkType);

/// Finds the TCP or UDP packet in captured frames: behind VLAN tags, IPv4 options, IPv6 extension headers and fragments
/// (RFC 791, RFC 8200), and in tunnels: IP in IP, GRE, MPLS, PPPoE, VXLAN, Geneve, GTP-U, EtherIP. Bounded: at most 16
/// tunnels in one another, 1,024 datagrams that are being put together, and 16 MiB of their pieces. One thread.
class PacketReader {
public:
    /// Tunnels over UDP are opened, or stay datagrams.
    void setOpensUdp(bool opens) { m_opensUdp = opens; }
    /// Nothing: neither TCP nor UDP, damaged, or a fragment of which the rest has not come.
    std::optional<IpPacket> read(quint32 linkType, QByteArrayView frame);
    /// What the frame was of which read() gave nothing, such as `ARP`; empty: a fragment that waits for the rest.
    const QString& leftOut() const { return m_leftOut; }
    /// Fragmented datagrams whose rest never came, up to now.
    quint64 lostFragments() const { return m_lostFragments + m_fragments.size(); }

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
    std::optional<IpPacket> readEthernet(QByteArrayView frame);
    std::optional<IpPacket> readEtherType(quint16 type, QByteArrayView rest);
    std::optional<IpPacket> readPppoe(QByteArrayView bytes);
    std::optional<IpPacket> readPpp(QByteArrayView bytes);
    std::optional<IpPacket> readMpls(QByteArrayView bytes);
    std::optional<IpPacket> readGre(QByteArrayView bytes);
    std::optional<IpPacket> readAuthenticated(IpPacket packet);
    std::optional<IpPacket> readAbove(const IpPacket& packet);
    std::optional<IpPacket> readUdp(const IpPacket& packet);
    std::optional<IpPacket> readJoined(const IpPacket& fragment, quint32 id, quint32 offset, bool isLast);
    std::nullopt_t leave(const QString& what);
    std::nullopt_t damaged(const char* what);
    std::optional<IpPacket> joined(IpPacket fragment, quint32 id, quint32 offset, bool isLast);
    void forgetOldest();

    std::map<FragmentKey, Fragments> m_fragments;
    std::deque<std::pair<FragmentKey, quint64>> m_order;
    qsizetype m_held = 0;
    quint64 m_number = 0;
    quint64 m_lostFragments = 0;
    QString m_leftOut;
    bool m_isDoubtful = false; // what was left out may be something else than it was taken for
    bool m_opensUdp = true;
    int m_depth = 0; // of IP in IP
    QByteArray m_joined;
};

} // namespace sw
