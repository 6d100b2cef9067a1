// SPDX-License-Identifier: MIT
#include "core/capture/pcapngrecorder.h"

#include "core/address/hosts.h"
#include "core/address/schemes.h"
#include "core/capture/pcapngblocks.h"
#include "core/payload/visibletext.h"

#include <QJsonArray>
#include <QJsonObject>

#include <algorithm>

namespace sw {

namespace {

constexpr quint32 mostInterfaces = 4096;

std::optional<PacketEnd> endOf(const QString& text) {
    const auto place = parseHostPort(text, false);
    if (!place || place->host.isEmpty())
        return std::nullopt;
    QHostAddress host(place->host.section(QLatin1Char('%'), 0, 0));
    if (host.isNull())
        return std::nullopt;
    bool isMapped = false;
    const quint32 four = host.toIPv4Address(&isMapped);
    if (isMapped)
        host = QHostAddress(four);
    return PacketEnd{.host = host, .port = static_cast<quint16>(place->portFirst)};
}

/// An address of our own for what has none: fd53:776b::SIDE:ID.
PacketEnd madeUp(EndpointId id, quint16 side) {
    Q_IPV6ADDR raw{};
    raw[0] = 0xfd;
    raw[1] = 0x53;
    raw[2] = 0x77;
    raw[3] = 0x6b;
    raw[7] = static_cast<quint8>(side);
    for (int i = 0; i < 8; ++i)
        raw[8 + i] = static_cast<quint8>(static_cast<quint64>(id) >> static_cast<unsigned>(8 * (7 - i)));
    constexpr quint16 firstPort = 49152;
    return {.host = QHostAddress(raw),
            .port = side == 1 ? static_cast<quint16>(firstPort + static_cast<quint64>(id) % 16384) : quint16(1)};
}

QByteArray rawAddress(const QHostAddress& host) {
    const Q_IPV6ADDR raw = host.toIPv6Address();
    return {reinterpret_cast<const char*>(raw.c), 16};
}

} // namespace

Result<void> PcapngRecorder::start(const QString& path, const Opening& how) {
    auto file = AppendFile::open(path, how);
    if (!file)
        return tl::unexpected(file.error());
    m_file = std::move(*file);
    if (!m_file->isSequential())
        made(path);
    putBlock(pcapng::makeSection(QStringLiteral(
        "Synthesised: recorded at the sockets, not on a network. All headers below the payload are made up to say what "
        "the sockets said; the payload is exact, that of TLS in clear text.")));
    return flush();
}

/// One write for many blocks of pcapng, and never a part of one. What is worth it is filled up to a whole block of the
/// file, so that a process that is killed leaves all of it or nothing: see AppendFile.
void PcapngRecorder::flushFiles() {
    constexpr std::size_t worthFilling = 32U << 10U;
    constexpr std::size_t smallestFiller = 12;
    if (hasFailed() || m_file == nullptr) {
        m_pending.clear();
        return;
    }
    const std::size_t over = (m_file->size() + m_pending.size()) % AppendFile::block;
    if (over != 0 && m_pending.size() >= worthFilling && m_file->wantsBlocks()) {
        const std::size_t missing = AppendFile::block - over;
        pcapng::putFiller(m_pending, missing + (missing < smallestFiller ? AppendFile::block : 0));
    }
    if (m_pending.size() > 0)
        heed(m_file->append(m_pending, &pcapng::wholeBlocks), m_file->path());
}

void PcapngRecorder::closeFiles() {
    flushFiles();
    if (m_file != nullptr)
        heed(m_file->close(), m_file->path());
    m_file.reset();
}

void PcapngRecorder::putBlock(const QByteArray& block) {
    std::copy(block.begin(), block.end(), m_pending.extend(static_cast<std::size_t>(block.size())));
}

void PcapngRecorder::heedSize() {
    if (m_pending.size() >= mostPending)
        flushFiles();
}

void PcapngRecorder::comment(Endpoint& endpoint, const QString& text, qint64 time) {
    constexpr qsizetype most = 100; // 64 KiB each at most
    endpoint.comments.append(text);
    if (endpoint.comments.size() < most)
        return;
    putBlock(pcapng::makeStatistics(endpoint.interface, time, std::exchange(endpoint.comments, {})));
    heedSize();
}

void PcapngRecorder::packet(Endpoint& endpoint, QByteArrayView head, QByteArrayView payload, qint64 time) {
    m_lastTime = time;
    pcapng::putPacket(m_pending, endpoint.interface, time, head, payload, std::exchange(endpoint.comments, {}));
    heedSize();
}

void PcapngRecorder::tcp(Endpoint& endpoint, bool isOurs, quint8 flags, QByteArrayView payload, qint64 time) {
    quint32& own = isOurs ? endpoint.localNext : endpoint.peerNext;
    const quint32 other = isOurs ? endpoint.peerNext : endpoint.localNext;
    packet(endpoint,
           tcpHead(isOurs ? endpoint.local : endpoint.peer, isOurs ? endpoint.peer : endpoint.local, own,
                   (flags & TcpAck) != 0 ? other : 0, flags, payload),
           payload, time);
    own += static_cast<quint32>(payload.size()) + ((flags & (TcpFin | TcpSyn)) != 0 ? 1 : 0);
}

PcapngRecorder::Endpoint& PcapngRecorder::endpointOf(const SourcePart& part) {
    const auto [place, isNew] = m_endpoints.try_emplace(static_cast<quint64>(part.id));
    if (isNew) {
        place->second.name = part.name;
        if (m_interfaces < mostInterfaces) {
            place->second.interface = m_interfaces++;
            putBlock(pcapng::makeInterface(toVisibleText(part.name.toUtf8()).text, {}));
        }
    }
    return place->second;
}

void PcapngRecorder::writeRecord(const SourcePart& part, const RecordView& record) {
    Endpoint& endpoint = endpointOf(part);
    switch (record.header.kind) {
    case RecordKind::Received:
    case RecordKind::Sent:
        data(endpoint, part, record);
        break;
    case RecordKind::Note:
        comment(endpoint, QStringLiteral("note: ") + record.text(), record.header.time.wall);
        break;
    case RecordKind::Event:
        takeEvent(endpoint, part, record);
        break;
    }
}

void PcapngRecorder::takeEvent(Endpoint& endpoint, const SourcePart& part, const RecordView& record) {
    const qint64 time = record.header.time.wall;
    switch (record.header.event) {
    case EventKind::Opened:
    case EventKind::Accepted:
        opened(endpoint, part, record.facts(), time, record.header.event == EventKind::Accepted);
        break;
    case EventKind::TlsEstablished:
        endpoint.comments.append(QStringLiteral("decrypted: from here on the payload was ") +
                                 toVisibleText(record.text().toUtf8()).text);
        break;
    case EventKind::EndOfStream:
        if (endpoint.isOpened && !endpoint.isDatagram && !endpoint.isOver && !std::exchange(endpoint.peerEnded, true)) {
            tcp(endpoint, false, TcpFin | TcpAck, {}, time);
            tcp(endpoint, true, TcpAck, {}, time);
        }
        break;
    case EventKind::SendingEnded:
        if (endpoint.isOpened && !endpoint.isDatagram && !endpoint.isOver &&
            !std::exchange(endpoint.localEnded, true)) {
            tcp(endpoint, true, TcpFin | TcpAck, {}, time);
            tcp(endpoint, false, TcpAck, {}, time);
        }
        break;
    case EventKind::Closed:
        closed(endpoint, record.facts(), time);
        break;
    case EventKind::OpenedAgain: // another connection, with a handshake of its own
        endpoint.isOpened = endpoint.hasAddresses = endpoint.isOver = false;
        endpoint.peerEnded = endpoint.localEnded = false;
        comment(endpoint, record.text(), time);
        break;
    case EventKind::Marked:
    case EventKind::FaultApplied:
    case EventKind::MessageReleased:
    case EventKind::CaptureGap:
        comment(endpoint, record.text(), time);
        break;
    default:
        break;
    }
}

void PcapngRecorder::opened(Endpoint& endpoint, const SourcePart& part, const Facts& facts, qint64 time, bool byPeer) {
    if (endpoint.isOpened || endpoint.hasAddresses)
        return;
    const QString scheme = facts.text(Fact::Scheme);
    endpoint.isDatagram = isDatagramName(scheme);
    endpoint.byPeer = byPeer;
    attempts(endpoint, facts, time);
    setAddresses(endpoint, part, facts.text(Fact::Local), facts.text(Fact::Peer));
    if (!endpoint.isDatagram && !scheme.isEmpty())
        open(endpoint, part, time);
}

void PcapngRecorder::setAddresses(Endpoint& endpoint, const SourcePart& part, const QString& local,
                                  const QString& peer) {
    endpoint.hasAddresses = true;
    const auto ours = endOf(local);
    const auto theirs = endOf(peer);
    if (ours && theirs && ours->host.protocol() == theirs->host.protocol()) {
        endpoint.local = *ours;
        endpoint.peer = *theirs;
        return;
    }
    // a local socket, or one whose addresses are not known
    endpoint.local = madeUp(part.id, endpoint.byPeer ? 2 : 1);
    endpoint.peer = madeUp(part.id, endpoint.byPeer ? 1 : 2);
    const auto named = [](const QString& name, const QString& otherwise) {
        return toVisibleText((name.isEmpty() ? otherwise : name).toUtf8()).text;
    };
    putBlock(pcapng::makeNames({{rawAddress(endpoint.local.host), named(local, part.name)},
                                {rawAddress(endpoint.peer.host), named(peer, part.name + QStringLiteral(" peer"))}}));
}

/// The handshake of what is open.
void PcapngRecorder::open(Endpoint& endpoint, const SourcePart& part, qint64 time) {
    endpoint.isOpened = true;
    if (!endpoint.hasAddresses)
        setAddresses(endpoint, part, {}, {});
    const QLatin1String about =
        endpoint.byPeer ? acceptedHere : QLatin1String("(headers synthesised from socket calls)");
    endpoint.comments.prepend(toVisibleText(endpoint.name.toUtf8()).text + QLatin1Char(' ') + about);
    if (endpoint.isDatagram)
        return;
    endpoint.localNext = 0;
    endpoint.peerNext = 0;
    const bool isOurs = !endpoint.byPeer;
    tcp(endpoint, isOurs, TcpSyn, {}, time);
    tcp(endpoint, !isOurs, TcpSyn | TcpAck, {}, time);
    tcp(endpoint, isOurs, TcpAck, {}, time);
}

void PcapngRecorder::data(Endpoint& endpoint, const SourcePart& part, const RecordView& record) {
    const qint64 time = record.header.time.wall;
    const bool isOurs = record.header.kind == RecordKind::Sent;
    if (!endpoint.isOpened) {
        endpoint.isDatagram = endpoint.isDatagram || (record.header.flags & DatagramFlag) != 0;
        if (endpoint.isDatagram) // nobody accepts: who sends first is the client
            endpoint.byPeer = !isOurs;
        open(endpoint, part, time);
    }
    if (endpoint.isDatagram) {
        if ((record.header.flags & CutFlag) != 0)
            endpoint.comments.append(QStringLiteral("cut: the datagram was longer"));
        const QByteArrayView payload = record.bytes.first(std::min(record.bytes.size(), largestUdpPayload));
        packet(endpoint,
               udpHead(isOurs ? endpoint.local : endpoint.peer, isOurs ? endpoint.peer : endpoint.local, payload),
               payload, time);
        return;
    }
    for (QByteArrayView rest = record.bytes; !rest.isEmpty();) {
        const QByteArrayView piece = rest.first(std::min(rest.size(), largestTcpPayload));
        rest = rest.sliced(piece.size());
        tcp(endpoint, isOurs, TcpAck | (rest.isEmpty() ? TcpPsh : 0), piece, time);
    }
    if (!endpoint.isOver)
        tcp(endpoint, !isOurs, TcpAck, {}, time);
}

/// What was tried before, or instead of, the connection that there is.
void PcapngRecorder::attempts(Endpoint& endpoint, const Facts& facts, qint64 time) {
    const QJsonArray tried = facts.object(Fact::Report).value(QStringLiteral("attempts")).toArray();
    for (const auto& value : tried) {
        const QJsonObject attempt = value.toObject();
        const QString outcome = attempt.value(QStringLiteral("outcome")).toString();
        const auto peer = endOf(attempt.value(QStringLiteral("address")).toString());
        auto local = endOf(attempt.value(QStringLiteral("from")).toString());
        if (!peer || !local || outcome == QLatin1String("connected"))
            continue;
        endpoint.comments.append(QStringLiteral("%1: %2").arg(toVisibleText(endpoint.name.toUtf8()).text, outcome));
        packet(endpoint, tcpHead(*local, *peer, 0, 0, TcpSyn, {}), {}, time);
        if (outcome.contains(QLatin1String("refused")))
            packet(endpoint, tcpHead(*peer, *local, 0, 1, TcpRst | TcpAck, {}), {}, time);
    }
}

void PcapngRecorder::closed(Endpoint& endpoint, const Facts& facts, qint64 time) {
    if (endpoint.isOver)
        return;
    endpoint.isOver = true;
    if (!endpoint.isOpened) {
        attempts(endpoint, facts, time);
        return;
    }
    if (endpoint.isDatagram)
        return;
    const std::optional<ClosingCause> cause = causeOf(facts);
    endpoint.comments.append(facts.text(Fact::Text));
    if (cause == ClosingCause::Reset) {
        tcp(endpoint, false, TcpRst | TcpAck, {}, time);
        return;
    }
    if (cause == ClosingCause::AbortedByUs) {
        tcp(endpoint, true, TcpRst | TcpAck, {}, time);
        return;
    }
    if (cause == ClosingCause::TimedOut)
        return; // nobody said anything
    if (!endpoint.localEnded) {
        tcp(endpoint, true, TcpFin | TcpAck, {}, time);
        if (cause != ClosingCause::Error)
            tcp(endpoint, false, TcpAck, {}, time);
    }
}

void PcapngRecorder::writeEnd() {
    for (auto& [id, endpoint] : m_endpoints) { // what no packet followed
        if (!endpoint.comments.isEmpty())
            putBlock(pcapng::makeStatistics(endpoint.interface, m_lastTime, std::exchange(endpoint.comments, {})));
    }
}

} // namespace sw
