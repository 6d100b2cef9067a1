// SPDX-License-Identifier: MIT
#include "ui/shell/availability.h"

#include "core/endpoint/reopening.h"
#include "ui/widgets/eventtext.h"

#include <QCoreApplication>

namespace sw::ui {

namespace {

struct Availability {
    Q_DECLARE_TR_FUNCTIONS(Availability)
};

QString hasEnded(const EndpointSnapshot& endpoint) {
    return Availability::tr("%1 has ended.").arg(endpoint.shortName());
}

QString whyNotStream(const EndpointSnapshot& endpoint) {
    if (isEnded(endpoint.state))
        return hasEnded(endpoint);
    if (endpoint.kind != EndpointKind::Connection)
        return Availability::tr("%1 is no connection.").arg(endpoint.shortName());
    return isConnected(endpoint.state) ? QString() : Availability::tr("%1 is not connected.").arg(endpoint.shortName());
}

QString whyNotListener(const EndpointSnapshot& endpoint) {
    if (endpoint.kind != EndpointKind::Listener)
        return Availability::tr("%1 is no listener.").arg(endpoint.shortName());
    return isEnded(endpoint.state) ? hasEnded(endpoint) : QString();
}

QString whyNotShutDown(ActionId id, const EndpointSnapshot& endpoint) {
    if (const QString why = whyNotStream(endpoint); !why.isEmpty())
        return why;
    const bool isOver = id == ActionId::ShutDownSending ? endpoint.state == EndpointState::WriteEnded
                                                        : endpoint.state == EndpointState::ReadEnded;
    return isOver ? Availability::tr("That direction has ended already.") : QString();
}

QString whyNotBehaviourFile(const Situation& now) {
    const EndpointSnapshot& owner = now.parent != nullptr ? *now.parent : *now.current;
    const bool hasFile =
        owner.behaviour.startsWith(QLatin1String("rules=")) || owner.behaviour.startsWith(QLatin1String("script="));
    return hasFile
               ? QString()
               : Availability::tr("The behaviour of %1 has no file: it is %2.")
                     .arg(owner.shortName(), owner.behaviour.isEmpty() ? QStringLiteral("manual") : owner.behaviour);
}

QString whyNotSocket(ActionId id, const Situation& now) {
    const EndpointSnapshot& endpoint = *now.current;
    switch (id) {
    case ActionId::ShutDownSending:
    case ActionId::ShutDownReceiving:
        return whyNotShutDown(id, endpoint);
    case ActionId::CloseEndpoint:
    case ActionId::AbortEndpoint:
        return isEnded(endpoint.state) && now.selected < 2 ? hasEnded(endpoint) : QString();
    case ActionId::AcceptConnection:
        if (const QString why = whyNotListener(endpoint); !why.isEmpty())
            return why;
        return endpoint.isAcceptManual
                   ? QString()
                   : Availability::tr("%1 accepts by itself (without accept=manual).").arg(endpoint.shortName());
    case ActionId::PauseListener:
    case ActionId::ClosePeers:
        return whyNotListener(endpoint);
    case ActionId::GoToListener:
        return now.parent != nullptr ? QString()
                                     : Availability::tr("%1 was not made by a listener.").arg(endpoint.shortName());
    case ActionId::ConnectToIt:
        if (isEnded(endpoint.state))
            return hasEnded(endpoint);
        return endpoint.kind == EndpointKind::Listener || endpoint.kind == EndpointKind::DatagramSocket
                   ? QString()
                   : Availability::tr("%1 is no listener.").arg(endpoint.shortName());
    case ActionId::OpenAgain:
        if (!isEnded(endpoint.state))
            return Availability::tr("%1 is still open.").arg(endpoint.shortName());
        [[fallthrough]];
    case ActionId::OpenAgainAlways:
        return eventText(whyNotOpenAgain(endpoint));
    case ActionId::TrustPeer:
        return refusedCertificate(endpoint) != nullptr ? QString()
                                                       : Availability::tr("No certificate was refused here.");
    case ActionId::AutoReply:
        return isEnded(endpoint.state) ? hasEnded(endpoint) : QString();
    case ActionId::StartTls:
        if (const QString why = whyNotStream(endpoint); !why.isEmpty())
            return why;
        return endpoint.tls == nullptr ? QString() : Availability::tr("%1 is TLS already.").arg(endpoint.shortName());
    case ActionId::ChangeBehaviour:
        return isEnded(endpoint.state) ? hasEnded(endpoint) : QString();
    case ActionId::EditBehaviour:
        return isEnded(endpoint.state) ? hasEnded(endpoint) : QString();
    case ActionId::ReloadBehaviour:
        return whyNotBehaviourFile(now);
    case ActionId::JoinGroup:
    case ActionId::LeaveGroup:
        if (isEnded(endpoint.state))
            return hasEnded(endpoint);
        return endpoint.kind == EndpointKind::DatagramSocket && isPlainUdp(endpoint.address.scheme)
                   ? QString()
                   : Availability::tr("Groups are joined by udp sockets, and %1 is none.").arg(endpoint.shortName());
    default:
        return {};
    }
}

bool needsEndpoint(ActionId id) {
    switch (id) {
    case ActionId::OpenBuffer:
    case ActionId::ShutDownSending:
    case ActionId::ShutDownReceiving:
    case ActionId::CloseEndpoint:
    case ActionId::AbortEndpoint:
    case ActionId::AcceptConnection:
    case ActionId::PauseListener:
    case ActionId::ClosePeers:
    case ActionId::RemoveEndpoint:
    case ActionId::GoToListener:
    case ActionId::OpenAgain:
    case ActionId::ConnectToIt:
    case ActionId::RelayInFront:
    case ActionId::OpenAgainAlways:
    case ActionId::TrustPeer:
    case ActionId::AutoReply:
    case ActionId::RenameEndpoint:
    case ActionId::StartTls:
    case ActionId::ChangeBehaviour:
    case ActionId::EditBehaviour:
    case ActionId::ReloadBehaviour:
    case ActionId::JoinGroup:
    case ActionId::LeaveGroup:
    case ActionId::CopyNcat:
    case ActionId::CopySocat:
    case ActionId::CopyCurl:
    case ActionId::CopyOpenSsl:
    case ActionId::CopyPython:
    case ActionId::CopySwright:
        return true;
    default:
        return false;
    }
}

bool needsBuffer(ActionId id) {
    switch (id) {
    case ActionId::ExportBuffer:
    case ActionId::OpenInWireshark:
    case ActionId::RecordToFile:
    case ActionId::Copy:
    case ActionId::CopyHex:
    case ActionId::CopyCArray:
    case ActionId::SelectAll:
    case ActionId::Find:
    case ActionId::FindNext:
    case ActionId::FindPrevious:
    case ActionId::FilterBuffer:
    case ActionId::GoTo:
    case ActionId::Note:
    case ActionId::MarkYellow:
    case ActionId::MarkGreen:
    case ActionId::MarkBlue:
    case ActionId::MarkRed:
    case ActionId::Unmark:
    case ActionId::NextMark:
    case ActionId::PreviousMark:
    case ActionId::Compare:
    case ActionId::ResendRecord:
    case ActionId::EditRecord:
    case ActionId::Replay:
    case ActionId::ModeText:
    case ActionId::ModeHex:
    case ActionId::ModeBoth:
    case ActionId::FollowTail:
    case ActionId::ClearView:
    case ActionId::ShowCleared:
    case ActionId::WrapLines:
    case ActionId::SplitBuffers:
    case ActionId::CloseBuffer:
    case ActionId::CloseOtherBuffers:
    case ActionId::PinBuffer:
    case ActionId::OnlyThisPeer:
    case ActionId::NextBuffer:
    case ActionId::FocusBuffer:
    case ActionId::FocusMessage:
    case ActionId::SaveMessage:
    case ActionId::CopyMessageNcat:
    case ActionId::CopyMessageSocat:
    case ActionId::CopyMessageCurl:
    case ActionId::CopyMessageOpenSsl:
    case ActionId::CopyMessagePython:
    case ActionId::CopyMessageSwright:
        return true;
    default:
        return false;
    }
}

} // namespace

QString whyNot(ActionId id, const Situation& situation) {
    if (needsBuffer(id))
        return situation.hasBuffer ? QString() : Availability::tr("No buffer is open.");
    if (id == ActionId::MergeBuffers)
        return situation.selected > 1 ? QString() : Availability::tr("Select two endpoints or more.");
    if (id == ActionId::RemoveEnded)
        return situation.hasEnded ? QString() : Availability::tr("No endpoint has ended.");
    if (!needsEndpoint(id))
        return {};
    return situation.current == nullptr ? Availability::tr("No endpoint is chosen.") : whyNotSocket(id, situation);
}

} // namespace sw::ui
