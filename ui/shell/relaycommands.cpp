// SPDX-License-Identifier: MIT
#include "ui/shell/relaycommands.h"

#include "core/engine/relayrequest.h"

#include "ui/relay/relaydialog.h"
#include "ui/relay/relaypanel.h"

#include <QDockWidget>
#include <QMainWindow>

namespace sw::ui {

RelayCommands::RelayCommands(Parts parts, QMainWindow* window)
    : QObject(window),
      m_parts(std::move(parts)),
      m_window(window) {
    m_parts.actions.connectTo(ActionId::OpenRelay, this, [this] { open(); });
    m_parts.actions.connectTo(ActionId::RelayPanel, this, [this] {
        showPanel();
        m_parts.panel.setFocus();
    });
    connect(&m_parts.panel, &RelayPanel::openRequested, this, &RelayCommands::open);
    connect(&m_parts.panel, &RelayPanel::heldCounted, this, [this](int count) {
        if (count > std::exchange(m_held, count) && !m_parts.dock.isVisible()) {
            showPanel(); // nothing is held behind anybody's back
            m_parts.panel.showHeldMessages();
        }
    });
}

void RelayCommands::open() {
    const QString address = m_parts.address();
    const auto likely = parseAddress(address, Role::Connect);
    const bool isDatagram = likely && sw::isDatagram(likely->scheme);
    auto* dialog = new RelayDialog(
        m_parts.engine, isDatagram ? QStringLiteral("udp://127.0.0.1:0") : QStringLiteral("tcp://127.0.0.1:0"),
        likely ? address : QString(), m_window);
    connect(dialog, &RelayDialog::opened, this, [this](EndpointId id) {
        emit endpointOpened(id);
        showPanel();
    });
    dialog->show();
}

void RelayCommands::showPanel() {
    constexpr int panelHeight = 280;
    m_parts.dock.show();
    m_parts.dock.raise();
    if (m_parts.dock.height() < panelHeight)
        m_window->resizeDocks({&m_parts.dock}, {panelHeight}, Qt::Vertical);
}

} // namespace sw::ui
