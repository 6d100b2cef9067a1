// SPDX-License-Identifier: MIT
// How the fields of a template are read.
#include "core/payload/checksums.h"
#include "core/payload/template.h"

#include <QRegularExpression>

namespace sw {

namespace {

constexpr qint64 mostRandom = 1 << 20;

tl::unexpected<Error> refuse(const Sentence& detail, qsizetype position) {
    return tl::unexpected(badInput(QStringLiteral("template"), detail, static_cast<int>(position)));
}

/// What stands behind the first colon: `be:of=body`, `width=16,poly=8005`.
QStringList optionsOf(const QString& more) {
    static const QRegularExpression separators(QStringLiteral("[:,\\s]+"));
    return more.split(separators, Qt::SkipEmptyParts);
}

bool isName(const QString& text) {
    static const QRegularExpression word(QStringLiteral("^[A-Za-z_][A-Za-z0-9_-]*$"));
    return word.match(text).hasMatch();
}

/// The NAME of `of=NAME`, taken out of the options; empty without one.
Result<QString> takeOf(QStringList& options, const QString& field, qsizetype position) {
    QString name;
    for (qsizetype i = options.size(); i-- > 0;) {
        if (!options.at(i).startsWith(QLatin1String("of=")))
            continue;
        if (!name.isEmpty() || !isName(options.at(i).mid(3)))
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "${%1}: of= takes the name of one part, as in of=body for "
                                                             "what stands between ${begin:body} and ${end:body}."),
                                   field),
                          position);
        name = options.takeAt(i).mid(3);
    }
    return name;
}

} // namespace

Result<Template::Part> Template::parseField(const QString& field, qsizetype position) {
    const qsizetype colon = field.indexOf(QLatin1Char(':'));
    const QString name = colon < 0 ? field : field.first(colon);
    const QString more = colon < 0 ? QString() : field.mid(colon + 1);
    if (name == QLatin1String("n")) {
        bool ok = true;
        const qint64 width = more.isEmpty() ? 0 : more.toLongLong(&ok);
        if (!ok || width < 0 || width > 20)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "${n:%1}: the width is 1 to 20 digits."), more), position);
        return Part{.kind = Kind::Counter, .from = width};
    }
    if (name == QLatin1String("time"))
        return Part{.kind = Kind::Time, .text = more};
    if (name == QLatin1String("random"))
        return parseRandom(more, position);
    if (name == QLatin1String("len"))
        return parseLength(more, position);
    if (name == QLatin1String("begin") || name == QLatin1String("end"))
        return parseMark(name == QLatin1String("begin") ? Kind::Begin : Kind::End, field, more, position);
    if (name == QLatin1String("crc") || findChecksum(name) != nullptr)
        return parseCheck(name, more, position);
    static const QRegularExpression capture(QStringLiteral("^\\d{1,3}$"));
    if (!isName(field) && !capture.match(field).hasMatch())
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core",
                                       "“${%1}” is no field. There are: ${n}, ${time}, ${random:8}, ${len:2be}, "
                                       "${begin}, ${end}, names of values, and the checksums crc:width=…,poly=…, %2."),
                     field, checksumNames().join(QLatin1String(", "))),
            position);
    return Part{.kind = Kind::Value, .text = field};
}

Result<Template::Part> Template::parseRandom(const QString& more, qsizetype position) {
    static const QRegularExpression range(QStringLiteral("^(\\d{1,15})-(\\d{1,15})$"));
    if (const auto match = range.match(more); match.hasMatch()) {
        Part part{
            .kind = Kind::RandomNumber, .from = match.captured(1).toLongLong(), .to = match.captured(2).toLongLong()};
        if (part.from > part.to)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "${random:%1}: write the smaller number first."), more),
                          position);
        return part;
    }
    bool ok = false;
    const qint64 size = more.toLongLong(&ok);
    if (!ok || size < 1 || size > mostRandom)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "${random:%1}: write a number of bytes (${random:8}, at most "
                                                         "1048576) or a range of numbers (${random:1-6})."),
                               more),
                      position);
    return Part{.kind = Kind::RandomBytes, .from = size};
}

Result<Template::Part> Template::parseLength(const QString& more, qsizetype position) {
    QStringList options = optionsOf(more);
    const auto of = takeOf(options, QStringLiteral("len:") + more, position);
    if (!of)
        return tl::unexpected(of.error());
    if (options.isEmpty())
        return Part{.kind = Kind::Length, .of = *of};
    const int width = options.front().at(0).digitValue();
    const QString order = options.front().mid(1);
    const bool isKnown =
        order == QLatin1String("be") || order == QLatin1String("le") || (order.isEmpty() && width == 1);
    if (options.size() > 1 || (width != 1 && width != 2 && width != 4 && width != 8) || !isKnown)
        return refuse(sentence(QT_TRANSLATE_NOOP(
                                   "Core", "${len:%1}: write ${len}, or ${len:1}, ${len:2be}, ${len:2le}, ${len:4be}, "
                                           "${len:4le}, ${len:8be} or ${len:8le}, with :of=NAME for a part."),
                               more),
                      position);
    return Part{.kind = Kind::Length, .from = width, .of = *of, .isLittleEndian = order == QLatin1String("le")};
}

Result<Template::Part> Template::parseCheck(const QString& name, const QString& more, qsizetype position) {
    const Checksum* checksum = findChecksum(name);
    QStringList options = optionsOf(more);
    const auto of = takeOf(options, name + QLatin1Char(':') + more, position);
    if (!of)
        return tl::unexpected(of.error());
    Part part{.kind = Kind::Check, .text = name, .of = *of};
    const bool isOrdered = options.contains(QLatin1String("le")) || options.contains(QLatin1String("be"));
    part.isLittleEndian = options.contains(QLatin1String("le"));
    QStringList parameters;
    for (const QString& option : options) {
        if (option == QLatin1String("hex") || option == QLatin1String("HEX"))
            part.digits = option == QLatin1String("hex") ? Digits::Lower : Digits::Upper;
        else if (option == QLatin1String("unhex"))
            part.isUnhexed = true;
        else if (option != QLatin1String("le") && option != QLatin1String("be"))
            parameters.append(option);
    }
    if (options.removeDuplicates() > 0 || (checksum != nullptr && !parameters.isEmpty()) ||
        (options.contains(QLatin1String("le")) && options.contains(QLatin1String("be"))))
        return refuse(
            sentence(
                QT_TRANSLATE_NOOP(
                    "Core",
                    "${%1:%2}: after the colon come be, le or hex (HEX for capitals), unhex, and of=NAME, each once."),
                name, more),
            position);
    if (checksum == nullptr) {
        const auto model = CrcModel::parse(parameters);
        if (!model)
            return refuse(QStringLiteral("${%1}: %2")
                              .arg(more.isEmpty() ? name : name + QLatin1Char(':') + more, model.error().detail),
                          position);
        part.crc = *model;
        part.from = model->size();
        return part;
    }
    part.from = checksum->size;
    if (!isOrdered) // digits are read from the left, whatever the order of the bytes in binary
        part.isLittleEndian = part.digits == Digits::None && checksum->isLittleEndian;
    return part;
}

Result<Template::Part> Template::parseMark(Kind kind, const QString& field, const QString& more, qsizetype position) {
    if (field.contains(QLatin1Char(':')) && !isName(more))
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", "${%1}: a part's name begins with a letter, as in ${begin:body}."),
                     field),
            position);
    return Part{.kind = kind, .text = more};
}

QStringList templateHelp() {
    QStringList lines{
        QStringLiteral("${n}            the message's number, from 1; ${n:5} with zeros in front"),
        QStringLiteral("${time}         now, ISO 8601 in UTC; ${time:unix}, ${time:ms}, ${time:HH:mm:ss}"),
        QStringLiteral("${NAME} ${1}    a value or capture by its name or number; ${0} the whole match"),
        QStringLiteral("${random:8}     so many random bytes; ${random:1-6} a random number"),
        QStringLiteral("${len}          how many bytes follow, in digits; ${len:2be}, ${len:4le} in binary"),
        QStringLiteral("$$              a dollar sign"),
        QStringLiteral("${begin} ${end} the part that checksums after them cover: $$${begin}GPGLL,A${end}*${xor8:HEX}"),
        QStringLiteral("${begin:NAME}   to ${end:NAME}: a part for ${crc32:of=NAME} and ${len:2be:of=NAME} anywhere"),
        QString(),
        QStringLiteral("Checksums, over what stands before them or over a part. After a colon: le or be (order of the "
                       "bytes),"),
        QStringLiteral("hex or HEX (digits), unhex (of the bytes whose digits the part holds), of=NAME:"),
        QString(),
    };
    for (const Checksum& one : checksums())
        lines.append(QStringLiteral("%1 %2")
                         .arg(QStringLiteral("${%1}").arg(QString::fromLatin1(one.name)), -15)
                         .arg(QString::fromLatin1(one.summary)));
    lines.append(QStringLiteral("${crc:width=16,poly=1021,init=ffff,refin=false,refout=false,xorout=0}"));
    lines.append(QStringLiteral("                any CRC by its parameters; with check=29b1 they are tried first"));
    return lines;
}

} // namespace sw
