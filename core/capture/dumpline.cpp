// SPDX-License-Identifier: MIT
#include "core/capture/dumpline.h"

#include <QList>

#include <algorithm>
#include <utility>

namespace sw {

namespace {

bool isBlank(char c) {
    return c == ' ' || c == '\t';
}

bool isDigit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

tl::unexpected<Error> notALine(const QString& why) {
    return tl::unexpected(badInput(QStringLiteral("recording"), why));
}

QByteArrayView trimmedEnd(QByteArrayView text) {
    while (!text.isEmpty() && (isBlank(text.back()) || text.back() == '\r'))
        text.chop(1);
    return text;
}

qsizetype blanksAt(QByteArrayView text, qsizetype at) {
    qsizetype count = 0;
    while (at + count < text.size() && isBlank(text[at + count]))
        ++count;
    return count;
}

/// Groups of digits with a blank between them; `mayGap`: and one wider gap after eight bytes (hexdump -C, Wireshark),
/// or four blanks between words of two bytes (hexdump -x).
std::optional<QList<QByteArrayView>> groupsOf(QByteArrayView area, bool mayGap) {
    QList<QByteArrayView> groups;
    constexpr qsizetype half = 8;
    qsizetype bytes = 0;
    for (qsizetype at = 0; at < area.size();) {
        qsizetype end = at;
        while (end < area.size() && isDigit(area[end]))
            ++end;
        if (end == at || (end - at) % 2 != 0)
            return std::nullopt;
        groups.append(area.sliced(at, end - at));
        bytes += (end - at) / 2;
        const qsizetype gap = blanksAt(area, end);
        const bool isMiddle = mayGap && ((gap == 2 && bytes == half) || (gap == 4 && bytes == 2 * groups.size()));
        if (end < area.size() && (gap == 0 || (gap > 1 && !isMiddle)))
            return std::nullopt;
        at = end + gap;
    }
    return groups;
}

/// Whether `text` is how dumps show `bytes`: a dot for what cannot be printed. Blanks at its ends may be taken for the
/// gap before it, or have been cut.
bool shows(QByteArrayView text, const QByteArray& bytes) {
    constexpr qsizetype half = 8;
    QByteArray shown = bytes;
    for (char& c : shown) {
        if (c < ' ' || c > '~')
            c = '.';
    }
    const QByteArray said = text.toByteArray().trimmed();
    // Wireshark leaves a blank in the middle
    return said == shown.trimmed() || (shown.size() > half && said == QByteArray(shown).insert(half, ' ').trimmed());
}

/// The same of words the other way round; the last of them may go on beyond the end, with zeros.
bool showsWords(QByteArrayView text, const DumpLine& line) {
    QByteArray bytes = swappedWords(line.bytes, line.unit);
    for (qsizetype surplus = 0; surplus < line.unit; ++surplus) {
        if (shows(text, bytes))
            return true;
        if (bytes.back() != '\0')
            break;
        bytes.chop(1);
    }
    return false;
}

/// Where digits end and characters begin: the possible places, from the most to the least telling.
QList<std::pair<QByteArrayView, std::optional<QByteArrayView>>> splitsOf(QByteArrayView rest, bool hasColon) {
    QList<std::pair<QByteArrayView, std::optional<QByteArrayView>>> splits;
    for (const auto& [begin, end] : {std::pair('|', '|'), std::pair('>', '<')}) { // hexdump -C, od -t x1z
        const qsizetype at = rest.indexOf(begin);
        if (!hasColon && at >= 0 && at + 1 < rest.size() && rest.back() == end)
            splits.append({trimmedEnd(rest.first(at)), rest.sliced(at + 1).chopped(1)});
    }
    constexpr int mostGaps = 2; // the one in the middle, and the one before the characters
    int gaps = 0;
    for (qsizetype at = 1; at < rest.size() && gaps < mostGaps; ++at) {
        const qsizetype gap = blanksAt(rest, at);
        if (gap < 2)
            continue;
        ++gaps;
        splits.append({rest.first(at), rest.sliced(at + gap)});
        at += gap - 1;
    }
    splits.append({rest, std::nullopt});
    return splits;
}

/// `od -An -t u1` or `-t d1` of numbers below 100: no letter among the digits, and columns wider than those of pairs.
bool looksDecimal(QByteArrayView line) {
    line = trimmedEnd(line);
    bool hasNumber = false;
    for (qsizetype at = 0; at < line.size();) {
        const qsizetype gap = blanksAt(line, at);
        qsizetype end = at + gap;
        while (end < line.size() && line[end] >= '0' && line[end] <= '9')
            ++end;
        if (end == at + gap || (hasNumber && gap < 2))
            return false;
        hasNumber = true;
        at = end;
    }
    return hasNumber;
}

bool takeGroups(DumpLine& line, const QList<QByteArrayView>& groups) {
    line.unit = groups.constFirst().size() / 2;
    line.bytes.clear();
    for (qsizetype i = 0; i < groups.size(); ++i) {
        const qsizetype size = groups.at(i).size() / 2;
        line.isRagged = size < line.unit;
        if (size > line.unit || (line.isRagged && i + 1 < groups.size()))
            return false;
        line.bytes += QByteArray::fromHex(groups.at(i).toByteArray());
    }
    return true;
}

} // namespace

QByteArray swappedWords(QByteArray bytes, qsizetype unit) {
    for (qsizetype at = 0; at + unit <= bytes.size(); at += unit)
        std::reverse(bytes.begin() + at, bytes.begin() + at + unit);
    return bytes;
}

Result<DumpLine> readDumpLine(QByteArrayView text) {
    DumpLine line;
    text = trimmedEnd(text);
    text = text.sliced(blanksAt(text, 0));
    if (text.size() > 1 && (text[0] == 'I' || text[0] == 'O') && text[1] == ' ') {
        line.direction = text[0] == 'I' ? RecordKind::Received : RecordKind::Sent;
        text = text.sliced(1 + blanksAt(text, 1));
    }
    if (text.startsWith("0x")) // tcpdump -x
        text = text.sliced(2);
    qsizetype digits = 0;
    while (digits < text.size() && isDigit(text[digits]))
        ++digits;
    constexpr qsizetype mostDigits = 16;
    if (digits < 3 || digits > mostDigits)
        return notALine(sentence(QT_TRANSLATE_NOOP("Core", "it does not begin with an offset")));
    line.offset = text.first(digits).toByteArray();
    line.hasColon = digits < text.size() && text[digits] == ':';
    text = text.sliced(digits + (line.hasColon ? 1 : 0));
    if (!text.isEmpty() && !isBlank(text[0]))
        return notALine(sentence(QT_TRANSLATE_NOOP("Core", "it does not begin with an offset")));
    const QByteArrayView rest = text.sliced(blanksAt(text, 0));
    if (rest.isEmpty())
        return line;
    bool hadDigits = false;
    for (const auto& [area, beside] : splitsOf(rest, line.hasColon)) {
        const auto groups = groupsOf(area, !line.hasColon);
        if (!groups || groups->isEmpty() || !takeGroups(line, *groups))
            continue;
        hadDigits = true;
        line.hasText = beside.has_value();
        if (!beside)
            return line;
        line.isInOrder = shows(*beside, line.bytes);
        line.isSwapped = line.unit > 1 && !line.isRagged && showsWords(*beside, line);
        if (line.isInOrder || line.isSwapped)
            return line;
    }
    return notALine(
        hadDigits ? sentence(QT_TRANSLATE_NOOP("Core", "its digits and the characters beside them do not say the same"))
                  : sentence(QT_TRANSLATE_NOOP("Core", "what follows its offset is no row of bytes in hexadecimal")));
}

bool isDigitsAlone(QByteArrayView line) {
    return std::all_of(line.begin(), line.end(), [](char c) { return isDigit(c) || isBlank(c); });
}

Result<QByteArray> readPlainHexLine(QByteArrayView line) {
    const QByteArray text = line.toByteArray().simplified();
    const QList<QByteArray> words = text.split(' ');
    for (const QByteArray& word : words) {
        if (!std::all_of(word.begin(), word.end(), isDigit))
            return notALine(sentence(QT_TRANSLATE_NOOP("Core", "it has other characters than hexadecimal digits")));
        if (word.size() % 2 != 0)
            return notALine(sentence(QT_TRANSLATE_NOOP("Core", "it has an odd number of digits")));
        if (words.size() > 1 && word.size() != 2)
            return notALine(sentence(
                QT_TRANSLATE_NOOP("Core", "groups of %1 digits without offsets may be words of either byte order"),
                word.size()));
    }
    constexpr qsizetype wide = 2;
    if ((words.size() > 1 || blanksAt(line, 0) >= wide) && looksDecimal(line))
        return notALine(sentence(QT_TRANSLATE_NOOP("Core", "numbers of two digits in wide columns may be decimal (od "
                                                           "-t u1, od -t d1); write the dump again with od -t x1")));
    return QByteArray::fromHex(text);
}

} // namespace sw
