// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"
#include "ui/settings/settings.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QStringListModel;

namespace sw::ui {

/// Type an address, choose Listen or Connect. Completes schemes, recent addresses and option names; says what is wrong
/// below the field, with the cursor at the offending part.
class AddressBar final : public QWidget {
    Q_OBJECT

public:
    explicit AddressBar(Settings& settings, QWidget* parent = nullptr);

    QString text() const;
    void setText(const QString& text);
    void setBehaviour(const QString& behaviour);
    void focusAddress();
    /// As the button Options.
    void toggleOptions();
    /// What the system said about an address that was opened from here.
    void showError(const Error& error);
    void clearError();
    /// What a pasted command would send; once.
    QByteArray takeMessage() { return std::exchange(m_message, {}); }

signals:
    /// A behaviour with a file was chosen: `rules` or `script`.
    void behaviourFileRequested(const QString& behaviour);
    /// Something a person should know, for the status bar.
    void noted(const QString& text);
    void listenRequested(const sw::Address& address, const QString& behaviour);
    void connectRequested(const sw::Address& address, const QString& behaviour);
    void optionsRequested(bool shown);
    void textEdited(const QString& text);

private:
    void submit(Role role);
    void setRole(Role role);
    QString behaviourFor(Role role);
    void edited(const QString& text);
    bool takeCommand(const QString& text);
    void updateCompletions(const QString& text);

    Settings& m_settings;
    QLineEdit* m_field;
    QComboBox* m_behaviour;
    QPushButton* m_listen;
    QPushButton* m_connect;
    QPushButton* m_options;
    QLabel* m_error;
    QStringListModel* m_completions;
    Role m_lastRole = Role::Listen;
    QByteArray m_message; // of a pasted command
    qsizetype m_lastLength = 0;
};

/// What was typed, as an address for that use: a text without a scheme is taken for tcp (`localhost:80`, `localhost
/// 80`, `80`), one that begins like a path for unix. As it is where that makes no address.
QString completedAddress(const QString& text, Role role);
/// What could stand where the text ends: recent addresses, schemes, option names and values.
QStringList addressCompletions(const QString& text, const QStringList& recent);

} // namespace sw::ui
