// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

namespace sw {

/// How far an outgoing connection came. Handshake is reached by schemes that have one.
enum class ConnectPhase : quint8 { Resolve, Route, Connect, Handshake, Open, FirstByte };

/// `resolve`, `route`, `connect`, `handshake`, `open`, `first-byte`.
QString phaseName(ConnectPhase phase);

/// One address that was tried.
struct ConnectAttempt {
    enum class Outcome : quint8 { Pending, Connected, Failed, Cancelled };

    QString peer;
    QString local;                        ///< where from: what the route gave; empty when there was no route
    std::chrono::nanoseconds begun{0};    ///< after the start of the whole
    std::chrono::nanoseconds duration{0}; ///< until its outcome
    Outcome outcome = Outcome::Pending;
    int retransmits = 0; ///< of its SYN, where the system tells
    std::optional<Error> error{};

    /// `connected`, `refused`, …: the error's identifier where it failed.
    QString outcomeName() const;
};

/// Everything that was done to bring an outgoing connection about, step by step. A plain value; any thread.
struct ConnectReport {
    QString host;          ///< the name that was looked up; empty where there was none
    QStringList addresses; ///< in the order in which they are tried
    std::chrono::nanoseconds resolveTime{0};
    std::vector<ConnectAttempt> attempts;
    ConnectPhase phase = ConnectPhase::Resolve;
    std::chrono::nanoseconds total{0};                   ///< until it was open, or had failed
    std::optional<std::chrono::nanoseconds> firstByte{}; ///< after it was open
    QString advice;                                      ///< what was found out about a failure; may be empty

    QJsonObject toJson() const;
};

/// Orders addresses for racing: families take turns, beginning with the first one's (RFC 8305 section 4).
template <typename T, typename IsSix>
std::vector<T> interleaved(const std::vector<T>& addresses, IsSix isSix) {
    std::vector<T> first;
    std::vector<T> second;
    for (const T& address : addresses)
        (isSix(address) == isSix(addresses.front()) ? first : second).push_back(address);
    std::vector<T> mixed;
    mixed.reserve(addresses.size());
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size())
            mixed.push_back(first[i]);
        if (i < second.size())
            mixed.push_back(second[i]);
    }
    return mixed;
}

/// What this machine's socket table says about a failed attempt: who listens on that port elsewhere, what lingers.
/// Empty where there is nothing to say.
QString adviceFor(const ConnectAttempt& attempt);

} // namespace sw
