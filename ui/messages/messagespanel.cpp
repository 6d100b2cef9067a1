// SPDX-License-Identifier: MIT
#include "ui/messages/messagespanel.h"

#include "core/behaviour/source.h"
#include "ui/actions/prompter.h"
#include "ui/messages/messagedialog.h"
#include "ui/messages/messagestore.h"
#include "ui/style/icons.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QDrag>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace sw::ui {

namespace {

constexpr int pathRole = Qt::UserRole;

/// Messages can be dragged to a message field; other programs get their steps as text.
class MessageTree final : public QTreeWidget {
public:
    explicit MessageTree(QWidget* parent) : QTreeWidget(parent) {
        setDragEnabled(true);
        setDragDropMode(QAbstractItemView::DragOnly);
    }

protected:
    QMimeData* mimeData(const QList<QTreeWidgetItem*>& items) const override {
        auto* mime = new QMimeData;
        if (!items.isEmpty()) {
            mime->setData(QString::fromLatin1(MessagesPanel::mimeType),
                          items.constFirst()->data(0, pathRole).toString().toUtf8());
            mime->setText(items.constFirst()->text(1));
        }
        return mime;
    }
};

} // namespace

MessagesPanel::MessagesPanel(MessageStore& store, QFont font, Prompter& prompter, QWidget* parent)
    : QWidget(parent),
      m_store(store),
      m_font(std::move(font)),
      m_prompter(prompter) {
    setObjectName(QStringLiteral("messagesPanel"));
    build();
    connect(&m_store, &MessageStore::changed, this, &MessagesPanel::refresh);
    refresh();
}

void MessagesPanel::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 6);
    m_empty = mutedLabel(
        tr("Nothing is saved yet. “Save Message” (Ctrl+Shift+S) keeps what stands in the message field."), this);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_tree = new MessageTree(this);
    nameWidget(m_tree, "savedMessages", tr("Saved messages"));
    m_tree->setHeaderLabels({tr("Name"), tr("Sends"), tr("Shortcut"), QString()});
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_tree->setColumnWidth(0, 190);
    m_tree->installEventFilter(this);
    layout->addWidget(m_empty);
    layout->addWidget(m_tree, 1);
    auto* row = new QHBoxLayout;
    m_send = pushButton(tr("Send"), "sendSavedButton", this);
    m_send->setToolTip(tr("To the current endpoint; Return or a double click do the same"));
    auto* add = pushButton(tr("New…"), "newMessageButton", this);
    m_edit = pushButton(tr("Edit…"), "editMessageButton", this);
    m_remove = pushButton(tr("Remove"), "removeMessageButton", this);
    auto* import = pushButton(tr("Import…"), "importMessagesButton", this);
    auto* exportButton = pushButton(tr("Export…"), "exportMessagesButton", this);
    for (QPushButton* button : {m_send, add, m_edit, m_remove, import, exportButton})
        row->addWidget(button);
    row->addStretch();
    layout->addLayout(row);
    connect(m_send, &QPushButton::clicked, this, [this] { send(currentPath()); });
    connect(add, &QPushButton::clicked, this, [this] { edit({}); });
    connect(m_edit, &QPushButton::clicked, this, [this] { edit(currentPath()); });
    connect(m_remove, &QPushButton::clicked, this, &MessagesPanel::remove);
    connect(import, &QPushButton::clicked, this, &MessagesPanel::importFile);
    connect(exportButton, &QPushButton::clicked, this, &MessagesPanel::exportFile);
    connect(m_tree, &QTreeWidget::itemDoubleClicked, this, [this] { send(currentPath()); });
    connect(m_tree, &QTreeWidget::currentItemChanged, this, [this] {
        const bool isMessage = !currentPath().isEmpty();
        m_send->setEnabled(isMessage);
        m_edit->setEnabled(isMessage);
        m_remove->setEnabled(isMessage);
    });
}

void MessagesPanel::refresh() {
    const QString current = currentPath();
    m_tree->clear();
    QHash<QString, QTreeWidgetItem*> folders;
    const auto folderItem = [&](const QString& path) -> QTreeWidgetItem* {
        QTreeWidgetItem* parent = nullptr;
        QString sofar;
        for (const QString& part : path.split(QLatin1Char('/'), Qt::SkipEmptyParts)) {
            sofar += QLatin1Char('/') + part;
            QTreeWidgetItem*& item = folders[sofar];
            if (item == nullptr) {
                item = parent == nullptr ? new QTreeWidgetItem(m_tree, {part}) : new QTreeWidgetItem(parent, {part});
                item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
                item->setExpanded(true);
            }
            parent = item;
        }
        return parent;
    };
    for (const SavedMessage& message : m_store.library().messages) {
        QStringList steps;
        for (const MessageStep& step : message.steps)
            steps.append(message.steps.size() == 1 ? step.source() : step.format());
        const QStringList texts{message.name, steps.join(QStringLiteral(" · ")),
                                QKeySequence(message.shortcut).toString(QKeySequence::NativeText)};
        QTreeWidgetItem* folder = folderItem(message.folder);
        auto* item = folder == nullptr ? new QTreeWidgetItem(m_tree, texts) : new QTreeWidgetItem(folder, texts);
        item->setData(0, pathRole, message.path());
        item->setToolTip(1, plainToolTip(steps.join(QLatin1Char('\n'))));
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled);
        addSendButton(item, message.path());
        if (message.path() == current)
            m_tree->setCurrentItem(item);
    }
    if (!m_store.problem().isEmpty())
        m_empty->setText(m_store.problem());
    m_empty->setVisible(m_store.library().messages.isEmpty());
    m_tree->setVisible(!m_store.library().messages.isEmpty());
    m_send->setEnabled(!currentPath().isEmpty());
    m_edit->setEnabled(!currentPath().isEmpty());
    m_remove->setEnabled(!currentPath().isEmpty());
}

/// Sending is one click away, whichever row is the current one.
void MessagesPanel::addSendButton(QTreeWidgetItem* item, const QString& path) {
    QToolButton* button = toolButton(icon(IconId::Send), "sendRowButton", tr("Send “%1”").arg(path), m_tree);
    explain(*button, tr("Send “%1” to the current endpoint").arg(path));
    button->setFocusPolicy(Qt::NoFocus); // Return sends the row from the keyboard
    button->setAutoRaise(true);
    connect(button, &QToolButton::clicked, this, [this, path] { send(path); });
    m_tree->setItemWidget(item, 3, button);
}

QString MessagesPanel::currentPath() const {
    const QTreeWidgetItem* item = m_tree->currentItem();
    return item == nullptr ? QString() : item->data(0, pathRole).toString();
}

QStringList MessagesPanel::pathsBut(const QString& path) const {
    QStringList paths;
    for (const SavedMessage& one : m_store.library().messages) {
        if (one.path() != path)
            paths.append(one.path());
    }
    return paths;
}

void MessagesPanel::addMessage(const MessageStep& step, LineEnding ending, const QString& encoding) {
    qsizetype number = m_store.library().messages.size() + 1;
    while (m_store.library().find(tr("message %1").arg(number)) != nullptr)
        ++number;
    auto* dialog = new MessageDialog(
        {.name = tr("message %1").arg(number), .ending = ending, .encoding = encoding, .steps = {step}}, m_font,
        pathsBut({}), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_store.store(dialog->message()); });
    dialog->open();
}

void MessagesPanel::edit(const QString& path) {
    const SavedMessage* message = m_store.library().find(path);
    auto* dialog = new MessageDialog(message == nullptr ? SavedMessage{} : *message, m_font, pathsBut(path), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, path] { m_store.store(dialog->message(), path); });
    dialog->open();
}

void MessagesPanel::remove() {
    const QString path = currentPath();
    if (path.isEmpty() || !m_prompter.confirm(this, tr("Remove the message “%1”?").arg(path), tr("Remove")))
        return;
    m_store.remove(path);
}

void MessagesPanel::send(const QString& path) {
    if (const SavedMessage* message = m_store.library().find(path))
        emit sendRequested(*message);
}

void MessagesPanel::importFile() {
    const QString path = m_prompter.fileToRead(this, tr("Import messages"), tr("Messages (*.messages);;All files (*)"));
    if (path.isEmpty())
        return;
    const auto text = readTextFile(path, tr("messages"));
    const auto library = text ? MessageLibrary::parse(*text) : tl::unexpected(text.error());
    if (!library) {
        m_prompter.tell(this, tr("Import messages"), errorText(library.error()));
        return;
    }
    MessageLibrary all = m_store.library();
    int added = 0;
    for (const SavedMessage& message : library->messages) {
        if (all.find(message.path()) != nullptr)
            continue; // those that are here stay
        all.messages.append(message);
        ++added;
    }
    m_store.setLibrary(all);
    emit complained(tr("%1 messages added, %2 were here already.").arg(added).arg(library->messages.size() - added));
}

void MessagesPanel::exportFile() {
    const QString path = m_prompter.fileToWrite(this, tr("Export messages"), QStringLiteral("library.messages"),
                                                tr("Messages (*.messages)"));
    if (path.isEmpty())
        return;
    if (m_store.writeTo(path))
        emit complained(
            m_store.library().messages.size() == 1
                ? tr("1 message saved in %1.").arg(path)
                : tr("%1 messages saved in %2.").arg(QString::number(m_store.library().messages.size()), path));
}

bool MessagesPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_tree && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            send(currentPath());
            return true;
        }
        if (key == Qt::Key_Delete) {
            remove();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace sw::ui
