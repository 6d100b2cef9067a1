// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/native.h"

#include <QJsonObject>
#include <QString>

#include <optional>
#include <span>

namespace sw {

/// What the system's TCP says about one connection at one moment; nothing where it does not tell. Linux: tcp(7)
/// TCP_INFO; macOS: TCP_CONNECTION_INFO; Windows: SIO_TCP_INFO (TCP_INFO_v0). A plain value; any thread.
struct TcpInfo {
    using Figure = std::optional<qint64>;

    QString state;           ///< RFC 9293 section 3.3.2: `ESTABLISHED`, `FIN-WAIT-1`, …
    Figure rtt;              ///< smoothed round-trip time, microseconds
    Figure rttVariation;     ///< microseconds
    Figure minRtt;           ///< microseconds
    Figure rto;              ///< retransmission timeout, microseconds
    Figure mss;              ///< largest segment we send, bytes
    Figure congestionWindow; ///< bytes
    Figure slowStartLimit;   ///< bytes; nothing while it is unlimited
    Figure unacknowledged;   ///< sent and not yet acknowledged, bytes where told, else segments times mss
    Figure unsent;           ///< taken by the system, not yet sent, bytes
    Figure peerWindow;       ///< what the peer lets us send, bytes
    Figure receiveWindow;    ///< what we let the peer send, bytes
    Figure receiveQueue;     ///< arrived and not yet read, bytes
    Figure retransmits;      ///< in a row for what is unacknowledged now
    Figure totalRetransmits; ///< segments, over the whole connection
    Figure lost;             ///< segments thought lost
    Figure reordering;       ///< segments
    Figure segmentsSent;
    Figure segmentsReceived;
    Figure bytesAcknowledged; ///< of what we sent
    Figure bytesReceived;
    Figure deliveryRate;      ///< bytes a second
    Figure pacingRate;        ///< bytes a second
    Figure sinceLastSent;     ///< microseconds
    Figure sinceLastReceived; ///< microseconds

    bool operator==(const TcpInfo&) const = default;

    /// Every figure that is told, by its name in the table.
    QJsonObject toJson() const;
};

/// How a figure of TcpInfo is named and shown.
struct TcpFigure {
    enum class Unit { Count, Bytes, Microseconds, BytesPerSecond };

    const char* name;  ///< in JSON
    const char* title; ///< for people
    Unit unit;
    TcpInfo::Figure TcpInfo::*value;
    const char* help; ///< one sentence
};

/// All figures, in the order in which they are shown.
std::span<const TcpFigure> tcpFigures();

/// `1.25 ms`, `64.0 KiB`, `12`, `3.1 MiB/s`.
QString toText(const TcpFigure& figure, qint64 value);

namespace native {

/// Nothing where the system does not tell, or the socket is not TCP. One file per platform.
std::optional<TcpInfo> tcpInfo(Descriptor socket);

/// A listener's queue of connections that wait to be accepted.
struct AcceptQueue {
    std::optional<int> waiting;
    std::optional<int> limit; ///< what the system made of the backlog
};

AcceptQueue acceptQueue(Descriptor socket);

/// Bytes that were sent and not yet acknowledged by the peer's system, or not yet sent; nothing where it is not told.
std::optional<qint64> undelivered(Descriptor socket);

} // namespace native

} // namespace sw
