// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/behaviour.h"

#include <QByteArray>

namespace sw {

/// Answers each line with `You sent: 'LINE'` and a line feed; a datagram is a line. The line's end (LF or CRLF) is not
/// part of the answer. A line longer than 64 KiB is answered in pieces of that size.
class TalkBehaviour final : public Behaviour {
public:
    void filter(LocalEnd& local, QByteArrayView bytes) override;
    /// Answers what came without a line's end, then closes.
    void endOfStream(LocalEnd& local) override;
    /// A line that began in clear text does not go on in TLS.
    void secured(LocalEnd&) override { m_pending.clear(); }

private:
    static void answer(QByteArrayView line, QByteArray& answers);

    QByteArray m_pending;
};

} // namespace sw
