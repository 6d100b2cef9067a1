// SPDX-License-Identifier: MIT
#include "core/capture/recorder.h"

#include "core/capture/pcapngrecorder.h"
#include "core/capture/textrecorders.h"

#include <QFileInfo>
#include <QJsonObject>

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

template <typename T>
Result<std::unique_ptr<Recorder>> started(const QString& path) {
    auto recorder = std::make_unique<T>();
    if (auto opened = recorder->start(path); !opened)
        return tl::unexpected(opened.error());
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

Result<std::unique_ptr<Recorder>> Recorder::open(const QString& path) {
    if (path.endsWith(QLatin1Char('/')) || QFileInfo(path).isDir())
        return started<FolderRecorder>(path);
    const auto ends = [&](const char* ending) { return path.endsWith(QLatin1String(ending), Qt::CaseInsensitive); };
    if (ends(".pcapng"))
        return started<PcapngRecorder>(path);
    if (ends(".jsonl"))
        return started<JsonLinesRecorder>(path);
    if (ends(".csv"))
        return started<CsvRecorder>(path);
    if (ends(".txt"))
        return started<TextRecorder>(path);
    if (ends(".hex"))
        return started<HexRecorder>(path);
    if (ends(".bin"))
        return started<BinaryRecorder>(path);
    return tl::unexpected(
        badInput(QStringLiteral("record"),
                 QStringLiteral("%1: the ending decides the format, and this build writes %2, or a folder with a file "
                                "for each direction.")
                     .arg(path, writtenEndings())));
}

Result<void> Recorder::openFile(QFile& file, const QString& path, QIODevice::OpenMode mode) {
    file.setFileName(path);
    if (file.open(mode, QFileDevice::ReadOwner | QFileDevice::WriteOwner)) {
        if (!mode.testFlag(QIODevice::Append)) // one of ours again
            opened(path);
        return {};
    }
    return cannotOpen(path, file.errorString());
}

tl::unexpected<Error> Recorder::cannotOpen(const QString& path, const QString& why) {
    m_error = {.id = ErrorId::WriteFailed,
               .situation = QStringLiteral("record"),
               .detail = QStringLiteral("%1 cannot be written: %2.").arg(path, why)};
    return tl::unexpected(m_error);
}

void Recorder::stopped(const QString& path, const QString& why) {
    m_error = {.id = ErrorId::WriteFailed,
               .situation = QStringLiteral("record"),
               .detail = QStringLiteral("Recording to %1 stopped: %2. Traffic goes on.").arg(path, why)};
}

void Recorder::put(QFile& file, const QByteArray& bytes) {
    if (file.write(bytes) != bytes.size())
        stopped(file.fileName(), file.errorString());
}

void Recorder::put(AppendFile& file, BlockBuffer& buffer) {
    if (const auto done = file.append(buffer); !done)
        stopped(file.path(), qt_error_string(done.error().native));
}

Result<void> Recorder::write(const SourcePart& part, const RecordView& record) {
    if (!hasFailed())
        writeRecord(part, record);
    return hasFailed() ? Result<void>(tl::unexpected(m_error)) : Result<void>();
}

Result<void> Recorder::flush() {
    if (!hasFailed() && !flushFiles()) {
        m_error = {.id = ErrorId::WriteFailed,
                   .situation = QStringLiteral("record"),
                   .detail = QStringLiteral("Recording stopped: the file could not be written. Traffic goes on.")};
    }
    return hasFailed() ? Result<void>(tl::unexpected(m_error)) : Result<void>();
}

Result<void> Recorder::finish() {
    if (!hasFailed())
        writeEnd();
    return flush();
}

} // namespace sw
