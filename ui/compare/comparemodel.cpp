// SPDX-License-Identifier: MIT
#include "ui/compare/comparemodel.h"

#include "core/payload/visibletext.h"

#include <algorithm>

namespace sw::ui {

namespace {

constexpr qsizetype shownBytes = 600;

bool differs(const ComparedRow& row) {
    return row.kind != DifferenceKind::Same && row.kind != DifferenceKind::SameMasked;
}

VisibleText visibleStart(QByteArrayView bytes) {
    const QByteArrayView start = bytes.first(std::min(bytes.size(), shownBytes));
    return toVisibleText(start, {}, bytes.sliced(start.size()));
}

/// The text up to a place of it, with the pictures of controls, which are too small to be read in a table, as `[NUL]`.
QString expanded(const VisibleText& visible, qsizetype end) {
    QString text;
    for (const VisibleText::Piece& piece : visible.pieces) {
        const qsizetype length = std::min<qsizetype>(piece.textLength, end - piece.textStart);
        if (length <= 0)
            break;
        const QString part = visible.text.mid(piece.textStart, length);
        const QString name = piece.kind == PieceKind::Control ? controlName(part.at(0)) : QString();
        text += name.isEmpty() ? part : QLatin1Char('[') + name + QLatin1Char(']');
    }
    return text;
}

QString shownText(QByteArrayView bytes) {
    while (bytes.endsWith('\n') || bytes.endsWith('\r'))
        bytes.chop(1);
    return expanded(visibleStart(bytes), shownBytes * 4);
}

} // namespace

std::size_t Comparison::differences() const {
    return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), differs));
}

CompareModel::CompareModel(QObject* parent) : QAbstractTableModel(parent) {}

void CompareModel::setComparison(std::shared_ptr<const Comparison> comparison, const QString& left,
                                 const QString& right) {
    beginResetModel();
    m_comparison = std::move(comparison);
    m_left = left;
    m_right = right;
    endResetModel();
}

int CompareModel::nextDifference(int row, int direction) const {
    for (row += direction; row >= 0 && row < rowCount(); row += direction) {
        if (differs(m_comparison->rows[static_cast<std::size_t>(row)]))
            return row;
    }
    return -1;
}

int CompareModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_comparison->rows.size());
}

int CompareModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : 2;
}

const ComparedMessage* CompareModel::messageAt(const QModelIndex& index) const {
    const ComparedRow& row = m_comparison->rows[static_cast<std::size_t>(index.row())];
    const auto& place = index.column() == 0 ? row.left : row.right;
    if (!place)
        return nullptr;
    return &(index.column() == 0 ? m_comparison->left : m_comparison->right)[*place];
}

QVariant CompareModel::data(const QModelIndex& index, int role) const {
    const ComparedRow& row = m_comparison->rows[static_cast<std::size_t>(index.row())];
    const ComparedMessage* message = messageAt(index);
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        if (message == nullptr)
            return QString();
        return QString((message->direction == RecordKind::Sent ? QStringLiteral("▸ ") : QStringLiteral("◂ ")) +
                       shownText(message->bytes));
    case KindRole:
        return static_cast<int>(row.kind);
    case DifferenceRole: // where in the text the difference begins
        if (row.kind != DifferenceKind::Changed || message == nullptr)
            return -1;
        {
            const VisibleText visible = visibleStart(message->bytes);
            return static_cast<int>(2 + expanded(visible, visible.textAt(row.firstDifference)).size());
        }
    default:
        return {};
    }
}

QVariant CompareModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole)
        return {};
    if (orientation == Qt::Vertical)
        return section + 1;
    return section == 0 ? m_left : m_right;
}

} // namespace sw::ui
