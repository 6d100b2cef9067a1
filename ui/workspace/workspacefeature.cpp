// SPDX-License-Identifier: MIT
#include "ui/workspace/workspacefeature.h"

#include "core/engine/openendpoint.h"
#include "core/engine/relayrequest.h"
#include "ui/actions/passphrases.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/composer/composer.h"
#include "ui/messages/messagestore.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"
#include "ui/workspace/workspacedialog.h"

#include <QFileInfo>
#include <QMainWindow>
#include <QMenu>

namespace sw::ui {

namespace {
constexpr std::chrono::seconds autosavePause(20);
const char* const filter = QT_TRANSLATE_NOOP("WorkspaceFeature", "Workspaces (*.socketwright);;All files (*)");
} // namespace

WorkspaceFeature::WorkspaceFeature(Workbench& bench, MessageStore& messages)
    : Feature(bench),
      m_messages(messages),
      m_recent(new QMenu(tr("Recent &Workspaces"), &bench.window())) {
    on(ActionId::OpenWorkspace, [this] { choose(); });
    on(ActionId::SaveWorkspace, [this] { save(false); });
    on(ActionId::SaveWorkspaceAs, [this] { save(true); });
    on(ActionId::LastSession, [this] {
        if (QFileInfo::exists(sessionFile()))
            open(sessionFile());
        else
            this->bench().say(tr("No session was kept: nothing was open when the window was closed last."));
    });
    connect(m_recent, &QMenu::aboutToShow, this, &WorkspaceFeature::updateRecent);
    updateRecent();
    connect(&m_autosave, &QTimer::timeout, this, &WorkspaceFeature::keepSession);
    m_autosave.start(autosavePause);
}

QString WorkspaceFeature::sessionFile() const {
    return bench().settings().fileBeside(QStringLiteral("last-session.socketwright"));
}

void WorkspaceFeature::updateRecent() {
    m_recent->clear();
    const QStringList files = bench().settings().recentWorkspaces();
    for (const QString& file : files) {
        QString text = QFileInfo(file).fileName();
        QAction* action = m_recent->addAction(text.replace(QLatin1Char('&'), QLatin1String("&&")));
        action->setToolTip(plainToolTip(file));
        connect(action, &QAction::triggered, this, [this, file] { open(file); });
    }
    if (files.isEmpty())
        m_recent->addAction(tr("None yet"))->setEnabled(false);
}

void WorkspaceFeature::choose() {
    const QString file = bench().prompter().fileToRead(window(), tr("Open a workspace"), tr(filter));
    if (!file.isEmpty())
        open(file);
}

void WorkspaceFeature::open(const QString& file) {
    auto workspace = Workspace::read(file);
    if (!workspace) {
        bench().prompter().tell(window(), tr("Open a workspace"), errorText(workspace.error()));
        return;
    }
    workspace->resolveFiles(QFileInfo(file).absolutePath());
    const bool isSession = file == sessionFile();
    if (!isSession)
        bench().settings().addRecentWorkspace(file);
    offer(*workspace, isSession ? tr("Last session") : tr("Open %1").arg(QFileInfo(file).fileName()),
          isSession ? QString() : QFileInfo(file).canonicalFilePath());
}

/// `file`: what Save writes to afterwards, if all of it was opened; otherwise it asks for a name.
void WorkspaceFeature::offer(Workspace workspace, const QString& title, const QString& file) {
    auto* dialog = new WorkspaceDialog(workspace, title, window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, file, workspace = std::move(workspace)] {
        setFile(dialog->chosen().size() == workspace.endpoints.size() ? file : QString());
        MessageLibrary library = m_messages.library();
        for (const SavedMessage& message : workspace.messages.messages) {
            if (library.find(message.path()) == nullptr)
                library.messages.append(message);
        }
        if (library != m_messages.library())
            m_messages.setLibrary(library);
        if (const QString state = workspace.window.value(QStringLiteral("state")).toString(); !state.isEmpty())
            bench().window().restoreState(QByteArray::fromBase64(state.toLatin1()));
        openEndpoints(dialog->chosen());
    });
    dialog->open();
}

void WorkspaceFeature::openEndpoints(const QVector<WorkspaceEndpoint>& endpoints) {
    for (const Role role : {Role::Listen, Role::Connect}) { // the listeners first: the others may be for them
        for (const WorkspaceEndpoint& endpoint : endpoints) {
            if (endpoint.role != role)
                continue;
            bool allowsRemoteConsole = false;
            if (role == Role::Listen && endpoint.behaviour == QLatin1String("console") &&
                isReachableFromNetwork(endpoint.address))
                allowsRemoteConsole =
                    bench().prompter().confirm(window(),
                                               tr("Whoever reaches %1 over the network can run scripts here. Open it?")
                                                   .arg(formatAddress(endpoint.address)),
                                               tr("Open"));
            const Address& target = endpoint.relay ? endpoint.relay->target : endpoint.address;
            if (!askPassphrases(bench().engine(), bench().prompter(), window(), endpoint.address) ||
                !askPassphrases(bench().engine(), bench().prompter(), window(), target))
                continue;
            const auto id = openEndpoint(bench().engine(), endpoint, allowsRemoteConsole);
            if (!id)
                bench().prompter().tell(window(), tr("Not opened"),
                                        endpoint.describe() + QLatin1Char('\n') + errorText(id.error()));
            else
                bench().whenSettled(*id, [this, draft = endpoint.draft](const EndpointSnapshot& snapshot) {
                    giveDraft(snapshot.id, draft);
                });
        }
    }
}

void WorkspaceFeature::giveDraft(EndpointId id, const QString& draft) {
    BufferPanel* panel = bench().show(id);
    if (panel != nullptr && !draft.isEmpty())
        panel->composer()->setDraft(draft);
}

void WorkspaceFeature::setFile(const QString& file) {
    m_file = file;
    emit fileChanged();
}

Workspace WorkspaceFeature::capture() const {
    Workspace workspace{.messages = m_messages.library()};
    for (const EndpointId id : bench().model().all()) {
        const EndpointSnapshot* one = bench().model().snapshot(id);
        if (one->parent != EndpointId::None || one->isRecovered || isEnded(one->state))
            continue;
        const bool listens =
            one->kind == EndpointKind::Listener || (one->kind == EndpointKind::DatagramSocket && one->peer.isEmpty());
        WorkspaceEndpoint endpoint{
            .role = listens ? Role::Listen : Role::Connect, .address = one->address, .behaviour = one->behaviour};
        if (one->name != formatAddress(one->address))
            endpoint.name = one->name;
        if (const auto relay = bench().engine().relayRequest(id)) {
            endpoint.behaviour = QStringLiteral("manual");
            endpoint.relay = WorkspaceRelay{
                .target = relay->target, .faults = relay->faults, .seed = relay->seed, .intercept = relay->intercept};
        } else if (endpoint.behaviour.startsWith(QLatin1String("replay="))) {
            endpoint.behaviour = QStringLiteral("manual"); // what it played is not named by its file's name alone
        }
        for (const BufferPanel* panel : bench().buffers().panels()) {
            if (panel->endpoint() == id && !panel->isMerged() && panel->composer() != nullptr)
                endpoint.draft = panel->composer()->draft();
        }
        workspace.endpoints.append(endpoint);
    }
    workspace.window.insert(QStringLiteral("state"), QString::fromLatin1(bench().window().saveState().toBase64()));
    return workspace;
}

void WorkspaceFeature::keepSession() {
    const Workspace workspace = capture();
    if (workspace.endpoints.isEmpty())
        return; // an empty window does not replace the last session
    if (const auto written = workspace.write(sessionFile(), true); !written)
        bench().say(errorText(written.error()));
}

void WorkspaceFeature::save(bool asksForName) {
    QString file = m_file;
    if (asksForName || file.isEmpty())
        file = bench().prompter().fileToWrite(window(), tr("Save the workspace"),
                                              file.isEmpty() ? QStringLiteral("lab.socketwright") : file, tr(filter));
    if (file.isEmpty())
        return;
    const Workspace workspace = capture();
    if (const auto written = workspace.write(file); !written) {
        bench().prompter().tell(window(), tr("Save the workspace"), errorText(written.error()));
        return;
    }
    setFile(file);
    bench().settings().addRecentWorkspace(file);
    bench().say(workspace.endpoints.size() == 1
                    ? tr("1 endpoint saved in %1.").arg(file)
                    : tr("%1 endpoints saved in %2.").arg(QString::number(workspace.endpoints.size()), file));
}

} // namespace sw::ui
