// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTabWidget;
class QTreeWidget;
class QTreeWidgetItem;

namespace sw::ui {

class OptionsView;
class TcpPanel;
class TlsPanel;

/// Everything about one endpoint: addresses, state, how it was connected, counters; options as asked for and in force;
/// what the system's TCP knows; and its commands.
class DetailsPanel final : public QWidget {
    Q_OBJECT

public:
    enum class Command {
        ShutDownSending,
        ShutDownReceiving,
        Close,
        Abort,
        PauseOrResume,
        Accept,
        Remove,
        GoToListener
    };

    explicit DetailsPanel(Engine& engine, QWidget* parent = nullptr);

    void setSnapshot(const std::optional<EndpointSnapshot>& snapshot, const QString& listenerName);
    /// Shows what the system's TCP knows.
    void showTcp();
    void showTls();

signals:
    void commandRequested(sw::ui::DetailsPanel::Command command);
    void optionChangeRequested(const QString& option, const QString& value);
    void complained(const QString& text);
    /// To be saved in a file: PEM.
    void certificatesRequested(const QByteArray& pem);

private:
    void showValues(const EndpointSnapshot& snapshot, const QString& listenerName);
    void showReport(const EndpointSnapshot& snapshot);
    void showCounters(const EndpointSnapshot& snapshot);
    void setRow(QTreeWidgetItem* section, int row, const QString& name, const QString& value);
    void setRows(QTreeWidgetItem* section, const std::vector<std::pair<QString, QString>>& rows);
    void updateButtons(const EndpointSnapshot& snapshot);
    QPushButton* commandButton(const QString& text, const char* name, Command command);

    QLabel* m_empty;
    QWidget* m_content;
    QTreeWidget* m_tree;
    QTreeWidgetItem* m_endpoint;
    QTreeWidgetItem* m_counters;
    QTreeWidgetItem* m_report;
    QTabWidget* m_pages;
    OptionsView* m_options;
    TcpPanel* m_tcp;
    TlsPanel* m_tls;
    QPushButton* m_shutDown;
    QPushButton* m_shutDownReceiving;
    QPushButton* m_close;
    QPushButton* m_abort;
    QPushButton* m_pause;
    QPushButton* m_accept;
    QPushButton* m_remove;
};

} // namespace sw::ui
