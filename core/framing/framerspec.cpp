// SPDX-License-Identifier: MIT
// How a framing is written and read.
#include "core/framing/framer.h"

#include "core/base/units.h"
#include "core/payload/payload.h"

namespace sw {

namespace {

constexpr int longestDelimiter = 256;
constexpr int largestOffset = 65535;

tl::unexpected<Error> refuse(const Sentence& detail, qsizetype position = 0) {
    return tl::unexpected(badInput(QStringLiteral("framer"), detail, static_cast<int>(position)));
}

Result<FramerSpec> parseLength(const QString& value, qsizetype position) {
    FramerSpec spec{.framing = Framing::LengthPrefix};
    const QStringList parts = value.split(QLatin1Char(','));
    const QString& number = parts.constFirst();
    const QString order = number.size() == 1 ? QString() : number.mid(1);
    const int width = number.isEmpty() ? 0 : number.at(0).digitValue();
    if ((width != 1 && width != 2 && width != 4 && width != 8) ||
        !(order == QLatin1String("be") || order == QLatin1String("le") || (order.isEmpty() && width == 1)))
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no length: write 1, 2be, 2le, 4be, 4le, 8be or 8le."), number),
            position);
    spec.width = width;
    spec.isLittleEndian = order == QLatin1String("le");
    for (const QString& part : parts.mid(1)) {
        position = value.indexOf(part);
        if (part.startsWith(QLatin1String("offset="))) {
            bool ok = false;
            spec.offset = part.mid(7).toInt(&ok);
            if (!ok || spec.offset < 0 || spec.offset > largestOffset)
                return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1: the offset is 0 to 65535."), part), position);
        } else if (part == QLatin1String("includes=all")) {
            spec.counts = FramerSpec::Counts::Everything;
        } else if (part == QLatin1String("includes=length")) {
            spec.counts = FramerSpec::Counts::LengthToo;
        } else {
            return refuse(
                sentence(
                    QT_TRANSLATE_NOOP(
                        "Core", "“%1” is not known: after the length come offset=N, includes=all or includes=length."),
                    part),
                position);
        }
    }
    return spec;
}

} // namespace

Result<FramerSpec> parseFramer(const QString& text) {
    const qsizetype equals = text.indexOf(QLatin1Char('='));
    const QString name = (equals < 0 ? text : text.first(equals)).trimmed();
    const QString value = equals < 0 ? QString() : text.mid(equals + 1);
    if (equals < 0) {
        if (name == QLatin1String("none") || name.isEmpty())
            return FramerSpec{};
        if (name == QLatin1String("lines"))
            return FramerSpec{.framing = Framing::Lines};
        if (name == QLatin1String("slip"))
            return FramerSpec{.framing = Framing::Slip};
        if (name == QLatin1String("cobs"))
            return FramerSpec{.framing = Framing::Cobs};
    }
    if (name == QLatin1String("delimiter")) {
        const auto bytes = parseEscapedText(value);
        if (!bytes)
            return tl::unexpected(bytes.error());
        if (bytes->isEmpty() || bytes->size() > longestDelimiter)
            return refuse(
                sentence(QT_TRANSLATE_NOOP(
                    "Core", "A delimiter has 1 to 256 bytes, written as text with escapes: delimiter=\\r\\n.")),
                equals + 1);
        return FramerSpec{.framing = Framing::Delimiter, .delimiter = *bytes};
    }
    if (name == QLatin1String("fixed")) {
        bool ok = false;
        FramerSpec spec{.framing = Framing::Fixed, .size = value.toInt(&ok)};
        if (!ok || spec.size < 1 || spec.size > spec.limit)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "fixed=%1: a fixed length is 1 to 1048576 bytes."), value),
                          equals + 1);
        return spec;
    }
    if (name == QLatin1String("length"))
        return parseLength(value, equals + 1);
    if (name == QLatin1String("idle")) {
        constexpr std::chrono::minutes longest(1);
        const auto gap = parseDuration(value);
        if (!gap || *gap < std::chrono::milliseconds(1) || *gap > longest)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "idle=%1: the silence is 1ms to 1m."), value), equals + 1);
        return FramerSpec{.framing = Framing::IdleGap,
                          .gap = std::chrono::duration_cast<std::chrono::milliseconds>(*gap)};
    }
    return refuse(sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no framer. There are: none, lines, delimiter=TEXT, "
                                                     "fixed=BYTES, length=2be, idle=50ms, slip, cobs."),
                           text));
}

QString formatFramer(const FramerSpec& spec) {
    switch (spec.framing) {
    case Framing::None:
        break;
    case Framing::Lines:
        return QStringLiteral("lines");
    case Framing::Delimiter:
        return QStringLiteral("delimiter=") + toEscapedText(spec.delimiter);
    case Framing::Fixed:
        return QStringLiteral("fixed=%1").arg(spec.size);
    case Framing::LengthPrefix: {
        QString text = QStringLiteral("length=%1").arg(spec.width);
        if (spec.width > 1 || spec.isLittleEndian)
            text += spec.isLittleEndian ? QStringLiteral("le") : QStringLiteral("be");
        if (spec.offset > 0)
            text += QStringLiteral(",offset=%1").arg(spec.offset);
        if (spec.counts != FramerSpec::Counts::Content)
            text += spec.counts == FramerSpec::Counts::Everything ? QStringLiteral(",includes=all")
                                                                  : QStringLiteral(",includes=length");
        return text;
    }
    case Framing::IdleGap:
        return QStringLiteral("idle=") + formatDuration(spec.gap);
    case Framing::Slip:
        return QStringLiteral("slip");
    case Framing::Cobs:
        return QStringLiteral("cobs");
    }
    return QStringLiteral("none");
}

QStringList framerHelp() {
    return {
        QStringLiteral("none              as the bytes are read"),
        QStringLiteral("lines             ended by LF; a CR before it is not part of the line"),
        QStringLiteral("delimiter=TEXT    ended by these bytes, with escapes: delimiter=\\r\\n\\r\\n"),
        QStringLiteral("fixed=BYTES       all of the same length"),
        QStringLiteral("length=2be        after their length in 1, 2, 4 or 8 bytes, be or le; then ,offset=N for bytes "
                       "before it, ,includes=all or ,includes=length for what it counts"),
        QStringLiteral("idle=50ms         ended by silence"),
        QStringLiteral("slip              SLIP (RFC 1055)"),
        QStringLiteral("cobs              COBS, ended by a zero byte")};
}

} // namespace sw
