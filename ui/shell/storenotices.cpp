// SPDX-License-Identifier: MIT
#include "ui/shell/storenotices.h"

#include "core/base/threads.h"
#include "core/base/units.h"
#include "ui/widgets/eventtext.h"
#include "ui/widgets/noticebar.h"

#include <QLocale>
#include <QWidget>

namespace sw::ui {

StoreNotices::StoreNotices(Engine& engine, Prompter& prompter, ActionRegistry& actions, QWidget* window)
    : QObject(window),
      m_engine(engine),
      m_prompter(prompter),
      m_actions(actions),
      m_window(window),
      m_stopped(new NoticeBar("recordingStoppedBar", tr("Recording stopped"), window)),
      m_killed(new NoticeBar("recoveryBar", tr("Recovery"), window)) {
    QAction* resume = actions.action(ActionId::ResumeRecording);
    resume->setEnabled(false);
    connect(&engine, &Engine::recordingStopped, this, [this, resume](const Error& error) {
        resume->setEnabled(true);
        m_stopped->say(
            tr("Recording stopped: %1 Traffic goes on, and what comes is not recorded.").arg(errorText(error)),
            {{tr("Resume recording"), "resumeRecording", [this] { m_engine.resumeRecording(); }}});
    });
    connect(&engine, &Engine::recordingResumed, this, [this, resume] {
        resume->setEnabled(false);
        m_stopped->hide();
    });
    actions.connectTo(ActionId::ResumeRecording, this, [this] { m_engine.resumeRecording(); });
    actions.action(ActionId::RecoverRun)->setEnabled(false);
    actions.connectTo(ActionId::RecoverRun, this, [this] { lookForKilledRuns(m_base); });
}

void StoreNotices::lookForKilledRuns(const QString& base) {
    m_base = base;
    m_runs = findKilledRuns(base);
    m_actions.action(ActionId::RecoverRun)->setEnabled(!m_runs.empty());
    offer();
}

void StoreNotices::offer() {
    if (m_runs.empty()) {
        m_killed->hide();
        return;
    }
    const KilledRun run = m_runs.front();
    const QString what = run.wasKept ? tr("The records of the session of %1 were kept (%2).")
                                     : tr("The session of %1 ended unexpectedly. Its records are still there (%2).");
    m_killed->say(what.arg(QLocale().toString(run.started, QLocale::ShortFormat), formatBytes(run.bytes)),
                  {{tr("Open"), "recoveryOpen", [this, run] { open(run); }},
                   {tr("Remove"), "recoveryRemove", [this, run] { remove(run); }},
                   {tr("Later"), "recoveryLater", {}}});
}

void StoreNotices::open(const KilledRun& run) {
    runOnPool([run, self = this, slot = m_postbox.slot()] {
        auto recovered = openKilledRun(run);
        slot->post([self, recovered = std::move(recovered)] { // runs only while self is there
            if (recovered.empty())
                emit self->complained(tr("Nothing in that session could be read."));
            self->m_engine.adopt(recovered);
        });
    });
    m_runs.erase(m_runs.begin());
    offer();
}

void StoreNotices::remove(const KilledRun& run) {
    if (m_prompter.confirm(m_window, tr("Remove the records of that session? They cannot be brought back."),
                           tr("Remove")) &&
        !removeKilledRun(run))
        emit complained(tr("%1 could not be removed.").arg(run.directory));
    lookForKilledRuns(m_base);
}

} // namespace sw::ui
