// SPDX-License-Identifier: MIT
#pragma once

#include "ui/buffer/bufferview.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QCompleter;
class QStringListModel;

namespace sw::ui {

/// Narrows a buffer down to the records that a filter expression takes; live. Completes terms, and says where an
/// expression is wrong.
class FilterBar final : public QWidget {
    Q_OBJECT

public:
    explicit FilterBar(BufferView* view, QWidget* parent = nullptr);

    void open();
    /// Shows all records again.
    void close();
    QString text() const;
    void setText(const QString& text);
    /// Leaves out what `term` says (`dir:sent`), or takes it in again, beside what else is filtered for.
    void leaveOut(const QString& term, bool isOut);
    bool leavesOut(const QString& term) const;
    /// Adds a term, or takes it away where it is there.
    void toggle(const QString& term);
    /// Shows only what comes from now on, or everything again.
    void clearBefore(qint64 wall);
    void showCleared();
    /// More may have been recorded.
    void refresh();

signals:
    void closed();
    /// It is open or closed, or its text is another.
    void changed();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QStringList words() const;
    QStringList withoutSince() const;
    void use(const QString& text);
    void apply();
    void complete();
    void insertCompletion(const QString& term);
    void showState();

    BufferView* m_view;
    QLineEdit* m_field;
    QLabel* m_state;
    QCompleter* m_completer;
    QStringListModel* m_terms;
    QTimer m_delay;
    QString m_problem;
    bool m_isActive = false;
};

} // namespace sw::ui
