// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/commands.h"
#include "app/cli/passphrases.h"

#include <memory>

namespace sw::cli {

namespace {

struct ListenArguments {
    std::string address;
    std::string behaviour = "manual";
    std::string control;
    bool once = false;
    quint64 accept = 0;
    std::string forTime;
    bool allowRemoteConsole = false;
    WireOptions wire;
    SessionOptions session;

    /// So many connections are taken; 0: no end.
    quint64 limit() const { return once ? 1 : accept; }
};

WireOptions wireOptions(const ListenArguments& arguments, const Address& address) {
    WireOptions options = arguments.wire;
    options.hasBehaviour = arguments.behaviour != "manual";
    options.isSingle = arguments.limit() == 1;
    options.endsWithInput = arguments.limit() > 0 || options.sendOnly;
    // one peer of many that has ended is done with: it would be kept for ever, and with max=1 nobody else be served
    options.keepsAfterPeersEnd = options.isSingle || address.given("eof") == QLatin1String("keep");
    return options;
}

/// Runs `swright listen`: one listener or bound datagram socket, and everything that connects to it.
class ListenCommand final : public QObject {
public:
    ListenCommand(Session& session, const ListenArguments& arguments, const Address& address)
        : m_session(session),
          m_wire(session, wireOptions(arguments, address)),
          m_limit(arguments.limit()),
          m_isOnce(arguments.once),
          m_hasDestination(address.given("to").has_value()) {
        QObject::connect(&session, &Session::changed, this, &ListenCommand::update);
    }

    void started(EndpointId id) { m_listener = id; }

private:
    void update(const QVector<EndpointSnapshot>& snapshots) {
        for (const EndpointSnapshot& snapshot : snapshots) {
            if (snapshot.parent == m_listener)
                updateConnection(snapshot);
        }
        for (const EndpointSnapshot& snapshot : snapshots) {
            if (snapshot.id == m_listener)
                updateListener(snapshot);
        }
    }

    void updateListener(const EndpointSnapshot& snapshot) {
        if (snapshot.state == EndpointState::Failed)
            m_session.finish(TaskFailed);
        else if (isEnded(snapshot.state) && m_limit == 0 && m_open.isEmpty()) // a script or the control input closed it
            m_session.finish(Done);
        if (m_hasDestination)
            m_wire.update(snapshot);
    }

    void updateConnection(const EndpointSnapshot& snapshot) {
        if (!m_hasDestination)
            m_wire.update(snapshot);
        if (!isEnded(snapshot.state)) {
            m_open.insert(snapshot.id);
            return;
        }
        m_open.remove(snapshot.id);
        ++m_ended;
        m_hasFailed = m_hasFailed || snapshot.error.has_value();
        const auto listener = m_session.engine().snapshot(m_listener);
        const bool isClosed = m_limit == 0 && listener && isEnded(listener->state);
        if (m_open.isEmpty() && (isClosed || (m_limit > 0 && m_ended >= m_limit)))
            m_session.finish(m_isOnce && m_hasFailed ? TaskFailed : Done);
    }

    Session& m_session;
    Wire m_wire;
    EndpointId m_listener = EndpointId::None;
    QSet<EndpointId> m_open;
    quint64 m_limit;
    quint64 m_ended = 0;
    bool m_isOnce;
    bool m_hasDestination; // standard input goes there, not to whoever has sent something
    bool m_hasFailed = false;
};

int runListen(ListenArguments arguments) {
    const auto address = readAddress(arguments.address, Role::Listen, arguments.session.json);
    if (!address)
        return WrongUsage;
    std::optional<std::chrono::milliseconds> limit;
    if (!arguments.forTime.empty()) {
        limit = readDuration(arguments.forTime, arguments.session.json);
        if (!limit)
            return WrongUsage;
    }
    arguments.session.quietOutput = arguments.wire.sendOnly;
    arguments.session.endsWithReset = arguments.wire.endsWithReset;
    Session session(arguments.session);
    if (limit)
        session.endAfter(*limit, arguments.forTime);
    if (const auto status = session.prepare())
        return *status;
    if (!askPassphrases(session.engine(), {&*address}))
        return TaskFailed;
    ListenCommand command(session, arguments, *address);
    const auto control = openControlInput(session, arguments.control);
    if (!control) {
        session.say(control.error());
        return TaskFailed;
    }
    const quint64 wanted = arguments.limit();
    const bool isManual = address->value("accept") == QLatin1String("manual");
    // with accept=manual those beyond the wanted ones stay in the queue; otherwise the port closes after them
    const auto id = session.engine().listen(*address, {.behaviour = QString::fromStdString(arguments.behaviour),
                                                       .name = QString::fromStdString(arguments.session.name),
                                                       .acceptLimit = isManual ? 0 : wanted,
                                                       .allowsRemoteConsole = arguments.allowRemoteConsole});
    if (!id) {
        session.say(id.error());
        return openingStatus(id.error());
    }
    command.started(*id);
    if (*control)
        (*control)->started(*id);
    if (isManual && wanted > 0)
        session.engine().acceptNext(*id, wanted);
    return session.run();
}

} // namespace

void addListen(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<ListenArguments>();
    CLI::App* command = program.add_subcommand("listen", "Bind an address, take what connects, show what it sends");
    command->add_option("ADDRESS", arguments->address, "Where to listen, such as tcp://:10244 or udp://*:5353")
        ->required();
    command
        ->add_option("-b,--behaviour", arguments->behaviour,
                     "What each connection does by itself (swright list behaviours)")
        ->type_name("BEHAVIOUR");
    auto* once = command->add_flag("--once", arguments->once,
                                   "Take one connection, wire it to standard input and output, then exit");
    command
        ->add_option("--accept", arguments->accept,
                     "Take N connections, and exit when they have ended; with accept=manual, further ones wait in "
                     "the system's queue until then")
        ->type_name("N")
        ->check(wholeNumber(1))
        ->excludes(once);
    command->add_option("--for", arguments->forTime, "End with status 0 after TIME")->type_name("TIME");
    command->add_flag("--allow-remote-console", arguments->allowRemoteConsole,
                      "Let a console be reached from the network: whoever reaches it can run scripts here");
    addWireOptions(*command, arguments->wire, arguments->control);
    addSessionOptions(*command, arguments->session);
    addExamples(
        *command,
        "Prints `listening on ADDRESS` on standard error once the port is bound. Standard input goes to all\n"
        "connected peers (with to=, of a datagram socket, to that address), and what they send comes out. A peer\n"
        "that sends no more is closed once what waits for it is sent, unless the address says eof=keep; with\n"
        "--once, standard output ends then, and standard input still goes to its own end.\n" +
            ControlInput::help(),
        {"swright listen tcp://:10244 --behaviour talk", "swright listen 'tcp://*:8000?max=1' --once >upload.bin",
         "swright listen tls://:8443?cert=server.pem --behaviour rules=http.rules",
         "swright listen tcp://:9000 --behaviour reset-after=1000",
         "swright listen udp://:5000 --as hex --record traffic.jsonl",
         "swright listen 'unix:///tmp/app.sock?mode=0666&stale=replace' --behaviour echo"});
    command->callback([arguments, &run] { run = [arguments] { return runListen(*arguments); }; });
}

} // namespace sw::cli
