// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/hosts.h"
#include "core/address/optiontable.h"

#include <QMetaType>

#include <chrono>
#include <optional>
#include <vector>

namespace sw {

/// Where an endpoint binds or connects: `SCHEME://[HOST][:PORT][?OPTION=VALUE[&…]]`. A plain value; any thread.
struct Address {
    struct Option {
        QString name;
        QString value; ///< in the normal form of normaliseOption()

        bool operator==(const Option&) const = default;
    };

    Scheme scheme = Scheme::Tcp;
    HostPort place;              ///< for schemes with a host
    QString path;                ///< for unix and unixgram: an absolute path, or `@name` in the abstract space of Linux
    std::vector<Option> options; ///< as given, in order; defaults are not filled in

    bool operator==(const Address&) const = default;

    /// The value given for an option, or nothing; the last one where it was repeated.
    std::optional<QString> given(const char* name) const;
    /// The value given, or the table's default.
    QString value(const char* name) const;
    QStringList values(const char* name) const;
    bool isOn(const char* name) const { return value(name) == QLatin1String("on"); }
    std::optional<int> number(const char* name) const;
    std::chrono::microseconds duration(const char* name) const;
    /// Sets or replaces an option; the value must be in normal form.
    void setOption(const QString& name, const QString& value);
    /// Takes out an option where it has that value.
    void removeOption(const QString& name, const QString& value);
};

/// Reads an address. Errors carry the position of the offending part in `text` and say what is accepted there.
/// `parseAddress(formatAddress(a)) == a` for every address that was read.
Result<Address> parseAddress(const QString& text);

/// As parseAddress(), and checks that the options, the port and the host make sense for that use.
Result<Address> parseAddress(const QString& text, Role role);

/// The same for an address that was made, not read: what the parser would refuse is refused, and values get their
/// normal form. The errors' positions count in its text.
Result<Address> checkedFor(const Address& address, Role role);

/// The address with more options behind its own, read from `NAME=VALUE[&…]`, as parseAddress() reads them and for that
/// use. The errors' positions count in `options`.
Result<Address> withOptions(const Address& address, const QString& options, Role role);

QString formatAddress(const Address& address);

/// As formatAddress(), for people: with the number of the port beside a service name, `tcp://:http (port 80)`.
QString describeAddress(const Address& address);

/// Whether a listener on this address can be reached from other machines: any host but those of isLoopbackHost().
bool isReachableFromNetwork(const Address& address);

} // namespace sw

Q_DECLARE_METATYPE(sw::Address)
