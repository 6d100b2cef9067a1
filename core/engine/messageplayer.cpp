// SPDX-License-Identifier: MIT
#include "core/engine/messageplayer.h"

namespace sw {

MessagePlayer::MessagePlayer(Engine& engine, EndpointId endpoint, QObject* parent)
    : QObject(parent),
      m_engine(engine),
      m_endpoint(endpoint),
      m_timer(this) {
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&m_timer, &QTimer::timeout, this, &MessagePlayer::proceed);
}

void MessagePlayer::play(const Plan& plan) {
    m_timer.stop();
    m_plan = plan;
    m_step = 0;
    m_round = 0;
    m_due = std::chrono::nanoseconds(0);
    m_isPlaying = true;
    m_sinceStart.start();
    proceed();
}

void MessagePlayer::stop() {
    if (m_isPlaying)
        finish();
}

void MessagePlayer::finish() {
    m_timer.stop();
    m_isPlaying = false;
    emit finished();
}

void MessagePlayer::proceed() {
    constexpr int mostAtOnce = 1000; // the window has to be drawn too
    for (int done = 0; m_isPlaying; ++done) {
        const auto now = std::chrono::nanoseconds(m_sinceStart.nsecsElapsed());
        if (now < m_due || done >= mostAtOnce) {
            m_timer.start(
                std::max(std::chrono::ceil<std::chrono::milliseconds>(m_due - now), std::chrono::milliseconds(0)));
            return;
        }
        if (m_step < m_plan.message.steps.size()) {
            const MessageStep& step = m_plan.message.steps.at(m_step++);
            if (step.isPause()) {
                m_due += step.wait();
                continue;
            }
            const auto bytes = step.render(m_state, Timestamp::now().wall);
            if (!bytes) {
                emit failed(bytes.error());
                finish();
                return;
            }
            m_engine.send(m_endpoint, *bytes + lineEndingBytes(m_plan.message.ending, m_plan.message.encoding),
                          m_plan.destination);
            continue;
        }
        emit advanced(++m_round);
        if (m_round == m_plan.times || m_plan.message.steps.isEmpty()) {
            finish();
            return;
        }
        m_step = 0;
        const auto next =
            std::chrono::duration_cast<std::chrono::nanoseconds>(m_plan.every) * static_cast<qint64>(m_round);
        m_due = std::max<std::chrono::nanoseconds>(next, m_due);
        if (m_plan.every.count() == 0 && done > 0 &&
            m_plan.times == 0) { // for ever and without a pause: let others run
            m_timer.start(0);
            return;
        }
    }
}

} // namespace sw
