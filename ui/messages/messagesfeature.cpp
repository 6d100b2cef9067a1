// SPDX-License-Identifier: MIT
#include "ui/messages/messagesfeature.h"

#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/composer/composer.h"
#include "ui/messages/messagespanel.h"
#include "ui/style/icons.h"
#include "ui/widgets/controls.h"
#include "ui/workbench/paneldock.h"

#include <QMainWindow>
#include <QToolBar>

namespace sw::ui {

namespace {
constexpr int panelHeight = 260; // pixels
constexpr int longestName = 24;  // characters of a button
} // namespace

MessagesFeature::MessagesFeature(Workbench& bench)
    : Feature(bench),
      m_store(bench.settings().fileBeside(QStringLiteral("library.messages")), this),
      m_dock(bench.addPanel(tr("Saved messages"), "messagesDock", Qt::BottomDockWidgetArea,
                            [this] { return makePanel(); })),
      m_bar(new QToolBar(tr("Saved messages bar"), &bench.window())) {
    m_bar->setObjectName(QStringLiteral("messagesBar"));
    m_bar->setAccessibleName(tr("Saved messages bar"));
    m_bar->setMovable(false);
    m_bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bench.window().addToolBar(Qt::BottomToolBarArea, m_bar);
    on(ActionId::SavedMessages, [this] {
        m_dock->reveal(panelHeight);
        m_panel->setFocus();
    });
    on(ActionId::SaveMessage, [this] { saveMessage(); });
    connect(&m_store, &MessageStore::complained, &bench, &Workbench::say);
    connect(&m_store, &MessageStore::changed, this, &MessagesFeature::refresh);
    connect(&bench, &Workbench::bufferMade, this, [this](BufferPanel* buffer) {
        connect(buffer->composer(), &Composer::messageDropped, this,
                [this, buffer](const QString& path) { drop(*buffer, path); });
    });
    refresh();
}

QWidget* MessagesFeature::makePanel() {
    m_panel = new MessagesPanel(m_store, bench().settings().bufferFont(), bench().prompter(), m_dock);
    connect(m_panel, &MessagesPanel::sendRequested, this, &MessagesFeature::play);
    connect(m_panel, &MessagesPanel::complained, &bench(), &Workbench::say);
    return m_panel;
}

MessagesPanel* MessagesFeature::panel() {
    m_dock->build();
    return m_panel;
}

void MessagesFeature::refresh() {
    updateBar();
    updateShortcuts();
}

/// What has no room is in the menu at the bar's end.
void MessagesFeature::updateBar() {
    qDeleteAll(m_bar->actions());
    for (const SavedMessage& message : m_store.library().messages) {
        QString text =
            message.name.size() > longestName ? message.name.left(longestName) + QStringLiteral("…") : message.name;
        QAction* action = m_bar->addAction(icon(IconId::Send), text.replace(QLatin1Char('&'), QLatin1String("&&")));
        action->setObjectName(QStringLiteral("sendSaved"));
        const QString keys = QKeySequence(message.shortcut).toString(QKeySequence::NativeText);
        action->setToolTip(plainToolTip(tr("Send “%1” to the current endpoint").arg(message.path()) +
                                        (keys.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(keys))));
        connect(action, &QAction::triggered, this, [this, path = message.path()] { send(path); });
    }
    const bool isEmpty = m_store.library().messages.isEmpty();
    if (m_bar->toggleViewAction()->isEnabled() == isEmpty) // otherwise it is as the user wants it
        m_bar->setVisible(!isEmpty);
    m_bar->toggleViewAction()->setEnabled(!isEmpty);
}

void MessagesFeature::updateShortcuts() {
    qDeleteAll(m_shortcuts);
    m_shortcuts.clear();
    for (const SavedMessage& message : m_store.library().messages) {
        if (message.shortcut.isEmpty())
            continue;
        auto* action = new QAction(this);
        action->setShortcut(QKeySequence(message.shortcut, QKeySequence::PortableText));
        action->setShortcutContext(Qt::WindowShortcut);
        connect(action, &QAction::triggered, this, [this, path = message.path()] { send(path); });
        bench().window().addAction(action);
        m_shortcuts.append(action);
    }
}

void MessagesFeature::send(const QString& path) {
    if (const SavedMessage* found = m_store.library().find(path))
        play(*found);
}

void MessagesFeature::play(const SavedMessage& message) {
    BufferPanel* buffer = bench().buffers().current();
    if (buffer == nullptr)
        bench().say(tr("Open the buffer of the endpoint that “%1” is to be sent to.").arg(message.name));
    else
        buffer->composer()->play(message);
}

void MessagesFeature::saveMessage() {
    BufferPanel* buffer = bench().buffers().current();
    const auto step = buffer == nullptr ? std::nullopt : buffer->composer()->step();
    if (!step)
        bench().say(tr("Write a message first; files cannot be saved as messages."));
    else
        panel()->addMessage(*step, buffer->composer()->lineEnding(), buffer->composer()->encoding());
}

void MessagesFeature::drop(BufferPanel& buffer, const QString& path) {
    const SavedMessage* message = m_store.library().find(path);
    if (message == nullptr || message->isSequence())
        bench().say(tr("A sequence is sent from Saved Messages."));
    else
        buffer.composer()->setDraft(message->steps.constFirst().format());
}

} // namespace sw::ui
