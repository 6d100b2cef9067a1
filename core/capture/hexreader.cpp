// SPDX-License-Identifier: MIT
// Sources: xxd(1), hexdump(1), od(1), text2pcap(1), tcpdump(8) -x.
#include "core/base/textdecoding.h"
#include "core/capture/dumpline.h"
#include "core/capture/textlines.h"
#include "core/capture/textreaders.h"

#include <QDateTime>

#include <algorithm>
#include <array>

namespace sw {

namespace {

constexpr qsizetype largestRecord = 64 << 20;
constexpr qint64 mostRepeated = 256 << 20;       // of a whole file: small ones are not to fill disks
constexpr std::array<int, 3> radixes{16, 8, 10}; // od counts in octal, xxd -d in decimal

/// Reads a dump line by line, and hands each of its records over whole. Nothing is left out: what cannot be read is an
/// error, because of a dump that was read in part nobody sees what it lacks.
class HexReader {
public:
    HexReader(QString name, RecordingSink& sink) : m_sink(sink), m_names(sink), m_endpoint(std::move(name)) {}

    /// Errors: why the line cannot be read.
    Result<void> take(const QByteArray& line);
    /// Hands the record over that has come up to now.
    Result<void> finish();
    bool hasAny() const { return m_hasAny; }
    bool hasGuessedWords() const { return m_hasGuessedWords; }

private:
    enum class Form { Unknown, Offsets, Plain };
    struct Squeeze { // lines that were left out because they are like the one before them
        qsizetype place;
        qsizetype width;
        std::array<quint64, radixes.size()> bytes;
    };

    static tl::unexpected<Error> wrong(const QString& why) {
        return tl::unexpected(badInput(QStringLiteral("recording"), why));
    }
    Result<void> takeComment(const QByteArray& line);
    Result<void> takeSqueeze();
    Result<void> takePlain(const QByteArray& line);
    Result<void> takeDump(const DumpLine& line);
    Result<void> takeOffset(const DumpLine& line);
    Result<void> takeUnit(const DumpLine& line);
    Result<QByteArray> content();
    bool isSwapped();
    bool hasOneEnd() const;
    void begin();

    RecordingSink& m_sink;
    ConversationNames m_names;
    QString m_endpoint;
    RecordKind m_kind = RecordKind::Received;
    qint64 m_wall = QDateTime::currentMSecsSinceEpoch() * 1'000'000;
    quint8 m_flags = NoFlag;
    bool m_hasAny = false;
    bool m_isHeaded = false; // a comment of ours came before this record

    // what the file is like
    Form m_form = Form::Unknown;
    std::array<bool, radixes.size()> m_canBe{true, true, true}; // how offsets count
    bool m_isFirst = true;                                      // line with an offset
    bool m_canBeInOrder = true;
    bool m_canBeSwapped = true;
    bool m_hasColon = false;
    bool m_hasText = false;
    bool m_hasGuessedWords = false;
    qint64 m_repeated = 0; // bytes of lines that a * stands for

    // the record that is being read
    QByteArray m_bytes; // in the order of the digits, without squeezed lines
    std::vector<Squeeze> m_squeezes;
    std::array<quint64, radixes.size()> m_end{};     // with them
    std::array<quint64, radixes.size()> m_surplus{}; // that the last word has beyond the end
    qsizetype m_unit = 0;
    qsizetype m_lastWidth = 0;
    bool m_isRagged = false;
    bool m_isSqueezed = false; // a * came, and no offset after it
    bool m_isEnded = false;    // by an offset without bytes
};

void HexReader::begin() {
    m_bytes.clear();
    m_squeezes.clear();
    m_end.fill(0);
    m_surplus.fill(0);
    m_unit = m_lastWidth = 0;
    m_isRagged = m_isSqueezed = m_isEnded = false;
}

Result<void> HexReader::take(const QByteArray& line) {
    if (line.startsWith('#'))
        return takeComment(line);
    const QByteArray trimmed = line.trimmed();
    if (trimmed.isEmpty())
        return {};
    m_hasAny = true;
    if (trimmed == "*")
        return takeSqueeze();
    Result<void> plain;
    if (m_form != Form::Offsets) {
        plain = takePlain(line);
        if (plain || m_form == Form::Plain)
            return plain;
    }
    const auto read = readDumpLine(line);
    if (!read) // why digits alone are none says more than that they have no offset
        return tl::unexpected(!plain && isDigitsAlone(trimmed) ? plain.error() : read.error());
    m_form = Form::Offsets;
    return takeDump(*read);
}

/// Ours say direction, time and endpoint; those of others say nothing to us.
Result<void> HexReader::takeComment(const QByteArray& line) {
    const QStringList words = QString::fromUtf8(line.mid(1, 4096)).trimmed().split(QLatin1Char(' '));
    const auto said = words.size() > 3 ? recordKindOf(words.at(2)) : std::nullopt;
    const auto time = words.size() > 3 ? wallTimeOf(words.at(0) + QLatin1Char('T') + words.at(1)) : std::nullopt;
    if (!said || !time)
        return {};
    if (auto done = finish(); !done)
        return done;
    m_hasAny = true;
    m_wall = *time;
    if (*said == RecordKind::Event || *said == RecordKind::Note)
        return {}; // events are for people there
    m_kind = *said;
    const bool isDatagram = words.at(3) == QLatin1String("datagram") && words.size() > 4;
    m_flags = isDatagram ? DatagramFlag : NoFlag;
    m_endpoint = words.mid(isDatagram ? 4 : 3).join(QLatin1Char(' '));
    m_isHeaded = true;
    return {};
}

Result<void> HexReader::takeSqueeze() {
    if (m_form == Form::Plain)
        return wrong(sentence(
            QT_TRANSLATE_NOOP("Core", "* stands for repeated lines, and without offsets nobody knows how many")));
    if (m_bytes.isEmpty() || m_isSqueezed || m_isEnded)
        return wrong(
            sentence(QT_TRANSLATE_NOOP("Core", "* stands for lines like the one before it, and there is none")));
    m_isSqueezed = true;
    return {};
}

Result<void> HexReader::takePlain(const QByteArray& line) {
    const auto bytes = readPlainHexLine(line);
    if (!bytes)
        return tl::unexpected(bytes.error());
    if (m_bytes.size() + bytes->size() > largestRecord)
        return wrong(sentence(QT_TRANSLATE_NOOP("Core", "a record of a hex dump has at most 64 MiB")));
    m_form = Form::Plain;
    m_bytes += *bytes;
    return {};
}

Result<void> HexReader::takeDump(const DumpLine& line) {
    if (std::exchange(m_isFirst, false)) { // hexdump without -C writes seven digits, and words without characters
        const bool isSeven = line.offset.size() == 7 && !line.hasColon;
        m_canBe = {!isSeven || (line.unit == 2 && !line.hasText), isSeven, isSeven || line.hasColon};
    }
    const bool isZero = line.offset.count('0') == line.offset.size();
    if (isZero && !line.bytes.isEmpty() && (!m_bytes.isEmpty() || m_isEnded)) {
        if (auto done = finish(); !done)
            return done;
    }
    if (m_isEnded)
        return wrong(sentence(QT_TRANSLATE_NOOP("Core", "the dump has ended before it, with an offset alone")));
    if (line.direction)
        m_kind = *line.direction;
    if (!line.bytes.isEmpty()) {
        if (auto fits = takeUnit(line); !fits)
            return fits;
    }
    if (auto fits = takeOffset(line); !fits)
        return fits;
    m_isEnded = line.bytes.isEmpty();
    m_bytes += line.bytes;
    m_lastWidth = line.bytes.size();
    for (quint64& end : m_end)
        end += static_cast<quint64>(line.bytes.size());
    return {};
}

/// How many bytes a group has, and what the characters beside them say about their order.
Result<void> HexReader::takeUnit(const DumpLine& line) {
    const bool isAlone = line.bytes.size() == line.unit; // may be the begin of a group
    if (m_isRagged || (m_unit != 0 && line.unit != m_unit && !(isAlone && line.unit < m_unit)))
        return wrong(sentence(QT_TRANSLATE_NOOP("Core", "its groups of digits are not as long as those before it")));
    m_isRagged = line.isRagged || (m_unit != 0 && line.unit < m_unit);
    m_unit = std::max(m_unit, line.unit);
    m_hasColon = line.hasColon;
    const auto isWord = [](qsizetype unit) { return unit == 2 || unit == 4 || unit == 8; };
    if (!line.hasColon && !line.hasText && m_unit != 1 && !isWord(m_unit))
        return wrong(sentence(
            QT_TRANSLATE_NOOP("Core", "groups of %1 digits are neither bytes nor words in hexadecimal"), 2 * m_unit));
    if (line.hasText && m_unit > 1) {
        m_hasText = true;
        m_canBeInOrder = m_canBeInOrder && line.isInOrder;
        m_canBeSwapped = m_canBeSwapped && line.isSwapped;
    }
    if (!m_canBeInOrder && !m_canBeSwapped)
        return wrong(sentence(
            QT_TRANSLATE_NOOP("Core", "the characters beside its digits speak for another byte order than before")));
    return {};
}

/// Checks the offset by each way of counting that is still possible, and fills in what a * stands for.
Result<void> HexReader::takeOffset(const DumpLine& line) {
    const quint64 before = m_end[0];
    const auto couldBe = m_canBe;
    Squeeze squeeze{.place = m_bytes.size(), .width = m_lastWidth, .bytes = {}};
    for (std::size_t i = 0; i < radixes.size(); ++i) {
        bool ok = false;
        const quint64 offset = line.offset.toULongLong(&ok, radixes[i]);
        quint64& end = m_end[i];
        const quint64 gap = offset - end;
        if (m_isSqueezed && ok && offset > end && offset <= static_cast<quint64>(largestRecord) &&
            gap % static_cast<quint64>(m_lastWidth) == 0) {
            squeeze.bytes[i] = gap;
            end = offset;
        } else if (!m_isSqueezed && ok && offset < end && line.bytes.isEmpty() &&
                   end - offset < static_cast<quint64>(m_unit)) {
            m_surplus[i] = end - offset; // of the last word
        } else if (m_isSqueezed || !ok || offset != end) {
            m_canBe[i] = false;
        }
    }
    if (m_canBe == std::array<bool, radixes.size()>{false, false, false}) {
        m_canBe = couldBe;
        return wrong(sentence(QT_TRANSLATE_NOOP("Core", "its offset is %1, and %2 bytes came before it"),
                              QString::fromLatin1(line.offset), QString::number(before)));
    }
    if (std::exchange(m_isSqueezed, false))
        m_squeezes.push_back(squeeze);
    if (m_bytes.size() + line.bytes.size() > largestRecord)
        return wrong(sentence(QT_TRANSLATE_NOOP("Core", "a record of a hex dump has at most 64 MiB")));
    return {};
}

/// Decides for the whole file when the first record is whole.
bool HexReader::isSwapped() {
    if (m_unit <= 1)
        return false;
    const bool isSwapped = m_canBeSwapped && (!m_canBeInOrder || !m_hasColon);
    m_hasGuessedWords = m_hasGuessedWords || (isSwapped && m_canBeInOrder);
    (isSwapped ? m_canBeInOrder : m_canBeSwapped) = false;
    return isSwapped;
}

/// Whether all ways of counting that are still possible say the same.
bool HexReader::hasOneEnd() const {
    std::optional<quint64> end;
    for (std::size_t i = 0; i < radixes.size(); ++i) {
        if (m_canBe[i] && end.value_or(m_end[i]) != m_end[i])
            return false;
        end = m_canBe[i] ? m_end[i] : end;
    }
    return true;
}

/// The record's bytes with all that stands for them.
Result<QByteArray> HexReader::content() {
    if (m_isSqueezed)
        return wrong(
            sentence(QT_TRANSLATE_NOOP("Core", "* stands for repeated lines, and no offset after it says how many")));
    constexpr qsizetype usual = 2; // xxd alone writes groups of two bytes, in order
    if (m_hasColon && !m_hasText && m_unit > usual && swappedWords(m_bytes, m_unit) != m_bytes)
        return wrong(sentence(QT_TRANSLATE_NOOP("Core", "groups of %1 digits without the characters beside them may be "
                                                        "words of either byte order (xxd -e, xxd -g)"),
                              2 * m_unit));
    const bool swaps = isSwapped();
    if (swaps && m_isRagged)
        return wrong(sentence(QT_TRANSLATE_NOOP("Core", "the last of its words is not whole")));
    const QByteArray bytes = swaps ? swappedWords(m_bytes, m_unit) : m_bytes;
    if (!m_squeezes.empty() && !hasOneEnd())
        return wrong(sentence(
            QT_TRANSLATE_NOOP("Core", "its offsets may be octal, decimal or hexadecimal, so nobody knows how many "
                                      "lines * stands for; write the dump again without it (hexdump -v, od -v)")));
    const auto radix = static_cast<std::size_t>(std::find(m_canBe.begin(), m_canBe.end(), true) - m_canBe.begin());
    QByteArray all;
    qsizetype at = 0;
    for (const Squeeze& squeeze : m_squeezes) {
        all += QByteArrayView(bytes).sliced(at, squeeze.place - at);
        at = squeeze.place;
        const QByteArrayView line = QByteArrayView(bytes).sliced(at - squeeze.width, squeeze.width);
        for (quint64 done = 0; done < squeeze.bytes[radix]; done += static_cast<quint64>(line.size()))
            all += line;
    }
    all += QByteArrayView(bytes).sliced(at);
    m_repeated += all.size() - bytes.size();
    if (m_repeated > mostRepeated)
        return wrong(sentence(QT_TRANSLATE_NOOP("Core", "repeated lines make more than 256 MiB")));
    const auto surplus = static_cast<qsizetype>(m_surplus[radix]);
    if (all.size() > largestRecord)
        return wrong(sentence(QT_TRANSLATE_NOOP("Core", "a record of a hex dump has at most 64 MiB")));
    if (surplus > 0 && (!swaps || all.last(surplus).count('\0') != surplus))
        return wrong(sentence(QT_TRANSLATE_NOOP("Core", "the offset at its end is not that of its end")));
    return all.chopped(surplus);
}

Result<void> HexReader::finish() {
    if (m_bytes.isEmpty() && !m_isHeaded) {
        begin();
        return {};
    }
    auto bytes = content();
    if (!bytes)
        return tl::unexpected(bytes.error());
    m_isHeaded = false;
    const bool isDatagram = (m_flags & DatagramFlag) != 0;
    const auto conversation = m_names.of(m_endpoint, {.name = m_endpoint, .isDatagram = isDatagram});
    if (!conversation)
        return wrong(sentence(QT_TRANSLATE_NOOP("Core", "there are more than 50000 endpoints")));
    m_sink.data(*conversation, m_kind, *bytes, m_wall, m_flags);
    begin();
    return {};
}

} // namespace

Result<void> importHex(QIODevice& device, const QString& name, RecordingSink& sink) {
    Utf8Reader text(device);
    TextLines lines(text, sink);
    HexReader reader(name, sink);
    const auto atLine = [&lines](const Error& error) {
        return tl::unexpected(badInput(
            QStringLiteral("recording"),
            sentence(QT_TRANSLATE_NOOP("Core", "Line %1 of the dump cannot be read: %2. Nothing was taken from it."),
                     QString::number(lines.number()), error.detail)));
    };
    while (const auto line = lines.next()) {
        if (!lines.goesOn())
            return tl::unexpected(readingCancelled());
        if (lines.isCut())
            return atLine(badInput({}, sentence(QT_TRANSLATE_NOOP("Core", "it is longer than 8 MiB"))));
        if (auto taken = reader.take(*line); !taken)
            return atLine(taken.error());
    }
    if (auto done = reader.finish(); !done)
        return atLine(done.error());
    if (!reader.hasAny())
        return tl::unexpected(badInput(
            QStringLiteral("recording"),
            sentence(QT_TRANSLATE_NOOP("Core", "It has no line of a hex dump: offset, bytes in hexadecimal."))));
    if (reader.hasGuessedWords())
        sink.problem(QStringLiteral("The dump has words, and nothing that says their byte order: they were read as "
                                    "little-endian, as hexdump and od write them on most machines."));
    return {};
}

} // namespace sw
