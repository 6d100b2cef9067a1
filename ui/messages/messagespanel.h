// SPDX-License-Identifier: MIT
#pragma once

#include "core/workspace/messages.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace sw::ui {

class MessageStore;
class Prompter;

/// The saved messages in their folders: sent by a button in each row, edited, dragged to a message field. The UI
/// thread.
class MessagesPanel final : public QWidget {
    Q_OBJECT

public:
    MessagesPanel(MessageStore& store, QFont font, Prompter& prompter, QWidget* parent = nullptr);

    /// Asks for a name and adds a message of one step.
    void addMessage(const MessageStep& step, LineEnding ending, const QString& encoding);
    /// The path that a drag carries.
    static constexpr const char* mimeType = "application/x-socketwright-message";

signals:
    /// To be sent to the current endpoint.
    void sendRequested(const sw::SavedMessage& message);
    void complained(const QString& text);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void build();
    void refresh();
    void addSendButton(QTreeWidgetItem* item, const QString& path);
    void edit(const QString& path);
    void remove();
    void send(const QString& path);
    void importFile();
    void exportFile();
    QString currentPath() const;
    QStringList pathsBut(const QString& path) const;

    MessageStore& m_store;
    QFont m_font;
    Prompter& m_prompter;
    QTreeWidget* m_tree;
    QLabel* m_empty;
    QPushButton* m_send;
    QPushButton* m_edit;
    QPushButton* m_remove;
};

} // namespace sw::ui
