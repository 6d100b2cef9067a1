// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptruntime.h"

#include "core/base/threads.h"
#include "core/behaviour/scriptprelude.h"
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

QJSEngine* engineOf(QObject* host) {
    return qjsEngine(host);
}

} // namespace

Peer* ScriptHost::peerOf(int id) const {
    const auto found = peers.find(id);
    return found == peers.end() ? nullptr : found->second;
}

void ScriptHost::send(int id, const QByteArray& bytes) {
    if (Peer* peer = peerOf(id))
        peer->send(bytes);
    else
        engineOf(this)->throwError(QStringLiteral("send: the connection has ended"));
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
                engineOf(this)->throwError(
                    QStringLiteral("startTls: scripts have no access to files, so %1 is not for them").arg(name));
                return;
            }
        }
    }
    peer.beginTls(options);
}

void ScriptHost::after(int id, double milliseconds, double token) {
    constexpr double longest = 86'400'000; // a day
    Peer* peer = peerOf(id);
    if (peer == nullptr)
        return;
    if (!std::isfinite(milliseconds) || milliseconds < 0 || milliseconds > longest || !std::isfinite(token) ||
        token < 0) {
        engineOf(this)->throwError(QStringLiteral("setTimer takes 0 to 86400000 milliseconds and a token from 0 on"));
        return;
    }
    // at least one, so that a timer that starts itself again does not keep the others waiting
    peer->wake(std::chrono::milliseconds(std::max<qint64>(static_cast<qint64>(milliseconds), 1)),
               static_cast<quint64>(token));
}

bool ScriptHost::mayLog() {
    constexpr qint64 second = 1000;
    if (!m_second.isValid() || m_second.elapsed() >= second) {
        m_second.start();
        m_logged = 0;
    }
    return ++m_logged <= logsPerSecond;
}

void ScriptHost::log(const QString& text) {
    if (current == nullptr)
        return;
    if (mayLog())
        current->tell(EventKind::BehaviourLog, text.left(longestLog), {{QStringLiteral("script"), where}});
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

QString ScriptHost::decode(const QByteArray& bytes, const QString& encoding) {
    if (encoding == QLatin1String("latin1"))
        return QString::fromLatin1(bytes);
    if (encoding != QLatin1String("utf-8"))
        engineOf(this)->throwError(QStringLiteral("toString takes \"utf-8\" or \"latin1\""));
    return QString::fromUtf8(bytes);
}

QString ScriptHost::hex(const QByteArray& bytes, const QString& separator) const {
    return QString::fromLatin1(separator.isEmpty() ? bytes.toHex() : bytes.toHex(separator.at(0).toLatin1()));
}

QByteArray ScriptHost::unhex(const QString& text) {
    const auto bytes = parseHex(text);
    if (bytes)
        return *bytes;
    engineOf(this)->throwError(bytes.error().detail);
    return {};
}

QVariantList ScriptHost::match(const QString& source, const QString& flags, const QString& subject, int start) {
    constexpr qsizetype mostPatterns = 200;
    const QString key = flags + QLatin1Char('/') + source;
    auto known = m_patterns.find(key);
    if (known == m_patterns.end()) {
        QRegularExpression::PatternOptions options;
        options.setFlag(QRegularExpression::CaseInsensitiveOption, flags.contains(QLatin1Char('i')));
        options.setFlag(QRegularExpression::MultilineOption, flags.contains(QLatin1Char('m')));
        options.setFlag(QRegularExpression::DotMatchesEverythingOption, flags.contains(QLatin1Char('s')));
        const auto made = compilePattern(perlPattern(source, flags), options);
        if (!made) {
            engineOf(this)->throwError(
                QStringLiteral("/%1/ cannot be matched here: %2").arg(source, made.error().detail));
            return {};
        }
        if (m_patterns.size() >= mostPatterns)
            m_patterns.clear();
        known = m_patterns.insert(key, *made);
    }
    const auto found = known->match(subject, start, QRegularExpression::NormalMatch,
                                    flags.contains(QLatin1Char('y')) ? QRegularExpression::AnchorAtOffsetMatchOption
                                                                     : QRegularExpression::NoMatchOption);
    if (!found.isValid()) {
        engineOf(this)->throwError(QStringLiteral("/%1/ took too many steps, and was given up").arg(source));
        return {};
    }
    QVariantList places;
    for (int group = 0; found.hasMatch() && group <= known->captureCount(); ++group)
        places << static_cast<int>(found.capturedStart(group)) << static_cast<int>(found.capturedEnd(group));
    return places;
}

QByteArray ScriptHost::checksum(const QByteArray& bytes, const QString& name) {
    if (const Checksum* known = findChecksum(name))
        return known->compute(bytes);
    engineOf(this)->throwError(QStringLiteral("there is no checksum “%1”").arg(name));
    return {};
}

ScriptRuntime::ScriptRuntime(const QString& name) : m_host(new ScriptHost) {
    m_host->where = name;
    const QJSValue make = m_engine.evaluate(QString::fromUtf8(scriptPrelude), QStringLiteral("prelude"));
    m_functions = make.call({m_engine.newQObject(m_host), m_engine.globalObject()}); // the engine owns it from here on
    if (m_functions.isError())                                                       // a mistake of ours
        qFatal("prelude:%d: %s", m_functions.property(QStringLiteral("lineNumber")).toInt(),
               qPrintable(m_functions.toString()));
    try {
        m_watchdog = std::make_unique<ScriptWatchdog>(m_engine);
    } catch (const std::system_error& error) { // no thread: without the watchdog nothing is run
        m_noWatchdog = threadError(error.code().value());
    }
}

ScriptRuntime::~ScriptRuntime() {
    m_watchdog.reset(); // before the engine that it watches
}

template <typename Call>
Result<QJSValue> ScriptRuntime::guarded(Peer* peer, Call call) {
    if (m_watchdog == nullptr)
        return tl::unexpected(m_noWatchdog);
    Peer* before = std::exchange(m_host->current, peer);
    if (m_depth++ == 0) // what a call leads to (a send that fills the queue, a close) counts to it
        m_watchdog->begin();
    const QJSValue result = call();
    const auto verdict = --m_depth == 0 ? m_watchdog->end() : ScriptWatchdog::Verdict::Fine;
    m_host->current = before;
    if (verdict == ScriptWatchdog::Verdict::TooMuchMemory)
        m_engine.collectGarbage();
    if (result.isError() || verdict != ScriptWatchdog::Verdict::Fine)
        return tl::unexpected(describe(result, verdict));
    return result;
}

Error ScriptRuntime::describe(const QJSValue& error, ScriptWatchdog::Verdict verdict) {
    m_stack = error.property(QStringLiteral("stack")).toString();
    QString file = error.property(QStringLiteral("fileName")).toString();
    const int line = error.property(QStringLiteral("lineNumber")).toInt();
    if (file.startsWith(QLatin1String("file:"))) // the engine takes names for URLs
        file.remove(0, 5);
    if (file.isEmpty() || file == QLatin1String("undefined"))
        file = m_host->where;
    QString what = error.isError() ? error.toString() : QStringLiteral("stopped");
    if (verdict == ScriptWatchdog::Verdict::TooLong)
        what = QStringLiteral("stopped: the call took longer than 1 s");
    else if (verdict == ScriptWatchdog::Verdict::TooMuchMemory)
        what = QStringLiteral("stopped: the call took more than 256 MiB of memory");
    return {.id = ErrorId::ScriptFailed,
            .situation = QStringLiteral("script"),
            .detail = line > 0 ? QStringLiteral("%1:%2: %3").arg(file, QString::number(line), what)
                               : QStringLiteral("%1: %2").arg(file, what),
            .position = line};
}

Result<QString> ScriptRuntime::load(const QString& text) {
    // inside a function, so that a script can be loaded again; its first line stays the first
    const QString wrapped =
        QStringLiteral("(function () {") + text +
        QStringLiteral("\n;const pick = (name, get) => { try { return get(); } catch (error) { return undefined; } };"
                       "return { acceptor: typeof acceptor === 'function' ? acceptor : undefined,"
                       " opened: typeof opened === 'function' ? opened : undefined,"
                       " secured: typeof secured === 'function' ? secured : undefined,"
                       " filter: typeof filter === 'function' ? filter : undefined,"
                       " sent: typeof sent === 'function' ? sent : undefined,"
                       " timer: typeof timer === 'function' ? timer : undefined,"
                       " end: typeof end === 'function' ? end : undefined,"
                       " sentinel: typeof sentinel === 'function' ? sentinel : undefined,"
                       " framer: typeof framer === 'string' ? framer : undefined }; })()");
    const auto made = guarded(nullptr, [&] { return m_engine.evaluate(wrapped, m_host->where); });
    if (!made)
        return tl::unexpected(made.error());
    const QJSValue use = m_functions.property(QStringLiteral("use"));
    const auto framer = guarded(nullptr, [&] { return use.call({*made}); }); // it reads what the script made
    if (!framer)
        return tl::unexpected(framer.error());
    return framer->toString();
}

bool ScriptRuntime::has(const char* hook) {
    return m_functions.property(QStringLiteral("has")).call({QString::fromLatin1(hook)}).toBool();
}

int ScriptRuntime::add(Peer& peer) {
    m_host->peers[++m_lastId] = &peer;
    return m_lastId;
}

void ScriptRuntime::remove(int id) {
    m_host->peers.erase(id);
}

Result<QJSValue> ScriptRuntime::call(Peer& peer, const char* hook, const QJSValueList& arguments) {
    const QJSValue function = m_functions.property(QString::fromLatin1(hook));
    return guarded(&peer, [&] { return function.call(arguments); });
}

Result<QString> ScriptRuntime::evaluate(Peer& peer, const QString& line) {
    const QJSValue show = m_functions.property(QStringLiteral("show"));
    const auto value = guarded(&peer, [&] {
        const QJSValue result = m_engine.evaluate(line, QStringLiteral("console"));
        return result.isError() ? result : show.call({result});
    });
    if (!value)
        return tl::unexpected(value.error());
    return value->toString();
}

QJSValue ScriptRuntime::bytes(QByteArrayView bytes) {
    return m_engine.toScriptValue(bytes.toByteArray());
}

} // namespace sw
