// SPDX-License-Identifier: MIT
#include "core/channel/tcpinfo.h"

#include "core/base/units.h"

#include <array>

namespace sw {

namespace {

using Unit = TcpFigure::Unit;

constexpr std::array figures{
    TcpFigure{"rtt", "Round trip", Unit::Microseconds, &TcpInfo::rtt,
              "Smoothed time until what we send is acknowledged."},
    TcpFigure{"rttVariation", "± variation", Unit::Microseconds, &TcpInfo::rttVariation,
              "How much the round trip varies."},
    TcpFigure{"minRtt", "Least round trip", Unit::Microseconds, &TcpInfo::minRtt, "The shortest one seen lately."},
    TcpFigure{"rto", "Retransmit after", Unit::Microseconds, &TcpInfo::rto,
              "What is not acknowledged by then is sent again (RFC 6298)."},
    TcpFigure{"mss", "Segment size", Unit::Bytes, &TcpInfo::mss, "The largest segment that we send."},
    TcpFigure{"congestionWindow", "Congestion window", Unit::Bytes, &TcpInfo::congestionWindow,
              "How much may be under way at once as far as the network goes (RFC 5681)."},
    TcpFigure{"slowStartLimit", "Slow start until", Unit::Bytes, &TcpInfo::slowStartLimit,
              "Up to here the congestion window doubles with each round trip."},
    TcpFigure{"unacknowledged", "Under way", Unit::Bytes, &TcpInfo::unacknowledged, "Sent, and not yet acknowledged."},
    TcpFigure{"unsent", "Not yet sent", Unit::Bytes, &TcpInfo::unsent, "Taken by the system, waiting for a window."},
    TcpFigure{"peerWindow", "Peer's window", Unit::Bytes, &TcpInfo::peerWindow,
              "How much more the peer takes; 0 when it does not read."},
    TcpFigure{"receiveWindow", "Our window", Unit::Bytes, &TcpInfo::receiveWindow,
              "How much more we let the peer send."},
    TcpFigure{"receiveQueue", "Not yet read", Unit::Bytes, &TcpInfo::receiveQueue,
              "Arrived, and not yet taken from the system."},
    TcpFigure{"retransmits", "Retransmits now", Unit::Count, &TcpInfo::retransmits,
              "In a row, for the oldest segment under way."},
    TcpFigure{"totalRetransmits", "Retransmits", Unit::Count, &TcpInfo::totalRetransmits,
              "Segments sent again since the start."},
    TcpFigure{"lost", "Thought lost", Unit::Count, &TcpInfo::lost, "Segments under way that the system thinks lost."},
    TcpFigure{"reordering", "Reordering", Unit::Count, &TcpInfo::reordering, "How far segments come out of order."},
    TcpFigure{"segmentsSent", "Segments sent", Unit::Count, &TcpInfo::segmentsSent,
              "With those that only acknowledge."},
    TcpFigure{"segmentsReceived", "Segments received", Unit::Count, &TcpInfo::segmentsReceived,
              "With those that only acknowledge."},
    TcpFigure{"bytesAcknowledged", "Acknowledged", Unit::Bytes, &TcpInfo::bytesAcknowledged,
              "What the peer's system has, whether or not its program read it; Linux counts SYN and FIN too."},
    TcpFigure{"bytesReceived", "Received", Unit::Bytes, &TcpInfo::bytesReceived, "In order, from the peer."},
    TcpFigure{"deliveryRate", "Delivery rate", Unit::BytesPerSecond, &TcpInfo::deliveryRate,
              "The latest measure of what gets through."},
    TcpFigure{"pacingRate", "Pacing rate", Unit::BytesPerSecond, &TcpInfo::pacingRate,
              "At most this fast the system sends."},
    TcpFigure{"sinceLastSent", "Last sent", Unit::Microseconds, &TcpInfo::sinceLastSent,
              "Time since we last sent data."},
    TcpFigure{"sinceLastReceived", "Last received", Unit::Microseconds, &TcpInfo::sinceLastReceived,
              "Time since data last came."},
};

} // namespace

std::span<const TcpFigure> tcpFigures() {
    return figures;
}

QString toText(const TcpFigure& figure, qint64 value) {
    switch (figure.unit) {
    case Unit::Count:
        return QString::number(value);
    case Unit::Bytes:
        return formatBytes(static_cast<quint64>(std::max<qint64>(value, 0)));
    case Unit::BytesPerSecond:
        return formatBytes(static_cast<quint64>(std::max<qint64>(value, 0))) + QStringLiteral("/s");
    case Unit::Microseconds:
        break;
    }
    return shortDuration(std::chrono::microseconds(value));
}

QJsonObject TcpInfo::toJson() const {
    QJsonObject json;
    if (!state.isEmpty())
        json.insert(QStringLiteral("state"), state);
    for (const TcpFigure& figure : figures) {
        if (const Figure& told = this->*figure.value)
            json.insert(QString::fromLatin1(figure.name), *told);
    }
    return json;
}

} // namespace sw
