// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/scriptwatchdog.h"
#include "core/endpoint/behaviour.h"

#include <QElapsedTimer>
#include <QHash>
#include <QJSEngine>
#include <QObject>
#include <QRegularExpression>
#include <QVariantList>

#include <memory>
#include <optional>
#include <unordered_map>

namespace sw {

/// What scripts call, through the prelude that keeps it to itself. The I/O thread.
class ScriptHost final : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    std::unordered_map<int, Peer*> peers;
    Peer* current = nullptr; ///< whose call is going on, for log()
    QString where;           ///< the script's name

    Q_INVOKABLE void send(int id, const QByteArray& bytes);
    Q_INVOKABLE void act(int id, const QString& what, const QString& argument);
    Q_INVOKABLE void after(int id, double milliseconds, double token);
    Q_INVOKABLE void log(const QString& text);
    Q_INVOKABLE QString text(int id, const QString& what) const;
    Q_INVOKABLE QString decode(const QByteArray& bytes, const QString& encoding);
    Q_INVOKABLE QByteArray encode(const QString& text) const { return text.toUtf8(); }
    Q_INVOKABLE QString hex(const QByteArray& bytes, const QString& separator) const;
    Q_INVOKABLE QByteArray unhex(const QString& text);
    Q_INVOKABLE QByteArray checksum(const QByteArray& bytes, const QString& name);
    /// Where a regular expression of JavaScript matches from `start` on: begin and end of the match and of each group;
    /// empty: nowhere. Throws when it takes too many steps.
    Q_INVOKABLE QVariantList match(const QString& source, const QString& flags, const QString& subject, int start);

private:
    Peer* peerOf(int id) const;
    void startTls(Peer& peer, const QString& options);
    bool mayLog();

    QElapsedTimer m_second;
    int m_logged = 0;
    QHash<QString, QRegularExpression> m_patterns; // those that were translated
};

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

    /// Evaluates a script and takes its hooks; gives what it says as `framer`.
    Result<QString> load(const QString& text);
    bool has(const char* hook);

    int add(Peer& peer);
    void remove(int id);
    /// Calls a hook; an error has the place in the script and its stack.
    Result<QJSValue> call(Peer& peer, const char* hook, const QJSValueList& arguments);
    /// Evaluates one line, as a prompt does, and gives its value as text.
    Result<QString> evaluate(Peer& peer, const QString& line);
    QJSValue bytes(QByteArrayView bytes);
    /// Where the error of the last call was, for the event log.
    const QString& stack() const { return m_stack; }

private:
    template <typename Call>
    Result<QJSValue> guarded(Peer* peer, Call call);
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
