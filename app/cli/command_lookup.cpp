// SPDX-License-Identifier: MIT
#include "app/cli/commands.h"
#include "app/cli/stdio.h"
#include "core/address/hosts.h"
#include "core/address/resolver.h"
#include "core/address/services.h"
#include "core/endpoint/portowner.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <memory>

namespace sw::cli {

namespace {

struct LookupArguments {
    std::string query;
    bool reverse = false;
    bool json = false;
};

struct Fact {
    QString name;
    QString value;
};

QString kindOf(const QHostAddress& address) {
    if (address.isLoopback())
        return QStringLiteral("loopback");
    if (address.isMulticast())
        return QStringLiteral("multicast");
    if (address.isLinkLocal())
        return QStringLiteral("link-local");
    if (address.isBroadcast())
        return QStringLiteral("broadcast");
    if (address.isUniqueLocalUnicast() || address.isInSubnet(QHostAddress(QStringLiteral("10.0.0.0")), 8) ||
        address.isInSubnet(QHostAddress(QStringLiteral("172.16.0.0")), 12) ||
        address.isInSubnet(QHostAddress(QStringLiteral("192.168.0.0")), 16))
        return QStringLiteral("private use");
    return address.isGlobal() ? QStringLiteral("global") : QStringLiteral("reserved");
}

void addAddress(std::vector<Fact>& facts, const QHostAddress& address) {
    bool isV4 = false;
    const quint32 integer = address.toIPv4Address(&isV4);
    facts.push_back({QStringLiteral("address"), address.toString()});
    facts.push_back({QStringLiteral("kind"), kindOf(address)});
    if (!isV4)
        return;
    facts.push_back({QStringLiteral("integer"), QString::number(integer)});
    facts.push_back({QStringLiteral("hex"), QStringLiteral("0x%1").arg(integer, 8, 16, QLatin1Char('0'))});
    facts.push_back({QStringLiteral("ipv6-mapped"), QStringLiteral("::ffff:") + QHostAddress(integer).toString()});
}

void addPort(std::vector<Fact>& facts, quint16 port, const QString& protocol) {
    for (const bool udp : {false, true}) {
        const QString name = udp ? QStringLiteral("udp") : QStringLiteral("tcp");
        if (!protocol.isEmpty() && protocol != name)
            continue;
        if (const auto service = serviceName(port, udp))
            facts.push_back({QStringLiteral("service"), *service + QStringLiteral("/") + name});
        if (const auto owner = portOwner(port, udp))
            facts.push_back({QStringLiteral("owner ") + name, owner->toText()});
    }
}

void addService(std::vector<Fact>& facts, const QString& service, const QString& protocol) {
    for (const bool udp : {false, true}) {
        const QString name = udp ? QStringLiteral("udp") : QStringLiteral("tcp");
        if (!protocol.isEmpty() && protocol != name)
            continue;
        if (const auto port = servicePort(service, udp))
            facts.push_back({QStringLiteral("port ") + name, QString::number(*port)});
    }
}

Result<std::vector<Fact>> lookUp(const QString& query, bool reverse) {
    std::vector<Fact> facts;
    const QString name = query.section(QLatin1Char('/'), 0, 0);
    const QString protocol = query.section(QLatin1Char('/'), 1).toLower();
    if (query.contains(QLatin1Char('/')) && protocol != QLatin1String("tcp") && protocol != QLatin1String("udp"))
        return tl::unexpected(
            badInput(QStringLiteral("lookup"),
                     QStringLiteral("“%1” is no protocol: write SERVICE/tcp or SERVICE/udp.").arg(protocol)));
    QString host = name;
    if (host.startsWith(QLatin1Char('[')) && host.endsWith(QLatin1Char(']')))
        host = host.mid(1, host.size() - 2);
    const auto dotted = hostOfInteger(host);
    const QHostAddress literal(dotted.value_or(host));
    if (dotted && (!protocol.isEmpty() || host.toUInt() <= 65535))
        addPort(facts, static_cast<quint16>(host.toUInt()), protocol);
    if (protocol.isEmpty() && !literal.isNull()) {
        addAddress(facts, literal);
        if (reverse) {
            const auto found = reverseLookupNow(literal);
            if (!found)
                return tl::unexpected(found.error());
            facts.push_back({QStringLiteral("name"), *found});
        }
        return facts;
    }
    addService(facts, name, protocol);
    if (!facts.empty() || !protocol.isEmpty()) {
        if (facts.empty())
            return tl::unexpected(
                Error{.id = ErrorId::NameNotFound,
                      .situation = QStringLiteral("lookup"),
                      .detail = QStringLiteral("“%1” is no service of this system's list.").arg(query)});
        return facts;
    }
    const auto hosts = resolveNow(name, Family::Any);
    if (!hosts)
        return tl::unexpected(hosts.error());
    for (const QHostAddress& address : *hosts)
        addAddress(facts, address);
    return facts;
}

int runLookup(const LookupArguments& arguments) {
    const auto facts = lookUp(QString::fromStdString(arguments.query), arguments.reverse);
    if (!facts) {
        sayError(facts.error());
        return facts.error().id == ErrorId::InvalidArgument ? WrongUsage : TaskFailed;
    }
    QByteArray output;
    QJsonArray json;
    for (const Fact& fact : *facts) {
        output += fact.name.leftJustified(13).toUtf8() + fact.value.toUtf8() + '\n';
        json.append(QJsonObject{{QStringLiteral("name"), fact.name}, {QStringLiteral("value"), fact.value}});
    }
    if (arguments.json)
        output = QJsonDocument(json).toJson(QJsonDocument::Compact) + '\n';
    return writeOutput(StandardStream::Output, output) ? Done : TaskFailed;
}

} // namespace

void addLookup(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<LookupArguments>();
    CLI::App* command =
        program.add_subcommand("lookup", "Names, addresses, integers, services and ports, one from the other");
    command->add_option("QUERY", arguments->query, "NAME, ADDRESS, INTEGER or SERVICE[/PROTOCOL]")->required();
    command->add_flag("--reverse", arguments->reverse, "Also ask the name service for an address's name");
    command->add_flag("--json", arguments->json, "Print one JSON array");
    addExamples(*command,
                "A number up to 65535 is also a port: its service, and the process that owns it here. Only names, and\n"
                "addresses with --reverse, are asked of the name service.",
                {"swright lookup localhost", "swright lookup 2130706433", "swright lookup http",
                 "swright lookup domain/udp", "swright lookup 192.0.2.1 --reverse"});
    command->callback([arguments, &run] { run = [arguments] { return runLookup(*arguments); }; });
}

} // namespace sw::cli
