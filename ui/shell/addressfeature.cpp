// SPDX-License-Identifier: MIT
#include "ui/shell/addressfeature.h"

#include "core/behaviour/catalogue.h"
#include "ui/actions/passphrases.h"
#include "ui/behaviour/behaviourdialog.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/composer/composer.h"
#include "ui/endpoints/addressbar.h"
#include "ui/endpoints/addressform.h"
#include "ui/shell/socketfeature.h"
#include "ui/widgets/eventtext.h"
#include "ui/workbench/paneldock.h"

#include <QMainWindow>
#include <QPushButton>
#include <QToolBar>

namespace sw::ui {

AddressFeature::AddressFeature(Workbench& bench, Qt::DockWidgetArea side)
    : Feature(bench),
      m_bar(new AddressBar(bench.settings(), &bench.window())),
      m_dock(bench.addPanel(tr("Address options"), "formDock", side, [this] { return makeForm(); })) {
    auto* bar = new QToolBar(tr("Address"), &bench.window());
    bar->setObjectName(QStringLiteral("addressToolBar"));
    bar->setMovable(false);
    bar->addWidget(m_bar);
    bar->toggleViewAction()->setEnabled(false);
    bench.window().addToolBar(bar);
    on(ActionId::FocusAddress, [this] { focus(); });
    on(ActionId::Options, [this] { m_bar->toggleOptions(); });
    connectBar();
    on(ActionId::ConnectToIt, [this] { connectToCurrent(); });
    connect(&bench, &Workbench::openRequested, this, &AddressFeature::open);
    connect(&bench, &Workbench::endpointsChanged, this, &AddressFeature::follow);
}

void AddressFeature::connectBar() {
    connect(m_bar, &AddressBar::listenRequested, this,
            [this](const Address& address, const QString& behaviour) { open(address, behaviour, Role::Listen); });
    connect(m_bar, &AddressBar::connectRequested, this,
            [this](const Address& address, const QString& behaviour) { open(address, behaviour, Role::Connect); });
    connect(m_bar, &AddressBar::optionsRequested, this, &AddressFeature::showForm);
    connect(m_bar, &AddressBar::behaviourFileRequested, this, &AddressFeature::chooseValue);
    connect(m_bar, &AddressBar::noted, &bench(), &Workbench::say);
    auto* button = m_bar->findChild<QPushButton*>(QStringLiteral("optionsButton"));
    connect(m_dock->toggleViewAction(), &QAction::toggled, button, &QPushButton::setChecked);
}

QWidget* AddressFeature::makeForm() {
    m_form = new AddressForm(m_dock);
    m_form->setAddress(m_bar->text());
    connect(m_bar, &AddressBar::textEdited, m_form, &AddressForm::setAddress);
    connect(m_form, &AddressForm::addressEdited, m_bar, &AddressBar::setText);
    return m_form;
}

void AddressFeature::showForm(bool shown) {
    if (!shown) {
        m_dock->hide();
        return;
    }
    m_dock->reveal();
    m_form->setAddress(m_bar->text());
}

QString AddressFeature::text() const {
    return m_bar->text();
}

void AddressFeature::propose(const QString& address) {
    m_bar->setText(address);
    focus();
}

void AddressFeature::focus() {
    m_bar->focusAddress();
}

void AddressFeature::showError(const Error& error) {
    m_bar->showError(error);
}

/// The behaviour takes a value: a file, or what to answer when.
void AddressFeature::chooseValue(const QString& behaviour) {
    if (behaviour == QLatin1String("reply")) {
        auto* dialog = new BehaviourDialog(tr("What the next listener does by itself"), QStringLiteral("reply="),
                                           bench().prompter(), window());
        connect(dialog, &BehaviourDialog::chosen, this, [this, dialog] {
            if (const auto plan = planBehaviour(dialog->behaviour()); !plan) {
                dialog->fail(errorText(plan.error()));
                return;
            }
            m_bar->setBehaviour(dialog->behaviour());
            dialog->accept();
        });
        connect(dialog, &QDialog::rejected, this, [this] { m_bar->setBehaviour(QStringLiteral("manual")); });
        dialog->open();
        return;
    }
    const QString file = bench().prompter().fileToRead(
        window(), tr("File of the behaviour %1").arg(behaviour),
        behaviour == QLatin1String("script")  ? tr("Scripts (*.js);;All files (*)")
        : behaviour == QLatin1String("rules") ? tr("Rules (*.rules);;All files (*)")
                                              : tr("Recordings (*.jsonl *.pcapng *.pcap);;All files (*)"));
    m_bar->setBehaviour(file.isEmpty() ? QStringLiteral("manual") : behaviour + QLatin1Char('=') + file);
}

void AddressFeature::open(const Address& address, const QString& behaviour, Role role) {
    Engine& engine = bench().engine();
    if (const EndpointSnapshot* failed = bench().snapshot(std::exchange(m_failed, EndpointId::None));
        failed != nullptr && failed->life == m_failedLife)
        engine.remove(failed->id); // its report has been seen
    OpenRequest request{.behaviour = behaviour};
    if (behaviour == QLatin1String("console") && role == Role::Listen && isReachableFromNetwork(address)) {
        const QString question = tr("Whoever reaches %1 over the network can run scripts here. Open it?");
        if (!bench().prompter().confirm(window(), question.arg(formatAddress(address)), tr("Open")))
            return;
        request.allowsRemoteConsole = true;
    }
    if (!askPassphrases(engine, bench().prompter(), window(), address))
        return;
    const auto id = role == Role::Listen ? engine.listen(address, request) : engine.connectTo(address, request);
    if (!id) {
        m_bar->showError(id.error());
        return;
    }
    m_bar->setBehaviour(QStringLiteral("manual")); // it was for this one
    bench().whenSettled(*id, [this](const EndpointSnapshot& snapshot) { settle(snapshot); });
}

/// What failed here and was opened again is no mistake any more.
void AddressFeature::follow(const QVector<EndpointSnapshot>& snapshots) {
    for (const EndpointSnapshot& snapshot : snapshots) {
        if (snapshot.id != m_failed || snapshot.life == m_failedLife || !isConnected(snapshot.state))
            continue;
        m_failed = EndpointId::None;
        m_bar->clearError();
        m_bar->setText(formatAddress(snapshot.address)); // with what was changed since, such as a pin
    }
}

/// A client for the listener or socket that is chosen.
void AddressFeature::connectToCurrent() {
    if (const EndpointSnapshot* snapshot = bench().currentSnapshot()) {
        Address address = messageTarget(*snapshot).address;
        address.options.clear();
        open(address, QStringLiteral("manual"), Role::Connect);
    }
}

void AddressFeature::settle(const EndpointSnapshot& snapshot) {
    if (snapshot.state == EndpointState::Failed) {
        fail(snapshot);
        return;
    }
    BufferPanel* panel = bench().show(snapshot.id);
    if (snapshot.kind == EndpointKind::Listener)
        m_bar->focusAddress();
    else
        panel->composer()->focusMessage();
    if (const QByteArray message = m_bar->takeMessage(); !message.isEmpty())
        panel->composer()->setMessage(message);
    if (snapshot.isReachable)
        bench().say(tr("%1 is reachable from the network: other machines can connect.").arg(snapshot.name));
}

void AddressFeature::fail(const EndpointSnapshot& snapshot) {
    if (leadToOpenPort(snapshot)) {
        bench().engine().remove(snapshot.id);
        return;
    }
    m_bar->showError(*snapshot.error);
    bench().say({});                                 // what was said there was of something else
    if (snapshot.kind == EndpointKind::Connection) { // what was tried, and how far it came
        m_failed = snapshot.id;
        m_failedLife = snapshot.life;
        bench().show(snapshot.id);
    } else {
        bench().engine().remove(snapshot.id); // it never was; the event log keeps what happened
    }
    m_bar->focusAddress();
}

bool AddressFeature::leadToOpenPort(const EndpointSnapshot& failed) {
    if (!failed.error || failed.error->id != ErrorId::AddressInUse)
        return false;
    for (const EndpointId id : bench().model().all()) {
        const EndpointSnapshot& other = *bench().snapshot(id);
        const auto isAny = [](const Address& address) {
            return address.place.host == QLatin1String("*") || address.place.host == QLatin1String("0.0.0.0");
        };
        const bool isSameHost =
            other.address.place.host == failed.address.place.host || isAny(other.address) || isAny(failed.address);
        const bool isSame = isSameHost && other.address.place.portFirst == failed.address.place.portFirst &&
                            isDatagram(other.address.scheme) == isDatagram(failed.address.scheme) &&
                            other.address.path == failed.address.path;
        if (id == failed.id || other.parent != EndpointId::None || isEnded(other.state) || !isSame ||
            (other.kind != EndpointKind::Listener && other.kind != EndpointKind::DatagramSocket))
            continue;
        bench().show(id);
        m_bar->clearError();
        bench().say(tr("This window has that port open already: here it is."));
        return true;
    }
    return false;
}

} // namespace sw::ui
