// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <optional>

namespace sw {

/// The port of a service name in the system's list (services(5)), for the protocol; numbers are no
/// service names. Never asks the network. Any thread.
std::optional<quint16> servicePort(const QString& name, bool udp);

/// The name of a port in the system's list, or nothing.
std::optional<QString> serviceName(quint16 port, bool udp);

} // namespace sw
