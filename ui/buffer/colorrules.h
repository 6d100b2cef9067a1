// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/filter.h"
#include "ui/buffer/annotations.h"

#include <QStringList>

namespace sw::ui {

/// Rows that a filter takes get a colour: the first rule that does. Only what is on the screen is asked.
struct ColorRule {
    MarkColor color = MarkColor::Yellow;
    QString pattern; ///< an expression of Filter
};

/// The rules that can be used now; `now` as for Filter::parse().
class ColorRules {
public:
    ColorRules() = default;
    ColorRules(const std::vector<ColorRule>& rules, qint64 now);

    bool isEmpty() const { return m_rules.empty(); }
    /// The colour of the record at a position of a source; None: no rule takes it.
    MarkColor colorOf(const RecordSource& source, RecordIndex position) const;

    /// As the settings keep them: `red ERROR`. What cannot be read is left out.
    static std::vector<ColorRule> read(const QStringList& lines);
    static QStringList write(const std::vector<ColorRule>& rules);

private:
    std::vector<std::pair<MarkColor, Filter>> m_rules;
};

} // namespace sw::ui
