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
    void build();
    void showValues(const EndpointSnapshot& snapshot, const QString& listenerName);
    void showReport(const EndpointSnapshot& snapshot);
    void showCounters(const EndpointSnapshot& snapshot);
    void setRow(QTreeWidgetItem* section, int row, const QString& name, const QString& value);
    void setRows(QTreeWidgetItem* section, const std::vector<std::pair<QString, QString>>& rows);
    void updateButtons(const EndpointSnapshot& snapshot);
    QPushButton* commandButton(const QString& text, const char* name, Command command);

    Engine& m_engine;
    QLabel* m_empty;
    QWidget* m_content = nullptr; // and all that is in it, once there is an endpoint to show
    QTreeWidget* m_tree = nullptr;
    QTreeWidgetItem* m_endpoint = nullptr;
    QTreeWidgetItem* m_counters = nullptr;
    QTreeWidgetItem* m_report = nullptr;
    QTabWidget* m_pages = nullptr;
    OptionsView* m_options = nullptr;
    TcpPanel* m_tcp = nullptr;
    TlsPanel* m_tls = nullptr;
    QPushButton* m_shutDown = nullptr;
    QPushButton* m_shutDownReceiving = nullptr;
    QPushButton* m_close = nullptr;
    QPushButton* m_abort = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_accept = nullptr;
    QPushButton* m_remove = nullptr;
};

} // namespace sw::ui
