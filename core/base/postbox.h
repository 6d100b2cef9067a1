// SPDX-License-Identifier: MIT
#pragma once

#include <QCoreApplication>
#include <QEvent>
#include <QObject>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace sw {

/// Lets other threads hand calls to an object's thread although the object may be gone by then: a QPointer cannot be
/// asked from another thread. Owned by the object it serves; give out slot(), which outlives it.
class Postbox {
public:
    class Slot {
    public:
        explicit Slot(QObject* target) : m_target(target) {}

        /// Any thread. The call runs later on the target's thread, in the order of the posts, unless the target is gone
        /// by then. Many posts cost one event.
        void post(std::function<void()> call) {
            const std::lock_guard lock(m_mutex);
            if (m_target == nullptr)
                return;
            m_calls.push_back(std::move(call));
            if (m_isScheduled)
                return;
            m_isScheduled = true;
            QCoreApplication::postEvent(m_target, new QEvent(QEvent::User));
        }

    private:
        friend class Postbox;

        void run() {
            std::vector<std::function<void()>> calls;
            {
                const std::lock_guard lock(m_mutex);
                calls.swap(m_calls);
                m_isScheduled = false;
            }
            for (const auto& call : calls) {
                {
                    const std::lock_guard lock(m_mutex);
                    if (m_target == nullptr)
                        return; // a call before this one deleted it
                }
                call();
            }
        }

        std::mutex m_mutex; // guards what follows
        QObject* m_target;
        std::vector<std::function<void()>> m_calls;
        bool m_isScheduled = false;
    };

    /// `target` is the object served; the Postbox goes with it when it moves to a thread.
    explicit Postbox(QObject* target)
        : m_receiver(std::make_unique<Receiver>(target)),
          m_slot(std::make_shared<Slot>(m_receiver.get())) {
        m_receiver->slot = m_slot;
    }
    ~Postbox() {
        const std::lock_guard lock(m_slot->m_mutex);
        m_slot->m_target = nullptr;
    }
    Postbox(const Postbox&) = delete;
    Postbox& operator=(const Postbox&) = delete;
    Postbox(Postbox&&) = delete;
    Postbox& operator=(Postbox&&) = delete;

    const std::shared_ptr<Slot>& slot() const { return m_slot; }

private:
    /// Hears of posts on the target's thread, as its child.
    class Receiver final : public QObject {
    public:
        using QObject::QObject;
        std::weak_ptr<Slot> slot;

    protected:
        bool event(QEvent* event) override {
            if (event->type() != QEvent::User)
                return QObject::event(event);
            if (const auto alive = slot.lock())
                alive->run();
            return true;
        }
    };

    std::unique_ptr<Receiver> m_receiver;
    std::shared_ptr<Slot> m_slot;
};

} // namespace sw
