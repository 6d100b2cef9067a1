// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QFile>
#include <QString>

#include <deque>
#include <memory>
#include <utility>

namespace sw {

/// Bytes that wait to be sent, in order: pieces in memory, and files that are read only as the system takes them.
class WriteQueue {
public:
    /// At most this many bytes in memory; more is refused. A piece may be as large for whoever sends only while less
    /// than the comfortable waits.
    static constexpr quint64 bound = 16ULL << 20U;
    /// Behaviours are asked to pause above this, and told to go on below half of it.
    static constexpr quint64 comfortable = 1ULL << 20U;
    /// What a piece takes besides its bytes: a deque's place, and the header and rounding of its allocation.
    static constexpr quint64 pieceCost = 96;

    bool isEmpty() const { return m_items.empty(); }
    /// In memory, with what each piece takes besides its bytes; what is left of files does not count.
    quint64 memory() const { return m_memory + m_items.size() * pieceCost; }
    /// The bytes of it.
    quint64 bytes() const { return m_memory; }
    /// All that waits, the rest of files included.
    quint64 size() const;

    /// Of the bytes those from `from` on, without a copy. False: above the bound.
    bool append(const QByteArray& bytes, qsizetype from = 0);
    /// An open file, which is read as it is sent.
    void append(std::unique_ptr<QFile> file);

    /// What to send next; empty when nothing waits, or a file could not be read (then takeReadError() says why).
    QByteArrayView front();
    /// So many bytes of front() were sent.
    void advance(qsizetype count);
    void clear();
    /// Why the rest of a file was given up, once; empty: none was.
    QString takeReadError() { return std::exchange(m_readError, {}); }

private:
    struct Item {
        QByteArray bytes;
        qsizetype sent = 0;
        std::unique_ptr<QFile> file;
    };

    bool refill(Item& item);

    std::deque<Item> m_items;
    quint64 m_memory = 0; // bytes
    QString m_readError;
};

} // namespace sw
