// SPDX-License-Identifier: MIT
#pragma once

#include <QHashFunctions>
#include <QMetaType>
#include <QtGlobal>

namespace sw {

/// Names one endpoint (listener, connection, datagram socket, flow) for the life of an Engine. Never reused; 0 is none.
enum class EndpointId : quint64 { None = 0 };

/// Position of a record in one transcript, counted from 0.
using RecordIndex = quint64;

inline size_t qHash(EndpointId id, size_t seed = 0) noexcept {
    return ::qHash(static_cast<quint64>(id), seed);
}

} // namespace sw

Q_DECLARE_METATYPE(sw::EndpointId)
