// SPDX-License-Identifier: MIT
#include "core/capture/recorder.h"

#include "core/capture/pcapngrecorder.h"
#include "core/capture/textrecorders.h"

#include <QFileInfo>
#include <QJsonObject>
#include <QStringList>

#include <array>

namespace sw {

namespace {

constexpr std::array formats{
    RecordingFormat{".pcapng", "packets for Wireshark, with headers that are made up from what was observed", true,
                    true},
    RecordingFormat{".pcap", "packets of another program; gzip of it and of .pcapng too", false, true},
    RecordingFormat{".jsonl", "every record, one JSON object a line", true, true},
    RecordingFormat{".csv", "every record, one line each, for spreadsheets", true, true},
    RecordingFormat{".txt", "every record, to be read by people", true, false},
    RecordingFormat{".hex", "bytes as hex dumps, which Wireshark imports; without its # lines xxd -r reads it", true,
                    true},
    RecordingFormat{".bin", "the received bytes; what was sent goes to NAME.sent.bin", true, true},
};

template <typename T, typename... Arguments>
Result<std::unique_ptr<Recorder>> started(const QString& path, const Opening& how, Arguments... arguments) {
    auto recorder = std::make_unique<T>(arguments...);
    if (auto opened = recorder->start(path, how); !opened) {
        recorder->discard();
        return tl::unexpected(opened.error());
    }
    return recorder;
}

} // namespace

std::span<const RecordingFormat> recordingFormats() {
    return formats;
}

QString writtenEndings() {
    QStringList endings;
    for (const RecordingFormat& format : formats) {
        if (format.isWritten)
            endings.append(QString::fromLatin1(format.ending));
    }
    return endings.join(QLatin1String(", "));
}

QString recordKindName(RecordKind kind) {
    switch (kind) {
    case RecordKind::Received:
        return QStringLiteral("received");
    case RecordKind::Sent:
        return QStringLiteral("sent");
    case RecordKind::Event:
        return QStringLiteral("event");
    case RecordKind::Note:
        break;
    }
    return QStringLiteral("note");
}

Recorder::~Recorder() = default;

Result<std::unique_ptr<Recorder>> Recorder::open(const QString& path, const Opening& how) {
    if (path.endsWith(QLatin1Char('/')) || QFileInfo(path).isDir())
        return started<FolderRecorder>(path, how);
    const auto ends = [&](const char* ending) { return path.endsWith(QLatin1String(ending), Qt::CaseInsensitive); };
    if (ends(".pcapng"))
        return started<PcapngRecorder>(path, how);
    if (ends(".jsonl"))
        return started<JsonLinesRecorder>(path, how);
    if (ends(".csv"))
        return started<CsvRecorder>(path, how);
    if (ends(".txt"))
        return started<TextRecorder>(path, how);
    if (ends(".hex"))
        return started<HexRecorder>(path, how);
    if (ends(".bin"))
        return started<BinaryRecorder>(path, how);
    return tl::unexpected(
        badInput(QStringLiteral("record"),
                 sentence(QT_TRANSLATE_NOOP("Core", "%1: the ending decides the format, and this build writes %2, or a "
                                                    "folder with a file for each direction."),
                          path, writtenEndings())));
}

Result<std::unique_ptr<Recorder>> Recorder::openDump(const QString& path, bool isHex, bool passedOn,
                                                     const Opening& how) {
    if (path.endsWith(QLatin1Char('/')))
        return tl::unexpected(
            badInput(QStringLiteral("record"),
                     sentence(QT_TRANSLATE_NOOP("Core", "%1 is a folder: a dump is one file."), path)));
    return isHex ? started<HexRecorder>(path, how, true, passedOn) : started<DumpRecorder>(path, how, passedOn);
}

QStringList filesOfRecording(const QString& path) {
    QStringList files{path};
    if (path.endsWith(QLatin1String(".bin"), Qt::CaseInsensitive)) {
        const QFileInfo info(path);
        files.append(info.path() + QLatin1Char('/') + info.completeBaseName() + QStringLiteral(".sent.bin"));
    }
    return files;
}

Result<void> Recorder::openFile(RecordingFile& file, const QString& path, const Opening& how) {
    auto opened = file.open(path, how);
    if (opened && how.existing != Existing::Append && !file.isSequential())
        made(path);
    heed(opened, path); // of one that is made later: the others are there
    return opened;
}

void Recorder::heed(const Result<void>& written, const QString& path) {
    if (written || hasFailed())
        return;
    m_error = written.error();
    const QString why = m_error.native == 0 ? m_error.detail : qt_error_string(m_error.native) + QLatin1Char('.');
    m_error.detail = sentence(QT_TRANSLATE_NOOP("Core", "Recording to %1 stopped: %2"), path, why);
}

Result<void> Recorder::write(const SourcePart& part, const RecordView& record) {
    if (!hasFailed())
        writeRecord(part, record);
    return hasFailed() ? Result<void>(tl::unexpected(m_error)) : Result<void>();
}

Result<void> Recorder::flush() {
    flushFiles(); // after an error too: of several files the others can still be written
    return hasFailed() ? Result<void>(tl::unexpected(m_error)) : Result<void>();
}

Result<void> Recorder::finish() {
    if (!hasFailed())
        writeEnd();
    closeFiles();
    return hasFailed() ? Result<void>(tl::unexpected(m_error)) : Result<void>();
}

void Recorder::discard() {
    closeFiles();
    for (const QString& file : std::as_const(m_files))
        (void)removeOldFile(file);
    m_files.clear();
}

} // namespace sw
