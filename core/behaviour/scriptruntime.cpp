// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptruntime.h"

#include "core/behaviour/scriptprelude.h"
#include "core/payload/checksums.h"
#include "core/payload/payload.h"

#include <QQmlEngine>

#include <cmath>

namespace sw {

namespace {

constexpr qsizetype longestLog = 4096;
constexpr int logsPerSecond = 1000;

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
        peer->beginTls(argument);
    else if (what == QLatin1String("mark"))
        peer->tell(EventKind::Marked, argument.left(longestLog), {{QStringLiteral("script"), where}});
    else if (what == QLatin1String("pause") || what == QLatin1String("resume"))
        peer->holdReceiving(what == QLatin1String("pause"));
    else if (what == QLatin1String("record") || what == QLatin1String("unrecord"))
        peer->setRecorded(what == QLatin1String("record"));
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
    m_watchdog = std::make_unique<ScriptWatchdog>(m_engine);
}

ScriptRuntime::~ScriptRuntime() {
    m_watchdog.reset(); // before the engine that it watches
}

template <typename Call>
Result<QJSValue> ScriptRuntime::guarded(Peer* peer, Call call) {
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
                       " filter: typeof filter === 'function' ? filter : undefined,"
                       " sent: typeof sent === 'function' ? sent : undefined,"
                       " timer: typeof timer === 'function' ? timer : undefined,"
                       " end: typeof end === 'function' ? end : undefined,"
                       " sentinel: typeof sentinel === 'function' ? sentinel : undefined,"
                       " framer: typeof framer === 'string' ? framer : undefined }; })()");
    const auto made = guarded(nullptr, [&] { return m_engine.evaluate(wrapped, m_host->where); });
    if (!made)
        return tl::unexpected(made.error());
    return m_functions.property(QStringLiteral("use")).call({*made}).toString();
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
