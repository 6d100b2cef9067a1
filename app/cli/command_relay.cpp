// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/commands.h"
#include "app/cli/passphrases.h"
#include "core/engine/relayrequest.h"
#include "core/relay/faultlog.h"

#include <memory>

namespace sw::cli {

namespace {

struct RelayArguments {
    std::string listen;
    std::string target;
    std::vector<std::string> faults;
    quint64 seed = 1;
    std::string faultLog;
    std::string faultsFrom;
    std::string flowIdle;
    std::string forTime;
    quint64 accept = 0;
    SessionOptions session;
};

/// Runs `swright relay`: one listener, and for each client a connection to the target.
class RelayCommand final : public QObject {
public:
    RelayCommand(Session& session, quint64 limit, std::unique_ptr<FaultLog> log)
        : m_session(session),
          m_limit(limit),
          m_log(std::move(log)) {
        QObject::connect(&session, &Session::changed, this, &RelayCommand::update);
        QObject::connect(&session.engine(), &Engine::faultsDecided, this,
                         [this](EndpointId, const QVector<FaultDecision>& decisions) {
                             if (!m_log)
                                 return;
                             const auto written = m_log->write({decisions.begin(), decisions.end()});
                             if (!written) {
                                 m_session.say(written.error());
                                 m_session.noteFailure();
                                 m_log.reset();
                             }
                         });
    }

    void started(EndpointId id) { m_relay = id; }
    /// No more decisions come. Errors: what the system says.
    Result<void> closeLog() { return m_log ? m_log->close() : Result<void>(); }
    /// The relay came to nothing.
    void discardLog() {
        if (m_log)
            m_log->discard();
    }

private:
    void update(const QVector<EndpointSnapshot>& snapshots) {
        for (const EndpointSnapshot& snapshot : snapshots) { // clients first: targets are known by them
            if (snapshot.id == m_relay && snapshot.state == EndpointState::Failed)
                m_session.finish(TaskFailed);
            if (snapshot.parent == m_relay)
                m_clients.insert(snapshot.id);
        }
        for (const EndpointSnapshot& snapshot : snapshots) {
            if (snapshot.parent != m_relay && !m_clients.contains(snapshot.parent))
                continue;
            if (isEnded(snapshot.state))
                m_open.remove(snapshot.id);
            else
                m_open.insert(snapshot.id);
        }
        if (m_limit > 0 && static_cast<quint64>(m_clients.size()) >= m_limit && m_open.isEmpty())
            m_session.finish(Done);
    }

    Session& m_session;
    quint64 m_limit;
    std::unique_ptr<FaultLog> m_log;
    EndpointId m_relay = EndpointId::None;
    QSet<EndpointId> m_clients;
    QSet<EndpointId> m_open;
};

/// Nothing: the error was said.
std::optional<RelayRequest> readRequest(const RelayArguments& arguments, const Address& listen) {
    const auto target = readAddress(arguments.target, Role::Connect, arguments.session.json);
    if (!target)
        return std::nullopt;
    RelayRequest request{
        .target = *target, .seed = arguments.seed, .name = QString::fromStdString(arguments.session.name)};
    for (const std::string& text : arguments.faults) {
        const auto faults = parseFaults(QString::fromStdString(text), isDatagram(listen.scheme));
        if (!faults) {
            sayError(faults.error(), arguments.session.json);
            return std::nullopt;
        }
        request.faults += *faults;
    }
    if (!arguments.faultsFrom.empty()) {
        auto script = FaultScript::read(QString::fromStdString(arguments.faultsFrom));
        if (!script) {
            sayError(script.error(), arguments.session.json);
            return std::nullopt;
        }
        request.script = *script;
    }
    if (!arguments.flowIdle.empty()) {
        const auto idle = readDuration(arguments.flowIdle, arguments.session.json);
        if (!idle)
            return std::nullopt;
        request.idle = *idle;
    }
    const SessionOptions& session = arguments.session;
    request.isRecorded =
        !session.record.empty() || !session.dump.empty() || !session.hexDump.empty() || !session.as.empty();
    if (const auto valid = request.validate(listen); !valid) {
        sayError(valid.error(), arguments.session.json);
        return std::nullopt;
    }
    return request;
}

int runRelay(const RelayArguments& arguments) {
    const auto listen = readAddress(arguments.listen, Role::Listen, arguments.session.json);
    if (!listen)
        return WrongUsage;
    const auto request = readRequest(arguments, *listen);
    if (!request)
        return WrongUsage;
    std::optional<std::chrono::milliseconds> limit;
    if (!arguments.forTime.empty()) {
        limit = readDuration(arguments.forTime, arguments.session.json);
        if (!limit)
            return WrongUsage;
    }
    SessionOptions options = arguments.session;
    options.quietOutput = options.as.empty();
    options.passesOn = true;
    Session session(options);
    if (limit)
        session.endAfter(*limit, arguments.forTime);
    if (const auto status = session.prepare())
        return *status;
    if (!askPassphrases(session.engine(), {&*listen, &request->target}))
        return TaskFailed;
    std::unique_ptr<FaultLog> log;
    if (!arguments.faultLog.empty()) {
        auto opened = FaultLog::open(QString::fromStdString(arguments.faultLog), request->faults, request->seed,
                                     session.opening());
        if (!opened) {
            session.say(withForceHint(opened.error()));
            return TaskFailed;
        }
        log = std::move(*opened);
    }
    RelayCommand command(session, arguments.accept, std::move(log));
    const auto id = session.engine().relay(*listen, *request);
    if (!id) {
        session.say(id.error());
        command.discardLog();
        return WrongUsage;
    }
    command.started(*id);
    const int status = session.run();
    const auto closed = command.closeLog();
    if (!closed)
        session.say(closed.error());
    return closed || status != Done ? status : TaskFailed;
}

} // namespace

void addRelay(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<RelayArguments>();
    CLI::App* command =
        program.add_subcommand("relay", "Pass everything on between clients and a target, watch it, disturb it");
    command->add_option("LISTEN", arguments->listen, "Where clients connect, such as tcp://:8080")->required();
    command->add_option("TARGET", arguments->target, "Where it goes, such as tls://example.org:443")->required();
    command
        ->add_option("-f,--fault", arguments->faults,
                     "A fault or a preset (swright list faults), such as delay=200ms~50ms, up:reset@10KiB or "
                     "slow-mobile; can be repeated")
        ->type_name("FAULT")
        ->allow_extra_args(false);
    command
        ->add_option("--seed", arguments->seed,
                     "What random faults depend on; the same seed and the same traffic give the same faults")
        ->type_name("N")
        ->check(wholeNumber(0));
    command
        ->add_option("--fault-log", arguments->faultLog, "Write every decision of the faults to FILE, a JSON line each")
        ->type_name("FILE")
        ->check(fileName());
    command
        ->add_option("--faults-from", arguments->faultsFrom,
                     "Decide as a fault log of a run before says, byte for byte, instead of --fault")
        ->type_name("FILE")
        ->check(fileName());
    command
        ->add_option("--idle", arguments->flowIdle,
                     "Forget a flow of datagrams after TIME without one; 60s without this")
        ->type_name("TIME");
    command->add_option("--accept", arguments->accept, "End with status 0 when N clients have come and all have ended")
        ->type_name("N")
        ->check(wholeNumber(1));
    command->add_option("--for", arguments->forTime, "End with status 0 after TIME")->type_name("TIME");
    addSessionOptions(*command, arguments->session, false);
    addExamples(
        *command,
        "Streams go to streams whatever they are (tcp, tls, unix), datagrams to datagrams, with a flow for each\n"
        "client. Ends of stream pass each way by themselves, resets as resets; a side that does not read stops\n"
        "the one that writes. From tls to tls, the server name and ALPN of the client are asked for at the\n"
        "target; from tcp to tcp TLS passes untouched, and only the client's first message is read.\n"
        "Nothing that passes is shown unless --as is given.",
        {"swright relay tcp://:8080 tcp://127.0.0.1:80 --record web.pcapng",
         "swright relay tcp://:6380 unix:///run/redis.sock --fault slow-mobile",
         "swright relay tls://:8443?cert=server.pem tls://example.org:443 --as text",
         "swright relay udp://:5353 udp://127.0.0.1:53 --fault drop=5% --seed 7 --fault-log faults.jsonl",
         "swright relay udp://:5353 udp://127.0.0.1:53 --faults-from faults.jsonl"});
    command->callback([arguments, &run] { run = [arguments] { return runRelay(*arguments); }; });
}

} // namespace sw::cli
