// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "ui/actions/actions.h"
#include "ui/actions/prompter.h"
#include "ui/endpoints/endpointmodel.h"

#include <QTemporaryDir>

#include <functional>

namespace sw::ui {

class BufferArea;
class BufferPanel;

/// Opens recordings and captures, exports buffers, hands them to Wireshark, replays them, and sends single records
/// again. The UI thread.
class RecordingCommands final : public QObject {
    Q_OBJECT

public:
    struct Parts {
        Engine& engine;
        Prompter& prompter;
        const EndpointModel& model;
        BufferArea& buffers;
        ActionRegistry& actions;
    };

    RecordingCommands(Parts parts, QWidget* window);

    /// Puts what concerns single records into a buffer's menu.
    void adopt(BufferPanel& panel);
    /// Reads a file on a pool thread; its conversations come below it in the tree.
    void open(const QString& path);
    /// Whether a dropped file looks like a recording.
    static bool isRecording(const QString& path);

signals:
    void complained(const QString& text);
    /// Something was opened, and its buffer is to be shown once it is there.
    void endpointOpened(sw::EndpointId id);
    /// A recording was read; its first endpoint has this name.
    void recordingOpened(const QString& name);

private:
    void choose();
    void exportBuffer();
    void writeBuffer(BufferPanel& panel, const QString& path, std::function<void()> written);
    void openInWireshark();
    void replay();
    void sendAgain(bool edits);

    Parts m_parts;
    QWidget* m_window;
    std::unique_ptr<QTemporaryDir> m_folder; // for Wireshark, until the window closes
    int m_exported = 0;
};

} // namespace sw::ui
