// SPDX-License-Identifier: MIT
#include "ui/buffer/bufferaccessible.h"

#include "ui/buffer/bufferview.h"
#include "ui/widgets/comboaccessible.h"

#include <QAccessibleWidget>

namespace sw::ui {

namespace {

/// The visible lines of a buffer as read-only text.
class AccessibleBuffer final : public QAccessibleWidget, public QAccessibleTextInterface {
public:
    explicit AccessibleBuffer(BufferView* view) : QAccessibleWidget(view, QAccessible::Document), m_view(view) {}

    void* interface_cast(QAccessible::InterfaceType type) override {
        if (type == QAccessible::TextInterface)
            return static_cast<QAccessibleTextInterface*>(this);
        return QAccessibleWidget::interface_cast(type);
    }

    QString text(QAccessible::Text kind) const override {
        return kind == QAccessible::Value ? visibleText() : QAccessibleWidget::text(kind);
    }

    QAccessible::State state() const override {
        QAccessible::State state = QAccessibleWidget::state();
        state.readOnly = true;
        state.multiLine = true;
        state.selectableText = true;
        return state;
    }

    QString text(int start, int end) const override { return visibleText().mid(start, end - start); }
    int characterCount() const override { return static_cast<int>(visibleText().size()); }
    int cursorPosition() const override { return 0; }
    void setCursorPosition(int) override {}
    void selection(int, int* start, int* end) const override { *start = *end = 0; }
    int selectionCount() const override { return 0; }
    void addSelection(int, int) override {}
    void removeSelection(int) override {}
    void setSelection(int, int, int) override {}
    QRect characterRect(int) const override { return m_view->viewport()->rect(); }
    int offsetAtPoint(const QPoint&) const override { return 0; }
    void scrollToSubstring(int, int) override {}
    QString attributes(int, int* start, int* end) const override {
        *start = 0;
        *end = characterCount();
        return {};
    }

private:
    QString visibleText() const { return m_view->visibleLines().join(QLatin1Char('\n')); }

    BufferView* m_view;
};

QAccessibleInterface* makeInterface(const QString& className, QObject* object) {
    if (className == QLatin1String("sw::ui::BufferView"))
        return new AccessibleBuffer(static_cast<BufferView*>(object));
    return comboAccessible(className, object);
}

} // namespace

void installBufferAccessibility() {
    QAccessible::installFactory(makeInterface);
}

} // namespace sw::ui
