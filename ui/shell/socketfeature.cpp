// SPDX-License-Identifier: MIT
#include "ui/shell/socketfeature.h"

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

SocketFeature::SocketFeature(Workbench& bench) : Feature(bench) {
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
        on(id, [this, what = command] { run(what); });
    on(ActionId::RenameEndpoint, [this] { rename(); });
    on(ActionId::RemoveEnded, [this] { removeEnded(); });
    on(ActionId::ClosePeers, [this] { closePeers(); });
    on(ActionId::JoinGroup, [this] { changeGroup(true); });
    on(ActionId::LeaveGroup, [this] { changeGroup(false); });
    const auto tools = commandTools();
    for (std::size_t i = 0; i < tools.size(); ++i) {
        on(shifted(ActionId::CopyNcat, i), [this, tool = tools[i]] { copyEndpoint(tool); });
        on(shifted(ActionId::CopyMessageNcat, i), [this, tool = tools[i]] { copyMessage(tool); });
    }
}

QVector<EndpointId> SocketFeature::targets() const {
    const QVector<EndpointId> selected = bench().selected();
    return selected.size() > 1 ? selected : QVector<EndpointId>{bench().current()};
}

bool SocketFeature::mayRemove(const QVector<EndpointId>& ids) {
    QStringList open;
    for (const EndpointId id : ids) {
        const EndpointSnapshot* snapshot = bench().model().snapshot(id);
        if (snapshot != nullptr && !isEnded(snapshot->state))
            open.append(snapshot->name);
    }
    return open.isEmpty() ||
           bench().prompter().confirm(window(),
                                      open.size() == 1
                                          ? tr("%1 is still open. Close it first?").arg(open.front())
                                          : tr("%1 endpoints are still open. Close them first?").arg(open.size()),
                                      tr("Close"));
}

void SocketFeature::run(DetailsPanel::Command command) {
    const bool isForMany = command != DetailsPanel::Command::Accept && command != DetailsPanel::Command::GoToListener;
    const QVector<EndpointId> ids = isForMany ? targets() : QVector<EndpointId>{bench().current()};
    if (command == DetailsPanel::Command::Remove && !mayRemove(ids))
        return;
    for (const EndpointId id : ids) {
        if (const EndpointSnapshot* snapshot = bench().model().snapshot(id))
            runOn(*snapshot, command);
    }
}

void SocketFeature::runOn(const EndpointSnapshot& snapshot, DetailsPanel::Command command) {
    Engine& engine = bench().engine();
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
        if (bench().model().snapshot(snapshot.parent) != nullptr)
            bench().show(snapshot.parent);
        else
            bench().say(snapshot.parent == EndpointId::None ? tr("%1 was not made by a listener.").arg(snapshot.name)
                                                            : tr("The listener of %1 was removed.").arg(snapshot.name));
        break;
    }
}

void SocketFeature::closePeers() {
    int count = 0;
    for (const EndpointId id : bench().model().all()) {
        const EndpointSnapshot* snapshot = bench().model().snapshot(id);
        if (snapshot->parent != bench().current() || isEnded(snapshot->state))
            continue;
        bench().engine().close(id);
        ++count;
    }
    bench().say(count == 0   ? tr("No peer is connected.")
                : count == 1 ? tr("One peer is being closed.")
                             : tr("%1 peers are being closed.").arg(count));
}

void SocketFeature::changeOption(const QString& option, const QString& value) {
    bench().engine().changeOption(bench().current(), option, value);
}

void SocketFeature::rename() {
    const EndpointSnapshot* snapshot = bench().currentSnapshot();
    if (snapshot == nullptr) {
        bench().say(tr("Choose an endpoint to rename."));
        return;
    }
    const EndpointId id = snapshot->id;
    const auto name = bench().prompter().ask(window(), tr("Rename"), tr("Name:"), snapshot->name);
    if (name && !name->trimmed().isEmpty())
        bench().engine().rename(id, *name);
}

void SocketFeature::removeEnded() {
    for (const EndpointId id : bench().model().all()) {
        const EndpointSnapshot* snapshot = bench().model().snapshot(id);
        if (snapshot != nullptr && isEnded(snapshot->state))
            bench().engine().remove(id);
    }
}

void SocketFeature::changeGroup(bool join) {
    const EndpointSnapshot* snapshot = bench().currentSnapshot();
    if (snapshot == nullptr || snapshot->kind != EndpointKind::DatagramSocket ||
        !isPlainUdp(snapshot->address.scheme) || isEnded(snapshot->state)) {
        bench().say(tr("Choose an open udp socket: groups are joined and left by those."));
        return;
    }
    const EndpointId id = snapshot->id;
    const QString joined = snapshot->address.values("join").value(0);
    const auto group = bench().prompter().ask(
        window(), join ? tr("Join a multicast group") : tr("Leave a multicast group"),
        tr("Group, or GROUP%INTERFACE, such as 224.0.0.251 or ff02::fb%eth0:"), join ? QString() : joined);
    if (!group || group->trimmed().isEmpty())
        return;
    const auto normal = normaliseOption(*findOption(QStringLiteral("join")), group->trimmed());
    if (!normal)
        bench().say(errorText(normal.error()));
    else if (join)
        bench().engine().joinGroup(id, *normal);
    else
        bench().engine().leaveGroup(id, *normal);
}

void SocketFeature::toClipboard(const Result<QString>& command) {
    if (!command) {
        bench().say(errorText(command.error()));
        return;
    }
    QApplication::clipboard()->setText(*command);
    const QString first = command->section(QLatin1Char('\n'), 0, 0);
    bench().say(tr("Copied: %1").arg(first == *command ? first : first + QStringLiteral(" …")));
}

void SocketFeature::copyEndpoint(CommandTool tool) {
    const EndpointSnapshot* snapshot = bench().currentSnapshot();
    if (snapshot == nullptr)
        return;
    const CommandTarget target = commandTarget(*snapshot);
    toClipboard(toCommand(tool, target.address, target.role));
}

void SocketFeature::copyMessage(CommandTool tool) {
    const BufferPanel* panel = bench().buffers().current();
    const auto place = panel == nullptr ? std::nullopt : panel->view()->placeAtCaret();
    const EndpointSnapshot* snapshot = place ? bench().model().snapshot(place->first) : nullptr;
    const auto transcript = place ? bench().engine().transcript(place->first) : nullptr;
    if (snapshot == nullptr || transcript == nullptr) {
        bench().say(tr("Click a message in a buffer first."));
        return;
    }
    const RecordView record = TranscriptReader(transcript).at(place->second);
    if (record.header.kind != RecordKind::Received && record.header.kind != RecordKind::Sent) {
        bench().say(tr("This is an event. Click a message that was sent or received."));
        return;
    }
    const CommandTarget target = messageTarget(*snapshot);
    toClipboard(toCommand(tool, target.address, target.role, record.bytes.toByteArray()));
}

} // namespace sw::ui
