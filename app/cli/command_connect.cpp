// SPDX-License-Identifier: MIT
#include "app/cli/commands.h"
#include "app/cli/control.h"
#include "app/cli/passphrases.h"
#include "app/cli/stdio.h"
#include "app/cli/wire.h"

#include <memory>

namespace sw::cli {

namespace {

struct ConnectArguments {
    std::string address;
    std::string behaviour = "manual";
    std::string control;
    WireOptions wire;
    SessionOptions session;
};

/// Runs `swright connect`: one stream or datagram socket between standard input and output.
class ConnectCommand final : public QObject {
public:
    ConnectCommand(Session& session, const WireOptions& wire) : m_session(session), m_wire(session, wire) {
        QObject::connect(&session, &Session::changed, this, &ConnectCommand::update);
        session.setIdleStatus(TaskFailed); // until it is connected
    }

    void started(EndpointId id) { m_id = id; }

private:
    void update(const QVector<EndpointSnapshot>& snapshots) {
        for (const EndpointSnapshot& snapshot : snapshots) {
            if (snapshot.id != m_id)
                continue;
            m_wire.update(snapshot);
            if (isConnected(snapshot.state))
                m_session.setIdleStatus(Done);
            if (isEnded(snapshot.state))
                m_session.finish(snapshot.error ? TaskFailed : Done);
        }
    }

    Session& m_session;
    Wire m_wire;
    EndpointId m_id = EndpointId::None;
};

/// Beside a behaviour that would close after the peer's end, what is typed still goes out: closing is left to us then.
void leaveClosingToInput(ConnectArguments& arguments, Address& address) {
    const bool isFed = arguments.wire.hasBehaviour && !arguments.wire.receiveOnly && mayReadInput() &&
                       !isTerminal(StandardStream::Input);
    if (!isFed || isDatagram(address.scheme) || address.given("eof"))
        return;
    if (arguments.session.name.empty())
        arguments.session.name = formatAddress(address).toStdString();
    address.setOption(QStringLiteral("eof"), QStringLiteral("keep"));
    arguments.wire.closesForBehaviour = true;
}

int runConnect(ConnectArguments arguments) {
    auto address = readAddress(arguments.address, Role::Connect, arguments.session.json);
    if (!address)
        return WrongUsage;
    arguments.session.quietOutput = arguments.wire.sendOnly;
    arguments.session.endsWithReset = arguments.wire.endsWithReset;
    arguments.wire.hasBehaviour = arguments.behaviour != "manual";
    leaveClosingToInput(arguments, *address);
    if (arguments.wire.shutsDownReceiving && isDatagram(address->scheme)) {
        sayError(
            badInput(QStringLiteral("--shutdown-receiving"),
                     QStringLiteral("A datagram socket has no end of receiving: --shutdown-receiving is for streams.")),
            arguments.session.json);
        return WrongUsage;
    }
    Session session(arguments.session);
    if (const auto status = session.prepare())
        return *status;
    if (!askPassphrases(session.engine(), {&*address}))
        return TaskFailed;
    ConnectCommand command(session, arguments.wire);
    const auto control = openControlInput(session, arguments.control);
    if (!control) {
        session.say(control.error());
        return TaskFailed;
    }
    const auto id = session.engine().connectTo(*address, {.behaviour = QString::fromStdString(arguments.behaviour),
                                                          .name = QString::fromStdString(arguments.session.name)});
    if (!id) {
        session.say(id.error());
        return openingStatus(id.error());
    }
    command.started(*id);
    if (*control)
        (*control)->started(*id);
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
    addWireOptions(*command, arguments->wire, arguments->control);
    addSessionOptions(*command, arguments->session);
    addExamples(
        *command,
        "The end of standard input shuts down sending only; receiving goes on until the peer ends. When the peer\n"
        "ends first, standard output ends, and standard input is still sent to its own end; a peer that has gone\n"
        "altogether ends it at once, where the system tells. Beside a behaviour, standard input is sent too; after\n"
        "its end, sending is shut down when nothing has passed for a second. A datagram socket has no end: use\n"
        "--idle, --send-only, or a signal. Each read of standard input is one datagram.\n" +
            ControlInput::help(),
        {"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | swright connect tcp://127.0.0.1:8080",
         "swright connect 'tcp://[::1]:10244?nodelay=off'", "swright connect unix:///tmp/app.sock --crlf",
         "echo hello | swright connect udp://127.0.0.1:5000 --idle 1s"});
    command->callback([arguments, &run] { run = [arguments] { return runConnect(*arguments); }; });
}

} // namespace sw::cli
