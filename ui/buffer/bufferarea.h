// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/ids.h"
#include "core/endpoint/snapshot.h"

#include <QSet>
#include <QSplitter>

#include <functional>

class QMenu;
class QTabWidget;

namespace sw::ui {

class BufferPanel;

/// Buffers in tabs, side by side when split. What was used last is the current one.
class BufferArea final : public QSplitter {
    Q_OBJECT

public:
    using MakePanel = std::function<BufferPanel*(EndpointId)>;

    explicit BufferArea(MakePanel makePanel, QWidget* parent = nullptr);
    ~BufferArea() override;
    BufferArea(const BufferArea&) = delete;
    BufferArea& operator=(const BufferArea&) = delete;
    BufferArea(BufferArea&&) = delete;
    BufferArea& operator=(BufferArea&&) = delete;

    /// Shows the endpoint's buffer, opening it in the current group if it is not there yet.
    BufferPanel* open(EndpointId id);
    std::vector<BufferPanel*> panels() const;
    /// Adds a buffer that is of no single endpoint.
    void add(BufferPanel* panel);
    BufferPanel* current() const;
    bool isEmpty() const;
    void update(const QVector<EndpointSnapshot>& snapshots);
    /// Closes the buffers of an endpoint that is gone.
    void forget(EndpointId id);
    void closeCurrent();
    /// The buffers of the current group but the current one and those that are pinned.
    void closeOthers();
    /// Pins the current buffer, or lets it go.
    void pinCurrent();
    /// Puts the current buffer beside the others.
    void split();
    void next();
    /// Endpoints whose buffers can be seen now.
    QSet<EndpointId> visible() const;

signals:
    void currentChanged();
    void emptied();
    /// The menu of the current buffer's tab is wanted, at a place of the screen.
    void menuRequested(const QPoint& place);

private:
    QTabWidget* addGroup();
    QTabWidget* currentGroup() const;
    void markUnverified(const EndpointSnapshot& snapshot);
    void closeTab(QTabWidget* group, int index);
    void listTabs(QTabWidget& group, QMenu& menu);
    void addPanel(QTabWidget* group, BufferPanel* panel);
    void setCurrentGroup(QTabWidget* group);
    MakePanel m_makePanel;
    QTabWidget* m_current = nullptr;
};

} // namespace sw::ui
