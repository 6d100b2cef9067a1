// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/outputfile.h"
#include "core/workspace/messages.h"

#include <QHash>
#include <QWidget>

class QAction;
class QLabel;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace sw::ui {

class Prompter;

/// The library of saved messages: folders, shortcuts, drag to a message field, sequences. Kept in a text file beside
/// the settings, whose format the manual describes. The UI thread.
class MessagesPanel final : public QWidget {
    Q_OBJECT

public:
    /// `file`: where the library is kept.
    MessagesPanel(QString file, QFont font, Prompter& prompter, QWidget* parent = nullptr);

    const MessageLibrary& library() const { return m_library; }
    /// Replaces all of them, such as by those of a workspace, and saves.
    void setLibrary(const MessageLibrary& library);
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
    void show();
    void load();
    void save();
    bool write(const QString& path, Privacy privacy);
    void edit(const QString& path);
    void remove();
    void send();
    void importFile();
    void exportFile();
    QString currentPath() const;
    QStringList pathsBut(const QString& path) const;
    void updateShortcuts();
    bool store(const SavedMessage& message, const QString& replaced);

    QString m_file;
    QFont m_font;
    Prompter& m_prompter;
    MessageLibrary m_library;
    bool m_isBroken = false; // the file cannot be read: it is not overwritten
    QTreeWidget* m_tree;
    QLabel* m_empty;
    QPushButton* m_send;
    QPushButton* m_edit;
    QPushButton* m_remove;
    QList<QAction*> m_shortcuts;
};

} // namespace sw::ui
