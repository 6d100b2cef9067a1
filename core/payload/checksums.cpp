// SPDX-License-Identifier: MIT
#include "core/payload/checksums.h"

#include <QCryptographicHash>

#include <boost/crc.hpp>

#include <array>

namespace sw {

namespace {

QByteArray bigEndian(quint64 value, int size) {
    QByteArray bytes(size, '\0');
    for (int i = size - 1; i >= 0; --i, value >>= 8U)
        bytes[i] = static_cast<char>(value);
    return bytes;
}

template <std::size_t bits, auto polynomial, auto initial, auto final, bool reflectsIn, bool reflectsOut>
QByteArray crc(QByteArrayView bytes) {
    boost::crc_optimal<bits, polynomial, initial, final, reflectsIn, reflectsOut> crc;
    crc.process_bytes(bytes.data(), static_cast<std::size_t>(bytes.size()));
    return bigEndian(static_cast<quint64>(crc.checksum()), static_cast<int>(bits / 8));
}

quint64 sumOf(QByteArrayView bytes) {
    quint64 sum = 0;
    for (const char c : bytes)
        sum += static_cast<unsigned char>(c);
    return sum;
}

QByteArray sum8(QByteArrayView bytes) {
    return bigEndian(sumOf(bytes), 1);
}
QByteArray sum16(QByteArrayView bytes) {
    return bigEndian(sumOf(bytes), 2);
}
QByteArray lrc(QByteArrayView bytes) {
    return bigEndian(0 - sumOf(bytes), 1);
}
QByteArray xor8(QByteArrayView bytes) {
    char value = 0;
    for (const char c : bytes)
        value = static_cast<char>(value ^ c);
    return {1, value};
}

/// RFC 1071.
QByteArray inet(QByteArrayView bytes) {
    quint64 sum = 0;
    for (qsizetype i = 0; i < bytes.size(); ++i)
        sum += static_cast<quint64>(static_cast<unsigned char>(bytes[i])) << (i % 2 == 0 ? 8U : 0U);
    while (sum >> 16U != 0)
        sum = (sum & 0xffffU) + (sum >> 16U);
    return bigEndian(~sum, 2);
}

QByteArray adler32(QByteArrayView bytes) {
    constexpr quint32 modulus = 65521; // RFC 1950
    quint32 a = 1;
    quint32 b = 0;
    for (const char c : bytes) {
        a = (a + static_cast<unsigned char>(c)) % modulus;
        b = (b + a) % modulus;
    }
    return bigEndian(b << 16U | a, 4);
}

QByteArray fletcher16(QByteArrayView bytes) {
    constexpr quint32 modulus = 255;
    quint32 a = 0;
    quint32 b = 0;
    for (const char c : bytes) {
        a = (a + static_cast<unsigned char>(c)) % modulus;
        b = (b + a) % modulus;
    }
    return bigEndian(b << 8U | a, 2);
}

template <QCryptographicHash::Algorithm algorithm>
QByteArray digest(QByteArrayView bytes) {
    return QCryptographicHash::hash(bytes.toByteArray(), algorithm);
}

constexpr std::array table{
    Checksum{"sum8", 1, false, "sum of the bytes, 8 bits", &sum8},
    Checksum{"sum16", 2, false, "sum of the bytes, 16 bits", &sum16},
    Checksum{"xor8", 1, false, "exclusive or of the bytes (NMEA 0183)", &xor8},
    Checksum{"lrc", 1, false, "two's complement of the sum (Modbus ASCII)", &lrc},
    Checksum{"inet", 2, false, "the checksum of IP, TCP and UDP (RFC 1071)", &inet},
    Checksum{"fletcher16", 2, false, "Fletcher's checksum, 16 bits", &fletcher16},
    Checksum{"adler32", 4, false, "Adler-32 of zlib (RFC 1950)", &adler32},
    Checksum{"crc8", 1, false, "CRC-8, polynomial 07 (SMBus)", &crc<8, 0x07, 0, 0, false, false>},
    Checksum{"crc16-arc", 2, true, "CRC-16/ARC, polynomial 8005", &crc<16, 0x8005, 0, 0, true, true>},
    Checksum{"crc16-modbus", 2, true, "CRC-16 of Modbus RTU", &crc<16, 0x8005, 0xffff, 0, true, true>},
    Checksum{"crc16-ccitt", 2, false, "CRC-16/CCITT with start value FFFF (IBM 3740)",
             &crc<16, 0x1021, 0xffff, 0, false, false>},
    Checksum{"crc16-xmodem", 2, false, "CRC-16 of XMODEM", &crc<16, 0x1021, 0, 0, false, false>},
    Checksum{"crc16-x25", 2, true, "CRC-16 of X.25, HDLC and PPP (RFC 1662)",
             &crc<16, 0x1021, 0xffff, 0xffff, true, true>},
    Checksum{"crc32", 4, false, "CRC-32 of Ethernet, zip and PNG",
             &crc<32, 0x04c11db7U, 0xffffffffU, 0xffffffffU, true, true>},
    Checksum{"crc32c", 4, false, "CRC-32C of iSCSI and SCTP (RFC 3720)",
             &crc<32, 0x1edc6f41U, 0xffffffffU, 0xffffffffU, true, true>},
    Checksum{"md5", 16, false, "MD5 (RFC 1321); broken as a signature", &digest<QCryptographicHash::Md5>},
    Checksum{"sha1", 20, false, "SHA-1; broken as a signature", &digest<QCryptographicHash::Sha1>},
    Checksum{"sha256", 32, false, "SHA-256", &digest<QCryptographicHash::Sha256>},
};

} // namespace

std::span<const Checksum> checksums() {
    return table;
}

const Checksum* findChecksum(const QString& name) {
    for (const Checksum& one : table) {
        if (name == QLatin1String(one.name))
            return &one;
    }
    return nullptr;
}

} // namespace sw
