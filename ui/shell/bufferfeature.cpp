// SPDX-License-Identifier: MIT
#include "ui/shell/bufferfeature.h"

#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"
#include "ui/buffer/colorsdialog.h"
#include "ui/buffer/filterbar.h"
#include "ui/buffer/findbar.h"
#include "ui/compare/comparewindow.h"
#include "ui/composer/composer.h"
#include "ui/widgets/eventtext.h"

#include <QDateTime>
#include <QPointer>

namespace sw::ui {

BufferFeature::BufferFeature(Workbench& bench) : Feature(bench) {
    connectView();
    connectMarks();
    connectArea();
    on(ActionId::Compare, [this] { compare(); });
    on(ActionId::RecordToFile, [this] { recordToFile(); });
    on(ActionId::StopRecordingToFile, [this] { stopRecording(); });
    bench.actions().action(ActionId::StopRecordingToFile)->setEnabled(false);
    connect(&bench, &Workbench::bufferMade, this, [this](BufferPanel* panel) { adopt(*panel); });
}

void BufferFeature::onBuffer(ActionId id, std::function<void(BufferPanel&)> call) {
    on(id, [this, call = std::move(call)] {
        if (BufferPanel* panel = bench().buffers().current())
            call(*panel);
    });
}

void BufferFeature::connectArea() {
    on(ActionId::SplitBuffers, [this] { bench().buffers().split(); });
    on(ActionId::CloseBuffer, [this] { bench().buffers().closeCurrent(); });
    on(ActionId::CloseOtherBuffers, [this] { bench().buffers().closeOthers(); });
    on(ActionId::PinBuffer, [this] { bench().buffers().pinCurrent(); });
    on(ActionId::ColorRules, [this] {
        auto* dialog = new ColorsDialog(ColorRules::read(bench().settings().colorRules()), window());
        connect(dialog, &ColorsDialog::changed, this, [this](const std::vector<ColorRule>& rules) {
            bench().settings().setColorRules(ColorRules::write(rules));
        });
        dialog->open();
    });
    on(ActionId::ZoomIn, [this] { bench().settings().zoomBufferFont(1); });
    on(ActionId::ZoomOut, [this] { bench().settings().zoomBufferFont(-1); });
    on(ActionId::ZoomReset, [this] { bench().settings().zoomBufferFont(0); });
    on(ActionId::NextBuffer, [this] { bench().buffers().next(); });
    on(ActionId::OpenBuffer, [this] { bench().openBuffer(bench().current()); });
    on(ActionId::MergeBuffers, [this] { merge(bench().selected()); });
}

void BufferFeature::connectView() {
    onBuffer(ActionId::Copy, [](BufferPanel& panel) { panel.view()->copyText(); });
    onBuffer(ActionId::CopyHex, [](BufferPanel& panel) { panel.view()->copyHex(); });
    onBuffer(ActionId::CopyCArray, [](BufferPanel& panel) { panel.view()->copyCArray(); });
    onBuffer(ActionId::SelectAll, [](BufferPanel& panel) { panel.view()->selectAll(); });
    onBuffer(ActionId::Find, [](BufferPanel& panel) { panel.findBar()->open(); });
    onBuffer(ActionId::FindNext, [](BufferPanel& panel) { panel.findBar()->next(); });
    onBuffer(ActionId::FindPrevious, [](BufferPanel& panel) { panel.findBar()->previous(); });
    onBuffer(ActionId::FilterBuffer, [](BufferPanel& panel) { panel.filterBar()->open(); });
    onBuffer(ActionId::GoTo, [this](BufferPanel& panel) { goTo(panel); });
    onBuffer(ActionId::ModeText, [](BufferPanel& panel) { panel.view()->setMode(BufferMode::Text); });
    onBuffer(ActionId::ModeHex, [](BufferPanel& panel) { panel.view()->setMode(BufferMode::Hex); });
    onBuffer(ActionId::ModeBoth, [](BufferPanel& panel) { panel.view()->setMode(BufferMode::Both); });
    onBuffer(ActionId::OnlyThisPeer, [this](BufferPanel& panel) { showOnlyPeer(panel); });
    onBuffer(ActionId::ClearView, [](BufferPanel& panel) { panel.filterBar()->clearBefore(Timestamp::now().wall); });
    onBuffer(ActionId::ShowCleared, [](BufferPanel& panel) { panel.filterBar()->showCleared(); });
    onBuffer(ActionId::FollowTail, [](BufferPanel& panel) { panel.view()->setFollowing(true); });
    onBuffer(ActionId::WrapLines, [](BufferPanel& panel) { panel.view()->setWrapped(!panel.view()->isWrapped()); });
    onBuffer(ActionId::FocusBuffer, [](BufferPanel& panel) { panel.view()->setFocus(Qt::ShortcutFocusReason); });
    onBuffer(ActionId::FocusMessage, [](BufferPanel& panel) { panel.composer()->focusMessage(); });
}

void BufferFeature::connectMarks() {
    const std::pair<ActionId, MarkColor> colors[] = {{ActionId::MarkYellow, MarkColor::Yellow},
                                                     {ActionId::MarkGreen, MarkColor::Green},
                                                     {ActionId::MarkBlue, MarkColor::Blue},
                                                     {ActionId::MarkRed, MarkColor::Red},
                                                     {ActionId::Unmark, MarkColor::None}};
    for (const auto& [id, color] : colors)
        onBuffer(id, [chosen = color](BufferPanel& panel) { panel.view()->markRecords(chosen); });
    onBuffer(ActionId::NextMark, [](BufferPanel& panel) { panel.view()->stepToMark(1); });
    onBuffer(ActionId::PreviousMark, [](BufferPanel& panel) { panel.view()->stepToMark(-1); });
    onBuffer(ActionId::Note, [this](BufferPanel& panel) { askNote(panel); });
}

void BufferFeature::goTo(BufferPanel& panel) {
    const QPointer<BufferPanel> still(&panel); // it may be closed while the question is there
    const auto wanted = bench().prompter().ask(
        window(), tr("Go to"), tr("A row (120), a share (50%), a byte (@4096 or 0x1000) or a time (12:30:05):"), {});
    if (!wanted || still == nullptr)
        return;
    const auto target = parseGoTo(*wanted, Timestamp::now().wall);
    if (target)
        panel.view()->goTo(*target);
    else
        bench().say(errorText(target.error()));
}

void BufferFeature::adopt(BufferPanel& panel) {
    connect(&panel, &BufferPanel::complained, &bench(), &Workbench::say);
    connect(panel.view(), &BufferView::zoomRequested, this,
            [this](int direction) { bench().settings().zoomBufferFont(direction); });
    connect(&panel, &BufferPanel::recordRequested, this, [this, &panel] {
        bench().buffers().open(panel.endpoint());
        m_recordings.empty() ? recordToFile() : stopRecording();
        tellRecordings(); // also where the user changed their mind
    });
    panel.setRecording(!m_recordings.empty());
    connect(&panel, &BufferPanel::noteRequested, this, [this, &panel] { askNote(panel); });
}

/// The one of the record at the caret; all of them again the second time.
void BufferFeature::showOnlyPeer(BufferPanel& panel) {
    const auto place = panel.view()->placeAtCaret();
    const auto& parts = panel.view()->source().parts();
    const auto part = std::find_if(parts.begin(), parts.end(),
                                   [&](const SourcePart& one) { return place && one.id == place->first; });
    if (part == parts.end() || parts.size() < 2)
        bench().say(tr("Click a row of a peer in a buffer that has several."));
    else
        panel.filterBar()->toggle(QStringLiteral("name:\"%1\"").arg(part->name));
}

void BufferFeature::askNote(BufferPanel& panel) {
    const auto place = panel.view()->placeAtCaret();
    if (!place)
        return;
    const Annotation* annotation = bench().annotations().find(place->first, place->second);
    const auto note = bench().prompter().ask(window(), tr("Note"), tr("Note on this record (empty: none):"),
                                             annotation == nullptr ? QString() : annotation->note);
    if (note)
        bench().annotations().setNote(*place, note->trimmed());
}

void BufferFeature::merge(const QVector<EndpointId>& endpoints) {
    if (endpoints.size() < 2) {
        bench().say(tr("Select at least two endpoints in the tree (with Ctrl or Shift) to merge them."));
        return;
    }
    bool hasRecovered = false;
    bool hasLive = false;
    for (const EndpointId id : endpoints) {
        const auto snapshot = bench().engine().snapshot(id);
        hasRecovered = hasRecovered || (snapshot && snapshot->isRecovered);
        hasLive = hasLive || (snapshot && !snapshot->isRecovered);
    }
    if (hasRecovered && hasLive) {
        bench().say(tr("Recovered endpoints cannot be merged with others: their clock had another zero."));
        return;
    }
    auto* panel = new BufferPanel(bench().engine(), bench().settings(), bench().annotations(), endpoints, nullptr);
    adopt(*panel);
    bench().buffers().add(panel);
}

void BufferFeature::compare() {
    std::vector<CompareSide> sides;
    for (BufferPanel* panel : bench().buffers().panels()) {
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
        bench().say(tr("Open two buffers, or select something in one, to compare them."));
        return;
    }
    (new CompareWindow(std::move(sides), bench().settings().bufferFont(), window()))->QDialog::show();
}

void BufferFeature::recordToFile() {
    const QPointer<BufferPanel> panel(bench().buffers().current());
    if (panel == nullptr)
        return;
    const QString name = QStringLiteral("recording-%1.jsonl")
                             .arg(QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss")));
    const QString path = bench().prompter().fileToWrite(window(), tr("Record %1 to a File").arg(panel->title()), name,
                                                        tr("All records (*.jsonl);;Packets for Wireshark (*.pcapng);;"
                                                           "Spreadsheet (*.csv);;Text (*.txt);;Hex dump (*.hex);;"
                                                           "Received bytes (*.bin)"));
    if (path.isEmpty() || panel == nullptr)
        return;
    QVector<EndpointId> roots{panel->endpoint()};
    if (panel->isMerged()) {
        roots.clear();
        for (const SourcePart& part : panel->view()->source().parts())
            roots.append(part.id);
    }
    auto recording = FileRecording::start(bench().engine(), roots, path, Existing::Replace); // the dialog has asked
    if (!recording) {
        bench().say(errorText(recording.error()));
        return;
    }
    FileRecording* observer = recording->get();
    connect(observer, &FileRecording::failed, this, [this, observer](const Error& error) {
        bench().say(tr("%1 Traffic goes on.").arg(errorText(error)));
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

void BufferFeature::stopRecording() {
    m_recordings.clear();
    tellRecordings();
}

void BufferFeature::tellRecordings() {
    QStringList paths;
    for (const auto& recording : m_recordings)
        paths.append(recording->path());
    bench().actions().action(ActionId::StopRecordingToFile)->setEnabled(!paths.isEmpty());
    for (BufferPanel* panel : bench().buffers().panels())
        panel->setRecording(!paths.isEmpty());
    emit recordingsChanged(paths);
}

} // namespace sw::ui
