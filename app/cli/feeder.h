// SPDX-License-Identifier: MIT
#pragma once

#include "app/cli/inputreader.h"
#include "app/cli/session.h"

#include <QSet>

#include <unordered_map>

namespace sw::cli {

/// Brings standard input to endpoints, no faster than the slowest of them takes it.
class Feeder final : public QObject {
    Q_OBJECT

public:
    Feeder(Session& session, bool crlf, QObject* parent = nullptr);

    /// Feeds this endpoint too, from the next piece on.
    void addTarget(EndpointId id);
    bool atEnd() const { return m_reader.atEnd(); }
    /// Milliseconds since something came in, or since the start.
    qint64 quietFor() const { return m_sinceInput.elapsed(); }

signals:
    void ended();

private:
    void update(const QVector<EndpointSnapshot>& snapshots);
    void pump();
    void offer(const QByteArray& bytes);

    Session& m_session;
    InputReader m_reader;
    struct Target {
        quint64 offered = 0;
        quint64 sent = 0;
    };
    std::unordered_map<quint64, Target> m_targets;
    QElapsedTimer m_sinceInput;
    bool m_crlf;
    bool m_lastWasCr = false;
};

} // namespace sw::cli
