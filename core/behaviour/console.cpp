// SPDX-License-Identifier: MIT
#include "core/behaviour/console.h"

#include "core/address/hosts.h"

#include <QHostAddress>
#include <QRegularExpression>
#include <QScopeGuard>

#include <algorithm>

namespace sw {

namespace {

constexpr qsizetype longestLine = 65536;
constexpr std::size_t mostSessions = 20; // each is a process
constexpr qsizetype longestName = 100;
constexpr qsizetype longestFirstLine = 1024; // bytes

bool isOfThisMachine(const LocalEnd& local) {
    const auto place = parseHostPort(local.peerName(), false);
    return !place || place->host.isEmpty() || QHostAddress(place->host).isNull() ||
           QHostAddress(place->host).isLoopback();
}

/// Who speaks, where that is no person at a prompt; empty: perhaps one. Looks at the first bytes of a connection. A web
/// page can have a browser send a request to any port of this machine, and the lines of its body would be run.
QString strangerIn(QByteArrayView first) {
    constexpr char handshake = 0x16; // RFC 8446, section 5.1
    if (first.startsWith(handshake))
        return QStringLiteral("a TLS client");
    // RFC 9112, section 3: a method, a target, a version; and what older and newer versions begin with
    static const QRegularExpression request(
        QStringLiteral("^\\s*(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+\\s+\\S+\\s+HTTP/|"
                       "(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PRI|PROPFIND|MKCOL|MOVE|COPY|LOCK|"
                       "UNLOCK|REPORT|SEARCH|QUERY)\\s+\\S)"),
        QRegularExpression::CaseInsensitiveOption);
    const QString line = QString::fromLatin1(first.first(std::max<qsizetype>(first.indexOf('\n'), 0)));
    if (request.match(line).hasMatch())
        return QStringLiteral("an HTTP request, as a web page can send one");
    if (std::any_of(line.begin(), line.end(),
                    [](QChar c) { return c < QLatin1Char(' ') && c != QLatin1Char('\t') && c != QLatin1Char('\r'); }))
        return QStringLiteral("a program: a session's name has no control bytes");
    return {};
}

} // namespace

ConsoleBehaviour::~ConsoleBehaviour() {
    if (m_process)
        m_process->remove(m_id);
}

Acceptance ConsoleBehaviour::acceptor(LocalEnd& local) {
    Acceptance decision;
    decision.isTaken = m_sessions->allowsRemote || isOfThisMachine(local);
    return decision;
}

void ConsoleBehaviour::opened(LocalEnd& local) {
    m_local = &local;
    if (local.isDatagram())
        return;
    // also for a connection that was there before it got its console, or that we opened
    m_isRefused = !m_sessions->allowsRemote && !isOfThisMachine(local);
    if (m_isRefused) {
        local.tell(EventKind::Warning,
                   sentence(QT_TRANSLATE_NOOP("Core", "no console for a peer that is not of this machine")), {});
        local.close();
        return;
    }
    local.send("session: ");
}

void ConsoleBehaviour::filter(LocalEnd& local, QByteArrayView bytes) {
    if (local.isDatagram() || m_isRefused)
        return; // a prompt needs a stream
    m_local = &local;
    m_pending.append(bytes);
    work();
}

void ConsoleBehaviour::secured(LocalEnd&) {
    m_pending.clear();
    m_searched = 0;
}

void ConsoleBehaviour::endOfStream(LocalEnd& local) {
    m_local = &local;
    m_hasPeerEnded = true;
    work();
}

/// Evaluates the first line that waits; the next when its value has come.
void ConsoleBehaviour::work() {
    constexpr char handshake = 0x16;
    if (m_isWorking)
        return; // a line was answered at once: the loop goes on
    m_isWorking = true;
    const auto over = qScopeGuard([this] { m_isWorking = false; });
    while (!m_isEvaluating && !m_hasEnded && !m_isRefused) {
        const qsizetype end = m_pending.indexOf('\n', m_searched);
        if (!m_process && (end < 0 ? m_pending.size() : end) > longestFirstLine) {
            refuse(sentence(QT_TRANSLATE_NOOP("Core", "a program: a session's name is not so long")));
            return;
        }
        if (!m_process && (end >= 0 || m_pending.startsWith(handshake))) {
            if (const QString stranger = strangerIn(m_pending); !stranger.isEmpty()) {
                refuse(stranger);
                return;
            }
        }
        if (end < 0) {
            m_searched = m_pending.size();
            break;
        }
        const QString text = QString::fromUtf8(m_pending.first(end)).trimmed();
        m_pending.remove(0, end + 1);
        m_searched = 0;
        if (!m_process)
            begin(text);
        else if (text.isEmpty())
            say("> ");
        else
            evaluate(text);
    }
    if (m_hasEnded || m_isRefused)
        return;
    if (m_isEvaluating) {
        sw::holdReceiving(*m_local, true);
        return;
    }
    sw::holdReceiving(*m_local, m_isHeldByScript);
    if (m_hasPeerEnded) {
        m_local->closeAfterPeer();
    } else if (m_pending.size() > longestLine) {
        m_pending.clear();
        m_searched = 0;
        say("a line has at most 65536 bytes\n> ");
    }
}

/// Nothing of it is run.
void ConsoleBehaviour::refuse(const QString& who) {
    m_isRefused = true;
    m_pending.clear();
    m_local->tell(EventKind::Warning, sentence(QT_TRANSLATE_NOOP("Core", "no console for %1"), who), {});
    say("this is a console, not for programs\n");
    m_local->close();
}

void ConsoleBehaviour::begin(const QString& text) {
    const QString name = text.isEmpty() ? QStringLiteral("default") : text.left(longestName);
    auto& session = m_sessions->byName[name];
    const bool isNew = !session;
    if (isNew && m_sessions->byName.size() > mostSessions) {
        m_sessions->byName.erase(name);
        say(QStringLiteral("there are %1 sessions already\n").arg(mostSessions).toUtf8());
        m_isRefused = true;
        m_local->close();
        return;
    }
    if (isNew)
        session = {new ScriptProcess(QStringLiteral("console")),
                   [](ScriptProcess* process) { process->deleteLater(); }};
    m_process = session;
    m_id = m_process->add(*this, *m_local);
    say((isNew ? QStringLiteral("session “%1” begins\n> ") : QStringLiteral("session “%1” goes on\n> "))
            .arg(name)
            .toUtf8());
}

void ConsoleBehaviour::evaluate(const QString& line) {
    m_isEvaluating = true;
    m_failure.clear();
    m_process->call(m_id, ScriptHook::Line, {}, line);
}

void ConsoleBehaviour::value(const QString& text, bool isError) {
    if (!std::exchange(m_isEvaluating, false))
        return;
    const QString shown = isError ? QStringLiteral("error: ") + (text.isEmpty() ? m_failure : text) : text;
    say(QByteArray(shown.toUtf8()).append("\n> "));
    work();
}

/// Of a line whose process had to be ended: its value comes next. Otherwise of a timer.
void ConsoleBehaviour::failed(const ScriptFailure& failure) {
    m_failure = failure.error.detail;
    if (!m_isEvaluating)
        say(QStringLiteral("error: %1\n").arg(m_failure).toUtf8());
}

void ConsoleBehaviour::loaded() {
    if (const auto problem = m_process->problem())
        failed(*problem);
}

void ConsoleBehaviour::log(ScriptLogLevel level, const QString& text) {
    if (!m_hasEnded)
        m_process->tellLog(*m_local, level, text);
}

void ConsoleBehaviour::act(ScriptAction action, const QString& text) {
    if (m_hasEnded)
        return;
    if (action == ScriptAction::StartTls) {
        m_process->beginTls(m_id, *m_local, text);
    } else if (action == ScriptAction::Pause || action == ScriptAction::Resume) {
        m_isHeldByScript = action == ScriptAction::Pause;
        if (!m_isEvaluating)
            sw::holdReceiving(*m_local, m_isHeldByScript);
    } else {
        m_process->carryOut(*m_local, action, text);
    }
}

void ConsoleBehaviour::begunAnew(bool) {
    m_isHeldByScript = false;
    if (!m_hasEnded && !m_isEvaluating)
        sw::holdReceiving(*m_local, false);
}

/// Nothing where nobody can read it any more.
void ConsoleBehaviour::say(QByteArrayView text) const {
    if (!m_hasEnded && m_local->maySend())
        m_local->send(text);
}

void ConsoleBehaviour::sentinel(const ClosingRecord&) {
    m_hasEnded = true;
    if (m_process)
        m_process->remove(std::exchange(m_id, 0));
}

} // namespace sw
