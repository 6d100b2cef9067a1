// SPDX-License-Identifier: MIT
#include "ui/endpoints/endpointmodel.h"

#include "core/base/units.h"
#include "core/payload/visibletext.h"
#include "ui/endpoints/statewords.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <algorithm>
#include <functional>

namespace sw::ui {

EndpointModel::EndpointModel(QObject* parent) : QAbstractItemModel(parent) {
    m_sampler.setInterval(std::chrono::seconds(1));
    connect(&m_sampler, &QTimer::timeout, this, &EndpointModel::sample);
    m_sampler.start();
}

void EndpointModel::add(const EndpointSnapshot& snapshot) {
    const auto parentNode = m_nodes.constFind(snapshot.parent);
    Node* parent = parentNode == m_nodes.constEnd() ? nullptr : parentNode->get();
    auto node = std::make_shared<Node>();
    node->snapshot = snapshot;
    node->parent = parent;
    std::vector<Node*>& list = siblings(parent);
    node->row = static_cast<int>(list.size());
    beginInsertRows(parent == nullptr ? QModelIndex() : indexOf(parent->snapshot.id), node->row, node->row);
    list.push_back(node.get());
    m_nodes.insert(snapshot.id, node);
    endInsertRows();
}

void EndpointModel::update(const QVector<EndpointSnapshot>& snapshots) {
    for (const EndpointSnapshot& snapshot : snapshots) {
        const auto known = m_nodes.constFind(snapshot.id);
        if (known == m_nodes.constEnd()) {
            add(snapshot);
            continue;
        }
        Node& node = **known;
        node.snapshot = snapshot;
        const QModelIndex changed = createIndex(node.row, 0, &node);
        emit dataChanged(changed, changed);
    }
    setVisibleBuffers(m_visible);
}

void EndpointModel::remove(EndpointId id) {
    const auto found = m_nodes.constFind(id);
    if (found == m_nodes.constEnd())
        return;
    const std::shared_ptr<Node> node = *found;
    while (!node->children.empty()) // children stay, as endpoints of their own
        remove(node->children.back()->snapshot.id);
    std::vector<Node*>& list = siblings(node->parent);
    beginRemoveRows(node->parent == nullptr ? QModelIndex() : createIndex(node->parent->row, 0, node->parent),
                    node->row, node->row);
    list.erase(list.begin() + node->row);
    for (std::size_t i = static_cast<std::size_t>(node->row); i < list.size(); ++i)
        list[i]->row = static_cast<int>(i);
    m_nodes.remove(id);
    endRemoveRows();
}

QModelIndex EndpointModel::indexOf(EndpointId id) const {
    const auto found = m_nodes.constFind(id);
    return found == m_nodes.constEnd() ? QModelIndex() : createIndex((*found)->row, 0, found->get());
}

EndpointId EndpointModel::idAt(const QModelIndex& index) const {
    return index.isValid() ? static_cast<Node*>(index.internalPointer())->snapshot.id : EndpointId::None;
}

const EndpointSnapshot* EndpointModel::snapshot(EndpointId id) const {
    const auto found = m_nodes.constFind(id);
    return found == m_nodes.constEnd() ? nullptr : &(*found)->snapshot;
}

std::vector<EndpointId> EndpointModel::all() const {
    std::vector<EndpointId> ids;
    const std::function<void(const std::vector<Node*>&)> collect = [&](const std::vector<Node*>& nodes) {
        for (const Node* node : nodes) {
            ids.push_back(node->snapshot.id);
            collect(node->children);
        }
    };
    collect(m_roots);
    return ids;
}

void EndpointModel::setVisibleBuffers(const QSet<EndpointId>& ids) {
    m_visible = ids;
    const auto read = [](Node& node) { node.readRecords = node.snapshot.counters.receivedRecords; };
    for (const EndpointId id : ids) {
        const auto found = m_nodes.constFind(id);
        if (found == m_nodes.constEnd())
            continue;
        read(**found);
        for (Node* child : (*found)->children) // a listener's buffer shows them too
            read(*child);
    }
}

bool EndpointModel::isUnread(const Node& node) const {
    return node.snapshot.counters.receivedRecords > node.readRecords && !m_visible.contains(node.snapshot.id);
}

void EndpointModel::sample() {
    m_totals = {};
    for (const auto& node : std::as_const(m_nodes)) {
        const Counters& counters = node->snapshot.counters;
        const quint64 received = counters.receivedBytes - node->lastReceived;
        const quint64 sent = counters.sentBytes - node->lastSent;
        node->lastReceived = counters.receivedBytes;
        node->lastSent = counters.sentBytes;
        const bool wasQuiet =
            std::all_of(node->rates.begin(), node->rates.end(), [](quint64 rate) { return rate == 0; });
        std::rotate(node->rates.begin(), node->rates.begin() + 1, node->rates.end());
        node->rates.back() = received + sent;
        m_totals.open += isEnded(node->snapshot.state) ? 0 : 1;
        if (node->snapshot.kind != EndpointKind::Flow) { // its socket counts the same bytes
            m_totals.receivedPerSecond += received;
            m_totals.sentPerSecond += sent;
            m_totals.dropped += counters.dropped;
        }
        m_totals.unrecorded += counters.unrecorded;
        if (!wasQuiet || received + sent > 0) {
            const QModelIndex changed = createIndex(node->row, 0, node.get());
            emit dataChanged(changed, changed, {RatesRole});
        }
    }
    emit sampled();
}

QModelIndex EndpointModel::index(int row, int column, const QModelIndex& parent) const {
    const auto& list = parent.isValid() ? static_cast<Node*>(parent.internalPointer())->children : m_roots;
    if (column != 0 || row < 0 || row >= static_cast<int>(list.size()))
        return {};
    return createIndex(row, 0, list[static_cast<std::size_t>(row)]);
}

QModelIndex EndpointModel::parent(const QModelIndex& child) const {
    if (!child.isValid())
        return {};
    Node* parent = static_cast<Node*>(child.internalPointer())->parent;
    return parent == nullptr ? QModelIndex() : createIndex(parent->row, 0, parent);
}

int EndpointModel::rowCount(const QModelIndex& parent) const {
    return static_cast<int>(parent.isValid() ? static_cast<Node*>(parent.internalPointer())->children.size()
                                             : m_roots.size());
}

int EndpointModel::columnCount(const QModelIndex&) const {
    return 1;
}

QString EndpointModel::accessibleText(const EndpointSnapshot& snapshot) {
    return tr("%1, %2, received %3, sent %4%5%6")
        .arg(snapshot.shortName(), stateWord(snapshot.state), formatBytes(snapshot.counters.receivedBytes),
             formatBytes(snapshot.counters.sentBytes),
             snapshot.isReachable ? tr(", reachable from the network") : QString(),
             snapshot.isUnverified() ? tr(", certificate not checked") : QString());
}

QVariant EndpointModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const Node& node = *static_cast<Node*>(index.internalPointer());
    switch (role) {
    case Qt::DisplayRole:
        return node.snapshot.shortName();
    case Qt::AccessibleTextRole:
        return accessibleText(node.snapshot);
    case Qt::ToolTipRole: {
        QString text = describeAddress(node.snapshot.address);
        if (!node.snapshot.closing.isEmpty())
            text += QStringLiteral("\n") + eventText(node.snapshot.closing);
        if (node.snapshot.isReachable)
            text += QStringLiteral("\n") + tr("Reachable from the network: other machines can connect.");
        if (node.snapshot.isUnverified())
            text += QStringLiteral("\n") + tr("The certificate was not checked (verify=off).");
        return plainToolTip(text);
    }
    case IdRole:
        return QVariant::fromValue(node.snapshot.id);
    case SnapshotRole:
        return QVariant::fromValue(node.snapshot);
    case RatesRole: {
        QVariantList rates;
        for (const quint64 rate : node.rates)
            rates.append(rate);
        return rates;
    }
    case UnreadRole:
        return isUnread(node);
    default:
        return {};
    }
}

} // namespace sw::ui
