// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/transcript/recordsource.h"

#include <QElapsedTimer>
#include <QFile>

#include <memory>

namespace sw {

/// Streams records to a file as they come: `.jsonl` (every record, one JSON object a line) or `.bin` (the received
/// bytes; what was sent goes to FILE.sent.bin beside it). Belongs to one thread. Files are created with mode 0600.
class Recorder {
public:
    /// Opens the file; the ending decides the format. Errors: an ending that is not known, or what the system says.
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

protected:
    Recorder() = default;

    virtual void writeRecord(const SourcePart& part, const RecordView& record) = 0;
    virtual bool flushFiles() = 0;
    Result<void> openFile(QFile& file, const QString& path);
    void put(QFile& file, const QByteArray& bytes);

private:
    Error m_error;
};

/// One record as the JSON object that a line of .jsonl holds.
QJsonObject toJson(const SourcePart& part, const RecordView& record);

} // namespace sw
