// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/appendfile.h"
#include "core/transcript/recordsource.h"

#include <QFile>

#include <memory>

namespace sw {

/// Streams records to a file as they come. Belongs to one thread. New files have mode 0600, and what has been
/// flushed is readable whatever happens afterwards.
class Recorder {
public:
    /// Opens the file; the ending decides the format: see recordingFormats(). A folder (an existing one, or a path that
    /// ends with /) gets a file for each direction of each endpoint. Errors: an ending that is not known, or what the
    /// system says.
    static Result<std::unique_ptr<Recorder>> open(const QString& path);
    virtual ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;
    Recorder(Recorder&&) = delete;
    Recorder& operator=(Recorder&&) = delete;

    /// Writes one record. After an error nothing more is written, and the error stays.
    Result<void> write(const SourcePart& part, const RecordView& record);
    /// Hands to the system what is still buffered; call it at least once a second while records come.
    Result<void> flush();
    /// No more records come: writes what belongs at the end, and flushes.
    Result<void> finish();
    /// What was made, for whoever does not want it any more.
    const QStringList& files() const { return m_files; }

protected:
    Recorder() = default;

    virtual void writeRecord(const SourcePart& part, const RecordView& record) = 0;
    virtual bool flushFiles() = 0;
    virtual void writeEnd() {}
    Result<void> openFile(QFile& file, const QString& path,
                          QIODevice::OpenMode mode = QIODevice::WriteOnly | QIODevice::Truncate);
    void put(QFile& file, const QByteArray& bytes);
    void put(AppendFile& file, BlockBuffer& buffer);
    void opened(const QString& path) { m_files.append(path); }
    /// The error of a file that cannot be opened.
    tl::unexpected<Error> cannotOpen(const QString& path, const QString& why);
    bool hasFailed() const { return m_error.id != ErrorId::None; }

private:
    void stopped(const QString& path, const QString& why);

    Error m_error;
    QStringList m_files;
};

/// What Recorder::open() writes and readRecording() reads.
struct RecordingFormat {
    const char* ending;  ///< `.jsonl`
    const char* summary; ///< what is in it
    bool isWritten;
    bool isRead;
};
std::span<const RecordingFormat> recordingFormats();
/// `.jsonl, .csv, …`
QString writtenEndings();

/// One record as the JSON object that a line of .jsonl holds.
QJsonObject toJson(const SourcePart& part, const RecordView& record);

/// `received`, `sent`, `event`, `note`.
QString recordKindName(RecordKind kind);

} // namespace sw
