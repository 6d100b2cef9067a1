// SPDX-License-Identifier: MIT
#include "ui/buffer/bufferarea.h"

#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"
#include "ui/style/icons.h"
#include "ui/widgets/controls.h"

#include <QApplication>
#include <QMenu>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>

namespace sw::ui {

BufferArea::BufferArea(MakePanel makePanel, QWidget* parent) : QSplitter(parent), m_makePanel(std::move(makePanel)) {
    setObjectName(QStringLiteral("bufferArea"));
    setChildrenCollapsible(false);
    setHandleWidth(1);
    m_current = addGroup();
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        for (int i = 0; i < count(); ++i) {
            if (now != nullptr && widget(i)->isAncestorOf(now))
                setCurrentGroup(static_cast<QTabWidget*>(widget(i)));
        }
    });
}

BufferArea::~BufferArea() {
    disconnect(qApp, nullptr, this, nullptr); // the focus moves once more while our children go
}

QTabWidget* BufferArea::addGroup() {
    auto* group = new QTabWidget(this);
    nameWidget(group, "bufferTabs", tr("Buffers"));
    group->setTabsClosable(true);
    group->setMovable(true);
    group->setDocumentMode(true);
    group->setElideMode(Qt::ElideNone); // names stay; the bar scrolls, and has a list
    group->tabBar()->setExpanding(false);
    group->tabBar()->setAccessibleName(tr("Buffer tabs"));
    connect(group, &QTabWidget::currentChanged, this, &BufferArea::currentChanged);
    connect(group, &QTabWidget::tabCloseRequested, this, [this, group](int index) { closeTab(group, index); });
    auto* list = new QToolButton(group); // of tabs that may have no room
    list->setIcon(icon(IconId::Next));
    list->setAutoRaise(true);
    list->setPopupMode(QToolButton::InstantPopup);
    list->setFocusPolicy(Qt::TabFocus);
    nameWidget(list, "tabList", tr("List of buffers"));
    list->setMenu(new QMenu(list));
    connect(list->menu(), &QMenu::aboutToShow, this, [this, group, list] { listTabs(*group, *list->menu()); });
    group->setCornerWidget(list);
    group->tabBar()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(group->tabBar(), &QTabBar::customContextMenuRequested, this, [this, group](const QPoint& place) {
        if (const int index = group->tabBar()->tabAt(place); index >= 0)
            group->setCurrentIndex(index);
        setCurrentGroup(group);
        emit menuRequested(group->tabBar()->mapToGlobal(place));
    });
    addWidget(group);
    return group;
}

QTabWidget* BufferArea::currentGroup() const {
    return m_current;
}

void BufferArea::setCurrentGroup(QTabWidget* group) {
    if (group == m_current)
        return;
    m_current = group;
    emit currentChanged();
}

std::vector<BufferPanel*> BufferArea::panels() const {
    std::vector<BufferPanel*> all;
    for (int i = 0; i < count(); ++i) {
        const auto* group = static_cast<QTabWidget*>(widget(i));
        for (int tab = 0; tab < group->count(); ++tab)
            all.push_back(static_cast<BufferPanel*>(group->widget(tab)));
    }
    return all;
}

void BufferArea::addPanel(QTabWidget* group, BufferPanel* panel) {
    const auto label = [](QString text) {
        constexpr qsizetype most = 30;
        if (text.size() > most)
            text = text.left(most / 2) + QChar(0x2026) + text.right(most / 2);
        return text.replace(QLatin1Char('&'), QLatin1String("&&")); // it would become a mnemonic
    };
    const int index = group->addTab(panel, label(panel->tabText()));
    group->setTabToolTip(index, plainToolTip(panel->title()));
    connect(panel, &BufferPanel::titleChanged, group, [group, panel, label](const QString& title) {
        group->setTabText(group->indexOf(panel), label(title));
        group->setTabToolTip(group->indexOf(panel), plainToolTip(title));
    });
    group->setCurrentWidget(panel);
}

BufferPanel* BufferArea::open(EndpointId id) {
    for (BufferPanel* panel : panels()) {
        if (panel->endpoint() != id || panel->isMerged())
            continue;
        auto* group = static_cast<QTabWidget*>(panel->parentWidget()->parentWidget());
        group->setCurrentWidget(panel);
        setCurrentGroup(group);
        return panel;
    }
    BufferPanel* panel = m_makePanel(id);
    addPanel(currentGroup(), panel);
    emit currentChanged();
    return panel;
}

void BufferArea::add(BufferPanel* panel) {
    addPanel(currentGroup(), panel);
    emit currentChanged();
}

BufferPanel* BufferArea::current() const {
    return static_cast<BufferPanel*>(currentGroup()->currentWidget());
}

bool BufferArea::isEmpty() const {
    return panels().empty();
}

void BufferArea::update(const QVector<EndpointSnapshot>& snapshots) {
    for (BufferPanel* panel : panels())
        panel->update(snapshots);
    for (const EndpointSnapshot& snapshot : snapshots) {
        markUnverified(snapshot);
    }
}

/// An override of the certificate's check stays visible where the buffer is chosen.
void BufferArea::markUnverified(const EndpointSnapshot& snapshot) {
    for (int i = 0; i < count(); ++i) {
        auto* group = static_cast<QTabWidget*>(widget(i));
        for (int tab = 0; tab < group->count(); ++tab) {
            const auto* panel = static_cast<BufferPanel*>(group->widget(tab));
            const bool isMarked = !group->tabIcon(tab).isNull();
            if (panel->endpoint() != snapshot.id || panel->isMerged() || isMarked == snapshot.isUnverified())
                continue;
            group->setTabIcon(tab, isMarked ? QIcon() : icon(IconId::Unverified));
            const QString why =
                isMarked ? QString() : QLatin1Char('\n') + tr("The certificate was not checked (verify=off).");
            group->setTabToolTip(tab, plainToolTip(panel->title() + why));
        }
    }
}

void BufferArea::closeTab(QTabWidget* group, int index) {
    if (index < 0)
        return;
    QWidget* panel = group->widget(index);
    const bool hadFocus = panel->isAncestorOf(QApplication::focusWidget());
    group->removeTab(index);
    panel->deleteLater();
    if (group->count() == 0 && count() > 1) {
        group->hide();
        group->setParent(nullptr);
        group->deleteLater();
        m_current = static_cast<QTabWidget*>(widget(0));
    }
    emit currentChanged();
    if (isEmpty())
        emit emptied();
    else if (hadFocus)
        current()->view()->setFocus();
}

void BufferArea::listTabs(QTabWidget& group, QMenu& menu) {
    menu.clear();
    for (int i = 0; i < group.count(); ++i) {
        QAction* action = menu.addAction(group.tabText(i));
        action->setCheckable(true);
        action->setChecked(i == group.currentIndex());
        connect(action, &QAction::triggered, &group, [&group, i] { group.setCurrentIndex(i); });
    }
}

void BufferArea::closeOthers() {
    QTabWidget* group = currentGroup();
    for (int i = group->count() - 1; i >= 0; --i) {
        const auto* panel = static_cast<BufferPanel*>(group->widget(i));
        if (panel != current() && !panel->isPinned())
            closeTab(group, i);
    }
}

void BufferArea::pinCurrent() {
    if (BufferPanel* panel = current())
        panel->setPinned(!panel->isPinned());
}

void BufferArea::forget(EndpointId id) {
    for (BufferPanel* panel : panels()) {
        if (panel->endpoint() == id && !panel->isMerged()) {
            auto* group = static_cast<QTabWidget*>(panel->parentWidget()->parentWidget());
            closeTab(group, group->indexOf(panel));
        }
    }
}

void BufferArea::closeCurrent() {
    closeTab(currentGroup(), currentGroup()->currentIndex());
}

void BufferArea::split() {
    QTabWidget* from = currentGroup();
    if (from->count() < 2)
        return; // nothing would be left beside it
    BufferPanel* panel = current();
    from->removeTab(from->indexOf(panel));
    QTabWidget* group = addGroup();
    addPanel(group, panel);
    panel->show();
    m_current = group;
    QList<int> even;
    for (int i = 0; i < count(); ++i)
        even.append(1000);
    setSizes(even);
    emit currentChanged();
}

void BufferArea::next() {
    QTabWidget* group = currentGroup();
    if (group->currentIndex() + 1 < group->count()) {
        group->setCurrentIndex(group->currentIndex() + 1);
        return;
    }
    auto* following = static_cast<QTabWidget*>(widget((indexOf(group) + 1) % count()));
    if (following->count() > 0)
        following->setCurrentIndex(0);
    setCurrentGroup(following);
}

QSet<EndpointId> BufferArea::visible() const {
    QSet<EndpointId> ids;
    for (int i = 0; i < count(); ++i) {
        if (auto* panel = static_cast<BufferPanel*>(static_cast<QTabWidget*>(widget(i))->currentWidget()))
            ids.insert(panel->endpoint());
    }
    return ids;
}

} // namespace sw::ui
