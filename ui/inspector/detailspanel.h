// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/snapshot.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace sw::ui {

/// Everything about one endpoint: addresses, state, options as asked for and in force, counters; and its commands.
class DetailsPanel final : public QWidget {
    Q_OBJECT

public:
    enum class Command { ShutDownSending, ShutDownReceiving, Close, Abort, PauseOrResume, Accept, Remove };

    explicit DetailsPanel(QWidget* parent = nullptr);

    void setSnapshot(const std::optional<EndpointSnapshot>& snapshot, const QString& listenerName);

signals:
    void commandRequested(sw::ui::DetailsPanel::Command command);

private:
    void showValues(const EndpointSnapshot& snapshot, const QString& listenerName);
    void setRow(QTreeWidgetItem* section, int row, const QString& name, const QString& value, const QString& asked);
    void showOptions(const EndpointSnapshot& snapshot);
    void updateButtons(const EndpointSnapshot& snapshot);
    QPushButton* commandButton(const QString& text, const char* name, Command command);

    QLabel* m_empty;
    QWidget* m_content;
    QTreeWidget* m_tree;
    QTreeWidgetItem* m_endpoint;
    QTreeWidgetItem* m_counters;
    QTreeWidgetItem* m_options;
    QPushButton* m_shutDown;
    QPushButton* m_close;
    QPushButton* m_abort;
    QPushButton* m_pause;
    QPushButton* m_accept;
    QPushButton* m_remove;
};

} // namespace sw::ui
