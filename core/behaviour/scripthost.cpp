// SPDX-License-Identifier: MIT
#include "core/behaviour/scripthost.h"

#include "core/payload/checksums.h"
#include "core/payload/payload.h"
#include "core/transcript/pattern.h"

#include <QQmlEngine>

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
    return {QStringLiteral("acceptor"),      QStringLiteral("opened"),    QStringLiteral("secured"),
            QStringLiteral("filter"),        QStringLiteral("malformed"), QStringLiteral("sent"),
            QStringLiteral("timer"),         QStringLiteral("end"),       QStringLiteral("sentinel"),
            QStringLiteral("listenerClosed")};
}

/// Throws in the script that called.
void ScriptHost::fail(const QString& text) const {
    qjsEngine(this)->throwError(text);
}

Peer* ScriptHost::peerOf(int id) const {
    const auto found = connections.find(id);
    return found == connections.end() ? nullptr : found->second.peer;
}

void ScriptHost::send(int id, const QByteArray& bytes) {
    if (Peer* peer = peerOf(id))
        peer->send(bytes);
    else
        fail(QStringLiteral("send: the connection has ended"));
}

void ScriptHost::act(int id, const QString& what, const QString& argument) {
    Peer* peer = peerOf(id);
    if (peer == nullptr)
        return; // closing what has ended is no mistake
    if (what == QLatin1String("close"))
        peer->close();
    else if (what == QLatin1String("abort"))
        peer->abort();
    else if (what == QLatin1String("shutdown"))
        peer->endSending();
    else if (what == QLatin1String("shutdown-receiving"))
        peer->endReceiving();
    else if (what == QLatin1String("starttls"))
        startTls(*peer, argument);
    else if (what == QLatin1String("mark"))
        peer->tell(EventKind::Marked, argument.left(longestLog), {{QStringLiteral("script"), where}});
    else if (what == QLatin1String("pause") || what == QLatin1String("resume"))
        peer->holdReceiving(what == QLatin1String("pause"));
    else if (what == QLatin1String("record") || what == QLatin1String("unrecord"))
        peer->setRecorded(what == QLatin1String("record"));
}

/// Options that name files are not for scripts: they have no access to files.
void ScriptHost::startTls(Peer& peer, const QString& options) {
    for (const QString& option : options.split(QLatin1Char('&'), Qt::SkipEmptyParts)) {
        const QString name = option.section(QLatin1Char('='), 0, 0);
        for (const char* file : {"cert", "key", "ca", "keylog"}) {
            if (name == QLatin1String(file)) {
                fail(QStringLiteral("startTls: scripts have no access to files, so %1 is not for them").arg(name));
                return;
            }
        }
    }
    peer.beginTls(options);
}

void ScriptHost::after(int id, double milliseconds, double token) {
    constexpr double largest = 9007199254740991; // JavaScript's largest whole number
    if (!std::isfinite(token) || token < 0 || token > largest)
        fail(QStringLiteral("setTimer takes a token from 0 to 9007199254740991"));
    else
        wake(id, milliseconds, static_cast<quint64>(token), QStringLiteral("setTimer"));
}

void ScriptHost::alarm(int id, double milliseconds, double number) {
    wake(id, milliseconds, alarmTokens + static_cast<quint64>(number), QStringLiteral("a timer"));
}

void ScriptHost::wake(int id, double milliseconds, quint64 token, const QString& name) {
    constexpr double longest = 86'400'000; // a day
    constexpr int mostAlarms = 10'000;
    const auto found = connections.find(id);
    if (found == connections.end())
        return;
    if (!std::isfinite(milliseconds) || milliseconds < 0 || milliseconds > longest) {
        fail(QStringLiteral("%1 takes 0 to 86400000 milliseconds").arg(name));
        return;
    }
    if (found->second.alarms >= mostAlarms) {
        fail(QStringLiteral("%1: more than 10000 timers were started on this connection and are not over").arg(name));
        return;
    }
    ++found->second.alarms;
    // at least one, so that a timer that starts itself again does not keep the others waiting
    found->second.peer->wake(std::chrono::milliseconds(std::max<qint64>(static_cast<qint64>(milliseconds), 1)), token);
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
    if (current == nullptr)
        return;
    QJsonObject facts{{QStringLiteral("script"), where}};
    if (!level.isEmpty())
        facts.insert(QStringLiteral("level"), level);
    if (mayLog())
        current->tell(level.isEmpty() ? EventKind::BehaviourLog : EventKind::Warning, text.left(longestLog), facts);
    else if (m_logged == logsPerSecond + 1)
        current->tell(
            EventKind::Warning,
            QStringLiteral("the script logs more than 1000 lines a second; the rest of this second is left out"), {});
}

QString ScriptHost::text(int id, const QString& what) const {
    const Peer* peer = peerOf(id);
    if (peer == nullptr)
        return {};
    if (what == QLatin1String("name"))
        return peer->ownName();
    if (what == QLatin1String("peer"))
        return peer->peerName();
    if (what == QLatin1String("kind"))
        return peer->isDatagram() ? QStringLiteral("datagram") : QStringLiteral("stream");
    return peer->listenerName();
}

QVariantMap ScriptHost::credentials(int id) const {
    const Peer* peer = peerOf(id);
    const auto known = peer == nullptr ? nullptr : peer->credentials();
    QVariantMap told;
    if (known == nullptr)
        return told;
    for (const auto& [name, number] : {std::pair{"pid", known->pid}, {"uid", known->uid}, {"gid", known->gid}}) {
        if (number >= 0)
            told.insert(QLatin1String(name), static_cast<double>(number));
    }
    for (const auto& [name, text] : {std::pair{"program", known->program}, {"user", known->user}}) {
        if (!text.isEmpty())
            told.insert(QLatin1String(name), text);
    }
    return told;
}

QString ScriptHost::listenerText(const QString& what) const {
    if (!listener)
        return {};
    if (what == QLatin1String("name"))
        return listener->name();
    if (what == QLatin1String("address"))
        return listener->address();
    return listener->isOpen() ? QStringLiteral("yes") : QStringLiteral("no");
}

void ScriptHost::actOnListener(const QString& what) {
    if (!listener)
        fail(QStringLiteral("there is no listener here"));
    else if (what == QLatin1String("close"))
        listener->close();
    else if (what == QLatin1String("accept"))
        listener->acceptOne();
    else
        listener->setPaused(what == QLatin1String("pause"));
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
