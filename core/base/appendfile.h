// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QString>

#include <memory>

namespace sw {

/// What the system says of a file that is recorded to: AccessDenied or WriteFailed.
Error storageError(int native, const QString& path);

/// A file that one thread appends to, each time all or nothing: after an error it ends where it ended before. Whole
/// blocks at a place that is a multiple of a block go past the system's cache where the system can do that: a disk
/// takes much data several times faster that way, and what others have in the cache stays there. Anything else goes
/// through it. Pipes and devices are written to in order. New files have mode 0600.
class AppendFile {
public:
    /// What may go past the cache is aligned to this: in memory, in size and in its place.
    static constexpr std::size_t block = 4096;

    enum class Existing { Refuse, Replace };

    /// Refuse: an error when there is one already, a link included. Errors: what the system says.
    static Result<std::unique_ptr<AppendFile>> open(const QString& path, Existing existing);
    ~AppendFile();
    AppendFile(const AppendFile&) = delete;
    AppendFile& operator=(const AppendFile&) = delete;
    AppendFile(AppendFile&&) = delete;
    AppendFile& operator=(AppendFile&&) = delete;

    /// Errors: what the system says, such as a full disk.
    Result<void> append(const char* data, std::size_t size);
    /// Whole blocks are worth it: they go past the cache, as far as is known.
    bool wantsBlocks() const { return m_wantsBlocks; }
    quint64 size() const { return m_size; }
    const QString& path() const { return m_path; }

private:
    explicit AppendFile(QString path) : m_path(std::move(path)) {}

    bool passCache(bool wanted);
    bool isAligned(const char* data, std::size_t size) const {
        return size > 0 && (size | m_size | reinterpret_cast<std::uintptr_t>(data)) % block == 0;
    }

    QString m_path;
    qintptr m_file = -1;
    qintptr m_direct = -1; // on Windows, where a handle is for one of both
    quint64 m_size = 0;
    bool m_wantsBlocks = false;
    bool m_isPassing = false; // the cache, now
    bool m_isSequential = false;
};

/// Memory for blocks of an AppendFile: grows, and gives back what a giant took.
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
    /// Zeroes up to the next multiple of `step`.
    void pad(std::size_t step);
    void clear();
    const char* data() const { return m_data; }
    std::size_t size() const { return m_size; }

private:
    void release();

    std::size_t m_usual;
    char* m_data = nullptr;
    std::size_t m_size = 0;
    std::size_t m_capacity = 0;
};

} // namespace sw
