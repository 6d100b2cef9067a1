// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "core/workspace/messages.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace sw {

/// Sends a saved message to an endpoint: its steps with their pauses, so many times. The engine's thread.
///
/// The beginnings of two rounds are `every` apart, counted from the first: a late timer is made up for, so that the
/// rate stays what was asked for, down to 1 ms.
class MessagePlayer final : public QObject {
    Q_OBJECT

public:
    MessagePlayer(Engine& engine, EndpointId endpoint, QObject* parent = nullptr);

    struct Plan {
        SavedMessage message{};
        quint64 times = 1; ///< 0: until it is stopped
        std::chrono::microseconds every{0};
        QString destination{};
    };
    /// Begins anew; what was going on ends.
    void play(const Plan& plan);
    /// Sends nothing more; finished() follows.
    void stop();
    bool isPlaying() const { return m_isPlaying; }
    quint64 rounds() const { return m_round; }
    /// Counters and values for templates, which go on from one message to the next.
    const TemplateState& state() const { return m_state; }

signals:
    /// A round was sent.
    void advanced(quint64 rounds);
    /// All rounds were sent, or it was stopped.
    void finished();
    /// A template could not be filled in; nothing more is sent.
    void failed(const Error& error);

private:
    void proceed();
    void finish();

    Engine& m_engine;
    EndpointId m_endpoint;
    Plan m_plan;
    TemplateState m_state;
    QTimer m_timer;
    QElapsedTimer m_sinceStart;
    qsizetype m_step = 0;
    quint64 m_round = 0;
    std::chrono::nanoseconds m_due{0}; // when the next step is, from the start
    bool m_isPlaying = false;
};

} // namespace sw
