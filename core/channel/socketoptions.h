// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"
#include "core/channel/native.h"
#include "core/channel/socketfacts.h"
#include "core/channel/tcpinfo.h"

#include <vector>

namespace sw {

/// When an option must be set: before bind() (listeners, datagram sockets) or any time (streams).
enum class OptionStage { BeforeBind, Open };

/// Applies every option of the address that concerns this stage. Goes on after a failure; gives all of them, each
/// naming its option.
std::vector<Error> applyOptions(native::Descriptor socket, const Address& address, OptionStage stage, bool isIPv6);

/// Sets one option of an open socket; `value` in normal form. `leave`: gives up a group instead of joining it.
Result<void> changeOption(native::Descriptor socket, const OptionSpec& spec, const QString& value, bool isIPv6,
                          bool leave = false);

/// Whether the option is carried out by this program; the system knows nothing of it.
bool isOurs(const OptionSpec& spec);

/// Every option that the scheme has, as requested and as read back from the socket.
QVector<OptionState> readOptions(native::Descriptor socket, const Address& address, Role role, bool isIPv6);

/// The same of a listener: its backlog is what the system made of it.
QVector<OptionState> withBacklog(QVector<OptionState> options, const native::AcceptQueue& queue);

namespace native {

/// Sets one option by its name in the table; 0, or the native error code. One file per platform.
int setOption(Descriptor socket, const char* name, int value, bool isIPv6);
/// Reads one back; false where the system does not tell.
bool readOption(Descriptor socket, const char* name, int& value, bool isIPv6);
/// Joins a multicast group on an interface (empty: the system's choice).
int joinGroup(Descriptor socket, const QHostAddress& group, const QString& interfaceName);
int leaveGroup(Descriptor socket, const QHostAddress& group, const QString& interfaceName);
int setMulticastInterface(Descriptor socket, const QString& interfaceName, bool isIPv6);

} // namespace native

} // namespace sw
