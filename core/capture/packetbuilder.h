// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QHostAddress>

namespace sw {

/// One end of what a packet is said to have travelled between.
struct PacketEnd {
    QHostAddress host;
    quint16 port = 0;
};

enum TcpFlag : quint8 { TcpFin = 1, TcpSyn = 2, TcpRst = 4, TcpPsh = 8, TcpAck = 16 };

/// The largest payload of one packet, in bytes: what fits in an IPv4 datagram with its headers.
constexpr qsizetype largestTcpPayload = 65535 - 20 - 40;
constexpr qsizetype largestUdpPayload = 65535 - 20 - 8;

/// What stands before a payload in an Ethernet frame: IP and TCP headers made for it, checksums included (RFC 791,
/// 8200, 9293). A SYN says a window scale of 14, so that no window is ever full that was not observed.
QByteArray tcpHead(const PacketEnd& from, const PacketEnd& to, quint32 sequence, quint32 acknowledged, quint8 flags,
                   QByteArrayView payload);
/// The same with UDP (RFC 768).
QByteArray udpHead(const PacketEnd& from, const PacketEnd& to, QByteArrayView payload);

} // namespace sw
