// SPDX-License-Identifier: MIT
#include "ui/actions/actions.h"

#include "ui/settings/settings.h"
#include "ui/widgets/controls.h"

#include <QCoreApplication>
#include <QKeySequence>
#include <QWidget>

#include <algorithm>
#include <array>

namespace sw::ui {

namespace {
constexpr std::array entries{
    ActionEntry{ActionId::FocusAddress, MenuId::File, "actionAddress", QT_TRANSLATE_NOOP("Action", "&Address"),
                "Ctrl+L"},
    ActionEntry{ActionId::Options, MenuId::File, "actionOptions", QT_TRANSLATE_NOOP("Action", "Address &Options"),
                "Ctrl+Shift+O"},
    ActionEntry{ActionId::TalkExample, MenuId::File, "actionExample",
                QT_TRANSLATE_NOOP("Action", "Open &Talk-Server Example"), "", true},
    ActionEntry{ActionId::OpenWorkspace, MenuId::File, "actionOpenWorkspace",
                QT_TRANSLATE_NOOP("Action", "Open &Workspace…"), "Ctrl+O", true},
    ActionEntry{ActionId::SaveWorkspace, MenuId::File, "actionSaveWorkspace",
                QT_TRANSLATE_NOOP("Action", "Sa&ve Workspace"), "Ctrl+S"},
    ActionEntry{ActionId::SaveWorkspaceAs, MenuId::File, "actionSaveWorkspaceAs",
                QT_TRANSLATE_NOOP("Action", "Save Workspace &As…"), ""},
    ActionEntry{ActionId::LastSession, MenuId::File, "actionLastSession",
                QT_TRANSLATE_NOOP("Action", "Open &Last Session…"), ""},
    ActionEntry{ActionId::OpenRelay, MenuId::File, "actionOpenRelay", QT_TRANSLATE_NOOP("Action", "Open Rela&y…"),
                "Ctrl+Shift+R", true},
    ActionEntry{ActionId::OpenRecording, MenuId::File, "actionOpenRecording",
                QT_TRANSLATE_NOOP("Action", "Open Re&cording or Capture…"), "Ctrl+Shift+I"},
    ActionEntry{ActionId::ExportBuffer, MenuId::File, "actionExport", QT_TRANSLATE_NOOP("Action", "E&xport Buffer…"),
                "Ctrl+Shift+E", true},
    ActionEntry{ActionId::OpenInWireshark, MenuId::File, "actionWireshark",
                QT_TRANSLATE_NOOP("Action", "Open Buffer in Wires&hark"), ""},
    ActionEntry{ActionId::RecordToFile, MenuId::File, "actionRecord", QT_TRANSLATE_NOOP("Action", "&Record to File…"),
                "Ctrl+R", true},
    ActionEntry{ActionId::StopRecordingToFile, MenuId::File, "actionStopRecord",
                QT_TRANSLATE_NOOP("Action", "&Stop Recording to File"), ""},
    ActionEntry{ActionId::ResumeRecording, MenuId::File, "actionResumeRecording",
                QT_TRANSLATE_NOOP("Action", "Res&ume Recording of Transcripts"), "", true},
    ActionEntry{ActionId::RecoverRun, MenuId::File, "actionRecover",
                QT_TRANSLATE_NOOP("Action", "Reco&ver Transcripts…"), ""},
    ActionEntry{ActionId::Quit, MenuId::File, "actionQuit", QT_TRANSLATE_NOOP("Action", "&Quit"), "Ctrl+Q", true},
    ActionEntry{ActionId::Copy, MenuId::Edit, "actionCopy", QT_TRANSLATE_NOOP("Action", "&Copy as Text"), ""},
    ActionEntry{ActionId::CopyHex, MenuId::Edit, "actionCopyHex", QT_TRANSLATE_NOOP("Action", "Copy as &Hex"),
                "Ctrl+Shift+C"},
    ActionEntry{ActionId::CopyCArray, MenuId::Edit, "actionCopyArray", QT_TRANSLATE_NOOP("Action", "Copy as C &Array"),
                ""},
    ActionEntry{ActionId::SelectAll, MenuId::Edit, "actionSelectAll", QT_TRANSLATE_NOOP("Action", "Select A&ll"), "",
                true},
    ActionEntry{ActionId::Find, MenuId::Edit, "actionFind", QT_TRANSLATE_NOOP("Action", "&Find"), "Ctrl+F", true},
    ActionEntry{ActionId::FindNext, MenuId::Edit, "actionFindNext", QT_TRANSLATE_NOOP("Action", "Find &Next"), "F3"},
    ActionEntry{ActionId::FindPrevious, MenuId::Edit, "actionFindPrevious",
                QT_TRANSLATE_NOOP("Action", "Find &Previous"), "Shift+F3"},
    ActionEntry{ActionId::FilterBuffer, MenuId::Edit, "actionFilter", QT_TRANSLATE_NOOP("Action", "Fi&lter"),
                "Ctrl+Shift+F"},
    ActionEntry{ActionId::OnlyThisPeer, MenuId::Edit, "actionOnlyThisPeer",
                QT_TRANSLATE_NOOP("Action", "Only This P&eer"), ""},
    ActionEntry{ActionId::GoTo, MenuId::Edit, "actionGoTo", QT_TRANSLATE_NOOP("Action", "&Go To…"), "Ctrl+G"},
    ActionEntry{ActionId::Note, MenuId::Edit, "actionNote", QT_TRANSLATE_NOOP("Action", "No&te on Record…"),
                "Ctrl+Shift+N", true},
    ActionEntry{ActionId::MarkYellow, MenuId::Edit, "actionMarkYellow", QT_TRANSLATE_NOOP("Action", "Mark &Yellow"),
                "F2"},
    ActionEntry{ActionId::MarkGreen, MenuId::Edit, "actionMarkGreen", QT_TRANSLATE_NOOP("Action", "Mark Gr&een"), ""},
    ActionEntry{ActionId::MarkBlue, MenuId::Edit, "actionMarkBlue", QT_TRANSLATE_NOOP("Action", "Mark &Blue"), ""},
    ActionEntry{ActionId::MarkRed, MenuId::Edit, "actionMarkRed", QT_TRANSLATE_NOOP("Action", "Mark Re&d"), ""},
    ActionEntry{ActionId::Unmark, MenuId::Edit, "actionUnmark", QT_TRANSLATE_NOOP("Action", "&Remove Mark"),
                "Shift+F2"},
    ActionEntry{ActionId::NextMark, MenuId::Edit, "actionNextMark", QT_TRANSLATE_NOOP("Action", "Ne&xt Mark"), "F4"},
    ActionEntry{ActionId::PreviousMark, MenuId::Edit, "actionPreviousMark",
                QT_TRANSLATE_NOOP("Action", "Pre&vious Mark"), "Shift+F4"},
    ActionEntry{ActionId::Compare, MenuId::Edit, "actionCompare", QT_TRANSLATE_NOOP("Action", "Co&mpare…"), "", true},
    ActionEntry{ActionId::ResendRecord, MenuId::Edit, "actionResend", QT_TRANSLATE_NOOP("Action", "Send Record A&gain"),
                "Ctrl+Shift+Return"},
    ActionEntry{ActionId::EditRecord, MenuId::Edit, "actionEditRecord",
                QT_TRANSLATE_NOOP("Action", "Ed&it a Copy of the Record"), ""},
    ActionEntry{ActionId::Preferences, MenuId::Edit, "actionPreferences", QT_TRANSLATE_NOOP("Action", "P&references"),
                "Ctrl+,", true},
    ActionEntry{ActionId::Shortcuts, MenuId::Edit, "actionShortcuts", QT_TRANSLATE_NOOP("Action", "Short&cuts…"), ""},
    ActionEntry{ActionId::ModeText, MenuId::View, "actionModeText", QT_TRANSLATE_NOOP("Action", "Show as &Text"),
                "Ctrl+1"},
    ActionEntry{ActionId::ModeHex, MenuId::View, "actionModeHex", QT_TRANSLATE_NOOP("Action", "Show as &Hex"),
                "Ctrl+2"},
    ActionEntry{ActionId::ModeBoth, MenuId::View, "actionModeBoth",
                QT_TRANSLATE_NOOP("Action", "Show &Both: Hex and Text by Lines"), "Ctrl+3"},
    ActionEntry{ActionId::FollowTail, MenuId::View, "actionFollow", QT_TRANSLATE_NOOP("Action", "&Follow the End"),
                "Ctrl+End", true},
    ActionEntry{ActionId::ClearView, MenuId::View, "actionClearView", QT_TRANSLATE_NOOP("Action", "Clea&r the View"),
                "Ctrl+K"},
    ActionEntry{ActionId::ShowCleared, MenuId::View, "actionShowCleared",
                QT_TRANSLATE_NOOP("Action", "Show What Was Cleare&d"), ""},
    ActionEntry{ActionId::WrapLines, MenuId::View, "actionWrap", QT_TRANSLATE_NOOP("Action", "&Wrap Lines"),
                "Ctrl+Shift+L"},
    ActionEntry{ActionId::ColorRules, MenuId::View, "actionColors", QT_TRANSLATE_NOOP("Action", "Colo&urs by Pattern…"),
                ""},
    ActionEntry{ActionId::ZoomIn, MenuId::View, "actionZoomIn", QT_TRANSLATE_NOOP("Action", "&Larger Text"), "Ctrl++",
                true},
    ActionEntry{ActionId::ZoomOut, MenuId::View, "actionZoomOut", QT_TRANSLATE_NOOP("Action", "Sm&aller Text"),
                "Ctrl+-"},
    ActionEntry{ActionId::ZoomReset, MenuId::View, "actionZoomReset", QT_TRANSLATE_NOOP("Action", "Usual Text Si&ze"),
                "Ctrl+0"},
    ActionEntry{ActionId::Throughput, MenuId::View, "actionThroughput", QT_TRANSLATE_NOOP("Action", "Throu&ghput"),
                "Ctrl+Shift+T", true},
    ActionEntry{ActionId::RelayPanel, MenuId::View, "actionRelayPanel",
                QT_TRANSLATE_NOOP("Action", "&Relay: Faults and Held Messages"), ""},
    ActionEntry{ActionId::MergeBuffers, MenuId::View, "actionMerge",
                QT_TRANSLATE_NOOP("Action", "&Merge Selected Endpoints"), "", true},
    ActionEntry{ActionId::SplitBuffers, MenuId::View, "actionSplit", QT_TRANSLATE_NOOP("Action", "&Split"), "Ctrl+\\"},
    ActionEntry{ActionId::CloseBuffer, MenuId::View, "actionCloseBuffer", QT_TRANSLATE_NOOP("Action", "&Close Buffer"),
                "Ctrl+W"},
    ActionEntry{ActionId::CloseOtherBuffers, MenuId::View, "actionCloseOthers",
                QT_TRANSLATE_NOOP("Action", "Close &Other Buffers"), ""},
    ActionEntry{ActionId::PinBuffer, MenuId::View, "actionPin", QT_TRANSLATE_NOOP("Action", "P&in Buffer"), ""},
    ActionEntry{ActionId::NextBuffer, MenuId::View, "actionNextBuffer", QT_TRANSLATE_NOOP("Action", "&Next Buffer"),
                "Ctrl+Tab"},
    ActionEntry{ActionId::OpenBuffer, MenuId::Socket, "actionOpenBuffer", QT_TRANSLATE_NOOP("Action", "&Open Buffer"),
                ""},
    ActionEntry{ActionId::ShutDownSending, MenuId::Socket, "actionShutDown",
                QT_TRANSLATE_NOOP("Action", "&Shut Down Sending"), "Ctrl+D", true},
    ActionEntry{ActionId::ShutDownReceiving, MenuId::Socket, "actionShutDownReceiving",
                QT_TRANSLATE_NOOP("Action", "Shut Down Rece&iving"), ""},
    ActionEntry{ActionId::CloseEndpoint, MenuId::Socket, "actionClose", QT_TRANSLATE_NOOP("Action", "&Close"),
                "Ctrl+Shift+W"},
    ActionEntry{ActionId::AbortEndpoint, MenuId::Socket, "actionAbort", QT_TRANSLATE_NOOP("Action", "&Abort"),
                "Ctrl+Shift+K"},
    ActionEntry{ActionId::ConnectToIt, MenuId::Socket, "actionConnectToIt",
                QT_TRANSLATE_NOOP("Action", "Connec&t to It"), "", true},
    ActionEntry{ActionId::RelayInFront, MenuId::Socket, "actionRelayInFront",
                QT_TRANSLATE_NOOP("Action", "Put a &Relay in Front of It"), ""},
    ActionEntry{ActionId::OpenAgain, MenuId::Socket, "actionOpenAgain", QT_TRANSLATE_NOOP("Action", "Ope&n Again"),
                "Ctrl+Shift+J"},
    ActionEntry{ActionId::OpenAgainAlways, MenuId::Socket, "actionOpenAgainAlways",
                QT_TRANSLATE_NOOP("Action", "Reopen Automat&ically…"), ""},
    ActionEntry{ActionId::TrustPeer, MenuId::Socket, "actionTrustPeer",
                QT_TRANSLATE_NOOP("Action", "Tr&ust This Certificate, and Connect"), ""},
    ActionEntry{ActionId::ClosePeers, MenuId::Socket, "actionClosePeers",
                QT_TRANSLATE_NOOP("Action", "Close All Its Pee&rs"), ""},
    ActionEntry{ActionId::AcceptConnection, MenuId::Socket, "actionAccept", QT_TRANSLATE_NOOP("Action", "Acc&ept One"),
                "Ctrl+Shift+A", true},
    ActionEntry{ActionId::PauseListener, MenuId::Socket, "actionPause", QT_TRANSLATE_NOOP("Action", "&Pause or Resume"),
                ""},
    ActionEntry{ActionId::RemoveEndpoint, MenuId::Socket, "actionRemove", QT_TRANSLATE_NOOP("Action", "&Remove"), "Del",
                true},
    ActionEntry{ActionId::RemoveEnded, MenuId::Socket, "actionRemoveEnded",
                QT_TRANSLATE_NOOP("Action", "Remove All &Ended"), ""},
    ActionEntry{ActionId::GoToListener, MenuId::Socket, "actionGoToListener",
                QT_TRANSLATE_NOOP("Action", "Show Its &Listener"), "Ctrl+Shift+U"},
    ActionEntry{ActionId::RenameEndpoint, MenuId::Socket, "actionRename", QT_TRANSLATE_NOOP("Action", "Rena&me…"),
                "Ctrl+F2"},
    ActionEntry{ActionId::Replay, MenuId::Socket, "actionReplay", QT_TRANSLATE_NOOP("Action", "Repla&y…"), "", true},
    ActionEntry{ActionId::StartTls, MenuId::Socket, "actionStartTls", QT_TRANSLATE_NOOP("Action", "Start &TLS…"), "",
                true},
    ActionEntry{ActionId::ChangeBehaviour, MenuId::Socket, "actionChangeBehaviour",
                QT_TRANSLATE_NOOP("Action", "Change &Behaviour…"), ""},
    ActionEntry{ActionId::AutoReply, MenuId::Socket, "actionAutoReply",
                QT_TRANSLATE_NOOP("Action", "Ans&wer Automatically…"), ""},
    ActionEntry{ActionId::EditBehaviour, MenuId::Socket, "actionEditBehaviour",
                QT_TRANSLATE_NOOP("Action", "E&dit Behaviour…"), "Ctrl+Shift+B"},
    ActionEntry{ActionId::ReloadBehaviour, MenuId::Socket, "actionReloadBehaviour",
                QT_TRANSLATE_NOOP("Action", "Read Behaviour A&gain"), "F5"},
    ActionEntry{ActionId::JoinGroup, MenuId::Socket, "actionJoinGroup",
                QT_TRANSLATE_NOOP("Action", "&Join Multicast Group…"), "", true},
    ActionEntry{ActionId::LeaveGroup, MenuId::Socket, "actionLeaveGroup",
                QT_TRANSLATE_NOOP("Action", "Lea&ve Multicast Group…"), ""},
    ActionEntry{ActionId::CopyNcat, MenuId::CopyEndpoint, "actionCopyNcat",
                QT_TRANSLATE_NOOP("Action", "Copy Endpoint as ncat Command"), ""},
    ActionEntry{ActionId::CopySocat, MenuId::CopyEndpoint, "actionCopySocat",
                QT_TRANSLATE_NOOP("Action", "Copy Endpoint as socat Command"), ""},
    ActionEntry{ActionId::CopyCurl, MenuId::CopyEndpoint, "actionCopyCurl",
                QT_TRANSLATE_NOOP("Action", "Copy Endpoint as curl Command"), ""},
    ActionEntry{ActionId::CopyOpenSsl, MenuId::CopyEndpoint, "actionCopyOpenSsl",
                QT_TRANSLATE_NOOP("Action", "Copy Endpoint as openssl Command"), ""},
    ActionEntry{ActionId::CopyPython, MenuId::CopyEndpoint, "actionCopyPython",
                QT_TRANSLATE_NOOP("Action", "Copy Endpoint as Python Command"), ""},
    ActionEntry{ActionId::CopySwright, MenuId::CopyEndpoint, "actionCopySwright",
                QT_TRANSLATE_NOOP("Action", "Copy Endpoint as swright Command"), ""},
    ActionEntry{ActionId::CopyMessageNcat, MenuId::CopyMessage, "actionCopyMessageNcat",
                QT_TRANSLATE_NOOP("Action", "Copy Message as ncat Command"), ""},
    ActionEntry{ActionId::CopyMessageSocat, MenuId::CopyMessage, "actionCopyMessageSocat",
                QT_TRANSLATE_NOOP("Action", "Copy Message as socat Command"), ""},
    ActionEntry{ActionId::CopyMessageCurl, MenuId::CopyMessage, "actionCopyMessageCurl",
                QT_TRANSLATE_NOOP("Action", "Copy Message as curl Command"), ""},
    ActionEntry{ActionId::CopyMessageOpenSsl, MenuId::CopyMessage, "actionCopyMessageOpenSsl",
                QT_TRANSLATE_NOOP("Action", "Copy Message as openssl Command"), ""},
    ActionEntry{ActionId::CopyMessagePython, MenuId::CopyMessage, "actionCopyMessagePython",
                QT_TRANSLATE_NOOP("Action", "Copy Message as Python Command"), ""},
    ActionEntry{ActionId::CopyMessageSwright, MenuId::CopyMessage, "actionCopyMessageSwright",
                QT_TRANSLATE_NOOP("Action", "Copy Message as swright Command"), ""},
    ActionEntry{ActionId::TcpFigures, MenuId::View, "actionTcpFigures", QT_TRANSLATE_NOOP("Action", "TC&P Figures"),
                ""},
    ActionEntry{ActionId::TlsDetails, MenuId::View, "actionTlsDetails",
                QT_TRANSLATE_NOOP("Action", "T&LS and Certificates"), ""},
    ActionEntry{ActionId::SavedMessages, MenuId::Tools, "actionSavedMessages",
                QT_TRANSLATE_NOOP("Action", "Saved &Messages"), "Ctrl+Shift+M"},
    ActionEntry{ActionId::SaveMessage, MenuId::Tools, "actionSaveMessage",
                QT_TRANSLATE_NOOP("Action", "&Save Message…"), "Ctrl+Shift+S", true},
    ActionEntry{ActionId::Load, MenuId::Tools, "actionLoad", QT_TRANSLATE_NOOP("Action", "Send &Load…"), ""},
    ActionEntry{ActionId::MakeCertificate, MenuId::Tools, "actionMakeCertificate",
                QT_TRANSLATE_NOOP("Action", "Make &Certificate…"), "", true},
    ActionEntry{ActionId::LookUp, MenuId::View, "actionLookUp", QT_TRANSLATE_NOOP("Action", "&Look Up"),
                "Ctrl+Shift+Y"},
    ActionEntry{ActionId::FocusEndpoints, MenuId::Window, "actionFocusEndpoints",
                QT_TRANSLATE_NOOP("Action", "&Endpoints"), "Ctrl+E"},
    ActionEntry{ActionId::FocusBuffer, MenuId::Window, "actionFocusBuffer", QT_TRANSLATE_NOOP("Action", "&Buffer"),
                "Ctrl+B"},
    ActionEntry{ActionId::FocusMessage, MenuId::Window, "actionFocusMessage", QT_TRANSLATE_NOOP("Action", "&Message"),
                "Ctrl+M"},
    ActionEntry{ActionId::CommandPalette, MenuId::Window, "actionPalette", QT_TRANSLATE_NOOP("Action", "&Commands"),
                "Ctrl+Shift+P", true},
    ActionEntry{ActionId::QuickOpen, MenuId::Window, "actionQuickOpen",
                QT_TRANSLATE_NOOP("Action", "&Open Buffer by Name"), "Ctrl+P"},
    ActionEntry{ActionId::Manual, MenuId::Help, "actionManual", QT_TRANSLATE_NOOP("Action", "&Manual"), "F1"},
    ActionEntry{ActionId::About, MenuId::Help, "actionAbout", QT_TRANSLATE_NOOP("Action", "&About"), "", true},
};
} // namespace

std::span<const ActionEntry> actionTable() {
    return entries;
}

ActionRegistry::ActionRegistry(QWidget* window, Settings& settings) : QObject(window), m_settings(settings) {
    for (const ActionEntry& entry : entries) {
        auto* action = new QAction(QCoreApplication::translate("Action", entry.text), this);
        action->setObjectName(QString::fromLatin1(entry.name));
        const auto chosen = settings.shortcut(QString::fromLatin1(entry.name));
        action->setShortcut(
            QKeySequence(chosen.value_or(QString::fromLatin1(entry.shortcut)), QKeySequence::PortableText));
        window->addAction(action);
        m_actions.insert(static_cast<int>(entry.id), action);
    }
}

QKeySequence ActionRegistry::defaultShortcut(ActionId id) {
    const auto entry =
        std::find_if(entries.begin(), entries.end(), [id](const ActionEntry& one) { return one.id == id; });
    return {QString::fromLatin1(entry->shortcut), QKeySequence::PortableText};
}

void ActionRegistry::setShortcut(ActionId id, const QKeySequence& keys) {
    action(id)->setShortcut(keys);
    m_settings.setShortcut(action(id)->objectName(), keys == defaultShortcut(id)
                                                         ? std::nullopt
                                                         : std::optional(keys.toString(QKeySequence::PortableText)));
}

void ActionRegistry::allow(ActionId id, const QString& whyNot) {
    if (this->whyNot(id) == whyNot && action(id)->isEnabled() == whyNot.isEmpty())
        return;
    m_reasons.insert(static_cast<int>(id), whyNot);
    QAction* one = action(id);
    one->setEnabled(whyNot.isEmpty());
    one->setToolTip(whyNot.isEmpty() ? QString() : plainToolTip(whyNot)); // empty: its text and shortcut
    one->setStatusTip(whyNot);
}

void ActionRegistry::connectTo(ActionId id, QObject* context, std::function<void()> call) {
    connect(action(id), &QAction::triggered, context, [call = std::move(call)] { call(); });
}

} // namespace sw::ui
