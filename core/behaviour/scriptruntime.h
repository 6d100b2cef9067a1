// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/behaviour/scripthost.h"
#include "core/behaviour/scriptwatchdog.h"

#include <QJSEngine>

#include <array>
#include <memory>
#include <unordered_map>

namespace sw {

/// A QJSEngine with what scripts may use, and nothing else: no file, process or network but their own connections.
/// Every call has a limit of time and memory. All connections of one listener share one. In the script's own process,
/// in its one thread beside the watchdog's.
class ScriptRuntime {
public:
    /// What went wrong in a call: an error with its place in the script, and the stack for the event log.
    struct Failure {
        QString text;
        int line = 0; ///< from 1; 0: not known
        QString stack;
        bool isOutOfMemory = false; ///< nothing more is to be run in this process
    };
    template <typename Value>
    using Outcome = tl::expected<Value, Failure>;

    /// `tell`: hears what the script asks for. Throws std::system_error where the system starts no thread.
    explicit ScriptRuntime(ScriptHost::Tell tell);
    ~ScriptRuntime();
    ScriptRuntime(const ScriptRuntime&) = delete;
    ScriptRuntime& operator=(const ScriptRuntime&) = delete;
    ScriptRuntime(ScriptRuntime&&) = delete;
    ScriptRuntime& operator=(ScriptRuntime&&) = delete;

    ScriptHost& host() { return *m_host; }
    /// Has the engine read what it needs from files: time zones, languages. Before they are out of reach.
    void warmUp();
    /// Evaluates a script and takes its hooks; gives what it says as `framer`.
    Outcome<QString> load(const QString& name, const QString& text);
    /// Whether a text is a script; nothing of it is run.
    Outcome<void> check(const QString& name, const QString& text);
    /// Whether there is a hook for this connection; 0: for none in particular.
    bool has(int id, ScriptHook hook);
    /// Whether its acceptor gave it hooks of its own.
    bool hasOwn(int id);
    /// An acceptor may have given the connection hooks of its own.
    void askAgain(int id) { m_hooks.erase(id); }
    Outcome<QJSValue> call(int id, ScriptHook hook, QJSValueList arguments = {});
    /// What setTimeout() or setInterval() asked for.
    Outcome<QJSValue> fire(int id, double number);
    /// A connection is no longer the script's.
    void forget(int id);
    /// The engine does not count the bytes of buffers that it handed out: it is told when there were many.
    void collectGarbage() { m_engine.collectGarbage(); }
    /// Evaluates one line, as a prompt does, and gives its value as text.
    Outcome<QString> evaluate(int id, const QString& line);
    QJSValue bytes(const QByteArray& bytes) { return m_engine.toScriptValue(bytes); }

private:
    template <typename Call>
    Outcome<QJSValue> guarded(int id, Call call);
    QJSValue evaluateOwn(const char* text, const QJSValueList& arguments);
    Failure describe(const QJSValue& error, ScriptWatchdog::Verdict verdict);

    QJSEngine m_engine;
    ScriptHost* m_host; // of the engine
    QJSValue m_functions;
    std::array<QJSValue, scriptHookCount> m_callers; // of m_functions, by hook
    std::unordered_map<int, quint32> m_hooks;        // bits, by connection; what was asked for already
    std::unique_ptr<ScriptWatchdog> m_watchdog;
};

} // namespace sw
