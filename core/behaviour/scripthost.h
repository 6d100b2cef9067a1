// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/behaviour.h"
#include "core/endpoint/listenerhandle.h"

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QRegularExpression>
#include <QStringList>
#include <QVariantList>
#include <QVariantMap>

#include <optional>
#include <unordered_map>

namespace sw {

/// The functions of a script that are called, by their names.
QStringList scriptHooks();

/// What scripts call, through the prelude that keeps it to itself: small calls with ids and values. The I/O thread.
class ScriptHost final : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Peer::wake() is asked for with tokens from here on for what setTimeout() and setInterval() wait for.
    static constexpr quint64 alarmTokens = 1ULL << 60U;

    struct Served {
        Peer* peer = nullptr;
        int alarms = 0; ///< that wait
    };

    std::unordered_map<int, Served> connections;
    int currentId = 0;              ///< the connection for which a call is going on; 0: none
    EventTeller* current = nullptr; ///< who records what the call says; nullptr: nobody
    std::optional<ListenerHandle> listener;
    QString where; ///< the script's name

    Q_INVOKABLE void send(int id, const QByteArray& bytes);
    Q_INVOKABLE void act(int id, const QString& what, const QString& argument);
    Q_INVOKABLE void after(int id, double milliseconds, double token);
    Q_INVOKABLE void alarm(int id, double milliseconds, double number);
    Q_INVOKABLE int currentConnection() const { return currentId; }
    Q_INVOKABLE QStringList hookNames() const { return scriptHooks(); }
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
    Peer* peerOf(int id) const;
    const QRegularExpression* patternOf(const QString& source, const QString& flags);
    void wake(int id, double milliseconds, quint64 token, const QString& name);
    void startTls(Peer& peer, const QString& options);
    bool mayLog();
    void fail(const QString& text) const;

    QElapsedTimer m_second;
    int m_logged = 0;
    QHash<QString, QRegularExpression> m_patterns; // those that were translated
};

} // namespace sw
