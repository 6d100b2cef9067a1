// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"

#include <QByteArray>
#include <QHash>
#include <QString>
#include <QStringList>

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
/// or with `:be`, `:le`, `:hex`. `$$` is a dollar sign.
class Template {
public:
    /// The error points at the field that cannot be read, and says which there are.
    static Result<Template> parse(const QString& text);
    Template() = default;

    /// Fills the fields in and counts on. A name that has no value is an error that names it. At most 16 MiB.
    /// `wall`: as in Timestamp.
    Result<QByteArray> render(TemplateState& state, qint64 wall) const;
    bool isEmpty() const { return m_parts.empty(); }
    /// The names whose values it needs.
    QStringList names() const;

private:
    enum class Kind { Bytes, Counter, Time, Value, RandomBytes, RandomNumber, Length, Check };
    struct Part {
        Kind kind = Kind::Bytes;
        QByteArray bytes{};
        QString text{};  ///< a name, or a format
        qint64 from = 0; ///< a width, a size, or the least number
        qint64 to = 0;
        bool isLittleEndian = false;
        bool isHex = false;
    };

    static Result<Part> parseField(const QString& field, qsizetype position);

    std::vector<Part> m_parts;
};

/// One line of help for each field.
QStringList templateHelp();

} // namespace sw
