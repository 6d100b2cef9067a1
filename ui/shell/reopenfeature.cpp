// SPDX-License-Identifier: MIT
#include "ui/shell/reopenfeature.h"

#include "core/base/units.h"
#include "core/endpoint/reopening.h"
#include "ui/actions/passphrases.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/widgets/eventtext.h"
#include "ui/widgets/noticebar.h"

#include <QMainWindow>
#include <QTimer>

namespace sw::ui {

ReopenFeature::ReopenFeature(Workbench& bench)
    : Feature(bench),
      m_bar(new NoticeBar("loopBar", tr("Paused behaviours"), &bench.window())) {
    on(ActionId::OpenAgain, [this] { openAgain(this->bench().current()); });
    on(ActionId::OpenAgainAlways, [this] { openAlways(); });
    on(ActionId::TrustPeer, [this] { trust(this->bench().current()); });
    connect(&bench, &Workbench::bufferMade, this, [this](BufferPanel* panel) {
        connect(panel, &BufferPanel::openAgainRequested, this, [this](EndpointId id) { openAgain(id); });
        connect(panel, &BufferPanel::trustRequested, this, &ReopenFeature::trust);
        connect(panel, &BufferPanel::stopRequested, this, &ReopenFeature::stop);
        panel->setReopening(pauseText(panel->endpoint()));
    });
    connect(&bench, &Workbench::endpointsChanged, this, &ReopenFeature::follow);
    connect(&bench.engine(), &Engine::endpointRemoved, this, [this](EndpointId id) {
        m_always.remove(id);
        m_begun.remove(id);
        delete m_waiting.take(id);
    });
    connect(&bench.engine(), &Engine::loopPaused, this, &ReopenFeature::tellLoop);
}

void ReopenFeature::openAgain(EndpointId id, const std::optional<Address>& address) {
    const EndpointSnapshot* snapshot = bench().snapshot(id);
    if (snapshot == nullptr)
        return;
    delete m_waiting.take(id);
    const quint32 next = snapshot->life + 1;
    const Address wanted = address.value_or(snapshot->address);
    bool allowsRemoteConsole = false;
    if (snapshot->behaviour == QLatin1String("console") && snapshot->kind == EndpointKind::Listener &&
        isReachableFromNetwork(wanted)) {
        const QString question = tr("Whoever reaches %1 over the network can run scripts here. Open it?");
        if (!bench().prompter().confirm(window(), question.arg(formatAddress(wanted)), tr("Open")))
            return;
        allowsRemoteConsole = true;
    }
    if (!askPassphrases(bench().engine(), bench().prompter(), window(), wanted))
        return;
    if (const auto done = bench().engine().openAgain(id, wanted, allowsRemoteConsole); !done)
        bench().say(errorText(done.error()));
    else
        bench().whenSettled(id, {}, next);
}

void ReopenFeature::trust(EndpointId id) {
    const EndpointSnapshot* snapshot = bench().snapshot(id);
    const Certificate* shown = snapshot == nullptr ? nullptr : refusedCertificate(*snapshot);
    if (shown == nullptr) {
        bench().say(tr("No certificate was refused here."));
        return;
    }
    Address address = snapshot->address;
    address.setOption(QStringLiteral("pin"), QString(shown->sha256).remove(QLatin1Char(':')).toLower());
    openAgain(id, address);
}

void ReopenFeature::openAlways() {
    const EndpointSnapshot* snapshot = bench().currentSnapshot();
    if (snapshot == nullptr)
        return;
    const EndpointId id = snapshot->id;
    const QString name = snapshot->shortName(); // the endpoint may be gone after the question
    constexpr std::chrono::milliseconds usual(2000);
    const QString now = m_always.contains(id) ? formatDuration(std::chrono::microseconds(m_always.value(id)))
                                              : formatDuration(std::chrono::microseconds(usual));
    const auto typed = bench().prompter().ask(window(), tr("Reopen automatically"),
                                              tr("Reopen %1 this long after it ends, for example 2s. Leave it empty to "
                                                 "turn this off. What you close yourself stays closed.")
                                                  .arg(name),
                                              now);
    if (!typed)
        return;
    if (typed->trimmed().isEmpty()) {
        stop(id);
        bench().say(tr("%1 is no longer reopened automatically.").arg(name));
        return;
    }
    const auto pause = parseDuration(typed->trimmed());
    if (!pause) {
        bench().prompter().tell(window(), tr("Reopen automatically"), errorText(pause.error()));
        return;
    }
    constexpr std::chrono::milliseconds least(100);
    m_always.insert(id, std::max(std::chrono::duration_cast<std::chrono::milliseconds>(*pause), least));
    bench().say(tr("%1 is reopened automatically, %2 after it ends.").arg(name, typed->trimmed()));
    tellPanels(id);
    if (const EndpointSnapshot* still = bench().snapshot(id))
        follow({*still});
}

void ReopenFeature::follow(const QVector<EndpointSnapshot>& snapshots) {
    for (const EndpointSnapshot& snapshot : snapshots) {
        const auto pause = m_always.constFind(snapshot.id);
        if (pause == m_always.constEnd() || !isEnded(snapshot.state) || m_waiting.contains(snapshot.id) ||
            m_begun.value(snapshot.id, -1) >= static_cast<qint64>(snapshot.life))
            continue;
        const bool isOurs =
            snapshot.closingCause == ClosingCause::ClosedByUs || snapshot.closingCause == ClosingCause::AbortedByUs;
        if (isOurs)
            continue;
        auto* timer = new QTimer(this);
        timer->setSingleShot(true);
        connect(timer, &QTimer::timeout, this, [this, id = snapshot.id, life = snapshot.life, timer] {
            if (m_waiting.take(id) == timer)
                timer->deleteLater();
            const EndpointSnapshot* now = bench().snapshot(id);
            if (now == nullptr || now->life != life || !m_always.contains(id))
                return; // opened meanwhile, or no longer wanted
            if (const auto done = bench().engine().openAgain(id); !done) {
                stop(id);
                bench().say(errorText(done.error()));
            }
        });
        m_waiting.insert(snapshot.id, timer);
        m_begun.insert(snapshot.id, snapshot.life);
        timer->start(*pause);
    }
}

void ReopenFeature::stop(EndpointId id) {
    m_always.remove(id);
    delete m_waiting.take(id);
    tellPanels(id);
}

/// `2s`; empty: it is not opened by itself.
QString ReopenFeature::pauseText(EndpointId id) const {
    return m_always.contains(id) ? formatDuration(std::chrono::microseconds(m_always.value(id))) : QString();
}

void ReopenFeature::tellPanels(EndpointId id) {
    for (BufferPanel* panel : bench().buffers().panels()) {
        if (panel->endpoint() == id && !panel->isMerged())
            panel->setReopening(pauseText(id));
    }
}

void ReopenFeature::tellLoop(const AnsweringLoop& loop) {
    const EndpointSnapshot* one = bench().snapshot(loop.one);
    const EndpointSnapshot* other = bench().snapshot(loop.other);
    if (one == nullptr || other == nullptr)
        return;
    if (!m_bar->isVisible())
        m_loops.clear();
    m_loops.append(loop);
    const QString last = tr("%1 (%2) and %3 (%4) answered each other, %5 times in a second.")
                             .arg(one->shortName(), loop.behaviour, other->shortName(), loop.otherBehaviour,
                                  QLocale().toString(loop.perSecond));
    m_bar->say(m_loops.size() == 1
                   ? tr("Paused: %1 Both are manual now.").arg(last)
                   : tr("Paused %1 times; the last: %2 All of them are manual now.").arg(m_loops.size()).arg(last),
               {{tr("Restore their behaviours"), "resumeLoop", [this] { resumeLoops(); }},
                {tr("Leave them manual"), "leaveLoop", {}}});
}

void ReopenFeature::resumeLoops() {
    for (const AnsweringLoop& loop : std::exchange(m_loops, {})) {
        if (const auto done = bench().engine().resumeLoop(loop); !done)
            bench().say(errorText(done.error()));
    }
}

} // namespace sw::ui
