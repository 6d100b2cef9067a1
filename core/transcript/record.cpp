// SPDX-License-Identifier: MIT
#include "core/transcript/record.h"

#include <QJsonDocument>

#include <array>

namespace sw {

QString eventName(EventKind kind) {
    static constexpr std::array names{
        "none",
        "started",
        "resolving",
        "resolved",
        "connecting",
        "attempt-failed",
        "opened",
        "accepted",
        "refused",
        "end-of-stream",
        "sending-ended",
        "receiving-ended",
        "paused",
        "resumed",
        "not-sent",
        "accept-failed",
        "datagram-error",
        "dropped",
        "warning",
        "recording-stopped",
        "recording-resumed",
        "closed",
        "option-changed",
        "listener-broken",
        "reopened",
        "tls-started",
        "tls-established",
        "tls-alert",
        "behaviour-changed",
        "behaviour-log",
        "behaviour-failed",
        "marked",
    };
    static_assert(names.size() == static_cast<std::size_t>(EventKind::Marked) + 1);
    return QString::fromLatin1(names.at(static_cast<std::size_t>(kind)));
}

QJsonObject RecordView::facts() const {
    if (header.kind != RecordKind::Event)
        return {};
    return QJsonDocument::fromJson(bytes.toByteArray()).object();
}

QString RecordView::text() const {
    if (header.kind == RecordKind::Event)
        return facts().value(QStringLiteral("text")).toString();
    return QString::fromUtf8(bytes);
}

} // namespace sw
