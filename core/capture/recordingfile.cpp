// SPDX-License-Identifier: MIT
#include "core/capture/recordingfile.h"

#include <algorithm>

namespace sw {

std::size_t everyByte(const char*, std::size_t size) {
    return size;
}

std::size_t wholeLines(const char* data, std::size_t size) {
    return static_cast<std::size_t>(QByteArrayView(data, static_cast<qsizetype>(size)).lastIndexOf('\n') + 1);
}

std::size_t wholeHexRecords(const char* data, std::size_t size) {
    const QByteArrayView written(data, static_cast<qsizetype>(size));
    const qsizetype last = written.lastIndexOf(QByteArrayView("\n#"));
    return last < 0 ? 0 : static_cast<std::size_t>(last + 1);
}

Result<void> RecordingFile::open(const QString& path, const Opening& how) {
    auto file = AppendFile::open(path, how);
    if (!file)
        return tl::unexpected(file.error());
    m_file = std::move(*file);
    m_path = path;
    return {};
}

Result<void> RecordingFile::put(QByteArrayView records) {
    std::copy(records.begin(), records.end(), m_waiting.extend(static_cast<std::size_t>(records.size())));
    return m_waiting.size() < m_usual ? Result<void>() : flush();
}

Result<void> RecordingFile::flush() {
    if (m_file == nullptr || m_hasFailed || m_waiting.size() == 0)
        return {};
    auto written = m_file->append(m_waiting, m_whole);
    m_hasFailed = !written;
    return written;
}

Result<void> RecordingFile::close() {
    if (m_file == nullptr)
        return {};
    const auto flushed = flush();
    const auto closed = m_file->close();
    m_file.reset();
    return flushed ? closed : flushed;
}

} // namespace sw
