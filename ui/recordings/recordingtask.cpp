// SPDX-License-Identifier: MIT
#include "ui/recordings/recordingtask.h"

#include "core/base/threads.h"
#include "ui/widgets/controls.h"

#include <QProgressDialog>

namespace sw::ui {

namespace {
constexpr int steps = 1000;
constexpr int quietTime = 500; // milliseconds; shorter tasks show nothing
constexpr std::chrono::milliseconds interval(100);
} // namespace

void RecordingTask::run(const QString& text, QWidget* window, Work work) {
    new RecordingTask(text, window, std::move(work)); // the window's, until it is done
}

RecordingTask::RecordingTask(const QString& text, QWidget* window, Work work)
    : QObject(window),
      m_dialog(new QProgressDialog(text, tr("Cancel"), 0, steps, window)) {
    m_dialog->setObjectName(QStringLiteral("recordingProgress"));
    m_dialog->setWindowTitle(tr("Recording"));
    m_dialog->setMinimumDuration(quietTime);
    m_dialog->setAutoClose(false);
    m_dialog->setAutoReset(false);
    m_dialog->setMinimumWidth(420);
    m_dialog->setLabel(plainLabel(text, m_dialog)); // names of files and peers are no markup
    m_dialog->setValue(0);
    connect(m_dialog, &QProgressDialog::canceled, this, [this] {
        m_progress->isCancelled = true;
        m_timer.stop();
    });
    connect(&m_timer, &QTimer::timeout, this, &RecordingTask::showProgress);
    m_timer.start(interval);
    runOnPool([this, slot = m_postbox.slot(), progress = m_progress, work = std::move(work)] {
        auto finish = work(*progress);
        slot->post([this, finish = std::move(finish)] { // runs only while we are there
            m_timer.stop();
            m_dialog->hide();
            m_dialog->deleteLater();
            deleteLater(); // before what may ask something
            finish();
        });
    });
}

RecordingTask::~RecordingTask() {
    m_progress->isCancelled = true;
}

void RecordingTask::showProgress() {
    const qint64 size = m_progress->size;
    m_dialog->setValue(size <= 0 ? 0 : static_cast<int>(std::min<qint64>(m_progress->done * steps / size, steps - 1)));
}

} // namespace sw::ui
