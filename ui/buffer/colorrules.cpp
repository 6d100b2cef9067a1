// SPDX-License-Identifier: MIT
#include "ui/buffer/colorrules.h"

#include <array>

namespace sw::ui {

namespace {

constexpr std::array<std::pair<const char*, MarkColor>, 4> names{
    {{"yellow", MarkColor::Yellow}, {"green", MarkColor::Green}, {"blue", MarkColor::Blue}, {"red", MarkColor::Red}}};

} // namespace

ColorRules::ColorRules(const std::vector<ColorRule>& rules, qint64 now) {
    for (const ColorRule& rule : rules) {
        if (auto filter = Filter::parse(rule.pattern, now); filter && !filter->isEmpty())
            m_rules.emplace_back(rule.color, std::move(*filter));
    }
}

MarkColor ColorRules::colorOf(const RecordSource& source, RecordIndex position) const {
    for (const auto& [color, filter] : m_rules) {
        if (filter.matches(source, position, {}))
            return color;
    }
    return MarkColor::None;
}

std::vector<ColorRule> ColorRules::read(const QStringList& lines) {
    std::vector<ColorRule> rules;
    for (const QString& line : lines) {
        for (const auto& [name, color] : names) {
            if (line.startsWith(QLatin1String(name) + QLatin1Char(' ')))
                rules.push_back({color, line.section(QLatin1Char(' '), 1)});
        }
    }
    return rules;
}

QStringList ColorRules::write(const std::vector<ColorRule>& rules) {
    QStringList lines;
    for (const ColorRule& rule : rules) {
        for (const auto& [name, color] : names) {
            if (color == rule.color)
                lines.append(QLatin1String(name) + QLatin1Char(' ') + rule.pattern);
        }
    }
    return lines;
}

} // namespace sw::ui
