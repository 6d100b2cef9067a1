// SPDX-License-Identifier: MIT
// Sources: CreateFileW (FILE_FLAG_NO_BUFFERING), ReadFile and WriteFile with OVERLAPPED places,
// SetFileInformationByHandle.
#include "core/base/systemnet.h"
#include "core/transcript/spillfile.h"

#include <QDir>

#include <windows.h>

namespace sw {

namespace {

Error storageError(DWORD code, const QString& path) {
    return {.id = code == ERROR_ACCESS_DENIED ? ErrorId::AccessDenied : ErrorId::WriteFailed,
            .native = static_cast<int>(code),
            .situation = QStringLiteral("record"),
            .detail = QStringLiteral("%1: %2.").arg(path, qt_error_string(static_cast<int>(code)))};
}

HANDLE openFile(const QString& path, DWORD access, DWORD disposition, DWORD flags) {
    const std::wstring name = QDir::toNativeSeparators(path).toStdWString();
    return ::CreateFileW(name.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                         disposition, flags, nullptr);
}

HANDLE handle(qintptr value) {
    return reinterpret_cast<HANDLE>(value);
}

OVERLAPPED placeOf(quint64 position) {
    OVERLAPPED place{};
    place.Offset = static_cast<DWORD>(position);
    place.OffsetHigh = static_cast<DWORD>(position >> 32U);
    return place;
}

} // namespace

Result<std::shared_ptr<SpillFile>> SpillFile::create(const QString& path) {
    std::shared_ptr<SpillFile> file(new SpillFile);
    file->m_path = path;
    HANDLE writer = openFile(path, GENERIC_WRITE, CREATE_NEW, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_NO_BUFFERING);
    if (writer == INVALID_HANDLE_VALUE)
        return tl::unexpected(storageError(::GetLastError(), path));
    file->m_writer = reinterpret_cast<qintptr>(writer);
    file->m_removes = true;
    HANDLE reader = openFile(path, GENERIC_READ, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL);
    if (reader == INVALID_HANDLE_VALUE)
        return tl::unexpected(storageError(::GetLastError(), path));
    file->m_reader = reinterpret_cast<qintptr>(reader);
    return file;
}

Result<std::shared_ptr<SpillFile>> SpillFile::open(const QString& path) {
    std::shared_ptr<SpillFile> file(new SpillFile);
    file->m_path = path;
    HANDLE reader = openFile(path, GENERIC_READ, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL);
    LARGE_INTEGER size{};
    if (reader == INVALID_HANDLE_VALUE || !::GetFileSizeEx(reader, &size))
        return tl::unexpected(storageError(::GetLastError(), path));
    file->m_reader = reinterpret_cast<qintptr>(reader);
    file->m_size = static_cast<quint64>(size.QuadPart);
    return file;
}

SpillFile::~SpillFile() {
    if (m_writer != -1)
        ::CloseHandle(handle(m_writer));
    if (m_reader != -1)
        ::CloseHandle(handle(m_reader));
    if (m_removes)
        ::DeleteFileW(QDir::toNativeSeparators(m_path).toStdWString().c_str());
}

Result<void> SpillFile::append(const char* data, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
        OVERLAPPED place = placeOf(m_size + done);
        DWORD count = 0;
        if (::WriteFile(handle(m_writer), data + done, static_cast<DWORD>(size - done), &count, &place) && count > 0) {
            done += count;
            continue;
        }
        const DWORD code = ::GetLastError();
        FILE_END_OF_FILE_INFO end{};
        end.EndOfFile.QuadPart = static_cast<LONGLONG>(m_size);
        ::SetFileInformationByHandle(handle(m_writer), FileEndOfFileInfo, &end, sizeof end);
        return tl::unexpected(storageError(code, m_path));
    }
    m_size += size;
    return {};
}

void SpillFile::prefetch(quint64) const {}

qint64 SpillFile::read(quint64 position, char* data, std::size_t size) const {
    std::size_t done = 0;
    while (done < size) {
        OVERLAPPED place = placeOf(position + done);
        DWORD count = 0;
        if (!::ReadFile(handle(m_reader), data + done, static_cast<DWORD>(size - done), &count, &place)) {
            const DWORD code = ::GetLastError();
            if (code == ERROR_HANDLE_EOF)
                break;
            return -static_cast<qint64>(code);
        }
        if (count == 0)
            break;
        done += count;
    }
    return static_cast<qint64>(done);
}

} // namespace sw
