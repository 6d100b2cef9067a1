// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "ui/shell/mainwindow.h"

namespace sw::gui {

/// Runs the talk-server example by itself: says a few lines, prints the exchange, saves a picture of the window, exits.
void runTour(ui::MainWindow& window, Engine& engine, const QString& picture);

} // namespace sw::gui
