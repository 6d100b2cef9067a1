// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/appendfile.h"

#include <QByteArrayView>

#include <memory>

namespace sw {

// What of the begin of a text format is whole records; see WholePrefix.
std::size_t everyByte(const char* data, std::size_t size);
std::size_t wholeLines(const char* data, std::size_t size);
/// Up to the last line that begins with #: what follows it may lack its end.
std::size_t wholeHexRecords(const char* data, std::size_t size);

/// One file of a recording: takes whole records, and hands them to the system in portions. After an error it keeps
/// those that fitted, and takes no more. One thread.
class RecordingFile {
public:
    /// `usual`: how many bytes wait at most before they are written.
    explicit RecordingFile(WholePrefix whole, std::size_t usual = 64U << 10U)
        : m_whole(whole),
          m_usual(usual),
          m_waiting(usual) {}

    /// Errors: those of openOutputFile().
    Result<void> open(const QString& path, const Opening& how);
    bool isOpen() const { return m_file != nullptr; }
    const QString& path() const { return m_path; }
    /// A pipe or a device, which is not ours to remove.
    bool isSequential() const { return m_file != nullptr && m_file->isSequential(); }

    /// Takes whole records. Errors: those of AppendFile::append().
    Result<void> put(QByteArrayView records);
    Result<void> flush();
    /// Flushes, and closes.
    Result<void> close();

private:
    WholePrefix m_whole;
    std::size_t m_usual;
    QString m_path;
    std::unique_ptr<AppendFile> m_file;
    BlockBuffer m_waiting;
    bool m_hasFailed = false;
};

} // namespace sw
