// SPDX-License-Identifier: MIT
#include "ui/behaviour/codehighlighter.h"

#include "core/payload/checksums.h"
#include "ui/style/theme.h"

#include <QGuiApplication>
#include <QRegularExpression>

namespace sw::ui {

namespace {

QTextCharFormat colored(const QColor& color, bool isBold = false) {
    QTextCharFormat format;
    format.setForeground(color);
    if (isBold)
        format.setFontWeight(QFont::Bold);
    return format;
}

const QStringList& ruleWords() {
    static const QStringList words{
        QStringLiteral("framer"),   QStringLiteral("seed"),     QStringLiteral("rule"),     QStringLiteral("off"),
        QStringLiteral("on"),       QStringLiteral("endpoint"), QStringLiteral("any"),      QStringLiteral("equals"),
        QStringLiteral("contains"), QStringLiteral("prefix"),   QStringLiteral("regex"),    QStringLiteral("mask"),
        QStringLiteral("nocase"),   QStringLiteral("next"),     QStringLiteral("answer"),   QStringLiteral("set"),
        QStringLiteral("delay"),    QStringLiteral("mark"),     QStringLiteral("log"),      QStringLiteral("record"),
        QStringLiteral("starttls"), QStringLiteral("end"),      QStringLiteral("close"),    QStringLiteral("reset"),
        QStringLiteral("received"), QStringLiteral("sent"),     QStringLiteral("malformed")};
    return words;
}

const QStringList& scriptNames() {
    static const QStringList words{
        QStringLiteral("acceptor"),     QStringLiteral("opened"),       QStringLiteral("filter"),
        QStringLiteral("sent"),         QStringLiteral("timer"),        QStringLiteral("end"),
        QStringLiteral("sentinel"),     QStringLiteral("framer"),       QStringLiteral("connection"),
        QStringLiteral("connections"),  QStringLiteral("Bytes"),        QStringLiteral("log"),
        QStringLiteral("store"),        QStringLiteral("send"),         QStringLiteral("close"),
        QStringLiteral("abort"),        QStringLiteral("shutdown"),     QStringLiteral("startTls"),
        QStringLiteral("setTimer"),     QStringLiteral("pause"),        QStringLiteral("resume"),
        QStringLiteral("record"),       QStringLiteral("mark"),         QStringLiteral("name"),
        QStringLiteral("peer"),         QStringLiteral("listener"),     QStringLiteral("isDatagram"),
        QStringLiteral("isOpen"),       QStringLiteral("data"),         QStringLiteral("toString"),
        QStringLiteral("toHex"),        QStringLiteral("equals"),       QStringLiteral("startsWith"),
        QStringLiteral("checksum"),     QStringLiteral("from"),         QStringLiteral("cause"),
        QStringLiteral("text"),         QStringLiteral("malformed"),    QStringLiteral("listenerClosed"),
        QStringLiteral("secured"),      QStringLiteral("accept"),       QStringLiteral("address"),
        QStringLiteral("credentials"),  QStringLiteral("console"),      QStringLiteral("shutdownReceiving"),
        QStringLiteral("setTimeout"),   QStringLiteral("clearTimeout"), QStringLiteral("setInterval"),
        QStringLiteral("clearInterval")};
    return words;
}

} // namespace

QStringList codeWords(CodeLanguage language) {
    QStringList words = language == CodeLanguage::Rules ? ruleWords() : scriptNames();
    if (language == CodeLanguage::Rules) {
        words += {QStringLiteral("lines"),       QStringLiteral("delimiter="), QStringLiteral("fixed="),
                  QStringLiteral("length=2be"),  QStringLiteral("idle=50ms"),  QStringLiteral("slip"),
                  QStringLiteral("cobs"),        QStringLiteral("${n}"),       QStringLiteral("${time}"),
                  QStringLiteral("${random:8}"), QStringLiteral("${len:2be}"), QStringLiteral("${begin}"),
                  QStringLiteral("${end}")};
        for (const Checksum& one : checksums())
            words.append(QStringLiteral("${%1}").arg(QString::fromLatin1(one.name)));
    } else {
        words +=
            {QStringLiteral("function"), QStringLiteral("const"), QStringLiteral("return"), QStringLiteral("typeof")};
    }
    words.sort(Qt::CaseInsensitive);
    return words;
}

CodeHighlighter::CodeHighlighter(CodeLanguage language, QTextDocument* document)
    : QSyntaxHighlighter(document),
      m_language(language) {}

void CodeHighlighter::highlightBlock(const QString& text) {
    if (m_language == CodeLanguage::Rules)
        highlightRules(text);
    else
        highlightScript(text);
}

void CodeHighlighter::highlightRules(const QString& text) {
    const ThemeColors colors = themeColors(QGuiApplication::palette());
    static const QRegularExpression first(QStringLiteral("^\\s*(\\S+)"));
    static const QRegularExpression field(QStringLiteral("\\$\\{[^}]*\\}|\\$\\$|\\\\(x[0-9A-Fa-f]{2}|u\\{[^}]*\\}|.)"));
    const auto match = first.match(text);
    if (!match.hasMatch())
        return;
    if (match.captured(1).startsWith(QLatin1Char('#'))) {
        setFormat(0, static_cast<int>(text.size()), colored(colors.muted));
        return;
    }
    const QString word = match.captured(1);
    const auto start = static_cast<int>(match.capturedStart(1));
    if (word == QLatin1String("rule"))
        setFormat(start, static_cast<int>(text.size()) - start, colored(colors.accent, true));
    else
        setFormat(start, static_cast<int>(word.size()),
                  colored(ruleWords().contains(word) ? colors.sent : colors.error));
    for (auto fields = field.globalMatch(text, match.capturedEnd(1)); fields.hasNext();) {
        const auto one = fields.next();
        setFormat(static_cast<int>(one.capturedStart()), static_cast<int>(one.capturedLength()), colored(colors.note));
    }
}

void CodeHighlighter::highlightScript(const QString& text) {
    const ThemeColors colors = themeColors(QGuiApplication::palette());
    static const QRegularExpression token(
        QStringLiteral("(?<comment>//.*$|/\\*.*?(\\*/"
                       "|$))|(?<string>\"(\\\\.|[^\"\\\\])*\"?|'(\\\\.|[^'\\\\])*'?|`(\\\\.|[^`\\\\])*`?)|"
                       "(?<number>\\b\\d[\\w.]*)|(?<word>[A-Za-z_$][\\w$]*)"));
    static const QRegularExpression keyword(QStringLiteral(
        "^(break|case|catch|class|const|continue|default|delete|do|else|extends|false|finally|for|function|if|in|"
        "instanceof|let|new|null|of|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|"
        "yield)$"));
    int from = 0;
    setCurrentBlockState(0);
    if (previousBlockState() == 1) { // inside a comment
        const auto end = text.indexOf(QLatin1String("*/"));
        const auto length = static_cast<int>(end < 0 ? text.size() : end + 2);
        setFormat(0, length, colored(colors.muted));
        if (end < 0) {
            setCurrentBlockState(1);
            return;
        }
        from = length;
    }
    for (auto tokens = token.globalMatch(text, from); tokens.hasNext();) {
        const auto one = tokens.next();
        const auto start = static_cast<int>(one.capturedStart());
        const auto length = static_cast<int>(one.capturedLength());
        const QString word = one.captured(QStringLiteral("word"));
        if (one.capturedLength(QStringLiteral("comment")) > 0) {
            setFormat(start, length, colored(colors.muted));
            if (one.captured().startsWith(QLatin1String("/*")) && !one.captured().endsWith(QLatin1String("*/")))
                setCurrentBlockState(1);
        } else if (one.capturedLength(QStringLiteral("string")) > 0) {
            setFormat(start, length, colored(colors.ok));
        } else if (one.capturedLength(QStringLiteral("number")) > 0) {
            setFormat(start, length, colored(colors.note));
        } else if (keyword.match(word).hasMatch()) {
            setFormat(start, length, colored(colors.sent, true));
        } else if (scriptNames().contains(word)) {
            setFormat(start, length, colored(colors.accent));
        }
    }
}

} // namespace sw::ui
