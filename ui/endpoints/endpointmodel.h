// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/snapshot.h"

#include <QAbstractItemModel>
#include <QHash>
#include <QSet>
#include <QTimer>

#include <array>
#include <memory>
#include <vector>

namespace sw::ui {

/// The endpoints as a tree: connections below their listener, flows below their socket. The UI thread.
class EndpointModel final : public QAbstractItemModel {
    Q_OBJECT

public:
    enum Role { IdRole = Qt::UserRole, SnapshotRole, RatesRole, UnreadRole };
    static constexpr int rateSamples = 40;

    explicit EndpointModel(QObject* parent = nullptr);

    void update(const QVector<EndpointSnapshot>& snapshots);
    void remove(EndpointId id);
    QModelIndex indexOf(EndpointId id) const;
    EndpointId idAt(const QModelIndex& index) const;
    const EndpointSnapshot* snapshot(EndpointId id) const;
    /// All of them in the order of the tree.
    std::vector<EndpointId> all() const;
    /// Records of these endpoints count as read from now on.
    void setVisibleBuffers(const QSet<EndpointId>& ids);

    struct Totals {
        quint64 open = 0;
        quint64 dropped = 0;
        quint64 unrecorded = 0; ///< bytes
        quint64 receivedPerSecond = 0;
        quint64 sentPerSecond = 0;
    };
    Totals totals() const { return m_totals; }

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

signals:
    /// Once a second, after the rates were taken.
    void sampled();

private:
    struct Node {
        EndpointSnapshot snapshot;
        Node* parent = nullptr;
        int row = 0;
        std::vector<Node*> children;
        std::array<quint64, rateSamples> rates{}; // bytes a second, the oldest first
        quint64 lastReceived = 0;
        quint64 lastSent = 0;
        quint64 readRecords = 0;
    };

    void add(const EndpointSnapshot& snapshot);
    void sample();
    bool isUnread(const Node& node) const;
    static QString accessibleText(const EndpointSnapshot& snapshot);
    std::vector<Node*>& siblings(Node* parent) { return parent == nullptr ? m_roots : parent->children; }

    QHash<EndpointId, std::shared_ptr<Node>> m_nodes;
    std::vector<Node*> m_roots;
    QSet<EndpointId> m_visible;
    QTimer m_sampler;
    Totals m_totals;
};

} // namespace sw::ui
