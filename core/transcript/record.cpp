// SPDX-License-Identifier: MIT
#include "core/transcript/record.h"

#include <array>

namespace sw {

namespace {

constexpr std::array eventNames{
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
    "fault-applied",
    "message-held",
    "message-released",
    "tls-hello",
    "capture-gap",
    "replay-started",
    "replay-difference",
    "replay-ended",
    "renamed",
    "malformed",
    "opened-again",
};
static_assert(eventNames.size() == static_cast<std::size_t>(lastEventKind) + 1);

constexpr std::array causeNames{"closed-by-us", "closed-by-peer", "aborted-by-us", "reset",
                                "refused",      "timed-out",      "tls-failure",   "error"};
static_assert(causeNames.size() == static_cast<std::size_t>(ClosingCause::Error) + 1);

} // namespace

QString causeName(ClosingCause cause) {
    return QString::fromLatin1(causeNames.at(static_cast<std::size_t>(cause)));
}

std::optional<ClosingCause> causeOf(const Facts& facts) {
    const QString name = facts.text(Fact::Cause);
    for (std::size_t i = 0; i < causeNames.size(); ++i) {
        if (name == QLatin1String(causeNames.at(i)))
            return static_cast<ClosingCause>(i);
    }
    return std::nullopt;
}

QString eventName(EventKind kind) {
    return QString::fromLatin1(eventNames.at(static_cast<std::size_t>(kind)));
}

EventKind eventKindOf(const QString& name) {
    for (std::size_t i = 0; i < eventNames.size(); ++i) {
        if (name == QLatin1String(eventNames.at(i)))
            return static_cast<EventKind>(i);
    }
    return EventKind::None;
}

Facts RecordView::facts() const {
    return header.kind == RecordKind::Event ? Facts::read(bytes) : Facts();
}

QString RecordView::text() const {
    if (header.kind == RecordKind::Event)
        return facts().text(Fact::Text);
    return QString::fromUtf8(bytes);
}

} // namespace sw
