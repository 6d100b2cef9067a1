// SPDX-License-Identifier: MIT
#include "tests/gui/windowfixture.h"

#include "tests/support/rawpeer.h"
#include "ui/buffer/bufferaccessible.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"

namespace sw::test {

WindowFixture::WindowFixture()
    : m_engine({.store = {.directory = m_journal.path()}}),
      m_settings(m_folder.filePath(QStringLiteral("settings.ini"))) {
    ui::installBufferAccessibility();
    ui::applyTheme(ui::ThemeChoice::Light, {});
    m_window = std::make_unique<ui::MainWindow>(m_engine, m_settings, m_prompter);
    m_window->show();
    [[maybe_unused]] const bool isExposed = QTest::qWaitForWindowExposed(m_window.get());
    m_window->activateWindow();
}

void WindowFixture::typeAddress(const QString& text) {
    auto* field = find<QLineEdit>("addressField");
    field->setFocus();
    field->clear();
    QTest::keyClicks(field, text);
}

void WindowFixture::click(const char* button) {
    QTest::mouseClick(find<QPushButton>(button), Qt::LeftButton);
}

QWidget* WindowFixture::currentBuffer() {
    return find<ui::BufferArea>("bufferArea")->current();
}

QString WindowFixture::bufferText() {
    auto* panel = static_cast<ui::BufferPanel*>(currentBuffer());
    return panel == nullptr ? QString() : panel->view()->visibleLines().join(QLatin1Char('\n'));
}

std::optional<EndpointSnapshot> WindowFixture::snapshotOf(EndpointKind kind) const {
    const auto all = m_engine.snapshots();
    for (auto snapshot = all.rbegin(); snapshot != all.rend(); ++snapshot) {
        if (snapshot->kind == kind)
            return *snapshot;
    }
    return std::nullopt;
}

EndpointId WindowFixture::idOf(EndpointKind kind) const {
    const auto snapshot = snapshotOf(kind);
    return snapshot ? snapshot->id : EndpointId::None;
}

quint16 WindowFixture::freePort() const {
    return RawPeer::listenOn().port();
}

} // namespace sw::test
