// SPDX-License-Identifier: MIT
// Source: E. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986).
#include "core/transcript/compare.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>
#include <map>

namespace sw {

namespace {

constexpr qsizetype longestLine = 1 << 20;
constexpr int mostEdits = 3000;
constexpr quint64 mostCompared = 64ULL << 20U;

using Row = ComparedRow;

const QRegularExpression& times() {
    static const QRegularExpression expression(QStringLiteral(
        "\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d+)?)?(?:Z|[+-]\\d\\d:?\\d\\d)?)?"
        "|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?\\d{1,2}[ -](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
        "[a-z]*[ -]\\d{2,4}(?: \\d\\d:\\d\\d(?::\\d\\d)?)?(?: GMT)?"
        "|\\d{1,2}:\\d\\d(?::\\d\\d(?:[.,]\\d+)?)?"));
    return expression;
}

/// The positions that an edit script keeps, as pairs of equal keys, ascending.
std::vector<std::pair<int, int>> commonPairs(const std::vector<quint32>& a, const std::vector<quint32>& b) {
    const int n = static_cast<int>(a.size());
    const int m = static_cast<int>(b.size());
    const int most = std::min(n + m, mostEdits);
    const auto at = [](const std::vector<quint32>& keys, int i) { return keys[static_cast<std::size_t>(i)]; };
    std::vector<std::vector<int>> trace; // of each number of edits: the furthest x on each diagonal
    std::vector<int> furthest(2 * static_cast<std::size_t>(most) + 3, 0);
    const auto place = [&](int diagonal) {
        return static_cast<std::size_t>(diagonal) + static_cast<std::size_t>(most) + 1;
    };
    bool isFound = false;
    int edits = 0;
    for (; edits <= most && !isFound; ++edits) {
        for (int k = -edits; k <= edits && !isFound; k += 2) {
            const bool isDown = k == -edits || (k != edits && furthest[place(k - 1)] < furthest[place(k + 1)]);
            int x = isDown ? furthest[place(k + 1)] : furthest[place(k - 1)] + 1;
            int y = x - k;
            while (x < n && y < m && y >= 0 && at(a, x) == at(b, y)) {
                ++x;
                ++y;
            }
            furthest[place(k)] = x;
            isFound = x >= n && y >= m;
        }
        trace.emplace_back(furthest.begin() + static_cast<qsizetype>(place(-edits)),
                           furthest.begin() + static_cast<qsizetype>(place(edits)) + 1);
    }
    std::vector<std::pair<int, int>> pairs;
    if (!isFound)
        return pairs;
    int x = n;
    int y = m;
    for (int d = edits - 1; d >= 0; --d) {
        const int k = x - y;
        int fromX = 0;
        int fromY = 0;
        if (d > 0) {
            const auto before = [&](int diagonal) {
                return trace[static_cast<std::size_t>(d - 1)][static_cast<std::size_t>(diagonal + d - 1)];
            };
            const bool isDown =
                k == -d || (k != d && (k - 1 < -(d - 1) || (k + 1 <= d - 1 && before(k - 1) < before(k + 1))));
            const int previous = isDown ? k + 1 : k - 1;
            fromX = before(previous);
            fromY = fromX - previous;
        }
        while (x > fromX && y > fromY && x > 0 && y > 0 && at(a, x - 1) == at(b, y - 1)) {
            --x;
            --y;
            pairs.emplace_back(x, y);
        }
        x = fromX;
        y = fromY;
    }
    std::reverse(pairs.begin(), pairs.end());
    return pairs;
}

class Comparison {
public:
    Comparison(const std::vector<ComparedMessage>& left, const std::vector<ComparedMessage>& right,
               const CompareOptions& options)
        : m_left(left),
          m_right(right) {
        for (const ComparedMessage& message : left)
            m_leftKeys.push_back(keyOf(message, options));
        for (const ComparedMessage& message : right)
            m_rightKeys.push_back(keyOf(message, options));
    }

    std::vector<Row> rows() {
        std::size_t start = 0;
        const std::size_t shorter = std::min(m_left.size(), m_right.size());
        while (start < shorter && m_leftKeys[start] == m_rightKeys[start])
            ++start;
        std::size_t tail = 0;
        while (tail < shorter - start && m_leftKeys[m_left.size() - 1 - tail] == m_rightKeys[m_right.size() - 1 - tail])
            ++tail;
        for (std::size_t i = 0; i < start; ++i)
            addSame(i, i);
        const std::vector<quint32> a(m_leftKeys.begin() + static_cast<qsizetype>(start),
                                     m_leftKeys.end() - static_cast<qsizetype>(tail));
        const std::vector<quint32> b(m_rightKeys.begin() + static_cast<qsizetype>(start),
                                     m_rightKeys.end() - static_cast<qsizetype>(tail));
        std::size_t l = start;
        std::size_t r = start;
        for (const auto& [x, y] : commonPairs(a, b)) {
            addGap(l, start + static_cast<std::size_t>(x), r, start + static_cast<std::size_t>(y));
            l = start + static_cast<std::size_t>(x);
            r = start + static_cast<std::size_t>(y);
            addSame(l++, r++);
        }
        addGap(l, m_left.size() - tail, r, m_right.size() - tail);
        for (std::size_t i = tail; i > 0; --i)
            addSame(m_left.size() - i, m_right.size() - i);
        return std::move(m_rows);
    }

private:
    quint32 keyOf(const ComparedMessage& message, const CompareOptions& options) {
        const auto wanted = std::pair(message.direction, maskedBytes(message.bytes, options));
        return m_keys.try_emplace(wanted, static_cast<quint32>(m_keys.size())).first->second;
    }

    void addSame(std::size_t l, std::size_t r) {
        const bool isEqual = m_left[l].bytes == m_right[r].bytes;
        m_rows.push_back({isEqual ? DifferenceKind::Same : DifferenceKind::SameMasked, l, r});
    }

    /// What one side has and the other has not: side by side where the direction is the same.
    void addGap(std::size_t l, std::size_t lEnd, std::size_t r, std::size_t rEnd) {
        while (l < lEnd || r < rEnd) {
            if (l < lEnd && r < rEnd && m_left[l].direction == m_right[r].direction) {
                const QByteArray& a = m_left[l].bytes;
                const QByteArray& b = m_right[r].bytes;
                const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
                const bool isAlike = x == a.end() && y == b.end(); // when too much differs to align
                m_rows.push_back({isAlike ? DifferenceKind::Same : DifferenceKind::Changed, l, r,
                                  isAlike ? -1 : static_cast<qsizetype>(x - a.begin())});
                ++l;
                ++r;
            } else if (l < lEnd) {
                m_rows.push_back({DifferenceKind::OnlyLeft, l++, std::nullopt});
            } else {
                m_rows.push_back({DifferenceKind::OnlyRight, std::nullopt, r++});
            }
        }
    }

    const std::vector<ComparedMessage>& m_left;
    const std::vector<ComparedMessage>& m_right;
    std::map<std::pair<RecordKind, QByteArray>, quint32> m_keys;
    std::vector<quint32> m_leftKeys;
    std::vector<quint32> m_rightKeys;
    std::vector<Row> m_rows;
};

} // namespace

QByteArray maskedBytes(const QByteArray& bytes, const CompareOptions& options) {
    if (!options.masksTimes && !options.masksNumbers)
        return bytes;
    QString text = QString::fromLatin1(bytes); // byte for byte
    if (options.masksTimes)
        text.replace(times(), QStringLiteral("\u0001"));
    if (options.masksNumbers) {
        static const QRegularExpression numbers(QStringLiteral("\\d+"));
        text.replace(numbers, QStringLiteral("\u0002"));
    }
    return text.toLatin1();
}

std::vector<ComparedMessage> messagesOf(const RecordSource& source, RecordIndex from, RecordIndex to,
                                        const CompareOptions& options, std::size_t most) {
    std::vector<ComparedMessage> messages;
    std::map<std::pair<std::size_t, RecordKind>, ComparedMessage> unfinished; // lines by stream
    quint64 bytes = 0;
    for (RecordIndex index = from;
         index < to && index < source.count() && messages.size() < most && bytes < mostCompared; ++index) {
        const RecordView record = source.at(index);
        bytes += record.header.size;
        const bool isData = record.header.kind == RecordKind::Sent || record.header.kind == RecordKind::Received;
        if (!isData || record.isReleased)
            continue;
        if (!options.byLine || (record.header.flags & DatagramFlag) != 0) {
            messages.push_back({record.header.kind, record.bytes.toByteArray(), index, 0});
            continue;
        }
        ComparedMessage& line = unfinished[{source.partOf(index), record.header.kind}];
        for (qsizetype at = 0; at < record.bytes.size();) {
            const qsizetype feed = record.bytes.indexOf('\n', at);
            const qsizetype end = feed < 0 ? record.bytes.size() : feed + 1;
            if (line.bytes.isEmpty())
                line = {record.header.kind, {}, index, static_cast<quint32>(at)};
            line.bytes.append(record.bytes.sliced(at, end - at));
            if (feed >= 0 || line.bytes.size() >= longestLine) {
                messages.push_back(line);
                line.bytes.clear();
            }
            at = end;
        }
    }
    for (const auto& [key, line] : unfinished) {
        if (!line.bytes.isEmpty() && messages.size() < most)
            messages.push_back(line);
    }
    return messages;
}

std::vector<ComparedRow> compareMessages(const std::vector<ComparedMessage>& left,
                                         const std::vector<ComparedMessage>& right, const CompareOptions& options) {
    return Comparison(left, right, options).rows();
}

} // namespace sw
