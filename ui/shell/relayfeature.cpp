// SPDX-License-Identifier: MIT
#include "ui/shell/relayfeature.h"

#include "core/engine/relayrequest.h"
#include "ui/relay/relaydialog.h"
#include "ui/relay/relaypanel.h"
#include "ui/shell/socketfeature.h"
#include "ui/widgets/eventtext.h"
#include "ui/workbench/paneldock.h"

#include <QMainWindow>

namespace sw::ui {

namespace {
constexpr int panelHeight = 280; // pixels
}

RelayFeature::RelayFeature(Workbench& bench, std::function<QString()> address)
    : Feature(bench),
      m_address(std::move(address)),
      m_dock(bench.addPanel(tr("Relay"), "relayDock", Qt::BottomDockWidgetArea, [this] { return makePanel(); })) {
    on(ActionId::OpenRelay, [this] { open(); });
    on(ActionId::RelayInFront, [this] { openInFront(); });
    on(ActionId::RelayPanel, [this] {
        showPanel();
        m_panel->setFocus();
    });
    connect(&bench.engine(), &Engine::heldChanged, this, &RelayFeature::countHeld);
    connect(&bench, &Workbench::currentChanged, this, [this](EndpointId id) {
        if (m_panel != nullptr)
            m_panel->setEndpoint(id);
    });
}

QWidget* RelayFeature::makePanel() {
    m_panel = new RelayPanel(bench().engine(), bench().settings().bufferFont(), m_dock);
    connect(m_panel, &RelayPanel::openRequested, this, &RelayFeature::open);
    connect(m_panel, &RelayPanel::complained, &bench(), &Workbench::say);
    m_panel->setEndpoint(bench().current());
    return m_panel;
}

/// Nothing is held behind anybody's back.
void RelayFeature::countHeld() {
    const int count = static_cast<int>(bench().engine().heldMessages().size());
    if (count > std::exchange(m_held, count) && !m_dock->isVisible()) {
        showPanel();
        m_panel->showHeldMessages();
    }
    emit heldCounted(count);
}

void RelayFeature::open() {
    const QString address = m_address();
    const auto likely = parseAddress(address, Role::Connect);
    const bool isDatagram = likely && sw::isDatagram(likely->scheme);
    auto* dialog = new RelayDialog(
        bench().engine(), isDatagram ? QStringLiteral("udp://127.0.0.1:0") : QStringLiteral("tcp://127.0.0.1:0"),
        likely ? address : QString(), window());
    connect(dialog, &RelayDialog::opened, this, [this](EndpointId id) {
        bench().whenSettled(id);
        showPanel();
    });
    dialog->show();
}

/// On a free port of this machine; what is encrypted passes as it is.
void RelayFeature::openInFront() {
    const EndpointSnapshot* snapshot = bench().currentSnapshot();
    if (snapshot == nullptr)
        return;
    Address target = messageTarget(*snapshot).address;
    target.options.clear();
    const bool isDatagram = sw::isDatagram(target.scheme);
    if (target.scheme == Scheme::Tls)
        target.scheme = Scheme::Tcp;
    else if (target.scheme == Scheme::Dtls)
        target.scheme = Scheme::Udp;
    const auto here = parseAddress(
        isDatagram ? QStringLiteral("udp://127.0.0.1:0") : QStringLiteral("tcp://127.0.0.1:0"), Role::Listen);
    const auto id = bench().engine().relay(*here, {.target = target});
    if (!id) {
        bench().say(errorText(id.error()));
        return;
    }
    bench().whenSettled(*id, [this](const EndpointSnapshot& relay) {
        bench().show(relay.id);
        if (relay.error)
            bench().say(errorText(*relay.error));
        else
            bench().say(tr("Clients that connect to %1 pass through the relay now.").arg(formatAddress(relay.address)));
    });
    showPanel();
}

void RelayFeature::showPanel() {
    m_dock->reveal(panelHeight);
}

} // namespace sw::ui
