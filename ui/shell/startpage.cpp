// SPDX-License-Identifier: MIT
#include "ui/shell/startpage.h"

#include "ui/style/icons.h"
#include "ui/widgets/controls.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QResizeEvent>
#include <QScrollArea>
#include <QShowEvent>
#include <QVBoxLayout>

namespace sw::ui {

namespace {

constexpr int columnWidth = 330;
constexpr int mostShown = 8;

QLabel* headingLabel(const QString& text, QWidget* parent) {
    QLabel* label = plainLabel(text, parent);
    setHeading(*label);
    return label;
}

} // namespace

StartPage::StartPage(ActionRegistry& actions, Settings& settings, QWidget* parent)
    : QWidget(parent),
      m_actions(actions),
      m_settings(settings) {
    setObjectName(QStringLiteral("startPage"));
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* page = new QWidget(scroll);
    auto* rows = new QVBoxLayout(page);
    rows->setContentsMargins(28, 24, 28, 24);
    rows->setSpacing(14);
    auto* title = new QHBoxLayout;
    auto* picture = new QLabel(page);
    picture->setPixmap(icon(IconId::Application).pixmap(QSize(40, 40)));
    auto* text =
        mutedLabel(tr("Type an address above, such as localhost:8080, and choose Listen or Connect. Nothing is opened "
                      "until you ask for it."),
                   page);
    text->setWordWrap(true);
    title->addWidget(picture);
    title->addWidget(text, 1);
    rows->addLayout(title);
    m_columns = new QBoxLayout(QBoxLayout::LeftToRight);
    QBoxLayout* columns = m_columns;
    columns->setSpacing(28);
    auto* taskColumn = new QWidget(page);
    taskColumn->setMaximumWidth(columnWidth);
    auto* tasks = new QVBoxLayout(taskColumn);
    tasks->setContentsMargins(0, 0, 0, 0);
    tasks->setSpacing(4);
    tasks->addWidget(headingLabel(tr("Start"), page));
    addTask(tasks, tr("Open the talk-server example"), "exampleButton",
            tr("A server that answers each line, and a client beside it"), [this] { emit exampleRequested(); });
    addTask(tasks, tr("An echo server"), "startEcho", tr("On a free port of this machine"),
            [this] { emit serverRequested(QStringLiteral("echo")); });
    addTask(tasks, tr("A relay in front of a server…"), "startRelay", tr("See, delay and change what passes"),
            [this] { m_actions.action(ActionId::OpenRelay)->trigger(); });
    addTask(tasks, tr("A server that misbehaves…"), "startMisbehaving", tr("Is the client as patient as it should be?"),
            [this] { emit misbehavingRequested(); });
    addTask(tasks, tr("Open a recording or capture…"), "startCapture", tr("pcapng, pcap, jsonl, hex dumps"),
            [this] { m_actions.action(ActionId::OpenRecording)->trigger(); });
    addTask(tasks, tr("Open the last session…"), "startLastSession", tr("What was open when the window closed"),
            [this] { m_actions.action(ActionId::LastSession)->trigger(); });
    tasks->addStretch();
    m_recent = new QWidget(page);
    m_recent->setMaximumWidth(columnWidth);
    m_recentRows = new QVBoxLayout(m_recent);
    m_recentRows->setContentsMargins(0, 0, 0, 0);
    m_recentRows->setSpacing(4);
    columns->addWidget(taskColumn, 100);
    columns->addWidget(m_recent, 100);
    columns->addStretch(1);
    rows->addLayout(columns);
    rows->addStretch();
    scroll->setWidget(page);
    outer->addWidget(scroll);
    refresh();
}

void StartPage::addTask(QVBoxLayout* column, const QString& text, const char* name, const QString& what,
                        std::function<void()> run) {
    QPushButton* button = pushButton(text, name, this);
    explain(*button, what);
    button->setProperty("task", true);
    connect(button, &QPushButton::clicked, this, [run = std::move(run)] { run(); });
    column->addWidget(button);
}

void StartPage::refresh() {
    while (QLayoutItem* item = m_recentRows->takeAt(0)) {
        if (QWidget* widget = item->widget()) {
            widget->hide();
            widget->deleteLater(); // it may be what was clicked
        }
        delete item;
    }
    const QStringList addresses = m_settings.recentAddresses().mid(0, mostShown);
    const QStringList workspaces = m_settings.recentWorkspaces().mid(0, mostShown);
    m_recent->setVisible(!addresses.isEmpty() || !workspaces.isEmpty());
    if (!addresses.isEmpty())
        m_recentRows->addWidget(headingLabel(tr("Recent addresses"), m_recent));
    for (const QString& address : addresses)
        addTask(m_recentRows, QString(address).replace(QLatin1Char('&'), QLatin1String("&&")), "recentAddress", address,
                [this, address] { emit addressChosen(address); });
    if (!workspaces.isEmpty())
        m_recentRows->addWidget(headingLabel(tr("Recent workspaces"), m_recent));
    for (const QString& file : workspaces)
        addTask(m_recentRows, QFileInfo(file).fileName().replace(QLatin1Char('&'), QLatin1String("&&")),
                "recentWorkspace", file, [this, file] { emit workspaceChosen(file); });
    m_recentRows->addStretch();
}

/// One column below the other where they have no room side by side.
void StartPage::resizeEvent(QResizeEvent* event) {
    constexpr int sideBySide = 2 * 240;
    m_columns->setDirection(event->size().width() < sideBySide ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    QWidget::resizeEvent(event);
}

void StartPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!event->spontaneous()) // not when the window comes back
        refresh();
}

} // namespace sw::ui
