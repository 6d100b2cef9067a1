// SPDX-License-Identifier: MIT
#include "core/capture/packetbuilder.h"

#include <QtEndian>

#include <array>

namespace sw {

namespace {

constexpr int protocolTcp = 6;
constexpr int protocolUdp = 17;
constexpr quint8 timeToLive = 64;
constexpr qsizetype longestHead = 96; // Ethernet, IPv6, TCP with options

void put8(QByteArray& out, unsigned value) {
    out.append(static_cast<char>(value));
}

void put16(QByteArray& out, unsigned value) {
    put8(out, value >> 8U & 0xffU);
    put8(out, value & 0xffU);
}

void put32(QByteArray& out, quint32 value) {
    put16(out, value >> 16U);
    put16(out, value & 0xffffU);
}

bool isIPv6(const PacketEnd& end) {
    return end.host.protocol() == QAbstractSocket::IPv6Protocol;
}

void putHost(QByteArray& out, const QHostAddress& host) {
    if (host.protocol() == QAbstractSocket::IPv6Protocol) {
        const Q_IPV6ADDR raw = host.toIPv6Address();
        out.append(reinterpret_cast<const char*>(raw.c), 16);
    } else {
        put32(out, host.toIPv4Address());
    }
}

/// The one's complement sum of RFC 1071 in the byte order of the machine, which the sum does not care for: several
/// words at a time.
quint64 sum(QByteArrayView bytes, quint64 start = 0) {
    constexpr qsizetype lanes = 4;
    constexpr qsizetype step = lanes * 4;
    std::array<quint64, lanes> totals{start};
    const char* at = bytes.data();
    qsizetype left = bytes.size();
    for (; left >= step; left -= step, at += step) {
        for (qsizetype lane = 0; lane < lanes; ++lane)
            totals[lane] += qFromUnaligned<quint32>(at + lane * 4);
    }
    for (; left >= 2; left -= 2, at += 2)
        totals[0] += qFromUnaligned<quint16>(at);
    if (left == 1) {
        const std::array<char, 2> last{*at, 0};
        totals[0] += qFromUnaligned<quint16>(last.data());
    }
    quint64 total = 0;
    for (const quint64 one : totals)
        total += (one & 0xffffffffU) + (one >> 32U);
    return total;
}

/// To be stored as it is, in the byte order of the machine.
quint16 folded(quint64 total) {
    while ((total >> 16U) != 0)
        total = (total & 0xffffU) + (total >> 16U);
    return static_cast<quint16>(~total);
}

/// Ethernet and IP headers for a segment or datagram of that size.
QByteArray lowerHeaders(const PacketEnd& from, const PacketEnd& to, int protocol, qsizetype size) {
    constexpr unsigned etherIPv4 = 0x0800;
    constexpr unsigned etherIPv6 = 0x86dd;
    QByteArray frame;
    frame.reserve(longestHead);
    // locally administered addresses: nobody's
    const bool isForward = from.port >= to.port;
    frame.append(isForward ? "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01"
                           : "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02",
                 12);
    if (isIPv6(from)) {
        put16(frame, etherIPv6);
        put32(frame, 6U << 28U);
        put16(frame, static_cast<unsigned>(size));
        put8(frame, static_cast<unsigned>(protocol));
        put8(frame, timeToLive);
        putHost(frame, from.host);
        putHost(frame, to.host);
        return frame;
    }
    put16(frame, etherIPv4);
    const qsizetype start = frame.size();
    put16(frame, 0x4500);
    put16(frame, static_cast<unsigned>(size + 20));
    put16(frame, 0);
    put16(frame, 0x4000); // do not fragment
    put8(frame, timeToLive);
    put8(frame, static_cast<unsigned>(protocol));
    put16(frame, 0);
    putHost(frame, from.host);
    putHost(frame, to.host);
    qToUnaligned(folded(sum(QByteArrayView(frame).sliced(start))), frame.data() + start + 10);
    return frame;
}

/// The checksum over the pseudo header, the header that begins at `start`, and its payload.
quint16 upperChecksum(const QByteArray& head, qsizetype start, const PacketEnd& from, const PacketEnd& to, int protocol,
                      QByteArrayView payload) {
    QByteArray pseudo;
    pseudo.reserve(longestHead);
    putHost(pseudo, from.host);
    putHost(pseudo, to.host);
    put32(pseudo, static_cast<quint32>(head.size() - start + payload.size()));
    put32(pseudo, static_cast<quint32>(protocol));
    return folded(sum(payload, sum(QByteArrayView(head).sliced(start), sum(pseudo))));
}

} // namespace

QByteArray tcpHead(const PacketEnd& from, const PacketEnd& to, quint32 sequence, quint32 acknowledged, quint8 flags,
                   QByteArrayView payload) {
    const bool isSyn = (flags & TcpSyn) != 0;
    const qsizetype size = isSyn ? 28 : 20;
    QByteArray head = lowerHeaders(from, to, protocolTcp, size + payload.size());
    const qsizetype start = head.size();
    put16(head, from.port);
    put16(head, to.port);
    put32(head, sequence);
    put32(head, acknowledged);
    put8(head, static_cast<unsigned>(size / 4) << 4U);
    put8(head, flags);
    put16(head, 65535);
    put16(head, 0);
    put16(head, 0);
    if (isSyn) // largest segment 65495, window scale 14, and one byte to fill
        head.append("\x02\x04\xff\xd7\x03\x03\x0e\x01", 8);
    qToUnaligned(upperChecksum(head, start, from, to, protocolTcp, payload), head.data() + start + 16);
    return head;
}

QByteArray udpHead(const PacketEnd& from, const PacketEnd& to, QByteArrayView payload) {
    QByteArray head = lowerHeaders(from, to, protocolUdp, 8 + payload.size());
    const qsizetype start = head.size();
    put16(head, from.port);
    put16(head, to.port);
    put16(head, static_cast<unsigned>(8 + payload.size()));
    put16(head, 0);
    const quint16 checksum = upperChecksum(head, start, from, to, protocolUdp, payload);
    qToUnaligned(checksum == 0 ? quint16(0xffff) : checksum, head.data() + start + 6); // 0 would mean none
    return head;
}

} // namespace sw
