// SPDX-License-Identifier: MIT
#include "ui/endpoints/endpointdelegate.h"

#include "core/base/units.h"
#include "ui/endpoints/endpointlabel.h"
#include "ui/endpoints/endpointmodel.h"
#include "ui/endpoints/statewords.h"
#include "ui/style/icons.h"
#include "ui/style/theme.h"

#include <QPainter>

#include <algorithm>

namespace sw::ui {

namespace {

constexpr int sparkWidth = 36;
constexpr int sideWidth = 84;
constexpr int glyphWidth = 17;

void paintSparkline(QPainter& painter, const QRectF& area, const QVariantList& rates, const QColor& color) {
    qreal highest = 0;
    for (const QVariant& rate : rates)
        highest = std::max(highest, rate.toReal());
    QPolygonF line;
    for (qsizetype i = 0; i < rates.size(); ++i) {
        const qreal share = highest > 0 ? rates.at(i).toReal() / highest : 0;
        line.append({area.left() + area.width() * static_cast<qreal>(i) / static_cast<qreal>(rates.size() - 1),
                     area.bottom() - share * area.height()});
    }
    painter.setPen(QPen(color, 1.2));
    painter.drawPolyline(line);
}

QString sideText(const EndpointSnapshot& snapshot) {
    if (snapshot.kind == EndpointKind::Listener && snapshot.waiting.value_or(0) > 0)
        return EndpointDelegate::tr("%1 waiting").arg(*snapshot.waiting);
    if (snapshot.kind == EndpointKind::Recording)
        return {};
    if (snapshot.kind == EndpointKind::Listener)
        return snapshot.counters.connections == 1 ? EndpointDelegate::tr("1 peer")
                                                  : EndpointDelegate::tr("%1 peers").arg(snapshot.counters.connections);
    return formatBytes(snapshot.counters.receivedBytes + snapshot.counters.sentBytes);
}

QString secondLine(const EndpointSnapshot& snapshot) {
    if (snapshot.state == EndpointState::Failed && snapshot.error)
        return errorName(snapshot.error->id);
    if (snapshot.kind == EndpointKind::Recording)
        return EndpointDelegate::tr("recording");
    if (snapshot.isRecovered)
        return snapshot.local.isEmpty() ? EndpointDelegate::tr("recorded")
                                        : QString(snapshot.local + QStringLiteral(" → ") + snapshot.peer);
    if (snapshot.behaviour == QLatin1String("relay"))
        return EndpointDelegate::tr("to the target");
    if (snapshot.parent != EndpointId::None && snapshot.behaviour.startsWith(QLatin1String("relay=")))
        return EndpointDelegate::tr("relayed");
    const bool hasBehaviour = !snapshot.behaviour.isEmpty() && snapshot.behaviour != QLatin1String("manual");
    QStringList parts;
    if (snapshot.parent == EndpointId::None)
        parts.append(schemeName(snapshot.address.scheme));
    if (hasBehaviour)
        parts.append(snapshot.behaviour);
    if (snapshot.isNamed && snapshot.parent == EndpointId::None)
        parts.append(formatHostPort(snapshot.address.place) + snapshot.address.path);
    else if (snapshot.parent != EndpointId::None && snapshot.isNamed)
        parts.append(snapshot.peer);
    return parts.isEmpty() ? kindWord(snapshot) : parts.join(QStringLiteral(" · "));
}

} // namespace

QSize EndpointDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {200, option.fontMetrics.height() * 2 + 8};
}

void EndpointDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const auto snapshot = index.data(EndpointModel::SnapshotRole).value<EndpointSnapshot>();
    const ThemeColors colors = themeColors(option.palette);
    const bool isSelected = option.state.testFlag(QStyle::State_Selected);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (isSelected) {
        QColor background = option.palette.color(QPalette::Highlight);
        background.setAlpha(option.state.testFlag(QStyle::State_Active) ? 46 : 26);
        painter->fillRect(option.rect, background);
        painter->fillRect(QRect(option.rect.left(), option.rect.top(), 3, option.rect.height()),
                          option.palette.color(QPalette::Highlight));
    }
    const QRect area = option.rect.adjusted(9, 3, -8, -3);
    const int lineHeight = area.height() / 2;
    painter->setPen(stateColor(snapshot, option.palette));
    painter->drawText(QRect(area.left() - 3, area.top(), glyphWidth, lineHeight), Qt::AlignCenter, kindGlyph(snapshot));

    QFont bold = option.font;
    bold.setBold(index.data(EndpointModel::UnreadRole).toBool() || snapshot.parent == EndpointId::None);
    const QRect side(area.right() - sideWidth, area.top(), sideWidth, lineHeight);
    int right = side.left() + sideWidth - option.fontMetrics.horizontalAdvance(sideText(snapshot)) - 6;
    const bool isLive = !isEnded(snapshot.state);
    const int nameWidth = QFontMetrics(bold).horizontalAdvance(placeText(snapshot).left(100)) + glyphWidth + 4;
    if (isLive && area.left() + nameWidth < right - sparkWidth) { // the name needs its room more
        right -= sparkWidth;
        paintSparkline(*painter, QRectF(right, area.top() + 3, sparkWidth - 4, lineHeight - 5),
                       index.data(EndpointModel::RatesRole).toList(), colors.sent);
    }
    int left = area.left() + glyphWidth;
    if (snapshot.isReachable && isLive) {
        icon(IconId::Network).paint(painter, QRect(left, area.top() + lineHeight / 2 - 7, 14, 14));
        left += 18;
    }
    if (snapshot.isUnverified()) {
        icon(IconId::Unverified).paint(painter, QRect(left, area.top() + lineHeight / 2 - 7, 14, 14));
        left += 18;
    }
    painter->setFont(bold);
    painter->setPen(option.palette.color(isLive ? QPalette::Active : QPalette::Disabled, QPalette::Text));
    const QFontMetrics boldMetrics(bold);
    painter->drawText(QRect(left, area.top(), right - left - 4, lineHeight), Qt::AlignLeft | Qt::AlignVCenter,
                      boldMetrics.elidedText(placeText(snapshot), snapshot.isNamed ? Qt::ElideRight : Qt::ElideMiddle,
                                             right - left - 4));
    painter->setFont(option.font);
    painter->setPen(colors.muted);
    painter->drawText(side, Qt::AlignRight | Qt::AlignVCenter, sideText(snapshot));

    const QRect below(area.left() + glyphWidth, area.top() + lineHeight, area.width() - glyphWidth, lineHeight);
    const QString state = stateWord(snapshot.state);
    const int stateWidth = option.fontMetrics.horizontalAdvance(state);
    painter->drawText(
        below.adjusted(0, 0, -stateWidth - 8, 0), Qt::AlignLeft | Qt::AlignVCenter,
        option.fontMetrics.elidedText(secondLine(snapshot), Qt::ElideRight, below.width() - stateWidth - 8));
    painter->setPen(stateColor(snapshot, option.palette));
    painter->drawText(below, Qt::AlignRight | Qt::AlignVCenter, state);
    if (index.data(EndpointModel::UnreadRole).toBool()) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(colors.accent);
        painter->drawEllipse(QPointF(area.left() + 4, area.top() + lineHeight * 1.5), 2.5, 2.5);
    }
    painter->restore();
}

} // namespace sw::ui
