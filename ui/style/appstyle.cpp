// SPDX-License-Identifier: MIT
#include "ui/style/appstyle.h"

#include "ui/style/icons.h"
#include "ui/style/theme.h"

#include <QAbstractItemView>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QStyleFactory>
#include <QStyleOption>
#include <QTextEdit>
#include <QToolButton>

namespace sw::ui {

namespace {

constexpr qreal radius = 4.5;
constexpr int arrowWidth = 20; // of a combo box

bool is(const QStyleOption* option, QStyle::StateFlag flag) {
    return option->state.testFlag(flag);
}

bool has(const QWidget* widget, const char* property) {
    return widget != nullptr && widget->property(property).toBool();
}

void paintFrame(QPainter* painter, const QRect& rect, const QColor& fill, const QColor& border, qreal width = 1) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(border.alpha() == 0 ? QPen(Qt::NoPen) : QPen(border, width));
    painter->setBrush(fill);
    const qreal inset = width / 2;
    painter->drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), radius, radius);
    painter->restore();
}

/// The frame of what text is typed into.
void paintField(QPainter* painter, const QStyleOption* option, const QWidget* widget) {
    const ThemeColors colors = themeColors(option->palette);
    const bool isEnabled = is(option, QStyle::State_Enabled);
    const QColor border = has(widget, "hasError")                           ? colors.error
                          : isEnabled && is(option, QStyle::State_HasFocus) ? colors.accent
                                                                            : colors.line;
    paintFrame(painter, option->rect, option->palette.color(isEnabled ? QPalette::Base : QPalette::Window), border);
}

/// What lies above others is told from them, in the dark too.
void paintPopupFrame(QPainter* painter, const QStyleOption* option) {
    painter->setPen(option->palette.color(QPalette::PlaceholderText));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
}

void paintChevron(QPainter* painter, const QRect& rect, IconId id, const QColor& color) {
    const int size = std::min({rect.width(), rect.height(), 12});
    const QRect place(rect.center().x() - size / 2, rect.center().y() - size / 2, size, size);
    paintIcon(*painter, id, place, color);
}

/// What is switched on.
QColor chosenFill(const QPalette& palette) {
    return isDark(palette) ? QColor(0x1d2f4a) : QColor(0xe6f0fd);
}

QColor chosenLine(const QPalette& palette) {
    return isDark(palette) ? QColor(0x35517a) : QColor(0xb9d2f5);
}

void paintPushButton(QPainter* painter, const QStyleOption* option, const QWidget* widget) {
    const QPalette& palette = option->palette;
    const ThemeColors colors = themeColors(palette);
    const bool isEnabled = is(option, QStyle::State_Enabled);
    const bool isHovered = isEnabled && is(option, QStyle::State_MouseOver);
    const bool hasFocus = isEnabled && is(option, QStyle::State_HasFocus);
    if (has(widget, "primary") && isEnabled) {
        const QColor hovered = isDark(palette) ? colors.accent.lighter(112) : colors.accent.darker(112);
        const bool isStrong = isHovered || is(option, QStyle::State_Sunken);
        const QColor ring = isDark(palette) ? QColor(0xffffff) : QColor(0x0b2d66);
        paintFrame(painter, option->rect, isStrong ? hovered : colors.accent, hasFocus ? ring : colors.accent,
                   hasFocus ? 2 : 1);
        return;
    }
    const bool isPressed = is(option, QStyle::State_Sunken) || is(option, QStyle::State_On);
    const QColor fill = palette.color(!isEnabled  ? QPalette::Window
                                      : isPressed ? QPalette::AlternateBase
                                                  : QPalette::Button);
    paintFrame(painter, option->rect, is(option, QStyle::State_On) ? chosenFill(palette) : fill,
               hasFocus || isHovered ? colors.accent : colors.line);
}

void paintToolButton(QPainter* painter, const QStyleOption* option) {
    const QPalette& palette = option->palette;
    const bool hasFocus = is(option, QStyle::State_HasFocus);
    const QColor ring = hasFocus ? themeColors(palette).accent : QColor(Qt::transparent);
    if (is(option, QStyle::State_On))
        paintFrame(painter, option->rect, chosenFill(palette), hasFocus ? ring : chosenLine(palette));
    else if (is(option, QStyle::State_Enabled) &&
             (is(option, QStyle::State_MouseOver) || is(option, QStyle::State_Sunken)))
        paintFrame(painter, option->rect, palette.color(QPalette::AlternateBase), ring);
    else if (hasFocus)
        paintFrame(painter, option->rect, Qt::transparent, ring);
}

void paintCheckBox(QPainter* painter, const QStyleOption* option) {
    const ThemeColors colors = themeColors(option->palette);
    const bool isOn = is(option, QStyle::State_On) || is(option, QStyle::State_NoChange);
    const bool isEnabled = is(option, QStyle::State_Enabled);
    const QColor accent = isEnabled ? colors.accent : colors.muted;
    paintFrame(painter, option->rect, isOn ? accent : option->palette.color(QPalette::Base),
               isOn || is(option, QStyle::State_HasFocus) ? accent : colors.muted);
    if (is(option, QStyle::State_NoChange))
        paintIcon(*painter, IconId::Remove, option->rect, Qt::white);
    else if (isOn)
        paintIcon(*painter, IconId::Accept, option->rect, Qt::white);
}

void paintScrollBar(QPainter* painter, const QStyleOptionSlider* option, const QRect& slider) {
    const QPalette& palette = option->palette;
    painter->fillRect(option->rect, palette.color(QPalette::Base));
    if (slider.isEmpty() || option->minimum >= option->maximum)
        return;
    QColor color = palette.color(QPalette::PlaceholderText);
    const bool isHeld = (option->activeSubControls & QStyle::SC_ScrollBarSlider) != 0;
    color.setAlpha(isHeld ? 200 : 110);
    const QRect bar = slider.adjusted(3, 2, -3, -2);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    const qreal round = std::min(bar.width(), bar.height()) / 2.0;
    painter->drawRoundedRect(bar, round, round);
    painter->restore();
}

/// A scroll bar without arrows: the slider has all of it to move in.
QRect scrollBarRect(const QStyleOptionSlider* option, QStyle::SubControl part) {
    const bool isUpright = option->orientation == Qt::Vertical;
    const QRect all = option->rect;
    const int length = isUpright ? all.height() : all.width();
    constexpr int least = 24;
    int size = length;
    if (option->maximum > option->minimum) {
        const auto range = static_cast<qint64>(option->maximum) - option->minimum;
        size = static_cast<int>(static_cast<qint64>(option->pageStep) * length / (range + option->pageStep));
        size = std::clamp(size, std::min(least, length), length);
    }
    const int start = QStyle::sliderPositionFromValue(option->minimum, option->maximum, option->sliderPosition,
                                                      length - size, option->upsideDown);
    const auto between = [&](int from, int to) {
        return isUpright ? QRect(all.left(), all.top() + from, all.width(), to - from)
                         : QRect(all.left() + from, all.top(), to - from, all.height());
    };
    switch (part) {
    case QStyle::SC_ScrollBarSlider:
        return between(start, start + size);
    case QStyle::SC_ScrollBarGroove:
        return all;
    case QStyle::SC_ScrollBarSubPage:
        return between(0, start);
    case QStyle::SC_ScrollBarAddPage:
        return between(start + size, length);
    default:
        return {};
    }
}

} // namespace

AppStyle::AppStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

int AppStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
    switch (metric) {
    case PM_DefaultFrameWidth: {
        const bool isFlat = qobject_cast<const QAbstractItemView*>(widget) != nullptr ||
                            qobject_cast<const QScrollArea*>(widget) != nullptr;
        return isFlat ? 0 : 2;
    }
    case PM_ScrollBarExtent:
        return 12;
    case PM_DockWidgetSeparatorExtent:
        return 5;
    case PM_SplitterWidth:
        return 1;
    case PM_DockWidgetFrameWidth:
    case PM_ToolBarFrameWidth:
    case PM_ToolBarItemMargin:
    case PM_TabBarTabShiftHorizontal:
    case PM_TabBarTabShiftVertical:
    case PM_TabBarBaseOverlap:
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
        return 0;
    case PM_ToolBarItemSpacing:
        return 2;
    case PM_TabBarTabHSpace:
        return 20;
    case PM_TabBarTabVSpace:
        return 10;
    case PM_TabCloseIndicatorWidth:
    case PM_TabCloseIndicatorHeight:
        return 16;
    case PM_SmallIconSize:
    case PM_ButtonIconSize:
    case PM_ToolBarIconSize:
        return 16;
    case PM_DockWidgetTitleMargin:
        return 4;
    case PM_DockWidgetTitleBarButtonMargin:
        return 2;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
        return 15;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int AppStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                        QStyleHintReturn* result) const {
    switch (hint) {
    case SH_DialogButtonBox_ButtonsHaveIcons:
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
        return 0;
    default:
        return QProxyStyle::styleHint(hint, option, widget, result);
    }
}

QIcon AppStyle::standardIcon(StandardPixmap pixmap, const QStyleOption* option, const QWidget* widget) const {
    if (pixmap == SP_TitleBarCloseButton || pixmap == SP_DockWidgetCloseButton || pixmap == SP_LineEditClearButton)
        return icon(IconId::Close);
    if (pixmap == SP_ToolBarHorizontalExtensionButton || pixmap == SP_ToolBarVerticalExtensionButton)
        return icon(IconId::Next);
    if (pixmap == SP_TitleBarNormalButton)
        return icon(IconId::Split);
    return QProxyStyle::standardIcon(pixmap, option, widget);
}

void AppStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                             const QWidget* widget) const {
    const QPalette& palette = option->palette;
    switch (element) {
    case PE_PanelLineEdit: {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        if (frame == nullptr || frame->lineWidth > 0)
            paintField(painter, option, widget);
        return; // of a combo box, which paints the frame
    }
    case PE_FrameLineEdit:
    case PE_FrameTabBarBase:
    case PE_FrameStatusBarItem:
    case PE_FrameButtonTool:
    case PE_FrameDockWidget:
    case PE_PanelMenuBar:
        return;
    case PE_Frame:
        if (qobject_cast<const QPlainTextEdit*>(widget) != nullptr || qobject_cast<const QTextEdit*>(widget) != nullptr)
            paintField(painter, option, widget);
        else if (widget != nullptr && widget->windowType() == Qt::Popup)
            paintPopupFrame(painter, option);
        return;
    case PE_PanelMenu:
        painter->fillRect(option->rect, palette.base());
        paintPopupFrame(painter, option);
        return;
    case PE_FrameMenu:
        paintPopupFrame(painter, option);
        return;
    case PE_PanelButtonCommand:
        paintPushButton(painter, option, widget);
        return;
    case PE_PanelButtonTool:
        paintToolButton(painter, option);
        return;
    case PE_FrameFocusRect:
        if (qobject_cast<const QPushButton*>(widget) == nullptr && qobject_cast<const QToolButton*>(widget) == nullptr)
            paintFrame(painter, option->rect, Qt::transparent, themeColors(palette).accent);
        return;
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck:
        paintCheckBox(painter, option);
        return;
    case PE_IndicatorTabClose:
        if (is(option, State_MouseOver) && is(option, State_Enabled))
            paintFrame(painter, option->rect, chosenFill(palette), Qt::transparent);
        paintIcon(*painter, IconId::Close, option->rect.adjusted(3, 3, -3, -3),
                  palette.color(QPalette::PlaceholderText));
        return;
    case PE_FrameTabWidget:
        painter->fillRect(QRect(option->rect.left(), option->rect.top(), option->rect.width(), 1),
                          themeColors(palette).line);
        return;
    case PE_PanelStatusBar:
        painter->fillRect(option->rect, palette.window());
        painter->fillRect(QRect(option->rect.left(), option->rect.top(), option->rect.width(), 1),
                          themeColors(palette).line);
        return;
    case PE_PanelTipLabel:
        painter->fillRect(option->rect, palette.color(QPalette::ToolTipBase));
        painter->setPen(themeColors(palette).line);
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        return;
    case PE_PanelItemViewRow:
    case PE_PanelItemViewItem:
        if (has(widget, "calmSelection") && is(option, State_Selected)) { // its rows have colours of their own
            painter->fillRect(option->rect, chosenFill(palette));
            return;
        }
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        return;
    case PE_IndicatorDockWidgetResizeHandle:
        painter->fillRect(option->rect, palette.window());
        return;
    default:
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void AppStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                           const QWidget* widget) const {
    const ThemeColors colors = themeColors(option->palette);
    switch (element) {
    case CE_PushButtonBevel:
        paintPushButton(painter, option, widget);
        return;
    case CE_PushButtonLabel: {
        QStyleOptionButton label = *static_cast<const QStyleOptionButton*>(option);
        const bool isEnabled = is(option, State_Enabled);
        if (has(widget, "primary") && isEnabled)
            label.palette.setColor(QPalette::ButtonText, Qt::white);
        else if (has(widget, "danger") && isEnabled)
            label.palette.setColor(QPalette::ButtonText, colors.error);
        painter->save();
        if (has(widget, "primary")) {
            QFont font = painter->font();
            font.setWeight(QFont::DemiBold);
            painter->setFont(font);
        }
        if (has(widget, "task"))
            drawItemText(painter, label.rect.adjusted(10, 0, -8, 0),
                         Qt::AlignLeft | Qt::AlignVCenter | Qt::TextShowMnemonic, label.palette, isEnabled, label.text,
                         QPalette::ButtonText);
        else
            QProxyStyle::drawControl(element, &label, painter, widget);
        painter->restore();
        return;
    }
    case CE_ToolButtonLabel: {
        QStyleOptionToolButton label = *static_cast<const QStyleOptionToolButton*>(option);
        if (is(option, State_On))
            label.palette.setColor(QPalette::ButtonText, label.palette.color(QPalette::Link));
        QProxyStyle::drawControl(element, &label, painter, widget);
        return;
    }
    case CE_TabBarTabShape: {
        const bool isSelected = is(option, State_Selected);
        QRect line = option->rect;
        line.setTop(line.bottom() - 1);
        if (isSelected)
            painter->fillRect(line.adjusted(4, 0, -4, 0), colors.accent);
        return;
    }
    case CE_TabBarTabLabel: {
        QStyleOptionTab label = *static_cast<const QStyleOptionTab*>(option);
        const bool isStrong = is(option, State_Selected) || is(option, State_MouseOver);
        label.palette.setColor(QPalette::WindowText,
                               isStrong ? option->palette.color(QPalette::WindowText) : colors.muted);
        QProxyStyle::drawControl(element, &label, painter, widget);
        return;
    }
    case CE_HeaderSection:
    case CE_HeaderEmptyArea:
        painter->fillRect(option->rect, option->palette.base());
        painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1), colors.line);
        return;
    case CE_HeaderLabel: {
        QStyleOptionHeader label = *static_cast<const QStyleOptionHeader*>(option);
        label.palette.setColor(QPalette::ButtonText, colors.muted);
        QProxyStyle::drawControl(element, &label, painter, widget);
        return;
    }
    case CE_ToolBar:
    case CE_MenuBarEmptyArea:
        painter->fillRect(option->rect, option->palette.window());
        return;
    case CE_MenuBarItem: {
        const auto& item = *static_cast<const QStyleOptionMenuItem*>(option);
        painter->fillRect(item.rect, item.palette.window());
        if (is(option, State_Selected))
            paintFrame(painter, item.rect, item.palette.color(QPalette::AlternateBase), colors.line);
        drawItemText(painter, item.rect, Qt::AlignCenter | Qt::TextShowMnemonic | Qt::TextSingleLine, item.palette,
                     is(option, State_Enabled), item.text, QPalette::WindowText);
        return;
    }
    case CE_DockWidgetTitle: {
        const auto& title = *static_cast<const QStyleOptionDockWidget*>(option);
        const QRect text = subElementRect(SE_DockWidgetTitleBarText, option, widget).adjusted(5, 0, 0, 0);
        QFont font = painter->font();
        font.setWeight(QFont::DemiBold);
        painter->save();
        painter->setFont(font);
        drawItemText(painter, text, Qt::AlignLeft | Qt::AlignVCenter, title.palette, true,
                     painter->fontMetrics().elidedText(title.title, Qt::ElideRight, text.width()),
                     QPalette::WindowText);
        painter->restore();
        return;
    }
    case CE_Splitter:
        painter->fillRect(option->rect, colors.line);
        return;
    default:
        QProxyStyle::drawControl(element, option, painter, widget);
    }
}

void AppStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                                  const QWidget* widget) const {
    const QColor faint = option->palette.color(QPalette::PlaceholderText);
    switch (control) {
    case CC_ComboBox:
        paintField(painter, option, widget);
        paintChevron(painter, subControlRect(control, option, SC_ComboBoxArrow, widget), IconId::Next, faint);
        return;
    case CC_SpinBox: {
        const auto& box = *static_cast<const QStyleOptionSpinBox*>(option);
        if (box.frame)
            paintField(painter, option, widget);
        if (box.buttonSymbols != QAbstractSpinBox::NoButtons) {
            paintChevron(painter, subControlRect(control, option, SC_SpinBoxUp, widget), IconId::Previous, faint);
            paintChevron(painter, subControlRect(control, option, SC_SpinBoxDown, widget), IconId::Next, faint);
        }
        return;
    }
    case CC_ScrollBar:
        paintScrollBar(painter, static_cast<const QStyleOptionSlider*>(option),
                       subControlRect(control, option, SC_ScrollBarSlider, widget));
        return;
    case CC_ToolButton: {
        QStyleOptionToolButton button = *static_cast<const QStyleOptionToolButton*>(option);
        button.features &= ~QStyleOptionToolButton::HasMenu; // the text of those with a menu says so
        QProxyStyle::drawComplexControl(control, &button, painter, widget);
        return;
    }
    default:
        QProxyStyle::drawComplexControl(control, option, painter, widget);
    }
}

QRect AppStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl subControl,
                               const QWidget* widget) const {
    if (control == CC_ScrollBar)
        return visualRect(option->direction, option->rect,
                          scrollBarRect(static_cast<const QStyleOptionSlider*>(option), subControl));
    if (control == CC_ComboBox && (subControl == SC_ComboBoxArrow || subControl == SC_ComboBoxEditField)) {
        QRect rect = option->rect;
        if (subControl == SC_ComboBoxArrow)
            rect.setLeft(rect.right() - arrowWidth);
        else
            rect.adjust(7, 2, -arrowWidth, -2);
        return visualRect(option->direction, option->rect, rect);
    }
    const QRect rect = QProxyStyle::subControlRect(control, option, subControl, widget);
    return control == CC_SpinBox && subControl == SC_SpinBoxEditField ? rect.adjusted(4, 0, 0, 0) : rect;
}

QRect AppStyle::subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const {
    const QRect rect = QProxyStyle::subElementRect(element, option, widget);
    if (element != SE_LineEditContents)
        return rect;
    const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
    return frame != nullptr && frame->lineWidth == 0 ? rect : rect.adjusted(4, 0, -4, 0);
}

QSize AppStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                 const QWidget* widget) const {
    const int line = option == nullptr ? 0 : option->fontMetrics.height();
    const int least = line + 9; // of what stands beside each other in a row
    QSize wanted = QProxyStyle::sizeFromContents(type, option, size, widget);
    switch (type) {
    case CT_PushButton: {
        const bool isPrimary = has(widget, "primary");
        constexpr int sides = 24;
        wanted = QSize(size.width() + sides + (isPrimary ? size.width() / 10 : 0), std::max(size.height() + 4, least));
        break;
    }
    case CT_SpinBox:
        wanted.setHeight(least);
        break;
    case CT_LineEdit: {
        const bool isInView = widget != nullptr && widget->parentWidget() != nullptr &&
                              qobject_cast<QAbstractItemView*>(widget->parentWidget()->parentWidget()) != nullptr;
        if (!isInView)
            wanted.setHeight(std::max(size.height() + 4, least));
        break;
    }
    case CT_ComboBox:
        wanted = QSize(size.width() + arrowWidth + 10, std::max(size.height() + 4, least));
        break;
    case CT_ToolButton:
        wanted = QSize(size.width() + 10, std::max(size.height() + 4, line + 6));
        break;
    case CT_MenuBarItem:
        wanted = QSize(size.width() + 16, line + 7);
        break;
    case CT_TabBarTab:
        wanted.setHeight(std::max(wanted.height(), line + 10));
        break;
    default:
        break;
    }
    return wanted;
}

} // namespace sw::ui
