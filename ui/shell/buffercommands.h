// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "core/engine/filerecording.h"
#include "ui/actions/actions.h"
#include "ui/actions/prompter.h"
#include "ui/buffer/annotations.h"
#include "ui/settings/settings.h"

#include <map>

namespace sw::ui {

class BufferArea;
class BufferPanel;

/// What the menu does with the current buffer: find, filter, go to, marks and notes, compare, merge, record to a file.
/// The UI thread.
class BufferCommands final : public QObject {
    Q_OBJECT

public:
    struct Parts {
        Engine& engine;
        Settings& settings;
        Prompter& prompter;
        Annotations& annotations;
        BufferArea& buffers;
        ActionRegistry& actions;
    };

    BufferCommands(const Parts& parts, QWidget* window);

    /// Serves a new panel.
    void adopt(BufferPanel& panel);
    /// Asks for a note on the record at the caret.
    void askNote(BufferPanel& panel);
    /// Several endpoints as one buffer.
    void merge(const QVector<EndpointId>& endpoints);

signals:
    void complained(const QString& text);
    /// The files that are being written changed.
    void recordingsChanged(const QStringList& paths);

private:
    void connectView();
    void connectMarks();
    void goTo(BufferPanel& panel);
    void compare();
    void recordToFile();
    void stopRecording();
    void tellRecordings();

    Parts m_parts;
    QWidget* m_window;
    std::vector<std::unique_ptr<FileRecording>> m_recordings;
};

} // namespace sw::ui
