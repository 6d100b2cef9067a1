// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/postbox.h"
#include "core/transcript/recovery.h"
#include "ui/workbench/workbench.h"

namespace sw::ui {

class NoticeBar;

/// Says when transcripts are no longer recorded, and offers what killed runs left. The UI thread.
class StoreNotices final : public Feature {
    Q_OBJECT

public:
    explicit StoreNotices(Workbench& bench);

    /// The bars to put into the window, the more urgent first.
    std::vector<NoticeBar*> bars() const { return {m_stopped, m_killed}; }
    /// Looks for killed runs below a directory, and offers them.
    void lookForKilledRuns(const QString& base);

private:
    void offer();
    void open(const KilledRun& run);
    void remove(const KilledRun& run);
    void showRecovered(const QVector<EndpointSnapshot>& snapshots);

    Postbox m_postbox{this};
    NoticeBar* m_stopped;
    NoticeBar* m_killed;
    bool m_isOpening = false; // the first that is recovered is shown
    QString m_base;
    std::vector<KilledRun> m_runs;
};

} // namespace sw::ui
