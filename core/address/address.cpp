// SPDX-License-Identifier: MIT
#include "core/address/address.h"

#include "core/base/systemnet.h"
#include "core/base/units.h"

#include <algorithm>

namespace sw {

namespace {

tl::unexpected<Error> fail(const Sentence& detail, qsizetype position) {
    return tl::unexpected(badInput(QStringLiteral("address"), detail, static_cast<int>(position)));
}

Error shifted(Error error, qsizetype offset) {
    error.position = std::max(error.position, 0) + static_cast<int>(offset);
    return error;
}

/// `%HH` becomes its byte; a % that two hexadecimal digits do not follow stands for itself (`ff02::1%eth0`).
QString decoded(const QString& text) {
    QByteArray bytes;
    const QByteArray raw = text.toUtf8();
    const auto digit = [](char c) {
        const QByteArray one(1, c);
        bool ok = false;
        const int value = one.toInt(&ok, 16);
        return ok ? value : -1;
    };
    for (qsizetype i = 0; i < raw.size(); ++i) {
        if (raw.at(i) == '%' && i + 2 < raw.size() && digit(raw.at(i + 1)) >= 0 && digit(raw.at(i + 2)) >= 0) {
            bytes.append(static_cast<char>(digit(raw.at(i + 1)) * 16 + digit(raw.at(i + 2))));
            i += 2;
        } else {
            bytes.append(raw.at(i));
        }
    }
    return QString::fromUtf8(bytes);
}

QString encoded(const QString& text, const QByteArray& plain) {
    QString result;
    const QByteArray raw = text.toUtf8();
    for (const char c : raw) {
        const bool isAlphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (isAlphanumeric || plain.contains(c))
            result.append(QLatin1Char(c));
        else
            result.append(QStringLiteral("%%1").arg(static_cast<uchar>(c), 2, 16, QLatin1Char('0')));
    }
    return result;
}

/// One option behind those that the address has; `value`: nothing where none is given. The errors' positions count from
/// `start`, where its name stands, and the value's from `valueStart`.
Result<Address::Option> checkedOption(const Address& address, const QString& name, const std::optional<QString>& given,
                                      qsizetype start, qsizetype valueStart) {
    const OptionSpec* spec = findOption(name);
    if (spec == nullptr || !spec->appliesTo(address.scheme)) {
        return fail(sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no option of %2. It takes: %3."), name,
                             schemeName(address.scheme), optionNames(address.scheme).join(QLatin1String(", "))),
                    start);
    }
    if (!given && spec->type != OptionType::Switch)
        return fail(sentence(QT_TRANSLATE_NOOP("Core", "%1 needs a value: %1 takes %2."), name, acceptedValues(*spec)),
                    start + name.size());
    const auto value = normaliseOption(*spec, given.value_or(QStringLiteral("on")));
    if (!value)
        return tl::unexpected(shifted(value.error(), valueStart));
    // what names an address is a path for sockets that are files, and no path for the others
    const bool namesPlace = spec->type == OptionType::Host || spec->type == OptionType::Destination;
    const bool isPath = value->startsWith(QLatin1Char('/')) || value->startsWith(QLatin1Char('@'));
    if (namesPlace && isPath != isLocal(address.scheme))
        return fail(sentence(QT_TRANSLATE_NOOP("Core", "%1=%2: for %3 it takes %4."), name, *value,
                             schemeName(address.scheme),
                             isLocal(address.scheme) ? QStringLiteral("the path of a socket file, or @name")
                                                     : QStringLiteral("HOST or HOST:PORT")),
                    valueStart);
    const bool isRepeated =
        std::any_of(address.options.begin(), address.options.end(), [&](const auto& o) { return o.name == name; });
    if (isRepeated && !spec->repeatable)
        return fail(sentence(QT_TRANSLATE_NOOP("Core", "%1 stands twice; it can be given once."), name), start);
    return Address::Option{name, *value};
}

Result<Address::Option> readOption(const Address& address, const QString& piece, qsizetype start) {
    const qsizetype equals = piece.indexOf(QLatin1Char('='));
    const QString name = equals < 0 ? piece : piece.left(equals);
    return checkedOption(address, name, equals < 0 ? std::nullopt : std::optional(decoded(piece.mid(equals + 1))),
                         start, start + equals + 1);
}

/// Those of the text from `start` on, behind those that the address has.
Result<void> readOptions(Address& address, const QString& text, qsizetype start) {
    while (start < text.size()) {
        qsizetype end = text.indexOf(QLatin1Char('&'), start);
        if (end < 0)
            end = text.size();
        auto option = readOption(address, text.mid(start, end - start), start);
        if (!option)
            return tl::unexpected(option.error());
        address.options.push_back(*option);
        start = end + 1;
    }
    return {};
}

Result<void> checkScheme(Scheme scheme) {
    if (isInThisBuild(scheme))
        return {};
    Error error = badInput(QStringLiteral("scheme"),
                           sentence(QT_TRANSLATE_NOOP("Core", "%1 is not in this build."), schemeName(scheme)), 0);
    error.id = ErrorId::NotSupported;
    return tl::unexpected(error);
}

Result<void> checkPath(const Address& address, qsizetype start) {
    const bool isAbstract = address.path.startsWith(QLatin1Char('@'));
    if (!isAbstract && !address.path.startsWith(QLatin1Char('/')))
        return fail(
            sentence(QT_TRANSLATE_NOOP("Core", "A socket file needs its whole path: write %1:///run/app.sock%2."),
                     schemeName(address.scheme), QStringLiteral(", or @name for an abstract one on Linux")),
            start);
    if (address.path.contains(QChar(0)))
        return fail(sentence(QT_TRANSLATE_NOOP("Core", "A path cannot contain a NUL byte.")), start);
    // 108 bytes on Linux and Windows, 104 on macOS and the BSDs, with the closing NUL
    constexpr qsizetype longest = sizeof(sockaddr_un::sun_path) - 1;
    const qsizetype length = address.path.toUtf8().size();
    if (length > longest || address.path.size() < 2)
        return fail(
            sentence(QT_TRANSLATE_NOOP("Core", "The path has %1 bytes; a socket's path has 2 to %2."), length, longest),
            start);
    return {};
}

Result<void> checkRole(const Address& address, Role role, const QString& text) {
    const auto optionPosition = [&](const QString& name) {
        const qsizetype query = text.indexOf(QLatin1Char('?'));
        return query < 0 ? 0 : std::max<qsizetype>(text.indexOf(name, query), 0);
    };
    for (const Address::Option& option : address.options) {
        if (!findOption(option.name)->appliesTo(role))
            return fail(sentence(QT_TRANSLATE_NOOP("Core", "%1 is for %2 only."), option.name,
                                 role == Role::Listen ? QStringLiteral("outgoing connections")
                                                      : QStringLiteral("listening sockets")),
                        optionPosition(option.name));
    }
    const qsizetype hostStart = schemeName(address.scheme).size() + 3;
    if (role == Role::Connect && !isLocal(address.scheme)) {
        if (address.place.host.isEmpty() || address.place.host == QLatin1String("*"))
            return fail(sentence(QT_TRANSLATE_NOOP(
                            "Core", "A connection needs a host: a name, 127.0.0.1, [::1] or an integer.")),
                        hostStart);
        if (address.place.portLast != address.place.portFirst)
            return fail(sentence(QT_TRANSLATE_NOOP("Core", "A connection goes to one port; a range is for listeners.")),
                        hostStart);
        if (address.place.portFirst == 0)
            return fail(sentence(QT_TRANSLATE_NOOP(
                            "Core", "A connection needs a port: 1 to 65535, or a service name such as http.")),
                        text.indexOf(QLatin1Char('?')) < 0 ? text.size() : text.indexOf(QLatin1Char('?')));
    }
    if (address.given("proxypassword") && !address.given("proxy"))
        return fail(sentence(QT_TRANSLATE_NOOP("Core", "proxypassword needs proxy=SCHEME://USER@HOST:PORT beside it.")),
                    optionPosition(QStringLiteral("proxypassword")));
    const auto literal = ipLiteral(address.place.host);
    const QString ipv6 = address.value("ipv6");
    if (literal && !isLocal(address.scheme)) {
        const bool isV6 = literal->protocol() == QAbstractSocket::IPv6Protocol;
        if (isV6 ? ipv6 == QLatin1String("off") : ipv6 == QLatin1String("only"))
            return fail(
                sentence(
                    QT_TRANSLATE_NOOP(
                        "Core",
                        "ipv6=%1 excludes %2, which is an %3 address. Leave the option out, or choose another host."),
                    ipv6, address.place.host, isV6 ? QStringLiteral("IPv6") : QStringLiteral("IPv4")),
                optionPosition(QStringLiteral("ipv6")));
    }
    if (role == Role::Listen && address.value("ipv6") == QLatin1String("both") &&
        address.place.host != QLatin1String("*") && address.place.host != QLatin1String("::") &&
        !isLocal(address.scheme))
        return fail(
            sentence(QT_TRANSLATE_NOOP(
                "Core",
                "ipv6=both needs host *: a socket takes both families only when it is bound to every address.")),
            optionPosition(QStringLiteral("ipv6")));
    return {};
}

} // namespace

std::optional<QString> Address::given(const char* name) const {
    const auto found = std::find_if(options.rbegin(), options.rend(),
                                    [&](const Option& option) { return option.name == QLatin1String(name); });
    return found == options.rend() ? std::nullopt : std::optional<QString>(found->value);
}

QString Address::value(const char* name) const {
    if (const auto own = given(name))
        return *own;
    const OptionSpec* spec = findOption(QString::fromLatin1(name));
    return spec == nullptr ? QString() : QString::fromLatin1(spec->defaultValue);
}

QStringList Address::values(const char* name) const {
    QStringList all;
    for (const Option& option : options) {
        if (option.name == QLatin1String(name))
            all.append(option.value);
    }
    return all;
}

std::optional<int> Address::number(const char* name) const {
    const QString text = value(name);
    return text.isEmpty() ? std::nullopt : std::optional<int>(text.toInt());
}

std::chrono::microseconds Address::duration(const char* name) const {
    return parseDuration(value(name)).value_or(std::chrono::microseconds(0));
}

void Address::setOption(const QString& name, const QString& value) {
    for (Option& option : options) {
        if (option.name == name) {
            option.value = value;
            return;
        }
    }
    options.push_back({name, value});
}

void Address::removeOption(const QString& name, const QString& value) {
    std::erase(options, Option{name, value});
}

Result<Address> parseAddress(const QString& text) {
    const qsizetype mark = text.indexOf(QLatin1String("://"));
    if (mark < 0) {
        // only what can be taken as it is said is advised
        const bool isPlace = parseAddress(QStringLiteral("tcp://") + text, Role::Connect).has_value();
        return fail(sentence(QT_TRANSLATE_NOOP("Core", "An address starts with its scheme, such as tcp://%1."),
                             isPlace ? text : QStringLiteral("localhost:10244")),
                    0);
    }
    const auto scheme = parseScheme(text.left(mark));
    if (!scheme)
        return tl::unexpected(scheme.error());
    if (const auto usable = checkScheme(*scheme); !usable)
        return tl::unexpected(usable.error());
    Address address;
    address.scheme = *scheme;
    const qsizetype bodyStart = mark + 3;
    qsizetype query = text.indexOf(QLatin1Char('?'), bodyStart);
    if (query < 0)
        query = text.size();
    const QString body = text.mid(bodyStart, query - bodyStart);
    if (isLocal(*scheme)) {
        address.path = decoded(body);
        if (const auto path = checkPath(address, bodyStart); !path)
            return tl::unexpected(path.error());
    } else {
        const auto place = parseHostPort(body.endsWith(QLatin1Char('/')) ? body.chopped(1) : body, isDatagram(*scheme));
        if (!place)
            return tl::unexpected(shifted(place.error(), bodyStart));
        address.place = *place;
    }
    if (const auto read = readOptions(address, text, query + 1); !read)
        return tl::unexpected(read.error());
    return address;
}

Result<Address> parseAddress(const QString& text, Role role) {
    auto address = parseAddress(text);
    if (!address)
        return address;
    if (const auto fits = checkRole(*address, role, text); !fits)
        return tl::unexpected(fits.error());
    return address;
}

Result<Address> checkedFor(const Address& address, Role role) {
    const QString text = formatAddress(address); // which the errors' positions count in
    const qsizetype bodyStart = schemeName(address.scheme).size() + 3;
    if (const auto usable = checkScheme(address.scheme); !usable)
        return tl::unexpected(usable.error());
    Address checked{.scheme = address.scheme};
    if (isLocal(address.scheme)) {
        checked.path = address.path;
        if (const auto path = checkPath(checked, bodyStart); !path)
            return tl::unexpected(path.error());
    } else {
        const auto place = parseHostPort(formatHostPort(address.place), isDatagram(address.scheme));
        if (!place)
            return tl::unexpected(shifted(place.error(), bodyStart));
        checked.place = *place;
    }
    qsizetype start = text.indexOf(QLatin1Char('?')) + 1;
    for (const Address::Option& option : address.options) {
        const qsizetype valueStart = start + option.name.size() + 1;
        auto valid = checkedOption(checked, option.name, option.value, start, valueStart);
        if (!valid)
            return tl::unexpected(valid.error());
        checked.options.push_back(*valid);
        start = text.indexOf(QLatin1Char('&'), start) + 1;
    }
    if (const auto fits = checkRole(checked, role, text); !fits)
        return tl::unexpected(fits.error());
    return checked;
}

Result<Address> withOptions(const Address& address, const QString& options, Role role) {
    Address more = address;
    if (const auto read = readOptions(more, options, 0); !read)
        return tl::unexpected(read.error());
    // the text where options stand behind a mark, as checkRole() looks for them
    if (const auto fits = checkRole(more, role, QLatin1Char('?') + options); !fits) {
        const qsizetype position = fits.error().position - 1;
        return tl::unexpected(
            shifted(fits.error(), std::clamp<qsizetype>(position, 0, options.size()) - fits.error().position));
    }
    return more;
}

QString formatAddress(const Address& address) {
    QString text = schemeName(address.scheme) + QStringLiteral("://");
    text += isLocal(address.scheme) ? encoded(address.path, "/-._~@:,+=") : formatHostPort(address.place);
    QLatin1Char separator('?');
    for (const Address::Option& option : address.options) {
        text += separator + option.name + QStringLiteral("=") + encoded(option.value, "-._~:/*@,[]");
        separator = QLatin1Char('&');
    }
    return text;
}

QString describeAddress(const Address& address) {
    const QString text = formatAddress(address);
    return isLocal(address.scheme) || address.place.service.isEmpty()
               ? text
               : QStringLiteral("%1 (port %2)").arg(text).arg(address.place.portFirst);
}

bool isReachableFromNetwork(const Address& address) {
    const QString& host = address.place.host;
    return !isLocal(address.scheme) && !host.isEmpty() && !isLoopbackHost(host);
}

} // namespace sw
