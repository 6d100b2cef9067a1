// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/malformed.h"
#include "core/endpoint/behaviour.h"
#include "core/relay/relay.h"

#include <deque>

namespace sw {

/// One direction of a pair: what one side wrote, through intercept and faults, to the other. The I/O thread.
class RelayWay {
public:
    RelayWay(Relay& relay, quint64 connection, RelayDirection direction, bool isDatagram);

    // who it is between; nullptr: not there (yet, or any more)
    LocalEnd* from = nullptr;
    LocalEnd* to = nullptr;
    bool isOpen = false;                     ///< `to` can be sent to
    std::chrono::microseconds lastAnswer{0}; ///< when the other direction last brought something

    /// Bytes can go out from now on.
    void begin();
    /// Bytes that go this way have come.
    void arrived(QByteArrayView bytes);
    /// The end of stream has come, after all that arrived.
    void ended();
    /// `to` has room again, or a timer fired.
    void goOn();
    /// A time that it asked for has come.
    void woken(quint64 token);
    /// Other faults from the next byte on; what was decided before stays.
    void setFaults(const FaultPlan& plan);
    /// Holds other messages from now on; those that are held stay so.
    void setIntercept(const Intercept& intercept);
    /// Everything that arrived has gone on, the end included.
    bool isDone() const { return m_hasPassedEnd; }
    /// A fault has ended it, and `from` has not: what `from` still writes goes nowhere.
    bool isCutShort() const { return m_isEndedByFault && !m_hasEnded; }
    /// Nothing of it waits to go on.
    bool isIdle() const;
    const std::deque<HeldMessage>& held() const { return m_held; }
    /// Decides for a held message; false: it is not one of its own.
    bool release(quint64 number, const Release& release);
    /// A side is gone: what is held has nobody to go to.
    void forgetHeld();

    static std::chrono::microseconds now();

    enum class Outcome { GoesOn, Close, Reset };
    /// What a fault decided about the whole pair.
    Outcome outcome() const { return m_outcome; }

private:
    struct Waiting { // in order: a message that may pass, or the place of one that is held
        QByteArray bytes;
        quint64 held = 0; // its number
        bool isEnd = false;
    };

    void enqueue(const QByteArray& bytes);
    void enqueueFiller();
    void hold(const QByteArray& bytes);
    void framed(const Message& message);
    void drain();
    void pass(QByteArrayView bytes);
    void passEnd();
    void sendEnd();
    void endLater();
    void watchGap();
    void pump();
    void heedRoom();
    void tellDecisions();
    void peek(QByteArrayView bytes);
    bool mayMatch() const { return m_framer.has_value(); }

    Relay& m_relay;
    quint64 m_connection;
    RelayDirection m_direction;
    bool m_isDatagram;
    StreamFaults m_stream;
    MessageFaults m_messages;
    std::optional<Framer> m_framer; // while the intercept looks at this direction
    MalformedReports m_malformed;
    std::deque<Waiting> m_queue; // before the faults
    std::deque<HeldMessage> m_held;
    qsizetype m_queued = 0;
    std::optional<std::chrono::microseconds> m_wakesAt;
    quint64 m_wakeNumber = 0; // of the last one that was set
    bool m_isGapWatched = false;
    std::chrono::microseconds m_lastArrival{0};
    QByteArray m_peeked; // the beginning, while it may be a ClientHello
    bool m_isPeeking = true;
    bool m_hasEnded = false;
    bool m_hasPassedEnd = false;
    bool m_isEndedByFault = false;
    bool m_isHolding = false; // `from`
    bool m_isPumping = false;
    bool m_isBehind = false; // more is due than one turn could pass on
    bool m_saidFull = false;
    Outcome m_outcome = Outcome::GoesOn;
};

} // namespace sw
