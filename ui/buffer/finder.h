// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/postbox.h"
#include "core/transcript/search.h"

#include <QObject>

#include <atomic>
#include <memory>

namespace sw::ui {

/// Runs searches of one buffer on a pool thread, the newest one only. The UI thread.
class Finder final : public QObject {
    Q_OBJECT

public:
    explicit Finder(QObject* parent = nullptr);
    ~Finder() override;
    Finder(const Finder&) = delete;
    Finder& operator=(const Finder&) = delete;
    Finder(Finder&&) = delete;
    Finder& operator=(Finder&&) = delete;

    /// Looks through the records of these transcripts from `from` on; a search that still runs is cancelled.
    void start(const std::vector<SourcePart>& parts, RecordIndex from, const SearchQuery& query);
    void cancel();
    bool isRunning() const { return m_cancelled != nullptr; }

signals:
    void found(const sw::SearchResult& result);

private:
    Postbox m_postbox{this};
    std::shared_ptr<std::atomic<bool>> m_cancelled; // of the running search
};

} // namespace sw::ui
