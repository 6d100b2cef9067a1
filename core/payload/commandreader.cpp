// SPDX-License-Identifier: MIT
// Source: telnet(1).
#include "core/payload/commandreaders.h"

#include "core/payload/shellwords.h"

#include <QFileInfo>
#include <QUrl>

#include <algorithm>
#include <array>

namespace sw {

namespace commands {

tl::unexpected<Error> refuse(const Sentence& detail) {
    return tl::unexpected(badInput(QStringLiteral("command"), detail));
}

tl::unexpected<Error> refuseOption(const QString& option, const QString& program) {
    return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 of %2 is not understood: what it does cannot be said in an "
                                                     "address. Take it out, and set what you need by hand."),
                           option, program));
}

void ReadOptions::set(const char* name, const QString& value) {
    if (qstrcmp(name, "join") != 0)
        remove(name);
    m_options.emplace_back(QString::fromLatin1(name), value);
}

bool ReadOptions::has(const char* name) const {
    return std::any_of(m_options.begin(), m_options.end(),
                       [name](const auto& option) { return option.first == QLatin1String(name); });
}

QString ReadOptions::value(const char* name) const {
    for (const auto& [known, value] : m_options) {
        if (known == QLatin1String(name))
            return value;
    }
    return {};
}

void ReadOptions::remove(const char* name) {
    std::erase_if(m_options, [name](const auto& option) { return option.first == QLatin1String(name); });
}

QString ReadOptions::query() const {
    QStringList parts;
    for (const auto& [name, value] : m_options)
        parts.append(name + QLatin1Char('=') + QString::fromLatin1(QUrl::toPercentEncoding(value, "/:,*@[]")));
    return parts.isEmpty() ? QString() : QLatin1Char('?') + parts.join(QLatin1Char('&'));
}

Result<QString> WordQueue::valueOf(const QString& option) {
    if (isEmpty())
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 needs a value, and the command ends there."), option));
    return next();
}

QString bracketed(const QString& host) {
    return host.contains(QLatin1Char(':')) && !host.startsWith(QLatin1Char('[')) ? QStringLiteral("[%1]").arg(host)
                                                                                 : host;
}

/// The address in our own words, read by the one parser there is.
Result<PastedCommand> finished(const QString& text, Role role) {
    auto address = parseAddress(text, role);
    if (!address) {
        Error error = address.error();
        error.detail = sentence(QT_TRANSLATE_NOOP("Core", "It would be %1: %2"), text, error.detail);
        error.position = -1;
        return tl::unexpected(error);
    }
    return PastedCommand{.address = *address, .role = role, .message = {}};
}

Result<PastedCommand> finished(const QString& place, const ReadOptions& options, Role role) {
    return finished(place + options.query(), role);
}

QString encodedPath(const QString& path) {
    return QString::fromLatin1(QUrl::toPercentEncoding(path, QByteArrayLiteral("/@")));
}

} // namespace commands

using namespace commands;

namespace {

Result<PastedCommand> fromSwright(const QStringList& words, const QByteArray& input) {
    Q_UNUSED(input);
    const QString verb = words.value(1);
    if ((verb != QLatin1String("listen") && verb != QLatin1String("connect")) ||
        !words.value(2).contains(QLatin1String("://")))
        return refuse(sentence(QT_TRANSLATE_NOOP(
            "Core", "swright is understood as `swright listen ADDRESS` or `swright connect ADDRESS`.")));
    if (words.size() > 3)
        return refuseOption(words.at(3), QStringLiteral("swright"));
    return finished(words.at(2), verb == QLatin1String("listen") ? Role::Listen : Role::Connect);
}

Result<PastedCommand> fromTelnet(const QStringList& words, const QByteArray& input) {
    Q_UNUSED(input);
    QStringList places;
    ReadOptions options;
    for (const QString& word : words.mid(1)) {
        if (word == QLatin1String("-4") || word == QLatin1String("-6"))
            options.set("ipv6", word == QLatin1String("-4") ? QStringLiteral("off") : QStringLiteral("only"));
        else if (word.startsWith(QLatin1Char('-')))
            return refuseOption(word, QStringLiteral("telnet"));
        else
            places.append(word);
    }
    if (places.isEmpty() || places.size() > 2)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "telnet is understood as `telnet HOST [PORT]`.")));
    return finished(QStringLiteral("tcp://%1:%2").arg(bracketed(places.at(0)), places.value(1, QStringLiteral("23"))),
                    options, Role::Connect);
}

struct Reader {
    const char* program;
    Result<PastedCommand> (*read)(const QStringList& words, const QByteArray& input);
};

constexpr std::array readers{
    Reader{"ncat", fromNc},         Reader{"nc", fromNc},           Reader{"netcat", fromNc},
    Reader{"telnet", fromTelnet},   Reader{"socat", fromSocat},     Reader{"curl", fromCurl},
    Reader{"openssl", fromOpenssl}, Reader{"swright", fromSwright},
};

const Reader* readerOf(const QString& program) {
    const QString name = QFileInfo(program).fileName();
    for (const Reader& reader : readers) {
        if (name == QLatin1String(reader.program))
            return &reader;
    }
    return nullptr;
}

} // namespace

bool looksLikeCommand(const QString& text) {
    const QString first = text.trimmed().section(QLatin1Char(' '), 0, 0);
    return first != text.trimmed() && !first.contains(QLatin1String("://")) &&
           (readerOf(first) != nullptr || first == QLatin1String("printf") || first == QLatin1String("echo"));
}

Result<PastedCommand> fromCommand(const QString& text) {
    auto commands = shellPipeline(text.trimmed());
    if (!commands)
        return tl::unexpected(commands.error());
    if (commands->size() > 2)
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", "Of a pipeline, printf or echo and one program are understood.")));
    QByteArray message;
    if (commands->size() == 2) {
        auto printed = printedBytes(commands->front());
        if (!printed)
            return tl::unexpected(printed.error());
        message = *printed;
    }
    const QStringList& words = commands->back();
    const Reader* reader = words.isEmpty() ? nullptr : readerOf(words.front());
    if (reader == nullptr)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no program that is understood here; ncat, nc, "
                                                         "telnet, socat, curl, openssl s_client and swright are."),
                               words.value(0)));
    auto pasted = reader->read(words, message);
    if (pasted && pasted->sendsCrLf && message.isEmpty())
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", "%1 would send CR LF for each LF of what is typed, and an address "
                                               "cannot say that; swright connect and listen have --crlf for it."),
                     words.front()));
    if (pasted && pasted->message.isEmpty() && !message.isEmpty())
        pasted->message = pasted->sendsCrLf ? QByteArray(message).replace("\r\n", "\n").replace("\n", "\r\n") : message;
    return pasted;
}

} // namespace sw
