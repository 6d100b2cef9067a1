// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/snapshot.h"

#include <QTreeWidget>

namespace sw::ui {

/// The options of an endpoint, as asked for and in force. Those that can change while it is open are edited in place:
/// double click, or Return.
class OptionsView final : public QTreeWidget {
    Q_OBJECT

public:
    explicit OptionsView(QWidget* parent = nullptr);

    void setSnapshot(const EndpointSnapshot& snapshot);

signals:
    void changeRequested(const QString& option, const QString& value);
    void complained(const QString& text);

private:
    void showRow(int row, const OptionState& option);
    void edit(QTreeWidgetItem* item);
    void edited(QTreeWidgetItem* item, int column);

    EndpointId m_endpoint = EndpointId::None;
    bool m_isLive = false;
    bool m_isFilling = false;
};

} // namespace sw::ui
