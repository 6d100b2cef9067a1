// SPDX-License-Identifier: MIT
#pragma once

#include "ui/buffer/bufferview.h"
#include "ui/buffer/finder.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QToolButton;

namespace sw::ui {

/// Looks for text, bytes or a regular expression in a buffer, across records: all matches marked and counted, next and
/// previous, live while more comes.
class FindBar final : public QWidget {
    Q_OBJECT

public:
    explicit FindBar(BufferView* view, QWidget* parent = nullptr);

    /// Shows the bar and puts the cursor in its field.
    void open();
    void close();
    /// More may have been recorded.
    void refresh();
    void next() { step(1); }
    void previous() { step(-1); }

signals:
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void queryChanged();
    void take(const SearchResult& result);
    void step(int direction);
    void forgetMatches();
    void showState();
    std::size_t numberOf(std::size_t index) const;
    std::optional<SearchQuery> query();

    BufferView* m_view;
    QLineEdit* m_field;
    QComboBox* m_form;
    QToolButton* m_case;
    QToolButton* m_word;
    QLabel* m_count;
    QTimer m_delay;
    Finder m_finder;
    SearchQuery m_running;
    std::vector<SearchMatch> m_matches;
    quint64 m_total = 0;
    RecordIndex m_searched = 0;
    QString m_problem; // why there is no result, or no more
    std::optional<std::size_t> m_current;
};

} // namespace sw::ui
