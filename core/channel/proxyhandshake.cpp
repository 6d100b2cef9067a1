// SPDX-License-Identifier: MIT
#include "core/channel/proxyhandshake.h"

#include <QUrl>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace sw {

namespace {

constexpr char version5 = 5;
constexpr qsizetype longestHead = 32768; // of an HTTP answer, in bytes
constexpr qsizetype longestPart = 255;   // of what SOCKS5 counts in one byte
constexpr qsizetype mostShown = 120;     // of what a proxy says in words

enum Method : char { NoAuthentication = 0, UserAndPassword = 2, NoneOfThem = static_cast<char>(0xff) };
enum AddressType : char { IPv4 = 1, DomainName = 3, IPv6 = 4 };

/// What the answers of RFC 1928 section 6 mean.
struct Answer {
    quint8 code;
    ErrorId id;
    const char* words;
};
constexpr std::array answers{
    Answer{1, ErrorId::ProxyRefused, QT_TRANSLATE_NOOP("Core", "general failure")},
    Answer{2, ErrorId::ProxyRefused, QT_TRANSLATE_NOOP("Core", "its rules do not allow it")},
    Answer{3, ErrorId::NetworkUnreachable, QT_TRANSLATE_NOOP("Core", "network unreachable")},
    Answer{4, ErrorId::HostUnreachable, QT_TRANSLATE_NOOP("Core", "host unreachable")},
    Answer{5, ErrorId::ConnectionRefused, QT_TRANSLATE_NOOP("Core", "connection refused")},
    Answer{6, ErrorId::HostUnreachable, QT_TRANSLATE_NOOP("Core", "time to live expired")},
    Answer{7, ErrorId::ProxyRefused, QT_TRANSLATE_NOOP("Core", "it does not connect")},
    Answer{8, ErrorId::ProxyRefused, QT_TRANSLATE_NOOP("Core", "it does not take an address of that kind")},
};

QByteArray bytesOf(std::initializer_list<unsigned> values) {
    QByteArray bytes;
    for (const unsigned value : values)
        bytes.append(static_cast<char>(value));
    return bytes;
}

QByteArray portBytes(quint16 port) {
    const unsigned bits = port;
    return bytesOf({bits >> 8U, bits & 0xffU});
}

/// As names go over the wire (RFC 5890); what cannot be is left as it is, for the proxy to say so.
QByteArray nameBytes(const QString& host) {
    const QByteArray ace = QUrl::toAce(host);
    return ace.isEmpty() ? host.toUtf8() : ace;
}

} // namespace

ProxyHandshake::ProxyHandshake(ProxySettings proxy, QByteArray password, HostPort target)
    : m_proxy(std::move(proxy)),
      m_password(std::move(password)),
      m_target(std::move(target)) {
    if (m_proxy.kind == ProxySettings::Kind::HttpConnect)
        askByHttp();
    else
        greet();
}

QString ProxyHandshake::target() const {
    return formatHostPort(
        {.host = m_target.host, .service = {}, .portFirst = m_target.portFirst, .portLast = m_target.portFirst});
}

QByteArray ProxyHandshake::takeOutgoing() {
    return std::exchange(m_outgoing, {});
}

qsizetype ProxyHandshake::wanted() const {
    return m_step == Step::Head ? 1 : m_wanted - m_received.size();
}

void ProxyHandshake::fail(ErrorId id, const Sentence& what) {
    ProxySettings shown = m_proxy;
    shown.user.clear();
    m_state = State::Failed;
    m_error = {
        .id = id,
        .situation = QStringLiteral("connect"),
        .detail = sentence(QT_TRANSLATE_NOOP("Core", "The proxy %1 does not connect to %2: "), shown.name(), target()) +
                  what};
}

void ProxyHandshake::ended(const QString& why) {
    if (m_state == State::Going)
        fail(ErrorId::ProxyRefused,
             why.isEmpty()
                 ? sentence(QT_TRANSLATE_NOOP("Core", "it closed the connection in the middle of its answer."))
                 : Sentence(why));
}

void ProxyHandshake::feed(QByteArrayView bytes) {
    if (m_state != State::Going)
        return;
    m_received.append(bytes);
    if (m_step == Step::Head) {
        headRead();
        return;
    }
    if (m_received.size() < m_wanted)
        return;
    switch (m_step) {
    case Step::Method:
        methodChosen();
        break;
    case Step::Authentication:
        authenticated();
        break;
    case Step::Answer:
    case Step::AnswerAddress:
        answered();
        break;
    case Step::Head:
        break;
    }
}

// --- SOCKS5 ---

void ProxyHandshake::greet() {
    const QByteArray user = m_proxy.user.toUtf8();
    if (user.size() > longestPart || m_password.size() > longestPart || nameBytes(m_target.host).size() > longestPart) {
        fail(ErrorId::InvalidArgument,
             sentence(
                 QT_TRANSLATE_NOOP("Core", "SOCKS5 takes a user, a password and a host of at most 255 bytes each.")));
        return;
    }
    m_outgoing = user.isEmpty() ? bytesOf({version5, 1, NoAuthentication})
                                : bytesOf({version5, 2, NoAuthentication, UserAndPassword});
    m_step = Step::Method;
    m_wanted = 2;
}

void ProxyHandshake::methodChosen() {
    const char version = m_received.at(0);
    const char method = m_received.at(1);
    m_received.clear();
    if (version != version5) {
        fail(ErrorId::ProxyRefused, sentence(QT_TRANSLATE_NOOP("Core", "it does not speak SOCKS5.")));
    } else if (method == NoAuthentication) {
        request();
    } else if (method == UserAndPassword && !m_proxy.user.isEmpty()) {
        const QByteArray user = m_proxy.user.toUtf8();
        m_outgoing = bytesOf({1, static_cast<unsigned>(user.size())}) + user +
                     bytesOf({static_cast<unsigned>(m_password.size())}) + m_password;
        m_step = Step::Authentication;
        m_wanted = 2;
    } else if (method == NoneOfThem) {
        fail(ErrorId::ProxyAuthentication,
             m_proxy.user.isEmpty()
                 ? sentence(QT_TRANSLATE_NOOP("Core",
                                              "it wants a user and a password. proxy=socks5://USER@HOST:PORT names "
                                              "the user, proxypassword says where the password stands."))
                 : sentence(QT_TRANSLATE_NOOP("Core", "it takes neither a user with a password nor anybody without.")));
    } else {
        fail(ErrorId::ProxyRefused, sentence(QT_TRANSLATE_NOOP("Core", "it chose what was not offered (method %1)."),
                                             static_cast<quint8>(method)));
    }
}

void ProxyHandshake::authenticated() {
    const bool isTaken = m_received.at(1) == 0;
    m_received.clear();
    if (isTaken)
        request();
    else
        fail(ErrorId::ProxyAuthentication,
             sentence(QT_TRANSLATE_NOOP("Core", "it does not take the user %1 with that password."), m_proxy.user));
}

void ProxyHandshake::request() {
    m_outgoing = bytesOf({version5, 1, 0});
    const QHostAddress literal(m_target.host);
    if (literal.protocol() == QAbstractSocket::IPv4Protocol) {
        const quint32 bits = literal.toIPv4Address();
        m_outgoing.append(IPv4);
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            m_outgoing.append(static_cast<char>(bits >> shift));
    } else if (literal.protocol() == QAbstractSocket::IPv6Protocol) {
        const Q_IPV6ADDR bits = literal.toIPv6Address();
        m_outgoing.append(IPv6);
        m_outgoing.append(reinterpret_cast<const char*>(bits.c), sizeof bits.c);
    } else {
        const QByteArray name = nameBytes(m_target.host);
        m_outgoing.append(DomainName).append(static_cast<char>(name.size())).append(name);
    }
    m_outgoing.append(portBytes(m_target.portFirst));
    m_step = Step::Answer;
    m_wanted = 5; // with the first byte of the address, which may be its length
}

void ProxyHandshake::answered() {
    if (m_step == Step::AnswerAddress) { // where the proxy connects from is of no use here
        m_state = State::Done;
        return;
    }
    const auto code = static_cast<quint8>(m_received.at(1));
    if (m_received.at(0) != version5) {
        fail(ErrorId::ProxyRefused, sentence(QT_TRANSLATE_NOOP("Core", "it does not speak SOCKS5.")));
        return;
    }
    if (code != 0) {
        for (const Answer& answer : answers) {
            if (answer.code == code)
                fail(answer.id,
                     sentence(answer.words) + sentence(QT_TRANSLATE_NOOP("Core", " (it says so with %1)."), code));
        }
        if (m_state == State::Going)
            fail(ErrorId::ProxyRefused, sentence(QT_TRANSLATE_NOOP("Core", "it says so with %1."), code));
        return;
    }
    constexpr qsizetype head = 4;
    constexpr qsizetype port = 2;
    switch (m_received.at(3)) {
    case IPv4:
        m_wanted = head + 4 + port;
        break;
    case IPv6:
        m_wanted = head + 16 + port;
        break;
    case DomainName:
        m_wanted = head + 1 + static_cast<quint8>(m_received.at(head)) + port;
        break;
    default:
        fail(ErrorId::ProxyRefused, sentence(QT_TRANSLATE_NOOP("Core", "it does not speak SOCKS5.")));
        return;
    }
    m_step = Step::AnswerAddress;
}

// --- HTTP CONNECT ---

void ProxyHandshake::askByHttp() {
    HostPort wire = m_target;
    if (!isIpLiteral(wire.host))
        wire.host = QString::fromLatin1(nameBytes(wire.host));
    const QByteArray place =
        (wire.host.contains(QLatin1Char(':')) ? '[' + wire.host.toLatin1() + ']' : wire.host.toLatin1()) + ':' +
        QByteArray::number(m_target.portFirst);
    m_outgoing = "CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n";
    if (!m_proxy.user.isEmpty())
        m_outgoing +=
            "Proxy-Authorization: Basic " + QByteArray(m_proxy.user.toUtf8() + ':' + m_password).toBase64() + "\r\n";
    m_outgoing += "\r\n";
    m_step = Step::Head;
}

void ProxyHandshake::headRead() {
    constexpr QByteArrayView beginning("HTTP/1.");
    const qsizetype compared = std::min(m_received.size(), beginning.size());
    if (QByteArrayView(m_received).first(compared) != beginning.first(compared)) {
        fail(ErrorId::ProxyRefused, sentence(QT_TRANSLATE_NOOP("Core", "it does not speak HTTP.")));
        return;
    }
    if (m_before + m_received.size() >= longestHead) {
        fail(ErrorId::ProxyRefused,
             sentence(QT_TRANSLATE_NOOP("Core", "its answer has more than %1 bytes before it ends."), longestHead));
        return;
    }
    if (!m_received.endsWith("\r\n\r\n") && !m_received.endsWith("\n\n"))
        return;
    const QByteArray line = m_received.left(m_received.indexOf('\n')).trimmed();
    const QByteArray status = line.mid(line.indexOf(' ') + 1).trimmed();
    const int code = status.left(3).toInt();
    const QString shown = QString::fromUtf8(status.left(mostShown));
    if (code >= 100 && code < 200) // more follows (RFC 9110 section 15.2)
        m_before += std::exchange(m_received, {}).size();
    else if (code >= 200 && code < 300)
        m_state = State::Done;
    else if (code == 407 && m_proxy.user.isEmpty())
        fail(ErrorId::ProxyAuthentication,
             sentence(QT_TRANSLATE_NOOP("Core",
                                        "it wants a user and a password (“%1”). proxy=http://USER@HOST:PORT names "
                                        "the user, proxypassword says where the password stands."),
                      shown));
    else if (code == 407 || code == 401)
        fail(
            ErrorId::ProxyAuthentication,
            sentence(QT_TRANSLATE_NOOP("Core", "it does not take the user %1 with that password (“%2”); of the ways to "
                                               "say them, Basic is known here."),
                     m_proxy.user, shown));
    else
        fail(ErrorId::ProxyRefused, sentence(QT_TRANSLATE_NOOP("Core", "it answers “%1”."), shown));
}

} // namespace sw
