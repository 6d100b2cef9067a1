// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>
#include <QStringList>

#include <functional>
#include <optional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace sw::ui {

/// One thing to choose.
struct PickerEntry {
    QString text{};
    QString hint{};   ///< shown behind it, such as a shortcut
    QString whyNot{}; ///< why it cannot be chosen now; empty: it can
    int rank = -1;    ///< among those that were chosen lately, the last one 0; -1: it was not
    std::function<void()> choose{};
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

/// How well a text fits what was typed, 0 best: it is that text, begins with it, has a word that does, words whose
/// first letters it is, contains it, or has its letters in that order. Nothing: it does not fit.
std::optional<int> matchQuality(const QString& pattern, const QString& text);

} // namespace sw::ui
