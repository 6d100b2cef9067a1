// SPDX-License-Identifier: MIT
#include "core/behaviour/services.h"

#include <QDateTime>
#include <QLocale>
#include <QtEndian>

#include <array>

namespace sw {

namespace {

QByteArray daytime() {
    const QDateTime now = QDateTime::currentDateTimeUtc();
    return QLocale::c().toString(now, QStringLiteral("dddd, MMMM d, yyyy HH:mm:ss")).toLatin1() + "-UTC\r\n";
}

/// Sayings of the trade, for RFC 865.
QByteArray quote() {
    static constexpr std::array quotes{
        "Be conservative in what you do, be liberal in what you accept from others. (RFC 793)\r\n",
        "One read is not one message.\r\n",
        "A closed window is a message too.\r\n",
        "It is always possible to add another level of indirection. (RFC 1925)\r\n",
        "Every old idea will be proposed again with a different name. (RFC 1925)\r\n",
        "The end of the stream is not the end of the conversation.\r\n",
    };
    return quotes.at(static_cast<std::size_t>(QDate::currentDate().toJulianDay()) % quotes.size());
}

QByteArray timeOf1900() {
    constexpr qint64 from1900To1970 = 2208988800;
    const auto seconds = static_cast<quint32>(QDateTime::currentSecsSinceEpoch() + from1900To1970);
    QByteArray bytes(4, '\0');
    qToBigEndian(seconds, bytes.data());
    return bytes;
}

} // namespace

void EchoBehaviour::filter(LocalEnd& local, QByteArrayView bytes) {
    if (local.maySend())
        local.send(bytes);
}

void DiscardBehaviour::filter(LocalEnd&, QByteArrayView) {}

QByteArray ChargenBehaviour::lines(int count) {
    constexpr int printable = 95;
    constexpr int width = 72;
    QByteArray text;
    text.reserve(static_cast<qsizetype>(count) * (width + 2));
    for (int line = 0; line < count; ++line) {
        for (int i = 0; i < width; ++i)
            text.append(static_cast<char>(' ' + (m_start + i) % printable));
        text.append("\r\n");
        m_start = (m_start + 1) % printable;
    }
    return text;
}

void ChargenBehaviour::opened(LocalEnd& local) {
    if (!local.isDatagram())
        writable(local);
}

void ChargenBehaviour::filter(LocalEnd& local, QByteArrayView) {
    if (local.isDatagram()) // RFC 864: between 0 and 512 characters
        local.send(lines(6));
}

void ChargenBehaviour::writable(LocalEnd& local) {
    constexpr int linesPerPiece = 850; // about 64 KB
    if (local.wantsMore() && local.maySend())
        local.send(lines(linesPerPiece));
}

void DaytimeBehaviour::opened(LocalEnd& local) {
    if (local.isDatagram())
        return;
    local.send(daytime());
    local.close();
}

void DaytimeBehaviour::filter(LocalEnd& local, QByteArrayView) {
    if (local.isDatagram())
        local.send(daytime());
}

void TimeBehaviour::opened(LocalEnd& local) {
    if (local.isDatagram())
        return;
    local.send(timeOf1900());
    local.close();
}

void TimeBehaviour::filter(LocalEnd& local, QByteArrayView) {
    if (local.isDatagram())
        local.send(timeOf1900());
}

void QuoteBehaviour::opened(LocalEnd& local) {
    if (local.isDatagram())
        return;
    local.send(quote());
    local.close();
}

void QuoteBehaviour::filter(LocalEnd& local, QByteArrayView) {
    if (local.isDatagram())
        local.send(quote());
}

} // namespace sw
