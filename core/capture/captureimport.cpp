// SPDX-License-Identifier: MIT
#include "core/capture/captureimport.h"

#include "core/capture/capturefile.h"
#include "core/capture/packetreader.h"
#include "core/capture/pcapngrecorder.h"
#include "core/capture/protocolnames.h"
#include "core/capture/tcpreassembly.h"
#include "identity.h"

#include <QtEndian>

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

namespace sw {

namespace {

struct End {
    IpAddress host;
    quint16 port = 0;

    bool operator<(const End& other) const { return std::tie(host, port) < std::tie(other.host, other.port); }
    QString toText() const {
        return (host.isSix ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(host.toText()).arg(port);
    }
};

/// Both ends in a fixed order, and the protocol.
struct FlowKey {
    End low;
    End high;
    quint8 protocol = 0;

    bool operator<(const FlowKey& other) const {
        return std::tie(low, high, protocol) < std::tie(other.low, other.high, other.protocol);
    }
};

/// What the capture lacks of one direction.
struct Holes {
    quint64 count = 0;
    quint64 rest = 0; // those that were not told one by one
    quint64 restBytes = 0;
};

struct Flow {
    quint64 conversation = 0;
    bool isLowLocal = true;    // the low end is on our side: the client, unless we accepted it
    bool isClientLocal = true; // see PcapngRecorder::acceptedHere
    bool isOver = false;       // after both ends, or a reset
    bool isMissing = false;    // a conversation too many
    // of TCP, by who sent it: our side, the other
    TcpReassembly ways[2];
    bool ended[2] = {false, false};
    Holes holes[2];
    qint64 lastTime = 0;
};

class CaptureImport {
public:
    CaptureImport(CaptureFile& file, RecordingSink& sink) : m_file(file), m_sink(sink) {}

    Result<void> run(const std::function<qint64()>& position) {
        constexpr quint64 between = 2048; // packets between two looks at the progress
        for (;;) {
            auto packet = m_file.next();
            if (!packet) {
                if (m_packets == 0)
                    return tl::unexpected(packet.error());
                m_sink.problem(packet.error().detail);
                break;
            }
            if (!*packet)
                break;
            take(**packet);
            if (++m_packets % between == 0 && !m_sink.progress(position()))
                return tl::unexpected(Error{.id = ErrorId::ShutDown,
                                            .situation = QStringLiteral("capture"),
                                            .detail = QStringLiteral("Cancelled.")});
        }
        for (auto& [key, flow] : m_flows)
            finish(flow);
        tellProblems();
        return {};
    }

private:
    void take(const CapturedPacket& captured) {
        m_reader.setOpensUdp(!isOurs()); // ours are the datagrams of sockets, whatever is in them
        if (!isKnownLinkType(captured.linkType)) {
            ++m_unknownLinks[captured.linkType];
            return;
        }
        const auto packet = m_reader.read(captured.linkType, captured.bytes);
        if (!packet)
            leaveOut(m_reader.leftOut());
        else if (packet->protocol == IpPacket::tcp)
            takeTcp(captured, *packet);
        else
            takeUdp(captured, *packet);
    }

    /// Empty: a fragment that waits for the rest.
    void leaveOut(const QString& what) {
        if (what.isEmpty())
            return;
        const auto known =
            std::find_if(m_leftOut.begin(), m_leftOut.end(), [&](const auto& one) { return one.first == what; });
        constexpr std::size_t mostKinds = 200;
        if (known != m_leftOut.end())
            ++known->second;
        else if (m_leftOut.size() < mostKinds)
            m_leftOut.emplace_back(what, 1);
        else
            ++m_otherLeftOut;
    }

    /// `120 packets left out: 50 ICMP, 50 ARP, 20 SCTP.`, the most frequent first.
    void tellLeftOut() {
        std::stable_sort(m_leftOut.begin(), m_leftOut.end(),
                         [](const auto& a, const auto& b) { return a.second > b.second; });
        quint64 all = m_otherLeftOut;
        QStringList parts;
        constexpr qsizetype mostTold = 12;
        quint64 others = m_otherLeftOut;
        for (const auto& [what, count] : m_leftOut) {
            all += count;
            if (parts.size() < mostTold)
                parts.append(QStringLiteral("%1 %2").arg(QString::number(count), what));
            else
                others += count;
        }
        if (others > 0)
            parts.append(QStringLiteral("%1 of other kinds").arg(others));
        const QString list = parts.join(QLatin1String(", "));
        if (all > 0)
            m_sink.problem(all == 1 ? QStringLiteral("1 packet left out: %1.").arg(list)
                                    : QStringLiteral("%1 packets left out: %2.").arg(QString::number(all), list));
    }

    void takeTcp(const CapturedPacket& captured, const IpPacket& packet) {
        constexpr qsizetype smallest = 20;
        const QByteArrayView bytes = packet.payload;
        if (bytes.size() < smallest) {
            ++m_broken;
            return;
        }
        const qsizetype head = static_cast<qsizetype>(static_cast<unsigned char>(bytes[12]) >> 4U) * 4;
        if (head < smallest || head > bytes.size()) {
            ++m_broken;
            return;
        }
        const auto flags = static_cast<unsigned char>(bytes[13]);
        TcpSegment segment{.sequence = qFromBigEndian<quint32>(bytes.data() + 4),
                           .acknowledged = qFromBigEndian<quint32>(bytes.data() + 8),
                           .hasAck = (flags & 16U) != 0,
                           .isSyn = (flags & 2U) != 0,
                           .isFin = (flags & 1U) != 0,
                           .isRst = (flags & 4U) != 0,
                           .payload = bytes.sliced(head),
                           .isCut = packet.cut > 0};
        segment.size = static_cast<quint32>(segment.payload.size()) + packet.cut;
        const End from{packet.from, qFromBigEndian<quint16>(bytes.data())};
        const End to{packet.to, qFromBigEndian<quint16>(bytes.data() + 2)};
        Flow& flow = flowOf(from, to, packet.protocol, captured, segment.isSyn, segment.isSyn && segment.hasAck,
                            segment.sequence);
        if (flow.isMissing)
            return;
        takeComments(flow, captured);
        flow.lastTime = captured.wall;
        const bool isLow = !(to < from);
        const int way = isLow == flow.isLowLocal ? 0 : 1;
        if (segment.isRst) {
            reset(flow, way);
            return;
        }
        if (flow.isOver && segment.size == 0)
            return;
        m_waiting -= flow.ways[0].cost() + flow.ways[1].cost();
        pass(flow, way, flow.ways[way].feed(segment));
        if (segment.hasAck)
            pass(flow, 1 - way, flow.ways[1 - way].acknowledged(segment.acknowledged));
        m_waiting += flow.ways[0].cost() + flow.ways[1].cost();
        constexpr qsizetype mostWaiting = 64 << 20;
        if (m_waiting > mostWaiting) { // of all connections together: what waits goes on, with its gaps
            for (auto& [key, one] : m_flows) {
                for (const int side : {0, 1})
                    pass(one, side, one.ways[side].passWaiting());
            }
            m_waiting = 0;
        }
    }

    void takeUdp(const CapturedPacket& captured, const IpPacket& packet) {
        constexpr qsizetype head = 8;
        const QByteArrayView bytes = packet.payload;
        if (bytes.size() < head) {
            ++m_broken;
            return;
        }
        const End from{packet.from, qFromBigEndian<quint16>(bytes.data())};
        const End to{packet.to, qFromBigEndian<quint16>(bytes.data() + 2)};
        const qsizetype said = qFromBigEndian<quint16>(bytes.data() + 4);
        QByteArrayView payload = bytes.sliced(head);
        if (said >= head)
            payload = payload.first(std::min(payload.size(), said - head));
        Flow& flow = flowOf(from, to, packet.protocol, captured, false, false, 0);
        if (flow.isMissing)
            return;
        takeComments(flow, captured);
        const bool isOurs = !(to < from) == flow.isLowLocal;
        const bool isCut = packet.cut > 0 || said - head > payload.size();
        m_cut += isCut ? 1 : 0;
        m_sink.data(flow.conversation, isOurs ? RecordKind::Sent : RecordKind::Received, payload, captured.wall,
                    static_cast<quint8>(DatagramFlag | (isCut ? CutFlag : NoFlag)));
    }

    void takeComments(const Flow& flow, const CapturedPacket& captured) {
        for (const QString& comment : captured.comments) {
            const bool isNote = comment.startsWith(QLatin1String("note: "));
            if (isNote || !isOurs())
                m_sink.note(flow.conversation, isNote ? comment.mid(6) : comment, captured.wall);
        }
    }

    /// Our own recording of a connection that came to us: what the client sent was received.
    bool wasAccepted(const CapturedPacket& captured) const {
        return isOurs() && !captured.comments.isEmpty() &&
               captured.comments.constFirst().endsWith(PcapngRecorder::acceptedHere);
    }

    bool isOurs() const { return m_file.application().startsWith(QLatin1String(SOCKETWRIGHT_NAME)); }

    Flow& flowOf(const End& from, const End& to, quint8 protocol, const CapturedPacket& captured, bool isSyn,
                 bool isSynAck, quint32 sequence) {
        const bool isLow = !(to < from);
        const FlowKey key{isLow ? from : to, isLow ? to : from, protocol};
        const auto found = m_flows.find(key);
        if (found != m_flows.end()) {
            Flow& known = found->second;
            const int way = isLow == known.isLowLocal ? 0 : 1;
            // the same ports again: a new connection, unless the SYN is that of the old one once more
            const bool isNew =
                isSyn && !isSynAck && known.ways[way].hasBegun() && known.ways[way].initial() != sequence;
            if (!isNew)
                return known;
            finish(known);
            m_flows.erase(found);
        }
        constexpr quint64 mostConversations = 50'000;
        if (m_conversations >= mostConversations) {
            ++m_tooMany;
            return m_missing;
        }
        Flow& flow = m_flows[key];
        ++m_conversations;
        const bool isClient = isSyn ? !isSynAck : protocol == IpPacket::udp || from.port >= to.port;
        const End& client = isClient ? from : to;
        const End& server = isClient ? to : from;
        flow.isClientLocal = !wasAccepted(captured);
        flow.isLowLocal = (isClient == isLow) == flow.isClientLocal;
        const QString local = (flow.isClientLocal ? client : server).toText();
        const QString peer = (flow.isClientLocal ? server : client).toText();
        const bool isUdp = protocol == IpPacket::udp;
        flow.conversation = m_sink.begin(
            {.name = isOurs() && !captured.interface.isEmpty() ? captured.interface
                                                               : client.toText() + QStringLiteral(" → ") + server.toText(),
             .scheme = isUdp ? QStringLiteral("udp") : QStringLiteral("tcp"),
             .local = local,
             .peer = peer,
             .isDatagram = isUdp});
        m_sink.event(
            flow.conversation, flow.isClientLocal ? EventKind::Opened : EventKind::Accepted,
            isUdp   ? sentence(QT_TRANSLATE_NOOP("Core", "first datagram from %1 to %2"), from.toText(), to.toText())
            : isSyn ? sentence(QT_TRANSLATE_NOOP("Core", "%1 connects to %2"), client.toText(), server.toText())
                    : sentence(QT_TRANSLATE_NOOP("Core", "the capture begins in the middle: %1 to %2"), client.toText(),
                               server.toText()),
            {{Fact::Scheme, isUdp ? QStringLiteral("udp") : QStringLiteral("tcp")},
             {Fact::Local, local},
             {Fact::Peer, peer}},
            captured.wall);
        return flow;
    }

    /// A hole each, up to a number that somebody can look at; the rest is summed up (restMissing()).
    void missing(Flow& flow, int way, quint64 bytes) {
        constexpr quint64 mostHoles = 1000;
        Holes& holes = flow.holes[way];
        if (++holes.count > mostHoles) {
            ++holes.rest;
            holes.restBytes += bytes;
            return;
        }
        tellMissing(flow, way, bytes, QStringLiteral("%1 bytes %2 are missing in the capture"), {});
    }

    void restMissing(Flow& flow) {
        for (const int way : {0, 1}) {
            const Holes holes = std::exchange(flow.holes[way], {.count = flow.holes[way].count});
            if (holes.rest > 0)
                tellMissing(flow, way, holes.restBytes,
                            QStringLiteral("%1 more bytes %2 are missing in the capture, in %3 more places")
                                .replace(QLatin1String("%3"), QString::number(holes.rest)),
                            holes.rest);
        }
    }

    void tellMissing(Flow& flow, int way, quint64 bytes, const QString& sentence, quint64 places) {
        const QString direction = way == 0 ? QStringLiteral("sent") : QStringLiteral("received");
        Facts facts{{Fact::Missing, static_cast<qint64>(bytes)}, {Fact::Direction, direction}};
        if (places > 0)
            facts.add(Fact::Places, places);
        m_sink.event(flow.conversation, EventKind::CaptureGap, sentence.arg(QString::number(bytes), direction), facts,
                     flow.lastTime);
    }

    void pass(Flow& flow, int way, const std::vector<TcpReassembly::Output>& outputs) {
        for (const TcpReassembly::Output& output : outputs) {
            if (output.gap > 0)
                missing(flow, way, output.gap);
            if (!output.bytes.isEmpty())
                m_sink.data(flow.conversation, way == 0 ? RecordKind::Sent : RecordKind::Received, output.bytes,
                            flow.lastTime, NoFlag);
            if (output.isEnd)
                ended(flow, way);
        }
    }

    void ended(Flow& flow, int way) {
        flow.ended[way] = true;
        m_sink.event(flow.conversation, way == 0 ? EventKind::SendingEnded : EventKind::EndOfStream,
                     way == 0
                         ? sentence(QT_TRANSLATE_NOOP("Core", "the %1 sends no more (FIN)"), whoSent(flow, way))
                         : sentence(QT_TRANSLATE_NOOP("Core", "end of stream from the %1 (FIN)"), whoSent(flow, way)),
                     {}, flow.lastTime);
        if (!flow.ended[0] || !flow.ended[1] || std::exchange(flow.isOver, true))
            return;
        restMissing(flow);
        m_sink.event(flow.conversation, EventKind::Closed,
                     sentence(QT_TRANSLATE_NOOP("Core", "closed: both sides have ended")),
                     {{Fact::Cause, causeName(way == 0 ? ClosingCause::ClosedByPeer : ClosingCause::ClosedByUs)}},
                     flow.lastTime);
    }

    void reset(Flow& flow, int way) {
        if (std::exchange(flow.isOver, true))
            return;
        flushWays(flow);
        m_sink.event(flow.conversation, EventKind::Closed,
                     sentence(QT_TRANSLATE_NOOP("Core", "reset by the %1"), whoSent(flow, way)),
                     {{Fact::Cause, causeName(way == 0 ? ClosingCause::AbortedByUs : ClosingCause::Reset)}},
                     flow.lastTime);
    }

    static QString whoSent(const Flow& flow, int way) {
        return (way == 0) == flow.isClientLocal ? QStringLiteral("client") : QStringLiteral("server");
    }

    void finish(Flow& flow) {
        if (!flow.isMissing && !flow.isOver)
            flushWays(flow);
    }

    void flushWays(Flow& flow) {
        m_waiting -= flow.ways[0].cost() + flow.ways[1].cost();
        for (const int side : {0, 1})
            pass(flow, side, flow.ways[side].flush());
        restMissing(flow);
        m_waiting += flow.ways[0].cost() + flow.ways[1].cost();
    }

    void tellProblems() {
        for (const auto& [link, count] : m_unknownLinks)
            m_sink.problem(
                QStringLiteral("%1 packets of %2 were left out: this build reads Ethernet, PPP, Linux cooked, "
                               "BSD loopback and raw IP.")
                    .arg(count)
                    .arg(linkTypeName(link)));
        tellLeftOut();
        if (m_tooMany > 0)
            m_sink.problem(
                QStringLiteral("%1 packets of further conversations were left out: 50000 conversations are read.")
                    .arg(m_tooMany));
        if (m_broken > 0)
            m_sink.problem(QStringLiteral("%1 packets have broken TCP or UDP headers.").arg(m_broken));
        if (m_cut > 0)
            m_sink.problem((m_cut == 1 ? QStringLiteral("1 datagram was cut when it was captured")
                                       : QStringLiteral("%1 datagrams were cut when they were captured").arg(m_cut)) +
                           QStringLiteral(": only the first bytes are in the file (capture again with a larger snap "
                                          "length)."));
        if (m_reader.lostFragments() > 0)
            m_sink.problem(
                QStringLiteral("The rest of %1 fragmented datagrams never came.").arg(m_reader.lostFragments()));
        if (m_conversations == 0 && m_packets > 0)
            m_sink.problem(QStringLiteral("None of the %1 packets is TCP or UDP.").arg(m_packets));
    }

    CaptureFile& m_file;
    RecordingSink& m_sink;
    PacketReader m_reader;
    std::map<FlowKey, Flow> m_flows; // ordered: no hash that a file could be made for
    Flow m_missing{.isMissing = true};
    qsizetype m_waiting = 0; // memory of all reassemblies
    std::map<quint32, quint64> m_unknownLinks;
    quint64 m_packets = 0;
    quint64 m_conversations = 0;
    quint64 m_tooMany = 0;
    std::vector<std::pair<QString, quint64>> m_leftOut; // by what it was, in the order in which it came
    quint64 m_otherLeftOut = 0;                         // of too many kinds
    quint64 m_broken = 0;
    quint64 m_cut = 0; // datagrams
};

} // namespace

Result<void> importCapture(QIODevice& device, const std::function<qint64()>& position, RecordingSink& sink) {
    auto file = CaptureFile::open(device);
    if (!file)
        return tl::unexpected(file.error());
    return CaptureImport(**file, sink).run(position);
}

} // namespace sw
