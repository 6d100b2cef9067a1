// SPDX-License-Identifier: MIT
#pragma once

#include <QStringList>

namespace sw::ui {

/// Messages sent before, walked through with up and down; what was being typed comes back at the end.
class MessageHistory {
public:
    explicit MessageHistory(QStringList newestFirst = {}) : m_entries(std::move(newestFirst)) {}

    void add(const QString& message);
    /// The one before, given what stands in the field now.
    QString older(const QString& current);
    QString newer(const QString& current);

private:
    QStringList m_entries; // newest first
    QString m_draft;
    qsizetype m_at = -1; // -1: the draft
};

} // namespace sw::ui
