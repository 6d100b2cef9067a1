// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include <functional>

namespace sw::cli {

/// Calls on the event loop when the user or the system asks the program to end (SIGINT, SIGTERM, SIGHUP; Ctrl+C on
/// Windows), with what asked for it. A second request ends the process at once.
void onEndRequested(QObject* context, std::function<void(const QString& signal)> call);

} // namespace sw::cli
