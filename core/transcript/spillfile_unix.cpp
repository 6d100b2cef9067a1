// SPDX-License-Identifier: MIT
// Sources: open(2) O_DIRECT, pread(2), posix_fadvise(2), ftruncate(2); macOS fcntl(2) F_NOCACHE.
#include "core/base/systemnet.h"
#include "core/transcript/spillfile.h"

#include <QFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sw {

namespace {

Error storageError(int code, const QString& path) {
    Error error = systemError(code, QStringLiteral("record"), path);
    error.id = code == EACCES || code == EPERM ? ErrorId::AccessDenied : ErrorId::WriteFailed;
    error.detail = QStringLiteral("%1: %2.").arg(path, qt_error_string(code));
    return error;
}

int openForWriting(const QByteArray& path) {
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
#ifdef O_DIRECT
    const int direct = ::open(path.constData(), flags | O_DIRECT, S_IRUSR | S_IWUSR);
    if (direct >= 0 || errno != EINVAL)
        return direct;
    ::unlink(path.constData()); // some file systems make the file and then refuse the flag
#endif
    const int file = ::open(path.constData(), flags, S_IRUSR | S_IWUSR);
#ifdef F_NOCACHE
    ::fcntl(file, F_NOCACHE, 1);
#endif
    return file;
}

/// Some systems take the flag and refuse the write.
bool leaveDirect([[maybe_unused]] int file) {
#ifdef O_DIRECT
    const int flags = ::fcntl(file, F_GETFL);
    return (flags & O_DIRECT) != 0 && ::fcntl(file, F_SETFL, flags & ~O_DIRECT) == 0;
#else
    return false;
#endif
}

} // namespace

Result<std::shared_ptr<SpillFile>> SpillFile::create(const QString& path) {
    std::shared_ptr<SpillFile> file(new SpillFile);
    const QByteArray name = QFile::encodeName(path);
    file->m_path = path;
    file->m_writer = openForWriting(name);
    if (file->m_writer < 0)
        return tl::unexpected(storageError(errno, path));
    file->m_removes = true;
    file->m_reader = ::open(name.constData(), O_RDONLY | O_CLOEXEC);
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
    if (m_writer >= 0)
        ::close(static_cast<int>(m_writer));
    if (m_reader >= 0)
        ::close(static_cast<int>(m_reader));
    if (m_removes)
        ::unlink(QFile::encodeName(m_path).constData());
}

Result<void> SpillFile::append(const char* data, std::size_t size) {
    const int file = static_cast<int>(m_writer);
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count = ::pwrite(file, data + done, size - done, static_cast<off_t>(m_size + done));
        if (count > 0) {
            done += static_cast<std::size_t>(count);
            if (done % block != 0)
                leaveDirect(file); // the rest does not start on a block any more
            continue;
        }
        const int code = count == 0 ? ENOSPC : errno;
        if (code == EINTR || (code == EINVAL && leaveDirect(file)))
            continue;
        if (::ftruncate(file, static_cast<off_t>(m_size)) != 0)
            return tl::unexpected(storageError(errno, m_path));
        return tl::unexpected(storageError(code, m_path));
    }
    m_size += size;
    return {};
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
