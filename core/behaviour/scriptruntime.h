// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/scripthost.h"
#include "core/behaviour/scriptwatchdog.h"

#include <QJSEngine>

#include <memory>

namespace sw {

/// A QJSEngine with what scripts may use, and nothing else: no file, process or network but their own connections.
/// Every call has a limit of time and memory. All connections of one listener share one. The I/O thread.
class ScriptRuntime {
public:
    explicit ScriptRuntime(const QString& name);
    ~ScriptRuntime();
    ScriptRuntime(const ScriptRuntime&) = delete;
    ScriptRuntime& operator=(const ScriptRuntime&) = delete;
    ScriptRuntime(ScriptRuntime&&) = delete;
    ScriptRuntime& operator=(ScriptRuntime&&) = delete;

    /// The listener whose connections these are; without, scripts have none.
    void setListener(const ListenerHandle& listener);
    /// Evaluates a script and takes its hooks; gives what it says as `framer`. `teller`: records what it logs
    /// meanwhile.
    Result<QString> load(const QString& text, EventTeller* teller);
    /// Whether there is a hook for this connection; 0: for none in particular.
    bool has(int id, const char* hook);

    int add(Peer& peer);
    void remove(int id);
    /// Calls a hook for a connection; an error has the place in the script and its stack.
    Result<QJSValue> call(int id, const char* hook, QJSValueList arguments = {});
    /// Calls one for the listener.
    Result<QJSValue> callForListener(const char* hook, const QJSValueList& arguments);
    /// What setTimeout() or setInterval() asked for; `token` as Peer::wake() got it.
    Result<QJSValue> fire(int id, quint64 token);
    /// A timer of the connection is over, whichever it was.
    void alarmOver(int id);
    /// Evaluates one line, as a prompt does, and gives its value as text.
    Result<QString> evaluate(int id, const QString& line);
    QJSValue bytes(QByteArrayView bytes);
    /// Where the error of the last call was, for the event log.
    const QString& stack() const { return m_stack; }

private:
    template <typename Call>
    Result<QJSValue> guarded(int id, EventTeller* teller, Call call);
    EventTeller* tellerOf(int id) const;
    QJSValue evaluateOwn(const char* text, const QJSValueList& arguments);
    Error describe(const QJSValue& error, ScriptWatchdog::Verdict verdict);

    QJSEngine m_engine;
    ScriptHost* m_host; // of the engine
    QJSValue m_functions;
    std::unique_ptr<ScriptWatchdog> m_watchdog; // nullptr: m_noWatchdog says why
    Error m_noWatchdog;
    QString m_stack;
    int m_lastId = 0;
    int m_depth = 0;
};

} // namespace sw
