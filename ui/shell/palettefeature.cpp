// SPDX-License-Identifier: MIT
#include "ui/shell/palettefeature.h"

#include "ui/buffer/bufferpanel.h"
#include "ui/composer/composer.h"
#include "ui/widgets/picker.h"
#include "ui/workbench/paneldock.h"

#include <QMainWindow>
#include <QMenu>

namespace sw::ui {

namespace {
constexpr qsizetype mostRecent = 10;
}

PaletteFeature::PaletteFeature(Workbench& bench, const QMenu& misbehaving)
    : Feature(bench),
      m_misbehaving(misbehaving) {
    on(ActionId::CommandPalette, [this] { showCommands(); });
    on(ActionId::QuickOpen, [this] { showBuffers(); });
}

/// What menus and panels have; what was run last comes first.
void PaletteFeature::showCommands() {
    std::vector<PickerEntry> entries;
    const auto add = [&](QAction* action, const QString& before, const QString& whyNot) {
        QString text = action->text();
        text = before + text.remove(QLatin1Char('&'));
        entries.push_back({.text = text,
                           .hint = action->shortcut().toString(QKeySequence::NativeText),
                           .whyNot = whyNot,
                           .rank = static_cast<int>(m_recent.indexOf(text)),
                           .choose = [this, action, text] {
                               m_recent.removeOne(text);
                               m_recent.prepend(text);
                               m_recent = m_recent.mid(0, mostRecent);
                               action->trigger();
                           }});
    };
    for (const ActionEntry& entry : actionTable())
        add(bench().actions().action(entry.id), {}, bench().actions().whyNot(entry.id));
    for (const PanelDock* panel : bench().panels())
        add(panel->toggleViewAction(), tr("Panel: "), {});
    for (QAction* action : m_misbehaving.actions())
        add(action, tr("Misbehaving server: "), {});
    (new Picker(tr("Run a command"), std::move(entries), window()))->show();
}

void PaletteFeature::showBuffers() {
    std::vector<PickerEntry> entries;
    for (const EndpointId id : bench().model().all()) {
        entries.push_back({.text = bench().snapshot(id)->name,
                           .hint = formatAddress(bench().snapshot(id)->address),
                           .choose = [this, id] {
                               if (BufferPanel* panel = bench().openBuffer(id))
                                   panel->composer()->focusMessage();
                           }});
    }
    (new Picker(tr("Open a buffer"), std::move(entries), window()))->show();
}

} // namespace sw::ui
