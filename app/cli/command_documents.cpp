// SPDX-License-Identifier: MIT
#include "app/cli/documents.h"
#include "app/cli/stdio.h"
#include "core/behaviour/catalogue.h"
#include "core/relay/fault.h"

#include <QFile>

#include <memory>

namespace sw::cli {

std::vector<std::string> knownValues(const std::string& optionName) {
    if (optionName == "--behaviour" || optionName == "-b") {
        std::vector<std::string> names;
        for (const BehaviourEntry& entry : behaviours())
            names.emplace_back(entry.value == BehaviourValue::File || entry.value == BehaviourValue::Number
                                   ? std::string(entry.name) + "="
                                   : std::string(entry.name));
        return names;
    }
    if (optionName == "--fault") {
        std::vector<std::string> names;
        for (const FaultPreset& preset : faultPresets())
            names.emplace_back(preset.name);
        for (const FaultEntry& entry : faultTable())
            names.emplace_back(entry.example);
        return names;
    }
    if (optionName == "--as")
        return {"raw", "text", "hex", "lines"};
    if (optionName == "--view")
        return {"lines", "text", "hex", "table"};
    if (optionName == "--ending")
        return {"none", "lf", "crlf", "cr", "nul"};
    if (optionName == "WHAT")
        return {"behaviours", "options", "faults", "framers", "fields", "script", "interfaces", "schemes"};
    if (optionName == "ADDRESS" || optionName == "LISTEN" || optionName == "TARGET")
        return {"tcp://", "tls://", "udp://", "dtls://", "unix://", "unixgram://"};
    return {};
}

std::vector<const CLI::App*> visibleCommands(const CLI::App& program) {
    std::vector<const CLI::App*> commands;
    for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
        if (!command->get_group().empty())
            commands.push_back(command);
    }
    return commands;
}

void addDocuments(CLI::App& program, Run& run) {
    auto kind = std::make_shared<std::string>();
    CLI::App* command = program.add_subcommand("document", "Print the manual page or a shell's completion");
    command->group(""); // hidden: for packaging
    command->add_option("KIND", *kind, "man, bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"man", "bash", "zsh", "fish"}));
    auto path = std::make_shared<std::string>();
    command->add_option("FILE", *path, "Where to write it; standard output without");
    command->callback([kind, path, &program, &run] {
        run = [kind, path, &program] {
            std::string text;
            if (*kind == "man")
                text = manualPage(program);
            else if (*kind == "bash")
                text = bashCompletion(program);
            else if (*kind == "zsh")
                text = zshCompletion(program);
            else
                text = fishCompletion(program);
            const QByteArray bytes = QByteArray::fromStdString(text);
            if (path->empty())
                return writeOutput(StandardStream::Output, bytes) ? Done : TaskFailed;
            QFile file(QString::fromStdString(*path));
            return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() ? Done : TaskFailed;
        };
    });
}

} // namespace sw::cli
