// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"
#include "core/relay/faultlog.h"
#include "core/relay/intercept.h"

#include <chrono>
#include <memory>

namespace sw {

/// What a relay is to do with its clients. A plain value.
struct RelayRequest {
    Address target;
    QVector<Fault> faults{};
    quint64 seed = 1;                            ///< what random decisions depend on
    std::shared_ptr<const FaultScript> script{}; ///< decides instead of the faults, until they are changed
    Intercept intercept{};
    std::chrono::milliseconds idle{60'000}; ///< a flow of datagrams is forgotten after so long without one
    QString name{};                         ///< empty: derived from the address
    bool isRecorded = true;                 ///< false: what passes is counted only

    /// What is wrong with it for a listener on that address.
    Result<void> validate(const Address& listen) const;
};

} // namespace sw
