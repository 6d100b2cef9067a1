// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace sw {

/// Finds a run of bytes: looks for its rarest byte with memchr, which every platform has in a fast form, and compares
/// there; where that byte turns out to be frequent, skips by the needle's last byte (Horspool). Pure; any thread.
class ByteSearch {
public:
    explicit ByteSearch(QByteArray needle);

    const QByteArray& needle() const { return m_needle; }
    /// The first place at or after `from`; -1 if there is none.
    qsizetype find(QByteArrayView bytes, qsizetype from) const;

private:
    qsizetype findBySkipping(QByteArrayView bytes, qsizetype from) const;

    QByteArray m_needle;
    qsizetype m_rarest = 0;
    QByteArray m_skips; // Horspool, for each byte value; at most 255
};

} // namespace sw
