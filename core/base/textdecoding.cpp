// SPDX-License-Identifier: MIT
#include "core/base/textdecoding.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <utility>

namespace sw {

TextEncoding textEncodingOf(QByteArrayView start) {
    using Encoding = QStringConverter::Encoding;
    const auto begins = [start](std::initializer_list<unsigned char> mark) {
        return start.size() >= static_cast<qsizetype>(mark.size()) &&
               std::equal(mark.begin(), mark.end(), start.begin(),
                          [](unsigned char wanted, char is) { return wanted == static_cast<unsigned char>(is); });
    };
    if (begins({0xef, 0xbb, 0xbf}))
        return {.encoding = std::nullopt, .mark = 3};
    if (begins({0xff, 0xfe, 0, 0}))
        return {.encoding = Encoding::Utf32LE, .mark = 4};
    if (begins({0, 0, 0xfe, 0xff}))
        return {.encoding = Encoding::Utf32BE, .mark = 4};
    if (begins({0xff, 0xfe}))
        return {.encoding = Encoding::Utf16LE, .mark = 2};
    if (begins({0xfe, 0xff}))
        return {.encoding = Encoding::Utf16BE, .mark = 2};
    if (start.size() >= 4 && start[1] == 0 && start[3] == 0 && start[0] != 0 && start[2] != 0)
        return {.encoding = Encoding::Utf16LE};
    if (start.size() >= 4 && start[0] == 0 && start[2] == 0 && start[1] != 0 && start[3] != 0)
        return {.encoding = Encoding::Utf16BE};
    return {};
}

namespace {

/// The line (from 1) of the first byte that is not UTF-8.
qsizetype lineOfBadByte(const QByteArray& bytes) {
    qsizetype line = 1;
    for (qsizetype at = 0; at < bytes.size(); ++line) {
        const qsizetype end = bytes.indexOf('\n', at);
        const qsizetype next = end < 0 ? bytes.size() : end + 1;
        if (!QUtf8StringView(bytes.constData() + at, next - at).isValidUtf8())
            break;
        at = next;
    }
    return line;
}

} // namespace

Result<QString> decodeText(const QByteArray& bytes, const QString& what) {
    const auto [encoding, mark] = textEncodingOf(bytes);
    const QByteArray content = mark == 0 ? bytes : bytes.mid(mark);
    if (!encoding) {
        if (QUtf8StringView(content).isValidUtf8())
            return QString::fromUtf8(content);
        return tl::unexpected(
            badInput(what, sentence(QT_TRANSLATE_NOOP("Core", "line %1 has bytes that are no text: text files are in "
                                                              "UTF-8, or in UTF-16 or UTF-32 with a byte order mark."),
                                    lineOfBadByte(content))));
    }
    QStringDecoder decoder(*encoding, QStringConverter::Flag::Stateless);
    QString text = decoder(content);
    if (decoder.hasError() || !text.isValidUtf16())
        return tl::unexpected(
            badInput(what, sentence(QT_TRANSLATE_NOOP(
                               "Core", "it begins like UTF-16 or UTF-32, and is not: a character in it is broken."))));
    return text;
}

Utf8Reader::Utf8Reader(QIODevice& source) : m_source(source) {
    const auto [encoding, mark] = textEncodingOf(source.peek(4));
    source.skip(mark);
    if (encoding)
        m_decoder = std::make_unique<QStringDecoder>(*encoding);
    open(QIODevice::ReadOnly);
}

qint64 Utf8Reader::readData(char* data, qint64 size) {
    if (m_decoder == nullptr) {
        const qint64 count = m_source.read(data, size);
        return count == 0 ? -1 : count;
    }
    constexpr qint64 portion = 65536;
    while (m_at == m_decoded.size()) { // a portion may end inside of a character, which then comes with the next
        const QByteArray bytes = m_source.read(portion);
        if (bytes.isEmpty())
            return -1;
        QString text = std::exchange(m_half, {}) + QString(m_decoder->decode(bytes));
        if (!text.isEmpty() && text.back().isHighSurrogate()) {
            m_half = text.back();
            text.chop(1);
        }
        m_decoded = text.toUtf8();
        m_at = 0;
    }
    const qint64 count = std::min<qint64>(size, m_decoded.size() - m_at);
    std::memcpy(data, m_decoded.constData() + m_at, static_cast<std::size_t>(count));
    m_at += count;
    return count;
}

} // namespace sw
