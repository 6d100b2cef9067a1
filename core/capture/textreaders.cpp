// SPDX-License-Identifier: MIT
#include "core/capture/textreaders.h"

#include "core/address/schemes.h"
#include "core/base/textdecoding.h"
#include "core/capture/textlines.h"
#include "core/payload/payload.h"

#include <QJsonDocument>

#include <algorithm>
#include <array>

namespace sw {

namespace {

Conversation conversationOf(const QString& name, const QJsonObject& facts, bool isDatagram) {
    const QString scheme = facts.value(QStringLiteral("scheme")).toString();
    return {.name = name,
            .scheme = scheme,
            .local = facts.value(QStringLiteral("local")).toString(),
            .peer = facts.value(QStringLiteral("peer")).toString(),
            .isDatagram = isDatagram || isDatagramName(scheme)};
}

} // namespace

Result<void> importJsonLines(QIODevice& device, RecordingSink& sink) {
    Utf8Reader text(device);
    TextLines lines(text, sink);
    ConversationNames names(sink);
    bool hasAny = false;
    while (const auto line = lines.next()) {
        if (!lines.goesOn())
            return tl::unexpected(readingCancelled());
        if (line->isEmpty())
            continue;
        QJsonParseError parsing{};
        const QJsonObject json = QJsonDocument::fromJson(*line, &parsing).object();
        const auto kind = recordKindOf(json.value(QStringLiteral("kind")).toString());
        const auto wall = wallTimeOf(json.value(QStringLiteral("time")).toString());
        if (!kind || !wall) {
            lines.wrong(parsing.error != QJsonParseError::NoError
                            ? Sentence(parsing.errorString())
                            : sentence(QT_TRANSLATE_NOOP(
                                  "Core", "a record has time, endpoint, id and kind (received, sent, event, note)")));
            continue;
        }
        hasAny = true;
        const QString name = json.value(QStringLiteral("endpoint")).toString();
        const QString key = QString::number(json.value(QStringLiteral("id")).toInteger()) + QLatin1Char(' ') + name;
        QJsonObject facts = json.value(QStringLiteral("facts")).toObject();
        const bool isDatagram = json.value(QStringLiteral("datagram")).toBool();
        const auto conversation = names.of(key, conversationOf(name, facts, isDatagram));
        if (!conversation) {
            lines.wrong(sentence(QT_TRANSLATE_NOOP("Core", "there are more than 50000 endpoints")));
            continue;
        }
        if (*kind == RecordKind::Event) {
            const QString sentence = facts.take(QStringLiteral("text")).toString();
            sink.event(*conversation, eventKindOf(json.value(QStringLiteral("event")).toString()), sentence,
                       Facts::fromJson(facts), *wall);
        } else if (*kind == RecordKind::Note) {
            sink.note(*conversation, json.value(QStringLiteral("text")).toString(), *wall);
        } else {
            const auto bytes = QByteArray::fromBase64Encoding(
                json.value(QStringLiteral("base64")).toString().toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
            if (!bytes) {
                lines.wrong(sentence(QT_TRANSLATE_NOOP("Core", "its base64 cannot be read")));
                continue;
            }
            const QJsonValue size = json.value(QStringLiteral("size"));
            if (!size.isUndefined() && size.toInteger(-1) != bytes.decoded.size()) {
                lines.wrong(sentence(QT_TRANSLATE_NOOP("Core", "its size is %1, and its base64 has %2 bytes"),
                                     size.toVariant().toString(), QString::number(bytes.decoded.size())));
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
            badInput(QStringLiteral("recording"),
                     sentence(QT_TRANSLATE_NOOP(
                         "Core", "It has no records: each line is a JSON object with time, endpoint, id and kind."))));
    return {};
}

namespace {

constexpr std::array csvColumns{"time", "endpoint", "id", "kind", "event", "size", "text"};
enum CsvColumn { CsvTime, CsvEndpoint, CsvId, CsvKind, CsvEvent, CsvSize, CsvText };

/// The fields of a line (RFC 4180); nothing: a quote is not closed, or there are too many.
std::optional<QList<QByteArray>> csvFields(const QByteArray& line, char separator) {
    constexpr qsizetype most = 64;
    QList<QByteArray> fields{QByteArray()};
    bool isQuoted = false;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (isQuoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
            fields.last().append('"');
            ++i;
        } else if (c == '"') {
            isQuoted = !isQuoted;
        } else if (c == separator && !isQuoted) {
            if (fields.size() >= most)
                return std::nullopt;
            fields.append(QByteArray());
        } else {
            fields.last().append(c);
        }
    }
    return isQuoted ? std::nullopt : std::optional(fields);
}

/// How the spreadsheet that saved a file last has laid it out.
struct CsvLayout {
    char separator = ',';
    std::array<qsizetype, csvColumns.size()> places{}; // of our columns

    /// A line's fields in our order; nothing: it does not have them.
    std::optional<QList<QByteArray>> fieldsOf(const QByteArray& line) const {
        const auto fields = csvFields(line, separator);
        QList<QByteArray> ours;
        for (const qsizetype place : places) {
            if (!fields || place >= fields->size())
                return std::nullopt;
            ours.append(fields->at(place));
        }
        return ours;
    }
};

/// From the line with the columns' names; nothing: it is another one.
std::optional<CsvLayout> csvLayout(const QByteArray& head) {
    for (const char separator : {',', ';', '\t'}) {
        const auto fields = csvFields(head, separator);
        if (!fields)
            continue;
        CsvLayout layout{.separator = separator};
        bool hasAll = true;
        for (std::size_t i = 0; i < csvColumns.size(); ++i) {
            const auto named = [&](const QByteArray& field) { return field.trimmed().toLower() == csvColumns[i]; };
            const auto found = std::find_if(fields->begin(), fields->end(), named);
            hasAll = hasAll && found != fields->end();
            layout.places[i] = found - fields->begin();
        }
        if (hasAll)
            return layout;
    }
    return std::nullopt;
}

QString unguarded(const QByteArray& field) {
    return QString::fromUtf8(field.startsWith('\'') ? field.mid(1) : field);
}

/// One line of a .csv recording; why it was left out, or nothing.
QString takeCsvLine(const QList<QByteArray>& fields, ConversationNames& names, RecordingSink& sink) {
    const auto kind = recordKindOf(QString::fromLatin1(fields.at(CsvKind)));
    const auto wall = wallTimeOf(QString::fromLatin1(fields.at(CsvTime)));
    if (!kind || !wall)
        return QStringLiteral("its time or kind cannot be read (time is 2026-01-31 12:00:00.123456789)");
    const QString name = unguarded(fields.at(CsvEndpoint));
    const auto conversation = names.of(QString::fromLatin1(fields.at(CsvId)) + QLatin1Char(' ') + name, {.name = name});
    if (!conversation)
        return QStringLiteral("there are more than 50000 endpoints");
    const QString text = unguarded(fields.at(CsvText));
    if (*kind == RecordKind::Event) {
        sink.event(*conversation, eventKindOf(QString::fromLatin1(fields.at(CsvEvent))), text, {}, *wall);
        return {};
    }
    if (*kind == RecordKind::Note) {
        sink.note(*conversation, text, *wall);
        return {};
    }
    const auto bytes = parseEscapedText(text);
    if (!bytes)
        return bytes.error().detail;
    const QByteArray size = fields.at(CsvSize).trimmed();
    if (!size.isEmpty() && size.toLongLong() != bytes->size())
        return QStringLiteral("its size is %1, and its text has %2 bytes")
            .arg(QString::fromLatin1(size), QString::number(bytes->size()));
    sink.data(*conversation, *kind, *bytes, *wall, NoFlag);
    return {};
}

} // namespace

Result<void> importCsv(QIODevice& device, RecordingSink& sink) {
    Utf8Reader text(device);
    TextLines lines(text, sink);
    ConversationNames names(sink);
    auto head = lines.next();
    if (head && head->startsWith("sep=")) // for spreadsheets: the head says it too
        head = lines.next();
    const auto layout = head ? csvLayout(*head) : std::nullopt;
    if (!layout)
        return tl::unexpected(badInput(
            QStringLiteral("recording"),
            sentence(QT_TRANSLATE_NOOP("Core",
                                       "The first line of a .csv recording names its columns: "
                                       "time,endpoint,id,kind,event,size,text (or with ; or a tab between them)."))));
    while (const auto line = lines.next()) {
        if (!lines.goesOn())
            return tl::unexpected(readingCancelled());
        if (line->isEmpty())
            continue;
        const auto fields = layout->fieldsOf(*line);
        const QString wrong = fields ? takeCsvLine(*fields, names, sink)
                                     : QStringLiteral("it does not have the fields of the first line");
        if (!wrong.isEmpty())
            lines.wrong(wrong);
    }
    lines.tellRest();
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
            return tl::unexpected(readingCancelled());
    }
    return {};
}

} // namespace sw
