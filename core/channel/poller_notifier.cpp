// SPDX-License-Identifier: MIT
#include "core/channel/poller.h"

#include <QSocketNotifier>

#include <memory>
#include <unordered_map>
#include <vector>

namespace sw {

namespace {

/// One or two QSocketNotifiers for each socket.
class NotifierPoller final : public Poller {
public:
    Ticket add(native::Descriptor socket, unsigned interest, PollTarget* target) override {
        const Ticket ticket = ++m_last;
        auto watch = std::make_unique<Watch>();
        watch->reader = std::make_unique<QSocketNotifier>(socket, QSocketNotifier::Read);
        watch->writer = std::make_unique<QSocketNotifier>(socket, QSocketNotifier::Write);
        watch->reader->setEnabled((interest & ReadInterest) != 0);
        watch->writer->setEnabled((interest & WriteInterest) != 0);
        QObject::connect(watch->reader.get(), &QSocketNotifier::activated, watch->reader.get(),
                         [target] { target->socketReady({.readable = true}); });
        QObject::connect(watch->writer.get(), &QSocketNotifier::activated, watch->writer.get(),
                         [target] { target->socketReady({.writable = true}); });
        m_watches.emplace(ticket, std::move(watch));
        return ticket;
    }

    void setInterest(Ticket ticket, unsigned interest) override {
        const auto found = m_watches.find(ticket);
        if (found == m_watches.end())
            return;
        found->second->reader->setEnabled((interest & ReadInterest) != 0);
        found->second->writer->setEnabled((interest & WriteInterest) != 0);
    }

    void remove(Ticket ticket) override {
        const auto found = m_watches.find(ticket);
        if (found == m_watches.end())
            return;
        // a notifier may be the one whose signal we are in: it is deleted when the event loop turns again
        for (auto* notifier : {&found->second->reader, &found->second->writer}) {
            (*notifier)->setEnabled(false);
            (*notifier)->disconnect();
            m_retired.push_back(std::move(*notifier));
        }
        if (m_retired.size() == 2)
            QMetaObject::invokeMethod(
                &m_reaper, [this] { m_retired.clear(); }, Qt::QueuedConnection);
        m_watches.erase(found);
    }

private:
    struct Watch {
        std::unique_ptr<QSocketNotifier> reader;
        std::unique_ptr<QSocketNotifier> writer;
    };
    std::unordered_map<Ticket, std::unique_ptr<Watch>> m_watches;
    std::vector<std::unique_ptr<QSocketNotifier>> m_retired;
    QObject m_reaper;
    Ticket m_last = 0;
};

} // namespace

std::unique_ptr<Poller> createNotifierPoller() {
    return std::make_unique<NotifierPoller>();
}

} // namespace sw
