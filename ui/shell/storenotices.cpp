// SPDX-License-Identifier: MIT
#include "ui/shell/storenotices.h"

#include "core/base/threads.h"
#include "core/base/units.h"
#include "ui/widgets/eventtext.h"
#include "ui/widgets/noticebar.h"

#include <QLocale>
#include <QMainWindow>

namespace sw::ui {

StoreNotices::StoreNotices(Workbench& bench)
    : Feature(bench),
      m_stopped(new NoticeBar("recordingStoppedBar", tr("Recording stopped"), &bench.window())),
      m_killed(new NoticeBar("recoveryBar", tr("Recovery"), &bench.window())) {
    connect(&bench, &Workbench::endpointsChanged, this, &StoreNotices::showRecovered);
    QAction* resume = bench.actions().action(ActionId::ResumeRecording);
    resume->setEnabled(false);
    connect(&bench.engine(), &Engine::recordingStopped, this, [this, resume](const Error& error) {
        resume->setEnabled(true);
        m_stopped->say(
            tr("Recording stopped: %1 Traffic goes on, and what comes is not recorded.").arg(errorText(error)),
            {{tr("Resume recording"), "resumeRecording", [this] { this->bench().engine().resumeRecording(); }}});
    });
    connect(&bench.engine(), &Engine::recordingResumed, this, [this, resume] {
        resume->setEnabled(false);
        m_stopped->hide();
    });
    on(ActionId::ResumeRecording, [this] { this->bench().engine().resumeRecording(); });
    bench.actions().action(ActionId::RecoverRun)->setEnabled(false);
    on(ActionId::RecoverRun, [this] { lookForKilledRuns(m_base); });
}

void StoreNotices::lookForKilledRuns(const QString& base) {
    m_base = base;
    m_runs = findKilledRuns(base);
    bench().actions().action(ActionId::RecoverRun)->setEnabled(!m_runs.empty());
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
                self->bench().say(tr("Nothing in that session could be read."));
            self->m_isOpening = true;
            self->bench().engine().adopt(recovered);
        });
    });
    m_runs.erase(m_runs.begin());
    offer();
}

void StoreNotices::showRecovered(const QVector<EndpointSnapshot>& snapshots) {
    if (!m_isOpening)
        return;
    const auto first = std::find_if(snapshots.begin(), snapshots.end(),
                                    [](const EndpointSnapshot& snapshot) { return snapshot.isRecovered; });
    if (first == snapshots.end())
        return;
    m_isOpening = false;
    bench().show(first->id);
}

void StoreNotices::remove(const KilledRun& run) {
    if (bench().prompter().confirm(window(), tr("Remove the records of that session? They cannot be brought back."),
                                   tr("Remove")) &&
        !removeKilledRun(run))
        bench().say(tr("%1 could not be removed.").arg(run.directory));
    lookForKilledRuns(m_base);
}

} // namespace sw::ui
