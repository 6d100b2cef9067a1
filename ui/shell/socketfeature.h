// SPDX-License-Identifier: MIT
#pragma once

#include "core/payload/commands.h"
#include "ui/inspector/detailspanel.h"
#include "ui/workbench/workbench.h"

namespace sw::ui {

/// What the menu and the details panel do with the current endpoint's socket: close, shut down, accept, options,
/// groups, copy as a command. The UI thread.
class SocketFeature final : public Feature {
    Q_OBJECT

public:
    explicit SocketFeature(Workbench& bench);

    void run(DetailsPanel::Command command);
    void changeOption(const QString& option, const QString& value);
    void rename();

private:
    /// Those that a command is for: what is selected, where that is more than one.
    QVector<EndpointId> targets() const;
    void runOn(const EndpointSnapshot& snapshot, DetailsPanel::Command command);
    bool mayRemove(const QVector<EndpointId>& ids);
    void removeEnded();
    void closePeers();
    void changeGroup(bool join);
    void copyEndpoint(CommandTool tool);
    void copyMessage(CommandTool tool);
    void toClipboard(const Result<QString>& command);
};

/// Where a command has to go so that it does what the endpoint does.
struct CommandTarget {
    Address address;
    Role role = Role::Connect;
};

CommandTarget commandTarget(const EndpointSnapshot& snapshot);
/// Where a message has to be sent so that the endpoint's peer, or the endpoint itself, gets it.
CommandTarget messageTarget(const EndpointSnapshot& snapshot);

} // namespace sw::ui
