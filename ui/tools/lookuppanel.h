// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/lookup.h"
#include "core/base/postbox.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;

namespace sw::ui {

/// Names, addresses, integers, subnets, services and ports, one from the other; and this machine's interfaces. Asks the
/// name service only when a person presses the button, and for the name of an address only when told to.
class LookupPanel final : public QWidget {
    Q_OBJECT

public:
    explicit LookupPanel(QWidget* parent = nullptr);

    void focusQuery();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build();
    void start();
    void finished(const QString& query, const Result<std::vector<LookupFact>>& facts);
    void showInterfaces();

    Postbox m_postbox{this};
    QLineEdit* m_query = nullptr;
    QCheckBox* m_reverse = nullptr;
    QPushButton* m_button = nullptr;
    QLabel* m_status = nullptr;
    QTreeWidget* m_facts = nullptr;
    QTreeWidget* m_interfaces = nullptr;
    quint64 m_asked = 0; // an answer to an older question is not shown
};

} // namespace sw::ui
