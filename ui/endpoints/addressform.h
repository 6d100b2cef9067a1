// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"

#include <QWidget>

#include <vector>

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QVBoxLayout;

namespace sw::ui {

/// The address as a form: scheme, host and port, and every option that the scheme has, by group. Made from the option
/// table; follows the address bar, and the address bar follows it.
class AddressForm final : public QWidget {
    Q_OBJECT

public:
    explicit AddressForm(QWidget* parent = nullptr);

    /// Shows an address; one that cannot be read yet changes nothing.
    void setAddress(const QString& text);

signals:
    void addressEdited(const QString& text);

private:
    struct Field {
        const OptionSpec* spec;
        QWidget* editor;
    };

    void rebuild(Scheme scheme);
    QWidget* makeEditor(const OptionSpec& spec);
    QString fieldValue(const Field& field) const;
    void setFieldValue(const Field& field, const QString& value);
    void edited();

    QComboBox* m_scheme;
    QLineEdit* m_host;
    QLineEdit* m_port;
    QLineEdit* m_path;
    QFormLayout* m_place;
    QVBoxLayout* m_groups;
    QLabel* m_preview;
    QWidget* m_groupsHost = nullptr;
    std::vector<Field> m_fields;
    Scheme m_shown = Scheme::Tls; // none yet
    bool m_isFilling = false;
};

} // namespace sw::ui
