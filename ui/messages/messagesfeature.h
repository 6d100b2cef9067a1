// SPDX-License-Identifier: MIT
#pragma once

#include "ui/messages/messagestore.h"
#include "ui/workbench/workbench.h"

class QToolBar;

namespace sw::ui {

class MessagesPanel;

/// Saved messages: a bar with a button for each, their shortcuts, the panel that edits them, and what is dropped on a
/// message field. The UI thread.
class MessagesFeature final : public Feature {
    Q_OBJECT

public:
    explicit MessagesFeature(Workbench& bench);

    MessageStore& store() { return m_store; }

private:
    MessagesPanel* panel();
    QWidget* makePanel();
    void refresh();
    void updateBar();
    void updateShortcuts();
    void send(const QString& path);
    void play(const SavedMessage& message);
    void saveMessage();
    void drop(BufferPanel& buffer, const QString& path);

    MessageStore m_store;
    PanelDock* m_dock;
    MessagesPanel* m_panel = nullptr;
    QToolBar* m_bar;
    QList<QAction*> m_shortcuts;
};

} // namespace sw::ui
