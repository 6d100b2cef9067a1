// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/appendfile.h"
#include "core/relay/fault.h"

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
    /// Errors: those of openOutputFile().
    static Result<std::unique_ptr<FaultLog>> open(const QString& path, const QVector<Fault>& faults, quint64 seed,
                                                  const Opening& how = Existing::Refuse);

    /// Errors: what the system says; whole lines that fitted stay, and nothing more is written then.
    Result<void> write(const std::vector<FaultDecision>& decisions);
    /// No more decisions come. Errors: what the system says.
    Result<void> close();
    /// Removes the file: nobody wants it.
    void discard();

private:
    explicit FaultLog(std::unique_ptr<AppendFile> file) : m_file(std::move(file)) {}

    void put(const QJsonObject& json);
    Result<void> flush();

    std::unique_ptr<AppendFile> m_file;
    BlockBuffer m_waiting{64U << 10U};
    bool m_isOver = false; // after an error
};

} // namespace sw
