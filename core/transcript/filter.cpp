// SPDX-License-Identifier: MIT
#include "core/transcript/filter.h"

#include "core/base/units.h"
#include "core/payload/payload.h"
#include "core/transcript/bytesearch.h"
#include "core/transcript/pattern.h"

#include <QDateTime>

#include <algorithm>
#include <array>

namespace sw {

namespace {

/// A record whose bytes are read when a term asks for them: most of a long session lies on disk, its headers are small.
class Subject {
public:
    Subject(const RecordSource& source, RecordIndex position, const Filter::Context& asked)
        : header(source.header(position)),
          part(source.parts()[source.partOf(position)]),
          context(asked),
          m_source(source),
          m_position(position) {}

    const RecordHeader header;
    const SourcePart& part;
    const Filter::Context& context;

    const RecordView& record() const {
        if (!m_record)
            m_record = m_source.at(m_position);
        return *m_record;
    }
    RecordIndex indexInPart() const { return m_source.recordInPart(m_position); }

private:
    const RecordSource& m_source;
    RecordIndex m_position;
    mutable std::optional<RecordView> m_record;
};

} // namespace

struct Filter::Node {
    virtual ~Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    Node(Node&&) = delete;
    Node& operator=(Node&&) = delete;
    virtual bool holds(const Subject& subject) const = 0;

    const bool readsBytes; ///< asks for more than headers

protected:
    explicit Node(bool reads) : readsBytes(reads) {}
};

namespace {

using NodePointer = std::shared_ptr<const Filter::Node>;

template <typename Test>
struct TestNode final : Filter::Node {
    TestNode(Test t, bool reads) : Node(reads), test(std::move(t)) {}
    bool holds(const Subject& subject) const override { return test(subject); }
    Test test;
};

template <typename Test>
NodePointer node(Test test, bool readsBytes = false) {
    return std::make_shared<const TestNode<Test>>(std::move(test), readsBytes);
}

template <typename Test>
NodePointer bytesReadingNode(Test test) {
    return node(std::move(test), true);
}

/// Both, or either; what headers can tell is asked first.
template <typename Join>
NodePointer joined(NodePointer a, NodePointer b, Join join) {
    if (a->readsBytes && !b->readsBytes)
        std::swap(a, b);
    const bool readsBytes = a->readsBytes || b->readsBytes;
    return node([a = std::move(a), b = std::move(b), join](const Subject& s) { return join(*a, *b, s); }, readsBytes);
}

QByteArray lowered(QByteArrayView bytes) {
    return bytes.toByteArray().toLower(); // ASCII only, as QByteArray does it
}

NodePointer textNode(const QString& text, bool caseSensitive) {
    const QByteArray needle = caseSensitive ? text.toUtf8() : lowered(text.toUtf8());
    return bytesReadingNode([search = ByteSearch(needle), caseSensitive](const Subject& s) {
        const bool isEvent = s.header.kind == RecordKind::Event;
        const QByteArray sentence = isEvent ? s.record().text().toUtf8() : QByteArray();
        const QByteArrayView bytes = isEvent ? QByteArrayView(sentence) : s.record().bytes;
        return search.find(caseSensitive ? bytes : QByteArrayView(lowered(bytes)), 0) >= 0;
    });
}

NodePointer bytesNode(const QByteArray& bytes) {
    return bytesReadingNode([search = ByteSearch(bytes)](const Subject& s) {
        return s.header.kind != RecordKind::Event && search.find(s.record().bytes, 0) >= 0;
    });
}

NodePointer patternNode(const QRegularExpression& expression) {
    return bytesReadingNode([expression](const Subject& s) {
        constexpr qsizetype window = 16 << 10; // bounds the cost; the pattern's own steps are bounded too
        if (s.header.kind == RecordKind::Event)
            return expression.match(s.record().text()).hasMatch();
        constexpr qsizetype overlap = 1 << 10; // for what lies across a cut within a line
        const QByteArrayView bytes = s.record().bytes;
        for (qsizetype at = 0;;) {
            qsizetype size = std::min(window, bytes.size() - at);
            const bool isLast = at + size == bytes.size();
            const qsizetype feed = isLast ? -1 : bytes.sliced(at, size).lastIndexOf('\n');
            if (feed > 0)
                size = feed + 1;
            if (expression.match(decodeText(bytes.sliced(at, size)).text).hasMatch())
                return true;
            if (isLast)
                return false;
            at += feed > 0 ? size : size - overlap;
        }
    });
}

struct Choice {
    const char* name;
    const char* value;
};

/// The terms with a fixed set of values; the completions are made from them too.
constexpr std::array choices{
    Choice{"dir", "sent"},   Choice{"dir", "received"}, Choice{"dir", "out"},   Choice{"dir", "in"},
    Choice{"kind", "event"}, Choice{"kind", "note"},    Choice{"kind", "data"}, Choice{"is", "marked"},
    Choice{"is", "cut"},     Choice{"is", "datagram"},  Choice{"is", "empty"},  Choice{"is", "text"},
};

constexpr std::array openTerms{"len>", "len<", "len=", "peer:", "name:", "since:", "until:", "hex:", "event:"};

NodePointer choiceNode(const QString& name, const QString& value) {
    const auto kind = [](RecordKind wanted) {
        return node([wanted](const Subject& s) { return s.header.kind == wanted; });
    };
    if (name == QLatin1String("dir"))
        return kind(value == QLatin1String("sent") || value == QLatin1String("out") ? RecordKind::Sent
                                                                                    : RecordKind::Received);
    if (value == QLatin1String("event"))
        return kind(RecordKind::Event);
    if (value == QLatin1String("note"))
        return kind(RecordKind::Note);
    if (value == QLatin1String("data"))
        return node([](const Subject& s) {
            return s.header.kind == RecordKind::Sent || s.header.kind == RecordKind::Received;
        });
    if (value == QLatin1String("marked"))
        return node(
            [](const Subject& s) { return s.context.isMarked && s.context.isMarked(s.part.id, s.indexInPart()); });
    if (value == QLatin1String("empty"))
        return node([](const Subject& s) { return s.header.size == 0; });
    if (value == QLatin1String("text"))
        return bytesReadingNode([](const Subject& s) {
            return std::none_of(s.record().bytes.begin(), s.record().bytes.end(), [](char c) {
                return static_cast<uchar>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
            });
        });
    const quint8 flag = value == QLatin1String("cut") ? CutFlag : DatagramFlag;
    return node([flag](const Subject& s) { return (s.header.flags & flag) != 0; });
}

QString valuesOf(const QString& name) {
    QStringList values;
    for (const Choice& choice : choices) {
        if (name == QLatin1String(choice.name))
            values.append(QString::fromLatin1(choice.value));
    }
    return values.join(QStringLiteral(", "));
}

/// `12:30`, `12:30:05.25` (today), `2026-01-31T12:30:00` or `-5m`; nanoseconds since 1970. Fractions of a second have
/// up to nine digits.
std::optional<qint64> parseTime(const QString& whole, qint64 now) {
    constexpr qint64 million = 1'000'000;
    constexpr qsizetype mostDigits = 9;
    QString text = whole;
    qint64 fraction = 0;
    if (const qsizetype dot = whole.lastIndexOf(QLatin1Char('.')); dot > 0 && !whole.startsWith(QLatin1Char('-'))) {
        qsizetype end = dot + 1;
        while (end < whole.size() && whole.at(end) >= QLatin1Char('0') && whole.at(end) <= QLatin1Char('9'))
            ++end;
        const QString digits = whole.mid(dot + 1, end - dot - 1);
        if (digits.isEmpty() || digits.size() > mostDigits)
            return std::nullopt;
        fraction = digits.leftJustified(mostDigits, QLatin1Char('0')).toLongLong();
        text = whole.left(dot) + whole.mid(end); // a zone may follow
    }
    if (text.startsWith(QLatin1Char('-'))) {
        const auto duration = parseDuration(text.mid(1));
        return duration ? std::optional(now - duration->count() * 1000) : std::nullopt;
    }
    QDateTime time = QDateTime::fromString(text, Qt::ISODateWithMs);
    if (!time.isValid()) {
        const QTime today =
            QTime::fromString(text.size() == 5 ? text + QStringLiteral(":00") : text, Qt::ISODateWithMs);
        if (!today.isValid())
            return std::nullopt;
        time = QDateTime(QDateTime::fromMSecsSinceEpoch(now / million).date(), today);
    }
    return time.toMSecsSinceEpoch() * million + fraction;
}

class Parser {
public:
    Parser(QString text, qint64 now) : m_text(std::move(text)), m_now(now) {}

    Result<NodePointer> parse() {
        auto root = alternatives();
        if (root && m_at < m_text.size())
            return wrong(m_at, sentence(QT_TRANSLATE_NOOP("Core", "“)” has no “(” before it.")));
        return root;
    }

private:
    struct Word {
        QString text;
        qsizetype start = 0;
        bool isQuoted = false;
        bool isPattern = false;
        QString flags{};
    };

    tl::unexpected<Error> wrong(qsizetype at, const Sentence& detail) const {
        return tl::unexpected(badInput(QStringLiteral("filter"), detail, static_cast<int>(at)));
    }

    void skipSpaces() {
        while (m_at < m_text.size() && m_text.at(m_at).isSpace())
            ++m_at;
    }

    bool takeWord(QLatin1String word) {
        skipSpaces();
        const bool isIt = QStringView(m_text).mid(m_at).startsWith(word, Qt::CaseInsensitive);
        const qsizetype end = m_at + word.size();
        if (!isIt || (end < m_text.size() && !m_text.at(end).isSpace() && m_text.at(end) != QLatin1Char('(')))
            return false;
        m_at = end;
        return true;
    }

    bool isAtEnd() {
        skipSpaces();
        return m_at >= m_text.size() || m_text.at(m_at) == QLatin1Char(')');
    }

    Result<NodePointer> alternatives() { // NOLINT(misc-no-recursion): depth is bounded below
        auto left = allOf();
        while (left && takeWord(QLatin1String("or"))) {
            auto right = allOf();
            if (!right)
                return right;
            if (*left == nullptr || *right == nullptr)
                return wrong(m_at, sentence(QT_TRANSLATE_NOOP("Core", "“or” needs a term on both sides.")));
            left = joined(*left, *right, [](const Filter::Node& a, const Filter::Node& b, const Subject& s) {
                return a.holds(s) || b.holds(s);
            });
        }
        return left;
    }

    Result<NodePointer> allOf() {
        NodePointer all;
        while (!isAtEnd()) {
            const qsizetype before = m_at;
            if (takeWord(QLatin1String("or"))) {
                m_at = before;
                break;
            }
            if (takeWord(QLatin1String("and")) && isAtEnd())
                return wrong(before, sentence(QT_TRANSLATE_NOOP("Core", "“and” needs a term after it.")));
            auto one = term();
            if (!one)
                return one;
            if (all == nullptr)
                all = *one;
            else
                all = joined(all, *one, [](const Filter::Node& a, const Filter::Node& b, const Subject& s) {
                    return a.holds(s) && b.holds(s);
                });
        }
        return all;
    }

    Result<NodePointer> term() {
        skipSpaces();
        const qsizetype start = m_at;
        const bool isMinus = m_at + 1 < m_text.size() && m_text.at(m_at) == QLatin1Char('-');
        if (isMinus || takeWord(QLatin1String("not"))) {
            m_at += isMinus ? 1 : 0;
            if (isAtEnd())
                return wrong(start, sentence(QT_TRANSLATE_NOOP("Core", "“not” needs a term after it.")));
            auto inner = nested([this] { return term(); });
            if (!inner)
                return inner;
            return node([a = *inner](const Subject& s) { return !a->holds(s); }, (*inner)->readsBytes);
        }
        if (m_at < m_text.size() && m_text.at(m_at) == QLatin1Char('(')) {
            ++m_at;
            auto inner = nested([this] { return alternatives(); });
            if (!inner)
                return inner;
            if (m_at >= m_text.size())
                return wrong(start, sentence(QT_TRANSLATE_NOOP("Core", "“(” has no “)” after it.")));
            ++m_at;
            if (*inner == nullptr)
                return wrong(start, sentence(QT_TRANSLATE_NOOP("Core", "nothing stands in these parentheses.")));
            return inner;
        }
        auto word = takeTerm();
        if (!word)
            return tl::unexpected(word.error());
        return meaningOf(*word);
    }

    template <typename Call>
    Result<NodePointer> nested(Call call) {
        constexpr int deepest = 50;
        if (++m_depth > deepest)
            return wrong(m_at, sentence(QT_TRANSLATE_NOOP("Core", "this is nested too deeply; 50 levels are taken.")));
        auto inner = call();
        --m_depth;
        return inner;
    }

    /// A word up to the next space or parenthesis; quotes and slashes hold spaces.
    Result<Word> takeTerm() {
        Word word{.text = {}, .start = m_at};
        const QChar first = m_text.at(m_at);
        if (first == QLatin1Char('"') || first == QLatin1Char('/'))
            return takeDelimited(first, word);
        while (m_at < m_text.size() && !m_text.at(m_at).isSpace() && m_text.at(m_at) != QLatin1Char('(') &&
               m_text.at(m_at) != QLatin1Char(')')) {
            if (m_text.at(m_at) == QLatin1Char('"')) { // name:"with spaces"
                auto quoted = takeDelimited(QLatin1Char('"'), {.text = {}, .start = m_at});
                if (!quoted)
                    return quoted;
                word.text += quoted->text;
                continue;
            }
            word.text += m_text.at(m_at++);
        }
        if (word.text.isEmpty())
            return wrong(m_at, sentence(QT_TRANSLATE_NOOP("Core", "a term is expected here.")));
        return word;
    }

    Result<Word> takeDelimited(QChar delimiter, Word word) {
        const bool isPattern = delimiter == QLatin1Char('/');
        for (++m_at; m_at < m_text.size() && m_text.at(m_at) != delimiter; ++m_at) {
            const bool isEscape = m_text.at(m_at) == QLatin1Char('\\') && m_at + 1 < m_text.size();
            if (isEscape && (!isPattern || m_text.at(m_at + 1) == delimiter)) {
                if (!isPattern)
                    word.text += m_text.at(m_at); // read with the other escapes
                ++m_at;
            } else if (isEscape) {
                word.text += m_text.at(m_at++);
            }
            word.text += m_text.at(m_at);
        }
        if (m_at >= m_text.size())
            return wrong(word.start,
                         isPattern
                             ? sentence(QT_TRANSLATE_NOOP("Core", "this regular expression has no “/” at its end."))
                             : sentence(QT_TRANSLATE_NOOP("Core", "this text has no closing quote.")));
        ++m_at;
        word.isPattern = isPattern;
        word.isQuoted = !isPattern;
        while (isPattern && m_at < m_text.size() && m_text.at(m_at).isLetter())
            word.flags += m_text.at(m_at++);
        if (!isPattern) {
            const auto bytes = parseEscapedText(word.text);
            if (!bytes)
                return wrong(word.start + 1 + std::max(bytes.error().position, 0), bytes.error().detail);
            word.text = QString::fromUtf8(*bytes);
        }
        return word;
    }

    Result<NodePointer> meaningOf(const Word& word) const {
        if (word.isPattern)
            return patternOf(word);
        if (word.isQuoted)
            return textNode(word.text, true);
        if (const qsizetype place = word.text.indexOf(QRegularExpression(QStringLiteral("[<>=!]")));
            place > 0 && word.text.left(place) == QLatin1String("len"))
            return lengthOf(word, place);
        const qsizetype colon = word.text.indexOf(QLatin1Char(':'));
        const QString name = word.text.left(std::max<qsizetype>(colon, 0));
        const QString value = word.text.mid(colon + 1);
        if (const QString values = valuesOf(name); !values.isEmpty()) {
            if (!values.split(QStringLiteral(", ")).contains(value))
                return wrong(word.start + colon + 1,
                             sentence(QT_TRANSLATE_NOOP("Core", "“%1:” takes %2."), name, values));
            return choiceNode(name, value);
        }
        if (name == QLatin1String("peer") || name == QLatin1String("name"))
            return nameOf(word, name, value, colon);
        if (name == QLatin1String("since") || name == QLatin1String("until"))
            return timeOf(word, name, value, colon);
        if (name == QLatin1String("hex"))
            return hexOf(word, value, colon);
        if (name == QLatin1String("event"))
            return eventOf(word, value, colon);
        static const QRegularExpression key(QStringLiteral("^[a-z]+:(?!//|[0-9])[^\\s:]"));
        if (key.match(word.text).hasMatch()) // mistyped, and as a text it would mostly find nothing
            return wrong(word.start,
                         sentence(QT_TRANSLATE_NOOP("Core", "“%1:” is not known. There are dir:, kind:, is:, peer:, "
                                                            "name:, since:, until:, hex: and event:; quote it to "
                                                            "look for it as text: \"%2\"."),
                                  name, word.text));
        // any other word is text; in lower case it stands for both
        return textNode(word.text, word.text != word.text.toLower());
    }

    Result<NodePointer> patternOf(const Word& word) const {
        QRegularExpression::PatternOptions options = QRegularExpression::MultilineOption;
        for (const QChar flag : word.flags) {
            if (flag != QLatin1Char('i'))
                return wrong(word.start,
                             sentence(QT_TRANSLATE_NOOP("Core", "after “/” only “i” (any case) is taken.")));
            options |= QRegularExpression::CaseInsensitiveOption;
        }
        if (word.text.isEmpty())
            return wrong(word.start, sentence(QT_TRANSLATE_NOOP("Core", "this regular expression is empty.")));
        const auto expression = compilePattern(word.text, options);
        if (!expression)
            return wrong(word.start + 1 + std::max(expression.error().position, 0), expression.error().detail);
        return patternNode(*expression);
    }

    Result<NodePointer> lengthOf(const Word& word, qsizetype place) const {
        static const QRegularExpression operators(QStringLiteral("^(<=|>=|!=|=|<|>)(.*)$"));
        const auto match = operators.match(word.text.mid(place));
        const auto size = match.hasMatch() ? parseSize(match.captured(2)) : Result<qint64>(0);
        if (!match.hasMatch() || !size)
            return wrong(word.start + place,
                         sentence(QT_TRANSLATE_NOOP(
                             "Core", "“len” takes =, !=, <, <=, > or >= and a size such as 100 or 4KiB.")));
        const QString sign = match.captured(1);
        const auto wanted = static_cast<quint64>(*size);
        return node([sign, wanted](const Subject& s) {
            const quint64 here = s.header.size;
            if (sign == QLatin1String("="))
                return here == wanted;
            if (sign == QLatin1String("!="))
                return here != wanted;
            if (sign == QLatin1String("<"))
                return here < wanted;
            if (sign == QLatin1String("<="))
                return here <= wanted;
            return sign == QLatin1String(">") ? here > wanted : here >= wanted;
        });
    }

    Result<NodePointer> nameOf(const Word& word, const QString& name, const QString& value, qsizetype colon) const {
        if (value.isEmpty())
            return wrong(word.start + colon + 1,
                         sentence(QT_TRANSLATE_NOOP("Core", "“%1:” takes a part of a name."), name));
        return node([value](const Subject& s) { return s.part.name.contains(value, Qt::CaseInsensitive); });
    }

    Result<NodePointer> timeOf(const Word& word, const QString& name, const QString& value, qsizetype colon) const {
        const auto time = parseTime(value, m_now);
        if (!time)
            return wrong(
                word.start + colon + 1,
                sentence(QT_TRANSLATE_NOOP("Core", "“%1:” takes a time of today (12:30 or 12:30:05.2), a date with a "
                                                   "time (2026-01-31T12:30:00), or how long ago (-5m)."),
                         name));
        const bool isSince = name == QLatin1String("since");
        return node([isSince, wall = *time](const Subject& s) {
            return isSince ? s.header.time.wall >= wall : s.header.time.wall < wall;
        });
    }

    Result<NodePointer> hexOf(const Word& word, const QString& value, qsizetype colon) const {
        const auto bytes = parseHex(value);
        if (!bytes || bytes->isEmpty())
            return wrong(word.start + colon + 1,
                         sentence(QT_TRANSLATE_NOOP("Core", "“hex:” takes pairs of hexadecimal digits: hex:0d0a.")));
        return bytesNode(*bytes);
    }

    Result<NodePointer> eventOf(const Word& word, const QString& value, qsizetype colon) const {
        for (int kind = 0; kind <= static_cast<int>(lastEventKind); ++kind) {
            if (eventName(static_cast<EventKind>(kind)) == value)
                return node([kind](const Subject& s) {
                    return s.header.kind == RecordKind::Event && static_cast<int>(s.header.event) == kind;
                });
        }
        return wrong(
            word.start + colon + 1,
            sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no event; there are opened, closed, end-of-stream, and more."),
                     value));
    }

    QString m_text;
    qint64 m_now;
    qsizetype m_at = 0;
    int m_depth = 0;
};

} // namespace

Result<Filter> Filter::parse(const QString& text, qint64 now) {
    auto root = Parser(text, now).parse();
    if (!root)
        return tl::unexpected(root.error());
    Filter filter;
    filter.m_root = *root;
    return filter;
}

bool Filter::matches(const RecordSource& source, RecordIndex position, const Context& context) const {
    return m_root == nullptr || m_root->holds(Subject(source, position, context));
}

QStringList filterCompletions(const QString& text, qsizetype cursor) {
    qsizetype start = cursor;
    while (start > 0 && !text.at(start - 1).isSpace() && text.at(start - 1) != QLatin1Char('('))
        --start;
    QString word = text.mid(start, cursor - start);
    const QString before = word.startsWith(QLatin1Char('-')) ? QStringLiteral("-") : QString();
    word = word.mid(before.size());
    QStringList found;
    const auto offer = [&](const QString& term) {
        if (!word.isEmpty() && term.startsWith(word) && term != word)
            found.append(before + term);
    };
    for (const Choice& choice : choices)
        offer(QString::fromLatin1(choice.name) + QLatin1Char(':') + QString::fromLatin1(choice.value));
    for (const char* term : openTerms)
        offer(QString::fromLatin1(term));
    if (word.startsWith(QLatin1String("event:"))) {
        for (int kind = 1; kind <= static_cast<int>(lastEventKind); ++kind)
            offer(QString(QStringLiteral("event:") + eventName(static_cast<EventKind>(kind))));
    }
    return found;
}

std::vector<RecordIndex> filterRecords(const RecordSource& source, RecordIndex from, RecordIndex end,
                                       const Filter& filter, const Filter::Context& context,
                                       const std::atomic<bool>& cancelled) {
    std::vector<RecordIndex> found;
    for (RecordIndex index = from; index < end && !cancelled.load(std::memory_order_relaxed); ++index) {
        if (filter.matches(source, index, context))
            found.push_back(index);
    }
    return found;
}

} // namespace sw
