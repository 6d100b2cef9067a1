// SPDX-License-Identifier: MIT
#pragma once

#include <QIcon>

class QPainter;

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
    Record,
    Clear,
    Pin,
};

/// A picture of resources/icons, painted when it is shown: sharp at every scale, in the colours of the current theme.
QIcon icon(IconId id);
/// Paints it in one colour into a rectangle, as large as it fits.
void paintIcon(QPainter& painter, IconId id, const QRect& rect, const QColor& color);

} // namespace sw::ui
