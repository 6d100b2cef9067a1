// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QString>

#include <memory>

namespace sw {

/// One file of a journal: appended to by one thread, read by any. Written past the system's cache where the system can
/// do that, in whole blocks: what is spilled is seldom read, and a disk takes it several times faster that way.
/// Mode 0600. Removed with its last user when it was created here and keep() was not called.
class SpillFile {
public:
    /// Data, its size and its place are multiples of this.
    static constexpr std::size_t block = 4096;

    /// A new file; an error when there is one already.
    static Result<std::shared_ptr<SpillFile>> create(const QString& path);
    /// An existing file, for reading.
    static Result<std::shared_ptr<SpillFile>> open(const QString& path);
    ~SpillFile();
    SpillFile(const SpillFile&) = delete;
    SpillFile& operator=(const SpillFile&) = delete;
    SpillFile(SpillFile&&) = delete;
    SpillFile& operator=(SpillFile&&) = delete;

    /// Appends whole blocks, all or nothing. Errors: what the system says, such as a full disk.
    Result<void> append(const char* data, std::size_t size);
    /// Bytes read from a place, fewer at the end of the file; negative on an error.
    qint64 read(quint64 position, char* data, std::size_t size) const;
    /// Asks the system to read on behind a place, where it takes such advice: what is read in order is there in time.
    void prefetch(quint64 position) const;
    quint64 size() const { return m_size; }
    /// What is there stays when this object goes.
    void keep() { m_removes = false; }

private:
    SpillFile() = default;

    QString m_path;
    qintptr m_writer = -1;
    qintptr m_reader = -1;
    quint64 m_size = 0; // the appending thread, or fixed
    bool m_removes = false;
};

} // namespace sw
