// SPDX-License-Identifier: MIT
#include "ui/buffer/finder.h"

#include "core/base/threads.h"

#include <algorithm>

namespace sw::ui {

namespace {

constexpr std::chrono::milliseconds slice(40);

/// A job's own view of the same records; kept between jobs, so that nothing is merged twice.
bool takeParts(RecordSource& source, const std::vector<SourcePart>& parts) {
    for (const SourcePart& part : parts) {
        if (!source.hasPart(part.id))
            source.addPart(part);
    }
    return source.update() == RecordSource::Update::Rebuilt;
}

} // namespace

// one job at a time uses it; the UI thread only sets `cancelled` and, between jobs, `parts`
struct Finder::State {
    std::atomic<bool> cancelled{false};
    std::vector<SourcePart> parts;
    RecordSource source;
    std::unique_ptr<Searcher> searcher;
};

Finder::Finder(QObject* parent) : QObject(parent) {}

Finder::~Finder() {
    cancel();
}

void Finder::cancel() {
    if (m_state)
        m_state->cancelled.store(true);
    m_state.reset();
    m_isRunning = false;
}

Result<void> Finder::start(const std::vector<SourcePart>& parts, const SearchQuery& query) {
    cancel();
    auto searcher = Searcher::create(query);
    if (!searcher)
        return tl::unexpected(searcher.error());
    m_query = query;
    m_state = std::make_shared<State>();
    m_state->searcher = std::move(*searcher);
    m_state->parts = parts;
    runJob();
    return {};
}

void Finder::goOn(const std::vector<SourcePart>& parts) {
    if (m_isRunning || m_state == nullptr)
        return;
    m_state->parts = parts;
    runJob();
}

void Finder::runJob() {
    m_isRunning = true;
    runOnPool([state = m_state, self = this, slot = m_postbox.slot()] {
        const auto post = [&](auto call) {
            slot->post([self, state, call = std::move(call)] { // runs only while self is there
                if (self->m_state == state)
                    call(*self);
            });
        };
        if (takeParts(state->source, state->parts)) {
            post([parts = state->parts](Finder& finder) {
                const SearchQuery query = finder.m_query;
                emit finder.restarted();
                (void)finder.start(parts, query);
            });
            return;
        }
        bool isDone = false;
        while (!isDone && !state->cancelled.load()) {
            SearchResult result = state->searcher->run(state->source, slice, state->cancelled);
            isDone = state->searcher->isDone(state->source) || result.error.has_value();
            post([result = std::move(result)](Finder& finder) { emit finder.found(result); });
        }
        post([](Finder& finder) {
            finder.m_isRunning = false;
            emit finder.finished();
        });
    });
}

struct FilterRunner::State {
    std::atomic<bool> cancelled{false};
    Filter filter;
    Filter::Context context;
    std::vector<SourcePart> parts;
    RecordSource source;
};

FilterRunner::FilterRunner(QObject* parent) : QObject(parent) {}

FilterRunner::~FilterRunner() {
    cancel();
}

void FilterRunner::cancel() {
    if (m_state)
        m_state->cancelled.store(true);
    m_state.reset();
    m_isRunning = false;
    m_looked = 0;
}

void FilterRunner::start(const Filter& filter, const Filter::Context& context) {
    cancel();
    m_state = std::make_shared<State>();
    m_state->filter = filter;
    m_state->context = context;
}

void FilterRunner::goOn(const std::vector<SourcePart>& parts, RecordIndex end) {
    if (m_isRunning || m_state == nullptr || m_looked >= end)
        return;
    m_isRunning = true;
    m_state->parts = parts;
    runOnPool([state = m_state, self = this, slot = m_postbox.slot(), from = m_looked, end]() mutable {
        constexpr RecordIndex step = 4096;
        takeParts(state->source, state->parts);
        end = std::min(end, state->source.total());
        std::vector<RecordIndex> positions;
        auto told = std::chrono::steady_clock::now();
        while (!state->cancelled.load()) {
            const RecordIndex next = std::min(from + step, end);
            const auto found =
                filterRecords(state->source, from, next, state->filter, state->context, state->cancelled);
            positions.insert(positions.end(), found.begin(), found.end());
            from = next;
            const bool isDone = from >= end;
            if (!isDone && std::chrono::steady_clock::now() - told < slice)
                continue;
            told = std::chrono::steady_clock::now();
            slot->post([self, state, positions = std::move(positions), from, isDone] {
                if (self->m_state != state)
                    return;
                self->m_looked = from;
                self->m_isRunning = !isDone;
                emit self->found(positions);
            });
            positions.clear();
            if (isDone)
                return;
        }
    });
}

} // namespace sw::ui
