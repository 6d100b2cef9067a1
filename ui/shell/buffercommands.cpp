// SPDX-License-Identifier: MIT
#include "ui/shell/buffercommands.h"

#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"
#include "ui/buffer/filterbar.h"
#include "ui/buffer/findbar.h"
#include "ui/compare/comparewindow.h"
#include "ui/composer/composer.h"
#include "ui/widgets/eventtext.h"

#include <QDateTime>

namespace sw::ui {

BufferCommands::BufferCommands(const Parts& parts, QWidget* window)
    : QObject(window),
      m_parts(parts),
      m_window(window) {
    connectView();
    connectMarks();
    m_parts.actions.connectTo(ActionId::Compare, this, [this] { compare(); });
    m_parts.actions.connectTo(ActionId::RecordToFile, this, [this] { recordToFile(); });
    m_parts.actions.connectTo(ActionId::StopRecordingToFile, this, [this] { stopRecording(); });
    m_parts.actions.action(ActionId::StopRecordingToFile)->setEnabled(false);
}

void BufferCommands::connectView() {
    const auto on = [this](ActionId id, std::function<void(BufferPanel&)> call) {
        m_parts.actions.connectTo(id, this, [this, call = std::move(call)] {
            if (BufferPanel* panel = m_parts.buffers.current())
                call(*panel);
        });
    };
    on(ActionId::Copy, [](BufferPanel& panel) { panel.view()->copyText(); });
    on(ActionId::CopyHex, [](BufferPanel& panel) { panel.view()->copyHex(); });
    on(ActionId::CopyCArray, [](BufferPanel& panel) { panel.view()->copyCArray(); });
    on(ActionId::SelectAll, [](BufferPanel& panel) { panel.view()->selectAll(); });
    on(ActionId::Find, [](BufferPanel& panel) { panel.findBar()->open(); });
    on(ActionId::FindNext, [](BufferPanel& panel) { panel.findBar()->next(); });
    on(ActionId::FindPrevious, [](BufferPanel& panel) { panel.findBar()->previous(); });
    on(ActionId::FilterBuffer, [](BufferPanel& panel) { panel.filterBar()->open(); });
    on(ActionId::GoTo, [this](BufferPanel& panel) { goTo(panel); });
    on(ActionId::ModeText, [](BufferPanel& panel) { panel.view()->setMode(BufferMode::Text); });
    on(ActionId::ModeHex, [](BufferPanel& panel) { panel.view()->setMode(BufferMode::Hex); });
    on(ActionId::ModeMixed, [](BufferPanel& panel) { panel.view()->setMode(BufferMode::Mixed); });
    on(ActionId::FollowTail, [](BufferPanel& panel) { panel.view()->setFollowing(true); });
    on(ActionId::WrapLines, [](BufferPanel& panel) { panel.view()->setWrapped(!panel.view()->isWrapped()); });
    on(ActionId::FocusBuffer, [](BufferPanel& panel) { panel.view()->setFocus(Qt::ShortcutFocusReason); });
    on(ActionId::FocusMessage, [](BufferPanel& panel) { panel.composer()->focusMessage(); });
}

void BufferCommands::connectMarks() {
    const auto on = [this](ActionId id, std::function<void(BufferPanel&)> call) {
        m_parts.actions.connectTo(id, this, [this, call = std::move(call)] {
            if (BufferPanel* panel = m_parts.buffers.current())
                call(*panel);
        });
    };
    const std::pair<ActionId, MarkColor> colors[] = {{ActionId::MarkYellow, MarkColor::Yellow},
                                                     {ActionId::MarkGreen, MarkColor::Green},
                                                     {ActionId::MarkBlue, MarkColor::Blue},
                                                     {ActionId::MarkRed, MarkColor::Red},
                                                     {ActionId::Unmark, MarkColor::None}};
    for (const auto& [id, color] : colors)
        on(id, [chosen = color](BufferPanel& panel) { panel.view()->markRecords(chosen); });
    on(ActionId::NextMark, [](BufferPanel& panel) { panel.view()->stepToMark(1); });
    on(ActionId::PreviousMark, [](BufferPanel& panel) { panel.view()->stepToMark(-1); });
    on(ActionId::Note, [this](BufferPanel& panel) { askNote(panel); });
}

void BufferCommands::goTo(BufferPanel& panel) {
    const auto wanted = m_parts.prompter.ask(
        m_window, tr("Go to"), tr("A row (120), a share (50%), a byte (@4096 or 0x1000) or a time (12:30:05):"), {});
    if (!wanted)
        return;
    const auto target = parseGoTo(*wanted, Timestamp::now().wall);
    if (target)
        panel.view()->goTo(*target);
    else
        emit complained(errorText(target.error()));
}

void BufferCommands::adopt(BufferPanel& panel) {
    connect(&panel, &BufferPanel::complained, this, &BufferCommands::complained);
    connect(&panel, &BufferPanel::noteRequested, this, [this, &panel] { askNote(panel); });
}

void BufferCommands::askNote(BufferPanel& panel) {
    const auto place = panel.view()->placeAtCaret();
    if (!place)
        return;
    const Annotation* annotation = m_parts.annotations.find(place->first, place->second);
    const auto note = m_parts.prompter.ask(m_window, tr("Note"), tr("Note on this record (empty: none):"),
                                           annotation == nullptr ? QString() : annotation->note);
    if (note)
        m_parts.annotations.setNote(*place, note->trimmed());
}

void BufferCommands::merge(const QVector<EndpointId>& endpoints) {
    if (endpoints.size() < 2) {
        emit complained(tr("Select at least two endpoints in the tree (with Ctrl or Shift) to merge them."));
        return;
    }
    bool hasRecovered = false;
    bool hasLive = false;
    for (const EndpointId id : endpoints) {
        const auto snapshot = m_parts.engine.snapshot(id);
        hasRecovered = hasRecovered || (snapshot && snapshot->isRecovered);
        hasLive = hasLive || (snapshot && !snapshot->isRecovered);
    }
    if (hasRecovered && hasLive) {
        emit complained(tr("Recovered endpoints cannot be merged with others: their clock had another zero."));
        return;
    }
    auto* panel = new BufferPanel(m_parts.engine, m_parts.settings, m_parts.annotations, endpoints, nullptr);
    adopt(*panel);
    m_parts.buffers.add(panel);
}

void BufferCommands::compare() {
    std::vector<CompareSide> sides;
    for (BufferPanel* panel : m_parts.buffers.panels()) {
        const BufferView* view = panel->view();
        const RecordSource& source = view->source();
        if (view->hasSelection()) // what is selected is what is meant: it stands first
            sides.insert(sides.begin(), {.title = tr("%1 — selection").arg(panel->title()),
                                         .parts = source.parts(),
                                         .from = source.unfiltered(view->selectionStart().record),
                                         .to = source.unfiltered(view->selectionEnd().record) + 1});
        sides.push_back({.title = panel->title(), .parts = source.parts(), .from = 0, .to = source.total()});
    }
    if (sides.size() < 2) {
        emit complained(tr("Open two buffers, or select something in one, to compare them."));
        return;
    }
    (new CompareWindow(std::move(sides), m_parts.settings.bufferFont(), m_window))->QDialog::show();
}

void BufferCommands::recordToFile() {
    BufferPanel* panel = m_parts.buffers.current();
    if (panel == nullptr)
        return;
    const QString name = QStringLiteral("recording-%1.jsonl")
                             .arg(QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss")));
    const QString path = m_parts.prompter.fileToWrite(m_window, tr("Record %1 to a File").arg(panel->title()), name,
                                                      tr("All records (*.jsonl);;Packets for Wireshark (*.pcapng);;"
                                                         "Spreadsheet (*.csv);;Text (*.txt);;Hex dump (*.hex);;"
                                                         "Received bytes (*.bin)"));
    if (path.isEmpty())
        return;
    QVector<EndpointId> roots{panel->endpoint()};
    if (panel->isMerged()) {
        roots.clear();
        for (const SourcePart& part : panel->view()->source().parts())
            roots.append(part.id);
    }
    auto recording = FileRecording::start(m_parts.engine, roots, path, Existing::Replace); // the dialog has asked
    if (!recording) {
        emit complained(errorText(recording.error()));
        return;
    }
    FileRecording* observer = recording->get();
    connect(observer, &FileRecording::failed, this, [this, observer](const Error& error) {
        emit complained(tr("%1 Traffic goes on.").arg(errorText(error)));
        QMetaObject::invokeMethod( // not while it speaks
            this,
            [this, observer] {
                std::erase_if(m_recordings, [observer](const auto& one) { return one.get() == observer; });
                tellRecordings();
            },
            Qt::QueuedConnection);
    });
    m_recordings.push_back(std::move(*recording));
    tellRecordings();
}

void BufferCommands::stopRecording() {
    m_recordings.clear();
    tellRecordings();
}

void BufferCommands::tellRecordings() {
    QStringList paths;
    for (const auto& recording : m_recordings)
        paths.append(recording->path());
    m_parts.actions.action(ActionId::StopRecordingToFile)->setEnabled(!paths.isEmpty());
    emit recordingsChanged(paths);
}

} // namespace sw::ui
