// SPDX-License-Identifier: MIT
#include "core/endpoint/sendinghalf.h"

#include "core/base/inputfile.h"

#include <algorithm>

namespace sw {

namespace {

tl::unexpected<Error> tooMuch(quint64 waiting, const QString& sentence) {
    return tl::unexpected(notSent(ErrorId::NoBufferSpace, sentence.arg(waiting)));
}

QString peerDoesNotRead() {
    return QStringLiteral("%1 bytes wait already because the peer does not read; at most %2 may.")
        .arg(QStringLiteral("%1"), QString::number(WriteQueue::bound));
}

} // namespace

Error notSent(ErrorId id, const Sentence& detail, const QString& situation) {
    return {.id = id, .situation = situation, .detail = detail};
}

Result<void> SendingHalf::append(const QByteArray& bytes, qsizetype from) {
    if (!m_queue.append(bytes, from))
        return tooMuch(m_queue.bytes(), peerDoesNotRead());
    return {};
}

Result<void> SendingHalf::appendFile(const QString& path) {
    const QString situation = QStringLiteral("send file");
    auto file = std::make_unique<QFile>(path);
    const QString why = whyNoInputFile(path, Devices::Take);
    if (!why.isEmpty() || !file->open(QIODevice::ReadOnly))
        return tl::unexpected(notSent(ErrorId::ReadFailed,
                                      sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2."), path,
                                               why.isEmpty() ? file->errorString() : why),
                                      situation));
    m_queue.append(std::move(file));
    return {};
}

Result<void> SendingHalf::appendForTls(const QByteArray& bytes, qsizetype from) {
    const quint64 waiting = m_forTlsSize + m_kept;
    if (waiting + static_cast<quint64>(bytes.size() - from) > WriteQueue::bound)
        return tooMuch(waiting, QStringLiteral("%1 bytes wait already for TLS, which is not there yet."));
    keepForTls(bytes, from);
    return {};
}

void SendingHalf::keepForTls(const QByteArray& bytes, qsizetype from) {
    m_forTls.push_back(bytes.sliced(from));
    m_forTlsSize += static_cast<quint64>(bytes.size() - from) + WriteQueue::pieceCost;
}

/// All of it has room: nothing else waits then, and together with what is kept it is bounded like the queue.
void SendingHalf::releaseForTls() {
    for (const QByteArray& bytes : std::exchange(m_forTls, {}))
        m_queue.append(bytes);
    m_forTlsSize = 0;
}

quint64 SendingHalf::size() const {
    quint64 size = m_queue.size() + m_kept;
    for (const QByteArray& bytes : m_forTls)
        size += static_cast<quint64>(bytes.size());
    return size;
}

Result<void> SendingHalf::keep(qsizetype size) {
    if (m_kept + m_forTlsSize + static_cast<quint64>(size) > WriteQueue::bound)
        return tooMuch(m_kept, QStringLiteral("%1 bytes wait already because the behaviour is busy."));
    m_kept += static_cast<quint64>(size);
    return {};
}

void SendingHalf::giveBack(qsizetype size) {
    m_kept -= std::min(m_kept, static_cast<quint64>(size));
}

void SendingHalf::clear() {
    m_queue.clear();
    m_forTls.clear();
    m_forTlsSize = 0;
    m_kept = 0;
}

} // namespace sw
