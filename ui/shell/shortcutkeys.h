// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

namespace sw::ui {

/// Makes our shortcuts work where a text field has a use of its own for them, as Ctrl+E for the end of the line; not
/// those that every text field has. The UI thread.
class ShortcutKeys final : public Feature {
    Q_OBJECT

public:
    explicit ShortcutKeys(Workbench& bench);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
};

} // namespace sw::ui
