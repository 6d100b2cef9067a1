// SPDX-License-Identifier: MIT
// Sources: pread(2), posix_fadvise(2).
#include "core/transcript/spillfile.h"

#include <QFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sw {

Result<std::shared_ptr<SpillFile>> SpillFile::create(const QString& path) {
    auto writer = AppendFile::open(path, AppendFile::Existing::Refuse);
    if (!writer)
        return tl::unexpected(writer.error());
    std::shared_ptr<SpillFile> file(new SpillFile);
    file->m_path = path;
    file->m_writer = std::move(*writer);
    file->m_removes = true;
    file->m_reader = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC);
    if (file->m_reader < 0)
        return tl::unexpected(storageError(errno, path));
    return file;
}

Result<std::shared_ptr<SpillFile>> SpillFile::open(const QString& path) {
    std::shared_ptr<SpillFile> file(new SpillFile);
    file->m_path = path;
    file->m_reader = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat status {};
    if (file->m_reader < 0 || ::fstat(static_cast<int>(file->m_reader), &status) != 0)
        return tl::unexpected(storageError(errno, path));
    file->m_size = static_cast<quint64>(status.st_size);
    return file;
}

SpillFile::~SpillFile() {
    if (m_reader >= 0)
        ::close(static_cast<int>(m_reader));
    if (m_removes)
        ::unlink(QFile::encodeName(m_path).constData());
}

void SpillFile::prefetch([[maybe_unused]] quint64 position) const {
#ifdef POSIX_FADV_WILLNEED
    constexpr off_t ahead = 8 << 20;
    ::posix_fadvise(static_cast<int>(m_reader), static_cast<off_t>(position), ahead, POSIX_FADV_WILLNEED);
#endif
}

qint64 SpillFile::read(quint64 position, char* data, std::size_t size) const {
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count =
            ::pread(static_cast<int>(m_reader), data + done, size - done, static_cast<off_t>(position + done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -errno;
        if (count == 0)
            break;
        done += static_cast<std::size_t>(count);
    }
    return static_cast<qint64>(done);
}

} // namespace sw
