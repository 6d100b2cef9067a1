// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>
#include <QStringList>

#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace sw::ui {

/// One thing to choose.
struct PickerEntry {
    QString text;
    QString hint; ///< shown on the right, such as a shortcut
    std::function<void()> choose;
};

/// Type a few letters, choose with the arrows and Return: the command palette and the quick open of buffers.
class Picker final : public QDialog {
    Q_OBJECT

public:
    Picker(const QString& prompt, std::vector<PickerEntry> entries, QWidget* parent);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void filter(const QString& text);
    void chooseCurrent();

    std::vector<PickerEntry> m_entries;
    QLineEdit* m_field;
    QListWidget* m_list;
};

/// Whether the letters of the pattern occur in the text in that order.
bool matchesLoosely(const QString& pattern, const QString& text);

} // namespace sw::ui
