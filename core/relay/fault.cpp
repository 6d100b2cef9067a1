// SPDX-License-Identifier: MIT
#include "core/relay/fault.h"

#include "core/base/units.h"
#include "core/payload/payload.h"

#include <QJsonObject>

#include <algorithm>
#include <array>

namespace sw {

namespace {

constexpr std::array entries{
    FaultEntry{FaultKind::Delay, "delay", "delay=TIME[~TIME]", "delay=200ms~50ms", true, true,
               "everything arrives later; after ~, by how much the time varies"},
    FaultEntry{FaultKind::Rate, "rate", "rate=SIZE/s", "rate=64KiB/s", true, true,
               "no more than so many bytes a second"},
    FaultEntry{FaultKind::Chop, "chop", "chop=SIZE[-SIZE][,TIME]", "chop=1-7", true, false,
               "passed on in pieces of so many bytes, with a pause of TIME between them"},
    FaultEntry{FaultKind::Stall, "stall", "stall@PLACE=TIME", "stall@1KiB=5s", true, true,
               "nothing passes for TIME once so many bytes have passed"},
    FaultEntry{FaultKind::Reset, "reset", "reset@SIZE", "reset@10KiB", true, false,
               "both sides are reset once so many bytes have passed"},
    FaultEntry{FaultKind::Close, "close", "close@SIZE", "close@10KiB", true, false,
               "both sides are closed in order once so many bytes have passed"},
    FaultEntry{FaultKind::HalfClose, "half-close", "half-close@SIZE", "down:half-close@100", true, false,
               "this direction ends once so many bytes have passed; the other goes on"},
    FaultEntry{FaultKind::Corrupt, "corrupt", "corrupt@PLACE=xor:HEX|set:HEX, corrupt=SHARE", "corrupt@1024=xor:01",
               true, true, "bytes are changed: at a place, or (datagrams) one bit in a share of the messages"},
    FaultEntry{FaultKind::Limit, "limit", "limit=SIZE", "limit=64KiB", true, true,
               "so many bytes pass; what comes after them is swallowed, and nobody is told"},
    FaultEntry{FaultKind::Refuse, "refuse", "refuse=N", "refuse=2", true, false,
               "the first N attempts are refused with a reset, later ones work"},
    FaultEntry{FaultKind::Drop, "drop", "drop=SHARE, drop@message=N", "drop=5%", false, true, "datagrams are lost"},
    FaultEntry{FaultKind::Duplicate, "duplicate", "duplicate=SHARE, duplicate@message=N", "duplicate=1%", false, true,
               "datagrams arrive twice"},
    FaultEntry{FaultKind::Reorder, "reorder", "reorder=N", "reorder=3", false, true,
               "a datagram may be overtaken by up to N later ones"},
};

constexpr std::array presets{
    FaultPreset{"slow-mobile", "Slow mobile network",
                "An old telephone at the edge of its cell: 400 ms there and back with much variation, 24 KiB a second, "
                "and a pause now and then. Are time limits long enough, and does the program stay usable?",
                "delay=200ms~120ms rate=24KiB/s stall@64KiB=2s", "delay=200ms~120ms rate=24KiB/s drop=2%"},
    FaultPreset{"satellite", "Satellite",
                "A geostationary satellite: 600 ms there and back, whatever the bandwidth. Every question that waits "
                "for an answer costs that; protocols with many round trips show it.",
                "delay=300ms~10ms rate=1MiB/s", "delay=300ms~10ms rate=1MiB/s drop=0.5%"},
    FaultPreset{"lossy-wifi", "Lossy Wi-Fi",
                "A crowded wireless network. Datagrams are lost, doubled and overtake each other; on a stream TCP "
                "repairs that, and what is left of it are pauses and uneven times.",
                "delay=15ms~14ms stall@32KiB=300ms stall@256KiB=700ms",
                "delay=15ms~14ms drop=5% duplicate=1% reorder=3"},
    FaultPreset{"flaky-server", "Flaky server",
                "A server that restarts under load: the first attempt is refused, and later ones break off in the "
                "middle of an answer. Does the client try again, and does it notice that the answer is not whole?",
                "refuse=1 down:reset@16KiB", ""},
    FaultPreset{"tiny-pieces", "Tiny pieces",
                "Every byte arrives, in pieces of 1 to 7. One write is not one read: parsers that expect whole "
                "messages break at once.",
                "chop=1-7", ""},
};

tl::unexpected<Error> refuse(const Sentence& detail, qsizetype position = 0) {
    return tl::unexpected(badInput(QStringLiteral("fault"), detail, static_cast<int>(position)));
}

const FaultEntry* entryOf(FaultKind kind) {
    return std::find_if(entries.begin(), entries.end(), [kind](const FaultEntry& entry) { return entry.kind == kind; });
}

QString nameOf(FaultKind kind) {
    return QString::fromLatin1(entryOf(kind)->name);
}

Result<double> parseShare(const QString& text) {
    QString digits = text;
    const bool isPercent = digits.endsWith(QLatin1Char('%'));
    if (isPercent)
        digits.chop(1);
    bool ok = false;
    const double value = digits.toDouble(&ok) / (isPercent ? 100 : 1);
    if (!ok || !(value >= 0) || value > 1)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no share: write 5% or 0.05, at most 100%."), text));
    return value;
}

/// The shortest form that is read back as the same number.
QString shareText(double share) {
    const QString percent = QString::number(share * 100, 'g', QLocale::FloatingPointShortest) + QLatin1Char('%');
    const auto back = parseShare(percent);
    return back && *back == share ? percent : QString::number(share, 'g', QLocale::FloatingPointShortest);
}

QString sizeText(quint64 bytes) {
    constexpr quint64 kibi = 1024;
    if (bytes >= kibi * kibi && bytes % (kibi * kibi) == 0)
        return QString::number(bytes / (kibi * kibi)) + QStringLiteral("MiB");
    if (bytes >= kibi && bytes % kibi == 0)
        return QString::number(bytes / kibi) + QStringLiteral("KiB");
    return QString::number(bytes);
}

Result<quint64> parseCount(const QString& text, quint64 least, quint64 most) {
    bool ok = false;
    const quint64 value = text.toULongLong(&ok);
    if (!ok || value < least || value > most)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no number from %2 to %3."), text, least, most));
    return value;
}

Result<quint64> parsePlace(const QString& text) {
    const auto size = parseSize(text);
    if (!size)
        return refuse(sentence(
            QT_TRANSLATE_NOOP("Core", "“%1” is no place: write the bytes that pass before it, such as 1024 or 10KiB."),
            text));
    return static_cast<quint64>(*size);
}

Result<void> parseTimes(Fault& fault, const QString& value) {
    const qsizetype tilde = value.indexOf(QLatin1Char('~'));
    const auto time = parseDuration(tilde < 0 ? value : value.first(tilde));
    if (!time)
        return tl::unexpected(time.error());
    fault.time = *time;
    if (tilde < 0)
        return {};
    const auto jitter = parseDuration(value.mid(tilde + 1));
    if (!jitter)
        return tl::unexpected(jitter.error());
    if (*jitter > *time)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "delay=%1: a delay cannot vary by more than itself."), value));
    fault.jitter = *jitter;
    return {};
}

Result<void> parseRate(Fault& fault, const QString& value) {
    if (!value.endsWith(QLatin1String("/s")))
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "rate takes bytes a second: rate=64KiB/s, not “%1”."), value));
    const auto size = parseSize(value.chopped(2));
    if (!size || *size < 1)
        return refuse(sentence(
            QT_TRANSLATE_NOOP("Core", "rate takes at least one byte a second: rate=64KiB/s, not “%1”."), value));
    fault.amount = static_cast<quint64>(*size);
    return {};
}

Result<void> parseChop(Fault& fault, const QString& value) {
    constexpr quint64 largest = 1 << 20;
    const QString sizes = value.section(QLatin1Char(','), 0, 0);
    const auto least = parseCount(sizes.section(QLatin1Char('-'), 0, 0), 1, largest);
    const auto most =
        sizes.contains(QLatin1Char('-')) ? parseCount(sizes.section(QLatin1Char('-'), 1), 1, largest) : least;
    if (!least || !most || *most < *least)
        return refuse(
            sentence(QT_TRANSLATE_NOOP(
                         "Core", "chop takes the size of the pieces: chop=1-7 or chop=100, up to 1048576, not “%1”."),
                     value));
    fault.amount = *least;
    fault.most = *most;
    if (!value.contains(QLatin1Char(',')))
        return {};
    const auto pause = parseDuration(value.section(QLatin1Char(','), 1));
    if (!pause)
        return tl::unexpected(pause.error());
    fault.time = *pause;
    return {};
}

Result<void> parseCorruption(Fault& fault, const QString& value) {
    constexpr qsizetype longest = 4096;
    fault.isXor = value.startsWith(QLatin1String("xor:"));
    const auto bytes = fault.isXor || value.startsWith(QLatin1String("set:")) ? parseHex(value.mid(4))
                                                                              : Result<QByteArray>(QByteArray());
    if (!bytes || bytes->isEmpty() || bytes->size() > longest)
        return refuse(sentence(
            QT_TRANSLATE_NOOP(
                "Core",
                "corrupt@PLACE takes xor: or set: and 1 to 4096 bytes in hexadecimal: corrupt@1024=xor:01, not “%1”."),
            value));
    fault.bytes = *bytes;
    return {};
}

bool takesPlace(FaultKind kind) {
    switch (kind) {
    case FaultKind::Stall:
    case FaultKind::Reset:
    case FaultKind::Close:
    case FaultKind::HalfClose:
    case FaultKind::Corrupt:
    case FaultKind::Drop:
    case FaultKind::Duplicate:
        return true;
    default:
        return false;
    }
}

bool takesMessagePlace(FaultKind kind) {
    return kind == FaultKind::Stall || kind == FaultKind::Corrupt || kind == FaultKind::Drop ||
           kind == FaultKind::Duplicate;
}

Result<void> parseValue(Fault& fault, const QString& value, bool hasPlace) {
    switch (fault.kind) {
    case FaultKind::Delay:
        return parseTimes(fault, value);
    case FaultKind::Rate:
        return parseRate(fault, value);
    case FaultKind::Chop:
        return parseChop(fault, value);
    case FaultKind::Stall: {
        const auto time = parseDuration(value);
        if (!time)
            return tl::unexpected(time.error());
        fault.time = *time;
        return {};
    }
    case FaultKind::Corrupt:
        if (hasPlace)
            return parseCorruption(fault, value);
        [[fallthrough]];
    case FaultKind::Drop:
    case FaultKind::Duplicate: {
        if (hasPlace)
            return {};
        const auto share = parseShare(value);
        if (!share)
            return tl::unexpected(share.error());
        fault.share = *share;
        return {};
    }
    case FaultKind::Limit: {
        const auto size = parsePlace(value);
        if (!size)
            return tl::unexpected(size.error());
        fault.amount = *size;
        return {};
    }
    case FaultKind::Refuse:
    case FaultKind::Reorder: {
        constexpr quint64 largest = 1000;
        const auto count = parseCount(value, 1, largest);
        if (!count)
            return tl::unexpected(count.error());
        fault.amount = *count;
        return {};
    }
    case FaultKind::Reset:
    case FaultKind::Close:
    case FaultKind::HalfClose:
        break;
    }
    return {};
}

} // namespace

QString directionName(RelayDirection direction) {
    return direction == RelayDirection::Up ? QStringLiteral("up") : QStringLiteral("down");
}

std::span<const FaultEntry> faultTable() {
    return entries;
}

std::span<const FaultPreset> faultPresets() {
    return presets;
}

Result<Fault> parseFault(const QString& text) {
    Fault fault;
    QString rest = text.trimmed();
    for (const RelayDirection direction : {RelayDirection::Up, RelayDirection::Down}) {
        const QString prefix = directionName(direction) + QLatin1Char(':');
        if (rest.startsWith(prefix)) {
            fault.direction = direction;
            rest = rest.mid(prefix.size());
            break;
        }
    }
    const qsizetype nameEnd =
        std::min({rest.indexOf(QLatin1Char('@')) < 0 ? rest.size() : rest.indexOf(QLatin1Char('@')),
                  rest.indexOf(QLatin1Char('=')) < 0 ? rest.size() : rest.indexOf(QLatin1Char('='))});
    const QString name = rest.first(nameEnd);
    const auto* entry = std::find_if(entries.begin(), entries.end(),
                                     [&](const FaultEntry& one) { return name == QLatin1String(one.name); });
    if (entry == entries.end()) {
        QStringList known;
        for (const FaultEntry& one : entries)
            known.append(QString::fromLatin1(one.example));
        return refuse(sentence(
            QT_TRANSLATE_NOOP("Core", "“%1” is no fault. There are, each also with up: or down: before it: %2."), text,
            known.join(QLatin1String(", "))));
    }
    fault.kind = entry->kind;
    rest = rest.mid(nameEnd);
    const QString usage = QString::fromLatin1(entry->usage);
    const bool hasPlace = rest.startsWith(QLatin1Char('@'));
    const bool isShare =
        fault.kind == FaultKind::Corrupt || fault.kind == FaultKind::Drop || fault.kind == FaultKind::Duplicate;
    if (hasPlace != takesPlace(fault.kind) && !(isShare && !hasPlace))
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "“%1”: write %2."), text, usage));
    bool hasValue = rest.startsWith(QLatin1Char('='));
    QString value = rest.mid(1);
    if (hasPlace) {
        rest = rest.mid(1);
        fault.isMessage = rest.startsWith(QLatin1String("message="));
        if (fault.isMessage && !takesMessagePlace(fault.kind))
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "“%1”: write %2."), text, usage));
        if (!fault.isMessage && (fault.kind == FaultKind::Drop || fault.kind == FaultKind::Duplicate))
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "“%1”: %2 is about messages: %2@message=7."), text, name));
        if (fault.isMessage)
            rest = rest.mid(8);
        const qsizetype equals = rest.indexOf(QLatin1Char('='));
        const QString where = equals < 0 ? rest : rest.first(equals);
        const auto place = fault.isMessage ? parseCount(where, 1, ~0ULL) : parsePlace(where);
        if (!place)
            return tl::unexpected(place.error());
        fault.place = *place;
        hasValue = equals >= 0;
        value = equals < 0 ? QString() : rest.mid(equals + 1);
    }
    const bool needsValue = !hasPlace || fault.kind == FaultKind::Stall || fault.kind == FaultKind::Corrupt;
    if (needsValue != hasValue || (hasValue && value.isEmpty()))
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "“%1”: write %2."), text, usage));
    if (auto read = parseValue(fault, value, hasPlace); !read)
        return tl::unexpected(read.error());
    if (fault.kind == FaultKind::Refuse && fault.direction)
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", "“%1”: refuse is about connections, and has no direction."), text));
    return fault;
}

QString formatFault(const Fault& fault) {
    QString text = (fault.direction ? QString(directionName(*fault.direction) + QLatin1Char(':')) : QString()) +
                   nameOf(fault.kind);
    const QString place = fault.isMessage ? QString(QStringLiteral("@message=") + QString::number(fault.place))
                                          : QString(QLatin1Char('@') + sizeText(fault.place));
    switch (fault.kind) {
    case FaultKind::Delay:
        text += QLatin1Char('=') + formatDuration(fault.time);
        if (fault.jitter.count() > 0)
            text += QLatin1Char('~') + formatDuration(fault.jitter);
        break;
    case FaultKind::Rate:
        text += QLatin1Char('=') + sizeText(fault.amount) + QStringLiteral("/s");
        break;
    case FaultKind::Chop:
        text += QLatin1Char('=') + QString::number(fault.amount);
        if (fault.most != fault.amount)
            text += QLatin1Char('-') + QString::number(fault.most);
        if (fault.time.count() > 0)
            text += QLatin1Char(',') + formatDuration(fault.time);
        break;
    case FaultKind::Stall:
        text += place + QLatin1Char('=') + formatDuration(fault.time);
        break;
    case FaultKind::Reset:
    case FaultKind::Close:
    case FaultKind::HalfClose:
        text += place;
        break;
    case FaultKind::Corrupt:
        if (!fault.bytes.isEmpty()) {
            text += place + (fault.isXor ? QStringLiteral("=xor:") : QStringLiteral("=set:")) +
                    QString::fromLatin1(fault.bytes.toHex());
            break;
        }
        [[fallthrough]];
    case FaultKind::Drop:
    case FaultKind::Duplicate:
        text += fault.isMessage ? place : QString(QLatin1Char('=') + shareText(fault.share));
        break;
    case FaultKind::Limit:
        text += QLatin1Char('=') + sizeText(fault.amount);
        break;
    case FaultKind::Refuse:
    case FaultKind::Reorder:
        text += QLatin1Char('=') + QString::number(fault.amount);
        break;
    }
    return text;
}

Result<void> checkFaults(const QVector<Fault>& faults, bool isDatagram) {
    for (const Fault& fault : faults) {
        const FaultEntry& entry = *entryOf(fault.kind);
        const bool fits = isDatagram ? entry.forDatagrams : entry.forStreams;
        const bool isOther = (fault.isMessage || fault.share > 0) != isDatagram &&
                             (fault.kind == FaultKind::Stall || fault.kind == FaultKind::Corrupt);
        if (fits && !isOther)
            continue;
        return refuse(
            isDatagram
                ? sentence(QT_TRANSLATE_NOOP("Core", "%1 is for streams; on datagrams there are places by message, "
                                                     "such as stall@message=3=1s, and drop, duplicate, reorder."),
                           formatFault(fault))
                : sentence(
                      QT_TRANSLATE_NOOP("Core", "%1 is for datagrams; a stream has places by byte, and loses nothing."),
                      formatFault(fault)));
    }
    return {};
}

Result<QVector<Fault>> parseFaults(const QString& text, bool isDatagram) {
    for (const FaultPreset& preset : presets) {
        if (text.trimmed() != QLatin1String(preset.name))
            continue;
        const QString list = QString::fromLatin1(isDatagram ? preset.datagrams : preset.streams);
        if (list.isEmpty())
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "The preset %1 is for streams."), text));
        QVector<Fault> faults;
        const QStringList parts = list.split(QLatin1Char(' '));
        for (const QString& part : parts)
            faults.append(*parseFault(part));
        return faults;
    }
    const auto one = parseFault(text);
    if (!one)
        return tl::unexpected(one.error());
    if (auto fits = checkFaults({*one}, isDatagram); !fits)
        return tl::unexpected(fits.error());
    return QVector<Fault>{*one};
}

QJsonObject FaultDecision::toJson() const {
    QJsonObject json{{QStringLiteral("connection"), static_cast<qint64>(connection)},
                     {QStringLiteral("direction"), directionName(direction)},
                     {QStringLiteral("fault"), nameOf(kind)},
                     {isMessage ? QStringLiteral("message") : QStringLiteral("offset"), static_cast<qint64>(place)}};
    if (amount > 0)
        json.insert(QStringLiteral("amount"), static_cast<qint64>(amount));
    if (time.count() > 0)
        json.insert(QStringLiteral("microseconds"), static_cast<qint64>(time.count()));
    if (!bytes.isEmpty())
        json.insert(isXor ? QStringLiteral("xor") : QStringLiteral("set"), QString::fromLatin1(bytes.toHex()));
    return json;
}

Result<FaultDecision> FaultDecision::fromJson(const QJsonObject& json) {
    const auto number = [&](const char* name) {
        return static_cast<quint64>(std::max<qint64>(json.value(QLatin1String(name)).toInteger(), 0));
    };
    const QString name = json.value(QStringLiteral("fault")).toString();
    const auto* entry = std::find_if(entries.begin(), entries.end(),
                                     [&](const FaultEntry& one) { return name == QLatin1String(one.name); });
    const QString direction = json.value(QStringLiteral("direction")).toString();
    if (entry == entries.end() || (direction != QLatin1String("up") && direction != QLatin1String("down")))
        return refuse(sentence(QT_TRANSLATE_NOOP(
            "Core", "a line of a fault log has connection, direction (up or down), fault and offset or message.")));
    FaultDecision decision{.connection = number("connection"),
                           .direction = direction == QLatin1String("up") ? RelayDirection::Up : RelayDirection::Down,
                           .kind = entry->kind,
                           .isMessage = json.contains(QStringLiteral("message"))};
    decision.place = decision.isMessage ? number("message") : number("offset");
    decision.amount = number("amount");
    constexpr quint64 longest = 36'000'000'000'000; // as parseDuration()
    decision.time = std::chrono::microseconds(std::min(number("microseconds"), longest));
    decision.isXor = json.contains(QStringLiteral("xor"));
    decision.bytes = QByteArray::fromHex(
        json.value(decision.isXor ? QStringLiteral("xor") : QStringLiteral("set")).toString().toLatin1());
    return decision;
}

QString FaultDecision::toText() const {
    const QString where = isMessage ? QStringLiteral("message %1").arg(place) : QStringLiteral("byte %1").arg(place);
    const QString way = directionName(direction) + QStringLiteral(": ");
    switch (kind) {
    case FaultKind::Delay:
        return way + (time.count() > 0 ? QStringLiteral("delayed by %1 from %2").arg(formatDuration(time), where)
                                       : QStringLiteral("no longer delayed from %1").arg(where));
    case FaultKind::Rate:
        return way + (amount > 0 ? QStringLiteral("%1/s at most from %2").arg(sizeText(amount), where)
                                 : QStringLiteral("rate no longer limited from %1").arg(where));
    case FaultKind::Chop:
        return way + (amount > 0 ? QStringLiteral("a piece of %1 bytes at %2").arg(QString::number(amount), where)
                                 : QStringLiteral("no longer in pieces from %1").arg(where));
    case FaultKind::Stall:
        return way + QStringLiteral("stalled for %1 at %2").arg(formatDuration(time), where);
    case FaultKind::Reset:
        return way + QStringLiteral("both sides reset at %1").arg(where);
    case FaultKind::Close:
        return way + QStringLiteral("both sides closed at %1").arg(where);
    case FaultKind::HalfClose:
        return way + QStringLiteral("ended at %1").arg(where);
    case FaultKind::Corrupt:
        return way + (isXor ? QStringLiteral("changed at %1: xor %2") : QStringLiteral("changed at %1: set to %2"))
                         .arg(where, QString::fromLatin1(bytes.toHex(' ')));
    case FaultKind::Limit:
        return way +
               (amount > 0 ? QStringLiteral("swallowed from %1 on") : QStringLiteral("no longer swallowed from %1"))
                   .arg(where);
    case FaultKind::Refuse:
        return QStringLiteral("attempt %1 refused").arg(connection);
    case FaultKind::Drop:
        return way + QStringLiteral("%1 lost").arg(where);
    case FaultKind::Duplicate:
        return way + QStringLiteral("%1 sent twice").arg(where);
    case FaultKind::Reorder:
        return way + QStringLiteral("%1 after %2 later ones").arg(where).arg(amount);
    }
    return {};
}

quint64 faultDraw(quint64 seed, quint64 connection, RelayDirection direction, FaultKind kind, quint64 place) {
    // SplitMix64 (Steele, Lea and Flood 2014), once for each thing that it depends on
    const auto mix = [](quint64 x) {
        x += 0x9e3779b97f4a7c15ULL;
        x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
        return x ^ (x >> 31U);
    };
    return mix(mix(mix(seed) ^ connection) ^ (static_cast<quint64>(direction) << 8U | static_cast<quint64>(kind)) ^
               mix(place));
}

} // namespace sw
