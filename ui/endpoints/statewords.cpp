// SPDX-License-Identifier: MIT
#include "ui/endpoints/statewords.h"

#include "ui/style/theme.h"

#include <QCoreApplication>

namespace sw::ui {

QString stateWord(EndpointState state) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("EndpointState", text); };
    switch (state) {
    case EndpointState::Idle:
        return tr("idle");
    case EndpointState::Resolving:
        return tr("looking up");
    case EndpointState::Connecting:
        return tr("connecting");
    case EndpointState::Handshaking:
        return tr("TLS handshake");
    case EndpointState::Listening:
        return tr("listening");
    case EndpointState::Reopening:
        return tr("reopening");
    case EndpointState::Paused:
        return tr("paused");
    case EndpointState::Open:
        return tr("open");
    case EndpointState::ReadEnded:
        return tr("half-closed (remote)");
    case EndpointState::WriteEnded:
        return tr("half-closed (local)");
    case EndpointState::Closing:
        return tr("closing");
    case EndpointState::Closed:
        return tr("closed");
    case EndpointState::Failed:
        break;
    }
    return tr("failed");
}

QColor stateColor(const EndpointSnapshot& snapshot, const QPalette& palette) {
    const ThemeColors colors = themeColors(palette);
    switch (snapshot.state) {
    case EndpointState::Open:
    case EndpointState::Listening:
        return colors.ok;
    case EndpointState::Failed:
        return colors.error;
    case EndpointState::Idle:
    case EndpointState::Closed:
        return colors.muted;
    default:
        return colors.warning;
    }
}

} // namespace sw::ui
