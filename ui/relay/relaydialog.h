// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;

namespace sw::ui {

/// One form: listen here, pass to there, disturbed how. The UI thread.
class RelayDialog final : public QDialog {
    Q_OBJECT

public:
    /// `listen` and `target`: what stands in the fields at first.
    RelayDialog(Engine& engine, const QString& listen, const QString& target, QWidget* parent);

signals:
    void opened(sw::EndpointId relay);

private:
    void open();
    void explainPreset();
    void fail(const QString& text);

    Engine& m_engine;
    QLineEdit* m_listen;
    QLineEdit* m_target;
    QComboBox* m_preset;
    QLabel* m_about;
    QLabel* m_error;
};

} // namespace sw::ui
