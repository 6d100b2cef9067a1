// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptworker.h"

#include "core/behaviour/scriptlimits.h"
#include "core/behaviour/scriptpipe.h"
#include "core/behaviour/scriptruntime.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <cstdio>
#include <system_error>

namespace sw {

namespace {

using Clock = ScriptHost::Time::clock;

/// Answers are kept together for at most so long, or so much.
constexpr std::chrono::milliseconds longestHold(2);
constexpr qsizetype mostHeld = 262144;
/// Bytes that were in buffers of the engine, until garbage is collected.
constexpr qsizetype mostBuffered = 32 << 20;
/// Timers that are due are called for at most so long before messages are read again.
constexpr std::chrono::milliseconds timerRound(10);

class ScriptWorker {
public:
    ScriptWorker() : m_runtime([this](const FromScript& message) { tell(message); }) {}

    void warmUp() { m_runtime.warmUp(); }

    int run() {
        while (const auto bytes = scriptpipe::read(untilNextTimer())) {
            m_frames.feed(*bytes);
            while (const auto message = m_frames.nextToScript()) {
                scriptlimits::renewProcessorTime();
                std::visit([this](const auto& one) { handle(one); }, *message);
                ++m_done;
                if (m_buffered > mostBuffered) {
                    m_buffered = 0;
                    m_runtime.collectGarbage();
                }
                if (m_isSpent || Clock::now() - m_lastFlush >= longestHold)
                    flush();
                if (m_isSpent)
                    return ScriptIsSpent;
            }
            if (m_frames.isBroken())
                return ScriptCannotRun;
            runTimers();
            flush();
            if (m_isSpent)
                return ScriptIsSpent;
            if (m_hasGone)
                break;
        }
        return ScriptEnded;
    }

private:
    using Failure = ScriptRuntime::Failure;

    ScriptHost& host() { return m_runtime.host(); }

    std::chrono::milliseconds untilNextTimer() {
        if (host().timers.empty())
            return std::chrono::milliseconds(-1);
        const auto left = host().timers.begin()->first - Clock::now();
        return std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds(0));
    }

    void tell(const FromScript& message) {
        if (const auto* send = std::get_if<script::Send>(&message))
            m_buffered += send->bytes.size();
        m_out.append(toFrame(message));
        if (m_out.size() >= mostHeld)
            flush();
    }

    /// What is written tells how far the script is: what was not told of can be done once more.
    void flush() {
        if (m_done > 0) {
            m_out.append(toFrame(script::Done{.count = std::exchange(m_done, 0U)}));
            scriptpipe::told();
        }
        m_lastFlush = Clock::now();
        if (!m_out.isEmpty() && !scriptpipe::write(m_out))
            m_hasGone = true;
        m_out.resize(0);
    }

    void fail(int id, const Failure& failure) {
        m_isSpent = m_isSpent || failure.isOutOfMemory;
        tell(script::CallFailed{.id = id, .text = failure.text, .line = failure.line, .stack = failure.stack});
    }

    void handle(const script::Load& load) {
        scriptpipe::calls(0, static_cast<int>(ScriptHook::Line), m_done);
        const auto framer = m_runtime.load(load.name, load.text);
        m_cannotRun = !framer;
        m_isSpent = m_isSpent || (!framer && framer.error().isOutOfMemory);
        if (framer)
            tell(script::Loaded{.framer = *framer, .hearsSent = m_runtime.has(0, ScriptHook::Sent)});
        else
            tell(script::LoadFailed{
                .text = framer.error().text, .line = framer.error().line, .stack = framer.error().stack});
    }

    void handle(const script::Check& check) {
        scriptpipe::calls(0, static_cast<int>(ScriptHook::Line), m_done);
        if (const auto checked = m_runtime.check(check.name, check.text))
            tell(script::Loaded{});
        else
            tell(script::LoadFailed{.text = checked.error().text, .line = checked.error().line, .stack = {}});
    }

    void handle(const script::ListenerIs& listener) { host().listener = listener; }

    void handle(const script::Add& add) { host().connections[add.id] = {.known = add}; }

    void handle(const script::Remove& remove) { m_runtime.forget(remove.id); }

    void handle(const script::StillClear& clear) {
        if (auto* connection = host().find(clear.id))
            connection->isStartingTls = connection->hasDroppedText = false;
    }

    void handle(const script::Call& call) {
        scriptpipe::calls(call.id, static_cast<int>(call.hook), m_done);
        m_buffered += call.bytes.size();
        if (call.hook == ScriptHook::ListenerClosed) {
            if (const auto done = m_runtime.call(0, call.hook, {call.text, call.more}); !done)
                fail(0, done.error());
            return;
        }
        auto* connection = host().find(call.id);
        if (connection == nullptr)
            return;
        if (call.hook == ScriptHook::Acceptor) {
            accept(call.id);
        } else if (call.hook == ScriptHook::Line) {
            evaluate(call);
        } else if (call.hook == ScriptHook::Sentinel) {
            if (!m_cannotRun && m_runtime.has(call.id, call.hook))
                run(call, {call.text, call.more});
            m_runtime.forget(call.id);
        } else if (!connection->isClosed && !m_cannotRun && !isClearText(*connection, call)) {
            serve(call);
        }
    }

    void serve(const script::Call& call) {
        if (!m_runtime.has(call.id, call.hook)) {
            if (call.hook == ScriptHook::End)
                tell(script::Act{.id = call.id, .action = ScriptAction::CloseAfterPeer, .text = {}});
            else if (call.hook == ScriptHook::Opened)
                run(call, {}); // the prelude gets to know the connection
        } else if (call.hook == ScriptHook::Filter || call.hook == ScriptHook::Sent) {
            run(call, {m_runtime.bytes(call.bytes)});
        } else if (call.hook == ScriptHook::Malformed) {
            run(call, {m_runtime.bytes(call.bytes), call.text});
        } else {
            run(call, {});
        }
    }

    void run(const script::Call& call, const QJSValueList& arguments) {
        if (const auto done = m_runtime.call(call.id, call.hook, arguments); !done)
            fail(call.id, done.error());
    }

    /// What arrived after TLS was asked for: somebody on the way could have put it there.
    bool isClearText(ScriptHost::Connection& connection, const script::Call& call) {
        if (call.hook == ScriptHook::Secured)
            connection.isStartingTls = connection.hasDroppedText = false;
        const bool isText = call.hook == ScriptHook::Filter || call.hook == ScriptHook::Malformed;
        if (!connection.isStartingTls || !isText || connection.known.isDatagram)
            return false;
        if (!std::exchange(connection.hasDroppedText, true))
            tell(script::Log{.id = call.id,
                             .level = ScriptLogLevel::Warning,
                             .text = QStringLiteral("what came in clear text after TLS was asked for is not taken")});
        return true;
    }

    /// Whoever guards a door with a script wants it shut when the script fails.
    void accept(int id) {
        bool isTaken = !m_cannotRun;
        bool hasOwn = false;
        if (isTaken && m_runtime.has(id, ScriptHook::Acceptor)) {
            const auto decision = m_runtime.call(id, ScriptHook::Acceptor);
            isTaken = decision && decision->toBool();
            m_runtime.askAgain(id);
            hasOwn = isTaken && m_runtime.hasOwn(id);
            if (!decision)
                fail(id, decision.error());
        }
        tell(script::Decided{
            .id = id, .isTaken = isTaken, .hearsSent = m_runtime.has(id, ScriptHook::Sent), .hasOwn = hasOwn});
    }

    void evaluate(const script::Call& call) {
        constexpr qsizetype longestAnswer = 1 << 20;
        // `let` and `const` of one line would be gone in the next: at a prompt they are meant to stay
        static const QRegularExpression declaration(QStringLiteral("^(let|const)\\s+(?=[A-Za-z_$])"));
        const auto value = m_runtime.evaluate(call.id, QString(call.text).replace(declaration, QStringLiteral("var ")));
        m_isSpent = m_isSpent || (!value && value.error().isOutOfMemory);
        tell(script::Value{
            .id = call.id, .isError = !value, .text = (value ? *value : value.error().text).left(longestAnswer)});
    }

    void runTimers() {
        const auto begin = Clock::now();
        while (Clock::now() - begin < timerRound && !m_hasGone) {
            const auto due = host().takeDue(begin); // those of now: one that starts itself again waits
            if (!due)
                break;
            const auto* connection = host().find(due->id);
            if (connection == nullptr || connection->isClosed)
                continue;
            scriptlimits::renewProcessorTime();
            scriptpipe::calls(due->id, static_cast<int>(ScriptHook::Timer), m_done);
            const bool isCalled = due->isAlarm || m_runtime.has(due->id, ScriptHook::Timer);
            const auto done = !isCalled      ? ScriptRuntime::Outcome<QJSValue>()
                              : due->isAlarm ? m_runtime.fire(due->id, due->token)
                                             : m_runtime.call(due->id, ScriptHook::Timer, {due->token});
            if (!done)
                fail(due->id, done.error());
        }
    }

    ScriptFrames m_frames;
    QByteArray m_out;
    Clock::time_point m_lastFlush = Clock::now();
    quint32 m_done = 0;       // that the program has not been told of
    qsizetype m_buffered = 0; // bytes of buffers since garbage was collected
    bool m_hasGone = false;
    bool m_isSpent = false;
    bool m_cannotRun = false; // its top failed
    ScriptRuntime m_runtime;  // last: its end tells nothing any more
};

} // namespace

int runScriptWorker(int argc, char** argv) try {
    scriptlimits::endWithParent();
    if (!scriptpipe::prepare()) {
        std::fputs("This runs a script for Socketwright, which starts it by itself.\n", stderr);
        return 2;
    }
    const QCoreApplication application(argc, argv);
    ScriptWorker worker;
    worker.warmUp();
    if (!scriptlimits::enter()) {
        std::fputs("LIMITS the system refuses the limits that hold scripts\n", stderr);
        return ScriptCannotRun;
    }
    const int status = worker.run();
    if (status == ScriptIsSpent)
        scriptpipe::lastWords("SPENT", status); // without cleaning up
    return status;
} catch (const std::system_error&) {
    std::fputs("LIMITS the system starts no thread\n", stderr);
    return ScriptCannotRun;
}

} // namespace sw
