// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/scriptmessages.h"

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QRegularExpression>
#include <QStringList>
#include <QVariantList>
#include <QVariantMap>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

namespace sw {

/// What scripts call, through the prelude that keeps it to itself: small calls with ids and values. It knows what the
/// program told of connections, and tells the program what is to be done with them. In the script's own process.
class ScriptHost final : public QObject {
    Q_OBJECT

public:
    using Time = std::chrono::steady_clock::time_point;
    using Tell = std::function<void(const FromScript&)>;

    explicit ScriptHost(Tell tell) : m_tell(std::move(tell)) {}

    struct Connection {
        script::Add known;
        int timers = 0; ///< that wait
        /// It was closed or reset by the script: what arrived meanwhile is not its business.
        bool isClosed = false;
        /// TLS was asked for: what came in clear text after that does not count.
        bool isStartingTls = false;
        bool hasDroppedText = false; ///< some did, and that was said
    };

    struct Timer {
        int id = 0;
        bool isAlarm = false; ///< of setTimeout() or setInterval()
        double token = 0;
    };

    std::unordered_map<int, Connection> connections;
    std::multimap<Time, Timer> timers;
    int currentId = 0;    ///< the connection for which a call is going on; 0: none
    bool mayTell = false; ///< a call is going on for somebody who records what it says
    std::optional<script::ListenerIs> listener;
    QString where; ///< the script's name

    /// Forgets a connection, with its timers.
    void remove(int id);
    /// A timer that is due: it is taken, and counts no more.
    std::optional<Timer> takeDue(Time now);
    Connection* find(int id);

    Q_INVOKABLE void send(int id, const QByteArray& bytes);
    Q_INVOKABLE void act(int id, const QString& what, const QString& argument);
    Q_INVOKABLE void after(int id, double milliseconds, double token);
    Q_INVOKABLE void alarm(int id, double milliseconds, double number);
    Q_INVOKABLE int currentConnection() const { return currentId; }
    Q_INVOKABLE QStringList hookNames() const;
    /// `level`: empty, warning or error.
    Q_INVOKABLE void log(const QString& text, const QString& level);
    Q_INVOKABLE QString text(int id, const QString& what) const;
    /// Who is at the other end of a Unix socket; what the system does not tell is left out.
    Q_INVOKABLE QVariantMap credentials(int id) const;
    /// The listener's `name`, `address`, or whether it is `open` (yes or no); empty where there is none.
    Q_INVOKABLE QString listenerText(const QString& what) const;
    Q_INVOKABLE void actOnListener(const QString& what);
    Q_INVOKABLE QString decode(const QByteArray& bytes, const QString& encoding);
    Q_INVOKABLE QByteArray encode(const QString& text) const { return text.toUtf8(); }
    Q_INVOKABLE QString hex(const QByteArray& bytes, const QString& separator) const;
    Q_INVOKABLE QByteArray unhex(const QString& text);
    Q_INVOKABLE QByteArray checksum(const QByteArray& bytes, const QString& name);
    /// Where a regular expression of JavaScript matches from `start` on: begin and end of the match and of each group;
    /// empty: nowhere. Throws when it takes too many steps.
    Q_INVOKABLE QVariantList match(const QString& source, const QString& flags, const QString& subject, int start);
    /// The names of its groups by number, from 0 on; empty where one has none.
    Q_INVOKABLE QStringList groupNames(const QString& source, const QString& flags);

private:
    const QRegularExpression* patternOf(const QString& source, const QString& flags);
    void wake(int id, double milliseconds, const Timer& timer, const QString& name);
    bool mayLog();
    void fail(const QString& text) const;

    Tell m_tell;
    QElapsedTimer m_second;
    int m_logged = 0;
    QHash<QString, QRegularExpression> m_patterns; // those that were translated
};

/// The functions of a script that are called, by their names.
QStringList scriptHooks();

/// Why options for startTls() are not for scripts; empty: they are. Scripts have no access to files.
QString whyNotForScripts(const QString& tlsOptions);

} // namespace sw
