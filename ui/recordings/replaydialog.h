// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;

namespace sw::ui {

/// Plays one side of a recording against a live peer: where, which side, how fast. The UI thread.
class ReplayDialog final : public QDialog {
    Q_OBJECT

public:
    /// `client` and `server`: where the client would connect, and the server listen.
    ReplayDialog(Engine& engine, std::shared_ptr<const ReplayScript> script, const QString& client,
                 const QString& server, QWidget* parent);

signals:
    void opened(sw::EndpointId id);

private:
    void sideChanged();
    void play();
    void fail(const QString& text);

    Engine& m_engine;
    std::shared_ptr<const ReplayScript> m_script;
    QString m_addresses[2]; // by side
    QComboBox* m_conversation;
    QComboBox* m_side;
    QLineEdit* m_address;
    QComboBox* m_speed;
    QComboBox* m_wait;
    QLabel* m_about;
    QLabel* m_error;
};

} // namespace sw::ui
