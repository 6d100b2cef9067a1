// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptchecker.h"

#include "core/behaviour/scriptmessages.h"
#include "core/behaviour/scriptprocess.h"
#include "core/behaviour/scriptprogram.h"
#include "core/behaviour/scriptworker.h"

namespace sw {

namespace {

/// What a check said, from all that its process wrote.
Result<void> checkedFrom(QProcess& process, const QString& file) {
    if (process.error() == QProcess::FailedToStart)
        return tl::unexpected(cannotStartScript(file, process));
    ScriptFrames frames;
    frames.feed(process.readAllStandardOutput());
    while (const auto message = frames.nextFromScript()) {
        if (std::holds_alternative<script::Loaded>(*message))
            return {};
        if (const auto* failed = std::get_if<script::LoadFailed>(&*message))
            return tl::unexpected(scriptError(failed->text, failed->line));
    }
    if (process.exitStatus() == QProcess::NormalExit && process.exitCode() == ScriptCannotRun)
        return tl::unexpected(cannotBeginScript(file, process.readAllStandardError()));
    return tl::unexpected(scriptError(QStringLiteral("%1:1: reading it %2").arg(file, howScriptEnded(process)), 1));
}

} // namespace

Result<void> checkScript(const QString& text, const QString& file) {
    const auto process = makeScriptProgram();
    process->start();
    process->write(toFrame(script::Check{.name = file, .text = text}));
    process->closeWriteChannel();
    // a command that waits for its answer: there is no event loop here yet
    if (!process->waitForFinished(static_cast<int>(ScriptProcess::startLimit.count())))
        process->kill();
    process->waitForFinished(); // of one that was killed: how it ended is known only then
    return checkedFrom(*process, file);
}

ScriptChecker::~ScriptChecker() {
    if (!m_process)
        return;
    m_process->disconnect(this);
    m_process->kill();
    m_process->waitForFinished();
}

void ScriptChecker::check(const QString& text, const QString& file) {
    m_wanted.emplace(text, file);
    if (!m_process)
        begin();
}

void ScriptChecker::begin() {
    const auto [text, file] = *std::exchange(m_wanted, std::nullopt);
    m_file = file;
    m_process = makeScriptProgram();
    const auto over = [this] {
        const auto checked = checkedFrom(*m_process, m_file);
        m_process.release()->deleteLater();
        if (m_wanted)
            begin();
        else
            emit this->checked(checked ? std::nullopt : std::optional(checked.error()));
    };
    QObject::connect(m_process.get(), &QProcess::finished, this, over);
    QObject::connect(
        m_process.get(), &QProcess::errorOccurred, this,
        [over](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                over();
        },
        Qt::QueuedConnection);
    m_process->start();
    m_process->write(toFrame(script::Check{.name = file, .text = text}));
    m_process->closeWriteChannel();
}

} // namespace sw
