// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/commands.h"
#include "app/cli/passphrases.h"
#include "app/cli/stdio.h"
#include "core/base/units.h"
#include "core/engine/loadsender.h"
#include "core/payload/visibletext.h"

#include <QJsonDocument>

#include <memory>

namespace sw::cli {

namespace {

struct LoadArguments {
    std::string address;
    std::string message;
    quint64 count = 1000;
    double rate = 0;
    int connections = 1;
    std::string wait = "1s";
    SessionOptions session;
};

int runLoad(LoadArguments arguments) {
    const auto address = readAddress(arguments.address, Role::Connect, arguments.session.json);
    if (!address)
        return WrongUsage;
    const auto wait = parseDuration(QString::fromStdString(arguments.wait));
    const auto step = MessageStep::withFields(QString::fromStdString(arguments.message));
    for (const Error* error : {wait ? nullptr : &wait.error(), step ? nullptr : &step.error()}) {
        if (error != nullptr) {
            sayError(*error, arguments.session.json);
            return WrongUsage;
        }
    }
    LoadPlan plan{.address = *address,
                  .count = arguments.count,
                  .rate = arguments.rate,
                  .connections = arguments.connections,
                  .wait = std::chrono::duration_cast<std::chrono::milliseconds>(*wait)};
    plan.message.steps = {*step};
    arguments.session.quietOutput = true;
    arguments.session.keepsRecords = true;
    Session session(arguments.session);
    session.setInterruptStatus(TaskFailed);
    if (const auto status = session.prepare())
        return *status;
    if (!askPassphrases(session.engine(), {&*address}))
        return TaskFailed;
    LoadSender sender(session.engine());
    LoadReport result;
    QObject::connect(&sender, &LoadSender::finished, &session, [&](const LoadReport& report) {
        result = report;
        if (!report.isCancelled) // otherwise the session is ending already
            session.finish(report.failed > 0 || report.error || report.left > 0 || report.unsentBytes > 0 ? TaskFailed
                                                                                                          : Done);
    });
    QObject::connect(&session, &Session::stopping, &sender, &LoadSender::stop);
    if (const auto started = sender.start(plan); !started) {
        session.say(started.error());
        return WrongUsage;
    }
    const int status = session.run();
    if (sender.isRunning()) // it was stopped, and all is closed now
        result = sender.report();
    const QByteArray text =
        arguments.session.json ? toJsonLine(QJsonDocument(result.toJson())) + '\n' : result.toText().toUtf8() + '\n';
    return print(text, arguments.session.json) ? status : TaskFailed;
}

} // namespace

void addLoad(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<LoadArguments>();
    CLI::App* command =
        program.add_subcommand("load", "Send many messages over many connections, and measure rate and round trips");
    command->add_option("ADDRESS", arguments->address, "Where to send, such as tcp://127.0.0.1:7")->required();
    command->add_option("MESSAGE", arguments->message, "A template: text with escapes and fields such as ${n}")
        ->required();
    command->add_option("-n,--count", arguments->count, "Messages in all")
        ->type_name("N")
        ->check(wholeNumber(1, 10'000'000));
    command
        ->add_option("-r,--rate", arguments->rate,
                     "Messages a second over all connections; 0: as fast as they are taken")
        ->type_name("N")
        ->check(decimalNumber(0));
    command->add_option("-c,--connections", arguments->connections, "Connections at once")
        ->type_name("N")
        ->check(wholeNumber(1, 1000));
    command
        ->add_option("--wait", arguments->wait, "How long silence may last before the answers are taken to be complete")
        ->type_name("TIME");
    addSessionOptions(*command, arguments->session);
    addExamples(
        *command,
        "Prints what was measured on standard output, with --json as one JSON object. A round trip is the time from a\n"
        "message's record to the record of the first bytes that come after it on the same connection. Only load what "
        "is\n"
        "yours.",
        {"swright load tcp://127.0.0.1:7 'ping ${n}\\n' --count 10000 --connections 10 --rate 2000"});
    command->callback([arguments, &run] { run = [arguments] { return runLoad(*arguments); }; });
}

} // namespace sw::cli
