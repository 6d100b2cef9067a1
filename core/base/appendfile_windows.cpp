// SPDX-License-Identifier: MIT
// Sources: CreateFileW, ReOpenFile (FILE_FLAG_NO_BUFFERING), WriteFile with OVERLAPPED places,
// SetFileInformationByHandle, GetFileType.
#include "core/base/appendfile.h"

#include <QDir>

#include <windows.h>

namespace sw {

namespace {

constexpr DWORD sharing = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

HANDLE openHandle(const QString& path, DWORD disposition) {
    const std::wstring name = QDir::toNativeSeparators(path).toStdWString();
    return ::CreateFileW(name.c_str(), GENERIC_WRITE, sharing, nullptr, disposition, FILE_ATTRIBUTE_NORMAL, nullptr);
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
    HANDLE opened = openHandle(path, existing == Existing::Refuse ? CREATE_NEW : CREATE_ALWAYS);
    if (opened == INVALID_HANDLE_VALUE) {
        const DWORD code = ::GetLastError();
        const bool isPipe =
            existing == Existing::Replace && QDir::toNativeSeparators(path).startsWith(QLatin1String("\\\\.\\pipe\\"));
        if (isPipe)
            opened = openHandle(path, OPEN_EXISTING); // it is there already
        if (opened == INVALID_HANDLE_VALUE)
            return tl::unexpected(storageError(static_cast<int>(code), path));
    }
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
    if (wanted && m_direct == -1) { // the same file, whatever its name is now
        HANDLE opened = ::ReOpenFile(handle(m_file), GENERIC_WRITE, sharing, FILE_FLAG_NO_BUFFERING);
        if (opened == INVALID_HANDLE_VALUE)
            return false;
        m_direct = reinterpret_cast<qintptr>(opened);
    }
    m_isPassing = wanted;
    return true;
}

Result<void> AppendFile::write(const char* data, std::size_t size, quint64 place) {
    std::size_t done = 0;
    while (done < size) {
        OVERLAPPED at{};
        at.Offset = static_cast<DWORD>(place + done);
        at.OffsetHigh = static_cast<DWORD>((place + done) >> 32U);
        constexpr std::size_t mostAtOnce = 64U << 20U; // a DWORD, and whole blocks
        const std::size_t left = size - done;
        const auto wanted = static_cast<DWORD>(left < mostAtOnce ? left : mostAtOnce);
        DWORD count = 0;
        if (::WriteFile(handle(m_isPassing ? m_direct : m_file), data + done, wanted, &count,
                        m_isSequential ? nullptr : &at) &&
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
        return failed(static_cast<int>(code));
    }
    return {};
}

Result<void> AppendFile::failed(int native) {
    FILE_END_OF_FILE_INFO end{};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(m_size);
    if (!m_isSequential && !::SetFileInformationByHandle(handle(m_file), FileEndOfFileInfo, &end, sizeof end))
        return tl::unexpected(storageError(static_cast<int>(::GetLastError()), m_path));
    return tl::unexpected(storageError(native, m_path));
}

} // namespace sw
