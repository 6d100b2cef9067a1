// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/snapshot.h"

#include <QColor>
#include <QPalette>

namespace sw::ui {

/// The state for people, in their language.
QString stateWord(EndpointState state);
QColor stateColor(const EndpointSnapshot& snapshot, const QPalette& palette);

} // namespace sw::ui
