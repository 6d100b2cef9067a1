// SPDX-License-Identifier: MIT
// Sources: ReOpenFile (FILE_FLAG_NO_BUFFERING), WriteFile with OVERLAPPED places,
// SetFileInformationByHandle.
#include "core/base/appendfile.h"

#include <utility>
#include <windows.h>

namespace sw {

namespace {

constexpr DWORD sharing = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

HANDLE handle(qintptr value) {
    return reinterpret_cast<HANDLE>(value);
}

} // namespace

Result<std::unique_ptr<AppendFile>> AppendFile::open(const QString& path, const Opening& how) {
    std::unique_ptr<AppendFile> file(new AppendFile(path, how.patience));
    const auto opened = openOutputFile(path, how);
    if (!opened)
        return tl::unexpected(opened.error());
    file->m_file = opened->handle;
    file->m_isSequential = opened->isSequential;
    file->m_writesInOrder = opened->isSequential || how.existing == Existing::Append; // others may append to it too
    file->m_wantsBlocks = !file->m_writesInOrder;
    return file;
}

Result<void> AppendFile::close() {
    const qintptr direct = std::exchange(m_direct, -1);
    const qintptr file = std::exchange(m_file, -1);
    if (direct != -1 && ::CloseHandle(handle(direct)) == 0)
        return tl::unexpected(storageError(static_cast<int>(::GetLastError()), m_path));
    if (file != -1 && ::CloseHandle(handle(file)) == 0)
        return tl::unexpected(storageError(static_cast<int>(::GetLastError()), m_path));
    return {};
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

Result<void> AppendFile::write(const char* data, std::size_t size, quint64 place, std::size_t& done) {
    while (done < size) {
        OVERLAPPED at{};
        at.Offset = static_cast<DWORD>(place + done);
        at.OffsetHigh = static_cast<DWORD>((place + done) >> 32U);
        constexpr std::size_t mostAtOnce = 64U << 20U; // a DWORD, and whole blocks
        const std::size_t left = size - done;
        const auto wanted = static_cast<DWORD>(left < mostAtOnce ? left : mostAtOnce);
        DWORD count = 0;
        if (::WriteFile(handle(m_isPassing ? m_direct : m_file), data + done, wanted, &count,
                        m_writesInOrder ? nullptr : &at) &&
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
        return tl::unexpected(storageError(static_cast<int>(code), m_path));
    }
    return {};
}

/// The system tells of no pipe whether it would take more now.
Result<void> AppendFile::awaitReader() {
    return {};
}

/// To the size that counts, after a write that was not whole.
Result<void> AppendFile::shorten() {
    FILE_END_OF_FILE_INFO end{};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(m_size);
    if (!m_writesInOrder && !::SetFileInformationByHandle(handle(m_file), FileEndOfFileInfo, &end, sizeof end))
        return tl::unexpected(storageError(static_cast<int>(::GetLastError()), m_path));
    return {};
}

} // namespace sw
