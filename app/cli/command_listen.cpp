// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/commands.h"
#include "app/cli/feeder.h"
#include "app/cli/passphrases.h"
#include "app/cli/stdio.h"
#include "core/base/units.h"

#include <memory>

namespace sw::cli {

namespace {

struct ListenArguments {
    std::string address;
    std::string behaviour = "manual";
    bool once = false;
    quint64 accept = 0;
    std::string forTime;
    bool allowRemoteConsole = false;
    SessionOptions session;
};

/// Runs `swright listen`: one listener or bound datagram socket, and everything that connects to it.
class ListenCommand final : public QObject {
public:
    ListenCommand(Session& session, const ListenArguments& arguments) : m_session(session), m_arguments(arguments) {
        m_limit = arguments.once ? 1 : arguments.accept;
        QObject::connect(&session, &Session::changed, this, &ListenCommand::update);
        if (arguments.behaviour == "manual") {
            m_feeder = std::make_unique<Feeder>(session, false);
            QObject::connect(m_feeder.get(), &Feeder::ended, this, &ListenCommand::inputEnded);
        }
    }

    void started(EndpointId id) { m_listener = id; }

private:
    void update(const QVector<EndpointSnapshot>& snapshots) {
        for (const EndpointSnapshot& snapshot : snapshots) {
            if (snapshot.id == m_listener)
                updateListener(snapshot);
            else if (snapshot.parent == m_listener)
                updateConnection(snapshot);
        }
    }

    void updateListener(const EndpointSnapshot& snapshot) {
        if (snapshot.state == EndpointState::Failed)
            m_session.finish(TaskFailed);
    }

    void updateConnection(const EndpointSnapshot& snapshot) {
        if (isEnded(snapshot.state)) {
            m_open.remove(snapshot.id);
            ++m_ended;
            m_hasFailed = m_hasFailed || snapshot.error.has_value();
            if (m_limit > 0 && m_ended >= m_limit && m_open.isEmpty())
                m_session.finish(m_arguments.once && m_hasFailed ? TaskFailed : Done);
            return;
        }
        if (!m_open.contains(snapshot.id)) {
            m_open.insert(snapshot.id);
            if (m_feeder)
                m_feeder->addTarget(snapshot.id);
        }
        if (m_limit == 0 || !m_feeder)
            return;
        if (m_feeder->atEnd())
            m_session.engine().shutDownSending(snapshot.id);
        if (snapshot.state == EndpointState::ReadEnded && !m_feeder->atEnd())
            endSoon(snapshot.id);
    }

    /// The peer sends no more, and our input is still open: it may go on as long as it delivers.
    void endSoon(EndpointId id) {
        if (isTerminal(StandardStream::Input)) {
            m_session.engine().close(id);
            return;
        }
        QTimer::singleShot(halfClosedQuiet, this, [this, id] {
            const auto snapshot = m_session.engine().snapshot(id);
            if (!snapshot || isEnded(snapshot->state))
                return;
            if (m_feeder->quietFor() >= halfClosedQuiet.count() && snapshot->counters.queuedBytes == 0)
                m_session.engine().close(id);
            else
                endSoon(id);
        });
    }

    void inputEnded() {
        if (m_limit == 0)
            return;
        for (const EndpointId id : std::as_const(m_open))
            m_session.engine().shutDownSending(id);
    }

    static constexpr std::chrono::milliseconds halfClosedQuiet{500};

    Session& m_session;
    ListenArguments m_arguments;
    std::unique_ptr<Feeder> m_feeder;
    EndpointId m_listener = EndpointId::None;
    QSet<EndpointId> m_open;
    quint64 m_limit = 0;
    quint64 m_ended = 0;
    bool m_hasFailed = false;
};

int runListen(const ListenArguments& arguments) {
    const auto address = readAddress(arguments.address, Role::Listen);
    if (!address)
        return WrongUsage;
    std::optional<std::chrono::microseconds> limit;
    if (!arguments.forTime.empty()) {
        const auto time = parseDuration(QString::fromStdString(arguments.forTime));
        if (!time) {
            sayError(time.error());
            return WrongUsage;
        }
        limit = *time;
    }
    Session session(arguments.session);
    if (const auto status = session.prepare())
        return *status;
    if (!askPassphrases(session.engine(), {&*address}))
        return TaskFailed;
    ListenCommand command(session, arguments);
    const quint64 wanted = arguments.once ? 1 : arguments.accept;
    const bool isManual = address->value("accept") == QLatin1String("manual");
    // with accept=manual those beyond the wanted ones stay in the queue; otherwise the port closes after them
    const auto id = session.engine().listen(*address, {.behaviour = QString::fromStdString(arguments.behaviour),
                                                       .acceptLimit = isManual ? 0 : wanted,
                                                       .allowsRemoteConsole = arguments.allowRemoteConsole});
    if (!id) {
        session.say(id.error());
        return WrongUsage;
    }
    command.started(*id);
    if (isManual && wanted > 0)
        session.engine().acceptNext(*id, wanted);
    if (limit)
        QTimer::singleShot(std::chrono::duration_cast<std::chrono::milliseconds>(*limit), &session,
                           [&session] { session.finish(Done); });
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
    addSessionOptions(*command, arguments->session);
    addExamples(
        *command,
        "Prints `listening on ADDRESS` on standard error once the port is bound. Without a behaviour, standard\n"
        "input goes to all connected peers, and what they send comes out. A peer's end of stream does not end\n"
        "what is sent to it.",
        {"swright listen tcp://:10244 --behaviour talk", "swright listen 'tcp://*:8000?max=1' --once >upload.bin",
         "swright listen tls://:8443?cert=server.pem --behaviour rules=http.rules",
         "swright listen tcp://:9000 --behaviour reset-after=1000",
         "swright listen udp://:5000 --as hex --record traffic.jsonl",
         "swright listen 'unix:///tmp/app.sock?mode=0666&stale=replace' --behaviour echo"});
    command->callback([arguments, &run] { run = [arguments] { return runListen(*arguments); }; });
}

} // namespace sw::cli
