// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <deque>
#include <optional>
#include <tuple>
#include <variant>

namespace sw {

/// The functions of a script that are called.
enum class ScriptHook : quint8 {
    Acceptor,
    Opened,
    Secured,
    Filter,
    Malformed,
    Sent,
    Timer,
    End,
    Sentinel,
    ListenerClosed,
    Line, ///< no function: a line of a console
};

/// Without Line.
constexpr std::size_t scriptHookCount = static_cast<std::size_t>(ScriptHook::Line);

/// As the script names it.
const char* hookName(ScriptHook hook);

/// What a script asks to be done with one of its connections.
enum class ScriptAction : quint8 {
    Close,
    CloseAfterPeer,
    Abort,
    ShutDown,
    ShutDownReceiving,
    StartTls, ///< the text has the options
    Mark,     ///< the text is the mark's
    Pause,
    Resume,
    Record,
    Unrecord,
};

/// The same for its listener.
enum class ScriptListenerAction : quint8 { Close, Pause, Resume, Accept };

enum class ScriptLogLevel : quint8 { Plain, Warning, Error };

/// What the program and the process of a script say to each other: values without behaviour. Every message to the
/// script is answered by one count of `Done`, in order; a connection is known by its number, and 0 is the listener.
namespace script {

// to the script

/// Reads a script and runs its top; answered by Loaded or LoadFailed.
struct Load {
    QString name; ///< the file's name, for errors
    QString text;
    auto fields() { return std::tie(name, text); }
};
/// Reads a script and runs nothing of it; answered like Load.
struct Check {
    QString name;
    QString text;
    auto fields() { return std::tie(name, text); }
};
/// The listener as it is now.
struct ListenerIs {
    QString name;
    QString address;
    bool isOpen = false;
    auto fields() { return std::tie(name, address, isOpen); }
};
/// A connection that is to be known from now on.
struct Add {
    qint32 id = 0;
    QString name;
    QString peer;
    QString listener;
    bool isDatagram = false;
    qint64 pid = -1; ///< of a Unix peer; -1: the system does not tell
    qint64 uid = -1;
    qint64 gid = -1;
    QString program;
    QString user;
    auto fields() { return std::tie(id, name, peer, listener, isDatagram, pid, uid, gid, program, user); }
};
/// A connection that has got another behaviour.
struct Remove {
    qint32 id = 0;
    auto fields() { return std::tie(id); }
};
/// Calls a function: the bytes are those of filter(), malformed() or sent(), the texts the problem, or the cause and
/// sentence of an end. With Line, evaluates `text` as a prompt does; answered by Value.
struct Call {
    qint32 id = 0;
    ScriptHook hook = ScriptHook::Filter;
    QByteArray bytes;
    QString text;
    QString more;
    auto fields() { return std::tie(id, hook, bytes, text, more); }
};
/// TLS that the script asked for was not started: clear text counts again.
struct StillClear {
    qint32 id = 0;
    auto fields() { return std::tie(id); }
};

// from the script

/// So many more messages were dealt with.
struct Done {
    quint32 count = 0;
    auto fields() { return std::tie(count); }
};
struct Loaded {
    QString framer;
    bool hearsSent = false; ///< has a function sent(), for which what the user sends waits
    auto fields() { return std::tie(framer, hearsSent); }
};
struct LoadFailed {
    QString text;
    qint32 line = 0; ///< from 1; 0: not known
    QString stack;
    auto fields() { return std::tie(text, line, stack); }
};
/// A function failed.
struct CallFailed {
    qint32 id = 0;
    QString text;
    qint32 line = 0;
    QString stack;
    auto fields() { return std::tie(id, text, line, stack); }
};
/// What an acceptor decided.
struct Decided {
    qint32 id = 0;
    bool isTaken = false;
    bool hearsSent = false; ///< as in Loaded, of this connection
    bool hasOwn = false;    ///< the acceptor gave functions for this connection alone
    auto fields() { return std::tie(id, isTaken, hearsSent, hasOwn); }
};
struct Send {
    qint32 id = 0;
    QByteArray bytes;
    auto fields() { return std::tie(id, bytes); }
};
struct Act {
    qint32 id = 0;
    ScriptAction action = ScriptAction::Close;
    QString text;
    auto fields() { return std::tie(id, action, text); }
};
struct ActOnListener {
    ScriptListenerAction action = ScriptListenerAction::Close;
    auto fields() { return std::tie(action); }
};
struct Log {
    qint32 id = 0;
    ScriptLogLevel level = ScriptLogLevel::Plain;
    QString text;
    auto fields() { return std::tie(id, level, text); }
};
/// What a line of a console gave.
struct Value {
    qint32 id = 0;
    bool isError = false;
    QString text;
    auto fields() { return std::tie(id, isError, text); }
};

} // namespace script

using ToScript = std::variant<script::Load, script::Check, script::ListenerIs, script::Add, script::Remove,
                              script::Call, script::StillClear>;
using FromScript = std::variant<script::Done, script::Loaded, script::LoadFailed, script::CallFailed, script::Decided,
                                script::Send, script::Act, script::ActOnListener, script::Log, script::Value>;

/// How a script's process ends by itself where a call cannot be interrupted; what was called stands on its standard
/// error, as scriptpipe::lastWords() writes it.
enum ScriptExit : int {
    ScriptEnded = 0,
    ScriptTookTooLong = 70,
    ScriptTookTooMuchMemory = 71,
    ScriptCannotRun = 72,
    ScriptIsSpent =
        73, ///< a call was stopped in time, and told of, but what it left of the memory is not to be trusted
};

/// By how long a call that is over time may go on until the process ends itself.
constexpr int scriptCallMilliseconds = 1000;
/// The most that a script may send, or say, at once.
constexpr qsizetype largestScriptPiece = 1 << 24;

/// A message as it goes through the pipe: its size (4 bytes, big endian), its kind, its fields.
QByteArray toFrame(const ToScript& message);
QByteArray toFrame(const FromScript& message);

/// Splits what comes through a pipe into messages. The other side may be hostile: what cannot be read is an error, and
/// nothing is taken after it.
class ScriptFrames {
public:
    /// Bytes from the pipe, in any pieces.
    void feed(QByteArrayView bytes) { m_pending.append(bytes); }
    /// What came is no frame; nothing more comes out.
    bool isBroken() const { return m_isBroken; }
    /// The next whole message, or nothing yet.
    std::optional<ToScript> nextToScript();
    /// The next whole message, or nothing yet.
    std::optional<FromScript> nextFromScript();

private:
    template <typename Message>
    std::optional<Message> next();

    QByteArray m_pending;
    qsizetype m_taken = 0; // of m_pending
    bool m_isBroken = false;
};

} // namespace sw
