// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/postbox.h"
#include "core/engine/engine.h"
#include "core/transcript/recovery.h"
#include "ui/actions/actions.h"
#include "ui/actions/prompter.h"

#include <QObject>

namespace sw::ui {

class NoticeBar;

/// Says when transcripts are no longer recorded, and offers what killed runs left. The UI thread.
class StoreNotices final : public QObject {
    Q_OBJECT

public:
    StoreNotices(Engine& engine, Prompter& prompter, ActionRegistry& actions, QWidget* window);

    /// The bars to put into the window, the more urgent first.
    std::vector<NoticeBar*> bars() const { return {m_stopped, m_killed}; }
    /// Looks for killed runs below a directory, and offers them.
    void lookForKilledRuns(const QString& base);

signals:
    void complained(const QString& text);

private:
    void offer();
    void open(const KilledRun& run);
    void remove(const KilledRun& run);

    Postbox m_postbox{this};
    Engine& m_engine;
    Prompter& m_prompter;
    ActionRegistry& m_actions;
    QWidget* m_window;
    NoticeBar* m_stopped;
    NoticeBar* m_killed;
    QString m_base;
    std::vector<KilledRun> m_runs;
};

} // namespace sw::ui
