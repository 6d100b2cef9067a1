// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/framing/framer.h"
#include "core/relay/fault.h"

#include <QMetaType>

#include <optional>

namespace sw {

/// Which messages a relay holds until somebody has decided. A plain value.
struct Intercept {
    bool isOn = false;
    std::optional<RelayDirection> direction{}; ///< nothing: both
    FramerSpec framer{};                       ///< what a message is; none: what one read returned
    QString condition{};                       ///< see Condition: `contains PAY`, `regex ^GET`; empty: every message

    bool operator==(const Intercept&) const = default;
    bool appliesTo(RelayDirection wanted) const { return isOn && (!direction || *direction == wanted); }
};

/// A message that waits for a decision. A plain value.
struct HeldMessage {
    quint64 number = 0; ///< of the engine's, for release()
    EndpointId relay = EndpointId::None;
    EndpointId connection = EndpointId::None; ///< whose bytes they are: the client's, or the target's
    QString name;                             ///< of that connection
    RelayDirection direction = RelayDirection::Up;
    qint64 size = 0;  ///< bytes, with its framing
    QByteArray bytes; ///< those, or of a message in a list the first `listed`
    Timestamp time;

    static constexpr qsizetype listed = 256;
    bool isWhole() const { return bytes.size() == size; }
    /// As lists have it.
    HeldMessage forList() const;
};

/// What to do with it.
struct Release {
    enum class Action {
        Pass,  ///< goes on, as it is or as edited
        Drop,  ///< does not go on
        Answer ///< does not go on; `bytes` go back to who sent it
    };

    Action action = Action::Pass;
    std::optional<QByteArray> bytes{}; ///< of Pass: instead of what was there
};

} // namespace sw

Q_DECLARE_METATYPE(sw::HeldMessage)
