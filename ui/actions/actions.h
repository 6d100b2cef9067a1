// SPDX-License-Identifier: MIT
#pragma once

#include <QAction>
#include <QHash>
#include <QKeySequence>
#include <QObject>

#include <functional>
#include <span>

namespace sw::ui {

class Settings;

enum class ActionId {
    FocusAddress,
    Options,
    TalkExample,
    OpenWorkspace,
    SaveWorkspace,
    SaveWorkspaceAs,
    LastSession,
    OpenRelay,
    RelayInFront,
    ConnectToIt,
    OpenRecording,
    ExportBuffer,
    OpenInWireshark,
    RecordToFile,
    StopRecordingToFile,
    ResumeRecording,
    RecoverRun,
    Quit,
    Copy,
    CopyHex,
    CopyCArray,
    SelectAll,
    Find,
    FindNext,
    FindPrevious,
    FilterBuffer,
    GoTo,
    Note,
    MarkYellow,
    MarkGreen,
    MarkBlue,
    MarkRed,
    Unmark,
    NextMark,
    PreviousMark,
    Compare,
    ResendRecord,
    EditRecord,
    Preferences,
    Shortcuts,
    ModeText,
    ModeHex,
    ModeBoth,
    FollowTail,
    ClearView,
    ShowCleared,
    WrapLines,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    OnlyThisPeer,
    ColorRules,
    Throughput,
    RelayPanel,
    MergeBuffers,
    SplitBuffers,
    CloseBuffer,
    CloseOtherBuffers,
    PinBuffer,
    NextBuffer,
    FocusEndpoints,
    FocusBuffer,
    FocusMessage,
    OpenBuffer,
    ShutDownSending,
    ShutDownReceiving,
    CloseEndpoint,
    AbortEndpoint,
    ClosePeers,
    AcceptConnection,
    PauseListener,
    RemoveEndpoint,
    RemoveEnded,
    GoToListener,
    OpenAgain,
    OpenAgainAlways,
    TrustPeer,
    AutoReply,
    RenameEndpoint,
    Replay,
    StartTls,
    ChangeBehaviour,
    EditBehaviour,
    ReloadBehaviour,
    JoinGroup,
    LeaveGroup,
    CopyNcat, ///< these six in the order of CommandTool
    CopySocat,
    CopyCurl,
    CopyOpenSsl,
    CopyPython,
    CopySwright,
    CopyMessageNcat, ///< likewise
    CopyMessageSocat,
    CopyMessageCurl,
    CopyMessageOpenSsl,
    CopyMessagePython,
    CopyMessageSwright,
    TcpFigures,
    TlsDetails,
    SavedMessages,
    SaveMessage,
    Load,
    MakeCertificate,
    LookUp,
    CommandPalette,
    QuickOpen,
    Manual,
    About,
};

/// The last two are menus inside Socket and Edit.
enum class MenuId { File, Edit, View, Socket, Tools, Window, Help, CopyEndpoint, CopyMessage };

struct ActionEntry {
    ActionId id;
    MenuId menu;
    const char* name; ///< objectName
    const char* text;
    const char* shortcut;
    bool beginsGroup = false; ///< in its menu, a line stands before it
};

std::span<const ActionEntry> actionTable();

/// Every action by its id; feeds menus, the palette and the shortcuts.
class ActionRegistry final : public QObject {
    Q_OBJECT

public:
    /// With the shortcuts that the settings say.
    ActionRegistry(QWidget* window, Settings& settings);

    /// The shortcut that an action has where the user says nothing else.
    static QKeySequence defaultShortcut(ActionId id);
    /// Gives it another one, and keeps that in the settings.
    void setShortcut(ActionId id, const QKeySequence& keys);

    QAction* action(ActionId id) const { return m_actions.value(static_cast<int>(id)); }
    void connectTo(ActionId id, QObject* context, std::function<void()> call);
    /// Lets the action run, or says why it cannot: as a sentence, which its tooltip shows too.
    void allow(ActionId id, const QString& whyNot);
    /// The same sentence; empty: it can run.
    QString whyNot(ActionId id) const { return m_reasons.value(static_cast<int>(id)); }

private:
    Settings& m_settings;
    QHash<int, QAction*> m_actions;
    QHash<int, QString> m_reasons;
};

} // namespace sw::ui
