// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptprocess.h"

#include "core/behaviour/scripthost.h"
#include "core/behaviour/scriptprogram.h"
#include "core/behaviour/scriptworker.h"

#include <QScopeGuard>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <limits>

namespace sw {

namespace {

constexpr std::chrono::milliseconds lookInterval(100);
constexpr qsizetype mostLastWords = 4096;
constexpr int mostKilledStarts = 5; // in a row

/// What scriptpipe::lastWords() wrote.
struct LastWords {
    int id = 0;
    bool isTimer = false;
    std::size_t place = std::numeric_limits<std::size_t>::max(); ///< of the message, among those that are not answered

    static LastWords of(const QByteArray& text) {
        const QByteArrayList words = text.trimmed().split('\n').constLast().split(' ');
        constexpr qsizetype count = 4;
        bool ok = words.size() == count;
        LastWords read;
        if (!ok)
            return read;
        read.id = words.at(1).toInt();
        read.isTimer = words.at(2).toInt() == static_cast<int>(ScriptHook::Timer);
        const std::size_t place = words.at(3).toUInt(&ok);
        if (ok)
            read.place = place;
        return read;
    }
};

QString hookText(ScriptHook hook) {
    return hook == ScriptHook::Line ? QStringLiteral("the line")
                                    : QString::fromLatin1(hookName(hook)) + QStringLiteral("()");
}

} // namespace

Facts ScriptFailure::facts() const {
    Facts facts{{Fact::Error, error.toJson()}};
    if (!stack.isEmpty())
        facts.add(Fact::Stack, stack);
    return facts;
}

ScriptProcess::ScriptProcess(QString name, QObject* parent) : QObject(parent), m_name(std::move(name)), m_look(this) {
    m_look.setInterval(lookInterval);
    QObject::connect(&m_look, &QTimer::timeout, this, &ScriptProcess::look);
}

ScriptProcess::~ScriptProcess() {
    if (m_process)
        dropProcess();
    for (QProcess* process : findChildren<QProcess*>()) { // killed: the system needs a moment
        process->disconnect();
        process->waitForFinished();
    }
}

void ScriptProcess::load(const QString& text) {
    m_text = text;
    m_isLoaded = false;
    m_hasLoadFailed = false;
    m_problem.reset();
    if (m_process)
        post(script::Load{.name = m_name, .text = text}, 0, std::nullopt, true);
    else
        start();
}

bool ScriptProcess::hearsSent(int id) const {
    const auto found = m_clients.find(id);
    return !m_isLoaded || m_hearsSent || (found != m_clients.end() && found->second.hearsSent);
}

int ScriptProcess::add(ScriptClient& client, const LocalEnd& local) {
    const int id = ++m_lastId;
    script::Add known{.id = id,
                      .name = local.ownName(),
                      .peer = local.peerName(),
                      .listener = local.listenerName(),
                      .isDatagram = local.isDatagram(),
                      .program = {},
                      .user = {}};
    if (const auto who = local.credentials()) {
        known.pid = who->pid;
        known.uid = who->uid;
        known.gid = who->gid;
        known.program = who->program;
        known.user = who->user;
    }
    if (m_problem && !m_hasLoadFailed) // it could not be started, or ended; perhaps it can now
        m_problem.reset();
    const bool wasRunning = m_process != nullptr;
    m_clients[id] = {.client = &client, .known = known};
    if (!wasRunning && !m_problem)
        start(); // tells of it too
    else if (wasRunning) {
        updateListener();
        post(known, id);
    }
    return id;
}

void ScriptProcess::remove(int id) {
    const auto found = m_clients.find(id);
    if (found == m_clients.end())
        return;
    if (awaits(id, ScriptHook::Sentinel)) {
        found->second.client = nullptr; // forgotten once that was called
        return;
    }
    m_clients.erase(found);
    if (m_process)
        post(script::Remove{.id = id}, id);
}

bool ScriptProcess::awaits(int id, ScriptHook hook) const {
    const auto isIt = [&](const Unanswered& one) { return one.id == id && one.hook == hook; };
    return std::any_of(m_unanswered.begin(), m_unanswered.end(), isIt) ||
           std::any_of(m_heldBack.begin(), m_heldBack.end(), isIt);
}

void ScriptProcess::call(int id, ScriptHook hook, const QByteArray& bytes, const QString& text, const QString& more) {
    if (!m_process && m_problem) { // nobody is there to answer
        answer({.frame = {}, .id = id, .hook = hook});
        return;
    }
    if (!m_process)
        start();
    if (hook == ScriptHook::ListenerClosed)
        updateListener();
    post(script::Call{.id = id, .hook = hook, .bytes = bytes, .text = text, .more = more}, id, hook);
}

void ScriptProcess::carryOut(LocalEnd& local, ScriptAction action, const QString& text) const {
    switch (action) {
    case ScriptAction::Close:
        local.close();
        break;
    case ScriptAction::CloseAfterPeer:
        local.closeAfterPeer();
        break;
    case ScriptAction::Abort:
        local.abort();
        break;
    case ScriptAction::ShutDown:
        sw::endSending(local);
        break;
    case ScriptAction::ShutDownReceiving:
        if (StreamEnd* stream = local.stream())
            stream->endReceiving();
        break;
    case ScriptAction::Mark:
        local.tell(EventKind::Marked, text, {{Fact::Script, m_name}});
        break;
    case ScriptAction::Record:
    case ScriptAction::Unrecord:
        local.setRecorded(action == ScriptAction::Record);
        break;
    case ScriptAction::StartTls:
    case ScriptAction::Pause:
    case ScriptAction::Resume:
        break; // the client's
    }
}

void ScriptProcess::beginTls(int id, LocalEnd& local, const QString& options) {
    if (whyNotForScripts(options).isEmpty()) // its own process says so too, but that is the script's
        sw::beginTls(local, options);
    if (clientOf(id) != nullptr && m_process && !isStartingTls(local))
        post(script::StillClear{.id = id}, id);
}

void ScriptProcess::forgetText(int id) {
    for (std::deque<Unanswered>* calls : {&m_unanswered, &m_heldBack}) {
        for (Unanswered& one : *calls) {
            const bool isText = one.hook == ScriptHook::Filter || one.hook == ScriptHook::Malformed;
            one.isStale = one.isStale || (one.id == id && isText);
        }
    }
}

void ScriptProcess::post(const ToScript& message, int id, std::optional<ScriptHook> hook, bool isLoad) {
    Unanswered one{.frame = toFrame(message), .id = id, .hook = hook, .isLoad = isLoad};
    m_waitingBytes += one.frame.size();
    if (hook && !m_heldBack.empty())
        m_heldBack.push_back(std::move(one));
    else
        pass(std::move(one));
}

void ScriptProcess::pass(Unanswered one) {
    if (m_unanswered.empty())
        m_sinceAnswer.start();
    m_process->write(one.frame);
    m_unanswered.push_back(std::move(one));
    if (!m_look.isActive())
        m_look.start();
}

void ScriptProcess::flush() {
    if (m_process && m_process->state() == QProcess::Running && m_process->bytesToWrite() > 0)
        m_process->waitForBytesWritten(0); // waits for nothing: the next round of the loop would write it
}

/// A new process, which is told all that is to be known.
void ScriptProcess::start() {
    m_process = makeScriptProgram();
    m_frames = {};
    m_lastWords.clear();
    m_hasSpoken = false;
    QObject::connect(m_process.get(), &QProcess::readyReadStandardOutput, this, &ScriptProcess::read);
    QObject::connect(m_process.get(), &QProcess::readyReadStandardError, this, [this] {
        m_lastWords.append(m_process->readAllStandardError());
        m_lastWords = m_lastWords.right(mostLastWords);
    });
    // later: both can come in the middle of a call of ours, while what the process said is being dealt with
    QObject::connect(
        m_process.get(), &QProcess::finished, this,
        [this, process = m_process.get()] {
            if (m_process.get() != process)
                return; // it was ended, and another has begun
            read();     // what it said before
            if (m_process.get() == process)
                ended(howScriptEnded(*process));
        },
        Qt::QueuedConnection);
    QObject::connect(
        m_process.get(), &QProcess::errorOccurred, this,
        [this, process = m_process.get()](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart && m_process.get() == process)
                giveUp({.error = cannotStartScript(m_name, *process), .stack = {}});
        },
        Qt::QueuedConnection);
    m_process->start();
    m_sinceAnswer.start();
    m_listenerTold = {};
    updateListener();
    if (m_text) {
        m_isLoaded = false;
        post(script::Load{.name = m_name, .text = *m_text}, 0, std::nullopt, true);
    } else {
        m_isLoaded = true;
    }
    for (auto& [id, client] : m_clients) {
        client.hearsSent = false;
        post(client.known, id);
    }
}

void ScriptProcess::updateListener() {
    if (!m_listener)
        return;
    script::ListenerIs now{
        .name = m_listener->name(), .address = m_listener->address(), .isOpen = m_listener->isOpen()};
    if (now.fields() == m_listenerTold.fields())
        return;
    m_listenerTold = now;
    post(now);
}

void ScriptProcess::read() {
    if (!m_process || m_isReading)
        return; // it goes on in the loop below
    m_isReading = true;
    const auto over = qScopeGuard([this] { m_isReading = false; });
    m_frames.feed(m_process->readAllStandardOutput());
    while (const auto message = m_frames.nextFromScript()) {
        m_hasSpoken = true;
        std::visit([this](const auto& one) { handle(one); }, *message);
        if (!m_process)
            return;                                        // given up meanwhile
        m_frames.feed(m_process->readAllStandardOutput()); // what came while it was handled
    }
    if (m_frames.isBroken())
        ended(QStringLiteral("made its process say what cannot be understood"));
}

/// A process that does not answer is ended. Answers may have come that this thread had no time to read.
void ScriptProcess::look() {
    if (m_unanswered.empty() || !m_process) {
        m_look.stop();
        return;
    }
    const auto isLate = [this] {
        return m_process && !m_unanswered.empty() &&
               m_sinceAnswer.elapsed() > (m_hasSpoken ? callLimit : startLimit).count();
    };
    if (!isLate())
        return;
    m_process->waitForReadyRead(0); // waits for nothing
    read();
    if (isLate())
        ended(QStringLiteral("did not answer within %1 s").arg((m_hasSpoken ? callLimit : startLimit).count() / 1000));
}

/// Its end may take the system a while, when much memory has to be given back: nobody waits for that.
void ScriptProcess::dropProcess() {
    QProcess* process = m_process.release();
    process->disconnect(this);
    process->setParent(this);
    if (process->state() == QProcess::NotRunning) {
        process->deleteLater();
        return;
    }
    QObject::connect(process, &QProcess::finished, process, &QObject::deleteLater);
    process->kill();
}

void ScriptProcess::ended(const QString& why) {
    m_lastWords.append(m_process->readAllStandardError());
    const bool isSpent = m_process->exitCode() == ScriptIsSpent && m_process->exitStatus() == QProcess::NormalExit &&
                         m_process->state() == QProcess::NotRunning;
    // killed by somebody, or by us because it was late: the text may be as good as before
    bool isItsOwnFault = m_process->state() == QProcess::NotRunning;
#ifdef SIGKILL
    isItsOwnFault =
        isItsOwnFault && !(m_process->exitStatus() == QProcess::CrashExit && m_process->exitCode() == SIGKILL);
#endif
    dropProcess();
    if (m_lastWords.contains("LIMITS ")) {
        giveUp({.error = cannotBeginScript(m_name, m_lastWords), .stack = {}});
        return;
    }
    if (isSpent) { // it has said why
        if (m_hasLoadFailed)
            giveUp(m_problem.value_or(failureOf(m_name, 0, {})));
        else
            beginAnew();
        return;
    }
    const LastWords words = LastWords::of(m_lastWords);
    if (words.isTimer) {
        beginAnew();
        failCall({.frame = {}, .id = words.id, .hook = ScriptHook::Timer}, why);
        return;
    }
    const auto isWork = [](const Unanswered& one) { return one.isLoad || one.hook.has_value(); };
    auto culprit = m_unanswered.end();
    if (words.place < m_unanswered.size() && isWork(m_unanswered[words.place]))
        culprit = std::next(m_unanswered.begin(), static_cast<std::ptrdiff_t>(words.place));
    else if (std::count_if(m_unanswered.begin(), m_unanswered.end(), isWork) == 1)
        culprit = std::find_if(m_unanswered.begin(), m_unanswered.end(), isWork);
    if (culprit == m_unanswered.end()) { // nobody, or one that is found when they are made one by one
        const bool isNobody = std::none_of(m_unanswered.begin(), m_unanswered.end(), isWork);
        beginAnew();
        if (isNobody)
            failCall({}, why);
    } else if (culprit->isLoad) {
        if (!isItsOwnFault && ++m_killedStarts < mostKilledStarts) { // by somebody: what waits is not lost by that
            beginAnew();
            return;
        }
        m_hasLoadFailed = isItsOwnFault; // otherwise the next connection tries again
        giveUp(failureOf(QStringLiteral("%1: stopped: reading it %2").arg(m_name, why), 0, {}));
    } else {
        const Unanswered one = *culprit;
        m_unanswered.erase(culprit);
        beginAnew(); // first: whoever is answered calls again
        failCall(one, why);
        answer(one);
    }
}

/// Calls that were not answered are made again: what they had sent was lost with the process, unless it was told of.
void ScriptProcess::beginAnew() {
    if (m_process)
        return; // somebody who heard of it has called already
    std::deque<Unanswered> waiting = std::exchange(m_unanswered, {});
    std::move(m_heldBack.begin(), m_heldBack.end(), std::back_inserter(waiting));
    m_heldBack.clear();
    m_waitingBytes = 0;
    if (waiting.empty() && m_clients.empty())
        return; // with the next connection
    start();
    std::vector<Unanswered> dropped;
    for (Unanswered& one : waiting) {
        if (!one.hook || (one.id != 0 && !m_clients.contains(one.id)))
            continue;
        if (one.isStale) { // clear text from before TLS: the new process does not know that it was
            dropped.push_back(std::move(one));
            continue;
        }
        m_waitingBytes += one.frame.size();
        m_heldBack.push_back(std::move(one));
    }
    m_suspects = m_heldBack.size();
    passNext();
    std::vector<std::pair<int, bool>> all; // what they hear may end some of them
    for (auto& [id, client] : m_clients)
        all.emplace_back(id, std::exchange(client.hasOwn, false));
    for (const Unanswered& one : dropped)
        over(one);
    for (const auto& [id, hasLostOwn] : all) {
        if (ScriptClient* client = clientOf(id))
            client->begunAnew(hasLostOwn);
    }
}

/// After an end those that waited go one by one, so that it is known which of them ends the next process; then all that
/// came since.
void ScriptProcess::passNext() {
    if (!m_unanswered.empty() || !m_process)
        return;
    while (!m_heldBack.empty()) {
        Unanswered next = std::move(m_heldBack.front());
        m_heldBack.pop_front();
        pass(std::move(next));
        if (m_suspects > 0) {
            --m_suspects;
            return;
        }
    }
}

/// Nothing runs: the connections go on without their script, and new ones are refused.
void ScriptProcess::giveUp(const ScriptFailure& failure) {
    if (m_process)
        dropProcess();
    m_problem = failure;
    m_isLoaded = true;
    m_look.stop();
    emit loadingEnded();
    tellClients();
    std::deque<Unanswered> waiting = std::exchange(m_unanswered, {});
    std::move(m_heldBack.begin(), m_heldBack.end(), std::back_inserter(waiting));
    m_heldBack.clear();
    m_waitingBytes = 0;
    for (const Unanswered& one : waiting)
        answer(one);
}

void ScriptProcess::tellClients() {
    std::vector<int> ids; // what they hear may end some of them
    for (const auto& [id, client] : m_clients)
        ids.push_back(id);
    for (const int id : ids) {
        if (ScriptClient* client = clientOf(id))
            client->loaded();
    }
}

/// Whoever waits for it waits no more: nobody will answer.
void ScriptProcess::answer(const Unanswered& one) {
    ScriptClient* client = one.hook ? clientOf(one.id) : nullptr;
    if (client != nullptr && *one.hook == ScriptHook::Acceptor)
        client->decided(false);
    if (client != nullptr && *one.hook == ScriptHook::Line)
        client->value({}, true);
    over(one);
}

void ScriptProcess::over(const Unanswered& one) {
    if (!one.hook)
        return;
    if (ScriptClient* client = clientOf(one.id))
        client->answered(*one.hook);
    const auto found = m_clients.find(one.id);
    if (*one.hook == ScriptHook::Sentinel && found != m_clients.end() && found->second.client == nullptr)
        m_clients.erase(found);
}

void ScriptProcess::failCall(const Unanswered& one, const QString& why) {
    const QString text =
        QStringLiteral("%1: stopped: %2 %3. The script was begun anew in another process: what it kept "
                       "(store, data, timers) is gone")
            .arg(m_name, one.hook ? hookText(*one.hook) : QStringLiteral("the script"), why);
    const ScriptFailure failure = failureOf(text, 0, {});
    if (ScriptClient* client = clientOf(one.id)) {
        client->failed(failure);
    } else if (m_listener) {
        m_listener->tell(EventKind::BehaviourFailed, failure.error.detail, failure.facts());
    } else {
        for (const auto& [id, known] : m_clients) {
            if (known.client != nullptr) {
                known.client->failed(failure);
                break;
            }
        }
    }
}

ScriptFailure ScriptProcess::failureOf(const QString& text, int line, const QString& stack) {
    return {.error = scriptError(text, line), .stack = stack};
}

ScriptClient* ScriptProcess::clientOf(int id) const {
    const auto found = m_clients.find(id);
    return found == m_clients.end() ? nullptr : found->second.client;
}

void ScriptProcess::handle(const script::Done& done) {
    m_sinceAnswer.start();
    for (quint32 i = 0; i < done.count && !m_unanswered.empty(); ++i) {
        const Unanswered one = std::move(m_unanswered.front());
        m_unanswered.pop_front();
        m_waitingBytes -= one.frame.size();
        over(one);
    }
    passNext();
}

void ScriptProcess::handle(const script::Loaded& loaded) {
    m_isLoaded = true;
    m_hasLoadFailed = false;
    m_killedStarts = 0;
    m_problem.reset();
    m_framer = loaded.framer;
    m_hearsSent = loaded.hearsSent;
    emit loadingEnded();
    tellClients();
}

void ScriptProcess::handle(const script::LoadFailed& failed) {
    m_isLoaded = true;
    m_hasLoadFailed = true;
    m_problem = failureOf(failed.text, failed.line, failed.stack);
    emit loadingEnded();
    tellClients();
}

void ScriptProcess::handle(const script::CallFailed& failed) {
    const ScriptFailure failure = failureOf(failed.text, failed.line, failed.stack);
    if (ScriptClient* client = clientOf(failed.id))
        client->failed(failure);
    else if (m_listener && failed.id == 0)
        m_listener->tell(EventKind::BehaviourFailed, failure.error.detail, failure.facts());
}

void ScriptProcess::handle(const script::Decided& decided) {
    const auto found = m_clients.find(decided.id);
    if (found == m_clients.end())
        return;
    found->second.hearsSent = decided.hearsSent;
    found->second.hasOwn = decided.hasOwn;
    if (ScriptClient* client = found->second.client)
        client->decided(decided.isTaken && !m_problem);
}

void ScriptProcess::handle(const script::Send& send) {
    if (ScriptClient* client = clientOf(send.id))
        client->send(send.bytes);
}

void ScriptProcess::handle(const script::Act& act) {
    if (ScriptClient* client = clientOf(act.id))
        client->act(act.action, act.text);
}

void ScriptProcess::handle(const script::ActOnListener& act) {
    if (!m_listener)
        return;
    switch (act.action) {
    case ScriptListenerAction::Close:
        m_listener->close();
        break;
    case ScriptListenerAction::Accept:
        m_listener->acceptOne();
        break;
    case ScriptListenerAction::Pause:
    case ScriptListenerAction::Resume:
        m_listener->setPaused(act.action == ScriptListenerAction::Pause);
        break;
    }
}

void ScriptProcess::handle(const script::Log& log) {
    if (ScriptClient* client = clientOf(log.id)) {
        client->log(log.level, log.text);
    } else if (m_listener) {
        tellLog(*m_listener, log.level, log.text);
    } else {
        for (const auto& [id, known] : m_clients) {
            if (known.client != nullptr) {
                known.client->log(log.level, log.text);
                break;
            }
        }
    }
}

void ScriptProcess::handle(const script::Value& value) {
    if (ScriptClient* client = clientOf(value.id))
        client->value(value.text, value.isError);
}

void ScriptProcess::tellLog(EventTeller& teller, ScriptLogLevel level, const QString& text) const {
    Facts facts{{Fact::Script, m_name}};
    if (level != ScriptLogLevel::Plain)
        facts.add(Fact::Level, level == ScriptLogLevel::Error ? QStringLiteral("error") : QStringLiteral("warning"));
    teller.tell(level == ScriptLogLevel::Plain ? EventKind::BehaviourLog : EventKind::Warning, text, facts);
}

} // namespace sw
