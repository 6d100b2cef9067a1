// SPDX-License-Identifier: MIT
#include "app/cli/commands.h"
#include "app/cli/stdio.h"
#include "core/address/lookup.h"
#include "core/payload/visibletext.h"

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

int runLookup(const LookupArguments& arguments) {
    const auto facts = lookUp(QString::fromStdString(arguments.query), arguments.reverse);
    if (!facts) {
        sayError(facts.error(), arguments.json);
        return facts.error().id == ErrorId::InvalidArgument ? WrongUsage : TaskFailed;
    }
    QByteArray output;
    QJsonArray json;
    for (const LookupFact& fact : *facts) {
        output += fact.name.leftJustified(14).toUtf8() + toTerminalLine(fact.value.toUtf8()) + '\n';
        json.append(QJsonObject{{QStringLiteral("name"), fact.name}, {QStringLiteral("value"), fact.value}});
    }
    if (arguments.json)
        output = toJsonLine(QJsonDocument(json)) + '\n';
    return print(output, arguments.json) ? Done : TaskFailed;
}

} // namespace

void addLookup(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<LookupArguments>();
    CLI::App* command =
        program.add_subcommand("lookup", "Names, addresses, integers, subnets, services and ports, one from the other");
    command
        ->add_option("QUERY", arguments->query,
                     "NAME, ADDRESS, ADDRESS/PREFIX, INTEGER, PORT[/PROTOCOL] or SERVICE[/PROTOCOL]")
        ->required();
    command->add_flag("--reverse", arguments->reverse, "Also ask the name service for an address's name");
    command->add_flag("--json", arguments->json, "Print one JSON array");
    addExamples(*command,
                "A number up to 65535 is also a port: its service, what is bound to it, and the process that owns it "
                "here. Only names, and\n"
                "addresses with --reverse, are asked of the name service.",
                {"swright lookup localhost", "swright lookup 2130706433", "swright lookup http",
                 "swright lookup domain/udp", "swright lookup 10.1.2.3/20", "swright lookup 192.0.2.1 --reverse"});
    command->callback([arguments, &run] { run = [arguments] { return runLookup(*arguments); }; });
}

} // namespace sw::cli
