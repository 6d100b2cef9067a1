// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

namespace sw::ui {

class Settings;

/// The user's preferences; each takes effect at once.
class PreferencesDialog final : public QDialog {
    Q_OBJECT

public:
    explicit PreferencesDialog(Settings& settings, QWidget* parent = nullptr);
};

} // namespace sw::ui
