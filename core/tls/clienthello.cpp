// SPDX-License-Identifier: MIT
#include "core/tls/clienthello.h"

#include <QJsonArray>

namespace sw {

namespace {

constexpr qsizetype largestHello = 65536;

/// Walks over big-endian fields; a length that lies beyond the end makes everything after it fail.
class Fields {
public:
    explicit Fields(QByteArrayView bytes) : m_bytes(bytes) {}

    bool isOk() const { return m_isOk; }
    bool atEnd() const { return m_bytes.isEmpty(); }
    unsigned number(int width) {
        const QByteArrayView raw = bytes(width);
        unsigned value = 0;
        for (const char c : raw)
            value = value << 8U | static_cast<unsigned char>(c);
        return value;
    }
    QByteArrayView bytes(qsizetype size) {
        if (!m_isOk || size > m_bytes.size()) {
            m_isOk = false;
            return {};
        }
        const QByteArrayView taken = m_bytes.first(size);
        m_bytes = m_bytes.sliced(size);
        return taken;
    }
    Fields vector(int width) { return Fields(bytes(static_cast<qsizetype>(number(width)))); }

private:
    QByteArrayView m_bytes;
    bool m_isOk = true;
};

QString versionText(unsigned version) {
    switch (version) {
    case 0x0304:
        return QStringLiteral("TLS 1.3");
    case 0x0303:
        return QStringLiteral("TLS 1.2");
    case 0x0302:
        return QStringLiteral("TLS 1.1");
    case 0x0301:
        return QStringLiteral("TLS 1.0");
    case 0x0300:
        return QStringLiteral("SSL 3.0");
    default:
        return {};
    }
}

void readExtension(unsigned type, Fields content, ClientHello& hello) {
    constexpr unsigned serverName = 0;
    constexpr unsigned alpn = 16;
    constexpr unsigned supportedVersions = 43;
    if (type == serverName) {
        Fields names = content.vector(2);
        while (names.isOk() && !names.atEnd()) {
            const bool isHost = names.number(1) == 0;
            const QByteArrayView name = names.bytes(static_cast<qsizetype>(names.number(2)));
            if (isHost && names.isOk() && hello.serverName.isEmpty())
                hello.serverName = QString::fromUtf8(name);
        }
    } else if (type == alpn) {
        Fields names = content.vector(2);
        while (names.isOk() && !names.atEnd()) {
            const QByteArrayView name = names.bytes(static_cast<qsizetype>(names.number(1)));
            if (names.isOk())
                hello.alpn.append(QString::fromUtf8(name));
        }
    } else if (type == supportedVersions) {
        Fields versions = content.vector(1);
        hello.versions.clear();
        while (versions.isOk() && !versions.atEnd()) {
            const QString text = versionText(versions.number(2));
            if (!text.isEmpty()) // GREASE (RFC 8701) has none
                hello.versions.append(text);
        }
    }
}

} // namespace

QString ClientHello::toText() const {
    QStringList parts;
    parts.append(serverName.isEmpty() ? QStringLiteral("without a server name")
                                      : QStringLiteral("for “%1”").arg(serverName));
    if (!alpn.isEmpty())
        parts.append(QStringLiteral("ALPN ") + alpn.join(QLatin1Char(' ')));
    if (!versions.isEmpty())
        parts.append(versions.join(QLatin1String(" and ")));
    parts.append(QStringLiteral("%1 cipher suites").arg(ciphers));
    return parts.join(QLatin1String(", "));
}

QJsonObject ClientHello::toJson() const {
    return {{QStringLiteral("serverName"), serverName},
            {QStringLiteral("alpn"), QJsonArray::fromStringList(alpn)},
            {QStringLiteral("versions"), QJsonArray::fromStringList(versions)},
            {QStringLiteral("ciphers"), ciphers}};
}

HelloState readClientHello(QByteArrayView stream, ClientHello& hello) {
    constexpr unsigned handshakeRecord = 22;
    constexpr unsigned clientHello = 1;
    constexpr qsizetype recordHead = 5;
    QByteArray message; // of one or more records
    qsizetype wanted = 4;
    for (qsizetype at = 0; message.size() < wanted;) {
        const QByteArrayView rest = stream.sliced(at);
        if (!rest.isEmpty() && static_cast<unsigned char>(rest[0]) != handshakeRecord)
            return HelloState::NotTls;
        if (rest.size() > 1 && rest[1] != 3)
            return HelloState::NotTls;
        if (rest.size() < recordHead)
            return HelloState::NeedsMore;
        Fields head(rest.sliced(3));
        const auto size = static_cast<qsizetype>(head.number(2));
        if (size == 0)
            return HelloState::NotTls;
        const QByteArrayView content = rest.sliced(recordHead).first(std::min(size, rest.size() - recordHead));
        message.append(content);
        if (message.size() >= 1 && static_cast<unsigned char>(message[0]) != clientHello)
            return HelloState::NotTls;
        if (message.size() >= 4) {
            Fields length(QByteArrayView(message).sliced(1));
            wanted = 4 + static_cast<qsizetype>(length.number(3));
            if (wanted > largestHello)
                return HelloState::NotTls;
        }
        if (content.size() < size && message.size() < wanted)
            return HelloState::NeedsMore;
        at += recordHead + content.size();
    }
    Fields fields(QByteArrayView(message).first(wanted).sliced(4));
    hello = {};
    hello.versions.append(versionText(fields.number(2)));
    fields.bytes(32); // random
    fields.vector(1); // session id
    constexpr int suiteSize = 2;
    Fields suites = fields.vector(2);
    while (suites.isOk() && !suites.atEnd()) {
        suites.bytes(suiteSize);
        ++hello.ciphers;
    }
    fields.vector(1); // compression
    if (!fields.isOk())
        return HelloState::NotTls;
    if (fields.atEnd())
        return HelloState::Complete; // without extensions, as before RFC 3546
    Fields extensions = fields.vector(2);
    while (extensions.isOk() && !extensions.atEnd()) {
        const unsigned type = extensions.number(2);
        const Fields content = extensions.vector(2);
        if (extensions.isOk())
            readExtension(type, content, hello);
    }
    return extensions.isOk() ? HelloState::Complete : HelloState::NotTls;
}

} // namespace sw
