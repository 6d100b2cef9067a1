// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

class QCheckBox;
class QFormLayout;
class QLineEdit;

namespace sw::ui {

class Prompter;

/// What TLS begins with on an open connection: whom to expect, whether to check, which certificate to show. The UI
/// thread.
class TlsDialog final : public QDialog {
    Q_OBJECT

public:
    /// `isServer`: our side of the handshake.
    TlsDialog(bool isServer, Prompter& prompter, QWidget* parent = nullptr);

    /// As in an address: `name=example.org&verify=off`.
    QString options() const;

private:
    QLineEdit* addField(QFormLayout& form, const QString& title, const char* name, const QString& hint, bool isFile);

    Prompter& m_prompter;
    QLineEdit* m_name = nullptr; // of a client
    QCheckBox* m_verify;
    QLineEdit* m_authority;
    QLineEdit* m_certificate;
    QLineEdit* m_key;
    QLineEdit* m_alpn;
};

} // namespace sw::ui
