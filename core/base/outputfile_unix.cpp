// SPDX-License-Identifier: MIT
// Sources: open(2) (O_EXCL, O_NOFOLLOW), lstat(2), fchmod(2), unlink(2), fd(4).
#include "core/base/outputfile.h"

#include <QFile>

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace sw {

namespace {

constexpr mode_t ownerOnly = S_IRUSR | S_IWUSR;

tl::unexpected<Error> refused(const QString& path, const QString& why) {
    return tl::unexpected(Error{.id = ErrorId::WriteFailed,
                                .situation = QStringLiteral("record"),
                                .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 %2"), path, why)});
}

tl::unexpected<Error> exists(const QString& path) {
    return tl::unexpected(
        Error{.id = ErrorId::AlreadyExists,
              .situation = QStringLiteral("record"),
              .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 exists already, and nothing is overwritten."), path)});
}

tl::unexpected<Error> isLink(const QString& path) {
    return refused(
        path, sentence(QT_TRANSLATE_NOOP("Core", "is a symbolic link, and links are not followed when something is "
                                                 "written. Give the name of the file itself, or remove the link.")));
}

/// The descriptor of ours that a name stands for: those names are links, and lead to what we have open anyway.
std::optional<int> ownDescriptor(const QString& path) {
    if (path == QLatin1String("/dev/stdout"))
        return STDOUT_FILENO;
    if (path == QLatin1String("/dev/stderr"))
        return STDERR_FILENO;
    for (const QLatin1String folder : {QLatin1String("/dev/fd/"), QLatin1String("/proc/self/fd/")}) {
        bool isNumber = false;
        const int number = path.startsWith(folder) ? path.mid(folder.size()).toInt(&isNumber) : -1;
        if (isNumber && number >= 0)
            return number;
    }
    return std::nullopt;
}

Result<OutputFile> makeNew(const QString& path, const QByteArray& name) {
    const int file = ::open(name.constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, ownerOnly);
    if (file < 0)
        return errno == EEXIST ? exists(path) : tl::unexpected(storageError(errno, path));
    ::fchmod(file, ownerOnly); // the umask may have taken our own rights; file systems without modes refuse
    return OutputFile{.handle = file};
}

/// Opens what was seen before, and makes sure that nobody has put something else in its place.
Result<int> openSame(const QString& path, const QByteArray& name, const struct stat& before, int flags) {
    const int file = ::open(name.constData(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | flags);
    if (file < 0)
        return errno == ELOOP ? isLink(path) : tl::unexpected(storageError(errno, path));
    struct stat now {};
    if (::fstat(file, &now) == 0 && now.st_dev == before.st_dev && now.st_ino == before.st_ino)
        return file;
    ::close(file);
    return refused(path, sentence(QT_TRANSLATE_NOOP("Core", "was exchanged while it was opened.")));
}

/// A file of ours as it stands: for what goes on at its end, and where a folder lets nobody replace it.
Result<OutputFile> openOld(const QString& path, const QByteArray& name, const struct stat& status, Existing existing) {
    if (status.st_uid != ::geteuid())
        return refused(path, sentence(QT_TRANSLATE_NOOP(
                                 "Core", "belongs to another user, who could read what is written to it.")));
    if (status.st_nlink > 1)
        return refused(path, sentence(QT_TRANSLATE_NOOP(
                                 "Core", "has more than one name (hard links), so another file would change too.")));
    const bool appends = existing == Existing::Append;
    const auto file = openSame(path, name, status, appends ? O_APPEND : 0);
    if (!file)
        return tl::unexpected(file.error());
    ::fchmod(*file, ownerOnly);
    if (!appends && ::ftruncate(*file, 0) != 0) {
        const int code = errno;
        ::close(*file);
        return tl::unexpected(storageError(code, path));
    }
    return OutputFile{.handle = *file};
}

Result<OutputFile> openDevice(const QString& path, const QByteArray& name, const struct stat& status) {
    const auto file = openSame(path, name, status, O_NONBLOCK);
    if (!file)
        return tl::unexpected(file.error());
    return OutputFile{.handle = *file, .isSequential = true};
}

/// A pipe without a reader does not open to be written, and a blocking open() would wait for one deaf to everything.
Result<OutputFile> openPipe(const QString& path, const QByteArray& name, const struct stat& status,
                            const Patience* patience) {
    constexpr std::chrono::milliseconds betweenLooks(20);
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
        return refused(path, sentence(QT_TRANSLATE_NOOP(
                                 "Core", "is a pipe of another user, who would read what is written to it.")));
    const auto begin = std::chrono::steady_clock::now();
    for (bool hasTold = false;; hasTold = true) {
        const auto file = openSame(path, name, status, O_NONBLOCK);
        if (file)
            return OutputFile{.handle = *file, .isSequential = true};
        if (file.error().native != ENXIO)
            return tl::unexpected(file.error());
        if (patience == nullptr || !patience->waitsToOpen() ||
            std::chrono::steady_clock::now() - begin >= patience->longest())
            return refused(path,
                           sentence(QT_TRANSLATE_NOOP("Core", "is a pipe that nobody reads: start its reader first.")));
        if (!hasTold)
            patience->tellWaiting(path);
        std::this_thread::sleep_for(betweenLooks);
    }
}

/// A descriptor of ours once more: of a pipe or terminal one that does not block, without changing the other, whose
/// flags others may share; of a file one that shares its place, so that nothing is overwritten.
int openAgain(int own) {
    struct stat status {};
    if (::fstat(own, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode))) {
        const QByteArray name = QByteArrayLiteral("/proc/self/fd/") + QByteArray::number(own);
        const int again = ::open(name.constData(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        if (again >= 0)
            return again;
    }
    return ::fcntl(own, F_DUPFD_CLOEXEC, 3);
}

} // namespace

Error storageError(int native, const QString& path) {
    Error error = systemError(native, QStringLiteral("record"), path);
    error.id = native == EACCES || native == EPERM ? ErrorId::AccessDenied : ErrorId::WriteFailed;
    error.detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be written: %2."), path, qt_error_string(native));
    return error;
}

Result<OutputFile> openOutputFile(const QString& path, const Opening& how) {
    if (const auto own = ownDescriptor(path)) {
        const int file = openAgain(*own);
        if (file < 0)
            return tl::unexpected(storageError(errno, path));
        return OutputFile{.handle = file, .isSequential = true};
    }
    const QByteArray name = QFile::encodeName(path);
    struct stat status {};
    if (::lstat(name.constData(), &status) != 0)
        return makeNew(path, name); // which says what is wrong, if anything is
    if (S_ISLNK(status.st_mode))
        return isLink(path);
    if (S_ISFIFO(status.st_mode))
        return openPipe(path, name, status, how.patience.get());
    if (S_ISCHR(status.st_mode))
        return openDevice(path, name, status);
    if (S_ISDIR(status.st_mode))
        return refused(path, sentence(QT_TRANSLATE_NOOP("Core", "is a folder.")));
    if (!S_ISREG(status.st_mode))
        return refused(path, sentence(QT_TRANSLATE_NOOP("Core", "is no plain file: it is a disk or a socket.")));
    if (how.existing == Existing::Refuse)
        return exists(path);
    if (how.existing == Existing::Append)
        return openOld(path, name, status, how.existing);
    // a new file instead of the old one's content: other names of that, and its rights, have nothing to do with us
    if (::unlink(name.constData()) == 0 || errno == ENOENT)
        return makeNew(path, name);
    return openOld(path, name, status, how.existing);
}

Result<void> removeOldFile(const QString& path) {
    const QByteArray name = QFile::encodeName(path);
    struct stat status {};
    if (::lstat(name.constData(), &status) != 0)
        return errno == ENOENT ? Result<void>() : tl::unexpected(storageError(errno, path));
    if (S_ISLNK(status.st_mode))
        return isLink(path);
    if (!S_ISREG(status.st_mode))
        return refused(path, sentence(QT_TRANSLATE_NOOP("Core", "is no plain file, and is in the way.")));
    if (::unlink(name.constData()) != 0)
        return tl::unexpected(storageError(errno, path));
    return {};
}

} // namespace sw
