// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptprogram.h"

#include "core/base/threads.h"
#include "core/behaviour/scriptmessages.h"
#include "core/behaviour/scriptworker.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QProcessEnvironment>

#include <array>
#include <cerrno>
#include <csignal>

namespace sw {

namespace {

/// What the process may know of ours: where libraries, time zones and languages are, and nothing else.
QProcessEnvironment environment() {
    static constexpr std::array allowed{
        "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG",         "LC_ALL",     "LC_TIME", "TZ",
        "ASAN_OPTIONS",    "UBSAN_OPTIONS",     "TSAN_OPTIONS", "SYSTEMROOT", "PATH",    "TEMP"};
    const QProcessEnvironment own = QProcessEnvironment::systemEnvironment();
    QProcessEnvironment made;
    for (const char* name : allowed) {
        const QString known = QString::fromLatin1(name);
        if (own.contains(known))
            made.insert(known, own.value(known));
    }
    made.insert(QStringLiteral("MALLOC_ARENA_MAX"), QStringLiteral("1")); // each arena takes of the address space
    return made;
}

} // namespace

QString scriptProgram() {
    const QVariant told = QCoreApplication::instance()->property("scriptProgram");
    if (told.isValid())
        return told.toString();
#ifdef Q_OS_WIN
    return QCoreApplication::applicationDirPath() + QStringLiteral("/swright.exe");
#else
    return QCoreApplication::applicationDirPath() + QStringLiteral("/swright");
#endif
}

std::unique_ptr<QProcess> makeScriptProgram() {
    auto process = std::make_unique<QProcess>();
    process->setProgram(scriptProgram());
    process->setArguments({QString::fromLatin1(scriptWorkerCommand)});
    process->setProcessEnvironment(environment());
    process->setWorkingDirectory(QDir::rootPath());
    return process;
}

Error scriptError(const QString& text, int line) {
    return {.id = ErrorId::ScriptFailed, .situation = QStringLiteral("script"), .detail = text, .position = line};
}

Error cannotStartScript(const QString& name, const QProcess& process) {
    const QString program = scriptProgram();
    const bool isThere = QFileInfo(program).isExecutable();
    Error error = isThere ? threadError(EAGAIN) : Error{.id = ErrorId::NotFound, .situation = QStringLiteral("script")};
    error.detail = sentence(
        QT_TRANSLATE_NOOP("Core", "%1: scripts run in a process of their own, and %2 cannot be started for it: %3. %4"),
        name, program, isThere ? process.errorString() : QStringLiteral("it is not there"),
        isThere ? error.detail.toText() : QStringLiteral("It belongs beside this program."));
    return error;
}

Error cannotBeginScript(const QString& name, const QByteArray& lastWords) {
    const QByteArray word("LIMITS ");
    const qsizetype at = lastWords.indexOf(word);
    Error error = threadError(EAGAIN);
    error.detail = sentence(QT_TRANSLATE_NOOP("Core", "%1: its process cannot run here: %2. %3"), name,
                            at < 0 ? QStringLiteral("it does not say why")
                                   : QString::fromUtf8(lastWords.sliced(at + word.size())).trimmed(),
                            error.detail);
    return error;
}

QString howScriptEnded(const QProcess& process) {
    if (process.exitStatus() == QProcess::CrashExit) {
#ifdef SIGXCPU
        if (process.exitCode() == SIGXCPU)
            return QStringLiteral("used more processor time than the system allows it");
        if (process.exitCode() == SIGKILL)
            return QStringLiteral("was interrupted: its process was killed");
#endif
        return QStringLiteral("crashed its process, or took more memory than the system allows it");
    }
    if (process.exitCode() == ScriptTookTooLong)
        return QStringLiteral("took longer than 1 s and could not be interrupted");
    if (process.exitCode() == ScriptTookTooMuchMemory)
        return QStringLiteral("took more than 256 MiB of memory and could not be interrupted");
    return QStringLiteral("ended its process (status %1)").arg(process.exitCode());
}

} // namespace sw
