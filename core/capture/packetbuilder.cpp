// SPDX-License-Identifier: MIT
#include "core/capture/packetbuilder.h"

#include <QtEndian>

#include <cstring>

namespace sw {

namespace {

constexpr int protocolTcp = 6;
constexpr int protocolUdp = 17;
constexpr quint8 timeToLive = 64;

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

/// The one's complement sum of RFC 1071, eight bytes at a time.
quint64 sum(QByteArrayView bytes, quint64 start = 0) {
    quint64 total = start;
    const char* at = bytes.data();
    qsizetype left = bytes.size();
    for (; left >= 4; left -= 4, at += 4)
        total += qFromBigEndian<quint32>(at);
    if (left >= 2) {
        total += static_cast<quint64>(qFromBigEndian<quint16>(at)) << 16U;
        at += 2;
        left -= 2;
        if (left == 1)
            total += static_cast<quint64>(static_cast<unsigned char>(*at)) << 8U;
    } else if (left == 1) {
        total += static_cast<quint64>(static_cast<unsigned char>(*at)) << 24U;
    }
    return total;
}

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
    frame.reserve(size + 80);
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
    qToBigEndian(folded(sum(QByteArrayView(frame).sliced(start))), frame.data() + start + 10);
    return frame;
}

/// The checksum over the pseudo header and what begins at `start`.
quint16 upperChecksum(const QByteArray& frame, qsizetype start, const PacketEnd& from, const PacketEnd& to,
                      int protocol) {
    QByteArray pseudo;
    putHost(pseudo, from.host);
    putHost(pseudo, to.host);
    put32(pseudo, static_cast<quint32>(frame.size() - start));
    put32(pseudo, static_cast<quint32>(protocol));
    return folded(sum(QByteArrayView(frame).sliced(start), sum(pseudo)));
}

} // namespace

QByteArray tcpFrame(const PacketEnd& from, const PacketEnd& to, quint32 sequence, quint32 acknowledged, quint8 flags,
                    QByteArrayView payload) {
    const bool isSyn = (flags & TcpSyn) != 0;
    const qsizetype head = isSyn ? 28 : 20;
    QByteArray frame = lowerHeaders(from, to, protocolTcp, head + payload.size());
    const qsizetype start = frame.size();
    put16(frame, from.port);
    put16(frame, to.port);
    put32(frame, sequence);
    put32(frame, acknowledged);
    put8(frame, static_cast<unsigned>(head / 4) << 4U);
    put8(frame, flags);
    put16(frame, 65535);
    put16(frame, 0);
    put16(frame, 0);
    if (isSyn) // largest segment 65495, window scale 14, and one byte to fill
        frame.append("\x02\x04\xff\xd7\x03\x03\x0e\x01", 8);
    frame.append(payload.data(), payload.size());
    qToBigEndian(upperChecksum(frame, start, from, to, protocolTcp), frame.data() + start + 16);
    return frame;
}

QByteArray udpFrame(const PacketEnd& from, const PacketEnd& to, QByteArrayView payload) {
    QByteArray frame = lowerHeaders(from, to, protocolUdp, 8 + payload.size());
    const qsizetype start = frame.size();
    put16(frame, from.port);
    put16(frame, to.port);
    put16(frame, static_cast<unsigned>(8 + payload.size()));
    put16(frame, 0);
    frame.append(payload.data(), payload.size());
    const quint16 checksum = upperChecksum(frame, start, from, to, protocolUdp);
    qToBigEndian(checksum == 0 ? quint16(0xffff) : checksum, frame.data() + start + 6); // 0 would mean none
    return frame;
}

} // namespace sw
