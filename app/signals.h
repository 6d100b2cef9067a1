// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/patience.h"

#include <QObject>

#include <functional>
#include <memory>

namespace sw {

/// Calls on the event loop when the user or the system asks the program to end (SIGINT, SIGTERM, SIGHUP; Ctrl+C on
/// Windows), with what asked for it; `patience` is stopped at once, whatever the event loop waits for. A second request
/// ends the process at once.
void onEndRequested(QObject* context, std::shared_ptr<Patience> patience,
                    std::function<void(const QString& signal)> call);

/// The end was asked for, and a moment has passed since: nobody is waited for any more. Any thread.
bool isEndOver();

} // namespace sw
