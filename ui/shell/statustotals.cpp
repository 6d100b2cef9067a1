// SPDX-License-Identifier: MIT
#include "ui/shell/statustotals.h"

#include "core/base/units.h"
#include "core/transcript/store.h"
#include "ui/endpoints/endpointmodel.h"
#include "ui/widgets/controls.h"

#include <QFileInfo>
#include <QLabel>
#include <QLocale>
#include <QStatusBar>

namespace sw::ui {

StatusTotals::StatusTotals(const Engine& engine, const EndpointModel& model, QStatusBar* bar)
    : QObject(bar),
      m_engine(engine),
      m_model(model),
      m_endpoints(mutedLabel({}, bar)),
      m_rates(mutedLabel({}, bar)),
      m_store(mutedLabel({}, bar)),
      m_recordings(mutedLabel({}, bar)),
      m_held(mutedLabel({}, bar)) {
    m_endpoints->setObjectName(QStringLiteral("endpointTotals"));
    nameWidget(m_store, "storeTotals", tr("Whether everything is recorded"));
    nameWidget(m_recordings, "recordingTotals", tr("Recording to file"));
    nameWidget(m_held, "heldTotals", tr("Held messages"));
    constexpr int gap = 8; // pixels at both sides
    for (QLabel* label : {m_endpoints, m_rates, m_store, m_recordings, m_held}) {
        label->setContentsMargins(gap, 0, gap, 0);
        bar->addWidget(label);
    }
    m_recordings->hide();
    m_held->hide();
    QLabel* keys = mutedLabel(tr("Ctrl+Shift+P commands · Ctrl+P buffers"), bar);
    keys->setContentsMargins(gap, 0, gap, 0);
    bar->addPermanentWidget(keys);
    bar->setSizeGripEnabled(false);
}

void StatusTotals::refresh() {
    const auto totals = m_model.totals();
    m_endpoints->setText(totals.open == 1 ? tr("1 endpoint open") : tr("%1 endpoints open").arg(totals.open));
    m_rates->setText(
        tr("▼ %1/s  ▲ %2/s").arg(formatBytes(totals.receivedPerSecond), formatBytes(totals.sentPerSecond)));
    const auto store = m_engine.store();
    const quint64 unrecorded = std::max(store->unrecorded(), totals.unrecorded); // endpoints with buffer=off too
    const bool isLossless = store->isRecording() && unrecorded == 0 && totals.dropped == 0;
    m_store->setText(isLossless           ? tr("nothing lost")
                     : unrecorded > 0     ? tr("not recorded: %1").arg(formatBytes(unrecorded))
                     : totals.dropped > 0 ? tr("dropped by the system: %1").arg(QLocale().toString(totals.dropped))
                                          : tr("not recorded"));
    explain(*m_store,
            tr("Recorded: %1 in memory, %2 on disk. Not recorded: %3. Datagrams dropped by the system: %4.")
                .arg(formatBytes(static_cast<quint64>(std::max<qint64>(store->memory(), 0))),
                     formatBytes(store->journaled()), formatBytes(unrecorded), QLocale().toString(totals.dropped)));
}

void StatusTotals::showRecordings(const QStringList& paths) {
    m_recordings->setVisible(!paths.isEmpty());
    m_recordings->setText(paths.size() == 1 ? tr("● recording to %1").arg(QFileInfo(paths.first()).fileName())
                                            : tr("● recording to %1 files").arg(paths.size()));
    explain(*m_recordings, paths.join(QLatin1Char('\n')));
}

void StatusTotals::showHeld(int count) {
    m_held->setVisible(count > 0);
    m_held->setText(count == 1 ? tr("● 1 message held") : tr("● %1 messages held").arg(count));
}

} // namespace sw::ui
