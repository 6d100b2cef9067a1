// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

#include <QTimer>

namespace sw::ui {

class DetailsPanel;
class SocketFeature;

/// The details of the current endpoint, with the sums of a listener's peers. The UI thread.
class DetailsFeature final : public Feature {
    Q_OBJECT

public:
    DetailsFeature(Workbench& bench, SocketFeature& sockets, Qt::DockWidgetArea side);

    PanelDock* panel() const { return m_dock; }

private:
    QWidget* makePanel();
    void refresh();
    void addPeers(EndpointSnapshot& listener) const;
    void saveCertificates(const QByteArray& pem);

    SocketFeature& m_sockets;
    QTimer m_soon;
    PanelDock* m_dock;
    DetailsPanel* m_panel = nullptr;
    EndpointId m_described = EndpointId::None; // whose options were asked for
};

} // namespace sw::ui
