// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <span>

namespace sw {

/// Programs for which an endpoint or a message can be written as a command of a POSIX shell.
enum class CommandTool { Ncat, Socat, Curl, OpenSsl, Python, Swright };

/// `ncat`, `socat`, `curl`, `openssl`, `python`, `swright`.
QString toolName(CommandTool tool);
std::optional<CommandTool> toolOfName(const QString& name);
std::span<const CommandTool> commandTools();

/// The command that does with this program what an endpoint does: listens, or connects and sends `message` (nothing:
/// standard input). Safe to paste into a POSIX shell whatever the peer, its names or the message hold. An error says
/// what the program cannot do. A message that is an HTTP request becomes one for curl.
Result<QString> toCommand(CommandTool tool, const Address& address, Role role,
                          const std::optional<QByteArray>& message = std::nullopt);

/// What a pasted command would open.
struct PastedCommand {
    Address address;
    Role role = Role::Connect;
    QByteArray message;     ///< what it would send; empty: nothing of its own
    bool sendsCrLf = false; ///< the command turns LF into CR LF
};

/// Reads a command of ncat, nc, netcat, telnet, socat, curl, openssl s_client or swright, with printf or echo before a
/// |. Runs nothing. Errors say which part is not understood, and what is.
Result<PastedCommand> fromCommand(const QString& text);

/// Whether the text begins like a command that fromCommand() may know, rather than like an address.
bool looksLikeCommand(const QString& text);

} // namespace sw
