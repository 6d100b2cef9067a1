// SPDX-License-Identifier: MIT
#include "ui/shell/menufeature.h"

#include "ui/buffer/bufferarea.h"
#include "ui/shell/availability.h"
#include "ui/workbench/paneldock.h"

#include <QMainWindow>
#include <QMenuBar>

namespace sw::ui {

MenuFeature::MenuFeature(Workbench& bench, const Menus& menus)
    : Feature(bench),
      m_copy(new QMenu(tr("Copy as Comman&d"), &bench.window())) {
    build(menus);
    connect(&bench, &Workbench::endpointsChanged, this, &MenuFeature::update);
    connect(&bench, &Workbench::currentChanged, this, &MenuFeature::update);
    connect(&bench, &Workbench::selectionChanged, this, &MenuFeature::update);
    connect(&m_soon, &QTimer::timeout, this, &MenuFeature::update);
    m_soon.setSingleShot(true);
    connect(&bench.engine(), &Engine::endpointRemoved, &m_soon, [this] { m_soon.start(0); }); // once for many
    connect(&bench.buffers(), &BufferArea::currentChanged, this, &MenuFeature::update);
    connect(&bench.buffers(), &BufferArea::menuRequested, this, &MenuFeature::showTabMenu);
    update();
}

void MenuFeature::fill(QMenu& menu, MenuId id) {
    menu.setToolTipsVisible(true); // why something cannot run
    for (const ActionEntry& entry : actionTable()) {
        if (entry.menu != id)
            continue;
        if (entry.beginsGroup)
            menu.addSeparator();
        menu.addAction(bench().actions().action(entry.id));
    }
}

void MenuFeature::build(const Menus& menus) {
    const std::pair<MenuId, QString> titles[] = {{MenuId::File, tr("&File")},   {MenuId::Edit, tr("&Edit")},
                                                 {MenuId::View, tr("&View")},   {MenuId::Socket, tr("&Socket")},
                                                 {MenuId::Tools, tr("&Tools")}, {MenuId::Window, tr("&Window")},
                                                 {MenuId::Help, tr("&Help")}};
    fill(*m_copy, MenuId::CopyEndpoint);
    auto* copyMessage = new QMenu(tr("Copy Message as Co&mmand"), window());
    fill(*copyMessage, MenuId::CopyMessage);
    ActionRegistry& actions = bench().actions();
    for (const auto& [id, title] : titles) {
        QMenu* menu = bench().window().menuBar()->addMenu(title);
        fill(*menu, id);
        if (id == MenuId::File)
            menu->insertMenu(actions.action(ActionId::RecordToFile), menus.recent);
        if (id == MenuId::Tools)
            menu->addMenu(menus.misbehaving);
        if (id == MenuId::Edit)
            menu->addMenu(copyMessage);
        if (id == MenuId::Socket)
            menu->addMenu(m_copy);
        if (id != MenuId::Window)
            continue;
        menu->addSeparator();
        for (const PanelDock* panel : bench().panels())
            menu->addAction(panel->toggleViewAction());
    }
    actions.action(ActionId::Quit)->setMenuRole(QAction::QuitRole);
    actions.action(ActionId::Preferences)->setMenuRole(QAction::PreferencesRole);
    actions.action(ActionId::About)->setMenuRole(QAction::AboutRole);
}

void MenuFeature::showEndpointMenu(const QPoint& place) {
    QMenu menu(window());
    for (const ActionEntry& entry : actionTable()) {
        if (entry.menu != MenuId::Socket)
            continue;
        if (entry.beginsGroup)
            menu.addSeparator();
        if (bench().actions().action(entry.id)->isEnabled())
            menu.addAction(bench().actions().action(entry.id));
    }
    menu.addSeparator();
    menu.addMenu(m_copy);
    menu.exec(place);
}

void MenuFeature::showTabMenu(const QPoint& place) {
    QMenu menu(window());
    for (const ActionId id : {ActionId::CloseBuffer, ActionId::CloseOtherBuffers, ActionId::PinBuffer,
                              ActionId::SplitBuffers, ActionId::RenameEndpoint, ActionId::ExportBuffer})
        menu.addAction(bench().actions().action(id));
    menu.exec(place);
}

void MenuFeature::update() {
    const EndpointSnapshot* current = bench().currentSnapshot();
    const auto all = bench().model().all();
    const Situation situation{.current = current,
                              .parent = current == nullptr ? nullptr : bench().snapshot(current->parent),
                              .selected = static_cast<int>(bench().selected().size()),
                              .hasBuffer = !bench().buffers().isEmpty(),
                              .hasEnded = std::any_of(all.begin(), all.end(), [this](EndpointId id) {
                                  return isEnded(bench().snapshot(id)->state);
                              })};
    for (const ActionEntry& entry : actionTable()) {
        const bool isOthers = entry.id == ActionId::ResumeRecording || entry.id == ActionId::RecoverRun ||
                              entry.id == ActionId::StopRecordingToFile || entry.id == ActionId::SaveWorkspace;
        if (!isOthers)
            bench().actions().allow(entry.id, whyNot(entry.id, situation));
    }
}

} // namespace sw::ui
