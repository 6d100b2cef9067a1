// SPDX-License-Identifier: MIT
#include "core/workspace/messages.h"

#include "core/base/units.h"

#include <algorithm>

namespace sw {

namespace {
constexpr qsizetype mostMessages = 10000;
constexpr qsizetype mostSteps = 10000;
} // namespace

Result<MessageStep> MessageStep::parse(const QString& line, const QString& encoding) {
    const qsizetype blank = line.indexOf(QLatin1Char(' '));
    const QString word = blank < 0 ? line : line.first(blank);
    const QString rest = blank < 0 ? QString() : line.mid(blank + 1);
    const auto moved = [&](Result<MessageStep> step) {
        if (!step)
            step.error().position = step.error().position < 0 ? 0 : static_cast<int>(blank + 1) + step.error().position;
        return step;
    };
    if (word == QLatin1String("wait")) {
        constexpr std::chrono::hours longest(1);
        const auto time = parseDuration(rest.trimmed());
        if (!time || *time > longest)
            return tl::unexpected(
                badInput(QStringLiteral("message"),
                         sentence(QT_TRANSLATE_NOOP("Core", "wait takes a time up to an hour: wait 200ms.")),
                         static_cast<int>(blank + 1)));
        return pause(*time);
    }
    if (word == QLatin1String("text"))
        return moved(text(rest, encoding));
    if (word == QLatin1String("hex"))
        return moved(hex(rest));
    if (word == QLatin1String("template"))
        return moved(withFields(rest, encoding));
    return tl::unexpected(badInput(
        QStringLiteral("message"),
        sentence(QT_TRANSLATE_NOOP("Core", "“%1” is not known. A step is text, hex, template or wait."), word), 0));
}

Result<MessageStep> MessageStep::text(const QString& source, const QString& encoding) {
    const auto bytes = parseEscapedText(source, encoding);
    if (!bytes)
        return tl::unexpected(bytes.error());
    MessageStep step(Kind::Text, source);
    step.m_bytes = *bytes;
    return step;
}

Result<MessageStep> MessageStep::hex(const QString& source) {
    const auto bytes = parseHex(source);
    if (!bytes)
        return tl::unexpected(bytes.error());
    MessageStep step(Kind::Hex, source);
    step.m_bytes = *bytes;
    return step;
}

Result<MessageStep> MessageStep::withFields(const QString& source, const QString& encoding) {
    auto made = Template::parse(source, encoding);
    if (!made)
        return tl::unexpected(made.error());
    MessageStep step(Kind::Template, source);
    step.m_template = std::move(*made);
    return step;
}

MessageStep MessageStep::ofBytes(const QByteArray& bytes) {
    MessageStep step(Kind::Hex, QString::fromLatin1(bytes.toHex(' ')));
    step.m_bytes = bytes;
    return step;
}

MessageStep MessageStep::pause(std::chrono::microseconds time) {
    MessageStep step(Kind::Wait, {});
    step.m_wait = time;
    return step;
}

QString MessageStep::format() const {
    switch (m_kind) {
    case Kind::Text:
        return QStringLiteral("text ") + m_source;
    case Kind::Hex:
        return QStringLiteral("hex ") + m_source;
    case Kind::Template:
        return QStringLiteral("template ") + m_source;
    case Kind::Wait:
        break;
    }
    return QStringLiteral("wait ") + formatDuration(m_wait);
}

Result<QByteArray> MessageStep::render(TemplateState& state, qint64 wall) const {
    return m_kind == Kind::Template ? m_template.render(state, wall) : Result<QByteArray>(m_bytes);
}

Result<MessageLibrary> MessageLibrary::parse(const QString& text) {
    MessageLibrary library;
    int number = 0;
    qsizetype start = 0;
    for (qsizetype next = 0; start <= text.size(); start = next) {
        qsizetype end = text.indexOf(QLatin1Char('\n'), start);
        end = end < 0 ? text.size() : end;
        next = end + 1;
        ++number;
        QString line = text.mid(start, end - start);
        if (line.endsWith(QLatin1Char('\r')))
            line.chop(1);
        qsizetype indent = 0;
        while (indent < line.size() && line.at(indent).isSpace())
            ++indent;
        line.remove(0, indent);
        if (line.isEmpty() || line.startsWith(QLatin1Char('#')))
            continue;
        const auto refuse = [&](const Sentence& detail, int position = 0) {
            return tl::unexpected(badInput(QStringLiteral("messages"),
                                           QStringLiteral("Line %1: %2").arg(QString::number(number), detail),
                                           static_cast<int>(start + indent) + std::max(position, 0)));
        };
        const QString word = line.section(QLatin1Char(' '), 0, 0);
        const QString rest = line.mid(word.size()).trimmed();
        if (word == QLatin1String("message")) {
            if (rest.isEmpty() || rest.endsWith(QLatin1Char('/')))
                return refuse(sentence(QT_TRANSLATE_NOOP("Core", "a message has a name: message Folder/name.")));
            if (library.find(rest) != nullptr)
                return refuse(sentence(QT_TRANSLATE_NOOP("Core", "there are two messages “%1”."), rest));
            if (library.messages.size() >= mostMessages)
                return refuse(sentence(QT_TRANSLATE_NOOP("Core", "there are more than 10000 messages.")));
            const qsizetype slash = rest.lastIndexOf(QLatin1Char('/'));
            library.messages.append({.folder = slash < 0 ? QString() : rest.first(slash), .name = rest.mid(slash + 1)});
            continue;
        }
        if (library.messages.isEmpty())
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "“%1” comes before the first message."), word));
        SavedMessage& message = library.messages.last();
        if (word == QLatin1String("shortcut")) {
            message.shortcut = rest;
        } else if (word == QLatin1String("ending")) {
            const auto ending = parseLineEnding(rest);
            if (!ending)
                return refuse(ending.error().detail);
            message.ending = *ending;
        } else if (word == QLatin1String("encoding")) {
            if (!encodings().contains(rest) || !message.steps.isEmpty())
                return refuse(sentence(QT_TRANSLATE_NOOP("Core", "encoding stands before the steps, and is one of %1."),
                                       encodings().join(QLatin1String(", "))));
            message.encoding = rest;
        } else {
            const auto step = MessageStep::parse(line, message.encoding);
            if (!step)
                return refuse(step.error().detail, step.error().position);
            if (message.steps.size() >= mostSteps)
                return refuse(sentence(QT_TRANSLATE_NOOP("Core", "there are more than 10000 steps.")));
            message.steps.append(*step);
        }
    }
    return library;
}

QString MessageLibrary::format() const {
    QString text;
    for (const SavedMessage& message : messages) {
        text += QStringLiteral("message ") + message.path() + QLatin1Char('\n');
        if (!message.shortcut.isEmpty())
            text += QStringLiteral("  shortcut ") + message.shortcut + QLatin1Char('\n');
        if (message.ending != LineEnding::None)
            text += QStringLiteral("  ending ") + lineEndingName(message.ending) + QLatin1Char('\n');
        if (message.encoding != QLatin1String("UTF-8"))
            text += QStringLiteral("  encoding ") + message.encoding + QLatin1Char('\n');
        for (const MessageStep& step : message.steps)
            text += QStringLiteral("  ") + step.format() + QLatin1Char('\n');
        text += QLatin1Char('\n');
    }
    return text;
}

const SavedMessage* MessageLibrary::find(const QString& path) const {
    for (const SavedMessage& message : messages) {
        if (message.path() == path)
            return &message;
    }
    return nullptr;
}

} // namespace sw
