// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace sw::ui {

/// Where Wireshark is installed; empty: it is not.
QString findWireshark();

} // namespace sw::ui
