// SPDX-License-Identifier: MIT
#include "core/capture/capturefile.h"

#include "core/capture/pcapngblocks.h"

#include <QtEndian>

#include <limits>

namespace sw {

namespace {

constexpr quint32 largestBlock = 16U << 20U;
constexpr quint32 pcapMicro = 0xa1b2c3d4;
constexpr quint32 pcapNano = 0xa1b23c4d;
constexpr quint32 oldPacket = 2; // a packet block of early pcapng files
constexpr qint64 nano = 1'000'000'000;
constexpr std::size_t mostInterfaces = 100'000;

/// Units of an interface's clock as nanoseconds (if_tsresol: a power of ten, or of two with the highest bit set).
qint64 toNanoseconds(quint64 units, quint8 resolution) {
    const unsigned exponent = resolution & 0x7fU;
    quint64 seconds = 0;
    quint64 part = 0; // nanoseconds
    if ((resolution & 0x80U) != 0) {
        if (exponent >= 64)
            return 0;
        seconds = exponent == 0 ? units : units >> exponent;
        const quint64 rest = exponent == 0 ? 0 : units & ((1ULL << exponent) - 1);
        constexpr unsigned room = 34; // bits that a billion leaves
        part = exponent <= room ? (rest * nano) >> exponent : ((rest >> (exponent - room)) * nano) >> room;
    } else {
        quint64 perSecond = 1;
        for (unsigned i = 0; i < exponent && i < 19; ++i)
            perSecond *= 10;
        seconds = units / perSecond;
        const quint64 rest = units % perSecond;
        part = exponent <= 9 ? rest * (nano / perSecond) : rest / (perSecond / nano);
    }
    constexpr quint64 latest = 9'000'000'000; // of seconds, in 63 bits of nanoseconds
    return static_cast<qint64>(std::min(seconds, latest) * nano + part);
}

} // namespace

template <typename T>
T CaptureFile::number(QByteArrayView bytes, qsizetype at) const {
    return m_isBig ? qFromBigEndian<T>(bytes.data() + at) : qFromLittleEndian<T>(bytes.data() + at);
}

template <typename Call>
void CaptureFile::forOptions(QByteArrayView options, Call call) const {
    while (options.size() >= 4) {
        const auto code = number<quint16>(options, 0);
        const auto size = static_cast<qsizetype>(number<quint16>(options, 2));
        if (code == pcapng::EndOfOptions || 4 + size > options.size())
            return;
        call(code, options.sliced(4, size));
        options = options.sliced(std::min((4 + size + 3) / 4 * 4, options.size()));
    }
}

tl::unexpected<Error> CaptureFile::broken(const QString& why) const {
    return tl::unexpected(
        badInput(QStringLiteral("capture"),
                 sentence(QT_TRANSLATE_NOOP("Core", "After %1 packets, at byte %2: %3. What comes before it was read."),
                          QString::number(m_packets), QString::number(m_position), why)));
}

bool CaptureFile::isCapture(QByteArrayView start) {
    if (start.size() < 4)
        return false;
    const auto big = qFromBigEndian<quint32>(start.data());
    const auto little = qFromLittleEndian<quint32>(start.data());
    return big == pcapMicro || big == pcapNano || little == pcapMicro || little == pcapNano ||
           big == pcapng::sectionHeader;
}

QByteArrayView CaptureFile::take(qsizetype size) {
    constexpr qsizetype readAhead = 1 << 20;
    if (m_buffer.size() - m_at < size) {
        m_buffer.remove(0, m_at);
        m_at = 0;
        while (m_buffer.size() < size) {
            const qsizetype had = m_buffer.size();
            const qsizetype wanted = std::max(size - had, readAhead);
            m_buffer.resize(had + wanted);
            const qint64 count = m_device.read(m_buffer.data() + had, wanted);
            m_buffer.resize(had + std::max<qint64>(count, 0));
            if (count <= 0)
                break;
        }
    }
    const QByteArrayView taken = QByteArrayView(m_buffer).sliced(m_at, std::min(size, m_buffer.size() - m_at));
    m_at += taken.size();
    m_position += taken.size();
    return taken;
}

Result<std::unique_ptr<CaptureFile>> CaptureFile::open(QIODevice& device) {
    std::unique_ptr<CaptureFile> file(new CaptureFile(device));
    if (auto begun = file->begin(); !begun)
        return tl::unexpected(begun.error());
    return file;
}

Result<void> CaptureFile::begin() {
    constexpr qsizetype pcapRest = 20;
    const QByteArrayView magic = take(4);
    if (!isCapture(magic))
        return tl::unexpected(badInput(
            QStringLiteral("capture"),
            sentence(QT_TRANSLATE_NOOP("Core", "It is neither pcap nor pcapng: it does not begin like one."))));
    if (qFromBigEndian<quint32>(magic.data()) == pcapng::sectionHeader) {
        m_isBlocks = true;
        m_at -= 4; // the first block is read as all others
        m_position -= 4;
        return {};
    }
    const auto big = qFromBigEndian<quint32>(magic.data());
    m_isBig = big == pcapMicro || big == pcapNano;
    m_isNano = number<quint32>(magic, 0) == pcapNano;
    const QByteArrayView head = take(pcapRest);
    if (head.size() < pcapRest)
        return broken(sentence(QT_TRANSLATE_NOOP("Core", "the file header is cut short")));
    if (number<quint16>(head, 0) != 2)
        return broken(sentence(QT_TRANSLATE_NOOP("Core", "version %1 of pcap is not known"), number<quint16>(head, 0)));
    m_linkType = number<quint32>(head, 16) & 0xffffU; // above: the length of a check sum
    return {};
}

Result<std::optional<CapturedPacket>> CaptureFile::next() {
    return m_isBlocks ? nextBlock() : nextPcap();
}

Result<std::optional<CapturedPacket>> CaptureFile::nextPcap() {
    constexpr qsizetype headSize = 16;
    const QByteArrayView head = take(headSize);
    if (head.isEmpty())
        return std::nullopt;
    if (head.size() < headSize)
        return broken(sentence(QT_TRANSLATE_NOOP("Core", "the file ends in the middle of a packet")));
    CapturedPacket packet{.wall = static_cast<qint64>(number<quint32>(head, 0)) * nano +
                                  static_cast<qint64>(number<quint32>(head, 4)) * (m_isNano ? 1 : 1000),
                          .linkType = m_linkType,
                          .originalSize = number<quint32>(head, 12)};
    const auto size = number<quint32>(head, 8);
    if (size > largestBlock)
        return broken(sentence(QT_TRANSLATE_NOOP("Core", "a packet of %1 bytes cannot be"), size));
    packet.bytes = take(static_cast<qsizetype>(size));
    if (packet.bytes.size() < static_cast<qsizetype>(size))
        return broken(sentence(QT_TRANSLATE_NOOP("Core", "the file ends in the middle of a packet")));
    ++m_packets;
    return packet;
}

Result<std::optional<CapturedPacket>> CaptureFile::nextBlock() {
    constexpr quint32 smallest = 12;
    for (;;) {
        const QByteArrayView head = take(8);
        if (head.isEmpty())
            return std::nullopt;
        if (head.size() < 8)
            return broken(sentence(QT_TRANSLATE_NOOP("Core", "the file ends in the middle of a block")));
        if (number<quint32>(head, 0) == pcapng::sectionHeader) { // its magic says the order of the length before it
            const QByteArray kept = head.toByteArray();
            const QByteArrayView magic = take(4);
            if (magic.size() < 4)
                return broken(sentence(QT_TRANSLATE_NOOP("Core", "the file ends in the middle of a block")));
            m_isBig = qFromBigEndian<quint32>(magic.data()) == pcapng::byteOrderMagic;
            if (number<quint32>(magic, 0) != pcapng::byteOrderMagic)
                return broken(sentence(QT_TRANSLATE_NOOP("Core", "a section does not say its byte order")));
            const auto size = number<quint32>(kept, 4);
            if (size < 28 || size > largestBlock || size % 4 != 0)
                return broken(sentence(QT_TRANSLATE_NOOP("Core", "a section header of %1 bytes cannot be"), size));
            const QByteArrayView rest = take(static_cast<qsizetype>(size) - 12);
            if (rest.size() < static_cast<qsizetype>(size) - 12)
                return broken(sentence(QT_TRANSLATE_NOOP("Core", "the file ends in the middle of a block")));
            if (auto read = readSection(rest); !read)
                return tl::unexpected(read.error());
            continue;
        }
        const auto type = number<quint32>(head, 0);
        const auto size = number<quint32>(head, 4);
        if (size < smallest || size > largestBlock)
            return broken(sentence(QT_TRANSLATE_NOOP("Core", "a block of %1 bytes cannot be"), size));
        const auto left = static_cast<qsizetype>((size + 3) / 4 * 4) - 8;
        const QByteArrayView body = take(left);
        if (body.size() < left)
            return broken(sentence(QT_TRANSLATE_NOOP("Core", "the file ends in the middle of a block")));
        if (type == pcapng::interfaceDescription) {
            if (auto read = readInterface(body.chopped(4)); !read)
                return tl::unexpected(read.error());
        } else if (type == pcapng::enhancedPacket || type == pcapng::simplePacket || type == oldPacket) {
            auto packet = readPacket(type, body.chopped(4));
            if (!packet || *packet)
                return packet;
        }
    }
}

Result<void> CaptureFile::readSection(QByteArrayView body) {
    m_interfaces.clear(); // those of the section before
    forOptions(body.chopped(4).sliced(12), [this](quint16 code, QByteArrayView value) {
        if (code == pcapng::Application)
            m_application = QString::fromUtf8(value);
    });
    return {};
}

Result<void> CaptureFile::readInterface(QByteArrayView body) {
    constexpr quint16 timeOffset = 14;
    if (body.size() < 8)
        return broken(sentence(QT_TRANSLATE_NOOP("Core", "an interface is cut short")));
    if (m_interfaces.size() >= mostInterfaces)
        return broken(sentence(QT_TRANSLATE_NOOP("Core", "it has more than %1 interfaces"), mostInterfaces));
    Interface interface { .linkType = number<quint16>(body, 0), .name = {}, .snapLength = number<quint32>(body, 4) };
    forOptions(body.sliced(8), [&](quint16 code, QByteArrayView value) {
        if (code == pcapng::InterfaceName)
            interface.name = QString::fromUtf8(value.first(std::min<qsizetype>(value.size(), 256)));
        else if (code == pcapng::TimeResolution && !value.isEmpty())
            interface.resolution = static_cast<quint8>(value[0]);
        else if (code == timeOffset && value.size() >= 8)
            interface.offset = number<qint64>(value, 0);
    });
    m_interfaces.push_back(std::move(interface));
    return {};
}

Result<std::optional<CapturedPacket>> CaptureFile::readPacket(quint32 type, QByteArrayView body) {
    const bool isSimple = type == pcapng::simplePacket;
    const qsizetype headSize = isSimple ? 4 : 20;
    if (body.size() < headSize)
        return broken(sentence(QT_TRANSLATE_NOOP("Core", "a packet is cut short")));
    const quint32 index = isSimple ? 0 : type == oldPacket ? number<quint16>(body, 0) : number<quint32>(body, 0);
    if (index >= m_interfaces.size())
        return broken(sentence(QT_TRANSLATE_NOOP("Core", "a packet is of interface %1, which there is not"), index));
    const Interface& interface = m_interfaces[index];
    CapturedPacket packet{.linkType = interface.linkType, .interface = interface.name};
    quint32 size = 0;
    if (isSimple) {
        packet.originalSize = number<quint32>(body, 0);
        size = std::min(packet.originalSize, static_cast<quint32>(body.size() - headSize));
        if (interface.snapLength > 0)
            size = std::min(size, interface.snapLength);
    } else {
        const quint64 units = static_cast<quint64>(number<quint32>(body, 4)) << 32U | number<quint32>(body, 8);
        const qint64 offset = std::clamp<qint64>(interface.offset, -4'000'000'000, 4'000'000'000) * nano;
        const qint64 time = toNanoseconds(units, interface.resolution);
        packet.wall = offset > 0 && time > std::numeric_limits<qint64>::max() - offset ? time : time + offset;
        size = number<quint32>(body, 12);
        packet.originalSize = number<quint32>(body, 16);
    }
    if (size > static_cast<quint32>(body.size() - headSize))
        return broken(sentence(QT_TRANSLATE_NOOP("Core", "a packet of %1 bytes does not fit in its block"), size));
    packet.bytes = body.sliced(headSize, static_cast<qsizetype>(size));
    const qsizetype optionsAt = std::min<qsizetype>(headSize + (static_cast<qsizetype>(size) + 3) / 4 * 4, body.size());
    if (!isSimple && optionsAt < body.size()) {
        forOptions(body.sliced(optionsAt), [&packet](quint16 code, QByteArrayView value) {
            if (code == pcapng::Comment)
                packet.comments.append(QString::fromUtf8(value));
        });
    }
    ++m_packets;
    return packet;
}

} // namespace sw
