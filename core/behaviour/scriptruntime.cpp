// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptruntime.h"

#include "core/behaviour/scriptlanguage.h"
#include "core/behaviour/scriptprelude.h"

#include <QRegularExpression>

#include <array>

namespace sw {

namespace {

constexpr const char* ownName = "prelude"; // of our own part of a stack
constexpr qsizetype longestText = 65536;   // of an error or a stack, which a script may make as long as it likes

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

/// What a line that cannot be read was probably meant to do, and what to write here instead.
QString syntaxHint(const QString& line) {
    static const QRegularExpression importing(QStringLiteral("^\\s*import\\b|\\bimport\\s*\\("));
    static const QRegularExpression exporting(QStringLiteral("^\\s*export\\b"));
    static const QRegularExpression async(QStringLiteral("\\basync\\b|\\bawait\\b"));
    if (importing.match(line).hasMatch())
        return QStringLiteral(" (there is no import: a script is one file without modules; `swright list script` shows "
                              "what it can use)");
    if (exporting.match(line).hasMatch())
        return QStringLiteral(" (leave out “export”: functions at the top of the file are found by their names)");
    if (async.match(line).hasMatch())
        return QStringLiteral(" (there is no async and await: functions are called when something happens)");
    return {};
}
} // namespace

ScriptRuntime::ScriptRuntime(ScriptHost::Tell tell) : m_host(new ScriptHost(std::move(tell))) {
    const QJSValue host = m_engine.newQObject(m_host); // the engine owns it from here on
    const QJSValue language = evaluateOwn(scriptLanguage, {host, m_engine.globalObject()});
    m_functions = evaluateOwn(scriptPrelude, {host, m_engine.globalObject(), language});
    for (std::size_t i = 0; i < scriptHookCount; ++i)
        m_callers.at(i) = m_functions.property(QString::fromLatin1(hookName(static_cast<ScriptHook>(i))));
    m_watchdog = std::make_unique<ScriptWatchdog>(m_engine);
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

void ScriptRuntime::warmUp() {
    m_engine.evaluate(
        QStringLiteral("new Date().toString(); new Date().toLocaleString(); new Date(2020, 6, 1).getTime();"
                       "(1.5).toLocaleString(); 'a'.localeCompare('b'); 'a'.normalize(); Math.random();"
                       "'\u00e4'.toLocaleUpperCase(); JSON.parse('{}'); new RegExp('a').toString();"));
}

template <typename Call>
ScriptRuntime::Outcome<QJSValue> ScriptRuntime::guarded(int id, Call call) {
    // describing an error may run the script again, where it has made the error's properties its own
    constexpr std::chrono::milliseconds describing(100);
    m_host->mayTell = true;
    m_host->currentId = id;
    m_watchdog->begin();
    const QJSValue result = call();
    const auto verdict = m_watchdog->end();
    std::optional<Failure> failure;
    if (result.isError() || verdict != ScriptWatchdog::Verdict::Fine) {
        m_watchdog->begin(describing);
        failure = describe(result, verdict);
        m_watchdog->end();
    }
    m_host->mayTell = false;
    m_host->currentId = 0;
    if (failure)
        return tl::unexpected(*failure);
    return result;
}

ScriptRuntime::Failure ScriptRuntime::describe(const QJSValue& error, ScriptWatchdog::Verdict verdict) {
    QStringList frames;
    Place place = placeIn(error.property(QStringLiteral("stack")).toString(), frames);
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
    QString what;
    if (verdict == ScriptWatchdog::Verdict::TooLong)
        what = QStringLiteral("stopped: the call took longer than 1 s");
    else if (verdict == ScriptWatchdog::Verdict::TooMuchMemory)
        what =
            QStringLiteral("stopped: the call took more than 256 MiB of memory; the script was begun anew in another "
                           "process, and what it kept (store, data, timers) is gone");
    else
        what = error.toString();
    if (what.isEmpty() || what == QLatin1String("undefined")) // what a toString() of the script's own made of it
        what = error.property(QStringLiteral("name")).toString() + QStringLiteral(": ") +
               error.property(QStringLiteral("message")).toString();
    what += hintFor(what);
    what.truncate(longestText);
    QString where = place.file.left(longestText); // nothing of what is typed into a console
    if (place.line > 0)
        where += QLatin1Char(':') + QString::number(place.line);
    return {.text = where.isEmpty() ? what : where + QStringLiteral(": ") + what,
            .line = place.line,
            .stack = frames.join(QLatin1Char('\n')).left(longestText),
            .isOutOfMemory = verdict == ScriptWatchdog::Verdict::TooMuchMemory};
}

ScriptRuntime::Outcome<QString> ScriptRuntime::load(const QString& name, const QString& text) {
    m_host->where = name;
    QStringList hooks;
    for (const QString& hook : scriptHooks())
        hooks.append(QStringLiteral("%1: typeof %1 === 'function' ? %1 : undefined").arg(hook));
    // inside a function, so that a script can be loaded again; its first line stays the first
    const QString wrapped = QStringLiteral("(function () {") + text + QStringLiteral("\n;return { ") +
                            hooks.join(QLatin1String(", ")) +
                            QStringLiteral(", framer: typeof framer === 'string' ? framer : undefined }; })()");
    const QJSValue use = m_functions.property(QStringLiteral("use"));
    const auto framer = guarded(0, [&] {
        const QJSValue made = m_engine.evaluate(wrapped, name);
        return made.isError() ? made : use.call({made}); // it reads what the script made
    });
    m_hooks.clear();
    if (!framer)
        return tl::unexpected(framer.error());
    return framer->toString();
}

ScriptRuntime::Outcome<void> ScriptRuntime::check(const QString& name, const QString& text) {
    // The constructor reads it as the body of one function, which is not called. It does not say where it is wrong. A
    // program does, which is parsed as a whole before any of it runs; should this one be good after all, it throws
    // before its second line, where the script begins.
    m_host->where = name;
    m_watchdog->begin();
    QJSEngine plain; // without our changes to the language
    QJSValue error = plain.globalObject().property(QStringLiteral("Function")).callAsConstructor({text});
    if (error.isError()) {
        const QJSValue placed = plain.evaluate(QStringLiteral("throw null;\n") + text, name, 0);
        error = placed.isError() ? placed : error;
    }
    const auto verdict = m_watchdog->end();
    if (!error.isError() && verdict == ScriptWatchdog::Verdict::Fine)
        return {};
    const int line = std::max(error.property(QStringLiteral("lineNumber")).toInt(), 1);
    const QString what = verdict == ScriptWatchdog::Verdict::Fine
                             ? error.toString() + syntaxHint(text.section(QLatin1Char('\n'), line - 1, line - 1))
                             : QStringLiteral("reading it took too long or too much memory");
    return tl::unexpected(
        Failure{.text = QStringLiteral("%1:%2: %3").arg(name, QString::number(line), what), .line = line, .stack = {}});
}

bool ScriptRuntime::has(int id, ScriptHook hook) {
    auto known = m_hooks.find(id);
    if (known == m_hooks.end()) {
        m_watchdog->begin();
        known = m_hooks.emplace(id, m_functions.property(QStringLiteral("hooksOf")).call({id}).toUInt()).first;
        m_watchdog->end();
    }
    return ((known->second >> static_cast<unsigned>(hook)) & 1U) != 0;
}

bool ScriptRuntime::hasOwn(int id) {
    return m_functions.property(QStringLiteral("hasOwn")).call({id}).toBool();
}

ScriptRuntime::Outcome<QJSValue> ScriptRuntime::call(int id, ScriptHook hook, QJSValueList arguments) {
    const QJSValue& function = m_callers.at(static_cast<std::size_t>(hook));
    if (hook != ScriptHook::ListenerClosed)
        arguments.prepend(id);
    return guarded(id, [&] { return function.call(arguments); });
}

ScriptRuntime::Outcome<QJSValue> ScriptRuntime::fire(int id, double number) {
    const QJSValue function = m_functions.property(QStringLiteral("fire"));
    return guarded(id, [&] { return function.call({id, number}); });
}

void ScriptRuntime::forget(int id) {
    m_watchdog->begin();
    m_functions.property(QStringLiteral("forget")).call({id});
    m_watchdog->end();
    m_hooks.erase(id);
    m_host->remove(id);
}

ScriptRuntime::Outcome<QString> ScriptRuntime::evaluate(int id, const QString& line) {
    const QJSValue show = m_functions.property(QStringLiteral("show"));
    const auto value = guarded(id, [&] {
        QStringList stack; // where something was thrown, which may be no error
        QJSValue result = m_engine.evaluate(line, QStringLiteral("console"), 1, &stack);
        if (result.isError())
            return result;
        const QJSValue shown = show.call({result}); // text, or what went wrong in a toString() of the line's
        return stack.isEmpty() || shown.isError()
                   ? shown
                   : m_engine.newErrorObject(QJSValue::GenericError, QStringLiteral("threw ") + shown.toString());
    });
    if (!value)
        return tl::unexpected(value.error());
    return value->toString();
}

} // namespace sw
