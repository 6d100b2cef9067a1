// SPDX-License-Identifier: MIT
#include "app/cli/commands.h"
#include "app/cli/passphrases.h"
#include "app/cli/stdio.h"
#include "core/engine/openendpoint.h"
#include "core/workspace/workspace.h"

#include <QFileInfo>

#include <memory>

namespace sw::cli {

namespace {

struct OpenArguments {
    std::string file;
    bool yes = false;
    bool list = false;
    bool allowRemoteConsole = false;
    SessionOptions session;
};

/// Asks on a terminal; without one, only --yes is a yes.
bool isConfirmed(const OpenArguments& arguments) {
    if (arguments.yes)
        return true;
    if (!isTerminal(StandardStream::Input))
        return false;
    writeOutput(StandardStream::Error, "Open these? [y/N] ");
    const QByteArray answer = readInput(16).bytes.trimmed().toLower();
    return answer == "y" || answer == "yes";
}

/// Lists what a workspace would open. With --json each is a line of its own.
void list(const Workspace& workspace, bool json) {
    for (const WorkspaceEndpoint& endpoint : workspace.endpoints) {
        if (json)
            sayNote(QStringLiteral("will ") + endpoint.describe(), true);
        else
            Session::sayPlain(QStringLiteral("will ") + endpoint.describe());
    }
    if (workspace.endpoints.isEmpty())
        sayNote(QStringLiteral("the workspace has no endpoints"), json);
}

/// The listeners first: the others may be for them. False: one was refused, and that was said.
bool openAll(Session& session, const Workspace& workspace, bool allowsRemoteConsole) {
    for (const Role role : {Role::Listen, Role::Connect}) {
        for (const WorkspaceEndpoint& endpoint : workspace.endpoints) {
            if (endpoint.role != role)
                continue;
            const auto id = openEndpoint(session.engine(), endpoint, allowsRemoteConsole);
            if (!id) {
                session.say(id.error());
                return false;
            }
        }
    }
    return true;
}

int runOpen(OpenArguments arguments) {
    const QString file = QString::fromStdString(arguments.file);
    const bool json = arguments.session.json;
    auto workspace = Workspace::read(file);
    if (!workspace) {
        sayError(workspace.error(), json);
        return TaskFailed;
    }
    workspace->resolveFiles(QFileInfo(file).absolutePath());
    list(*workspace, json);
    if (arguments.list || workspace->endpoints.isEmpty())
        return Done;
    if (!isConfirmed(arguments)) {
        sayNote(QStringLiteral("Nothing was opened. Say --yes to open them without a question."), json);
        return TaskFailed;
    }
    arguments.session.quietOutput = true;
    Session session(arguments.session);
    if (const auto status = session.prepare())
        return *status;
    for (const WorkspaceEndpoint& endpoint : workspace->endpoints) {
        const Address& target = endpoint.relay ? endpoint.relay->target : endpoint.address;
        if (!askPassphrases(session.engine(), {&endpoint.address, &target}))
            return TaskFailed;
    }
    // what could not be opened makes the status 1, whatever becomes of the others
    bool hasFailed = false;
    QObject::connect(&session, &Session::changed, &session, [&](const QVector<EndpointSnapshot>& snapshots) {
        for (const EndpointSnapshot& snapshot : snapshots)
            hasFailed = hasFailed || (snapshot.parent == EndpointId::None && snapshot.state == EndpointState::Failed);
    });
    if (!openAll(session, *workspace, arguments.allowRemoteConsole))
        return TaskFailed;
    const int status = session.run();
    return status == Done && hasFailed ? TaskFailed : status;
}

} // namespace

void addOpen(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<OpenArguments>();
    CLI::App* command =
        program.add_subcommand("open", "Run a workspace without a window, after listing what it will open");
    command->add_option("FILE", arguments->file, "A .socketwright file")->type_name("FILE")->required();
    command->add_flag("-y,--yes", arguments->yes, "Open without asking");
    command->add_flag("--list", arguments->list, "Only list what it would open");
    command->add_flag("--allow-remote-console", arguments->allowRemoteConsole,
                      "Let a console be reached from the network: whoever reaches it can run scripts here");
    addSessionOptions(*command, arguments->session);
    addExamples(
        *command,
        "Reading a workspace opens nothing, looks nothing up and reads no other file. What it will open is listed on\n"
        "standard error; on a terminal you are asked, otherwise --yes is needed. It runs until a signal or --idle;\n"
        "the status is 1 when one of them could not be opened.",
        {"swright open lab.socketwright --list", "swright open lab.socketwright --yes --record lab.jsonl"});
    command->callback([arguments, &run] { run = [arguments] { return runOpen(*arguments); }; });
}

} // namespace sw::cli
