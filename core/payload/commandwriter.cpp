// SPDX-License-Identifier: MIT
// Sources: ncat(1).
#include "core/payload/commandwriters.h"

#include "core/base/units.h"
#include "core/payload/shellwords.h"

#include <algorithm>
#include <array>

namespace sw {

namespace commands {

tl::unexpected<Error> cannot(const Sentence& detail) {
    return tl::unexpected(Error{.id = ErrorId::NotSupported, .situation = QStringLiteral("command"), .detail = detail});
}

std::optional<QString> CarriedOptions::take(const char* name) {
    const QStringList all = takeAll(name);
    return all.isEmpty() ? std::nullopt : std::optional(all.back());
}

QStringList CarriedOptions::takeAll(const char* name) {
    QStringList values;
    for (const Address::Option& option : m_address.options) {
        if (option.name != QLatin1String(name))
            continue;
        values.append(option.value);
        m_taken.append(option.name + QLatin1Char('=') + option.value);
    }
    return values;
}

void CarriedOptions::takeIf(const char* name, const char* value) {
    if (m_address.given(name) == QLatin1String(value))
        take(name);
}

Result<void> CarriedOptions::finish() const {
    QStringList left;
    for (const Address::Option& option : m_address.options) {
        const QString text = option.name + QLatin1Char('=') + option.value;
        if (!m_taken.contains(text))
            left.append(text);
    }
    if (left.isEmpty())
        return {};
    return cannot(sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be told %2 here. Leave that out of the address, or "
                                                     "copy it for another program; swright takes every option."),
                           toolName(m_tool), left.join(QLatin1String(" and "))));
}

QString expectedName(const Address& address) {
    return address.given("name").value_or(address.place.host);
}

CipherLists cipherLists(const QString& ciphers) {
    QStringList older;
    QStringList newest;
    for (const QString& one : ciphers.split(QLatin1Char(':'), Qt::SkipEmptyParts))
        (one.startsWith(QLatin1String("TLS_")) ? newest : older).append(one);
    return {.older = older.join(QLatin1Char(':')), .newest = newest.join(QLatin1Char(':'))};
}

void takeIdleServerOptions(CarriedOptions& options) {
    options.takeIf("clientcert", "off");
    options.take("verify");
}

bool isV6Host(const QString& host) {
    return host.contains(QLatin1Char(':'));
}

bool isEveryHost(const QString& host) {
    return host == QLatin1String("*");
}

QString portText(const Address& address) {
    return QString::number(address.place.portFirst);
}

QString hostAndPort(const Address& address) {
    HostPort place = address.place;
    place.service.clear();
    return formatHostPort(place);
}

QString joined(const QStringList& words) {
    QStringList quoted;
    for (const QString& word : words)
        quoted.append(shellQuoted(word));
    return quoted.join(QLatin1Char(' '));
}

QString withInput(const QString& command, const std::optional<QByteArray>& message) {
    return message ? shellPrintf(*message) + QStringLiteral(" | ") + command : command;
}

QString listenHost(const Address& address) {
    if (!address.place.host.isEmpty())
        return address.place.host;
    return address.value("ipv6") == QLatin1String("only") ? QStringLiteral("::1") : QStringLiteral("127.0.0.1");
}

QString secondsText(const QString& duration) {
    constexpr double microsPerSecond = 1e6;
    const auto time = parseDuration(duration).value_or(std::chrono::microseconds(0));
    return QString::number(static_cast<double>(time.count()) / microsPerSecond, 'g', 9);
}

} // namespace commands

using namespace commands;

namespace {

/// The words of ncat for TLS. It checks the name that it asks for, and only names.
Result<QStringList> ncatTls(CarriedOptions& options, const Address& address, Role role) {
    QStringList words{QStringLiteral("--ssl")};
    if (role == Role::Listen) {
        if (address.value("clientcert") == QLatin1String("off"))
            takeIdleServerOptions(options);
    } else {
        const bool isChecked = options.take("verify").value_or(QStringLiteral("on")) == QLatin1String("on");
        if (isChecked && isIpLiteral(expectedName(address)))
            return cannot(sentence(
                QT_TRANSLATE_NOOP("Core", "ncat checks certificates for names only, and %1 is an address. Give the "
                                          "name to expect with name=, or copy it as openssl or socat."),
                expectedName(address)));
        if (isChecked)
            words << QStringLiteral("--ssl-verify");
        if (const auto ca = options.take("ca"))
            words << QStringLiteral("--ssl-trustfile") << *ca;
        options.take("name");
        if (!isIpLiteral(expectedName(address)))
            words << QStringLiteral("--ssl-servername") << expectedName(address);
    }
    if (const auto cert = options.take("cert"))
        words << QStringLiteral("--ssl-cert") << *cert << QStringLiteral("--ssl-key")
              << options.take("key").value_or(*cert);
    if (const auto alpn = options.take("alpn"))
        words << QStringLiteral("--ssl-alpn") << *alpn;
    if (const CipherLists lists = cipherLists(address.value("ciphers")); lists.newest.isEmpty()) {
        if (options.take("ciphers"))
            words << QStringLiteral("--ssl-ciphers") << lists.older;
    }
    return words;
}

/// What ncat does by itself, or has not to be told.
void takeWhatNcatDoes(CarriedOptions& options, Role role) {
    for (const auto& [name, value] :
         {std::pair{"reuseaddr", "on"}, std::pair{"reuseport", "off"}, std::pair{"accept", "auto"},
          std::pair{"nodelay", "off"}, std::pair{"keepalive", "off"}, std::pair{"ipv6", "any"},
          std::pair{"ipv6", "off"}, std::pair{"ipv6", "only"}, std::pair{"resume", "off"}})
        options.takeIf(name, value);
    if (role == Role::Listen)
        options.takeIf("ipv6", "both");
    else
        options.takeIf("broadcast", "on"); // Nsock allows it on every socket
}

QStringList ncatBind(CarriedOptions& options) {
    const auto bind = options.take("bind");
    const auto place = bind ? parseHostPort(*bind, false) : Result<HostPort>(HostPort{});
    QStringList words;
    if (!place->host.isEmpty() && !isEveryHost(place->host))
        words << QStringLiteral("-s") << place->host;
    if (place->portFirst != 0)
        words << QStringLiteral("-p") << QString::number(place->portFirst);
    return words;
}

Result<QString> ncatCommand(const Address& address, Role role, const std::optional<QByteArray>& message) {
    if (isDatagram(address.scheme) && isSecure(address.scheme))
        return cannot(sentence(QT_TRANSLATE_NOOP(
            "Core", "ncat is not written for dtls here: it would not check whom it talks to. Copy it as openssl.")));
    CarriedOptions options(CommandTool::Ncat, address);
    QStringList words{QStringLiteral("ncat")};
    if (role == Role::Listen)
        words << QStringLiteral("-l")
              << (isDatagram(address.scheme) ? QStringList{} : QStringList{QStringLiteral("-k")});
    if (isDatagram(address.scheme))
        words << QStringLiteral("-u");
    takeWhatNcatDoes(options, role);
    if (const auto timeout = options.take("timeout"))
        words << QStringLiteral("-w") << secondsText(*timeout);
    if (isLocal(address.scheme)) {
        if (address.path.startsWith(QLatin1Char('@')))
            return cannot(sentence(QT_TRANSLATE_NOOP("Core", "ncat has no abstract socket names; socat has.")));
        words << QStringLiteral("-U") << QStringLiteral("--") << address.path;
        const auto done = options.finish();
        return done ? Result<QString>(withInput(joined(words), message)) : tl::unexpected(done.error());
    }
    if (isSecure(address.scheme)) {
        const auto tls = ncatTls(options, address, role);
        if (!tls)
            return tl::unexpected(tls.error());
        words << *tls;
    }
    if (role == Role::Connect)
        words << ncatBind(options);
    if (const auto done = options.finish(); !done)
        return tl::unexpected(done.error());
    const QString host = role == Role::Listen ? listenHost(address) : address.place.host;
    const QString ipv6 = address.value("ipv6");
    if (isV6Host(host) || ipv6 == QLatin1String("only"))
        words << QStringLiteral("-6");
    else if (ipv6 == QLatin1String("off"))
        words << QStringLiteral("-4");
    words << QStringLiteral("--");
    if (!isEveryHost(host))
        words << host;
    words << portText(address);
    return withInput(joined(words), message);
}

Result<QString> swrightCommand(const Address& address, Role role, const std::optional<QByteArray>& message) {
    const QString verb = role == Role::Listen ? QStringLiteral("listen") : QStringLiteral("connect");
    return withInput(joined({QStringLiteral("swright"), verb, formatAddress(address)}),
                     role == Role::Listen ? std::nullopt : message);
}

/// C0, DEL, C1: a terminal or line editor acts on them while the command is being pasted.
bool hasControls(const QString& command, bool mayHoldLines) {
    return std::any_of(command.begin(), command.end(), [mayHoldLines](QChar c) {
        return c.category() == QChar::Other_Control && !(mayHoldLines && c == u'\n');
    });
}

struct ToolEntry {
    CommandTool tool;
    const char* name;
    Result<QString> (*write)(const Address&, Role, const std::optional<QByteArray>&);
};

constexpr std::array writers{
    ToolEntry{CommandTool::Ncat, "ncat", ncatCommand},       ToolEntry{CommandTool::Socat, "socat", socatCommand},
    ToolEntry{CommandTool::Curl, "curl", curlCommand},       ToolEntry{CommandTool::OpenSsl, "openssl", opensslCommand},
    ToolEntry{CommandTool::Python, "python", pythonCommand}, ToolEntry{CommandTool::Swright, "swright", swrightCommand},
};

constexpr std::array allTools{CommandTool::Ncat,    CommandTool::Socat,  CommandTool::Curl,
                              CommandTool::OpenSsl, CommandTool::Python, CommandTool::Swright};

} // namespace

QString toolName(CommandTool tool) {
    for (const ToolEntry& entry : writers) {
        if (entry.tool == tool)
            return QString::fromLatin1(entry.name);
    }
    return {};
}

std::optional<CommandTool> toolOfName(const QString& name) {
    for (const ToolEntry& entry : writers) {
        if (name == QLatin1String(entry.name))
            return entry.tool;
    }
    return std::nullopt;
}

std::span<const CommandTool> commandTools() {
    return allTools;
}

Result<QString> toCommand(CommandTool tool, const Address& address, Role role,
                          const std::optional<QByteArray>& message) {
    if (!isLocal(address.scheme) && address.place.portLast != address.place.portFirst && tool != CommandTool::Swright)
        return cannot(sentence(QT_TRANSLATE_NOOP("Core", "%1 takes one port, not a range."), toolName(tool)));
    for (const ToolEntry& entry : writers) {
        if (entry.tool != tool)
            continue;
        auto command = entry.write(address, role, message);
        if (command && hasControls(*command, tool == CommandTool::Python))
            return cannot(
                sentence(QT_TRANSLATE_NOOP("Core", "The name holds control characters, which terminals act on even "
                                                   "inside quotes; it can be copied as Python or swright.")));
        return command;
    }
    return cannot(QStringLiteral("no such program"));
}

} // namespace sw
