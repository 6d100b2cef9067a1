// SPDX-License-Identifier: MIT
#include "app/cli/commands.h"
#include "app/cli/feeder.h"
#include "app/cli/passphrases.h"
#include "app/cli/stdio.h"

#include <memory>

namespace sw::cli {

namespace {

struct ConnectArguments {
    std::string address;
    std::string behaviour = "manual";
    bool crlf = false;
    bool sendOnly = false;
    bool receiveOnly = false;
    SessionOptions session;
};

/// Runs `swright connect`: one stream or datagram socket between standard input and output.
class ConnectCommand final : public QObject {
public:
    ConnectCommand(Session& session, const ConnectArguments& arguments) : m_session(session), m_arguments(arguments) {
        QObject::connect(&session, &Session::changed, this, &ConnectCommand::update);
        if (arguments.behaviour == "manual" && !arguments.receiveOnly) {
            m_feeder = std::make_unique<Feeder>(session, arguments.crlf);
            QObject::connect(m_feeder.get(), &Feeder::ended, this, &ConnectCommand::inputEnded);
        }
    }

    void started(EndpointId id) { m_id = id; }

private:
    void update(const QVector<EndpointSnapshot>& snapshots) {
        for (const EndpointSnapshot& snapshot : snapshots) {
            if (snapshot.id == m_id)
                updateOne(snapshot);
        }
    }

    void updateOne(const EndpointSnapshot& snapshot) {
        m_isDatagram = snapshot.kind == EndpointKind::DatagramSocket;
        if (isEnded(snapshot.state)) {
            m_session.finish(snapshot.error ? TaskFailed : Done);
            return;
        }
        const bool isOpen = snapshot.state == EndpointState::Open || snapshot.state == EndpointState::ReadEnded;
        if (isOpen && m_feeder && !m_isFed) {
            m_isFed = true;
            m_feeder->addTarget(m_id);
        }
        const bool isSent = m_isDatagram && m_hasInputEnded && snapshot.counters.queuedBytes == 0;
        if (isSent && m_arguments.sendOnly)
            m_session.engine().close(m_id);
        if (snapshot.state == EndpointState::ReadEnded && !m_isEnding) {
            m_isEnding = true;
            if (!m_feeder)
                m_session.engine().close(m_id);
            else
                endSoon();
        }
    }

    /// The peer sends no more, and our input is still open: it may go on as long as it delivers.
    void endSoon() {
        if (isTerminal(StandardStream::Input)) {
            m_session.engine().close(m_id);
            return;
        }
        QTimer::singleShot(halfClosedQuiet, this, [this] {
            const auto snapshot = m_session.engine().snapshot(m_id);
            if (!snapshot || isEnded(snapshot->state) || m_hasInputEnded)
                return;
            if (m_feeder->quietFor() >= halfClosedQuiet.count() && snapshot->counters.queuedBytes == 0)
                m_session.engine().close(m_id);
            else
                endSoon();
        });
    }

    void inputEnded() {
        m_hasInputEnded = true;
        if (m_arguments.sendOnly)
            m_session.engine().close(m_id);
        else if (!m_isDatagram)
            m_session.engine().shutDownSending(m_id);
    }

    static constexpr std::chrono::milliseconds halfClosedQuiet{500};

    Session& m_session;
    ConnectArguments m_arguments;
    std::unique_ptr<Feeder> m_feeder;
    EndpointId m_id = EndpointId::None;
    bool m_isFed = false;
    bool m_isDatagram = false;
    bool m_isEnding = false;
    bool m_hasInputEnded = false;
};

int runConnect(ConnectArguments arguments) {
    const auto address = readAddress(arguments.address, Role::Connect);
    if (!address)
        return WrongUsage;
    arguments.session.quietOutput = arguments.sendOnly;
    Session session(arguments.session);
    if (const auto status = session.prepare())
        return *status;
    if (!askPassphrases(session.engine(), {&*address}))
        return TaskFailed;
    ConnectCommand command(session, arguments);
    const auto id = session.engine().connectTo(*address, {.behaviour = QString::fromStdString(arguments.behaviour)});
    if (!id) {
        session.say(id.error());
        return WrongUsage;
    }
    command.started(*id);
    return session.run();
}

} // namespace

void addConnect(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<ConnectArguments>();
    CLI::App* command = program.add_subcommand("connect", "Connect standard input and output to an address");
    command->add_option("ADDRESS", arguments->address, "Where to connect, such as tcp://localhost:10244")->required();
    command
        ->add_option("-b,--behaviour", arguments->behaviour,
                     "What the connection does by itself (swright list behaviours)")
        ->type_name("BEHAVIOUR");
    command->add_flag("--crlf", arguments->crlf, "Send CR LF for each LF of standard input");
    auto* sendOnly = command->add_flag("--send-only", arguments->sendOnly,
                                       "Show nothing of what comes; close when standard input has ended and is sent");
    command->add_flag("--receive-only", arguments->receiveOnly, "Read no standard input; end with the peer")
        ->excludes(sendOnly);
    addSessionOptions(*command, arguments->session);
    addExamples(
        *command,
        "The end of standard input shuts down sending only; receiving goes on until the peer ends. When the peer\n"
        "ends first, standard input is still sent as long as it delivers without a pause of half a second. A\n"
        "datagram socket has no end: use --idle, --send-only, or a signal. Each read of standard input is one\n"
        "datagram.",
        {"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | swright connect tcp://127.0.0.1:8080",
         "swright connect 'tcp://[::1]:10244?nodelay=off'", "swright connect unix:///tmp/app.sock --crlf",
         "echo hello | swright connect udp://127.0.0.1:5000 --idle 1s"});
    command->callback([arguments, &run] { run = [arguments] { return runConnect(*arguments); }; });
}

} // namespace sw::cli
