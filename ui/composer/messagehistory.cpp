// SPDX-License-Identifier: MIT
#include "ui/composer/messagehistory.h"

namespace sw::ui {

void MessageHistory::add(const QString& message) {
    m_at = -1;
    m_draft.clear();
    m_entries.removeAll(message);
    m_entries.prepend(message);
}

QString MessageHistory::older(const QString& current) {
    if (m_at + 1 >= m_entries.size())
        return current;
    if (m_at < 0)
        m_draft = current;
    return m_entries.at(++m_at);
}

QString MessageHistory::newer(const QString& current) {
    if (m_at < 0)
        return current;
    --m_at;
    return m_at < 0 ? m_draft : m_entries.at(m_at);
}

} // namespace sw::ui
