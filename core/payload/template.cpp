// SPDX-License-Identifier: MIT
#include "core/payload/template.h"

#include "core/payload/checksums.h"
#include "core/payload/payload.h"

#include <QDateTime>
#include <QLocale>
#include <QRegularExpression>

#include <algorithm>

namespace sw {

namespace {

constexpr qint64 mostRandom = 1 << 20;
constexpr qint64 mostRendered = 16 << 20;
constexpr qint64 nanosPerSecond = 1'000'000'000;
constexpr qint64 nanosPerMilli = 1'000'000;

tl::unexpected<Error> refuse(const QString& detail, qsizetype position) {
    return tl::unexpected(badInput(QStringLiteral("template"), detail, static_cast<int>(position)));
}

QByteArray timeText(const QString& format, qint64 wall) {
    if (format == QLatin1String("unix"))
        return QByteArray::number(wall / nanosPerSecond);
    if (format == QLatin1String("ms"))
        return QByteArray::number(wall / nanosPerMilli);
    const QDateTime now = QDateTime::fromMSecsSinceEpoch(wall / nanosPerMilli, Qt::UTC);
    if (format.isEmpty())
        return now.toString(Qt::ISODateWithMs).toLatin1();
    return QLocale::c().toString(now, format).toUtf8();
}

QByteArray binary(quint64 number, qint64 width, bool isLittleEndian) {
    QByteArray bytes(static_cast<qsizetype>(width), '\0');
    for (qint64 i = 0; i < width; ++i)
        bytes[static_cast<qsizetype>(isLittleEndian ? i : width - 1 - i)] =
            static_cast<char>(number >> (8U * static_cast<unsigned>(i)));
    return bytes;
}

} // namespace

Result<Template::Part> Template::parseField(const QString& field, qsizetype position) {
    const qsizetype colon = field.indexOf(QLatin1Char(':'));
    const QString name = colon < 0 ? field : field.first(colon);
    const QString more = colon < 0 ? QString() : field.mid(colon + 1);
    const auto refuseHere = [&](const QString& detail) { return refuse(detail, position); };
    if (name == QLatin1String("n")) {
        bool ok = true;
        const qint64 width = more.isEmpty() ? 0 : more.toLongLong(&ok);
        if (!ok || width < 0 || width > 20)
            return refuseHere(QStringLiteral("${n:%1}: the width is 1 to 20 digits.").arg(more));
        return Part{.kind = Kind::Counter, .from = width};
    }
    if (name == QLatin1String("time"))
        return Part{.kind = Kind::Time, .text = more};
    if (name == QLatin1String("random")) {
        static const QRegularExpression range(QStringLiteral("^(\\d{1,15})-(\\d{1,15})$"));
        if (const auto match = range.match(more); match.hasMatch()) {
            Part part{.kind = Kind::RandomNumber,
                      .from = match.captured(1).toLongLong(),
                      .to = match.captured(2).toLongLong()};
            if (part.from > part.to)
                return refuseHere(QStringLiteral("${random:%1}: write the smaller number first.").arg(more));
            return part;
        }
        bool ok = false;
        const qint64 size = more.toLongLong(&ok);
        if (!ok || size < 1 || size > mostRandom)
            return refuseHere(
                QStringLiteral("${random:%1}: write a number of bytes (${random:8}, at most 1048576) or a "
                               "range of numbers (${random:1-6}).")
                    .arg(more));
        return Part{.kind = Kind::RandomBytes, .from = size};
    }
    if (name == QLatin1String("len")) {
        if (more.isEmpty())
            return Part{.kind = Kind::Length};
        const int width = more.at(0).digitValue();
        const QString order = more.mid(1);
        const bool isKnown =
            order == QLatin1String("be") || order == QLatin1String("le") || (order.isEmpty() && width == 1);
        if ((width != 1 && width != 2 && width != 4 && width != 8) || !isKnown)
            return refuseHere(
                QStringLiteral("${len:%1}: write ${len}, or ${len:1}, ${len:2be}, ${len:2le}, ${len:4be}, "
                               "${len:4le}, ${len:8be} or ${len:8le}.")
                    .arg(more));
        return Part{.kind = Kind::Length, .from = width, .isLittleEndian = order == QLatin1String("le")};
    }
    if (const Checksum* checksum = findChecksum(name)) {
        if (!more.isEmpty() && more != QLatin1String("be") && more != QLatin1String("le") &&
            more != QLatin1String("hex"))
            return refuseHere(QStringLiteral("${%1}: after the colon comes be, le or hex.").arg(field));
        return Part{.kind = Kind::Check,
                    .text = name,
                    .from = checksum->size,
                    .isLittleEndian = more.isEmpty() ? checksum->isLittleEndian : more == QLatin1String("le"),
                    .isHex = more == QLatin1String("hex")};
    }
    static const QRegularExpression word(QStringLiteral("^[A-Za-z_][A-Za-z0-9_-]*$|^\\d{1,3}$"));
    if (!word.match(field).hasMatch())
        return refuseHere(
            QStringLiteral("“${%1}” is no field. There are: ${n}, ${time}, ${random:8}, ${len:2be}, checksums such as "
                           "${crc32}, and names of values.")
                .arg(field));
    return Part{.kind = Kind::Value, .text = field};
}

Result<Template> Template::parse(const QString& text) {
    Template made;
    qsizetype at = 0;
    QString literal;
    qsizetype literalStart = 0;
    const auto flush = [&]() -> Result<void> {
        if (literal.isEmpty())
            return {};
        auto bytes = parseEscapedText(literal);
        if (!bytes) {
            Error error = bytes.error();
            error.position += static_cast<int>(literalStart);
            return tl::unexpected(error);
        }
        made.m_parts.push_back({.kind = Kind::Bytes, .bytes = *bytes});
        literal.clear();
        return {};
    };
    while (at < text.size()) {
        if (literal.isEmpty())
            literalStart = at;
        const QChar c = text.at(at);
        if (c == QLatin1Char('\\') && at + 1 < text.size()) { // an escape stays together: \x24{ is no field
            literal += text.mid(at, 2);
            at += 2;
            continue;
        }
        if (c != QLatin1Char('$') || at + 1 >= text.size()) {
            literal += c;
            ++at;
            continue;
        }
        if (text.at(at + 1) == QLatin1Char('$')) {
            literal += c;
            at += 2;
            continue;
        }
        if (text.at(at + 1) != QLatin1Char('{')) {
            literal += c;
            ++at;
            continue;
        }
        const qsizetype end = text.indexOf(QLatin1Char('}'), at);
        if (end < 0)
            return refuse(QStringLiteral("A field begins with ${ and has no closing }."), at);
        if (const auto done = flush(); !done)
            return tl::unexpected(done.error());
        const auto part = parseField(text.mid(at + 2, end - at - 2), at);
        if (!part)
            return tl::unexpected(part.error());
        made.m_parts.push_back(*part);
        at = end + 1;
    }
    if (const auto done = flush(); !done)
        return tl::unexpected(done.error());
    return made;
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

Result<QByteArray> Template::render(TemplateState& state, qint64 wall) const {
    // first everything but lengths and checksums: their own sizes are known before what they say
    std::vector<QByteArray> pieces;
    pieces.reserve(m_parts.size());
    qint64 total = 0;
    for (const Part& part : m_parts) {
        QByteArray piece;
        switch (part.kind) {
        case Kind::Bytes:
            piece = part.bytes;
            break;
        case Kind::Counter:
            piece = QByteArray::number(state.n).rightJustified(static_cast<qsizetype>(part.from), '0');
            break;
        case Kind::Time:
            piece = timeText(part.text, wall);
            break;
        case Kind::Value: {
            const auto found = state.values.constFind(part.text);
            if (found == state.values.constEnd()) {
                QStringList known = state.values.keys();
                known.sort();
                return refuse(
                    QStringLiteral("“${%1}” has no value here. Known are: %2.")
                        .arg(part.text, known.isEmpty() ? QStringLiteral("none") : known.join(QLatin1String(", "))),
                    -1);
            }
            piece = *found;
            break;
        }
        case Kind::RandomBytes:
            piece.resize(static_cast<qsizetype>(part.from));
            for (char& c : piece)
                c = static_cast<char>(state.random());
            break;
        case Kind::RandomNumber: // not by a distribution of the library: its numbers differ between compilers
            piece = QByteArray::number(
                part.from + static_cast<qint64>(state.random() % static_cast<quint64>(part.to - part.from + 1)));
            break;
        case Kind::Length:
            piece.resize(static_cast<qsizetype>(part.from));
            break;
        case Kind::Check:
            piece.resize(static_cast<qsizetype>(part.isHex ? part.from * 2 : part.from));
            break;
        }
        total += piece.size();
        if (total > mostRendered)
            return refuse(QStringLiteral("The message would have more than 16 MiB."), -1);
        pieces.push_back(std::move(piece));
    }
    qint64 following = 0;
    for (std::size_t i = m_parts.size(); i-- > 0;) {
        const Part& part = m_parts[i];
        if (part.kind == Kind::Length)
            pieces[i] = part.from == 0 ? QByteArray::number(following)
                                       : binary(static_cast<quint64>(following), part.from, part.isLittleEndian);
        following += pieces[i].size();
    }
    QByteArray message;
    message.reserve(static_cast<qsizetype>(total));
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const Part& part = m_parts[i];
        if (part.kind == Kind::Check) {
            QByteArray sum = findChecksum(part.text)->compute(message);
            if (part.isLittleEndian && !part.isHex)
                std::reverse(sum.begin(), sum.end());
            pieces[i] = part.isHex ? sum.toHex() : sum;
        }
        message.append(pieces[i]);
    }
    ++state.n;
    return message;
}

QStringList templateHelp() {
    QStringList lines{
        QStringLiteral("${n}            the message's number, from 1; ${n:5} with zeros in front"),
        QStringLiteral("${time}         now, ISO 8601 in UTC; ${time:unix}, ${time:ms}, ${time:HH:mm:ss}"),
        QStringLiteral("${NAME} ${1}    a value or capture by its name or number; ${0} the whole match"),
        QStringLiteral("${random:8}     so many random bytes; ${random:1-6} a random number"),
        QStringLiteral("${len}          how many bytes follow, in digits; ${len:2be}, ${len:4le} in binary"),
        QStringLiteral("$$              a dollar sign"),
    };
    for (const Checksum& one : checksums())
        lines.append(QStringLiteral("%1 %2, over what stands before")
                         .arg(QStringLiteral("${%1}").arg(QString::fromLatin1(one.name)), -15)
                         .arg(QString::fromLatin1(one.summary)));
    return lines;
}

} // namespace sw
