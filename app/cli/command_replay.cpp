// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/commands.h"
#include "app/cli/passphrases.h"
#include "core/replay/replayscript.h"

#include <memory>

namespace sw::cli {

namespace {

struct ReplayArguments {
    std::string file;
    std::string address;
    std::string side = "client";
    std::string speed = "max";
    std::string wait = "peer";
    std::string patience;
    quint64 conversation = 1;
    SessionOptions session;
};

/// Runs `swright replay`: one connection that plays, and what came of it.
class ReplayCommand final : public QObject {
public:
    explicit ReplayCommand(Session& session) : m_session(session) {
        QObject::connect(&session, &Session::changed, this, &ReplayCommand::update);
        QObject::connect(&session, &Session::eventTaken, this, [this](EventKind event, const Facts& facts) {
            if (event == EventKind::DatagramError)
                m_session.noteFailure(); // nobody was there
            if (event != EventKind::ReplayEnded)
                return;
            m_isComplete = true;
            m_differences = facts.number(Fact::Differences).value_or(0);
        });
    }

    void started(EndpointId id, bool isListener) {
        m_endpoint = id;
        m_isListener = isListener;
    }

private:
    void update(const QVector<EndpointSnapshot>& snapshots) {
        for (const EndpointSnapshot& snapshot : snapshots) {
            const bool isPlaying = m_isListener ? snapshot.parent == m_endpoint : snapshot.id == m_endpoint;
            const bool hasFailed = snapshot.id == m_endpoint && snapshot.state == EndpointState::Failed;
            const bool isDatagramDone = isPlaying && m_isComplete && isDatagram(snapshot.address.scheme);
            if ((isPlaying && isEnded(snapshot.state)) || hasFailed || isDatagramDone)
                end();
        }
    }

    void end() {
        if (!m_isComplete)
            m_session.note(QStringLiteral("the connection ended before the replay was over"));
        m_session.finish(m_isComplete && m_differences == 0 ? Done : TaskFailed);
    }

    Session& m_session;
    EndpointId m_endpoint = EndpointId::None;
    bool m_isListener = false;
    bool m_isComplete = false;
    qint64 m_differences = 0;
};

int runReplay(const ReplayArguments& arguments) {
    const bool isServer = arguments.side == "server";
    const bool json = arguments.session.json;
    const auto address =
        readAddress(arguments.address, isServer ? Role::Listen : Role::Connect, arguments.session.json);
    if (!address)
        return WrongUsage;
    ReplayOptions options{.side = isServer ? ReplaySide::Server : ReplaySide::Client,
                          .waitsForPeer = arguments.wait == "peer"};
    const auto speed = parseReplaySpeed(QString::fromStdString(arguments.speed));
    if (!speed) {
        sayError(speed.error(), json);
        return WrongUsage;
    }
    options.speed = *speed;
    if (!arguments.patience.empty()) {
        const auto patience = readDuration(arguments.patience, json);
        if (!patience)
            return WrongUsage;
        options.patience = *patience;
    }
    const auto script = ReplayScript::read(QString::fromStdString(arguments.file));
    if (!script) {
        sayError(script.error(), json);
        return TaskFailed;
    }
    const auto& conversations = (*script)->conversations();
    if (arguments.conversation > conversations.size()) {
        sayError(badInput(QStringLiteral("--conversation"),
                          QStringLiteral("%1 has %2 conversations, counted from 1.")
                              .arg((*script)->name(), QString::number(conversations.size()))),
                 json);
        return WrongUsage;
    }
    options.conversation = arguments.conversation - 1;
    if (conversations[options.conversation].isDatagram != isDatagram(address->scheme)) {
        sayError(
            badInput(QStringLiteral("replay"),
                     QStringLiteral("“%1” was recorded on %2, and %3 is for %4.")
                         .arg(conversations[options.conversation].name,
                              conversations[options.conversation].isDatagram ? QStringLiteral("datagrams")
                                                                             : QStringLiteral("a stream"),
                              formatAddress(*address),
                              isDatagram(address->scheme) ? QStringLiteral("datagrams") : QStringLiteral("streams"))),
            json);
        return WrongUsage;
    }
    SessionOptions sessionOptions = arguments.session;
    sessionOptions.quietOutput = sessionOptions.as.empty();
    Session session(sessionOptions);
    session.setInterruptStatus(TaskFailed);
    if (const auto status = session.prepare())
        return *status;
    for (const QString& problem : (*script)->problems())
        session.note(problem);
    if (conversations.size() > 1)
        session.note(QStringLiteral("%1 has %2 conversations; this is number %3 (--conversation)")
                         .arg((*script)->name(), QString::number(conversations.size()),
                              QString::number(arguments.conversation)));
    if (!askPassphrases(session.engine(), {&*address}))
        return TaskFailed;
    ReplayCommand command(session);
    const OpenRequest request{.behaviour = QStringLiteral("replay=") + (*script)->name(),
                              .name = QString::fromStdString(arguments.session.name),
                              .acceptLimit = 1,
                              .replay = *script,
                              .replayOptions = options};
    const auto id =
        isServer ? session.engine().listen(*address, request) : session.engine().connectTo(*address, request);
    if (!id) {
        session.say(id.error());
        return WrongUsage;
    }
    command.started(*id, isServer);
    return session.run();
}

} // namespace

void addReplay(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<ReplayArguments>();
    CLI::App* command = program.add_subcommand("replay", "Play one side of a recording against a live peer");
    command->add_option("FILE", arguments->file, "A recording or capture: .pcapng, .pcap, .jsonl, .csv, .hex, .bin")
        ->type_name("FILE")
        ->required();
    command->add_option("ADDRESS", arguments->address, "Where to connect, or to listen for --side server")->required();
    command->add_option("--side", arguments->side, "Which side to play: client or server; client without this")
        ->type_name("SIDE")
        ->check(oneOf({"client", "server"}));
    command->add_option("--speed", arguments->speed, "Of the recorded pauses: 1, 10, ... or max; max without this")
        ->type_name("SPEED");
    command
        ->add_option("--wait", arguments->wait,
                     "peer: wait until it has said what it said before; time: send at the recorded times")
        ->type_name("WHAT")
        ->check(oneOf({"peer", "time"}));
    command
        ->add_option("--patience", arguments->patience,
                     "How long to wait for the peer before that counts as a difference; 5s without this")
        ->type_name("TIME");
    command->add_option("--conversation", arguments->conversation, "Which conversation of the recording, from 1")
        ->type_name("N")
        ->check(wholeNumber(1));
    addSessionOptions(*command, arguments->session);
    addExamples(
        *command,
        "What the peer says is compared with the recording byte by byte. Every difference is told; status 0 means\n"
        "there was none, 1 that there were some or that the connection ended early.",
        {"swright replay bug.pcapng tcp://127.0.0.1:8080", "swright replay session.jsonl tcp://:9000 --side server",
         "swright replay capture.pcap udp://127.0.0.1:53 --speed 1 --wait time"});
    command->callback([arguments, &run] { run = [arguments] { return runReplay(*arguments); }; });
}

} // namespace sw::cli
