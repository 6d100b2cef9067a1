// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/payload/checksums.h"

#include <QByteArray>
#include <QHash>
#include <QString>
#include <QStringList>

#include <optional>
#include <random>
#include <vector>

namespace sw {

/// What templates count, know and draw from; one for each endpoint. A plain value.
struct TemplateState {
    quint64 n = 1;                     ///< the next message's number
    QHash<QString, QByteArray> values; ///< captures by name and number, and what rules set
    std::mt19937_64 random{1};         ///< seeded, so that a run can be repeated
};

/// A message with fields: text with the escapes of parseEscapedText(), and `${…}` where something is filled in.
///
/// `${n}` the message's number, `${n:5}` with zeros in front; `${time}` now (ISO 8601, UTC), `${time:unix}` seconds,
/// `${time:ms}` milliseconds, `${time:FORMAT}` as QDateTime writes it; `${NAME}` a value by its name, a capture by its
/// number;
/// `${random:8}` bytes, `${random:1-6}` a number; `${len}` how many bytes follow, as digits, `${len:2be}` in binary;
/// `${crc32}` and the other names of checksums(), over all that stands before, in binary in the order of its protocols,
/// or with `:be`, `:le`, `:hex`, `:HEX`. `$$` is a dollar sign.
///
/// `${begin}` and `${end}` stand for nothing: they bound the part that the checksums after them cover. A part with a
/// name, `${begin:NAME}` to `${end:NAME}`, is covered by `${crc32:of=NAME}` and measured by `${len:2be:of=NAME}`, which
/// may stand anywhere; a checksum inside its own part counts as zeros there, as those of IP and TCP do. `:unhex` makes
/// a checksum of the bytes whose hexadecimal digits the part holds. `${crc:width=16,poly=1021,…}` is any CRC.
///
/// Text, digits and times go through the encoding; values, random bytes and binary fields are bytes as they are.
class Template {
public:
    /// The error points at the field that cannot be read, and says which there are. `encoding`: see encodings().
    static Result<Template> parse(const QString& text, const QString& encoding = QStringLiteral("UTF-8"));
    Template() = default;

    /// Fills the fields in and counts on. A name that has no value is an error that names it. At most 16 MiB.
    /// `wall`: as in Timestamp.
    Result<QByteArray> render(TemplateState& state, qint64 wall) const;
    bool isEmpty() const { return m_parts.empty(); }
    /// The names whose values it needs.
    QStringList names() const;

private:
    enum class Kind { Bytes, Counter, Time, Value, RandomBytes, RandomNumber, Length, Check, Begin, End };
    enum class Digits { None, Lower, Upper };
    struct Part {
        Kind kind = Kind::Bytes;
        QByteArray bytes{};
        QString text{};  ///< a name, or a format
        qint64 from = 0; ///< a width, a size, or the least number
        qint64 to = 0;
        QString of{}; ///< the part that a checksum covers or a length measures; empty: what stands before, or follows
        std::optional<CrcModel> crc{}; ///< of a checksum that is in no table
        bool isLittleEndian = false;
        bool isUnhexed = false;
        Digits digits = Digits::None;
        qsizetype position = 0; ///< where it stands in the template
        std::size_t first = 0;  ///< the parts that it covers or measures: from this one
        std::size_t last = 0;   ///< to the one before this
    };
    using Pieces = std::vector<QByteArray>;

    static Result<Part> parseField(const QString& field, qsizetype position);
    static Result<Part> parseRandom(const QString& more, qsizetype position);
    static Result<Part> parseLength(const QString& more, qsizetype position);
    static Result<Part> parseCheck(const QString& name, const QString& more, qsizetype position);
    static Result<Part> parseMark(Kind kind, const QString& field, const QString& more, qsizetype position);

    Result<void> addField(const QString& field, qsizetype position);
    Result<void> addText(const QString& literal, qsizetype position);
    Result<void> findCovered();
    Result<void> findCoveredBy(std::size_t index);
    Result<void> orderChecks();
    Result<QByteArray> piece(const Part& part, TemplateState& state, qint64 wall) const;
    Result<QByteArray> text(const QString& digits) const;
    Result<void> fillLengths(Pieces& pieces) const;
    Result<void> fillChecks(QByteArray& message, const Pieces& pieces) const;

    std::vector<Part> m_parts;
    std::vector<std::size_t> m_checks; ///< the checksums, those first that others cover
    QString m_encoding = QStringLiteral("UTF-8");
};

/// One line of help for each field.
QStringList templateHelp();

} // namespace sw
