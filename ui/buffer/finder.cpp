// SPDX-License-Identifier: MIT
#include "ui/buffer/finder.h"

#include <QThreadPool>

namespace sw::ui {

Finder::Finder(QObject* parent) : QObject(parent) {}

Finder::~Finder() {
    cancel();
}

void Finder::cancel() {
    if (m_cancelled)
        m_cancelled->store(true);
    m_cancelled.reset();
}

void Finder::start(const std::vector<SourcePart>& parts, RecordIndex from, const SearchQuery& query) {
    cancel();
    auto cancelled = std::make_shared<std::atomic<bool>>(false);
    m_cancelled = cancelled;
    QThreadPool::globalInstance()->start([parts, from, query, cancelled, self = this, slot = m_postbox.slot()] {
        RecordSource source(parts);
        source.update();
        SearchResult result = searchRecords(source, from, query, *cancelled);
        if (cancelled->load())
            return;
        slot->post([self, cancelled, result = std::move(result)] { // runs only while self is there
            if (self->m_cancelled != cancelled)
                return;
            self->m_cancelled.reset();
            emit self->found(result);
        });
    });
}

} // namespace sw::ui
