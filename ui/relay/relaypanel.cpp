// SPDX-License-Identifier: MIT
#include "ui/relay/relaypanel.h"

#include "ui/relay/faultseditor.h"
#include "ui/relay/interceptpanel.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabWidget>
#include <QVBoxLayout>

namespace sw::ui {

RelayPanel::RelayPanel(Engine& engine, const QFont& font, QWidget* parent)
    : QWidget(parent),
      m_engine(engine),
      m_pages(new QStackedWidget(this)),
      m_title(plainLabel({}, this)),
      m_tabs(new QTabWidget(this)),
      m_faults(new FaultsEditor(this)),
      m_intercept(new InterceptPanel(this)) {
    setObjectName(QStringLiteral("relayPanel"));
    m_intercept->setEditorFont(font);
    auto* empty = new QWidget(this);
    auto* emptyLayout = new QVBoxLayout(empty);
    emptyLayout->setAlignment(Qt::AlignCenter);
    auto* about =
        mutedLabel(tr("A relay listens here, passes everything on to a target, and shows both sides.\nChoose one in "
                      "the tree to disturb what it passes on, or to hold messages."),
                   empty);
    about->setAlignment(Qt::AlignCenter);
    auto* open = pushButton(tr("Open Relay…"), "openRelayButton", empty);
    connect(open, &QPushButton::clicked, this, &RelayPanel::openRequested);
    emptyLayout->addWidget(about);
    emptyLayout->addWidget(open, 0, Qt::AlignCenter);
    auto* page = new QWidget(this);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(10, 8, 10, 8);
    setHeading(*m_title);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    nameWidget(m_title, "relayTitle", tr("Relay"));
    nameWidget(m_tabs, "relayTabs", tr("Relay"));
    const auto framed = [this](QWidget* content) {
        auto* frame = new QWidget(this);
        auto* inner = new QVBoxLayout(frame);
        inner->setContentsMargins(6, 8, 6, 4);
        inner->addWidget(content);
        return frame;
    };
    m_tabs->addTab(framed(m_faults), tr("Faults"));
    m_tabs->addTab(framed(m_intercept), tr("Held messages"));
    m_tabs->setDocumentMode(true);
    layout->addWidget(m_title);
    layout->addWidget(m_tabs, 1);
    m_pages->addWidget(empty);
    m_pages->addWidget(page);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_pages);
    connect(m_faults, &FaultsEditor::changed, this, [this] {
        if (const auto done = m_engine.setFaults(m_relay, m_faults->faults(), m_faults->seed()); !done)
            emit complained(errorText(done.error()));
    });
    connect(m_intercept, &InterceptPanel::changed, this, [this] {
        if (const auto done = m_engine.setIntercept(m_relay, m_intercept->intercept()); !done)
            emit complained(errorText(done.error()));
    });
    connect(m_intercept, &InterceptPanel::released, this,
            [this](quint64 number, const Release& release) { m_engine.release(number, release); });
    connect(m_intercept, &InterceptPanel::contentRequested, &m_engine, &Engine::fetchHeld);
    connect(&m_engine, &Engine::heldFetched, m_intercept, &InterceptPanel::setContent);
    connect(&m_engine, &Engine::heldChanged, this, [this](EndpointId relay) {
        const auto all = m_engine.heldMessages();
        const auto holds = [&all](EndpointId id) {
            return std::any_of(all.begin(), all.end(), [id](const HeldMessage& one) { return one.relay == id; });
        };
        if (m_relay == EndpointId::None || (relay != m_relay && holds(relay) && !holds(m_relay)))
            show(relay);
        else
            showHeld();
    });
    connect(&m_engine, &Engine::endpointRemoved, this, [this](EndpointId id) {
        if (id == m_relay)
            show(EndpointId::None);
    });
    if (const auto held = m_engine.heldMessages(); !held.isEmpty()) // before this was made
        show(held.first().relay);
}

/// The relay itself, or the one whose client or target it is.
EndpointId RelayPanel::relayOf(EndpointId id) const {
    for (int level = 0; level < 3 && id != EndpointId::None; ++level) {
        if (m_engine.relayRequest(id))
            return id;
        const auto snapshot = m_engine.snapshot(id);
        id = snapshot ? snapshot->parent : EndpointId::None;
    }
    return EndpointId::None;
}

void RelayPanel::setEndpoint(EndpointId id) {
    const EndpointId relay = relayOf(id);
    if (relay != EndpointId::None)
        show(relay);
}

void RelayPanel::show(EndpointId relay) {
    const auto request = m_engine.relayRequest(relay);
    m_relay = request ? relay : EndpointId::None;
    m_pages->setCurrentIndex(request ? 1 : 0);
    if (!request)
        return;
    const auto snapshot = m_engine.snapshot(relay);
    m_title->setText((snapshot ? formatAddress(snapshot->address) : QString()) + QStringLiteral("  →  ") +
                     formatAddress(request->target));
    explain(*m_title, m_title->text());
    m_faults->setFaults(request->faults, request->seed, isDatagram(request->target.scheme));
    m_intercept->setIntercept(request->intercept);
    showHeld();
}

void RelayPanel::showHeld() {
    QVector<HeldMessage> own;
    for (const HeldMessage& message : m_engine.heldMessages()) {
        if (message.relay == m_relay)
            own.append(message);
    }
    m_intercept->setHeld(own);
    m_tabs->setTabText(1, own.isEmpty() ? tr("Held messages") : tr("Held messages (%1)").arg(own.size()));
}

void RelayPanel::showHeldMessages() {
    m_tabs->setCurrentIndex(1);
}

} // namespace sw::ui
