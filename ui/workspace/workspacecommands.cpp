// SPDX-License-Identifier: MIT
#include "ui/workspace/workspacecommands.h"

#include "core/engine/openendpoint.h"
#include "core/engine/relayrequest.h"
#include "ui/actions/passphrases.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/composer/composer.h"
#include "ui/messages/messagespanel.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"
#include "ui/workspace/workspacedialog.h"

#include <QFileInfo>
#include <QMainWindow>
#include <QMenu>

namespace sw::ui {

namespace {
constexpr std::chrono::seconds autosavePause(20);
const char* const filter = QT_TRANSLATE_NOOP("WorkspaceCommands", "Workspaces (*.socketwright);;All files (*)");
} // namespace

WorkspaceCommands::WorkspaceCommands(Parts parts, QMainWindow* window)
    : QObject(window),
      m_parts(parts),
      m_window(window),
      m_recent(new QMenu(tr("Recent &Workspaces"), window)) {
    const auto on = [this](ActionId id, std::function<void()> call) {
        m_parts.actions.connectTo(id, this, std::move(call));
    };
    on(ActionId::OpenWorkspace, [this] { choose(); });
    on(ActionId::SaveWorkspace, [this] { save(false); });
    on(ActionId::SaveWorkspaceAs, [this] { save(true); });
    on(ActionId::LastSession, [this] {
        if (QFileInfo::exists(sessionFile()))
            open(sessionFile());
        else
            emit complained(tr("No session was kept: nothing was open when the window was closed last."));
    });
    connect(m_recent, &QMenu::aboutToShow, this, &WorkspaceCommands::updateRecent);
    updateRecent();
    connect(&m_autosave, &QTimer::timeout, this, &WorkspaceCommands::keepSession);
    m_autosave.start(autosavePause);
}

QString WorkspaceCommands::sessionFile() const {
    return m_parts.settings.fileBeside(QStringLiteral("last-session.socketwright"));
}

void WorkspaceCommands::updateRecent() {
    m_recent->clear();
    const QStringList files = m_parts.settings.recentWorkspaces();
    for (const QString& file : files) {
        QString text = QFileInfo(file).fileName();
        QAction* action = m_recent->addAction(text.replace(QLatin1Char('&'), QLatin1String("&&")));
        action->setToolTip(plainToolTip(file));
        connect(action, &QAction::triggered, this, [this, file] { open(file); });
    }
    if (files.isEmpty())
        m_recent->addAction(tr("None yet"))->setEnabled(false);
}

void WorkspaceCommands::choose() {
    const QString file = m_parts.prompter.fileToRead(m_window, tr("Open a workspace"), tr(filter));
    if (!file.isEmpty())
        open(file);
}

void WorkspaceCommands::open(const QString& file) {
    auto workspace = Workspace::read(file);
    if (!workspace) {
        m_parts.prompter.tell(m_window, tr("Open a workspace"), errorText(workspace.error()));
        return;
    }
    workspace->resolveFiles(QFileInfo(file).absolutePath());
    const bool isSession = file == sessionFile();
    if (!isSession)
        m_parts.settings.addRecentWorkspace(file);
    offer(*workspace, isSession ? tr("Last session") : tr("Open %1").arg(QFileInfo(file).fileName()),
          isSession ? QString() : QFileInfo(file).canonicalFilePath());
}

/// `file`: what Save writes to afterwards, if all of it was opened; otherwise it asks for a name.
void WorkspaceCommands::offer(Workspace workspace, const QString& title, const QString& file) {
    auto* dialog = new WorkspaceDialog(workspace, title, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, file, workspace = std::move(workspace)] {
        m_file = dialog->chosen().size() == workspace.endpoints.size() ? file : QString();
        MessageLibrary library = m_parts.messages.library();
        for (const SavedMessage& message : workspace.messages.messages) {
            if (library.find(message.path()) == nullptr)
                library.messages.append(message);
        }
        if (library != m_parts.messages.library())
            m_parts.messages.setLibrary(library);
        if (const QString state = workspace.window.value(QStringLiteral("state")).toString(); !state.isEmpty())
            m_window->restoreState(QByteArray::fromBase64(state.toLatin1()));
        openEndpoints(dialog->chosen());
    });
    dialog->open();
}

void WorkspaceCommands::openEndpoints(const QVector<WorkspaceEndpoint>& endpoints) {
    for (const Role role : {Role::Listen, Role::Connect}) { // the listeners first: the others may be for them
        for (const WorkspaceEndpoint& endpoint : endpoints) {
            if (endpoint.role != role)
                continue;
            bool allowsRemoteConsole = false;
            if (role == Role::Listen && endpoint.behaviour == QLatin1String("console") &&
                isReachableFromNetwork(endpoint.address))
                allowsRemoteConsole =
                    m_parts.prompter.confirm(m_window,
                                             tr("Whoever reaches %1 over the network can run scripts here. Open it?")
                                                 .arg(formatAddress(endpoint.address)),
                                             tr("Open"));
            const Address& target = endpoint.relay ? endpoint.relay->target : endpoint.address;
            if (!askPassphrases(m_parts.engine, m_parts.prompter, m_window, endpoint.address) ||
                !askPassphrases(m_parts.engine, m_parts.prompter, m_window, target))
                continue;
            const auto id = openEndpoint(m_parts.engine, endpoint, allowsRemoteConsole);
            if (!id)
                m_parts.prompter.tell(m_window, tr("Not opened"),
                                      endpoint.describe() + QLatin1Char('\n') + errorText(id.error()));
            else
                m_drafts.insert(*id, endpoint.draft);
        }
    }
}

void WorkspaceCommands::update(const QVector<EndpointSnapshot>& snapshots) {
    for (const EndpointSnapshot& snapshot : snapshots) {
        const bool isUnderWay = snapshot.state == EndpointState::Idle || snapshot.state == EndpointState::Resolving ||
                                snapshot.state == EndpointState::Connecting ||
                                snapshot.state == EndpointState::Handshaking;
        if (isUnderWay || !m_drafts.contains(snapshot.id))
            continue;
        const QString draft = m_drafts.take(snapshot.id);
        emit endpointOpened(snapshot.id);
        for (BufferPanel* panel : m_parts.buffers.panels()) {
            if (panel->endpoint() == snapshot.id && !draft.isEmpty() && panel->composer() != nullptr)
                panel->composer()->setDraft(draft);
        }
    }
}

Workspace WorkspaceCommands::capture() const {
    Workspace workspace{.messages = m_parts.messages.library()};
    for (const EndpointId id : m_parts.model.all()) {
        const EndpointSnapshot* one = m_parts.model.snapshot(id);
        if (one->parent != EndpointId::None || one->isRecovered || isEnded(one->state))
            continue;
        const bool listens =
            one->kind == EndpointKind::Listener || (one->kind == EndpointKind::DatagramSocket && one->peer.isEmpty());
        WorkspaceEndpoint endpoint{
            .role = listens ? Role::Listen : Role::Connect, .address = one->address, .behaviour = one->behaviour};
        if (one->name != formatAddress(one->address))
            endpoint.name = one->name;
        if (const auto relay = m_parts.engine.relayRequest(id)) {
            endpoint.behaviour = QStringLiteral("manual");
            endpoint.relay = WorkspaceRelay{
                .target = relay->target, .faults = relay->faults, .seed = relay->seed, .intercept = relay->intercept};
        } else if (endpoint.behaviour.startsWith(QLatin1String("replay="))) {
            endpoint.behaviour = QStringLiteral("manual"); // what it played is not named by its file's name alone
        }
        for (const BufferPanel* panel : m_parts.buffers.panels()) {
            if (panel->endpoint() == id && !panel->isMerged() && panel->composer() != nullptr)
                endpoint.draft = panel->composer()->draft();
        }
        workspace.endpoints.append(endpoint);
    }
    workspace.window.insert(QStringLiteral("state"), QString::fromLatin1(m_window->saveState().toBase64()));
    return workspace;
}

void WorkspaceCommands::keepSession() {
    const Workspace workspace = capture();
    if (workspace.endpoints.isEmpty())
        return; // an empty window does not replace the last session
    if (const auto written = workspace.write(sessionFile(), true); !written)
        emit complained(errorText(written.error()));
}

void WorkspaceCommands::save(bool asksForName) {
    QString file = m_file;
    if (asksForName || file.isEmpty())
        file = m_parts.prompter.fileToWrite(m_window, tr("Save the workspace"),
                                            file.isEmpty() ? QStringLiteral("lab.socketwright") : file, tr(filter));
    if (file.isEmpty())
        return;
    const Workspace workspace = capture();
    if (const auto written = workspace.write(file); !written) {
        m_parts.prompter.tell(m_window, tr("Save the workspace"), errorText(written.error()));
        return;
    }
    m_file = file;
    m_parts.settings.addRecentWorkspace(file);
    emit complained(workspace.endpoints.size() == 1
                        ? tr("1 endpoint saved in %1.").arg(file)
                        : tr("%1 endpoints saved in %2.").arg(QString::number(workspace.endpoints.size()), file));
}

} // namespace sw::ui
