// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/documents.h"
#include "app/cli/stdio.h"

#include <QFile>

#include <memory>

namespace sw::cli {

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
        ->check(oneOf({"man", "bash", "zsh", "fish"}));
    auto path = std::make_shared<std::string>();
    command->add_option("FILE", *path, "Where to write it; standard output without")->type_name("FILE");
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
                return print(bytes) ? Done : TaskFailed;
            QFile file(QString::fromStdString(*path));
            return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() ? Done : TaskFailed;
        };
    });
}

} // namespace sw::cli
