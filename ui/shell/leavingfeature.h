// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

namespace sw::ui {

/// What becomes of the records when the window closes. The UI thread.
class LeavingFeature final : public Feature {
    Q_OBJECT

public:
    explicit LeavingFeature(Workbench& bench) : Feature(bench) {}

    /// Asks nobody from now on: what is in the settings is done, and records are kept where that says to ask.
    void setAsks(bool asks) { m_asks = asks; }
    /// Whether the window may close; the records are kept or not, as the user says or has said.
    bool mayLeave();
    /// The records stay, unless the settings say that they are discarded.
    void keep();

signals:
    /// What was recorded is to stay when the program ends.
    void keepRequested();

private:
    QString question() const;

    bool m_asks = true;
};

} // namespace sw::ui
