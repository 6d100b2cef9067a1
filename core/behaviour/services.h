// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/behaviour.h"

namespace sw {

/// RFC 862: what comes goes back. Reads no faster than its peer takes the answers.
class EchoBehaviour final : public Behaviour {
public:
    void filter(LocalEnd& local, QByteArrayView bytes) override;
};

/// RFC 863.
class DiscardBehaviour final : public Behaviour {
public:
    void filter(LocalEnd& local, QByteArrayView bytes) override;
};

/// RFC 864: lines of 72 of the 95 printable characters, each starting one further, as fast as the peer takes them; for
/// datagrams one answer of a few lines to each.
class ChargenBehaviour final : public Behaviour {
public:
    void opened(LocalEnd& local) override;
    void filter(LocalEnd& local, QByteArrayView bytes) override;
    void writable(LocalEnd& local) override;

private:
    QByteArray lines(int count);

    int m_start = 0;
};

/// RFC 867, in UTC.
class DaytimeBehaviour final : public Behaviour {
public:
    void opened(LocalEnd& local) override;
    void filter(LocalEnd& local, QByteArrayView bytes) override;
};

/// RFC 868: seconds since 1900-01-01 UTC, 32 bits, most significant byte first.
class TimeBehaviour final : public Behaviour {
public:
    void opened(LocalEnd& local) override;
    void filter(LocalEnd& local, QByteArrayView bytes) override;
};

/// RFC 865: a text of at most 512 characters, another one each day.
class QuoteBehaviour final : public Behaviour {
public:
    void opened(LocalEnd& local) override;
    void filter(LocalEnd& local, QByteArrayView bytes) override;
};

} // namespace sw
