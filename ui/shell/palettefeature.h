// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

class QMenu;

namespace sw::ui {

/// Everything that can be run by a few letters, and every endpoint's buffer. The UI thread.
class PaletteFeature final : public Feature {
    Q_OBJECT

public:
    /// `misbehaving`: the menu of misbehaving servers, which are offered too.
    PaletteFeature(Workbench& bench, const QMenu& misbehaving);

private:
    void showCommands();
    void showBuffers();

    const QMenu& m_misbehaving;
    QStringList m_recent; // commands by their text, the last first
};

} // namespace sw::ui
