// SPDX-License-Identifier: MIT
// Sources: CreateFileW (CREATE_NEW, FILE_FLAG_OPEN_REPARSE_POINT), GetFileAttributesW, GetFileType, DeleteFileW.
// The rights of a new file are those of its folder.
#include "core/base/outputfile.h"

#include <QDir>

#include <windows.h>

namespace sw {

namespace {

constexpr DWORD sharing = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

std::wstring nativeName(const QString& path) {
    return QDir::toNativeSeparators(path).toStdWString();
}

tl::unexpected<Error> refused(const QString& path, const QString& why) {
    return tl::unexpected(Error{.id = ErrorId::WriteFailed,
                                .situation = QStringLiteral("record"),
                                .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 %2"), path, why)});
}

tl::unexpected<Error> isLink(const QString& path) {
    return refused(
        path, sentence(QT_TRANSLATE_NOOP("Core", "is a symbolic link, and links are not followed when something is "
                                                 "written. Give the name of the file itself, or remove the link.")));
}

Result<OutputFile> opened(const QString& path, DWORD access, DWORD disposition) {
    HANDLE handle = ::CreateFileW(nativeName(path).c_str(), access, sharing, nullptr, disposition,
                                  FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
    if (handle == INVALID_HANDLE_VALUE) {
        const DWORD code = ::GetLastError();
        if (code == ERROR_FILE_EXISTS)
            return tl::unexpected(Error{
                .id = ErrorId::AlreadyExists,
                .situation = QStringLiteral("record"),
                .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 exists already, and nothing is overwritten."), path)});
        return tl::unexpected(storageError(static_cast<int>(code), path));
    }
    return OutputFile{.handle = reinterpret_cast<qintptr>(handle),
                      .isSequential = ::GetFileType(handle) != FILE_TYPE_DISK};
}

} // namespace

Error storageError(int native, const QString& path) {
    return {.id = native == ERROR_ACCESS_DENIED ? ErrorId::AccessDenied : ErrorId::WriteFailed,
            .native = native,
            .situation = QStringLiteral("record"),
            .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be written: %2."), path, qt_error_string(native))};
}

Result<OutputFile> openOutputFile(const QString& path, const Opening& how) {
    const QString name = QDir::toNativeSeparators(path);
    if (name.startsWith(QLatin1String("\\\\.\\")) || name.compare(QLatin1String("NUL"), Qt::CaseInsensitive) == 0)
        return opened(path, GENERIC_WRITE, OPEN_EXISTING); // a pipe or a device
    const DWORD attributes = ::GetFileAttributesW(nativeName(path).c_str());
    if (attributes != INVALID_FILE_ATTRIBUTES) {
        if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
            return isLink(path);
        if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
            return refused(path, sentence(QT_TRANSLATE_NOOP("Core", "is a folder.")));
    }
    switch (how.existing) {
    case Existing::Refuse:
        break;
    case Existing::Replace:
        return opened(path, GENERIC_WRITE, CREATE_ALWAYS);
    case Existing::Append:
        return opened(path, FILE_APPEND_DATA | SYNCHRONIZE, OPEN_ALWAYS);
    }
    return opened(path, GENERIC_WRITE, CREATE_NEW);
}

Result<void> removeOldFile(const QString& path) {
    const DWORD attributes = ::GetFileAttributesW(nativeName(path).c_str());
    if (attributes == INVALID_FILE_ATTRIBUTES)
        return {};
    if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return isLink(path);
    if (::DeleteFileW(nativeName(path).c_str()) == 0)
        return tl::unexpected(storageError(static_cast<int>(::GetLastError()), path));
    return {};
}

} // namespace sw
