// SPDX-License-Identifier: MIT
#pragma once

#include <QIcon>

namespace sw::ui {

enum class IconId {
    Application,
    Listen,
    Connect,
    Options,
    Close,
    Abort,
    ShutDown,
    Find,
    Filter,
    Previous,
    Next,
    Split,
    Follow,
    Send,
    Stop,
    Remove,
    Add,
    Text,
    Hex,
    Both,
    Pause,
    Accept,
    Network,
    Unverified,
};

/// An icon that is painted when it is shown: sharp at every scale, in the colours of the current theme.
QIcon icon(IconId id);

} // namespace sw::ui
