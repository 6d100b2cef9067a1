// SPDX-License-Identifier: MIT
#include "core/channel/socketoptions.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace sw {

namespace {

/// Options that this program carries out itself; the socket knows nothing of them.
constexpr std::array<std::string_view, 16> ours{"buffer", "backlog",       "accept", "max",    "bind", "timeout",
                                                "eof",    "size",          "to",     "flows",  "mode", "stale",
                                                "ipv6",   "proxypassword", "proxy",  "sockets"};

bool isBeforeBind(std::string_view name) {
    return name == "reuseaddr" || name == "reuseport" || name == "rcvbuf" || name == "sndbuf";
}

int asNumber(const OptionSpec& spec, const QString& value) {
    return spec.type == OptionType::Switch ? static_cast<int>(value == QLatin1String("on")) : value.toInt();
}

/// What most likely stands behind a refusal of this option.
QString reasonOf(const Error& error, const OptionSpec& spec, const QString& value, bool isIPv6) {
    if (spec.type == OptionType::Group) {
        const bool isGroup6 = value.contains(QLatin1Char(':'));
        if (isGroup6 != isIPv6)
            return QStringLiteral("the socket is %1, and so cannot take part in an %2 group; listen on a host of that "
                                  "family")
                .arg(isIPv6 ? QStringLiteral("IPv6") : QStringLiteral("IPv4"),
                     isGroup6 ? QStringLiteral("IPv6") : QStringLiteral("IPv4"));
        if (error.id == ErrorId::AddressInUse)
            return QStringLiteral("the socket is in that group already");
        if (error.id == ErrorId::AddressNotAvailable)
            return QStringLiteral("the socket is not in that group");
    }
    if (error.id == ErrorId::NotFound)
        return QStringLiteral("there is no such interface; `swright list interfaces` shows them");
    if (error.id == ErrorId::NotSupported)
        return QStringLiteral("this system does not have it");
    if (error.id == ErrorId::AccessDenied)
        return QStringLiteral("it needs more rights");
    return QStringLiteral("the value is not accepted here");
}

Error optionError(int native, const OptionSpec& spec, const QString& value, bool isIPv6) {
    Error error = systemError(native, QStringLiteral("option"));
    error.detail =
        QStringLiteral("The system did not take %1=%2: %3 (%4).")
            .arg(QString::fromLatin1(spec.name), value, reasonOf(error, spec, value, isIPv6), nativeErrorName(native));
    return error;
}

int applyOne(native::Descriptor socket, const OptionSpec& spec, const QString& value, bool isIPv6, bool leave = false) {
    // waiting is done by Connection: the system's own wait would block the thread that closes, whichever that is
    if (qstrcmp(spec.name, "linger") == 0)
        return native::setOption(socket, spec.name, value == QLatin1String("0") ? 0 : -1, isIPv6);
    if (spec.type == OptionType::Group) {
        const QHostAddress group(value.section(QLatin1Char('%'), 0, 0));
        const QString interfaceName = value.section(QLatin1Char('%'), 1);
        return leave ? native::leaveGroup(socket, group, interfaceName)
                     : native::joinGroup(socket, group, interfaceName);
    }
    if (qstrcmp(spec.name, "iface") == 0)
        return native::setMulticastInterface(socket, value, isIPv6);
    return native::setOption(socket, spec.name, asNumber(spec, value), isIPv6);
}

QString effectiveText(native::Descriptor socket, const OptionSpec& spec, bool isIPv6) {
    int number = 0;
    if (!native::readOption(socket, spec.name, number, isIPv6))
        return {};
    if (spec.type == OptionType::Switch)
        return number != 0 ? QStringLiteral("on") : QStringLiteral("off");
    if (qstrcmp(spec.name, "linger") == 0 && number < 0)
        return QStringLiteral("off");
    return QString::number(number);
}

} // namespace

bool isOurs(const OptionSpec& spec) {
    return spec.group == OptionGroup::Tls || std::find(ours.begin(), ours.end(), spec.name) != ours.end();
}

Result<void> changeOption(native::Descriptor socket, const OptionSpec& spec, const QString& value, bool isIPv6,
                          bool leave) {
    if (const int code = applyOne(socket, spec, value, isIPv6, leave); code != 0)
        return tl::unexpected(optionError(code, spec, value, isIPv6));
    return {};
}

std::vector<Error> applyOptions(native::Descriptor socket, const Address& address, OptionStage stage, bool isIPv6) {
    std::vector<Error> errors;
    const auto apply = [&](const OptionSpec& spec, const QString& value) {
        if (isOurs(spec) || isBeforeBind(spec.name) != (stage == OptionStage::BeforeBind))
            return;
        if (const int code = applyOne(socket, spec, value, isIPv6); code != 0)
            errors.push_back(optionError(code, spec, value, isIPv6));
    };
    for (const OptionSpec& spec : optionTable()) {
        if (!spec.appliesTo(address.scheme))
            continue;
        const QStringList given = address.values(spec.name);
        for (const QString& value : given)
            apply(spec, value);
        // of the defaults only this one differs from the system's own
        if (given.isEmpty() && qstrcmp(spec.name, "nodelay") == 0)
            apply(spec, QStringLiteral("on"));
    }
    return errors;
}

QVector<OptionState> readOptions(native::Descriptor socket, const Address& address, Role role, bool isIPv6) {
    QVector<OptionState> states;
    for (const OptionSpec& spec : optionTable()) {
        if (!spec.appliesTo(address.scheme) || !spec.appliesTo(role))
            continue;
        OptionState state{.name = QString::fromLatin1(spec.name),
                          .requested = address.values(spec.name).join(QLatin1String(", ")),
                          .effective = effectiveText(socket, spec, isIPv6)};
        if (qstrcmp(spec.name, "linger") == 0 && !state.requested.isEmpty())
            state.effective = state.requested;
        if (state.effective.isEmpty() && (isOurs(spec) || spec.type == OptionType::Group))
            state.effective = state.requested.isEmpty() ? QString::fromLatin1(spec.defaultValue) : state.requested;
        states.append(state);
    }
    return states;
}

QVector<OptionState> withBacklog(QVector<OptionState> options, const native::AcceptQueue& queue) {
    for (OptionState& option : options) {
        if (queue.limit && option.name == QLatin1String("backlog"))
            option.effective = QString::number(*queue.limit);
    }
    return options;
}

bool native::speaksIPv6(const SocketAddress& local) {
    return isIPv6(local) && hostOf(local).protocol() == QAbstractSocket::IPv6Protocol;
}

} // namespace sw
