// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "ui/actions/actions.h"
#include "ui/actions/prompter.h"
#include "ui/endpoints/endpointmodel.h"
#include "ui/settings/settings.h"

#include <functional>

class QMenu;

namespace sw::ui {

class BufferArea;
class MessagesPanel;

/// Behaviours, TLS, certificates, load and saved messages: what their menu entries do with the current endpoint. The UI
/// thread.
class ToolCommands final : public QObject {
    Q_OBJECT

public:
    struct Parts {
        Engine& engine;
        Settings& settings;
        Prompter& prompter;
        const EndpointModel& model;
        BufferArea& buffers;
        ActionRegistry& actions;
        MessagesPanel& messages;
        std::function<EndpointId()> current;
    };

    ToolCommands(Parts parts, QWidget* window);

    /// One entry for each misbehaving server; choosing one opens it on a free port of loopback.
    QMenu* misbehavingMenu() const { return m_misbehaving; }
    void saveCertificates(const QByteArray& pem);

signals:
    void complained(const QString& text);
    void openRequested(const sw::Address& address, const QString& behaviour);
    void recordChosen(sw::EndpointId endpoint, qint64 record);

private:
    void startTls();
    void changeBehaviour();
    void editBehaviour();
    void reloadBehaviour();
    void saveMessage();
    void buildMisbehaving();
    /// The endpoint that the current one has its behaviour from.
    EndpointId behaviourOwner() const;

    Parts m_parts;
    QWidget* m_window;
    QMenu* m_misbehaving;
};

} // namespace sw::ui
