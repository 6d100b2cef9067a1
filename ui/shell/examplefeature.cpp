// SPDX-License-Identifier: MIT
#include "ui/shell/examplefeature.h"

#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/composer/composer.h"
#include "ui/shell/addressfeature.h"

namespace sw::ui {

ExampleFeature::ExampleFeature(Workbench& bench, AddressFeature& address) : Feature(bench), m_address(address) {
    on(ActionId::TalkExample, [this] { open(); });
}

void ExampleFeature::open() {
    if (m_isOpening)
        return;
    const auto address = parseAddress(QStringLiteral("tcp://127.0.0.1:10244?eof=keep")); // half-closes can be seen
    m_address.propose(formatAddress(*address));
    const auto server =
        bench().engine().listen(*address, {.behaviour = QStringLiteral("talk"), .name = tr("talk server")});
    if (!server) {
        m_address.showError(server.error());
        return;
    }
    m_isOpening = true;
    bench().whenSettled(*server, [this](const EndpointSnapshot& snapshot) { connectClient(snapshot); });
}

void ExampleFeature::connectClient(const EndpointSnapshot& server) {
    m_isOpening = false;
    if (server.state == EndpointState::Failed) {
        if (m_address.leadToOpenPort(server))
            bench().engine().remove(server.id);
        else
            m_address.showError(*server.error);
        return;
    }
    bench().openBuffer(server.id);
    const auto client = bench().engine().connectTo(server.address, {.name = tr("talk client")});
    if (!client)
        return;
    bench().whenSettled(*client, [this](const EndpointSnapshot& snapshot) {
        BufferPanel* panel = bench().show(snapshot.id);
        bench().buffers().split();
        panel->composer()->focusMessage();
    });
}

} // namespace sw::ui
