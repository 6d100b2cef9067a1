// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace sw {

/// Characters that are whole although reads cut them: hands out what is complete of a stream of UTF-8, and keeps the
/// beginning of a character (at most three bytes) until its rest comes. Bytes that are no UTF-8 pass unchanged.
class Utf8Pieces {
public:
    /// What can be shown now; empty while only the beginning of a character has come.
    QByteArray take(QByteArrayView bytes);
    /// What is kept: the stream has ended.
    QByteArray flush();

private:
    QByteArray m_kept;
};

} // namespace sw
