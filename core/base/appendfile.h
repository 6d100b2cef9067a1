// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QString>

#include <cstddef>
#include <memory>

namespace sw {

/// What the system says of a file that is recorded to: AccessDenied or WriteFailed.
Error storageError(int native, const QString& path);

/// Memory for what an AppendFile is to append: grows, and gives back what a giant took. Belongs to one file.
class BlockBuffer {
public:
    /// `usual`: the capacity that it begins with, in bytes.
    explicit BlockBuffer(std::size_t usual) : m_usual(usual) {}
    ~BlockBuffer() { release(); }
    BlockBuffer(const BlockBuffer&) = delete;
    BlockBuffer& operator=(const BlockBuffer&) = delete;
    BlockBuffer(BlockBuffer&&) = delete;
    BlockBuffer& operator=(BlockBuffer&&) = delete;

    /// Room for so many more bytes, not initialised; valid until the next call.
    char* extend(std::size_t size);
    /// Forgets what is to be appended.
    void clear() { keepOnly(0, m_kept); }
    /// What is to be appended.
    const char* data() const { return m_data + m_kept; }
    std::size_t size() const { return m_size - m_kept; }

private:
    friend class AppendFile;

    void keepOnly(std::size_t from, std::size_t size);
    void release();

    std::size_t m_usual;
    char* m_data = nullptr;
    std::size_t m_size = 0;
    std::size_t m_kept = 0; // in front: what the last block of the file has already
    std::size_t m_capacity = 0;
};

/// A file that one thread appends to, each time all or nothing: after an error it ends where it ended before, if the
/// system lets us shorten it. What ends on a whole block goes past the system's cache where the system can do that,
/// with the begin of its first block once more: a disk takes much data several times faster that way, what others have
/// in the cache stays there, and of a process that is killed all of it is in the file or nothing. Anything else goes
/// through the cache, and a kill may leave the begin of it. Pipes and devices are written to in order; of what failed
/// they may have a part. New files have mode 0600 where there are modes.
class AppendFile {
public:
    /// What goes past the cache is aligned to this: in memory, in size and in its place.
    static constexpr std::size_t block = 4096;

    enum class Existing { Refuse, Replace };

    /// Refuse: an error when there is one already, a link included. Errors: what the system says.
    static Result<std::unique_ptr<AppendFile>> open(const QString& path, Existing existing);
    ~AppendFile();
    AppendFile(const AppendFile&) = delete;
    AppendFile& operator=(const AppendFile&) = delete;
    AppendFile(AppendFile&&) = delete;
    AppendFile& operator=(AppendFile&&) = delete;

    /// Appends what is in the file's only buffer, and clears it whatever happens. Errors: what the system says, such as
    /// a full disk.
    Result<void> append(BlockBuffer& buffer);
    /// Ending on whole blocks is worth it: they go past the cache, as far as is known.
    bool wantsBlocks() const { return m_wantsBlocks; }
    quint64 size() const { return m_size; }
    const QString& path() const { return m_path; }

private:
    explicit AppendFile(QString path) : m_path(std::move(path)) {}

    bool passCache(bool wanted);
    Result<void> write(const char* data, std::size_t size, quint64 place);
    Result<void> failed(int native);

    QString m_path;
    qintptr m_file = -1;
    qintptr m_direct = -1; // on Windows, where a handle is for one of both
    quint64 m_size = 0;
    bool m_wantsBlocks = false;
    bool m_isPassing = false; // the cache, now
    bool m_isSequential = false;
};

} // namespace sw
