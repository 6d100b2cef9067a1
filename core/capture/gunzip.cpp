// SPDX-License-Identifier: MIT
#include "core/capture/gunzip.h"

#include <zlib.h>

namespace sw {

namespace {
constexpr qsizetype inputSize = 65536;
/// Captures of long runs of the same byte shrink by up to 1,000 to 1; only much that came from little is refused.
constexpr quint64 smallBomb = 2ULL << 30U;
constexpr quint64 mostRatio = 200;
} // namespace

struct Gunzip::Stream {
    z_stream native{};
};

Gunzip::Gunzip(QIODevice& source) : m_source(source), m_stream(std::make_unique<Stream>()) {
    constexpr int gzipOnly = 15 + 16;
    inflateInit2(&m_stream->native, gzipOnly);
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

Gunzip::~Gunzip() {
    inflateEnd(&m_stream->native);
}

qint64 Gunzip::readData(char* data, qint64 size) {
    z_stream& stream = m_stream->native;
    stream.next_out = reinterpret_cast<Bytef*>(data);
    const qint64 wanted = std::min<qint64>(size, 1 << 24);
    stream.avail_out = static_cast<uInt>(wanted);
    while (!m_isOver && stream.avail_out > 0) {
        if (stream.avail_in == 0) {
            m_input = m_source.read(inputSize);
            if (m_input.isEmpty()) {
                m_isOver = true;
                if (!m_isBetween)
                    m_problem = QStringLiteral("the compressed data end in the middle");
                break;
            }
            m_read += static_cast<quint64>(m_input.size());
            stream.next_in = reinterpret_cast<Bytef*>(m_input.data());
            stream.avail_in = static_cast<uInt>(m_input.size());
        }
        m_isBetween = false;
        const int result = inflate(&stream, Z_NO_FLUSH);
        if (result == Z_STREAM_END) { // another member may follow
            m_isBetween = true;
            inflateReset(&stream);
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            m_isOver = true;
            m_problem = QStringLiteral("the compressed data are damaged (%1)")
                            .arg(QString::fromLatin1(stream.msg == nullptr ? "no reason given" : stream.msg));
        }
        const quint64 made = m_made + static_cast<quint64>(wanted) - stream.avail_out;
        if (made > smallBomb && made > m_read * mostRatio) {
            m_isOver = true;
            m_problem =
                QStringLiteral("the content is more than 2 GiB, and %1 times larger than its compressed form: a bomb")
                    .arg(mostRatio);
        }
    }
    const qint64 made = wanted - stream.avail_out;
    m_made += static_cast<quint64>(made);
    return made == 0 && m_isOver ? -1 : made;
}

} // namespace sw
