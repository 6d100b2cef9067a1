// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/outputfile.h"

#include <cstddef>
#include <memory>

namespace sw {

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

/// Of so many bytes, those that are whole records, from the begin: what of a write that failed is worth keeping.
using WholePrefix = std::size_t (*)(const char* data, std::size_t size);

/// A file that one thread appends to, each time all or nothing: after an error it ends where it ended before, or after
/// the last whole record that fitted, if the system lets us shorten it. What ends on a whole block goes past the
/// system's cache where the system can do that, with the begin of its first block once more: a disk takes much data
/// several times faster that way, what others have in the cache stays there, and of a process that is killed all of it
/// is in the file or nothing. Anything else goes through the cache, and a kill may leave the begin of it. Pipes and
/// devices are written to in order; of what failed they may have a part, and a reader who takes nothing is waited for
/// as Patience says. How files are opened: see openOutputFile().
class AppendFile {
public:
    /// What goes past the cache is aligned to this: in memory, in size and in its place.
    static constexpr std::size_t block = 4096;

    using Existing = sw::Existing;

    /// Errors: those of openOutputFile().
    static Result<std::unique_ptr<AppendFile>> open(const QString& path, const Opening& how);
    ~AppendFile();
    AppendFile(const AppendFile&) = delete;
    AppendFile& operator=(const AppendFile&) = delete;
    AppendFile(AppendFile&&) = delete;
    AppendFile& operator=(AppendFile&&) = delete;

    /// Appends what is in the file's only buffer, and clears it whatever happens. Errors: what the system says, such as
    /// a full disk; with `whole`, the records that fitted are kept then.
    Result<void> append(BlockBuffer& buffer, WholePrefix whole = nullptr);
    /// Closes the file: some systems say only now that a disk was full. Errors: what the system says.
    Result<void> close();
    /// Ending on whole blocks is worth it: they go past the cache, as far as is known.
    bool wantsBlocks() const { return m_wantsBlocks; }
    quint64 size() const { return m_size; }
    const QString& path() const { return m_path; }
    /// A pipe or a device: nothing in it can be found again, and it is not ours to remove.
    bool isSequential() const { return m_isSequential; }

private:
    AppendFile(QString path, std::shared_ptr<const Patience> patience)
        : m_path(std::move(path)),
          m_patience(std::move(patience)) {}

    bool passCache(bool wanted);
    /// `done`: so many bytes the system has taken, on an error too.
    Result<void> write(const char* data, std::size_t size, quint64 place, std::size_t& done);
    Result<void> awaitReader();
    Result<void> shorten();

    QString m_path;
    std::shared_ptr<const Patience> m_patience; // nullptr: nobody is waited for
    qintptr m_file = -1;
    qintptr m_direct = -1; // on Windows, where a handle is for one of both
    quint64 m_size = 0;
    bool m_wantsBlocks = false;
    bool m_isPassing = false; // the cache, now
    bool m_isSequential = false;
    bool m_writesInOrder = false; // without places
};

} // namespace sw
