// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/schemes.h"

#include <QStringList>

#include <span>

namespace sw {

/// What an address is used for; some options make sense for one side only.
enum class Role { Listen, Connect };

/// A Secret's value says where it stands, `env:NAME` or `file:PATH`: an address never holds it.
enum class OptionType {
    Switch,
    Integer,
    Size,
    Duration,
    Choice,
    Text,
    Host,
    Group,
    Destination,
    Secret,
    Proxy,
    Fingerprint
};

/// Headings under which options are shown, in the form and in the help.
enum class OptionGroup { Listener, Stream, Tls, Datagram, Buffer, Unix };

/// One option of an address. The parser, the form, the help and the manual are all made from these.
struct OptionSpec {
    const char* name;
    OptionGroup group;
    OptionType type;
    unsigned schemes;         ///< bit (1 << Scheme) for each scheme that takes it
    unsigned roles;           ///< bit (1 << Role)
    qint64 minimum;           ///< for Integer and Size
    qint64 maximum;           ///< for Integer and Size
    const char* defaultValue; ///< normalised; empty where the system or nothing decides
    const char* choices;      ///< for Choice: `a|b|c`
    bool repeatable;
    bool isLive;      ///< can be changed while the endpoint is open
    const char* help; ///< one sentence

    bool appliesTo(Scheme scheme) const { return (schemes & (1U << static_cast<unsigned>(scheme))) != 0; }
    bool appliesTo(Role role) const { return (roles & (1U << static_cast<unsigned>(role))) != 0; }
};

/// Every option of this build, by group.
std::span<const OptionSpec> optionTable();

/// The option of that name, or nullptr.
const OptionSpec* findOption(const QString& name);

/// Names of the options that a scheme takes, for error messages and completion.
QStringList optionNames(Scheme scheme);

/// What the option accepts, in words: `on or off`, `0 to 255`.
QString acceptedValues(const OptionSpec& spec);

/// Checks a value and gives its normal form (`yes` is `on`, `64KiB` is `65536`); the error says what is accepted.
Result<QString> normaliseOption(const OptionSpec& spec, const QString& value);

/// A text in which a secret may stand where only its place should (`psk=1a2b3c`): that is starred out, one for one.
QString hideSecrets(const QString& text);

QString groupTitle(OptionGroup group);

} // namespace sw
