// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/commands.h"
#include "core/base/units.h"
#include "core/payload/visibletext.h"
#include "identity.h"

#include <QFileInfo>

namespace sw::cli {

void addSessionOptions(CLI::App& command, SessionOptions& options, bool hasIdle) {
    command
        .add_option(
            "--record", options.record,
            "Stream everything to FILE from the first byte: .pcapng (for Wireshark), .jsonl (all records), .csv, "
            ".txt, .hex, .bin (received bytes; what was sent goes to NAME.sent.bin), or a folder with a file "
            "for each direction")
        ->type_name("FILE")
        ->check(fileName());
    command
        .add_option("--dump", options.dump,
                    "Write the bytes of both directions to FILE as they pass, one after the other and nothing else; of "
                    "a relay, what it passes on")
        ->type_name("FILE")
        ->check(fileName());
    command
        .add_option("--hex-dump", options.hexDump, "The same as a hex dump, with direction and time before each piece")
        ->type_name("FILE")
        ->check(fileName());
    command.add_flag("--force", options.force,
                     "Replace files that are there already; without it, --record and its kin refuse them");
    command
        .add_option("--as", options.as,
                    "Show received bytes as raw, text (control bytes visible), hex, or lines (with time and "
                    "endpoint); without it: text on a terminal, raw in a pipe")
        ->type_name("FORM")
        ->check(oneOf({"raw", "text", "hex", "lines"}));
    command.add_option("--name", options.name, "What the endpoint is called; without it, by its address")
        ->type_name("NAME");
    if (hasIdle)
        command
            .add_option("--idle", options.idle,
                        "End when nothing happened for TIME: status 0, or 1 where something was still to come")
            ->type_name("TIME");
    command
        .add_option("--tcp-info", options.tcpInfo,
                    "Every TIME, say on standard error what the system's TCP knows of each open connection: round "
                    "trip, windows, retransmits")
        ->type_name("TIME");
    command.add_flag("--json", options.json, "Print every event as a JSON line on standard error");
    command.add_flag("-v,--verbose", options.verbose, "Say every event on standard error");
}

void addWireOptions(CLI::App& command, WireOptions& options, std::string& control) {
    command.add_flag("--crlf", options.crlf, "Send CR LF for each LF of standard input");
    auto* sendOnly = command.add_flag("--send-only", options.sendOnly,
                                      "Show nothing of what comes; close when standard input has ended and is sent");
    command.add_flag("--receive-only", options.receiveOnly, "Read no standard input; end with the peer")
        ->excludes(sendOnly);
    command.add_flag("--shutdown-receiving", options.shutsDownReceiving,
                     "Shut down receiving as soon as a connection is open");
    command.add_flag("--abort", options.endsWithReset, "End with a reset instead of an orderly close");
    command
        .add_option("--control", control,
                    "Obey the lines of FILE while it runs: accept, pause, close and others (see below); best a FIFO")
        ->type_name("FILE")
        ->check(fileName());
}

Result<std::unique_ptr<ControlInput>> openControlInput(Session& session, const std::string& path) {
    if (path.empty())
        return nullptr;
    const QString name = QString::fromStdString(path);
    const QFileInfo file(name);
    const auto refuse = [](const QString& why) {
        return tl::unexpected(Error{.id = ErrorId::NotFound, .situation = QStringLiteral("--control"), .detail = why});
    };
    if (!file.exists())
        return refuse(QStringLiteral("%1 does not exist. --control takes a file or FIFO with commands.").arg(name));
    if (file.isDir() || !file.isReadable())
        return refuse(QStringLiteral("%1 cannot be read. --control takes a file or FIFO with commands.").arg(name));
    return std::make_unique<ControlInput>(session, name);
}

std::optional<std::chrono::milliseconds> readDuration(const std::string& text, bool json) {
    const auto time = parseDuration(QString::fromStdString(text));
    if (time)
        return std::chrono::duration_cast<std::chrono::milliseconds>(*time);
    sayError(time.error(), json);
    return std::nullopt;
}

std::optional<Address> readAddress(const std::string& text, Role role, bool json) {
    const QString address = QString::fromStdString(text);
    auto parsed = parseAddress(address, role);
    if (parsed)
        return *parsed;
    sayError(parsed.error(), json);
    if (json)
        return std::nullopt;
    const VisibleText visible = toVisibleText(hideSecrets(address).toUtf8());
    const int position = std::max(parsed.error().position, 0);
    const qsizetype column = visible.textAt(address.left(position).toUtf8().size());
    Session::sayPlain(QStringLiteral("  ") + visible.text);
    Session::sayPlain(QStringLiteral("  ") + QString(column, QLatin1Char(' ')) + QStringLiteral("^"));
    return std::nullopt;
}

void addExamples(CLI::App& command, const std::string& about, const std::vector<std::string>& examples) {
    std::string footer = about;
    footer += "\n\nExamples:\n";
    for (const std::string& example : examples)
        footer += "  " + example + "\n";
    command.footer(footer);
}

void buildProgram(CLI::App& program, Run& run) {
    program.name("swright");
    program.description(SOCKETWRIGHT_NAME " on the command line: open sockets, watch them, send to them.");
    program.set_version_flag("--version", SOCKETWRIGHT_NAME " " SOCKETWRIGHT_VERSION);
    program.require_subcommand(1);
    program.failure_message([](const CLI::App* app, const CLI::Error& error) { return usageMessage(*app, error); });
    addListen(program, run);
    addConnect(program, run);
    addSend(program, run);
    addReceive(program, run);
    addRelay(program, run);
    addLoad(program, run);
    addConvert(program, run);
    addShow(program, run);
    addReplay(program, run);
    addOpen(program, run);
    addCertificate(program, run);
    addLookup(program, run);
    addTranslate(program, run);
    addList(program, run);
    addDocuments(program, run);
    program.footer("An ADDRESS is SCHEME://[HOST][:PORT][?OPTION=VALUE[&...]], with the schemes tcp, tls, udp, dtls, "
                   "unix and unixgram.\n"
                   "A listener without a host binds loopback; the host * binds every local address.\n"
                   "`swright list options` shows what can follow the question mark.\n\n"
                   "Standard output carries data only; everything else goes to standard error.\n"
                   "Exit status: 0 done, 1 the network or the task failed, 2 wrong usage.\n\n"
                   "Examples:\n"
                   "  swright listen tcp://:10244 --behaviour talk\n"
                   "  swright connect tcp://127.0.0.1:10244\n"
                   "  swright send udp://127.0.0.1:5353 --hex '00 01 ff' --reply 2s\n");
}

} // namespace sw::cli
