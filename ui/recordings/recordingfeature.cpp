// SPDX-License-Identifier: MIT
#include "ui/recordings/recordingfeature.h"

#include "core/capture/importedrecording.h"
#include "core/capture/recorder.h"
#include "core/capture/recordingwriter.h"
#include "core/capture/textrecorders.h"
#include "core/replay/replayscript.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"
#include "ui/composer/composer.h"
#include "ui/recordings/recordingtask.h"
#include "ui/recordings/replaydialog.h"
#include "ui/recordings/wireshark.h"
#include "ui/widgets/eventtext.h"

#include <QFileInfo>
#include <QPointer>
#include <QProcess>

namespace sw::ui {

namespace {

QString readFilter() {
    QString endings;
    for (const RecordingFormat& format : recordingFormats()) {
        if (format.isRead)
            endings += QStringLiteral("*%1 ").arg(QLatin1String(format.ending));
    }
    return RecordingFeature::tr("Recordings and captures (%1*.pcap.gz *.pcapng.gz *.cap);;All files (*)").arg(endings);
}

QString countText(const QString& path, std::size_t conversations) {
    const QString name = QFileInfo(path).fileName();
    return conversations == 1 ? RecordingFeature::tr("%1: 1 conversation.").arg(name)
                              : RecordingFeature::tr("%1: %2 conversations.").arg(name, QString::number(conversations));
}

/// What is shown of a buffer now, to be written on another thread.
struct BufferContent {
    std::vector<SourcePart> parts;
    std::shared_ptr<std::vector<RecordIndex>> shown; // among all; nullptr: all of them
};

BufferContent contentOf(const BufferPanel& panel) {
    const RecordSource& source = panel.view()->source();
    BufferContent content{.parts = source.parts(), .shown = nullptr};
    if (!source.isFiltered())
        return content;
    content.shown = std::make_shared<std::vector<RecordIndex>>();
    content.shown->reserve(source.count());
    for (RecordIndex i = 0; i < source.count(); ++i)
        content.shown->push_back(source.unfiltered(i));
    return content;
}

} // namespace

RecordingFeature::RecordingFeature(Workbench& bench) : Feature(bench) {
    on(ActionId::OpenRecording, [this] { choose(); });
    on(ActionId::ExportBuffer, [this] { exportBuffer(); });
    on(ActionId::OpenInWireshark, [this] { openInWireshark(); });
    on(ActionId::Replay, [this] { replay(); });
    on(ActionId::ResendRecord, [this] { sendAgain(false); });
    on(ActionId::EditRecord, [this] { sendAgain(true); });
    bench.actions().action(ActionId::OpenInWireshark)->setVisible(!findWireshark().isEmpty());
    connect(&bench, &Workbench::bufferMade, this, [this](BufferPanel* panel) { adopt(*panel); });
    connect(&bench, &Workbench::endpointsChanged, this, &RecordingFeature::showExpected);
}

void RecordingFeature::showExpected(const QVector<EndpointSnapshot>& snapshots) {
    for (const EndpointSnapshot& snapshot : snapshots) {
        if (snapshot.kind == EndpointKind::Recording && m_expected.removeOne(snapshot.name))
            bench().show(snapshot.id);
    }
}

void RecordingFeature::adopt(BufferPanel& panel) {
    for (const ActionId id : {ActionId::ResendRecord, ActionId::EditRecord, ActionId::Replay, ActionId::ExportBuffer,
                              ActionId::OpenInWireshark})
        panel.view()->addAction(bench().actions().action(id));
}

bool RecordingFeature::isRecording(const QString& path) {
    const QString name = path.toLower();
    for (const RecordingFormat& format : recordingFormats()) {
        const QString ending = QString::fromLatin1(format.ending);
        if (format.isRead && (name.endsWith(ending) || name.endsWith(ending + QStringLiteral(".gz"))))
            return true;
    }
    return name.endsWith(QLatin1String(".cap"));
}

void RecordingFeature::choose() {
    const QString path = bench().prompter().fileToRead(window(), tr("Open a recording or capture"), readFilter());
    if (!path.isEmpty())
        open(path);
}

void RecordingFeature::open(const QString& path) {
    RecordingTask::run(tr("Reading %1").arg(QFileInfo(path).fileName()), window(),
                       [this, path](ImportProgress& progress) -> std::function<void()> {
                           auto recording = readRecording(path, &progress);
                           return [this, path, recording = std::move(recording)] {
                               if (!recording) {
                                   if (recording.error().id == ErrorId::ShutDown)
                                       bench().say(errorText(recording.error()));
                                   else
                                       bench().prompter().tell(window(), tr("Open a recording"),
                                                               errorText(recording.error()));
                                   return;
                               }
                               m_expected.append(QFileInfo(path).fileName());
                               bench().engine().adopt(recording->all());
                               QStringList said{countText(path, recording->conversations.size())};
                               said += recording->problems.mid(0, 3); // the recording's own buffer has them all
                               bench().say(said.join(QLatin1Char(' ')));
                           };
                       });
}

void RecordingFeature::exportBuffer() {
    const QPointer<BufferPanel> panel(bench().buffers().current()); // it may be closed while the dialog is open
    if (panel == nullptr) {
        bench().say(tr("Open a buffer first."));
        return;
    }
    QStringList filters;
    for (const RecordingFormat& format : recordingFormats()) {
        if (format.isWritten)
            filters.append(QStringLiteral("%1 (*%2)").arg(QLatin1String(format.summary), QLatin1String(format.ending)));
    }
    const QString path = bench().prompter().fileToWrite(window(), tr("Export %1").arg(panel->title()),
                                                        safeFileName(panel->title()) + QStringLiteral(".pcapng"),
                                                        filters.join(QLatin1String(";;")));
    if (!path.isEmpty() && panel != nullptr)
        writeBuffer(*panel, path, {});
}

void RecordingFeature::writeBuffer(BufferPanel& panel, const QString& path, std::function<void()> written) {
    RecordingTask::run(
        tr("Writing %1").arg(QFileInfo(path).fileName()), window(),
        [this, content = contentOf(panel), path,
         written = std::move(written)](ImportProgress& progress) -> std::function<void()> {
            RecordSource source(content.parts);
            source.update();
            std::size_t next = 0; // of what is shown; positions ascend
            const auto isShown = [&](RecordIndex index) {
                if (content.shown == nullptr)
                    return true;
                while (next < content.shown->size() && (*content.shown)[next] < index)
                    ++next;
                return next < content.shown->size() && (*content.shown)[next] == index;
            };
            const auto result =
                writeRecording(source, path, isShown, &progress, Existing::Replace); // the dialog has asked
            return [this, path, result, written] {
                if (!result)
                    bench().say(errorText(result.error()));
                else if (written)
                    written();
                else
                    bench().say(*result == 1 ? tr("1 record written to %1.").arg(path)
                                             : tr("%1 records written to %2.").arg(QString::number(*result), path));
            };
        });
}

void RecordingFeature::openInWireshark() {
    BufferPanel* panel = bench().buffers().current();
    const QString program = findWireshark();
    if (panel == nullptr || program.isEmpty()) {
        bench().say(program.isEmpty() ? tr("Wireshark is not installed here.") : tr("Open a buffer first."));
        return;
    }
    if (!m_folder)
        m_folder = std::make_unique<QTemporaryDir>(); // 0700
    const QString path =
        m_folder->filePath(QStringLiteral("%1-%2.pcapng").arg(safeFileName(panel->title())).arg(++m_exported));
    writeBuffer(*panel, path, [this, program, path] {
        if (!QProcess::startDetached(program, {QStringLiteral("-r"), path}))
            bench().say(tr("%1 did not start.").arg(program));
    });
}

void RecordingFeature::replay() {
    BufferPanel* panel = bench().buffers().current();
    if (panel == nullptr) {
        bench().say(tr("Open the buffer of what is to be replayed first."));
        return;
    }
    const EndpointSnapshot* snapshot = bench().model().snapshot(panel->endpoint());
    const QString scheme = snapshot == nullptr ? QStringLiteral("tcp") : schemeName(snapshot->address.scheme);
    const bool isAccepted = snapshot != nullptr && (snapshot->isAccepted || snapshot->kind == EndpointKind::Flow);
    QString place = snapshot == nullptr ? QString() : isAccepted ? snapshot->local : snapshot->peer;
    if (place.isEmpty() && snapshot != nullptr)
        place = snapshot->local;
    const QString client = place.isEmpty() ? QString() : QString(scheme + QStringLiteral("://") + place);
    RecordingTask::run(tr("Reading %1").arg(panel->title()), window(),
                       [this, parts = panel->view()->source().parts(), title = panel->title(), client,
                        scheme](ImportProgress& progress) -> std::function<void()> {
                           auto script = ReplayScript::of(parts, title);
                           if (progress.isCancelled)
                               return [] {};
                           return [this, script, client, scheme] {
                               if (!script) {
                                   bench().say(errorText(script.error()));
                                   return;
                               }
                               auto* dialog = new ReplayDialog(bench().engine(), *script, client,
                                                               scheme + QStringLiteral("://127.0.0.1:0"), window());
                               connect(dialog, &ReplayDialog::opened, this,
                                       [this](EndpointId id) { bench().whenSettled(id); });
                               dialog->show();
                           };
                       });
}

void RecordingFeature::sendAgain(bool edits) {
    BufferPanel* panel = bench().buffers().current();
    const auto place = panel == nullptr ? std::nullopt : panel->view()->placeAtCaret();
    const auto transcript = place ? bench().engine().transcript(place->first) : nullptr;
    if (transcript == nullptr) {
        bench().say(tr("Click a message in a buffer first."));
        return;
    }
    const RecordView record = TranscriptReader(transcript).at(place->second);
    if (record.header.kind != RecordKind::Received && record.header.kind != RecordKind::Sent) {
        bench().say(tr("This is an event. Click a message that was sent or received."));
        return;
    }
    const EndpointSnapshot* snapshot = bench().model().snapshot(place->first);
    const bool isOpen = snapshot != nullptr && !isEnded(snapshot->state);
    if (edits) {
        panel->composer()->setMessage(record.bytes.toByteArray());
        panel->composer()->focusMessage();
        return;
    }
    if (!isOpen) {
        bench().say(tr("%1 has ended. Edit a copy, or replay the recording, to send it elsewhere.")
                        .arg(snapshot == nullptr ? QString() : snapshot->name));
        return;
    }
    bench().engine().send(place->first, record.bytes.toByteArray());
}

} // namespace sw::ui
