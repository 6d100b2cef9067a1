// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/filerecording.h"
#include "ui/workbench/workbench.h"

namespace sw::ui {

/// What the menu does with the current buffer: find, filter, go to, marks and notes, split, compare, merge, record to a
/// file. The UI thread.
class BufferFeature final : public Feature {
    Q_OBJECT

public:
    explicit BufferFeature(Workbench& bench);

signals:
    /// The files that are being written changed.
    void recordingsChanged(const QStringList& paths);

private:
    void connectView();
    void connectMarks();
    void connectArea();
    void onBuffer(ActionId id, std::function<void(BufferPanel&)> call);
    void adopt(BufferPanel& panel);
    void showOnlyPeer(BufferPanel& panel);
    void askNote(BufferPanel& panel);
    void merge(const QVector<EndpointId>& endpoints);
    void goTo(BufferPanel& panel);
    void compare();
    void recordToFile();
    void stopRecording();
    void tellRecordings();

    std::vector<std::unique_ptr<FileRecording>> m_recordings;
};

} // namespace sw::ui
