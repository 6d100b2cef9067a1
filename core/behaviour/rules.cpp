// SPDX-License-Identifier: MIT
#include "core/behaviour/rules.h"

#include "core/base/units.h"

#include <algorithm>
#include <utility>

namespace sw {

namespace {

constexpr std::size_t mostRules = 10000;

/// Reads the lines of a file of rules one after the other, and knows where it is.
class RuleParser {
public:
    explicit RuleParser(const QString& text) : m_text(text) {}

    Result<RuleSet> parse() {
        qsizetype at = 0;
        while (at <= m_text.size()) {
            const qsizetype end = m_text.indexOf(QLatin1Char('\n'), at);
            const qsizetype stop = end < 0 ? m_text.size() : end;
            m_start = at;
            ++m_line;
            QString line = m_text.mid(at, stop - at);
            if (line.endsWith(QLatin1Char('\r')))
                line.chop(1);
            if (const auto done = parseLine(line); !done)
                return tl::unexpected(done.error());
            at = stop + 1;
        }
        finishRule();
        return std::move(m_set);
    }

private:
    tl::unexpected<Error> refuse(const Sentence& detail, qsizetype column = 0) const {
        return tl::unexpected(badInput(QStringLiteral("rules"),
                                       QStringLiteral("Line %1: %2").arg(QString::number(m_line), detail),
                                       static_cast<int>(m_start + column)));
    }

    Result<void> parseLine(const QString& line) {
        qsizetype indent = 0;
        while (indent < line.size() && line.at(indent).isSpace())
            ++indent;
        if (indent == line.size() || line.at(indent) == QLatin1Char('#'))
            return {};
        qsizetype end = indent;
        while (end < line.size() && !line.at(end).isSpace())
            ++end;
        const QString word = line.mid(indent, end - indent);
        qsizetype rest = end;
        while (rest < line.size() && line.at(rest).isSpace())
            ++rest;
        m_column = rest;
        const QString value = line.mid(rest);
        if (word == QLatin1String("rule"))
            return beginRule(value);
        return m_hasRule ? parseInRule(word, value) : parseHead(word, value);
    }

    Result<void> beginRule(const QString& name) {
        finishRule();
        if (m_set.rules.size() >= mostRules)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "there are more than 10000 rules.")));
        m_hasRule = true;
        m_hasCondition = false;
        m_ignoresCase = false;
        m_rule = Rule{.name = name.trimmed().isEmpty() ? QStringLiteral("rule %1").arg(m_set.rules.size() + 1)
                                                       : name.trimmed(),
                      .line = m_line};
        return {};
    }

    void finishRule() {
        if (!m_hasRule)
            return;
        if (m_ignoresCase) // which may stand before its condition
            m_rule.condition.ignoreCase();
        m_set.rules.push_back(std::move(m_rule));
    }

    Result<void> parseHead(const QString& word, const QString& value) {
        if (word == QLatin1String("framer")) {
            const auto framer = parseFramer(value.trimmed());
            if (!framer)
                return refuse(framer.error().detail, m_column);
            m_set.framer = *framer;
            return {};
        }
        if (word == QLatin1String("seed")) {
            bool ok = false;
            m_set.seed = value.trimmed().toULongLong(&ok);
            return ok ? Result<void>() : refuse(sentence(QT_TRANSLATE_NOOP("Core", "seed takes a number.")), m_column);
        }
        return refuse(
            sentence(QT_TRANSLATE_NOOP(
                         "Core", "“%1” is not known here. A file of rules begins with framer, seed or the first rule."),
                     word));
    }

    Result<Template> parseTemplate(const QString& value) const {
        QString text = withoutQuotes(value);
        if (value.startsWith(QLatin1String("x "))) { // hexadecimal: as escapes, so that it is one kind of thing below
            const auto bytes = parseRuleBytes(value);
            if (!bytes)
                return refuse(bytes.error().detail, m_column + std::max(bytes.error().position, 0));
            text.clear();
            for (const char c : *bytes)
                text += QStringLiteral("\\x%1").arg(static_cast<unsigned char>(c), 2, 16, QLatin1Char('0'));
        }
        const auto made = Template::parse(text);
        if (!made)
            return refuse(made.error().detail, m_column + std::max(made.error().position, 0));
        return *made;
    }

    Result<void> parseCondition(const QString& word, const QString& value) {
        auto condition = Condition::parse(word, value);
        if (!condition)
            return refuse(condition.error().detail, m_column + std::max(condition.error().position, 0));
        if (std::exchange(m_hasCondition, true))
            return refuse(
                sentence(QT_TRANSLATE_NOOP("Core", "a rule has one condition; make another rule for the other.")));
        m_rule.condition = std::move(*condition);
        return {};
    }

    Result<void> addText(RuleAction::Kind kind, const QString& value, const QString& argument = {}) {
        const auto text = parseTemplate(value);
        if (!text)
            return tl::unexpected(text.error());
        m_rule.actions.push_back({.kind = kind, .text = *text, .argument = argument});
        return {};
    }

    Result<void> parseInRule(const QString& word, const QString& value) {
        if (Condition::isOne(word))
            return parseCondition(word, value);
        const QString only = value.trimmed();
        if (word == QLatin1String("off"))
            m_rule.isEnabled = false;
        else if (word == QLatin1String("nocase"))
            m_ignoresCase = true;
        else if (word == QLatin1String("next"))
            m_rule.goesOn = true;
        else if (word == QLatin1String("endpoint"))
            m_rule.endpoint = withoutQuotes(value);
        else if (word == QLatin1String("on") && (only == QLatin1String("received") || only == QLatin1String("sent")))
            m_rule.direction = only == QLatin1String("sent") ? Rule::Direction::Sent : Rule::Direction::Received;
        else if (word == QLatin1String("answer"))
            return addText(RuleAction::Kind::Answer, value);
        else if (word == QLatin1String("mark"))
            return addText(RuleAction::Kind::Mark, value);
        else if (word == QLatin1String("log"))
            return addText(RuleAction::Kind::Log, value);
        else if (word == QLatin1String("set"))
            return parseSet(value);
        else
            return parseAction(word, only);
        return {};
    }

    Result<void> parseSet(const QString& value) {
        static const QRegularExpression pattern(QStringLiteral("^([A-Za-z_][A-Za-z0-9_-]*)\\s+"));
        const auto match = pattern.match(value);
        if (!match.hasMatch())
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "set takes a name and a value: set user ${1}.")),
                          m_column);
        m_column += match.capturedLength();
        return addText(RuleAction::Kind::Set, value.mid(match.capturedLength()), match.captured(1));
    }

    Result<void> parseAction(const QString& word, const QString& value) {
        if (word == QLatin1String("delay")) {
            constexpr std::chrono::hours longest(1);
            const auto delay = parseDuration(value);
            if (!delay || *delay > longest)
                return refuse(sentence(QT_TRANSLATE_NOOP("Core", "delay takes a time up to an hour: delay 200ms.")),
                              m_column);
            m_rule.actions.push_back({.kind = RuleAction::Kind::Delay,
                                      .delay = std::chrono::duration_cast<std::chrono::milliseconds>(*delay)});
            return {};
        }
        if (word == QLatin1String("record")) {
            if (value != QLatin1String("on") && value != QLatin1String("off"))
                return refuse(sentence(QT_TRANSLATE_NOOP("Core", "record takes on or off.")), m_column);
            m_rule.actions.push_back({.kind = RuleAction::Kind::Record, .isOn = value == QLatin1String("on")});
            return {};
        }
        static constexpr std::array simple{
            std::pair{"starttls", RuleAction::Kind::StartTls}, std::pair{"end", RuleAction::Kind::End},
            std::pair{"close", RuleAction::Kind::Close}, std::pair{"reset", RuleAction::Kind::Reset}};
        for (const auto& [name, kind] : simple) {
            if (word != QLatin1String(name))
                continue;
            if (kind == RuleAction::Kind::StartTls && value.contains(QLatin1String("keylog=")))
                return refuse(sentence(QT_TRANSLATE_NOOP(
                                  "Core", "starttls takes no keylog: keys are written only where you connect.")),
                              m_column);
            m_rule.actions.push_back({.kind = kind, .argument = value});
            return {};
        }
        return refuse(sentence(
            QT_TRANSLATE_NOOP("Core",
                              "“%1” is not known. A rule has a condition (any, equals, contains, prefix, regex, "
                              "mask, malformed; on, endpoint, nocase) and actions (answer, set, delay, mark, log, "
                              "record, starttls, end, close, reset), and may be off or go on to the next."),
            word == QLatin1String("on") ? QStringLiteral("on ") + value : word));
    }

    const QString& m_text;
    qsizetype m_start = 0;
    qsizetype m_column = 0;
    int m_line = 0;
    bool m_hasRule = false;
    bool m_hasCondition = false;
    bool m_ignoresCase = false;
    Rule m_rule;
    RuleSet m_set;
};

} // namespace

Result<RuleSet> RuleSet::parse(const QString& text) {
    return RuleParser(text).parse();
}

QString setRuleEnabled(const QString& text, int rule, bool isEnabled) {
    QStringList lines = text.split(QLatin1Char('\n'));
    int seen = -1;
    static const QRegularExpression blank(QStringLiteral("\\s"));
    const auto wordOf = [](const QString& line) { return line.trimmed().section(blank, 0, 0); };
    for (qsizetype i = 0; i < lines.size(); ++i) {
        if (wordOf(lines.at(i)) == QLatin1String("rule") && ++seen == rule) {
            qsizetype next = i + 1;
            while (next < lines.size() && wordOf(lines.at(next)) != QLatin1String("rule")) {
                if (wordOf(lines.at(next)) == QLatin1String("off"))
                    lines.removeAt(next);
                else
                    ++next;
            }
            if (!isEnabled)
                lines.insert(i + 1, QStringLiteral("  off"));
            break;
        }
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace sw
