// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

class QTimer;

namespace sw::ui {

class NoticeBar;

/// What has ended is opened once more, in the same row and buffer: by a command, by itself after a pause, or with a
/// certificate that is trusted from now on. And behaviours of ours that keep answering each other, which were paused.
/// The UI thread.
class ReopenFeature final : public Feature {
    Q_OBJECT

public:
    explicit ReopenFeature(Workbench& bench);

    /// The bar that says which loop was paused.
    NoticeBar* bar() const { return m_bar; }

private:
    void openAgain(EndpointId id, const std::optional<Address>& address = {});
    void openAlways();
    void trust(EndpointId id);
    void follow(const QVector<EndpointSnapshot>& snapshots);
    void tellLoop(const AnsweringLoop& loop);
    void resumeLoops();
    void stop(EndpointId id);
    QString pauseText(EndpointId id) const;
    void tellPanels(EndpointId id);

    QHash<EndpointId, std::chrono::milliseconds> m_always; // those that are opened by themselves, after that pause
    QHash<EndpointId, QTimer*> m_waiting;
    QHash<EndpointId, qint64> m_begun; // the life whose end was followed last
    QVector<AnsweringLoop> m_loops;    // that the bar speaks of
    NoticeBar* m_bar;
};

} // namespace sw::ui
