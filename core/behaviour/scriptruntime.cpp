// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptruntime.h"

#include "core/base/threads.h"
#include "core/behaviour/scriptlanguage.h"
#include "core/behaviour/scriptprelude.h"

#include <QRegularExpression>

#include <array>

namespace sw {

namespace {

constexpr const char* ownName = "prelude"; // of our own part of a stack

struct Place {
    QString file;
    int line = 0;
};

/// The innermost place in the script itself, from a stack such as `send@file:prelude:46\nfilter@file:a.js:3`, and what
/// of the stack belongs to the script.
Place placeIn(const QString& stack, QStringList& ofScript) {
    static const QRegularExpression frame(QStringLiteral("^(.*)@(?:file:)?(.*):(-?\\d+)$"));
    Place first;
    for (const QString& line : stack.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
        const auto match = frame.match(line);
        if (!match.hasMatch() || match.captured(2) == QLatin1String(ownName))
            continue;
        ofScript.append(line);
        if (first.line <= 0)
            first = {match.captured(2), match.captured(3).toInt()};
    }
    return first;
}

/// What scripts for other programs take for granted, and what to do here instead.
QString hintFor(const QString& what) {
    static const QString modules =
        QStringLiteral("a script is one file without modules; `swright list script` shows what it can use");
    static const std::array hints{
        std::pair{QStringLiteral("require"), modules},
        std::pair{QStringLiteral("module"),
                  QStringLiteral("there are no modules: functions at the top of the file are found by their names")},
        std::pair{QStringLiteral("exports"),
                  QStringLiteral("there are no modules: functions at the top of the file are found by their names")},
        std::pair{QStringLiteral("Promise"),
                  QStringLiteral("there are no promises: functions are called when something happens, and setTimeout "
                                 "calls one later")},
        std::pair{QStringLiteral("process"), modules},
        std::pair{QStringLiteral("Buffer"), QStringLiteral("bytes are Bytes here: Bytes.from(\"00 ff\", \"hex\")")},
        std::pair{QStringLiteral("window"), modules},
        std::pair{QStringLiteral("fetch"), QStringLiteral("scripts reach nothing but their own connections")},
        std::pair{QStringLiteral("print"), QStringLiteral("log() writes a line")}};
    for (const auto& [name, hint] : hints) {
        if (what == QStringLiteral("ReferenceError: %1 is not defined").arg(name))
            return QStringLiteral(" (%1)").arg(hint);
    }
    return {};
}

} // namespace

ScriptRuntime::ScriptRuntime(const QString& name) : m_host(new ScriptHost) {
    m_host->where = name;
    const QJSValue host = m_engine.newQObject(m_host); // the engine owns it from here on
    const QJSValue language = evaluateOwn(scriptLanguage, {host, m_engine.globalObject()});
    m_functions = evaluateOwn(scriptPrelude, {host, m_engine.globalObject(), language});
    try {
        m_watchdog = std::make_unique<ScriptWatchdog>(m_engine);
    } catch (const std::system_error& error) { // no thread: without the watchdog nothing is run
        m_noWatchdog = threadError(error.code().value());
    }
}

ScriptRuntime::~ScriptRuntime() {
    m_watchdog.reset(); // before the engine that it watches
}

QJSValue ScriptRuntime::evaluateOwn(const char* text, const QJSValueList& arguments) {
    QJSValue made = m_engine.evaluate(QString::fromUtf8(text), QLatin1String(ownName)).call(arguments);
    if (made.isError()) // a mistake of ours
        qFatal("%s:%d: %s", ownName, made.property(QStringLiteral("lineNumber")).toInt(), qPrintable(made.toString()));
    return made;
}

void ScriptRuntime::setListener(const ListenerHandle& listener) {
    m_host->listener.emplace(listener);
}

EventTeller* ScriptRuntime::tellerOf(int id) const {
    const auto found = m_host->connections.find(id);
    return found == m_host->connections.end() ? nullptr : found->second.peer;
}

template <typename Call>
Result<QJSValue> ScriptRuntime::guarded(int id, EventTeller* teller, Call call) {
    if (m_watchdog == nullptr)
        return tl::unexpected(m_noWatchdog);
    EventTeller* before = std::exchange(m_host->current, teller);
    const int idBefore = std::exchange(m_host->currentId, id);
    if (m_depth++ == 0) // what a call leads to (a send that fills the queue, a close) counts to it
        m_watchdog->begin();
    const QJSValue result = call();
    const auto verdict = --m_depth == 0 ? m_watchdog->end() : ScriptWatchdog::Verdict::Fine;
    m_host->current = before;
    m_host->currentId = idBefore;
    if (verdict == ScriptWatchdog::Verdict::TooMuchMemory)
        m_engine.collectGarbage();
    if (result.isError() || verdict != ScriptWatchdog::Verdict::Fine)
        return tl::unexpected(describe(result, verdict));
    return result;
}

Error ScriptRuntime::describe(const QJSValue& error, ScriptWatchdog::Verdict verdict) {
    QStringList frames;
    Place place = placeIn(error.property(QStringLiteral("stack")).toString(), frames);
    m_stack = frames.join(QLatin1Char('\n'));
    if (place.line <= 0) { // a mistake of syntax has no stack
        place.file = error.property(QStringLiteral("fileName")).toString();
        place.line = error.property(QStringLiteral("lineNumber")).toInt();
        if (place.file.startsWith(QLatin1String("file:"))) // the engine takes names for URLs
            place.file.remove(0, 5);
        if (place.file == QLatin1String(ownName))
            place.line = 0;
    }
    if (place.line <= 0 || place.file.isEmpty() || place.file == QLatin1String("undefined"))
        place.file = m_host->where;
    QString what = error.isError() ? error.toString() : QStringLiteral("stopped");
    if (verdict == ScriptWatchdog::Verdict::TooLong)
        what = QStringLiteral("stopped: the call took longer than 1 s");
    else if (verdict == ScriptWatchdog::Verdict::TooMuchMemory)
        what = QStringLiteral("stopped: the call took more than 256 MiB of memory");
    what += hintFor(what);
    return {.id = ErrorId::ScriptFailed,
            .situation = QStringLiteral("script"),
            .detail = place.line > 0 ? QStringLiteral("%1:%2: %3").arg(place.file, QString::number(place.line), what)
                                     : QStringLiteral("%1: %2").arg(place.file, what),
            .position = place.line};
}

Result<QString> ScriptRuntime::load(const QString& text, EventTeller* teller) {
    QStringList hooks;
    for (const QString& name : scriptHooks())
        hooks.append(QStringLiteral("%1: typeof %1 === 'function' ? %1 : undefined").arg(name));
    // inside a function, so that a script can be loaded again; its first line stays the first
    const QString wrapped = QStringLiteral("(function () {") + text + QStringLiteral("\n;return { ") +
                            hooks.join(QLatin1String(", ")) +
                            QStringLiteral(", framer: typeof framer === 'string' ? framer : undefined }; })()");
    const auto made = guarded(0, teller, [&] { return m_engine.evaluate(wrapped, m_host->where); });
    if (!made)
        return tl::unexpected(made.error());
    const QJSValue use = m_functions.property(QStringLiteral("use"));
    const auto framer = guarded(0, teller, [&] { return use.call({*made}); }); // it reads what the script made
    if (!framer)
        return tl::unexpected(framer.error());
    return framer->toString();
}

bool ScriptRuntime::has(int id, const char* hook) {
    return m_functions.property(QStringLiteral("has")).call({id, QString::fromLatin1(hook)}).toBool();
}

int ScriptRuntime::add(Peer& peer) {
    m_host->connections[++m_lastId] = {.peer = &peer};
    return m_lastId;
}

void ScriptRuntime::remove(int id) {
    m_host->connections.erase(id);
}

Result<QJSValue> ScriptRuntime::call(int id, const char* hook, QJSValueList arguments) {
    const QJSValue function = m_functions.property(QString::fromLatin1(hook));
    arguments.prepend(id);
    return guarded(id, tellerOf(id), [&] { return function.call(arguments); });
}

Result<QJSValue> ScriptRuntime::callForListener(const char* hook, const QJSValueList& arguments) {
    const QJSValue function = m_functions.property(QString::fromLatin1(hook));
    EventTeller* teller = m_host->listener ? &*m_host->listener : nullptr;
    return guarded(0, teller, [&] { return function.call(arguments); });
}

Result<QJSValue> ScriptRuntime::fire(int id, quint64 token) {
    return call(id, "fire", {static_cast<double>(token - ScriptHost::alarmTokens)});
}

void ScriptRuntime::alarmOver(int id) {
    const auto found = m_host->connections.find(id);
    if (found != m_host->connections.end() && found->second.alarms > 0)
        --found->second.alarms;
}

Result<QString> ScriptRuntime::evaluate(int id, const QString& line) {
    const QJSValue show = m_functions.property(QStringLiteral("show"));
    const auto value = guarded(id, tellerOf(id), [&] {
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
