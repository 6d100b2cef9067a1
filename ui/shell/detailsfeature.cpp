// SPDX-License-Identifier: MIT
#include "ui/shell/detailsfeature.h"

#include "core/base/outputfile.h"
#include "ui/inspector/detailspanel.h"
#include "ui/shell/socketfeature.h"
#include "ui/widgets/eventtext.h"
#include "ui/workbench/paneldock.h"

namespace sw::ui {

DetailsFeature::DetailsFeature(Workbench& bench, SocketFeature& sockets, Qt::DockWidgetArea side)
    : Feature(bench),
      m_sockets(sockets),
      m_dock(bench.addPanel(tr("Details"), "detailsDock", side, [this] { return makePanel(); })) {
    on(ActionId::TcpFigures, [this] {
        m_dock->reveal();
        m_panel->showTcp();
    });
    on(ActionId::TlsDetails, [this] {
        m_dock->reveal();
        m_panel->showTls();
    });
    connect(&bench, &Workbench::endpointsChanged, this, &DetailsFeature::refresh);
    connect(&bench, &Workbench::currentChanged, this, &DetailsFeature::refresh);
    connect(&m_soon, &QTimer::timeout, this, &DetailsFeature::refresh);
    m_soon.setSingleShot(true);
    connect(&bench.engine(), &Engine::endpointRemoved, &m_soon, [this] { m_soon.start(0); }); // once for many
}

QWidget* DetailsFeature::makePanel() {
    m_panel = new DetailsPanel(bench().engine(), m_dock);
    connect(m_panel, &DetailsPanel::commandRequested, &m_sockets, &SocketFeature::run);
    connect(m_panel, &DetailsPanel::optionChangeRequested, &m_sockets, &SocketFeature::changeOption);
    connect(m_panel, &DetailsPanel::complained, &bench(), &Workbench::say);
    connect(m_panel, &DetailsPanel::certificatesRequested, this, &DetailsFeature::saveCertificates);
    refresh();
    return m_panel;
}

/// The counters of a listener are those of its peers.
void DetailsFeature::addPeers(EndpointSnapshot& listener) const {
    if (listener.kind != EndpointKind::Listener)
        return;
    for (const EndpointId id : bench().model().all()) {
        const EndpointSnapshot& peer = *bench().snapshot(id);
        if (peer.parent != listener.id)
            continue;
        listener.counters.receivedBytes += peer.counters.receivedBytes;
        listener.counters.sentBytes += peer.counters.sentBytes;
        listener.counters.receivedRecords += peer.counters.receivedRecords;
        listener.counters.sentRecords += peer.counters.sentRecords;
    }
}

void DetailsFeature::refresh() {
    if (m_panel == nullptr)
        return;
    const EndpointSnapshot* snapshot = bench().currentSnapshot();
    if (snapshot == nullptr) {
        m_panel->setSnapshot({}, {});
        return;
    }
    if (snapshot->options == nullptr && !isEnded(snapshot->state) && m_described != snapshot->id) {
        m_described = snapshot->id;
        bench().engine().describe(snapshot->id);
    }
    EndpointSnapshot shown = *snapshot;
    addPeers(shown);
    const EndpointSnapshot* listener = bench().snapshot(snapshot->parent);
    m_panel->setSnapshot(shown, listener == nullptr ? QString() : listener->name);
}

void DetailsFeature::saveCertificates(const QByteArray& pem) {
    const QString path = bench().prompter().fileToWrite(
        window(), tr("Save certificates"), QStringLiteral("certificates.pem"), tr("Certificates (*.pem *.crt)"));
    if (path.isEmpty())
        return;
    const auto written = replaceFile(path, pem, QStringLiteral("certificate"));
    bench().say(written ? tr("Saved in %1.").arg(path) : errorText(written.error()));
}

} // namespace sw::ui
