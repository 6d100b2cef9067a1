// SPDX-License-Identifier: MIT
// Sources: CreateFileW (FILE_FLAG_NO_BUFFERING), WriteFile with OVERLAPPED places, SetFileInformationByHandle,
// GetFileType.
#include "core/base/appendfile.h"

#include <QDir>

#include <windows.h>

namespace sw {

namespace {

HANDLE openHandle(const QString& path, DWORD disposition, DWORD flags) {
    const std::wstring name = QDir::toNativeSeparators(path).toStdWString();
    return ::CreateFileW(name.c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                         disposition, FILE_ATTRIBUTE_NORMAL | flags, nullptr);
}

HANDLE handle(qintptr value) {
    return reinterpret_cast<HANDLE>(value);
}

} // namespace

Error storageError(int native, const QString& path) {
    return {.id = native == ERROR_ACCESS_DENIED ? ErrorId::AccessDenied : ErrorId::WriteFailed,
            .native = native,
            .situation = QStringLiteral("record"),
            .detail = QStringLiteral("%1: %2.").arg(path, qt_error_string(native))};
}

Result<std::unique_ptr<AppendFile>> AppendFile::open(const QString& path, Existing existing) {
    std::unique_ptr<AppendFile> file(new AppendFile(path));
    HANDLE opened = openHandle(path, existing == Existing::Refuse ? CREATE_NEW : CREATE_ALWAYS, 0);
    if (opened == INVALID_HANDLE_VALUE && existing == Existing::Replace)
        opened = openHandle(path, OPEN_EXISTING, 0); // a pipe is there already
    if (opened == INVALID_HANDLE_VALUE)
        return tl::unexpected(storageError(static_cast<int>(::GetLastError()), path));
    file->m_file = reinterpret_cast<qintptr>(opened);
    file->m_isSequential = ::GetFileType(opened) != FILE_TYPE_DISK;
    file->m_wantsBlocks = !file->m_isSequential;
    return file;
}

AppendFile::~AppendFile() {
    if (m_direct != -1)
        ::CloseHandle(handle(m_direct));
    if (m_file != -1)
        ::CloseHandle(handle(m_file));
}

bool AppendFile::passCache(bool wanted) {
    if (wanted && m_direct == -1) {
        HANDLE opened = openHandle(m_path, OPEN_EXISTING, FILE_FLAG_NO_BUFFERING);
        if (opened == INVALID_HANDLE_VALUE)
            return false;
        m_direct = reinterpret_cast<qintptr>(opened);
    }
    m_isPassing = wanted;
    return true;
}

Result<void> AppendFile::append(const char* data, std::size_t size) {
    if (!passCache(m_wantsBlocks && isAligned(data, size))) {
        m_wantsBlocks = false;
        m_isPassing = false;
    }
    std::size_t done = 0;
    while (done < size) {
        OVERLAPPED place{};
        place.Offset = static_cast<DWORD>(m_size + done);
        place.OffsetHigh = static_cast<DWORD>((m_size + done) >> 32U);
        constexpr std::size_t mostAtOnce = 64U << 20U; // a DWORD, and whole blocks
        const auto wanted = static_cast<DWORD>(std::min(size - done, mostAtOnce));
        DWORD count = 0;
        if (::WriteFile(handle(m_isPassing ? m_direct : m_file), data + done, wanted, &count,
                        m_isSequential ? nullptr : &place) &&
            count > 0) {
            done += count;
            if (done % block != 0)
                m_isPassing = false; // the rest does not start on a block any more
            continue;
        }
        const DWORD code = ::GetLastError();
        if (code == ERROR_INVALID_PARAMETER && m_isPassing) { // sectors larger than our blocks
            m_wantsBlocks = false;
            m_isPassing = false;
            continue;
        }
        if (!m_isSequential) {
            FILE_END_OF_FILE_INFO end{};
            end.EndOfFile.QuadPart = static_cast<LONGLONG>(m_size);
            ::SetFileInformationByHandle(handle(m_file), FileEndOfFileInfo, &end, sizeof end);
        }
        return tl::unexpected(storageError(static_cast<int>(code), m_path));
    }
    m_size += size;
    return {};
}

} // namespace sw
