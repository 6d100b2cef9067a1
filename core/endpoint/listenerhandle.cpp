// SPDX-License-Identifier: MIT
#include "core/endpoint/listenerhandle.h"

namespace sw {

void ListenerHandle::close() {
    m_wishes->isToClose = true;
    post();
}

void ListenerHandle::setHeld(bool isHeld) {
    if (Endpoint* listener = m_host.find(m_id); listener != nullptr && !listener->hasEnded())
        listener->setHeld(isHeld);
}

void ListenerHandle::setPaused(bool isPaused) {
    m_wishes->isToPause = isPaused;
    post();
}

void ListenerHandle::acceptOne() {
    ++m_wishes->toAccept;
    post();
}

/// One timer for all that is asked for in a row.
void ListenerHandle::post() {
    if (std::exchange(m_wishes->isPosted, true))
        return;
    m_host.after(std::chrono::milliseconds(0), m_id, [wishes = m_wishes](Endpoint& listener) {
        const Wishes asked = std::exchange(*wishes, {});
        if (listener.hasEnded())
            return;
        if (asked.isToPause)
            listener.setPaused(*asked.isToPause);
        if (asked.toAccept > 0)
            listener.acceptNext(asked.toAccept);
        if (asked.isToClose)
            listener.closeOrderly();
    });
}

bool ListenerHandle::isOpen() const {
    const Endpoint* listener = m_host.find(m_id);
    return listener != nullptr && !listener->hasEnded();
}

QString ListenerHandle::name() const {
    const Endpoint* listener = m_host.find(m_id);
    return listener == nullptr ? QString() : listener->snapshot().name;
}

QString ListenerHandle::address() const {
    const Endpoint* listener = m_host.find(m_id);
    return listener == nullptr ? QString() : formatAddress(listener->snapshot().address);
}

void ListenerHandle::tell(EventKind kind, const Sentence& text, const Facts& facts) {
    if (Endpoint* listener = m_host.find(m_id))
        listener->tellOf(kind, text, facts);
}

} // namespace sw
