// SPDX-License-Identifier: MIT
#include "core/endpoint/writequeue.h"

namespace sw {

namespace {
constexpr qint64 filePiece = 262144;
}

quint64 WriteQueue::size() const {
    quint64 total = m_memory;
    for (const Item& item : m_items) {
        if (item.file)
            total += static_cast<quint64>(std::max<qint64>(item.file->size() - item.file->pos(), 0));
    }
    return total;
}

bool WriteQueue::append(const QByteArray& bytes, qsizetype from) {
    const auto size = static_cast<quint64>(bytes.size() - from);
    if (size > bound || (memory() >= comfortable && memory() + size > bound))
        return false;
    m_memory += size;
    m_items.push_back({.bytes = bytes, .sent = from, .file = nullptr});
    return true;
}

void WriteQueue::append(std::unique_ptr<QFile> file) {
    m_items.push_back({.bytes = {}, .sent = 0, .file = std::move(file)});
}

bool WriteQueue::refill(Item& item) {
    const QByteArray piece = item.file->read(filePiece);
    if (piece.isEmpty()) {
        if (item.file->error() != QFileDevice::NoError)
            m_readError = item.file->fileName() + QStringLiteral(": ") + item.file->errorString();
        return false;
    }
    item.bytes = piece;
    item.sent = 0;
    m_memory += static_cast<quint64>(piece.size());
    return true;
}

QByteArrayView WriteQueue::front() {
    while (!m_items.empty()) {
        Item& item = m_items.front();
        if (item.sent < item.bytes.size() || (item.file && refill(item)))
            return QByteArrayView(item.bytes).sliced(item.sent);
        m_items.pop_front();
    }
    return {};
}

void WriteQueue::advance(qsizetype count) {
    Item& item = m_items.front();
    item.sent += count;
    m_memory -= static_cast<quint64>(count);
    if (item.sent >= item.bytes.size() && !item.file)
        m_items.pop_front();
}

void WriteQueue::clear() {
    m_items.clear();
    m_memory = 0;
}

} // namespace sw
