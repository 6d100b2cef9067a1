// SPDX-License-Identifier: MIT
// What the writers of commands share; used by their files only.
#pragma once

#include "core/payload/commands.h"

#include <QStringList>

#include <optional>
#include <utility>

namespace sw::commands {

tl::unexpected<Error> cannot(const Sentence& detail);

/// The options of an address while they are put into the words of another program. Each one that was given is taken,
/// or refused by name at the end: none is dropped in silence.
class CarriedOptions {
public:
    CarriedOptions(CommandTool tool, const Address& address) : m_tool(tool), m_address(address) {}

    /// The value that was given, which is carried from here on.
    std::optional<QString> take(const char* name);
    /// All values of an option that can be given again.
    QStringList takeAll(const char* name);
    /// For what the program does by itself: carried when the value is this one.
    void takeIf(const char* name, const char* value);
    /// Names the options that nobody took.
    Result<void> finish() const;

private:
    CommandTool m_tool;
    const Address& m_address;
    QStringList m_taken; ///< as NAME=VALUE
};

/// Whom a TLS client asks for and expects: the option name, or the host.
QString expectedName(const Address& address);

/// Ciphers up to TLS 1.2, and those of TLS 1.3, each separated by colons.
struct CipherLists {
    QString older;
    QString newest;
};
CipherLists cipherLists(const QString& ciphers);

/// Takes what a listener without client certificates says about them, which changes nothing.
void takeIdleServerOptions(CarriedOptions& options);

QString joined(const QStringList& words);
QString withInput(const QString& command, const std::optional<QByteArray>& message);
/// Where a listener without a host binds.
QString listenHost(const Address& address);
QString portText(const Address& address);
/// `HOST:PORT` with the number of the port.
QString hostAndPort(const Address& address);
bool isV6Host(const QString& host);
bool isEveryHost(const QString& host);
/// Seconds with a fraction, as programs take them: `1.5`.
QString secondsText(const QString& duration);

Result<QString> socatCommand(const Address& address, Role role, const std::optional<QByteArray>& message);
Result<QString> curlCommand(const Address& address, Role role, const std::optional<QByteArray>& message);
Result<QString> opensslCommand(const Address& address, Role role, const std::optional<QByteArray>& message);
Result<QString> pythonCommand(const Address& address, Role role, const std::optional<QByteArray>& message);

} // namespace sw::commands
