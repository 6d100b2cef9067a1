// SPDX-License-Identifier: MIT
#include "app/cli/commands.h"
#include "core/base/threads.h"
#include "core/behaviour/scriptworker.h"
#include "core/engine/engine.h"
#include "identity.h"

#include <QCoreApplication>
#include <QLoggingCategory>

#include <cstring>
#include <iostream>

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], sw::scriptWorkerCommand) == 0)
        return sw::runScriptWorker(argc, argv); // before anything is opened
    sw::Engine::prepareProcess();
    // what Qt says of itself is for developers, who ask for it by QT_LOGGING_RULES; standard error is the user's
    QLoggingCategory::setFilterRules(QStringLiteral("*.debug=false\n*.info=false\n*.warning=false"));
    CLI::App program;
    sw::cli::Run run;
    sw::cli::buildProgram(program, run);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = program.exit(error);
        if (code != 0)
            return sw::cli::WrongUsage;
        if (std::cout.flush().good())
            return sw::cli::Done;
        sw::cli::sayOutputError(sw::cli::outputError()); // help that cannot be written is no success
        return sw::cli::TaskFailed;
    }
    if (const auto enough = sw::Engine::checkDescriptors(); !enough) {
        sw::cli::sayError(enough.error());
        return sw::cli::TaskFailed;
    }
    QCoreApplication application(argc, argv);
    application.setProperty("scriptProgram", QCoreApplication::applicationFilePath()); // by whatever name it was called
    QCoreApplication::setApplicationName(QStringLiteral(SOCKETWRIGHT_NAME));
    QCoreApplication::setApplicationVersion(QStringLiteral(SOCKETWRIGHT_VERSION));
    try {
        return run();
    } catch (const std::system_error& error) { // the system starts no thread
        sw::cli::sayError(sw::threadError(error.code().value()));
        return sw::cli::TaskFailed;
    }
}
