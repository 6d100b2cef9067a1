// SPDX-License-Identifier: MIT
#include "core/capture/textrecorders.h"

#include "core/address/hosts.h"
#include "core/capture/textlines.h"
#include "core/payload/payload.h"
#include "core/payload/visibletext.h"

#include <QDir>
#include <QFileInfo>
#include <QHostAddress>
#include <QJsonDocument>
#include <QRegularExpression>

namespace sw {

namespace {

constexpr qsizetype largestText = 1 << 20;

QString timeText(qint64 wall) {
    QString time = toIsoString(wall);
    return time.replace(QLatin1Char('T'), QLatin1Char(' ')).chopped(1);
}

bool isData(const RecordView& record) {
    return record.header.kind == RecordKind::Received || record.header.kind == RecordKind::Sent;
}

/// Text that is one line whatever is in it.
QByteArray oneLine(const QString& text) {
    return toVisibleText(text.toUtf8()).text.toUtf8();
}

QByteArray csvField(QByteArray field) {
    static constexpr QByteArrayView dangerous("=+-@\t\r'");
    if (!field.isEmpty() && dangerous.contains(field.front()))
        field.prepend('\'');
    field.replace('"', "\"\"");
    return '"' + field + '"';
}

void appendJsonString(QByteArray& out, QByteArrayView utf8) {
    static constexpr char digits[] = "0123456789abcdef";
    out.append('"');
    for (const char c : utf8) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == '"' || byte == '\\') {
            out.append('\\');
            out.append(c);
        } else if (byte == '\n') {
            out.append("\\n");
        } else if (byte < 0x20) {
            out.append("\\u00");
            out.append(digits[byte >> 4U]);
            out.append(digits[byte & 0xfU]);
        } else {
            out.append(c);
        }
    }
    out.append('"');
}

} // namespace

QJsonObject toJson(const SourcePart& part, const RecordView& record) {
    QJsonObject json{
        {QStringLiteral("time"), toIsoString(record.header.time.wall)},
        {QStringLiteral("mono"), record.header.time.mono},
        {QStringLiteral("endpoint"), part.name},
        {QStringLiteral("id"), static_cast<qint64>(part.id)},
        {QStringLiteral("kind"), recordKindName(record.header.kind)},
    };
    if (record.header.kind == RecordKind::Event) {
        json.insert(QStringLiteral("event"), eventName(record.header.event));
        json.insert(QStringLiteral("facts"), record.facts().toJson());
    } else if (record.header.kind == RecordKind::Note) {
        json.insert(QStringLiteral("text"), record.text());
    } else {
        const QByteArray bytes = record.bytes.toByteArray();
        json.insert(QStringLiteral("size"), bytes.size());
        json.insert(QStringLiteral("base64"), QString::fromLatin1(bytes.toBase64()));
        if (QUtf8StringView(record.bytes).isValidUtf8())
            json.insert(QStringLiteral("text"), QString::fromUtf8(bytes));
        if ((record.header.flags & CutFlag) != 0)
            json.insert(QStringLiteral("cut"), true);
        if ((record.header.flags & DatagramFlag) != 0)
            json.insert(QStringLiteral("datagram"), true);
    }
    return json;
}

/// A large record as several: a line of a text format has a bound that readers rely on.
template <typename Call>
void inPortions(const RecordView& record, Call call) {
    constexpr qsizetype most = 256 << 10;
    if (record.bytes.size() <= most || (record.header.flags & DatagramFlag) != 0) {
        call(record);
        return;
    }
    for (QByteArrayView rest = record.bytes; !rest.isEmpty();) {
        RecordView portion = record;
        portion.bytes = rest.first(std::min(rest.size(), most));
        rest = rest.sliced(portion.bytes.size());
        call(portion);
    }
}

void JsonLinesRecorder::writeRecord(const SourcePart& part, const RecordView& record) {
    if (!isData(record)) {
        put(m_file, QJsonDocument(toJson(part, record)).toJson(QJsonDocument::Compact) + '\n');
        return;
    }
    inPortions(record, [&](const RecordView& portion) { writeData(part, portion); });
}

void JsonLinesRecorder::writeData(const SourcePart& part, const RecordView& record) {
    QByteArray line; // by hand: there may be many megabytes a second of it
    line.reserve(record.bytes.size() * 3 + 256);
    line += R"({"time":")" + toIsoString(record.header.time.wall).toLatin1() + R"(","mono":)" +
            QByteArray::number(record.header.time.mono) + R"(,"endpoint":)";
    appendJsonString(line, part.name.toUtf8());
    line += R"(,"id":)" + QByteArray::number(static_cast<quint64>(part.id)) + R"(,"kind":")" +
            recordKindName(record.header.kind).toLatin1() + R"(","size":)" + QByteArray::number(record.bytes.size()) +
            R"(,"base64":")" + QByteArray::fromRawData(record.bytes.data(), record.bytes.size()).toBase64() + '"';
    if (QUtf8StringView(record.bytes).isValidUtf8()) {
        line += R"(,"text":)";
        appendJsonString(line, record.bytes);
    }
    if ((record.header.flags & CutFlag) != 0)
        line += R"(,"cut":true)";
    if ((record.header.flags & DatagramFlag) != 0)
        line += R"(,"datagram":true)";
    line += "}\n";
    put(m_file, line);
}

Result<void> CsvRecorder::start(const QString& path, const Opening& how) {
    if (auto opened = openFile(m_file, path, how); !opened)
        return opened;
    put(m_file, "time,endpoint,id,kind,event,size,text\r\n");
    return {};
}

void CsvRecorder::writeRecord(const SourcePart& part, const RecordView& record) {
    if (isData(record))
        inPortions(record, [&](const RecordView& portion) { writeLine(part, portion); });
    else
        writeLine(part, record);
}

void CsvRecorder::writeLine(const SourcePart& part, const RecordView& record) {
    const bool isBytes = isData(record);
    put(m_file,
        timeText(record.header.time.wall).toLatin1() + ',' + csvField(oneLine(part.name)) + ',' +
            QByteArray::number(static_cast<quint64>(part.id)) + ',' + recordKindName(record.header.kind).toLatin1() +
            ',' + (record.header.kind == RecordKind::Event ? eventName(record.header.event).toLatin1() : QByteArray()) +
            ',' + (isBytes ? QByteArray::number(record.bytes.size()) : QByteArray()) + ',' +
            csvField(isBytes ? toEscapedText(record.bytes.toByteArray()).toUtf8() : oneLine(record.text())) + "\r\n");
}

void TextRecorder::writeRecord(const SourcePart& part, const RecordView& record) {
    const QByteArray head = timeText(record.header.time.wall).toLatin1().chopped(3) + "  " + oneLine(part.name);
    if (!isData(record)) {
        for (const RecordKind direction : {RecordKind::Received, RecordKind::Sent}) {
            if (endsDirection(record.header, direction))
                writeHeld(head, part.id, direction);
        }
        put(m_file,
            head + "  " + (record.header.kind == RecordKind::Note ? "# " : "* ") + oneLine(record.text()) + '\n');
        return;
    }
    const bool isSent = record.header.kind == RecordKind::Sent;
    const QByteArray marked = head + (isSent ? "  > " : "  < ");
    if ((record.header.flags & DatagramFlag) != 0 || record.bytes.isEmpty()) {
        writeLines(marked, record.bytes);
        return;
    }
    Stream& stream = m_streams[{part.id, isSent}];
    stream.head = marked;
    if (const QByteArray whole = stream.pieces.take(record.bytes); !whole.isEmpty()) // characters that reads have cut
        writeLines(marked, whole);
}

/// The beginning of a character whose rest will not come, at the time when that is known: the file is in order of time.
void TextRecorder::writeHeld(const QByteArray& head, EndpointId id, RecordKind direction) {
    const bool isSent = direction == RecordKind::Sent;
    const auto found = m_streams.find({id, isSent});
    if (found == m_streams.end())
        return;
    if (const QByteArray rest = found->second.pieces.flush(); !rest.isEmpty())
        writeLines(head + (isSent ? "  > " : "  < "), rest);
}

void TextRecorder::writeEnd() {
    for (auto& [where, stream] : m_streams) {
        if (const QByteArray rest = stream.pieces.flush(); !rest.isEmpty())
            writeLines(stream.head, rest);
    }
}

void TextRecorder::writeLines(const QByteArray& head, QByteArrayView bytes) {
    QByteArray text;
    QByteArrayView rest = bytes;
    do {
        const qsizetype end = rest.indexOf('\n');
        const QByteArrayView line = end < 0 ? rest : rest.first(end + 1);
        text += head + toVisibleText(line).text.toUtf8() + '\n';
        rest = rest.sliced(line.size());
        if (text.size() > largestText)
            put(m_file, std::exchange(text, {}));
    } while (!rest.isEmpty());
    put(m_file, text);
}

void HexRecorder::writeRecord(const SourcePart& part, const RecordView& record) {
    if ((m_isDump && !isData(record)) || (m_passedOn && record.header.kind == RecordKind::Received))
        return;
    if (!isData(record)) {
        put(m_file, "# " + timeText(record.header.time.wall).toLatin1() + ' ' +
                        recordKindName(record.header.kind).toLatin1() + ' ' + oneLine(part.name) + ": " +
                        oneLine(record.text()) + '\n');
        return;
    }
    // Wireshark's text import takes I and O for the direction, and an offset of 0 for the begin of a packet
    static constexpr char digits[] = "0123456789abcdef";
    constexpr qsizetype width = 16;
    QByteArray text = "# " + timeText(record.header.time.wall).toLatin1() + ' ' +
                      recordKindName(record.header.kind).toLatin1() + ' ' +
                      ((record.header.flags & DatagramFlag) != 0 ? "datagram " : "") + oneLine(part.name) + '\n';
    for (qsizetype at = 0; at < record.bytes.size(); at += width) {
        const QByteArrayView line = record.bytes.sliced(at, std::min(width, record.bytes.size() - at));
        text += QByteArray::number(at, 16).rightJustified(8, '0') + ':';
        for (qsizetype i = 0; i < width; ++i) {
            text += ' ';
            if (i >= line.size()) {
                text += "  ";
                continue;
            }
            text += digits[static_cast<unsigned char>(line[i]) >> 4U];
            text += digits[static_cast<unsigned char>(line[i]) & 0xfU];
        }
        text += "  ";
        for (const char c : line)
            text += c >= ' ' && c < '\x7f' ? c : '.';
        text += '\n';
    }
    put(m_file, text);
}

void DumpRecorder::writeRecord(const SourcePart&, const RecordView& record) {
    if (isData(record) && (!m_passedOn || record.header.kind == RecordKind::Sent))
        heed(m_file.put(record.bytes), m_file.path());
}

Result<void> BinaryRecorder::start(const QString& path, const Opening& how) {
    m_sentPath = filesOfRecording(path).constLast();
    if (how.existing == Existing::Refuse && hasFile(m_sentPath))
        return tl::unexpected(Error{
            .id = ErrorId::AlreadyExists,
            .situation = QStringLiteral("record"),
            .detail = sentence(
                QT_TRANSLATE_NOOP(
                    "Core", "%1 exists already, and belongs to a recording of the same name: nothing is overwritten."),
                m_sentPath)});
    if (auto opened = openFile(m_received, path, how); !opened)
        return opened;
    return m_received.isSequential() ? Result<void>() : removeOldFile(m_sentPath); // what another one has sent
}

void BinaryRecorder::writeRecord(const SourcePart&, const RecordView& record) {
    if (record.header.kind == RecordKind::Received)
        heed(m_received.put(record.bytes), m_received.path());
    if (record.header.kind != RecordKind::Sent)
        return;
    if (m_sent.isOpen() || openFile(m_sent, m_sentPath, Existing::Refuse))
        heed(m_sent.put(record.bytes), m_sent.path());
}

void BinaryRecorder::flushFiles() {
    heed(m_received.flush(), m_received.path());
    heed(m_sent.flush(), m_sent.path());
}

void BinaryRecorder::closeFiles() {
    heed(m_received.close(), m_received.path());
    heed(m_sent.close(), m_sent.path());
}

QString safeFileName(const QString& text) {
    constexpr qsizetype longest = 100;
    static const QStringList devices{QStringLiteral("con"), QStringLiteral("prn"), QStringLiteral("aux"),
                                     QStringLiteral("nul")};
    QString name;
    for (const QChar c : text.left(longest)) {
        const bool isPlain = (c.unicode() < 0x7f && (c.isLetterOrNumber() || QStringLiteral("._-@+").contains(c))) ||
                             (c.unicode() > 0xa0 && c.isLetterOrNumber() && !c.isSurrogate());
        name += isPlain ? c : QLatin1Char('_');
    }
    while (name.startsWith(QLatin1Char('.')))
        name.remove(0, 1);
    while (name.endsWith(QLatin1Char('.')))
        name.chop(1);
    while (name.toUtf8().size() > longest) // two of them make a name, of 255 bytes at most
        name.chop(1);
    const QString stem = name.section(QLatin1Char('.'), 0, 0).toLower();
    const bool isDevice =
        devices.contains(stem) ||
        ((stem.startsWith(QLatin1String("com")) || stem.startsWith(QLatin1String("lpt"))) && stem.size() == 4);
    if (name.isEmpty() || isDevice || name.startsWith(QLatin1Char('-'))) // a command would take that for an option
        name.prepend(QLatin1Char('_'));
    return name;
}

Result<void> FolderRecorder::start(const QString& path, const Opening& how) {
    m_folder = QDir::cleanPath(path);
    if (auto ready = makePrivateFolder(m_folder, QStringLiteral("record")); !ready)
        return ready;
    // both ends, or the name and the direction; several of them are numbered
    static const QRegularExpression ours(
        QStringLiteral("^(.+\\.\\d{5}-.+\\.\\d{5}|.+-(sent|received))(\\.\\d+)?\\.bin$"));
    const QStringList there = QDir(m_folder).entryList({QStringLiteral("*.bin")}, QDir::Files | QDir::System);
    for (const QString& name : there) {
        const bool isOld = how.existing == Existing::Replace && ours.match(name).hasMatch();
        if (!isOld)
            return tl::unexpected(
                Error{.id = how.existing == Existing::Replace ? ErrorId::WriteFailed : ErrorId::AlreadyExists,
                      .situation = QStringLiteral("record"),
                      .detail = sentence(
                          QT_TRANSLATE_NOOP(
                              "Core",
                              "%1 has %2 already, which would be mixed with this recording. Give a folder of its own."),
                          m_folder, name)});
    }
    for (const QString& name : there) {
        if (auto removed = removeOldFile(m_folder + QLatin1Char('/') + name); !removed)
            return removed;
    }
    return {};
}

namespace {

/// `127.000.000.001.05000`, as tcpflow(1) has it; other names made safe.
QString flowEnd(const QString& text) {
    const auto place = parseHostPort(text, false);
    const QHostAddress host(place ? place->host : QString());
    if (!place || host.isNull())
        return safeFileName(text);
    const QString port = QStringLiteral(".%1").arg(place->portFirst, 5, 10, QLatin1Char('0'));
    if (host.protocol() != QAbstractSocket::IPv4Protocol)
        return safeFileName(host.toString()) + port;
    QStringList parts = host.toString().split(QLatin1Char('.'));
    for (QString& part : parts)
        part = part.rightJustified(3, QLatin1Char('0'));
    return parts.join(QLatin1Char('.')) + port;
}

} // namespace

void FolderRecorder::writeRecord(const SourcePart& part, const RecordView& record) {
    Flow& flow = m_flows[static_cast<quint64>(part.id)];
    if (record.header.event == EventKind::Opened || record.header.event == EventKind::Accepted) {
        const Facts facts = record.facts();
        const QString local = facts.text(Fact::Local);
        const QString peer = facts.text(Fact::Peer);
        if (!local.isEmpty() && !peer.isEmpty()) {
            flow.from = flowEnd(peer);
            flow.to = flowEnd(local);
        }
    }
    if (!isData(record))
        return;
    if (RecordingFile* file = fileOf(flow, part, record.header.kind == RecordKind::Sent))
        heed(file->put(record.bytes), file->path());
}

RecordingFile* FolderRecorder::fileOf(Flow& flow, const SourcePart& part, bool isSent) {
    constexpr std::size_t mostOpen = 200;
    constexpr std::size_t usual = 8U << 10U; // of each
    QString& path = flow.paths[isSent ? 1 : 0];
    if (const auto found = m_open.find(path); !path.isEmpty() && found != m_open.end())
        return found->second.get();
    if (m_open.size() >= mostOpen)
        closeFiles(); // they are opened again as they are needed
    auto file = std::make_unique<RecordingFile>(everyByte, usual);
    if (path.isEmpty()) { // a name that nobody has yet
        const QString stem =
            flow.from.isEmpty()
                ? QString(safeFileName(part.name) + (isSent ? QStringLiteral("-sent") : QStringLiteral("-received")))
                : QString(isSent ? flow.to + QLatin1Char('-') + flow.from : flow.from + QLatin1Char('-') + flow.to);
        QString name = stem + QStringLiteral(".bin");
        int& suffix = m_suffixes.try_emplace(stem, 1).first->second;
        while (hasFile(m_folder + QLatin1Char('/') + name))
            name = stem + QStringLiteral(".%1.bin").arg(++suffix);
        path = m_folder + QLatin1Char('/') + name;
        if (!openFile(*file, path, Existing::Refuse))
            return nullptr;
    } else if (!openFile(*file, path, Existing::Append)) {
        return nullptr;
    }
    return m_open.emplace(path, std::move(file)).first->second.get();
}

void FolderRecorder::flushFiles() {
    for (const auto& [path, file] : m_open)
        heed(file->flush(), file->path());
}

void FolderRecorder::closeFiles() {
    for (const auto& [path, file] : m_open)
        heed(file->close(), file->path());
    m_open.clear();
}

} // namespace sw
