// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

#include <map>
#include <optional>
#include <vector>

namespace sw {

/// A TCP segment without its header.
struct TcpSegment {
    quint32 sequence = 0;
    quint32 acknowledged = 0; ///< if hasAck
    bool hasAck = false;
    bool isSyn = false;
    bool isFin = false;
    bool isRst = false;
    QByteArrayView payload;
    bool isCut = false; ///< the capture does not have all of its payload
    quint32 size = 0;   ///< of the payload on the network
};

/// One direction of a TCP connection put together from captured segments (RFC 9293 section 3.10.7.4): out of order,
/// repeated, overlapping (what came first stays), across the wrap of sequence numbers. What the capture lacks becomes a
/// gap, as soon as the other side has acknowledged it or too much waits behind it. Bounded memory. Pure.
class TcpReassembly {
public:
    struct Output {
        QByteArray bytes{};
        quint64 gap = 0; ///< bytes that the capture does not have, before `bytes`
        bool isEnd = false;
    };

    /// What can be passed on now.
    std::vector<Output> feed(const TcpSegment& segment);
    /// The other side has acknowledged everything before this number.
    std::vector<Output> acknowledged(quint32 number);
    /// Nothing more comes: what still waits, with the gaps before it.
    std::vector<Output> flush();

    /// What waits, with the gaps before it; the stream goes on.
    std::vector<Output> passWaiting();

    bool hasBegun() const { return m_next.has_value(); }
    /// The number of the SYN, or of the first byte seen, minus one.
    quint32 initial() const { return m_initial; }
    qsizetype waiting() const { return m_waiting; }
    /// Memory of what waits, in bytes.
    qsizetype cost() const { return m_waiting + static_cast<qsizetype>(m_pieces.size()) * 128; }

private:
    struct Piece {
        QByteArray bytes;
        quint32 missing = 0; // behind them
    };

    qint64 distance(quint32 sequence) const;
    void take(std::vector<Output>& out, QByteArrayView bytes, quint32 missing);
    void advance(std::vector<Output>& out);
    void fill(std::vector<Output>& out, quint64 begin, QByteArrayView payload, quint64 end);
    void keep(quint64 at, QByteArrayView payload, quint32 missing);
    void skipTo(std::vector<Output>& out, quint64 offset);

    std::optional<quint32> m_next; // sequence number of the next byte
    quint32 m_initial = 0;
    quint64 m_offset = 0;              // of the next byte in the stream
    std::map<quint64, Piece> m_pieces; // by offset, beyond the next byte
    qsizetype m_waiting = 0;
    std::optional<quint64> m_end; // where the FIN is
    bool m_hasEnded = false;
    quint64 m_acknowledged = 0; // of the stream's bytes
};

} // namespace sw
