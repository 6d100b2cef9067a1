// SPDX-License-Identifier: MIT
#include "core/payload/template.h"

#include "core/payload/checksums.h"
#include "core/payload/payload.h"

#include <QDateTime>
#include <QLocale>
#include <QtEndian>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

namespace sw {

namespace {

constexpr qint64 mostRendered = 16 << 20;
constexpr qint64 mostChecked = 32 << 20; // others wait meanwhile
constexpr qint64 nanosPerSecond = 1'000'000'000;
constexpr qint64 nanosPerMilli = 1'000'000;

tl::unexpected<Error> refuse(const Sentence& detail, qsizetype position) {
    return tl::unexpected(badInput(QStringLiteral("template"), detail, static_cast<int>(position)));
}

QString timeText(const QString& format, qint64 wall) {
    if (format == QLatin1String("unix"))
        return QString::number(wall / nanosPerSecond);
    if (format == QLatin1String("ms"))
        return QString::number(wall / nanosPerMilli);
    const QDateTime now = QDateTime::fromMSecsSinceEpoch(wall / nanosPerMilli, Qt::UTC);
    return format.isEmpty() ? now.toString(Qt::ISODateWithMs) : QLocale::c().toString(now, format);
}

QByteArray binary(quint64 number, qint64 width, bool isLittleEndian) {
    QByteArray bytes(static_cast<qsizetype>(width), '\0');
    for (qint64 i = 0; i < width; ++i)
        bytes[static_cast<qsizetype>(isLittleEndian ? i : width - 1 - i)] =
            static_cast<char>(number >> (8U * static_cast<unsigned>(i)));
    return bytes;
}

/// The bytes whose hexadecimal digits these are.
Result<QByteArray> unhexed(QByteArrayView digits, const QString& field) {
    for (const char c : digits) {
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
            return refuse(
                sentence(
                    QT_TRANSLATE_NOOP(
                        "Core",
                        "${%1:unhex} covers “%2”, which is no hexadecimal digit. Put ${begin} before the first digit."),
                    field, QString::fromLatin1(&c, 1)),
                -1);
    }
    if (digits.size() % 2 != 0)
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", "${%1:unhex} covers an odd number of hexadecimal digits."), field), -1);
    return QByteArray::fromHex(digits.toByteArray());
}

/// The lowest byte of each number first, on every machine.
void fillRandomly(char* bytes, std::size_t size, std::mt19937_64& random) {
    for (std::size_t at = 0; at < size; at += sizeof(quint64)) {
        const auto drawn = qToLittleEndian<quint64>(random());
        std::memcpy(bytes + at, &drawn, std::min(sizeof drawn, size - at));
    }
}

} // namespace

Result<Template> Template::parse(const QString& text, const QString& encoding) {
    Template made;
    made.m_encoding = encoding;
    QString literal;
    qsizetype start = 0;
    for (qsizetype at = 0; at < text.size();) {
        if (literal.isEmpty())
            start = at;
        const bool isEscape = text.at(at) == u'\\' && at + 1 < text.size(); // stays together: \x24{ is no field
        const bool isDollar = text.at(at) == u'$' && at + 1 < text.size() && text.at(at + 1) == u'$';
        const bool isField = text.at(at) == u'$' && at + 1 < text.size() && text.at(at + 1) == u'{';
        if (!isField) {
            literal += isDollar ? text.mid(at, 1) : text.mid(at, isEscape ? 2 : 1);
            at += isEscape || isDollar ? 2 : 1;
            continue;
        }
        const qsizetype end = text.indexOf(QLatin1Char('}'), at);
        if (end < 0)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "A field begins with ${ and has no closing }.")), at);
        auto done = made.addText(std::exchange(literal, {}), start);
        if (done)
            done = made.addField(text.mid(at + 2, end - at - 2), at);
        if (!done)
            return tl::unexpected(done.error());
        at = end + 1;
    }
    auto done = made.addText(literal, start);
    if (done)
        done = made.findCovered();
    if (done)
        done = made.orderChecks();
    if (!done)
        return tl::unexpected(done.error());
    return made;
}

Result<void> Template::addText(const QString& literal, qsizetype position) {
    if (literal.isEmpty())
        return {};
    auto bytes = parseEscapedText(literal, m_encoding);
    if (!bytes) {
        Error error = bytes.error();
        error.position = std::max(error.position, 0) + static_cast<int>(position);
        return tl::unexpected(error);
    }
    m_parts.push_back({.kind = Kind::Bytes, .bytes = *bytes});
    return {};
}

Result<void> Template::addField(const QString& field, qsizetype position) {
    auto part = parseField(field, position);
    if (!part)
        return tl::unexpected(part.error());
    part->position = position;
    m_parts.push_back(*part);
    return {};
}

/// Finds for each checksum and length the parts that it is about.
Result<void> Template::findCovered() {
    std::set<std::pair<Kind, QString>> marks;
    std::size_t begin = 0; // of the last part without a name
    std::optional<std::size_t> end;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        Part& part = m_parts[i];
        const bool isMark = part.kind == Kind::Begin || part.kind == Kind::End;
        if (isMark && !part.text.isEmpty() && !marks.insert({part.kind, part.text}).second)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "The part “%1” begins or ends twice."), part.text),
                          part.position);
        if (part.kind == Kind::Begin && part.text.isEmpty()) {
            begin = i;
            end.reset();
        } else if (part.kind == Kind::End && part.text.isEmpty()) {
            end = i;
        } else if (part.kind == Kind::Check && part.of.isEmpty()) {
            part.first = begin;
            part.last = end.value_or(i);
        } else if (part.kind == Kind::Length && part.of.isEmpty()) {
            part.first = i + 1;
            part.last = m_parts.size();
        }
    }
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        if (auto found = m_parts[i].of.isEmpty() ? Result<void>() : findCoveredBy(i); !found)
            return found;
    }
    return {};
}

Result<void> Template::findCoveredBy(std::size_t index) {
    Part& part = m_parts[index];
    const auto find = [&](Kind kind) {
        return std::find_if(m_parts.begin(), m_parts.end(),
                            [&](const Part& one) { return one.kind == kind && one.text == part.of; });
    };
    const auto begin = find(Kind::Begin);
    const auto end = find(Kind::End);
    if (begin == m_parts.end() || end == m_parts.end() || end < begin)
        return refuse(
            sentence(
                QT_TRANSLATE_NOOP(
                    "Core",
                    "There is no part “%1”: write ${begin:%1} where it begins, and ${end:%1} after it where it ends."),
                part.of),
            part.position);
    part.first = static_cast<std::size_t>(begin - m_parts.begin());
    part.last = static_cast<std::size_t>(end - m_parts.begin());
    return {};
}

/// Those checksums first that others cover.
Result<void> Template::orderChecks() {
    std::set<std::size_t> waiting;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        if (m_parts[i].kind == Kind::Check)
            waiting.insert(i);
    }
    while (!waiting.empty()) {
        const std::size_t before = waiting.size();
        for (auto at = waiting.begin(); at != waiting.end();) {
            const Part& part = m_parts[*at];
            auto covered = waiting.lower_bound(part.first);
            if (covered == at) // its own bytes count as zeros
                ++covered;
            const bool isReady = covered == waiting.end() || *covered >= part.last;
            if (isReady)
                m_checks.push_back(*at);
            at = isReady ? waiting.erase(at) : std::next(at);
        }
        if (waiting.size() == before)
            return refuse(
                sentence(QT_TRANSLATE_NOOP("Core", "Two checksums cover each other; one of them must come first.")),
                m_parts[*waiting.begin()].position);
    }
    return {};
}

QStringList Template::names() const {
    QStringList names;
    for (const Part& part : m_parts) {
        if (part.kind == Kind::Value)
            names.append(part.text);
    }
    names.removeDuplicates();
    return names;
}

/// Digits, times and the like, in the template's encoding.
Result<QByteArray> Template::text(const QString& digits) const {
    return encodedText(digits, m_encoding);
}

/// What a part is before lengths and checksums are known: those have their size, mostly, and zeros.
Result<QByteArray> Template::piece(const Part& part, TemplateState& state, qint64 wall) const {
    QByteArray bytes;
    switch (part.kind) {
    case Kind::Bytes:
        return part.bytes;
    case Kind::Counter:
        return text(QString::number(state.n).rightJustified(static_cast<qsizetype>(part.from), QLatin1Char('0')));
    case Kind::Time:
        return text(timeText(part.text, wall));
    case Kind::Value: {
        const auto found = state.values.constFind(part.text);
        if (found != state.values.constEnd())
            return *found;
        QStringList known = state.values.keys();
        known.sort();
        return refuse(
            sentence(QT_TRANSLATE_NOOP(
                         "Core", "“${%1}” has no value here, and is no checksum. Values known are: %2. Checksums: %3."),
                     part.text, known.isEmpty() ? QStringLiteral("none") : known.join(QLatin1String(", ")),
                     checksumNames().join(QLatin1String(", "))),
            static_cast<qsizetype>(-1));
    }
    case Kind::RandomBytes:
        bytes.resize(static_cast<qsizetype>(part.from));
        fillRandomly(bytes.data(), static_cast<std::size_t>(bytes.size()), state.random);
        return bytes;
    case Kind::RandomNumber: // not by a distribution of the library: its numbers differ between compilers
        return text(QString::number(
            part.from + static_cast<qint64>(state.random() % static_cast<quint64>(part.to - part.from + 1))));
    case Kind::Length:
        return QByteArray(static_cast<qsizetype>(part.from), '\0');
    case Kind::Check:
        return part.digits == Digits::None ? QByteArray(static_cast<qsizetype>(part.from), '\0')
                                           : text(QString(static_cast<qsizetype>(part.from) * 2, QLatin1Char('0')));
    case Kind::Begin:
    case Kind::End:
        break;
    }
    return bytes;
}

/// A length in digits changes what other lengths count, so they are counted again until none gets longer.
Result<void> Template::fillLengths(Pieces& pieces) const {
    for (bool hasChanged = true; std::exchange(hasChanged, false);) {
        std::vector<qint64> offsets{0};
        for (const QByteArray& piece : pieces)
            offsets.push_back(offsets.back() + piece.size());
        for (std::size_t i = 0; i < m_parts.size(); ++i) {
            const Part& part = m_parts[i];
            if (part.kind != Kind::Length)
                continue;
            const qint64 size = offsets[part.last] - offsets[part.first];
            constexpr qint64 widest = 8;
            if (part.from > 0 && part.from < widest && size >> (8 * part.from) != 0)
                return tl::unexpected(badInput(
                    QStringLiteral("template"),
                    sentence(QT_TRANSLATE_NOOP("Core", "A length of %1 does not fit into the %2 bytes of ${len}."),
                             size, part.from)));
            QByteArray filled = part.from == 0 ? text(QString::number(size)).value_or(QByteArray())
                                               : binary(static_cast<quint64>(size), part.from, part.isLittleEndian);
            hasChanged = hasChanged || filled.size() != pieces[i].size();
            pieces[i] = std::move(filled);
        }
    }
    return {};
}

Result<void> Template::fillChecks(QByteArray& message, const Pieces& pieces) const {
    std::vector<qsizetype> offsets{0};
    for (const QByteArray& piece : pieces)
        offsets.push_back(offsets.back() + piece.size());
    qint64 checked = 0;
    for (const std::size_t index : m_checks) {
        const Part& part = m_parts[index];
        checked += offsets[part.last] - offsets[part.first];
        if (checked > mostChecked)
            return refuse(
                sentence(QT_TRANSLATE_NOOP("Core", "The checksums of a message cover at most 32 MiB together.")), -1);
        QByteArray covered = message.mid(offsets[part.first], offsets[part.last] - offsets[part.first]);
        if (part.isUnhexed) {
            auto decoded = unhexed(covered, part.text);
            if (!decoded)
                return tl::unexpected(decoded.error());
            covered = *decoded;
        }
        QByteArray sum = part.crc ? part.crc->compute(covered) : findChecksum(part.text)->compute(covered);
        if (part.isLittleEndian)
            std::reverse(sum.begin(), sum.end());
        if (part.digits != Digits::None) {
            const QByteArray digits = part.digits == Digits::Lower ? sum.toHex() : sum.toHex().toUpper();
            sum = text(QString::fromLatin1(digits)).value_or(digits);
        }
        message.replace(offsets[index], sum.size(), sum);
    }
    return {};
}

Result<QByteArray> Template::render(TemplateState& state, qint64 wall) const {
    const auto tooLong = [] {
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "The message would have more than 16 MiB.")), -1);
    };
    qint64 total = 0; // of what is known beforehand: nothing large is made in vain
    bool isPlain = true;
    for (const Part& part : m_parts) {
        total += part.kind == Kind::RandomBytes ? part.from : part.bytes.size();
        isPlain = isPlain && part.kind != Kind::Length && part.kind != Kind::Check;
    }
    if (total > mostRendered)
        return tooLong();
    if (isPlain) { // in one piece: a large message takes its memory once
        QByteArray message;
        message.reserve(static_cast<qsizetype>(total));
        for (const Part& part : m_parts) {
            if (part.kind == Kind::RandomBytes) {
                const qsizetype at = message.size();
                message.resize(at + static_cast<qsizetype>(part.from));
                fillRandomly(message.data() + at, static_cast<std::size_t>(part.from), state.random);
                continue;
            }
            const auto bytes = piece(part, state, wall);
            if (!bytes)
                return tl::unexpected(bytes.error());
            message.append(*bytes);
            if (message.size() > mostRendered)
                return tooLong();
        }
        ++state.n;
        return message;
    }
    Pieces pieces;
    pieces.reserve(m_parts.size());
    total = 0;
    for (const Part& part : m_parts) {
        auto bytes = piece(part, state, wall);
        if (!bytes)
            return tl::unexpected(bytes.error());
        total += bytes->size();
        if (total > mostRendered)
            return tooLong();
        pieces.push_back(std::move(*bytes));
    }
    if (const auto done = fillLengths(pieces); !done)
        return tl::unexpected(done.error());
    QByteArray message;
    message.reserve(static_cast<qsizetype>(total));
    for (const QByteArray& bytes : pieces)
        message.append(bytes);
    if (const auto done = fillChecks(message, pieces); !done)
        return tl::unexpected(done.error());
    ++state.n;
    return message;
}

} // namespace sw
