// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/commands.h"
#include "app/cli/stdio.h"
#include "core/address/hosts.h"
#include "core/payload/visibletext.h"

#include <QJsonDocument>

#include <memory>

namespace sw::cli {

namespace {

struct ReceiveArguments {
    std::string address;
    quint64 count = 1;
    quint64 size = 0;
    std::string forTime;
    SessionOptions session;
};

/// Runs `swright receive`: so many datagrams, each with what the call that receives one gives (recvfrom(2)).
class ReceiveCommand final : public QObject {
public:
    ReceiveCommand(Session& session, quint64 count, bool json) : m_session(session), m_left(count), m_json(json) {
        QObject::connect(&session, &Session::recordTaken, this, &ReceiveCommand::take);
        QObject::connect(&session, &Session::changed, this, &ReceiveCommand::update);
    }

    void started(EndpointId id) { m_id = id; }
    bool isDone() const { return m_left == 0; }

private:
    void update(const QVector<EndpointSnapshot>& snapshots) {
        for (const EndpointSnapshot& snapshot : snapshots) {
            if (snapshot.id == m_id && isEnded(snapshot.state))
                m_session.finish(snapshot.error ? TaskFailed : Done);
        }
    }

    void take(EndpointId from, const RecordView& record) {
        if (record.header.kind != RecordKind::Received || m_left == 0)
            return;
        --m_left;
        const QByteArray shown = m_json ? toJson(from, record) : m_session.formatted(from, record);
        if (!writeOutput(StandardStream::Output, shown)) {
            m_session.say(outputError());
            m_session.finish(TaskFailed);
        } else if (m_left == 0) {
            m_session.finish(Done);
        }
    }

    QByteArray toJson(EndpointId from, const RecordView& record) const {
        const auto snapshot = m_session.engine().snapshot(from);
        const QString peer = snapshot ? snapshot->peer : QString();
        const bool isLocal = snapshot && sw::isLocal(snapshot->address.scheme);
        const auto place = isLocal ? tl::unexpected(Error{}) : parseHostPort(peer, true);
        QJsonObject line{{QStringLiteral("data"), QString::fromLatin1(record.bytes.toByteArray().toHex())},
                         {QStringLiteral("size"), static_cast<qint64>(record.bytes.size())},
                         {QStringLiteral("address"), place ? place->host : peer},
                         {QStringLiteral("port"), place ? QJsonValue(place->portFirst) : QJsonValue()}};
        if ((record.header.flags & CutFlag) != 0)
            line.insert(QStringLiteral("isCut"), true);
        return toJsonLine(QJsonDocument(line)) + '\n';
    }

    Session& m_session;
    EndpointId m_id = EndpointId::None;
    quint64 m_left;
    bool m_json;
};

int runReceive(ReceiveArguments arguments) {
    const bool json = arguments.session.json;
    auto address = readAddress(arguments.address, Role::Listen, json);
    if (!address)
        return WrongUsage;
    if (!isDatagram(address->scheme) || isSecure(address->scheme)) {
        sayError(badInput(QStringLiteral("receive"),
                          QStringLiteral("receive takes datagrams, of udp:// and unixgram://; for %1 there is listen.")
                              .arg(schemeName(address->scheme))),
                 json);
        return WrongUsage;
    }
    if (arguments.size > 0)
        address->setOption(QStringLiteral("size"), QString::number(arguments.size));
    std::optional<std::chrono::milliseconds> limit;
    if (!arguments.forTime.empty()) {
        limit = readDuration(arguments.forTime, json);
        if (!limit)
            return WrongUsage;
    }
    arguments.session.quietOutput = true;
    Session session(arguments.session);
    session.setInterruptStatus(TaskFailed);
    if (limit)
        session.endAfter(*limit, arguments.forTime);
    if (const auto status = session.prepare())
        return *status;
    ReceiveCommand command(session, arguments.count, json);
    const auto id = session.engine().listen(*address, {.name = QString::fromStdString(arguments.session.name)});
    if (!id) {
        session.say(id.error());
        return openingStatus(id.error());
    }
    command.started(*id);
    const int status = session.run();
    return status == Done && !command.isDone() ? TaskFailed : status;
}

} // namespace

void addReceive(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<ReceiveArguments>();
    CLI::App* command = program.add_subcommand("receive", "Receive one datagram, or so many, and end");
    command->add_option("ADDRESS", arguments->address, "Where to receive, such as udp://:5000")->required();
    command->add_option("--count", arguments->count, "Receive N datagrams; 1 without this")
        ->type_name("N")
        ->check(wholeNumber(1));
    command
        ->add_option("--size", arguments->size,
                     "Take at most BYTES of each; what is longer is cut, and marked so (the option size)")
        ->type_name("BYTES")
        ->check(wholeNumber(1, 65535));
    command->add_option("--for", arguments->forTime, "Give up after TIME, with status 1")->type_name("TIME");
    addSessionOptions(*command, arguments->session, false);
    addExamples(*command,
                "What each datagram held goes to standard output. With --json, standard output has a line for each "
                "instead,\n"
                "with the four values that receiving gives: data (hexadecimal), size, address and port of the sender.",
                {"swright receive udp://:5000", "swright receive udp://:5000 --count 3 --json",
                 "swright receive 'unixgram:///tmp/log.sock?stale=replace' --for 10s"});
    command->callback([arguments, &run] { run = [arguments] { return runReceive(*arguments); }; });
}

} // namespace sw::cli
