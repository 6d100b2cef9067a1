// SPDX-License-Identifier: MIT
// Sources: open(2) and fcntl(2) O_DIRECT, pwrite(2), ftruncate(2); macOS fcntl(2) F_NOCACHE.
#include "core/base/appendfile.h"

#include <QFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sw {

Error storageError(int native, const QString& path) {
    Error error = systemError(native, QStringLiteral("record"), path);
    error.id = native == EACCES || native == EPERM ? ErrorId::AccessDenied : ErrorId::WriteFailed;
    error.detail = QStringLiteral("%1: %2.").arg(path, qt_error_string(native));
    return error;
}

Result<std::unique_ptr<AppendFile>> AppendFile::open(const QString& path, Existing existing) {
    std::unique_ptr<AppendFile> file(new AppendFile(path));
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (existing == Existing::Refuse ? O_EXCL | O_NOFOLLOW : O_TRUNC);
    file->m_file = ::open(QFile::encodeName(path).constData(), flags, S_IRUSR | S_IWUSR);
    struct stat status {};
    if (file->m_file < 0 || ::fstat(static_cast<int>(file->m_file), &status) != 0)
        return tl::unexpected(storageError(errno, path));
    file->m_isSequential = !S_ISREG(status.st_mode);
    file->m_wantsBlocks = !file->m_isSequential && file->passCache(true);
    return file;
}

AppendFile::~AppendFile() {
    if (m_file >= 0)
        ::close(static_cast<int>(m_file));
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

Result<void> AppendFile::write(const char* data, std::size_t size, quint64 place) {
    const int file = static_cast<int>(m_file);
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count = m_isSequential
                                  ? ::write(file, data + done, size - done)
                                  : ::pwrite(file, data + done, size - done, static_cast<off_t>(place + done));
        if (count > 0) {
            done += static_cast<std::size_t>(count);
            if (done % block != 0)
                passCache(false); // the rest does not start on a block any more
            continue;
        }
        const int code = count == 0 ? ENOSPC : errno;
        if (code == EINTR)
            continue;
        if (code == EINVAL && m_isPassing) { // most often a file system that takes the flag and refuses the write
            m_wantsBlocks = false;
            if (passCache(false))
                continue;
        }
        return failed(code);
    }
    return {};
}

Result<void> AppendFile::failed(int native) {
    if (!m_isSequential && ::ftruncate(static_cast<int>(m_file), static_cast<off_t>(m_size)) != 0)
        return tl::unexpected(storageError(errno, m_path));
    return tl::unexpected(storageError(native, m_path));
}

} // namespace sw
