// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

namespace sw::ui {

/// What concerns the program itself: its manual, its preferences and shortcuts, and who it is. The UI thread.
class HelpFeature final : public Feature {
    Q_OBJECT

public:
    explicit HelpFeature(Workbench& bench);

private:
    void showPreferences();
    void showAbout();
};

} // namespace sw::ui
