// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/commands.h"
#include "app/cli/stdio.h"
#include "app/signals.h"
#include "core/capture/importedrecording.h"
#include "core/capture/recorder.h"
#include "core/capture/recordingwriter.h"
#include "core/capture/textlines.h"
#include "core/payload/utf8pieces.h"
#include "core/payload/visibletext.h"
#include "core/transcript/filter.h"

#include <QDateTime>
#include <QFileInfo>

#include <map>
#include <memory>

namespace sw::cli {

namespace {

/// A recording that was read, and which of its records are wanted.
struct OpenedRecording {
    ImportedRecording recording;
    RecordSource source;
    Filter filter;

    bool isWanted(RecordIndex index) const { return filter.matches(source, index, {}); }
};

/// Nothing: the error was said, and `status` is what to exit with.
std::unique_ptr<OpenedRecording> openRecording(const std::string& path, const std::string& filter, int& status) {
    const Timestamp now = Timestamp::now();
    auto parsed = Filter::parse(QString::fromStdString(filter), now.wall);
    if (!parsed) {
        sayError(parsed.error());
        status = WrongUsage;
        return nullptr;
    }
    auto recording = readRecording(QString::fromStdString(path));
    if (!recording) {
        sayError(recording.error());
        status = TaskFailed;
        return nullptr;
    }
    for (const QString& problem : std::as_const(recording->problems))
        Session::sayPlain(QStringLiteral("swright: ") + problem);
    auto opened = std::make_unique<OpenedRecording>();
    opened->recording = std::move(*recording);
    opened->source = RecordSource(opened->recording.parts());
    opened->source.update();
    opened->filter = *parsed;
    return opened;
}

/// Whether what is written would take the place of what is read, by any name: of a .bin two files are read and written.
bool isSame(const QString& in, const QString& out) {
    const auto there = [](const QString& path) { return QFileInfo(path).canonicalFilePath(); };
    for (const QString& read : filesOfRecording(in)) {
        if (QFileInfo(out).isDir() && QFileInfo(there(read)).path() == there(out))
            return true;
        for (const QString& written : filesOfRecording(out)) {
            if (!there(written).isEmpty() && there(written) == there(read))
                return true;
        }
    }
    return false;
}

int runConvert(const std::string& in, const std::string& out, const std::string& filter, Existing existing) {
    const QString target = QString::fromStdString(out);
    if (isSame(QString::fromStdString(in), target)) {
        sayError(badInput(QStringLiteral("convert"),
                          QStringLiteral("IN and OUT are the same file, or OUT is the folder of IN.")));
        return WrongUsage;
    }
    int status = Done;
    const auto opened = openRecording(in, filter, status);
    if (!opened)
        return status;
    const auto written = writeRecording(
        opened->source, target, [&opened](RecordIndex index) { return opened->isWanted(index); }, nullptr, existing);
    if (written)
        return Done;
    sayError(withForceHint(written.error()));
    return written.error().id == ErrorId::InvalidArgument ? WrongUsage : TaskFailed;
}

QByteArray markOf(RecordKind kind) {
    switch (kind) {
    case RecordKind::Sent:
        return "> ";
    case RecordKind::Received:
        return "< ";
    case RecordKind::Event:
        return "* ";
    case RecordKind::Note:
        break;
    }
    return "# ";
}

bool isData(const RecordView& record) {
    return record.header.kind == RecordKind::Received || record.header.kind == RecordKind::Sent;
}

/// Standard output in portions: a record of nothing but line ends is shown many times its size.
class Output {
public:
    void add(const QByteArray& text) {
        constexpr qsizetype portion = 65536;
        m_text += text;
        if (m_text.size() >= portion)
            flush();
    }
    /// False: whoever read it has seen enough.
    bool flush() {
        m_isOk = m_isOk && print(std::exchange(m_text, {}));
        return m_isOk;
    }
    bool isOk() const { return m_isOk; }

private:
    QByteArray m_text;
    bool m_isOk = true;
};

/// Each line after a prefix.
void addLines(Output& output, const QByteArray& prefix, QByteArrayView bytes) {
    QByteArrayView rest = bytes;
    do {
        const qsizetype end = rest.indexOf('\n');
        const QByteArrayView line = end < 0 ? rest : rest.first(end);
        output.add(prefix + toTerminalText(line) + '\n');
        rest = end < 0 ? QByteArrayView() : rest.sliced(end + 1);
    } while (!rest.isEmpty() && output.isOk());
}

class Shower {
public:
    Shower(const OpenedRecording& opened, std::string view) : m_opened(opened), m_view(std::move(view)) {}

    void show(RecordIndex index, const RecordView& record, Output& output) {
        const SourcePart& part = m_opened.source.parts()[m_opened.source.partOf(index)];
        const QByteArray name = toVisibleText(part.name.toUtf8()).text.toUtf8();
        const QByteArray time = QDateTime::fromMSecsSinceEpoch(record.header.time.wall / 1'000'000)
                                    .toString(QStringLiteral("HH:mm:ss.zzz"))
                                    .toLatin1();
        const QByteArray mark = markOf(record.header.kind);
        if (m_view == "table") {
            output.add(row(index, record, name));
        } else if (m_view == "hex" && isData(record)) {
            quint64& offset = m_offsets[{m_opened.source.partOf(index), record.header.kind == RecordKind::Sent}];
            output.add(time + ' ' + name + ' ' + mark + QByteArray::number(record.bytes.size()) + " bytes\n" +
                       toHexDump(record.bytes, offset).toLatin1());
            offset += static_cast<quint64>(record.bytes.size());
        } else {
            addText(output, m_view == "text" ? mark : QByteArray(time + ' ' + name + ' ' + mark), index, record);
        }
    }

    /// What is left of characters that never became whole.
    void finish(Output& output) {
        for (auto& [where, stream] : m_streams)
            addHeld(output, stream);
    }

private:
    struct Stream { // one direction of one endpoint
        Utf8Pieces pieces;
        QByteArray prefix;
    };

    static void addHeld(Output& output, Stream& stream) {
        if (const QByteArray rest = stream.pieces.flush(); !rest.isEmpty())
            addLines(output, stream.prefix, rest);
    }

    void addText(Output& output, const QByteArray& prefix, RecordIndex index, const RecordView& record) {
        if (!isData(record)) {
            for (const RecordKind direction : {RecordKind::Received, RecordKind::Sent}) {
                const auto held = m_streams.find({m_opened.source.partOf(index), direction == RecordKind::Sent});
                if (held != m_streams.end() && endsDirection(record.header, direction))
                    addHeld(output, held->second);
            }
            output.add(prefix + toVisibleText(record.text().toUtf8()).text.toUtf8() + '\n');
            return;
        }
        if ((record.header.flags & DatagramFlag) != 0) {
            addLines(output, prefix, record.bytes);
            return;
        }
        Stream& stream = m_streams[{m_opened.source.partOf(index), record.header.kind == RecordKind::Sent}];
        stream.prefix = prefix;
        if (const QByteArray whole = stream.pieces.take(record.bytes); !whole.isEmpty() || record.bytes.isEmpty())
            addLines(output, prefix, whole);
    }

    QByteArray row(RecordIndex index, const RecordView& record, const QByteArray& name) {
        constexpr qsizetype widest = 60;
        if (m_first == 0)
            m_first = record.header.time.wall;
        const double seconds = static_cast<double>(record.header.time.wall - m_first) / 1e9;
        const QByteArray content = isData(record)
                                       ? record.bytes.first(std::min(record.bytes.size(), widest)).toByteArray()
                                       : record.text().toUtf8();
        return QByteArray::number(index + 1).rightJustified(7) + ' ' +
               QByteArray::number(seconds, 'f', 6).rightJustified(12) + "  " + markOf(record.header.kind) +
               (isData(record) ? QByteArray::number(record.bytes.size()) : QByteArray()).rightJustified(8) + "  " +
               name.leftJustified(28) + ' ' + toVisibleText(content).text.toUtf8() + '\n';
    }

    const OpenedRecording& m_opened;
    std::string m_view;
    std::map<std::pair<std::size_t, bool>, quint64> m_offsets;
    std::map<std::pair<std::size_t, bool>, Stream> m_streams;
    qint64 m_first = 0;
};

int runShow(const std::string& in, const std::string& view, const std::string& filter) {
    int status = Done;
    const auto opened = openRecording(in, filter, status);
    if (!opened)
        return status;
    makeBinary();
    Shower shower(*opened, view);
    const RecordSource& source = opened->source;
    Output output;
    for (RecordIndex i = 0; i < source.count() && output.isOk(); ++i) {
        if (opened->isWanted(i))
            shower.show(i, source.at(i), output);
    }
    shower.finish(output);
    return output.flush() ? Done : TaskFailed;
}

struct RecordingArguments {
    std::string in;
    std::string out;
    std::string view = "lines";
    std::string filter;
    bool force = false;
};

const char* const filterHelp = "Only records that match, such as 'dir:received len>100 \"GET\"'";

} // namespace

void addConvert(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<RecordingArguments>();
    CLI::App* command = program.add_subcommand("convert", "Turn a recording or capture into another format");
    command
        ->add_option("IN", arguments->in, "What to read: .pcapng, .pcap (gzip of them too), .jsonl, .csv, .hex, .bin")
        ->type_name("FILE")
        ->required();
    command
        ->add_option("OUT", arguments->out,
                     "What to write, by its ending: .pcapng, .jsonl, .csv, .txt, .hex, .bin, or a folder (ending with "
                     "/) with a file for each direction of each connection")
        ->type_name("FILE")
        ->required();
    command->add_option("--filter", arguments->filter, filterHelp)->type_name("EXPRESSION");
    command->add_flag("--force", arguments->force,
                      "Replace OUT when it is there already; without it, that is an error");
    addExamples(
        *command,
        "TCP of a capture is put together: segments out of order, repeated or overlapping; what the capture\n"
        "lacks is told as an event. In a .pcapng that is written, headers are made up to say what was observed.",
        {"swright convert capture.pcap.gz talk.jsonl", "swright convert session.jsonl session.pcapng",
         "swright convert capture.pcapng streams/ --filter 'peer:10.0.0.1'"});
    command->callback([arguments, &run] {
        run = [arguments] {
            return runConvert(arguments->in, arguments->out, arguments->filter,
                              arguments->force ? Existing::Replace : Existing::Refuse);
        };
    });
}

void addShow(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<RecordingArguments>();
    CLI::App* command = program.add_subcommand("show", "Show a recording or capture");
    command
        ->add_option("FILE", arguments->in, "What to read: .pcapng, .pcap (gzip of them too), .jsonl, .csv, .hex, .bin")
        ->type_name("FILE")
        ->required();
    command
        ->add_option("--as", arguments->view,
                     "lines (time, endpoint, direction and text), text (direction and text), hex, or table (a line for "
                     "each record)")
        ->type_name("FORM")
        ->check(oneOf({"lines", "text", "hex", "table"}));
    command->add_option("--filter", arguments->filter, filterHelp)->type_name("EXPRESSION");
    addExamples(*command, "Sent bytes are marked with >, received ones with <, events with *, notes with #.",
                {"swright show capture.pcapng", "swright show session.jsonl --as hex --filter 'dir:sent'"});
    command->callback([arguments, &run] {
        run = [arguments] { return runShow(arguments->in, arguments->view, arguments->filter); };
    });
}

} // namespace sw::cli
