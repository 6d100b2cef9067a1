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
    const auto refuse = [&](const Sentence& detail, int position) {
        return tl::unexpected(
            badInput(QStringLiteral("message"), detail, position < 0 ? 0 : static_cast<int>(blank + 1) + position));
    };
    if (word == QLatin1String("wait")) {
        constexpr std::chrono::hours longest(1);
        const auto time = parseDuration(rest.trimmed());
        if (!time || *time > longest)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "wait takes a time up to an hour: wait 200ms.")), 0);
        return MessageStep{.kind = Kind::Wait, .wait = *time};
    }
    if (word == QLatin1String("text")) {
        if (const auto bytes = parseEscapedText(rest, encoding); !bytes)
            return refuse(bytes.error().detail, bytes.error().position);
        return MessageStep{.kind = Kind::Text, .source = rest};
    }
    if (word == QLatin1String("hex")) {
        if (const auto bytes = parseHex(rest); !bytes)
            return refuse(bytes.error().detail, bytes.error().position);
        return MessageStep{.kind = Kind::Hex, .source = rest};
    }
    if (word == QLatin1String("template")) {
        if (const auto made = Template::parse(rest, encoding); !made)
            return refuse(made.error().detail, made.error().position);
        return MessageStep{.kind = Kind::Template, .source = rest};
    }
    return tl::unexpected(badInput(
        QStringLiteral("message"),
        sentence(QT_TRANSLATE_NOOP("Core", "“%1” is not known. A step is text, hex, template or wait."), word), 0));
}

QString MessageStep::format() const {
    switch (kind) {
    case Kind::Text:
        return QStringLiteral("text ") + source;
    case Kind::Hex:
        return QStringLiteral("hex ") + source;
    case Kind::Template:
        return QStringLiteral("template ") + source;
    case Kind::Wait:
        break;
    }
    return QStringLiteral("wait ") + formatDuration(wait);
}

Result<QByteArray> MessageStep::render(TemplateState& state, qint64 wall, const QString& encoding) const {
    switch (kind) {
    case Kind::Text:
        return parseEscapedText(source, encoding);
    case Kind::Hex:
        return parseHex(source);
    case Kind::Template: {
        const auto made = Template::parse(source, encoding);
        if (!made)
            return tl::unexpected(made.error());
        return made->render(state, wall);
    }
    case Kind::Wait:
        break;
    }
    return QByteArray();
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
