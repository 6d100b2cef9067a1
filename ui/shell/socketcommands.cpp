// SPDX-License-Identifier: MIT
#include "ui/shell/socketcommands.h"

#include "core/transcript/transcript.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"
#include "ui/widgets/eventtext.h"

#include <QApplication>
#include <QClipboard>

namespace sw::ui {

namespace {

/// An address without options: `place` is HOST:PORT, or a path.
Address bareAddress(Scheme scheme, const QString& place) {
    Address address{.scheme = scheme, .place = {}, .path = {}, .options = {}};
    if (isLocal(scheme))
        address.path = place;
    else
        address.place = parseHostPort(place, isDatagram(scheme)).value_or(HostPort{});
    return address;
}

ActionId shifted(ActionId first, std::size_t by) {
    return static_cast<ActionId>(static_cast<std::size_t>(first) + by);
}

} // namespace

CommandTarget commandTarget(const EndpointSnapshot& snapshot) {
    switch (snapshot.kind) {
    case EndpointKind::Listener:
        return {snapshot.address, Role::Listen};
    case EndpointKind::Flow:
        return {bareAddress(snapshot.address.scheme, snapshot.peer), Role::Connect};
    case EndpointKind::DatagramSocket:
        return {snapshot.address, snapshot.peer.isEmpty() ? Role::Listen : Role::Connect};
    case EndpointKind::Connection:
    case EndpointKind::Recording:
        break;
    }
    if (!snapshot.isAccepted)
        return {snapshot.address, Role::Connect};
    // an accepted one: what its client did
    return {
        bareAddress(snapshot.address.scheme, isLocal(snapshot.address.scheme) ? snapshot.address.path : snapshot.local),
        Role::Connect};
}

CommandTarget messageTarget(const EndpointSnapshot& snapshot) {
    CommandTarget target = commandTarget(snapshot);
    if (target.role == Role::Listen)
        target = {bareAddress(snapshot.address.scheme,
                              isLocal(snapshot.address.scheme) ? snapshot.address.path : snapshot.local),
                  Role::Connect};
    return target;
}

SocketCommands::SocketCommands(Parts parts, QWidget* window)
    : QObject(window),
      m_parts(std::move(parts)),
      m_window(window) {
    using Command = DetailsPanel::Command;
    const std::pair<ActionId, Command> commands[] = {{ActionId::ShutDownSending, Command::ShutDownSending},
                                                     {ActionId::ShutDownReceiving, Command::ShutDownReceiving},
                                                     {ActionId::CloseEndpoint, Command::Close},
                                                     {ActionId::AbortEndpoint, Command::Abort},
                                                     {ActionId::AcceptConnection, Command::Accept},
                                                     {ActionId::PauseListener, Command::PauseOrResume},
                                                     {ActionId::RemoveEndpoint, Command::Remove},
                                                     {ActionId::GoToListener, Command::GoToListener}};
    for (const auto& [id, command] : commands)
        m_parts.actions.connectTo(id, this, [this, what = command] { run(what); });
    m_parts.actions.connectTo(ActionId::RenameEndpoint, this, [this] { rename(); });
    m_parts.actions.connectTo(ActionId::RemoveEnded, this, [this] { removeEnded(); });
    m_parts.actions.connectTo(ActionId::ClosePeers, this, [this] { closePeers(); });
    m_parts.actions.connectTo(ActionId::JoinGroup, this, [this] { changeGroup(true); });
    m_parts.actions.connectTo(ActionId::LeaveGroup, this, [this] { changeGroup(false); });
    const auto tools = commandTools();
    for (std::size_t i = 0; i < tools.size(); ++i) {
        m_parts.actions.connectTo(shifted(ActionId::CopyNcat, i), this,
                                  [this, tool = tools[i]] { copyEndpoint(tool); });
        m_parts.actions.connectTo(shifted(ActionId::CopyMessageNcat, i), this,
                                  [this, tool = tools[i]] { copyMessage(tool); });
    }
}

QVector<EndpointId> SocketCommands::targets() const {
    const QVector<EndpointId> selected = m_parts.selected();
    return selected.size() > 1 ? selected : QVector<EndpointId>{m_parts.current()};
}

bool SocketCommands::mayRemove(const QVector<EndpointId>& ids) {
    QStringList open;
    for (const EndpointId id : ids) {
        const EndpointSnapshot* snapshot = m_parts.model.snapshot(id);
        if (snapshot != nullptr && !isEnded(snapshot->state))
            open.append(snapshot->name);
    }
    return open.isEmpty() ||
           m_parts.prompter.confirm(m_window,
                                    open.size() == 1
                                        ? tr("%1 is still open. Close it first?").arg(open.front())
                                        : tr("%1 endpoints are still open. Close them first?").arg(open.size()),
                                    tr("Close"));
}

void SocketCommands::run(DetailsPanel::Command command) {
    const bool isForMany = command != DetailsPanel::Command::Accept && command != DetailsPanel::Command::GoToListener;
    const QVector<EndpointId> ids = isForMany ? targets() : QVector<EndpointId>{m_parts.current()};
    if (command == DetailsPanel::Command::Remove && !mayRemove(ids))
        return;
    for (const EndpointId id : ids) {
        if (const EndpointSnapshot* snapshot = m_parts.model.snapshot(id))
            runOn(*snapshot, command);
    }
}

void SocketCommands::runOn(const EndpointSnapshot& snapshot, DetailsPanel::Command command) {
    Engine& engine = m_parts.engine;
    const EndpointId id = snapshot.id;
    switch (command) {
    case DetailsPanel::Command::ShutDownSending:
        engine.shutDownSending(id);
        break;
    case DetailsPanel::Command::ShutDownReceiving:
        engine.shutDownReceiving(id);
        break;
    case DetailsPanel::Command::Close:
        engine.close(id);
        break;
    case DetailsPanel::Command::Abort:
        engine.abort(id);
        break;
    case DetailsPanel::Command::PauseOrResume:
        engine.setPaused(id, !snapshot.isPaused);
        break;
    case DetailsPanel::Command::Accept:
        engine.acceptOne(id);
        break;
    case DetailsPanel::Command::Remove:
        engine.close(id);
        engine.remove(id);
        break;
    case DetailsPanel::Command::GoToListener:
        if (m_parts.model.snapshot(snapshot.parent) != nullptr)
            emit endpointChosen(snapshot.parent);
        else
            emit complained(snapshot.parent == EndpointId::None
                                ? tr("%1 was not made by a listener.").arg(snapshot.name)
                                : tr("The listener of %1 was removed.").arg(snapshot.name));
        break;
    }
}

void SocketCommands::closePeers() {
    int count = 0;
    for (const EndpointId id : m_parts.model.all()) {
        const EndpointSnapshot* snapshot = m_parts.model.snapshot(id);
        if (snapshot->parent != m_parts.current() || isEnded(snapshot->state))
            continue;
        m_parts.engine.close(id);
        ++count;
    }
    emit complained(count == 0   ? tr("No peer is connected.")
                    : count == 1 ? tr("One peer is being closed.")
                                 : tr("%1 peers are being closed.").arg(count));
}

void SocketCommands::changeOption(const QString& option, const QString& value) {
    m_parts.engine.changeOption(m_parts.current(), option, value);
}

void SocketCommands::rename() {
    const EndpointSnapshot* snapshot = currentSnapshot();
    if (snapshot == nullptr) {
        emit complained(tr("Choose an endpoint to rename."));
        return;
    }
    const EndpointId id = snapshot->id;
    const auto name = m_parts.prompter.ask(m_window, tr("Rename"), tr("Name:"), snapshot->name);
    if (name && !name->trimmed().isEmpty())
        m_parts.engine.rename(id, *name);
}

void SocketCommands::removeEnded() {
    for (const EndpointId id : m_parts.model.all()) {
        const EndpointSnapshot* snapshot = m_parts.model.snapshot(id);
        if (snapshot != nullptr && isEnded(snapshot->state))
            m_parts.engine.remove(id);
    }
}

void SocketCommands::changeGroup(bool join) {
    const EndpointSnapshot* snapshot = currentSnapshot();
    if (snapshot == nullptr || snapshot->kind != EndpointKind::DatagramSocket ||
        !isPlainUdp(snapshot->address.scheme) || isEnded(snapshot->state)) {
        emit complained(tr("Choose an open udp socket: groups are joined and left by those."));
        return;
    }
    const EndpointId id = snapshot->id;
    const QString joined = snapshot->address.values("join").value(0);
    const auto group = m_parts.prompter.ask(
        m_window, join ? tr("Join a multicast group") : tr("Leave a multicast group"),
        tr("Group, or GROUP%INTERFACE, such as 224.0.0.251 or ff02::fb%eth0:"), join ? QString() : joined);
    if (!group || group->trimmed().isEmpty())
        return;
    const auto normal = normaliseOption(*findOption(QStringLiteral("join")), group->trimmed());
    if (!normal)
        emit complained(errorText(normal.error()));
    else if (join)
        m_parts.engine.joinGroup(id, *normal);
    else
        m_parts.engine.leaveGroup(id, *normal);
}

void SocketCommands::toClipboard(const Result<QString>& command) {
    if (!command) {
        emit complained(errorText(command.error()));
        return;
    }
    QApplication::clipboard()->setText(*command);
    const QString first = command->section(QLatin1Char('\n'), 0, 0);
    emit complained(tr("Copied: %1").arg(first == *command ? first : first + QStringLiteral(" …")));
}

void SocketCommands::copyEndpoint(CommandTool tool) {
    const EndpointSnapshot* snapshot = currentSnapshot();
    if (snapshot == nullptr)
        return;
    const CommandTarget target = commandTarget(*snapshot);
    toClipboard(toCommand(tool, target.address, target.role));
}

void SocketCommands::copyMessage(CommandTool tool) {
    const BufferPanel* panel = m_parts.buffers.current();
    const auto place = panel == nullptr ? std::nullopt : panel->view()->placeAtCaret();
    const EndpointSnapshot* snapshot = place ? m_parts.model.snapshot(place->first) : nullptr;
    const auto transcript = place ? m_parts.engine.transcript(place->first) : nullptr;
    if (snapshot == nullptr || transcript == nullptr) {
        emit complained(tr("Click a message in a buffer first."));
        return;
    }
    const RecordView record = TranscriptReader(transcript).at(place->second);
    if (record.header.kind != RecordKind::Received && record.header.kind != RecordKind::Sent) {
        emit complained(tr("This is an event. Click a message that was sent or received."));
        return;
    }
    const CommandTarget target = messageTarget(*snapshot);
    toClipboard(toCommand(tool, target.address, target.role, record.bytes.toByteArray()));
}

} // namespace sw::ui
