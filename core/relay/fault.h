// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QByteArray>
#include <QJsonObject>
#include <QStringList>
#include <QVector>

#include <chrono>
#include <optional>
#include <span>

namespace sw {

/// The directions of a relay: up goes from the client to the target, down from the target to the client.
enum class RelayDirection : quint8 { Up, Down };
QString directionName(RelayDirection direction);

enum class FaultKind : quint8 {
    Delay,
    Rate,
    Chop,
    Stall,
    Reset,
    Close,
    HalfClose,
    Corrupt,
    Limit,
    Refuse,
    Drop,
    Duplicate,
    Reorder
};

/// A disturbance that a relay applies. A plain value, written as `delay=200ms~50ms`, `up:reset@10KiB`,
/// `drop@message=7`; see faultTable(). Any thread.
struct Fault {
    FaultKind kind = FaultKind::Delay;
    std::optional<RelayDirection> direction{}; ///< nothing: both
    bool isEnabled = true;
    std::chrono::microseconds time{0};   ///< of Delay and Stall; the pause between pieces of Chop
    std::chrono::microseconds jitter{0}; ///< of Delay: up to so much more or less
    quint64 place = 0;                   ///< where it happens: bytes passed before it, or the message's number from 1
    bool isMessage = false;              ///< `place` is a message's number
    quint64 amount = 0;                  ///< Rate: bytes a second; Chop: least; Limit: bytes; Refuse: attempts; Reorder
    quint64 most = 0;                    ///< Chop: the largest piece in bytes
    double share = 0;                    ///< Drop, Duplicate, Corrupt of messages: 0 to 1
    QByteArray bytes{};                  ///< Corrupt: what is put there, or
    bool isXor = false;                  ///< what is combined with what is there

    bool operator==(const Fault&) const = default;
    bool appliesTo(RelayDirection wanted) const { return isEnabled && (!direction || *direction == wanted); }
};

/// Errors name what is wrong and what is accepted.
Result<Fault> parseFault(const QString& text);
/// parseFault() reads it back as the same value, except for isEnabled.
QString formatFault(const Fault& fault);
/// What cannot be on a relay of that kind is told by name.
Result<void> checkFaults(const QVector<Fault>& faults, bool isDatagram);

/// What there is, for help, forms and errors.
struct FaultEntry {
    FaultKind kind;
    const char* name;
    const char* usage;   ///< `delay=TIME[~TIME]`
    const char* example; ///< `delay=200ms~50ms`
    bool forStreams;
    bool forDatagrams;
    const char* summary; ///< what it does
};
std::span<const FaultEntry> faultTable();

/// Several faults that together are a network or a server that people know.
struct FaultPreset {
    const char* name;
    const char* title;
    const char* explanation; ///< what it is like, and what it teaches
    const char* streams;     ///< faults with spaces between; empty: it makes no sense there
    const char* datagrams;
};
std::span<const FaultPreset> faultPresets();
/// A preset's faults by its name, or one fault; as --fault takes it.
Result<QVector<Fault>> parseFaults(const QString& text, bool isDatagram);

/// One thing that was decided: what drives a run, and what its fault log has. A plain value.
struct FaultDecision {
    quint64 connection = 0; ///< of the relay's, counted from 1 as they came
    RelayDirection direction = RelayDirection::Up;
    FaultKind kind = FaultKind::Delay;
    bool isMessage = false;
    quint64 place = 0;                 ///< bytes passed before it, or the message's number from 1
    quint64 amount = 0;                ///< the piece of Chop, the rate, the messages that pass first
    std::chrono::microseconds time{0}; ///< of Delay, Stall, and the pause of Chop
    QByteArray bytes{};                ///< of Corrupt
    bool isXor = false;

    bool operator==(const FaultDecision&) const = default;

    QJsonObject toJson() const;
    static Result<FaultDecision> fromJson(const QJsonObject& json);
    /// `piece of 5 bytes at byte 1,024`
    QString toText() const;
};

/// A number that only depends on what it is asked for: the same on every platform, in every run.
quint64 faultDraw(quint64 seed, quint64 connection, RelayDirection direction, FaultKind kind, quint64 place);

} // namespace sw
