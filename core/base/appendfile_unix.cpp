// SPDX-License-Identifier: MIT
// Sources: open(2) and fcntl(2) O_DIRECT, pwrite(2), ftruncate(2); macOS fcntl(2) F_NOCACHE.
#include "core/base/appendfile.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace sw {

Result<std::unique_ptr<AppendFile>> AppendFile::open(const QString& path, const Opening& how) {
    std::unique_ptr<AppendFile> file(new AppendFile(path, how.patience));
    const auto opened = openOutputFile(path, how);
    if (!opened)
        return tl::unexpected(opened.error());
    file->m_file = opened->handle;
    file->m_isSequential = opened->isSequential;
    file->m_writesInOrder = opened->isSequential || how.existing == Existing::Append; // others may append to it too
    file->m_wantsBlocks = !file->m_writesInOrder && file->passCache(true);
    return file;
}

AppendFile::~AppendFile() {
    if (m_file >= 0)
        ::close(static_cast<int>(m_file));
}

Result<void> AppendFile::close() {
    const auto file = static_cast<int>(std::exchange(m_file, -1));
    if (file >= 0 && ::close(file) != 0 && errno != EINTR) // of EINTR nothing is lost, and it is closed
        return tl::unexpected(storageError(errno, m_path));
    return {};
}

/// False: this file system does not do it.
bool AppendFile::passCache(bool wanted) {
    if (wanted == m_isPassing)
        return true;
    const int file = static_cast<int>(m_file);
#if defined(O_DIRECT)
    const int flags = ::fcntl(file, F_GETFL);
    if (flags < 0 || ::fcntl(file, F_SETFL, wanted ? flags | O_DIRECT : flags & ~O_DIRECT) != 0)
        return false;
#elif defined(F_NOCACHE)
    if (::fcntl(file, F_NOCACHE, wanted ? 1 : 0) != 0)
        return false;
#else
    (void)file;
    if (wanted)
        return false;
#endif
    m_isPassing = wanted;
    return true;
}

/// Until a pipe or terminal takes something.
Result<void> AppendFile::awaitReader() {
    constexpr int slice = 50; // ms
    pollfd wait{.fd = static_cast<int>(m_file), .events = POLLOUT, .revents = 0};
    const auto begin = std::chrono::steady_clock::now();
    for (;;) {
        const bool waits = m_patience != nullptr && !m_patience->isOver() &&
                           std::chrono::steady_clock::now() - begin < m_patience->longest();
        const int ready = ::poll(&wait, 1, waits ? slice : 0);
        if (ready > 0 || (ready < 0 && errno != EINTR))
            return {}; // what is wrong is said by the write
        if (!waits)
            return tl::unexpected(
                Error{.id = ErrorId::WriteFailed,
                      .situation = QStringLiteral("record"),
                      .detail = sentence(
                          QT_TRANSLATE_NOOP("Core", "%1 cannot be written: its reader does not take more."), m_path)});
    }
}

Result<void> AppendFile::write(const char* data, std::size_t size, quint64 place, std::size_t& done) {
    const int file = static_cast<int>(m_file);
    std::size_t most = size; // at once
    while (done < size) {
        if (m_isSequential) {
            if (auto ready = awaitReader(); !ready)
                return ready;
            most =
                PIPE_BUF; // a pipe that is ready takes so much without blocking, should it be one that blocks: pipe(7)
        }
        const std::size_t now = std::min(most, size - done);
        const ssize_t count = m_writesInOrder ? ::write(file, data + done, now)
                                              : ::pwrite(file, data + done, now, static_cast<off_t>(place + done));
        if (count > 0) {
            done += static_cast<std::size_t>(count);
            if (done % block != 0)
                passCache(false); // the rest does not start on a block any more
            continue;
        }
        const int code = count == 0 ? ENOSPC : errno;
        if (code == EINTR || (code == EAGAIN && m_isSequential))
            continue;
        if (code == EINVAL && m_isPassing) { // most often a file system that takes the flag and refuses the write
            m_wantsBlocks = false;
            if (passCache(false))
                continue;
        }
        const bool isFull = code == ENOSPC || code == EDQUOT || code == EFBIG;
        m_wantsBlocks = m_wantsBlocks && !isFull;
        if (isFull && m_isPassing && passCache(false))
            continue;
        if (isFull && !m_writesInOrder && now > block) { // less may still fit
            most = std::max(now / 2, block);
            continue;
        }
        return tl::unexpected(storageError(code, m_path));
    }
    return {};
}

/// To the size that counts, after a write that was not whole.
Result<void> AppendFile::shorten() {
    if (!m_writesInOrder && ::ftruncate(static_cast<int>(m_file), static_cast<off_t>(m_size)) != 0)
        return tl::unexpected(storageError(errno, m_path));
    return {};
}

} // namespace sw
