// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "core/payload/commands.h"
#include "ui/actions/actions.h"
#include "ui/actions/prompter.h"
#include "ui/endpoints/endpointmodel.h"
#include "ui/inspector/detailspanel.h"

#include <functional>

namespace sw::ui {

class BufferArea;

/// What the menu and the details panel do with the current endpoint's socket: close, shut down, accept, options,
/// groups, copy as a command. The UI thread.
class SocketCommands final : public QObject {
    Q_OBJECT

public:
    struct Parts {
        Engine& engine;
        Prompter& prompter;
        const EndpointModel& model;
        BufferArea& buffers;
        ActionRegistry& actions;
        std::function<EndpointId()> current;
        std::function<QVector<EndpointId>()> selected; ///< in the tree
    };

    SocketCommands(Parts parts, QWidget* window);

    void run(DetailsPanel::Command command);
    void changeOption(const QString& option, const QString& value);
    void rename();
    void removeEnded();
    void closePeers();

signals:
    void complained(const QString& text);
    void endpointChosen(sw::EndpointId id);

private:
    /// Those that a command is for: what is selected, where that is more than one.
    QVector<EndpointId> targets() const;
    void runOn(const EndpointSnapshot& snapshot, DetailsPanel::Command command);
    bool mayRemove(const QVector<EndpointId>& ids);
    void changeGroup(bool join);
    void copyEndpoint(CommandTool tool);
    void copyMessage(CommandTool tool);
    void toClipboard(const Result<QString>& command);
    const EndpointSnapshot* currentSnapshot() const { return m_parts.model.snapshot(m_parts.current()); }

    Parts m_parts;
    QWidget* m_window;
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
