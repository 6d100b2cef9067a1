// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/commands.h"
#include "app/cli/stdio.h"
#include "core/payload/commands.h"
#include "core/payload/payload.h"
#include "core/payload/visibletext.h"

#include <QJsonDocument>

#include <memory>

namespace sw::cli {

namespace {

struct TranslateArguments {
    std::string what;
    std::string tool;
    std::string message;
    bool listens = false;
    bool json = false;
};

int printCommand(const TranslateArguments& arguments) {
    const Role role = arguments.listens ? Role::Listen : Role::Connect;
    const auto address = readAddress(arguments.what, role, arguments.json);
    if (!address)
        return WrongUsage;
    const auto tool = toolOfName(QString::fromStdString(arguments.tool));
    std::optional<QByteArray> message;
    if (!arguments.message.empty()) {
        const auto bytes = parseEscapedText(QString::fromStdString(arguments.message));
        if (!bytes) {
            sayError(bytes.error(), arguments.json);
            return WrongUsage;
        }
        message = *bytes;
    }
    const auto command = toCommand(*tool, *address, role, message);
    if (!command) {
        sayError(command.error(), arguments.json);
        return TaskFailed;
    }
    return print(command->toUtf8().append('\n'), arguments.json) ? Done : TaskFailed;
}

int readCommand(const TranslateArguments& arguments) {
    const auto pasted = fromCommand(QString::fromStdString(arguments.what));
    if (!pasted) {
        sayError(pasted.error(), arguments.json);
        return WrongUsage;
    }
    const QString role = pasted->role == Role::Listen ? QStringLiteral("listen") : QStringLiteral("connect");
    QByteArray output;
    if (arguments.json)
        output = toJsonLine(
            QJsonDocument(QJsonObject{{QStringLiteral("role"), role},
                                      {QStringLiteral("address"), formatAddress(pasted->address)},
                                      {QStringLiteral("message"), QString::fromLatin1(pasted->message.toHex())}}));
    else
        output = toCommand(CommandTool::Swright, pasted->address, pasted->role,
                           pasted->message.isEmpty() ? std::nullopt : std::optional(pasted->message))
                     ->toUtf8();
    return print(output.append('\n'), arguments.json) ? Done : TaskFailed;
}

} // namespace

void addTranslate(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<TranslateArguments>();
    CLI::App* command = program.add_subcommand(
        "translate", "Write an address as a command of another program, or read such a command; runs nothing");
    command->add_option("WHAT", arguments->what, "An ADDRESS with --as, or a whole command as one argument")
        ->type_name("ADDRESS|COMMAND")
        ->required();
    std::vector<std::string> names;
    for (const CommandTool tool : commandTools())
        names.push_back(toolName(tool).toStdString());
    auto* tool =
        command->add_option("--as", arguments->tool, "The program: ncat, socat, curl, openssl, python or swright")
            ->type_name("PROGRAM")
            ->check(oneOf(names));
    command->add_flag("--listen", arguments->listens, "The address is listened on; otherwise it is connected to")
        ->needs(tool);
    command->add_option("--message", arguments->message, "What it sends, with escapes such as \\n and \\x00")
        ->type_name("TEXT")
        ->needs(tool);
    command->add_flag("--json", arguments->json, "Print what was read as a JSON object; the message in hexadecimal")
        ->excludes(tool);
    addExamples(
        *command,
        "What is printed with --as can be pasted into a POSIX shell whatever names and messages hold. Of commands,\n"
        "those of ncat, nc, telnet, socat, curl, openssl s_client and swright are read, with printf or echo before\n"
        "a |. Both ways each option is carried over, or the message says which one cannot be.",
        {"swright translate tcp://localhost:8080 --as ncat --message 'hello\\n'",
         "swright translate unix:///run/app.sock --as socat --listen",
         "swright translate \"printf 'hi\\\\n' | nc -u 127.0.0.1 5000\""});
    command->callback([arguments, &run] {
        run = [arguments] { return arguments->tool.empty() ? readCommand(*arguments) : printCommand(*arguments); };
    });
}

} // namespace sw::cli
