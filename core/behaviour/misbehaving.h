// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/behaviour.h"

#include <random>

namespace sw {

// Servers that do what a client must be able to bear. Each teaches one thing; see the catalogue. The I/O thread.

/// Takes everything, answers nothing, never ends.
class SilentBehaviour final : public Behaviour {
public:
    void filter(LocalEnd&, QByteArrayView) override {}
    void endOfStream(LocalEnd&) override {}
};

/// Never receives: the client's writes stop once the buffers of both systems are full.
class NeverReadBehaviour final : public Behaviour {
public:
    void opened(LocalEnd& local) override { sw::holdReceiving(local, true); }
    void filter(LocalEnd&, QByteArrayView) override {}
};

/// Sends back what it gets, one byte at a time with a pause before each.
class TrickleBehaviour final : public Behaviour {
public:
    explicit TrickleBehaviour(std::chrono::milliseconds pause) : m_pause(pause) {}

    void filter(LocalEnd& local, QByteArrayView bytes) override;
    void woken(LocalEnd& local, quint64 token) override;
    void endOfStream(LocalEnd& local) override;

private:
    void hold(LocalEnd& local);

    std::chrono::milliseconds m_pause;
    QByteArray m_waiting;
    qsizetype m_at = 0;
    bool m_isTrickling = false;
    bool m_isHolding = false;
    bool m_hasEnded = false;
};

/// Shuts down its sending side at once, and goes on receiving until the client ends too.
class HalfCloseFirstBehaviour final : public Behaviour {
public:
    void opened(LocalEnd& local) override { sw::endSending(local); }
    void filter(LocalEnd&, QByteArrayView) override {}
};

/// Closes while bytes of the client are unread, which TCP answers with a reset (RFC 2525 section 2.17).
class CloseUnreadBehaviour final : public Behaviour {
public:
    void opened(LocalEnd& local) override;
    void filter(LocalEnd&, QByteArrayView) override {}
    void woken(LocalEnd& local, quint64 token) override;
};

/// Echoes so many bytes, then resets the connection.
class ResetAfterBehaviour final : public Behaviour {
public:
    explicit ResetAfterBehaviour(quint64 bytes) : m_left(bytes) {}

    void opened(LocalEnd& local) override;
    void filter(LocalEnd& local, QByteArrayView bytes) override;

private:
    quint64 m_left;
};

/// Answers with random bytes, the same ones for the same seed.
class GarbageBehaviour final : public Behaviour {
public:
    explicit GarbageBehaviour(quint64 seed) : m_random(seed) {}

    void opened(LocalEnd& local) override;
    void filter(LocalEnd& local, QByteArrayView bytes) override;

private:
    QByteArray garbage();

    std::mt19937_64 m_random;
};

} // namespace sw
