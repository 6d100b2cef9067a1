// SPDX-License-Identifier: MIT
#pragma once

#include "core/capture/packetbuilder.h"
#include "core/capture/recorder.h"

#include <QStringList>

#include <unordered_map>

namespace sw {

/// `.pcapng`: packets whose headers are made up so that they say what was observed at the sockets, for Wireshark.
///
/// Each connection begins with SYN, SYN ACK and ACK when it was opened, and ends with the FINs and RSTs that were seen
/// or caused; what was received or sent is acknowledged when it was read or taken. The bytes are those of the
/// transcript: of TLS the plain text. Endpoints are interfaces by name, notes and marks are comments. Unix sockets are
/// TCP or UDP between addresses of fd53:776b::/32, which a name resolution block gives their names.
class PcapngRecorder final : public Recorder {
public:
    /// Ends the first comment of the first packet of a connection, or flow, that the peer made to us: what comes from
    /// its client was received. Of those that we made, the first comment is another one; nothing stands before it.
    static constexpr QLatin1String acceptedHere{"(accepted here; headers synthesised from socket calls)"};

    Result<void> start(const QString& path, const Opening& how);

protected:
    void writeRecord(const SourcePart& part, const RecordView& record) override;
    void flushFiles() override;
    void writeEnd() override;
    void closeFiles() override;

private:
    struct Endpoint {
        QString name;
        quint32 interface = 0;
        PacketEnd local;
        PacketEnd peer;
        bool hasAddresses = false;
        bool isDatagram = false;
        bool isOpened = false; // its handshake is written
        bool byPeer = false;   // the peer connected to us
        quint32 localNext = 1; // sequence numbers, from 0 for the SYN
        quint32 peerNext = 1;
        bool localEnded = false;
        bool peerEnded = false;
        bool isOver = false;
        QStringList comments; // for the next packet
    };

    Endpoint& endpointOf(const SourcePart& part);
    void takeEvent(Endpoint& endpoint, const SourcePart& part, const RecordView& record);
    void opened(Endpoint& endpoint, const SourcePart& part, const Facts& facts, qint64 time, bool byPeer);
    void setAddresses(Endpoint& endpoint, const SourcePart& part, const QString& local, const QString& peer);
    void open(Endpoint& endpoint, const SourcePart& part, qint64 time);
    void data(Endpoint& endpoint, const SourcePart& part, const RecordView& record);
    void closed(Endpoint& endpoint, const Facts& facts, qint64 time);
    void attempts(Endpoint& endpoint, const Facts& facts, qint64 time);
    /// A packet from our side or from the peer.
    void tcp(Endpoint& endpoint, bool isOurs, quint8 flags, QByteArrayView payload, qint64 time);
    /// For the next packet; many of them without one are written by themselves.
    void comment(Endpoint& endpoint, const QString& text, qint64 time);
    void packet(Endpoint& endpoint, QByteArrayView head, QByteArrayView payload, qint64 time);
    void putBlock(const QByteArray& block);
    void heedSize();

    static constexpr std::size_t mostPending = 2U << 20U;

    std::unique_ptr<AppendFile> m_file;
    BlockBuffer m_pending{2 * mostPending}; // whole blocks of pcapng
    std::unordered_map<quint64, Endpoint> m_endpoints;
    quint32 m_interfaces = 0;
    qint64 m_lastTime = 0;
};

} // namespace sw
