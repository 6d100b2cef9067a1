// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

#include <QTemporaryDir>

namespace sw::ui {

/// Opens recordings and captures, exports buffers, hands them to Wireshark, replays them, and sends single records
/// again. The UI thread.
class RecordingFeature final : public Feature {
    Q_OBJECT

public:
    explicit RecordingFeature(Workbench& bench);

    /// Reads a file on a pool thread; its conversations come below it in the tree.
    void open(const QString& path);
    /// Whether a dropped file looks like a recording.
    static bool isRecording(const QString& path);

private:
    /// Puts what concerns single records into a buffer's menu.
    void adopt(BufferPanel& panel);
    void showExpected(const QVector<EndpointSnapshot>& snapshots);
    void choose();
    void exportBuffer();
    void writeBuffer(BufferPanel& panel, const QString& path, std::function<void()> written);
    void openInWireshark();
    void replay();
    void sendAgain(bool edits);

    std::unique_ptr<QTemporaryDir> m_folder; // for Wireshark, until the window closes
    int m_exported = 0;
    QStringList m_expected; // recordings that were read, by name: their buffers are shown when they are there
};

} // namespace sw::ui
