// SPDX-License-Identifier: MIT
// Sources: CreateFileW, ReadFile with OVERLAPPED places.
#include "core/transcript/spillfile.h"

#include <QDir>

#include <windows.h>

namespace sw {

namespace {

HANDLE openForReading(const QString& path) {
    const std::wstring name = QDir::toNativeSeparators(path).toStdWString();
    return ::CreateFileW(name.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                         OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
}

Error lastError(const QString& path) {
    return storageError(static_cast<int>(::GetLastError()), path);
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
    auto writer = AppendFile::open(path, AppendFile::Existing::Refuse);
    if (!writer)
        return tl::unexpected(writer.error());
    std::shared_ptr<SpillFile> file(new SpillFile);
    file->m_path = path;
    file->m_writer = std::move(*writer);
    file->m_removes = true;
    HANDLE reader = openForReading(path);
    if (reader == INVALID_HANDLE_VALUE)
        return tl::unexpected(lastError(path));
    file->m_reader = reinterpret_cast<qintptr>(reader);
    return file;
}

Result<std::shared_ptr<SpillFile>> SpillFile::open(const QString& path) {
    std::shared_ptr<SpillFile> file(new SpillFile);
    file->m_path = path;
    HANDLE reader = openForReading(path);
    LARGE_INTEGER size{};
    if (reader == INVALID_HANDLE_VALUE || !::GetFileSizeEx(reader, &size))
        return tl::unexpected(lastError(path));
    file->m_reader = reinterpret_cast<qintptr>(reader);
    file->m_size = static_cast<quint64>(size.QuadPart);
    return file;
}

SpillFile::~SpillFile() {
    if (m_reader != -1)
        ::CloseHandle(handle(m_reader));
    if (m_removes)
        ::DeleteFileW(QDir::toNativeSeparators(m_path).toStdWString().c_str());
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
