// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/appendfile.h"

namespace sw {

/// One file of a journal: appended to by one thread, read by any. Written past the system's cache where the system can
/// do that: what is spilled is seldom read. Mode 0600. Removed with its last user when it was created here and keep()
/// was not called.
class SpillFile {
public:
    /// A new file; an error when there is one already.
    static Result<std::shared_ptr<SpillFile>> create(const QString& path);
    /// An existing file, for reading.
    static Result<std::shared_ptr<SpillFile>> open(const QString& path);
    ~SpillFile();
    SpillFile(const SpillFile&) = delete;
    SpillFile& operator=(const SpillFile&) = delete;
    SpillFile(SpillFile&&) = delete;
    SpillFile& operator=(SpillFile&&) = delete;

    /// See AppendFile::append().
    Result<void> append(BlockBuffer& buffer) { return m_writer->append(buffer); }
    /// Bytes read from a place, fewer at the end of the file; negative on an error.
    qint64 read(quint64 position, char* data, std::size_t size) const;
    /// Asks the system to read on behind a place, where it takes such advice: what is read in order is there in time.
    void prefetch(quint64 position) const;
    /// What there is: of one that was opened, at that time.
    quint64 size() const { return m_writer ? m_writer->size() : m_size; }
    /// What is there stays when this object goes.
    void keep() { m_removes = false; }

private:
    SpillFile() = default;

    QString m_path;
    std::unique_ptr<AppendFile> m_writer; // of one that was created
    qintptr m_reader = -1;
    quint64 m_size = 0; // of one that was opened
    bool m_removes = false;
};

} // namespace sw
