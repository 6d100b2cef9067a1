// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/postbox.h"
#include "core/capture/importedrecording.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>

class QProgressDialog;

namespace sw::ui {

/// Something long that is done with files on a pool thread, with its progress and a way to cancel it. Deletes itself
/// when it is done. The UI thread.
class RecordingTask final : public QObject {
    Q_OBJECT

public:
    /// Runs on a pool thread; what it returns runs on the UI thread afterwards, if the window is still there.
    using Work = std::function<std::function<void()>(ImportProgress&)>;

    static void run(const QString& text, QWidget* window, Work work);
    ~RecordingTask() override;
    RecordingTask(const RecordingTask&) = delete;
    RecordingTask& operator=(const RecordingTask&) = delete;
    RecordingTask(RecordingTask&&) = delete;
    RecordingTask& operator=(RecordingTask&&) = delete;

private:
    RecordingTask(const QString& text, QWidget* window, Work work);
    void showProgress();

    Postbox m_postbox{this};
    std::shared_ptr<ImportProgress> m_progress = std::make_shared<ImportProgress>();
    QProgressDialog* m_dialog;
    QTimer m_timer;
};

} // namespace sw::ui
