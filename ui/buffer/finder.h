// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/postbox.h"
#include "core/transcript/filter.h"
#include "core/transcript/search.h"

#include <QObject>

#include <atomic>
#include <memory>

namespace sw::ui {

/// Runs one search of a buffer on a pool thread and tells what it found every few hundredths of a second, the newest
/// search only; goes on where it stopped when more is recorded. The UI thread.
class Finder final : public QObject {
    Q_OBJECT

public:
    explicit Finder(QObject* parent = nullptr);
    ~Finder() override;
    Finder(const Finder&) = delete;
    Finder& operator=(const Finder&) = delete;
    Finder(Finder&&) = delete;
    Finder& operator=(Finder&&) = delete;

    /// Begins a search from the first record; one that still runs is cancelled. Errors: the pattern.
    Result<void> start(const std::vector<SourcePart>& parts, const SearchQuery& query);
    /// Looks at what was recorded meanwhile; nothing if a search runs or none was begun.
    void goOn(const std::vector<SourcePart>& parts);
    void cancel();
    bool isRunning() const { return m_isRunning; }

signals:
    /// What was found since the last signal.
    void found(const sw::SearchResult& result);
    /// The records changed their order: what was found before means something else now, and the search begins anew.
    void restarted();
    void finished();

private:
    struct State;

    void runJob();

    Postbox m_postbox{this};
    std::shared_ptr<State> m_state;
    SearchQuery m_query;
    bool m_isRunning = false;
};

/// The same for a filter: finds the positions of records that it takes.
class FilterRunner final : public QObject {
    Q_OBJECT

public:
    explicit FilterRunner(QObject* parent = nullptr);
    ~FilterRunner() override;
    FilterRunner(const FilterRunner&) = delete;
    FilterRunner& operator=(const FilterRunner&) = delete;
    FilterRunner(FilterRunner&&) = delete;
    FilterRunner& operator=(FilterRunner&&) = delete;

    /// Begins anew with a filter.
    void start(const Filter& filter, const Filter::Context& context);
    /// Looks at records up to `end` that were not looked at; nothing if it still runs.
    void goOn(const std::vector<SourcePart>& parts, RecordIndex end);
    void cancel();
    /// Records looked at.
    RecordIndex looked() const { return m_looked; }

signals:
    void found(const std::vector<sw::RecordIndex>& positions);

private:
    struct State;

    Postbox m_postbox{this};
    std::shared_ptr<State> m_state;
    RecordIndex m_looked = 0;
    bool m_isRunning = false;
};

} // namespace sw::ui
