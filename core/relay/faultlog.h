// SPDX-License-Identifier: MIT
#pragma once

#include "core/relay/fault.h"

#include <QFile>

#include <map>
#include <memory>
#include <vector>

namespace sw {

/// The decisions of a run before, to be made again exactly. Immutable; any thread.
class FaultScript {
public:
    /// Reads a fault log (JSON Lines). Errors name the line.
    static Result<std::shared_ptr<const FaultScript>> read(const QString& path);
    static Result<std::shared_ptr<const FaultScript>> parse(const QByteArray& text, const QString& name);

    /// Those of one direction of one connection, by place.
    const std::vector<FaultDecision>& of(quint64 connection, RelayDirection direction) const;
    bool refuses(quint64 connection) const;

private:
    std::map<std::pair<quint64, RelayDirection>, std::vector<FaultDecision>> m_decisions;
    std::vector<quint64> m_refused;
};

/// Writes decisions as they are made: a line each, after one that says which faults and seed there were. One thread.
class FaultLog {
public:
    static Result<std::unique_ptr<FaultLog>> open(const QString& path, const QVector<Fault>& faults, quint64 seed);

    /// Errors: what the system says; nothing more is written then.
    Result<void> write(const std::vector<FaultDecision>& decisions);

private:
    FaultLog() = default;

    QFile m_file;
};

} // namespace sw
