// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <mutex>

namespace sw {

/// Lets other threads hand calls to an object's thread although the object may be gone by then: a QPointer cannot be
/// asked from another thread. Owned by the object it serves; give out slot(), which outlives it.
class Postbox {
public:
    class Slot {
    public:
        explicit Slot(QObject* target) : m_target(target) {}

        /// Any thread. The call runs later on the target's thread, unless the target is gone by then.
        void post(std::function<void()> call) {
            const std::lock_guard lock(m_mutex);
            if (m_target != nullptr)
                QMetaObject::invokeMethod(m_target, std::move(call), Qt::QueuedConnection);
        }

    private:
        friend class Postbox;

        std::mutex m_mutex; // guards m_target
        QObject* m_target;
    };

    explicit Postbox(QObject* target) : m_slot(std::make_shared<Slot>(target)) {}
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
    std::shared_ptr<Slot> m_slot;
};

} // namespace sw
