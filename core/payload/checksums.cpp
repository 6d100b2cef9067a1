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
    Checksum{"crc8-maxim", 1, false, "CRC-8/MAXIM-DOW of 1-Wire", &crc<8, 0x31, 0, 0, true, true>},
    Checksum{"crc8-j1850", 1, false, "CRC-8/SAE-J1850 of vehicle buses", &crc<8, 0x1d, 0xff, 0xff, false, false>},
    Checksum{"crc16-arc", 2, true, "CRC-16/ARC, polynomial 8005", &crc<16, 0x8005, 0, 0, true, true>},
    Checksum{"crc16-modbus", 2, true, "CRC-16 of Modbus RTU", &crc<16, 0x8005, 0xffff, 0, true, true>},
    Checksum{"crc16-ccitt", 2, false, "CRC-16/CCITT with start value FFFF (IBM 3740)",
             &crc<16, 0x1021, 0xffff, 0, false, false>},
    Checksum{"crc16-xmodem", 2, false, "CRC-16 of XMODEM", &crc<16, 0x1021, 0, 0, false, false>},
    Checksum{"crc16-x25", 2, true, "CRC-16 of X.25, HDLC and PPP (RFC 1662)",
             &crc<16, 0x1021, 0xffff, 0xffff, true, true>},
    Checksum{"crc16-kermit", 2, true, "CRC-16 of Kermit (the CCITT polynomial reflected, start value 0)",
             &crc<16, 0x1021, 0, 0, true, true>},
    Checksum{"crc16-dnp", 2, true, "CRC-16 of DNP3", &crc<16, 0x3d65, 0, 0xffff, true, true>},
    Checksum{"crc16-usb", 2, true, "CRC-16 of USB", &crc<16, 0x8005, 0xffff, 0xffff, true, true>},
    Checksum{"crc16-maxim", 2, true, "CRC-16/MAXIM-DOW of 1-Wire", &crc<16, 0x8005, 0, 0xffff, true, true>},
    Checksum{"crc32", 4, false, "CRC-32 of Ethernet, zip and PNG",
             &crc<32, 0x04c11db7U, 0xffffffffU, 0xffffffffU, true, true>},
    Checksum{"crc32c", 4, false, "CRC-32C of iSCSI and SCTP (RFC 3720)",
             &crc<32, 0x1edc6f41U, 0xffffffffU, 0xffffffffU, true, true>},
    Checksum{"md5", 16, false, "MD5 (RFC 1321); broken as a signature", &digest<QCryptographicHash::Md5>},
    Checksum{"sha1", 20, false, "SHA-1; broken as a signature", &digest<QCryptographicHash::Sha1>},
    Checksum{"sha256", 32, false, "SHA-256", &digest<QCryptographicHash::Sha256>},
};

/// Other names that the same thing goes by.
struct Alias {
    const char* also;
    const char* name;
};
constexpr std::array aliases{
    Alias{"crc8-maxim-dow", "crc8-maxim"},
    Alias{"crc8-sae-j1850", "crc8-j1850"},
    Alias{"crc16-maxim-dow", "crc16-maxim"},
};

tl::unexpected<Error> refuse(const Sentence& detail) {
    return tl::unexpected(badInput(QStringLiteral("checksum"), detail));
}

std::optional<quint64> hexNumber(const QString& text) {
    bool ok = false;
    const quint64 value = text.toULongLong(&ok, 16); // with or without 0x
    return ok && text.at(0).isLetterOrNumber() ? std::optional(value) : std::nullopt;
}

std::optional<quint64> widthOf(const QString& text) {
    bool ok = false;
    const quint64 value = text.toULongLong(&ok);
    return ok && value >= 1 && value <= 64 ? std::optional(value) : std::nullopt;
}

/// A word alone means yes: `refin`.
std::optional<quint64> switchOf(const QString& text) {
    const QString low = text.toLower();
    if (low.isEmpty() || low == QLatin1String("true") || low == QLatin1String("on") || low == QLatin1String("1"))
        return 1;
    if (low == QLatin1String("false") || low == QLatin1String("off") || low == QLatin1String("0"))
        return 0;
    return std::nullopt;
}

quint64 reflected(quint64 value, int width) {
    quint64 result = 0;
    for (int i = 0; i < width; ++i, value >>= 1U)
        result = result << 1U | (value & 1U);
    return result;
}

} // namespace

std::span<const Checksum> checksums() {
    return table;
}

const Checksum* findChecksum(const QString& name) {
    for (const Alias& alias : aliases) {
        if (name == QLatin1String(alias.also))
            return findChecksum(QString::fromLatin1(alias.name));
    }
    for (const Checksum& one : table) {
        if (name == QLatin1String(one.name))
            return &one;
    }
    return nullptr;
}

QStringList checksumNames() {
    QStringList names;
    for (const Checksum& one : table)
        names.append(QString::fromLatin1(one.name));
    return names;
}

Result<CrcModel> CrcModel::parse(const QStringList& parameters) {
    CrcModel model;
    QStringList given;
    std::optional<quint64> check;
    for (const QString& parameter : parameters) {
        const QString name = parameter.section(QLatin1Char('='), 0, 0).trimmed();
        const QString value = parameter.section(QLatin1Char('='), 1).trimmed();
        if (given.contains(name))
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 stands twice."), name));
        given.append(name);
        const bool isSwitch = name == QLatin1String("refin") || name == QLatin1String("refout");
        const auto number = name == QLatin1String("width") ? widthOf(value)
                            : isSwitch                     ? switchOf(value)
                                                           : hexNumber(value);
        if (!number)
            return refuse(sentence(
                QT_TRANSLATE_NOOP("Core", "“%1” is not understood: width takes 1 to 64, poly, init, xorout and check "
                                          "take hexadecimal numbers, refin and refout take true or false."),
                parameter));
        if (name == QLatin1String("width"))
            model.width = static_cast<int>(*number);
        else if (name == QLatin1String("poly"))
            model.polynomial = *number;
        else if (name == QLatin1String("init"))
            model.initial = *number;
        else if (name == QLatin1String("xorout"))
            model.xorOut = *number;
        else if (name == QLatin1String("refin"))
            model.reflectsIn = *number == 1;
        else if (name == QLatin1String("refout"))
            model.reflectsOut = *number == 1;
        else if (name == QLatin1String("check"))
            check = number;
        else
            return refuse(sentence(
                QT_TRANSLATE_NOOP(
                    "Core",
                    "“%1” is no parameter of a CRC. There are: width, poly, init, refin, refout, xorout and check."),
                name));
    }
    if (!given.contains(QLatin1String("width")) || !given.contains(QLatin1String("poly")))
        return refuse(sentence(
            QT_TRANSLATE_NOOP("Core", "A CRC needs its width in bits and its polynomial: width=16, poly=1021.")));
    for (const quint64 value : {model.polynomial, model.initial, model.xorOut}) {
        if ((value & ~model.mask()) != 0)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 has more than %2 bits."), QString::number(value, 16),
                                   model.width));
    }
    if (const quint64 made = model.valueOf("123456789"); check && *check != made)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "These parameters make %1 of “123456789”, not %2."),
                               QString::number(made, 16), QString::number(*check, 16)));
    return model;
}

quint64 CrcModel::mask() const {
    return width >= 64 ? ~quint64(0) : (quint64(1) << static_cast<unsigned>(width)) - 1;
}

quint64 CrcModel::valueOf(QByteArrayView bytes) const {
    // the register is kept at the top of 64 bits: so one table serves every width
    const auto shift = static_cast<unsigned>(64 - width);
    const quint64 aligned = polynomial << shift;
    std::array<quint64, 256> ofByte{}; // what a byte makes of an empty register
    std::array<unsigned char, 256> fed{};
    for (std::size_t byte = 0; byte < ofByte.size(); ++byte) {
        quint64 made = static_cast<quint64>(byte) << 56U;
        for (int bit = 0; bit < 8; ++bit)
            made = made << 1U ^ ((made >> 63U) != 0 ? aligned : 0);
        ofByte.at(byte) = made;
        fed.at(byte) = static_cast<unsigned char>(reflectsIn ? reflected(byte, 8) : byte);
    }
    quint64 value = initial << shift;
    for (const char c : bytes)
        value = value << 8U ^ ofByte[value >> 56U ^ fed[static_cast<unsigned char>(c)]];
    value >>= shift;
    return (reflectsOut ? reflected(value, width) : value) ^ xorOut;
}

QByteArray CrcModel::compute(QByteArrayView bytes) const {
    return bigEndian(valueOf(bytes), size());
}

} // namespace sw
