// SPDX-License-Identifier: MIT
#include "core/capture/pcapngblocks.h"

#include "identity.h"

#include <QSysInfo>
#include <QtEndian>

#include <algorithm>

namespace sw::pcapng {

namespace {

constexpr qsizetype longestOption = 65535;
constexpr qsizetype packetStart = 28; // before the frame

void put16(QByteArray& out, quint16 value) {
    const quint16 little = qToLittleEndian(value);
    out.append(reinterpret_cast<const char*>(&little), sizeof little);
}

void put32(QByteArray& out, quint32 value) {
    const quint32 little = qToLittleEndian(value);
    out.append(reinterpret_cast<const char*>(&little), sizeof little);
}

void pad(QByteArray& out) {
    out.append((4 - out.size() % 4) % 4, '\0');
}

/// UTF-8 of at most that length, cut at a character.
QByteArray optionText(const QString& text) {
    QByteArray bytes = text.toUtf8();
    if (bytes.size() <= longestOption)
        return bytes;
    qsizetype end = longestOption;
    while (end > 0 && (static_cast<unsigned char>(bytes[end]) & 0xc0U) == 0x80U)
        --end;
    bytes.truncate(end);
    return bytes;
}

void putOptions(QByteArray& out, const Options& options) {
    if (options.empty())
        return;
    for (const auto& [code, value] : options) {
        put16(out, code);
        put16(out, static_cast<quint16>(value.size()));
        out.append(value);
        pad(out);
    }
    put32(out, EndOfOptions);
}

QByteArray block(quint32 type, const QByteArray& body) {
    constexpr qsizetype around = 12;
    const auto size = static_cast<quint32>(body.size() + around);
    QByteArray out;
    out.reserve(body.size() + around);
    put32(out, type);
    put32(out, size);
    out.append(body);
    put32(out, size);
    return out;
}

void putTime(QByteArray& out, qint64 wallNanoseconds) {
    const auto time = static_cast<quint64>(std::max<qint64>(wallNanoseconds, 0));
    put32(out, static_cast<quint32>(time >> 32U));
    put32(out, static_cast<quint32>(time));
}

Options commentOptions(const QStringList& comments) {
    Options options;
    for (const QString& comment : comments)
        options.emplace_back(Comment, optionText(comment));
    return options;
}

} // namespace

QByteArray makeSection(const QString& comment) {
    QByteArray body;
    put32(body, byteOrderMagic);
    put16(body, 1);
    put16(body, 0);
    put32(body, 0xffffffffU); // the section's length is not known
    put32(body, 0xffffffffU);
    Options options = commentOptions({comment});
    options.emplace_back(System, optionText(QSysInfo::prettyProductName()));
    options.emplace_back(Application, QByteArray(SOCKETWRIGHT_NAME " " SOCKETWRIGHT_VERSION));
    putOptions(body, options);
    return block(sectionHeader, body);
}

QByteArray makeInterface(const QString& name, const QString& comment) {
    constexpr quint16 ethernet = 1;
    QByteArray body;
    put16(body, ethernet);
    put16(body, 0);
    put32(body, 0); // packets are whole
    Options options{{InterfaceName, optionText(name)}, {TimeResolution, QByteArray(1, 9)}};
    if (!comment.isEmpty())
        options.emplace_back(Comment, optionText(comment));
    putOptions(body, options);
    return block(interfaceDescription, body);
}

void putPacket(BlockBuffer& out, quint32 interface, qint64 wallNanoseconds, QByteArrayView head, QByteArrayView payload,
               const QStringList& comments) {
    QByteArray start;
    start.reserve(packetStart);
    const auto captured = static_cast<quint32>(head.size() + payload.size());
    QByteArray options;
    putOptions(options, commentOptions(comments));
    const qsizetype padding = (4 - captured % 4) % 4;
    const auto size = static_cast<quint32>(packetStart + captured + padding + options.size() + 4);
    put32(start, enhancedPacket);
    put32(start, size);
    put32(start, interface);
    putTime(start, wallNanoseconds);
    put32(start, captured);
    put32(start, captured);
    char* at = out.extend(size);
    const auto put = [&at](QByteArrayView bytes) {
        std::copy(bytes.begin(), bytes.end(), at);
        at += bytes.size();
    };
    put(start);
    put(head);
    put(payload);
    std::fill_n(at, padding, '\0');
    at += padding;
    put(options);
    qToLittleEndian(size, at);
}

void putFiller(BlockBuffer& out, std::size_t size) {
    constexpr quint32 localUse = 0x80000000;
    char* at = out.extend(size);
    std::fill_n(at, size, '\0');
    qToLittleEndian(localUse, at);
    qToLittleEndian(static_cast<quint32>(size), at + 4);
    qToLittleEndian(static_cast<quint32>(size), at + size - 4);
}

std::size_t wholeBlocks(const char* data, std::size_t size) {
    std::size_t whole = 0;
    while (size - whole >= 12) {
        const auto length = qFromLittleEndian<quint32>(data + whole + 4);
        if (length < 12 || length > size - whole)
            break;
        whole += length;
    }
    return whole;
}

QByteArray makeNames(const std::vector<std::pair<QByteArray, QString>>& names) {
    QByteArray body;
    for (const auto& [address, name] : names) {
        QByteArray value = address + optionText(name);
        value.append('\0');
        put16(body, address.size() == 4 ? 1 : 2);
        put16(body, static_cast<quint16>(std::min(value.size(), longestOption)));
        body.append(value.left(longestOption));
        pad(body);
    }
    put32(body, 0); // end of records
    return block(nameResolution, body);
}

QByteArray makeStatistics(quint32 interface, qint64 wallNanoseconds, const QStringList& comments) {
    QByteArray body;
    put32(body, interface);
    putTime(body, wallNanoseconds);
    putOptions(body, commentOptions(comments));
    return block(interfaceStatistics, body);
}

} // namespace sw::pcapng
