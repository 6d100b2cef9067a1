// SPDX-License-Identifier: MIT
#pragma once

#include "core/capture/recordingfile.h"
#include "core/transcript/recordsource.h"

#include <memory>

namespace sw {

/// Streams records to a file as they come. Belongs to one thread. New files have mode 0600, no symbolic link is
/// followed, and what has been flushed is readable whatever happens afterwards.
class Recorder {
public:
    /// Opens the file; the ending decides the format: see recordingFormats(). A folder (an existing one, or a path that
    /// ends with /) gets a file for each direction of each endpoint. One recording is one set of files: with
    /// Existing::Replace what an earlier recording of the same name left goes, otherwise it is an error. Errors: an
    /// ending that is not known, or what openOutputFile() says.
    static Result<std::unique_ptr<Recorder>> open(const QString& path, const Opening& how = Existing::Refuse);
    /// The bytes of both directions in the order in which they passed, to a file of any name: as they are, or as a hex
    /// dump that .hex recordings are. `passedOn`: only what was sent, so that what a relay passes on comes once.
    static Result<std::unique_ptr<Recorder>> openDump(const QString& path, bool isHex, bool passedOn,
                                                      const Opening& how = Existing::Refuse);
    virtual ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;
    Recorder(Recorder&&) = delete;
    Recorder& operator=(Recorder&&) = delete;

    /// Writes one record. After an error nothing more is written, and the error stays.
    Result<void> write(const SourcePart& part, const RecordView& record);
    /// Hands to the system what is still buffered; call it at least once a second while records come.
    Result<void> flush();
    /// No more records come: writes what belongs at the end, and closes the files.
    Result<void> finish();
    /// Removes the files that were made: nobody wants this recording.
    void discard();

protected:
    Recorder() = default;

    virtual void writeRecord(const SourcePart& part, const RecordView& record) = 0;
    /// Hands over what is buffered; errors go to heed().
    virtual void flushFiles() = 0;
    virtual void writeEnd() {}
    virtual void closeFiles() = 0;
    Result<void> openFile(RecordingFile& file, const QString& path, const Opening& how);
    void put(RecordingFile& file, const QByteArray& records) { heed(file.put(records), file.path()); }
    /// Keeps the first error: the recording stops.
    void heed(const Result<void>& written, const QString& path);
    /// A file that was made for this recording.
    void made(const QString& path) { m_files.append(path); }
    bool hasFailed() const { return m_error.id != ErrorId::None; }

private:
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
/// The files that a recording of this name consists of: of a .bin two. Not of a folder.
QStringList filesOfRecording(const QString& path);
/// `.jsonl, .csv, …`
QString writtenEndings();

/// One record as the JSON object that a line of .jsonl holds.
QJsonObject toJson(const SourcePart& part, const RecordView& record);

/// `received`, `sent`, `event`, `note`.
QString recordKindName(RecordKind kind);

} // namespace sw
