// SPDX-License-Identifier: MIT
#include "core/behaviour/scripthost.h"

#include "core/payload/checksums.h"
#include "core/payload/payload.h"
#include "core/transcript/pattern.h"

#include <QJSEngine>

#include <cmath>

namespace sw {

namespace {

constexpr qsizetype longestLog = 4096;
constexpr int logsPerSecond = 1000;

/// A pattern of JavaScript as PCRE takes it, where the two differ.
QString perlPattern(const QString& source, const QString& flags) {
    QString made;
    bool isInClass = false;
    for (qsizetype i = 0; i < source.size(); ++i) {
        const QChar c = source.at(i);
        if (c == QLatin1Char('\\') && i + 1 < source.size()) {
            const QChar next = source.at(++i);
            if (next == QLatin1Char('u') && i + 4 < source.size() && source.at(i + 1) != QLatin1Char('{')) {
                made += QStringLiteral("\\x{%1}").arg(source.mid(i + 1, 4));
                i += 4;
            } else if (next == QLatin1Char('u')) {
                made += QStringLiteral("\\x");
            } else {
                made += c;
                made += next;
            }
        } else if (isInClass) {
            isInClass = c != QLatin1Char(']');
            made += c == QLatin1Char('[') ? QStringLiteral("\\[") : QString(c);
        } else if (c == QLatin1Char('[')) {
            const QString rest = source.mid(i, 3);
            if (rest.startsWith(QLatin1String("[^]"))) {
                made += QStringLiteral("[\\s\\S]");
                i += 2;
            } else if (rest.startsWith(QLatin1String("[]"))) {
                made += QStringLiteral("(?!)");
                ++i;
            } else {
                isInClass = true;
                made += c;
                if (rest.size() > 1 && rest.at(1) == QLatin1Char('^')) {
                    made += rest.at(1);
                    ++i;
                }
            }
        } else if (c == QLatin1Char('$') && !flags.contains(QLatin1Char('m'))) {
            made += QStringLiteral("\\z"); // PCRE's $ also holds before a last line feed
        } else {
            made += c;
        }
    }
    return made;
}

} // namespace

QStringList scriptHooks() {
    QStringList names;
    for (auto hook = static_cast<int>(ScriptHook::Acceptor); hook < static_cast<int>(ScriptHook::Line); ++hook)
        names.append(QString::fromLatin1(hookName(static_cast<ScriptHook>(hook))));
    return names;
}

QString whyNotForScripts(const QString& tlsOptions) {
    for (const QString& option : tlsOptions.split(QLatin1Char('&'), Qt::SkipEmptyParts)) {
        const QString name = option.section(QLatin1Char('='), 0, 0);
        for (const char* file : {"cert", "key", "ca", "keylog"}) {
            if (name == QLatin1String(file))
                return QStringLiteral("startTls: scripts have no access to files, so %1 is not for them").arg(name);
        }
    }
    return {};
}

QStringList ScriptHost::hookNames() const {
    return scriptHooks();
}

/// Throws in the script that called.
void ScriptHost::fail(const QString& text) const {
    qjsEngine(this)->throwError(text);
}

ScriptHost::Connection* ScriptHost::find(int id) {
    const auto found = connections.find(id);
    return found == connections.end() ? nullptr : &found->second;
}

void ScriptHost::remove(int id) {
    connections.erase(id);
    for (auto at = timers.begin(); at != timers.end();)
        at = at->second.id == id ? timers.erase(at) : std::next(at);
}

std::optional<ScriptHost::Timer> ScriptHost::takeDue(Time now) {
    if (timers.empty() || timers.begin()->first > now)
        return std::nullopt;
    const Timer due = timers.begin()->second;
    timers.erase(timers.begin());
    if (Connection* connection = find(due.id))
        --connection->timers;
    return due;
}

void ScriptHost::send(int id, const QByteArray& bytes) {
    if (find(id) == nullptr)
        fail(QStringLiteral("send: the connection has ended"));
    else if (bytes.size() > largestScriptPiece)
        fail(QStringLiteral("send takes at most %1 bytes at once").arg(largestScriptPiece));
    else
        m_tell(script::Send{.id = id, .bytes = bytes});
}

void ScriptHost::act(int id, const QString& what, const QString& argument) {
    static const QHash<QString, ScriptAction> actions{
        {QStringLiteral("close"), ScriptAction::Close},
        {QStringLiteral("abort"), ScriptAction::Abort},
        {QStringLiteral("shutdown"), ScriptAction::ShutDown},
        {QStringLiteral("shutdown-receiving"), ScriptAction::ShutDownReceiving},
        {QStringLiteral("starttls"), ScriptAction::StartTls},
        {QStringLiteral("mark"), ScriptAction::Mark},
        {QStringLiteral("pause"), ScriptAction::Pause},
        {QStringLiteral("resume"), ScriptAction::Resume},
        {QStringLiteral("record"), ScriptAction::Record},
        {QStringLiteral("unrecord"), ScriptAction::Unrecord}};
    Connection* connection = find(id);
    const auto action = actions.constFind(what);
    if (connection == nullptr || action == actions.constEnd())
        return; // closing what has ended is no mistake
    if (*action == ScriptAction::StartTls) {
        if (const QString why = whyNotForScripts(argument); !why.isEmpty()) {
            fail(why);
            return;
        }
        connection->isStartingTls = true;
    }
    if (*action == ScriptAction::Abort || (*action == ScriptAction::Close && !connection->known.isDatagram))
        connection->isClosed = true;
    m_tell(script::Act{.id = id, .action = *action, .text = argument.left(longestLog)});
}

void ScriptHost::after(int id, double milliseconds, double token) {
    constexpr double largest = 9007199254740991; // JavaScript's largest whole number
    if (!std::isfinite(token) || token < 0 || token > largest)
        fail(QStringLiteral("setTimer takes a token from 0 to 9007199254740991"));
    else
        wake(id, milliseconds, {.id = id, .token = token}, QStringLiteral("setTimer"));
}

void ScriptHost::alarm(int id, double milliseconds, double number) {
    wake(id, milliseconds, {.id = id, .isAlarm = true, .token = number}, QStringLiteral("a timer"));
}

void ScriptHost::wake(int id, double milliseconds, const Timer& timer, const QString& name) {
    constexpr double longest = 86'400'000; // a day
    constexpr int mostTimers = 10'000;
    Connection* connection = find(id);
    if (connection == nullptr)
        return;
    if (!std::isfinite(milliseconds) || milliseconds < 0 || milliseconds > longest) {
        fail(QStringLiteral("%1 takes 0 to 86400000 milliseconds").arg(name));
        return;
    }
    if (connection->timers >= mostTimers) {
        fail(QStringLiteral("%1: more than 10000 timers were started on this connection and are not over").arg(name));
        return;
    }
    ++connection->timers;
    // at least one, so that a timer that starts itself again does not keep the others waiting
    const std::chrono::milliseconds pause(std::max<qint64>(static_cast<qint64>(milliseconds), 1));
    timers.emplace(std::chrono::steady_clock::now() + pause, timer);
}

bool ScriptHost::mayLog() {
    constexpr qint64 second = 1000;
    if (!m_second.isValid() || m_second.elapsed() >= second) {
        m_second.start();
        m_logged = 0;
    }
    return ++m_logged <= logsPerSecond;
}

void ScriptHost::log(const QString& text, const QString& level) {
    if (!mayTell)
        return;
    if (mayLog())
        m_tell(script::Log{.id = currentId,
                           .level = level.isEmpty()                   ? ScriptLogLevel::Plain
                                    : level == QLatin1String("error") ? ScriptLogLevel::Error
                                                                      : ScriptLogLevel::Warning,
                           .text = text.left(longestLog)});
    else if (m_logged == logsPerSecond + 1)
        m_tell(script::Log{.id = currentId,
                           .level = ScriptLogLevel::Warning,
                           .text = QStringLiteral(
                               "the script logs more than 1000 lines a second; the rest of this second is left out")});
}

QString ScriptHost::text(int id, const QString& what) const {
    const auto found = connections.find(id);
    if (found == connections.end())
        return {};
    const script::Add& known = found->second.known;
    if (what == QLatin1String("name"))
        return known.name;
    if (what == QLatin1String("peer"))
        return known.peer;
    if (what == QLatin1String("kind"))
        return known.isDatagram ? QStringLiteral("datagram") : QStringLiteral("stream");
    return known.listener;
}

QVariantMap ScriptHost::credentials(int id) const {
    QVariantMap told;
    const auto found = connections.find(id);
    if (found == connections.end())
        return told;
    const script::Add& known = found->second.known;
    for (const auto& [name, number] : {std::pair{"pid", known.pid}, {"uid", known.uid}, {"gid", known.gid}}) {
        if (number >= 0)
            told.insert(QLatin1String(name), static_cast<double>(number));
    }
    for (const auto& [name, text] : {std::pair{"program", known.program}, {"user", known.user}}) {
        if (!text.isEmpty())
            told.insert(QLatin1String(name), text);
    }
    return told;
}

QString ScriptHost::listenerText(const QString& what) const {
    if (!listener)
        return {};
    if (what == QLatin1String("name"))
        return listener->name;
    if (what == QLatin1String("address"))
        return listener->address;
    return listener->isOpen ? QStringLiteral("yes") : QStringLiteral("no");
}

void ScriptHost::actOnListener(const QString& what) {
    if (!listener)
        fail(QStringLiteral("there is no listener here"));
    else
        m_tell(script::ActOnListener{.action = what == QLatin1String("close")    ? ScriptListenerAction::Close
                                               : what == QLatin1String("accept") ? ScriptListenerAction::Accept
                                               : what == QLatin1String("pause")  ? ScriptListenerAction::Pause
                                                                                 : ScriptListenerAction::Resume});
}

QString ScriptHost::decode(const QByteArray& bytes, const QString& encoding) {
    if (encoding == QLatin1String("latin1"))
        return QString::fromLatin1(bytes);
    if (encoding != QLatin1String("utf-8"))
        fail(QStringLiteral("toString takes \"utf-8\" or \"latin1\""));
    return QString::fromUtf8(bytes);
}

QString ScriptHost::hex(const QByteArray& bytes, const QString& separator) const {
    return QString::fromLatin1(separator.isEmpty() ? bytes.toHex() : bytes.toHex(separator.at(0).toLatin1()));
}

QByteArray ScriptHost::unhex(const QString& text) {
    const auto bytes = parseHex(text);
    if (bytes)
        return *bytes;
    fail(bytes.error().detail);
    return {};
}

/// Translated and compiled once; nullptr: it cannot be, and that was thrown.
const QRegularExpression* ScriptHost::patternOf(const QString& source, const QString& flags) {
    constexpr qsizetype mostPatterns = 200;
    const QString key = flags + QLatin1Char('/') + source;
    const auto known = m_patterns.constFind(key);
    if (known != m_patterns.constEnd())
        return &*known;
    QRegularExpression::PatternOptions options;
    options.setFlag(QRegularExpression::CaseInsensitiveOption, flags.contains(QLatin1Char('i')));
    options.setFlag(QRegularExpression::MultilineOption, flags.contains(QLatin1Char('m')));
    options.setFlag(QRegularExpression::DotMatchesEverythingOption, flags.contains(QLatin1Char('s')));
    const auto made = compilePattern(perlPattern(source, flags), options);
    if (!made) {
        fail(QStringLiteral("/%1/ cannot be matched here: %2").arg(source, made.error().detail));
        return nullptr;
    }
    if (m_patterns.size() >= mostPatterns)
        m_patterns.clear();
    return &*m_patterns.insert(key, *made);
}

QVariantList ScriptHost::match(const QString& source, const QString& flags, const QString& subject, int start) {
    const QRegularExpression* pattern = patternOf(source, flags);
    if (pattern == nullptr)
        return {};
    const auto found = pattern->match(subject, start, QRegularExpression::NormalMatch,
                                      flags.contains(QLatin1Char('y')) ? QRegularExpression::AnchorAtOffsetMatchOption
                                                                       : QRegularExpression::NoMatchOption);
    if (!found.isValid()) {
        fail(QStringLiteral("/%1/ took too many steps, and was given up").arg(source));
        return {};
    }
    QVariantList places;
    for (int group = 0; found.hasMatch() && group <= pattern->captureCount(); ++group)
        places << static_cast<int>(found.capturedStart(group)) << static_cast<int>(found.capturedEnd(group));
    return places;
}

QStringList ScriptHost::groupNames(const QString& source, const QString& flags) {
    const QRegularExpression* pattern = patternOf(source, flags);
    return pattern == nullptr ? QStringList() : pattern->namedCaptureGroups();
}

QByteArray ScriptHost::checksum(const QByteArray& bytes, const QString& name) {
    if (const Checksum* known = findChecksum(name))
        return known->compute(bytes);
    if (name.startsWith(QLatin1String("crc:"))) {
        const auto model = CrcModel::parse(name.mid(4).split(QLatin1Char(',')));
        if (model)
            return model->compute(bytes);
        fail(model.error().detail);
        return {};
    }
    fail(QStringLiteral("there is no checksum “%1”; there are: %2")
             .arg(name, checksumNames().join(QLatin1String(", "))));
    return {};
}

} // namespace sw
