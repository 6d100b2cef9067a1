// SPDX-License-Identifier: MIT
#include "ui/widgets/comboaccessible.h"

#include <QAccessibleWidget>
#include <QComboBox>

namespace sw::ui {

namespace {

class ComboAccessible final : public QAccessibleWidget {
public:
    explicit ComboAccessible(QComboBox* box) : QAccessibleWidget(box, QAccessible::ComboBox) {}

    QString text(QAccessible::Text which) const override {
        if (which == QAccessible::Value)
            return box()->currentText();
        return QAccessibleWidget::text(which);
    }

    QAccessible::State state() const override {
        QAccessible::State all = QAccessibleWidget::state();
        all.expandable = true;
        all.editable = box()->isEditable();
        return all;
    }

    QStringList actionNames() const override { return {showMenuAction(), setFocusAction()}; }

    void doAction(const QString& name) override {
        if (name == showMenuAction())
            box()->showPopup();
        else
            QAccessibleWidget::doAction(name);
    }

private:
    QComboBox* box() const { return static_cast<QComboBox*>(object()); }
};

} // namespace

QAccessibleInterface* comboAccessible(const QString& /*className*/, QObject* object) {
    auto* box = qobject_cast<QComboBox*>(object);
    return box == nullptr ? nullptr : new ComboAccessible(box);
}

} // namespace sw::ui
