// SPDX-License-Identifier: MIT
#include "core/capture/textreaders.h"

#include "core/payload/payload.h"

#include <QDateTime>
#include <QHash>
#include <QJsonDocument>
#include <QRegularExpression>

#include <optional>

namespace sw {

namespace {

constexpr qsizetype longestLine = 8 << 20;
constexpr qsizetype longestRecord = 64 << 20;

Error cancelled() {
    return {.id = ErrorId::ShutDown, .situation = QStringLiteral("recording"), .detail = QStringLiteral("Cancelled.")};
}

/// Nanoseconds since 1970 of `2026-01-31T12:00:00.123456789Z`, with a blank instead of T or without Z too.
std::optional<qint64> wallOf(QString text) {
    text = text.trimmed();
    static const QRegularExpression offset(QStringLiteral("[+-]\\d\\d:\\d\\d$"));
    if (offset.match(text).hasMatch()) { // not ours: without a fraction's digits lost
        const QDateTime other = QDateTime::fromString(text, Qt::ISODateWithMs);
        return other.isValid() ? std::optional(other.toMSecsSinceEpoch() * 1'000'000) : std::nullopt;
    }
    if (text.endsWith(QLatin1Char('Z')))
        text.chop(1);
    const qsizetype dot = text.indexOf(QLatin1Char('.'));
    QString fraction = dot < 0 ? QString() : text.mid(dot + 1, 9);
    QString whole = dot < 0 ? text : text.first(dot);
    whole.replace(QLatin1Char(' '), QLatin1Char('T'));
    QDateTime time = QDateTime::fromString(whole, Qt::ISODate);
    if (!time.isValid())
        return std::nullopt;
    time.setTimeSpec(Qt::UTC);
    bool ok = true;
    const qint64 part = fraction.isEmpty() ? 0 : fraction.leftJustified(9, QLatin1Char('0')).toLongLong(&ok);
    constexpr qint64 latest = 9'000'000'000;
    const qint64 seconds = time.toSecsSinceEpoch();
    if (!ok || seconds < 0 || seconds > latest)
        return std::nullopt;
    return seconds * 1'000'000'000 + part;
}

/// Walks over lines; says where it is when something is wrong with one.
class Lines {
public:
    Lines(QIODevice& device, RecordingSink& sink) : m_device(device), m_sink(sink) {}

    /// Without its end; nothing after the last.
    std::optional<QByteArray> next() {
        if (m_device.atEnd() && m_device.bytesAvailable() == 0)
            return std::nullopt;
        m_buffer.resize(longestLine); // once for all lines
        const qint64 size = m_device.readLine(m_buffer.data(), m_buffer.size());
        if (size <= 0)
            return std::nullopt;
        QByteArray line(m_buffer.constData(), size);
        ++m_number;
        m_read += line.size();
        while (line.endsWith('\n') || line.endsWith('\r'))
            line.chop(1);
        return line;
    }
    void wrong(const QString& why) {
        constexpr int most = 10;
        if (++m_wrong <= most)
            m_sink.problem(QStringLiteral("Line %1 was left out: %2.").arg(QString::number(m_number), why));
    }
    /// After the last line.
    void tellRest() {
        if (m_wrong > 10)
            m_sink.problem(QStringLiteral("%1 more lines were left out.").arg(m_wrong - 10));
    }
    bool goesOn() { return m_number % 1024 != 0 || m_sink.progress(m_read); }

private:
    QIODevice& m_device;
    RecordingSink& m_sink;
    QByteArray m_buffer;
    quint64 m_number = 0;
    quint64 m_wrong = 0;
    qint64 m_read = 0;
};

/// Conversations by what a file calls them.
class Names {
public:
    explicit Names(RecordingSink& sink) : m_sink(sink) {}

    std::optional<quint64> find(const QString& key) const {
        const auto found = m_known.constFind(key);
        return found == m_known.constEnd() ? std::nullopt : std::optional(*found);
    }
    /// Nothing: there are too many.
    std::optional<quint64> of(const QString& key, const Conversation& conversation) {
        constexpr qsizetype most = 50'000;
        if (const auto known = find(key))
            return known;
        if (m_known.size() >= most)
            return std::nullopt;
        return *m_known.insert(key, m_sink.begin(conversation));
    }

private:
    RecordingSink& m_sink;
    QHash<QString, quint64> m_known;
};

std::optional<RecordKind> kindOf(const QString& name) {
    if (name == QLatin1String("received"))
        return RecordKind::Received;
    if (name == QLatin1String("sent"))
        return RecordKind::Sent;
    if (name == QLatin1String("event"))
        return RecordKind::Event;
    return name == QLatin1String("note") ? std::optional(RecordKind::Note) : std::nullopt;
}

Conversation conversationOf(const QString& name, const QJsonObject& facts, bool isDatagram) {
    const QString scheme = facts.value(QStringLiteral("scheme")).toString();
    return {.name = name,
            .scheme = scheme,
            .local = facts.value(QStringLiteral("local")).toString(),
            .peer = facts.value(QStringLiteral("peer")).toString(),
            .isDatagram = isDatagram || scheme == QLatin1String("udp") || scheme == QLatin1String("dtls")};
}

} // namespace

Result<void> importJsonLines(QIODevice& device, RecordingSink& sink) {
    Lines lines(device, sink);
    Names names(sink);
    bool hasAny = false;
    while (const auto line = lines.next()) {
        if (!lines.goesOn())
            return tl::unexpected(cancelled());
        if (line->isEmpty())
            continue;
        QJsonParseError parsing{};
        const QJsonObject json = QJsonDocument::fromJson(*line, &parsing).object();
        const auto kind = kindOf(json.value(QStringLiteral("kind")).toString());
        const auto wall = wallOf(json.value(QStringLiteral("time")).toString());
        if (!kind || !wall) {
            lines.wrong(parsing.error != QJsonParseError::NoError
                            ? parsing.errorString()
                            : QStringLiteral("a record has time, endpoint, id and kind (received, sent, event, note)"));
            continue;
        }
        hasAny = true;
        const QString name = json.value(QStringLiteral("endpoint")).toString();
        const QString key = QString::number(json.value(QStringLiteral("id")).toInteger()) + QLatin1Char(' ') + name;
        const QJsonObject facts = json.value(QStringLiteral("facts")).toObject();
        const bool isDatagram = json.value(QStringLiteral("datagram")).toBool();
        const auto conversation = names.of(key, conversationOf(name, facts, isDatagram));
        if (!conversation) {
            lines.wrong(QStringLiteral("there are more than 50000 endpoints"));
            continue;
        }
        if (*kind == RecordKind::Event) {
            sink.event(*conversation, eventKindOf(json.value(QStringLiteral("event")).toString()),
                       facts.value(QStringLiteral("text")).toString(), facts, *wall);
        } else if (*kind == RecordKind::Note) {
            sink.note(*conversation, json.value(QStringLiteral("text")).toString(), *wall);
        } else {
            const auto bytes = QByteArray::fromBase64Encoding(
                json.value(QStringLiteral("base64")).toString().toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
            if (!bytes) {
                lines.wrong(QStringLiteral("its base64 cannot be read"));
                continue;
            }
            const bool isCut = json.value(QStringLiteral("cut")).toBool();
            sink.data(*conversation, *kind, bytes.decoded, *wall,
                      static_cast<quint8>((isDatagram ? DatagramFlag : NoFlag) | (isCut ? CutFlag : NoFlag)));
        }
    }
    lines.tellRest();
    if (!hasAny)
        return tl::unexpected(
            badInput(QStringLiteral("recording"), QStringLiteral("It has no records: each line is a JSON object with "
                                                                 "time, endpoint, id and kind.")));
    return {};
}

namespace {

/// The fields of a line (RFC 4180); nothing: a quote is not closed.
std::optional<QList<QByteArray>> csvFields(const QByteArray& line) {
    QList<QByteArray> fields{QByteArray()};
    bool isQuoted = false;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (isQuoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
            fields.last().append('"');
            ++i;
        } else if (c == '"') {
            isQuoted = !isQuoted;
        } else if (c == ',' && !isQuoted) {
            constexpr qsizetype most = 7;
            if (fields.size() >= most)
                return std::nullopt;
            fields.append(QByteArray());
        } else {
            fields.last().append(c);
        }
    }
    return isQuoted ? std::nullopt : std::optional(fields);
}

QString unguarded(const QByteArray& field) {
    return QString::fromUtf8(field.startsWith('\'') ? field.mid(1) : field);
}

} // namespace

Result<void> importCsv(QIODevice& device, RecordingSink& sink) {
    Lines lines(device, sink);
    Names names(sink);
    const auto head = lines.next();
    if (!head || *head != "time,endpoint,id,kind,event,size,text")
        return tl::unexpected(
            badInput(QStringLiteral("recording"), QStringLiteral("The first line of a .csv recording is "
                                                                 "time,endpoint,id,kind,event,size,text.")));
    while (const auto line = lines.next()) {
        if (!lines.goesOn())
            return tl::unexpected(cancelled());
        if (line->isEmpty())
            continue;
        const auto fields = csvFields(*line);
        constexpr qsizetype columns = 7;
        if (!fields || fields->size() != columns) {
            lines.wrong(QStringLiteral("it does not have 7 fields"));
            continue;
        }
        const auto kind = kindOf(QString::fromLatin1(fields->at(3)));
        const auto wall = wallOf(QString::fromLatin1(fields->at(0)));
        if (!kind || !wall) {
            lines.wrong(QStringLiteral("its time or kind cannot be read"));
            continue;
        }
        const QString name = unguarded(fields->at(1));
        const auto conversation =
            names.of(QString::fromLatin1(fields->at(2)) + QLatin1Char(' ') + name, {.name = name});
        if (!conversation) {
            lines.wrong(QStringLiteral("there are more than 50000 endpoints"));
            continue;
        }
        const QString text = unguarded(fields->at(6));
        if (*kind == RecordKind::Event) {
            sink.event(*conversation, eventKindOf(QString::fromLatin1(fields->at(4))), text, {}, *wall);
        } else if (*kind == RecordKind::Note) {
            sink.note(*conversation, text, *wall);
        } else if (const auto bytes = parseEscapedText(text)) {
            sink.data(*conversation, *kind, *bytes, *wall, NoFlag);
        } else {
            lines.wrong(bytes.error().detail);
        }
    }
    lines.tellRest();
    return {};
}

namespace {

/// What a line of a hex dump says.
struct HexLine {
    std::optional<RecordKind> direction; // I or O before it
    quint64 offset = 0;
    QByteArray bytes;
};

int digitOf(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Offset, then bytes as pairs of digits with single blanks between groups, until two blanks, a bar or the end.
std::optional<HexLine> readHexLine(QByteArrayView line) {
    HexLine out;
    qsizetype at = 0;
    const auto skip = [&] {
        while (at < line.size() && (line[at] == ' ' || line[at] == '\t'))
            ++at;
    };
    skip();
    if (at + 1 < line.size() && (line[at] == 'I' || line[at] == 'O') && line[at + 1] == ' ') {
        out.direction = line[at] == 'I' ? RecordKind::Received : RecordKind::Sent;
        ++at;
        skip();
    }
    int digits = 0;
    for (; at < line.size() && digitOf(line[at]) >= 0; ++at, ++digits)
        out.offset = out.offset << 4U | static_cast<quint64>(digitOf(line[at]));
    constexpr int mostDigits = 16;
    if (digits < 3 || digits > mostDigits)
        return std::nullopt;
    if (at < line.size() && line[at] == ':')
        ++at;
    if (at < line.size() && line[at] != ' ' && line[at] != '\t')
        return std::nullopt;
    skip();
    constexpr int mostGap = 2; // hexdump -C leaves two blanks in the middle
    while (at + 1 < line.size() && digitOf(line[at]) >= 0 && digitOf(line[at + 1]) >= 0) {
        out.bytes.append(static_cast<char>(digitOf(line[at]) << 4 | digitOf(line[at + 1])));
        at += 2;
        qsizetype gap = 0;
        while (at + gap < line.size() && line[at + gap] == ' ')
            ++gap;
        const bool isMiddle = gap == mostGap && out.bytes.size() == 8;
        if (gap > 1 && !isMiddle)
            break;
        at += gap;
        if (out.bytes.size() == 16)
            break;
    }
    return out;
}

} // namespace

Result<void> importHex(QIODevice& device, const QString& name, RecordingSink& sink) {
    Lines lines(device, sink);
    Names names(sink);
    QByteArray record;
    RecordKind kind = RecordKind::Received;
    qint64 wall = QDateTime::currentMSecsSinceEpoch() * 1'000'000;
    quint8 flags = NoFlag;
    QString endpoint = name;
    bool hasAny = false;
    bool isHeaded = false; // a comment of ours came before this record
    const auto finish = [&] {
        if (record.isEmpty() && !std::exchange(isHeaded, false))
            return;
        isHeaded = false;
        if (const auto conversation = names.of(endpoint, {.name = endpoint, .isDatagram = (flags & DatagramFlag) != 0}))
            sink.data(*conversation, kind, record, wall, flags);
        record.clear();
    };
    while (const auto line = lines.next()) {
        if (!lines.goesOn())
            return tl::unexpected(cancelled());
        if (line->startsWith('#')) {
            const QStringList words = QString::fromUtf8(line->mid(1, 4096)).trimmed().split(QLatin1Char(' '));
            const auto said = words.size() > 3 ? kindOf(words.at(2)) : std::nullopt;
            const auto time = words.size() > 3 ? wallOf(words.at(0) + QLatin1Char('T') + words.at(1)) : std::nullopt;
            if (!said || !time)
                continue;
            finish();
            hasAny = true;
            wall = *time;
            if (*said == RecordKind::Event || *said == RecordKind::Note)
                continue; // events are for people there
            kind = *said;
            const bool isDatagram = words.at(3) == QLatin1String("datagram") && words.size() > 4;
            flags = isDatagram ? DatagramFlag : NoFlag;
            endpoint = words.mid(isDatagram ? 4 : 3).join(QLatin1Char(' '));
            isHeaded = true;
            continue;
        }
        if (line->trimmed().isEmpty())
            continue;
        const auto read = readHexLine(*line);
        if (!read) {
            lines.wrong(QStringLiteral("it is no line of a hex dump: offset, bytes"));
            continue;
        }
        hasAny = true;
        if (read->offset == 0 && !record.isEmpty())
            finish();
        if (read->direction)
            kind = *read->direction;
        if (read->offset != static_cast<quint64>(record.size())) {
            lines.wrong(
                QStringLiteral("its offset is %1, and %2 bytes came before it").arg(read->offset).arg(record.size()));
            continue;
        }
        constexpr qsizetype largest = 1 << 20;
        record += read->bytes;
        if (record.size() >= largest && read->bytes.size() == 16) { // a long dump: in pieces
            // the offset goes on, so the bytes stay until the next begin; hand over what there is
            if (record.size() > longestRecord)
                return tl::unexpected(badInput(QStringLiteral("recording"),
                                               QStringLiteral("A record of a hex dump has at most 64 MiB.")));
        }
    }
    finish();
    lines.tellRest();
    if (!hasAny)
        return tl::unexpected(badInput(QStringLiteral("recording"),
                                       QStringLiteral("It has no line of a hex dump: offset, bytes in hexadecimal.")));
    return {};
}

Result<void> importBinary(QIODevice& device, const QString& name, qint64 wall, RecordKind kind, quint64 conversation,
                          RecordingSink& sink) {
    Q_UNUSED(name)
    constexpr qint64 piece = 65536;
    qint64 read = 0;
    for (QByteArray bytes = device.read(piece); !bytes.isEmpty(); bytes = device.read(piece)) {
        sink.data(conversation, kind, bytes, wall, NoFlag);
        read += bytes.size();
        if (!sink.progress(read))
            return tl::unexpected(cancelled());
    }
    return {};
}

} // namespace sw
