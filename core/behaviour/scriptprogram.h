// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QProcess>

#include <memory>

namespace sw {

/// The program that runs scripts (runScriptWorker()): what the application's property scriptProgram says, else
/// `swright` beside this program.
QString scriptProgram();

/// A process of it that is not started yet, with no more of our environment than it needs. Any thread.
std::unique_ptr<QProcess> makeScriptProgram();

/// An error of a script. `line`: from 1; 0: none.
Error scriptError(const QString& text, int line = 0);
/// Why the process of the script `name` could not be started.
Error cannotStartScript(const QString& name, const QProcess& process);
/// Why it could not go on after its start, from what it said of the system on its standard error.
Error cannotBeginScript(const QString& name, const QByteArray& lastWords);
/// How it ended, as the end of a sentence about what it was doing: “took longer than 1 s and could not be interrupted”.
QString howScriptEnded(const QProcess& process);

} // namespace sw
