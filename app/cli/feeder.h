// SPDX-License-Identifier: MIT
#pragma once

#include "app/cli/inputreader.h"
#include "app/cli/session.h"

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
    /// Whether anything came before the end.
    bool hadInput() const { return m_hadInput; }
    /// Whether the endpoint has sent all that was offered to it, as far as its last snapshot tells.
    bool isAllSent(EndpointId id) const;

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
    bool m_crlf;
    bool m_lastWasCr = false;
    bool m_hadInput = false;
};

/// Whether a command may read standard input: not from a terminal whose background we run in, which would stop us.
bool mayReadInput();

} // namespace sw::cli
