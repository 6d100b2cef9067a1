// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/commands.h"
#include "app/cli/passphrases.h"
#include "core/base/inputfile.h"
#include "core/base/units.h"
#include "core/payload/payload.h"
#include "core/payload/template.h"

#include <QFileInfo>

#include <algorithm>
#include <memory>

namespace sw::cli {

namespace {

struct SendArguments {
    std::string address;
    std::string payload;
    std::string hex;
    std::string base64;
    std::string file;
    std::string templateText;
    quint64 seed = 1;
    std::string ending = "none";
    std::string encoding = "UTF-8";
    quint64 repeat = 1;
    std::string every;
    std::string reply;
    bool aborts = false;
    SessionOptions session;
};

/// Runs `swright send`: connect, send so often, wait for an answer if one is wanted, close.
class SendCommand final : public QObject {
public:
    /// What is sent: bytes, a template that is filled in each time, or a file.
    struct Content {
        QByteArray bytes{};
        std::optional<Template> fields{};
        QByteArray ending{};
        quint64 seed = 1;
        QString file{};
    };

    SendCommand(Session& session, Content content, quint64 repeat, std::chrono::microseconds every,
                std::optional<std::chrono::microseconds> reply, bool endsWithReset)
        : m_session(session),
          m_content(std::move(content)),
          m_file(m_content.file),
          m_left(repeat),
          m_reply(reply),
          m_endsWithReset(endsWithReset) {
        m_state.random.seed(m_content.seed);
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(std::chrono::duration_cast<std::chrono::milliseconds>(every));
        QObject::connect(&m_timer, &QTimer::timeout, this, &SendCommand::sendOnce);
        QObject::connect(&session, &Session::changed, this, &SendCommand::update);
        QObject::connect(&session, &Session::eventTaken, this, [this](EventKind event) {
            if (event == EventKind::NotSent || (event == EventKind::DatagramError && !m_reply))
                m_session.noteFailure(); // it may be told when the end was told already
        });
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
        m_received = snapshot.counters.receivedRecords;
        m_sent = snapshot.counters.sentBytes;
        m_sentRecords = snapshot.counters.sentRecords;
        m_refused = snapshot.counters.refused;
        m_isDatagram = snapshot.kind == EndpointKind::DatagramSocket;
        if (isEnded(snapshot.state)) {
            ended(snapshot);
            return;
        }
        if (m_isDatagram && snapshot.error && !m_reply)
            m_hasFailed = true;
        if (!m_isOpen && isConnected(snapshot.state)) {
            m_isOpen = true;
            m_timer.start();
            sendOnce();
        } else if (m_timer.interval() == 0) {
            sendOnce();
        }
        endWhenSent();
        if (m_isEnding && m_reply && !m_isDatagram && snapshot.state == EndpointState::ReadEnded)
            m_session.engine().close(m_id); // no more will come
    }

    void ended(const EndpointSnapshot& snapshot) {
        if (std::exchange(m_isOver, true))
            return;
        const bool isAnswered = !m_reply || m_received > 0;
        const bool isAllSent = m_left == 0 && m_refused == 0 && (m_isDatagram || m_sent >= m_offered);
        if (!isAllSent && !snapshot.error && snapshot.hasPeerEnded)
            m_session.note(QStringLiteral("the peer ended before everything was sent"));
        else if (!isAnswered && !snapshot.error && !m_hasGivenUp)
            m_session.note(snapshot.hasPeerEnded ? QStringLiteral("no answer came before the peer ended")
                                                 : QStringLiteral("no answer came"));
        m_session.finish(snapshot.error || !isAllSent || !isAnswered ? TaskFailed : Done);
    }

    /// Only so much is under way at once: of a stream in bytes, and in messages, each of which takes memory on its way;
    /// of datagrams, which may be empty, in their number.
    bool mayOfferMore() const {
        constexpr quint64 mostBytes = 1ULL << 20U;
        constexpr quint64 mostMessages = 4096;
        constexpr quint64 mostDatagrams = 256;
        if (m_isDatagram)
            return m_offeredRecords < m_sentRecords + m_refused + mostDatagrams;
        return m_refused == 0 && m_offered <= m_sent + std::min(mostBytes, mostMessages * m_lastSize);
    }

    void sendOnce() {
        constexpr int mostAtOnce = 1000; // then signals and what came have their turn
        for (int i = 0; m_left > 0 && mayOfferMore(); ++i) {
            if (i >= mostAtOnce) {
                QTimer::singleShot(0, this, [this] {
                    sendOnce();
                    endWhenSent(); // messages without bytes change nothing that would tell
                });
                break;
            }
            --m_left;
            ++m_offeredRecords;
            QByteArray bytes = m_content.bytes;
            if (m_content.fields) {
                const auto filled = m_content.fields->render(m_state, Timestamp::now().wall);
                if (!filled) {
                    m_hasGivenUp = true;
                    m_session.say(filled.error());
                    m_session.finish(WrongUsage);
                    return;
                }
                bytes = *filled + m_content.ending;
            }
            if (!m_file.isEmpty())
                m_session.engine().sendFile(m_id, m_file);
            else if (m_isDatagram || !bytes.isEmpty()) // nothing of a stream is nothing
                m_session.engine().send(m_id, bytes);
            m_lastSize = static_cast<quint64>(m_file.isEmpty() ? bytes.size() : QFileInfo(m_file).size());
            m_offered += m_lastSize;
            if (m_timer.interval() > 0)
                break;
        }
        if (m_left == 0 || m_timer.interval() == 0)
            m_timer.stop();
    }

    void endWhenSent() {
        m_hasFailed = m_hasFailed || m_refused > 0;
        const bool areRecordsSent = m_sentRecords + m_refused >= m_offeredRecords;
        const bool isAllSent = m_isOpen && (m_isDatagram ? m_left == 0 && areRecordsSent
                                                         : (m_left == 0 && m_sent >= m_offered) || m_refused > 0);
        if (!isAllSent || m_isEnding)
            return;
        m_isEnding = true;
        if (!m_reply) {
            m_endsWithReset ? m_session.engine().abort(m_id) : m_session.engine().close(m_id);
            if (m_hasFailed)
                m_session.finish(TaskFailed);
            return;
        }
        QTimer::singleShot(std::chrono::duration_cast<std::chrono::milliseconds>(*m_reply), this,
                           [this] { finishAfterReply(); });
    }

    void finishAfterReply() {
        m_hasGivenUp = true;
        if (m_received == 0)
            m_session.note(QStringLiteral("no answer came within %1").arg(formatDuration(*m_reply)));
        m_session.finish(m_received > 0 && m_refused == 0 ? Done : TaskFailed);
    }

    Session& m_session;
    Content m_content;
    TemplateState m_state;
    QString m_file;
    quint64 m_left;
    std::optional<std::chrono::microseconds> m_reply;
    bool m_endsWithReset;
    QTimer m_timer;
    EndpointId m_id = EndpointId::None;
    quint64 m_offered = 0;
    quint64 m_lastSize = 0; // of what was offered last
    quint64 m_offeredRecords = 0;
    quint64 m_sent = 0;
    quint64 m_sentRecords = 0;
    quint64 m_refused = 0;
    quint64 m_received = 0;
    bool m_isOpen = false;
    bool m_isDatagram = false;
    bool m_isEnding = false;
    bool m_isOver = false;
    bool m_hasFailed = false;
    bool m_hasGivenUp = false; // waiting for an answer
};

Result<QByteArray> payloadOf(const SendArguments& arguments) {
    const auto ending = parseLineEnding(QString::fromStdString(arguments.ending));
    if (!ending)
        return tl::unexpected(ending.error());
    PayloadSpec spec{.form = PayloadForm::Text,
                     .source = QString::fromStdString(arguments.payload),
                     .lineEnding = *ending,
                     .encoding = QString::fromStdString(arguments.encoding)};
    if (!arguments.hex.empty()) {
        spec.form = PayloadForm::Hex;
        spec.source = QString::fromStdString(arguments.hex);
    } else if (!arguments.base64.empty()) {
        spec.form = PayloadForm::Base64;
        spec.source = QString::fromStdString(arguments.base64);
    }
    return toBytes(spec);
}

Result<std::chrono::microseconds> durationOf(const std::string& text) {
    return text.empty() ? Result<std::chrono::microseconds>(std::chrono::microseconds(0))
                        : parseDuration(QString::fromStdString(text));
}

int runSend(SendArguments arguments) {
    const auto address = readAddress(arguments.address, Role::Connect, arguments.session.json);
    if (!address)
        return WrongUsage;
    if (!arguments.file.empty() && (arguments.ending != "none" || arguments.encoding != "UTF-8")) {
        sayError(
            badInput(QStringLiteral("--file"), QStringLiteral("A file is sent as it is: --ending and --encoding are "
                                                              "for text and templates.")));
        return WrongUsage;
    }
    const auto bytes = payloadOf(arguments);
    std::optional<Template> fields;
    if (!arguments.templateText.empty()) {
        const auto made =
            Template::parse(QString::fromStdString(arguments.templateText), QString::fromStdString(arguments.encoding));
        if (!made) {
            sayError(made.error(), arguments.session.json);
            return WrongUsage;
        }
        fields = *made;
    }
    const auto every = durationOf(arguments.every);
    const auto reply = durationOf(arguments.reply);
    for (const Error* error :
         {bytes ? nullptr : &bytes.error(), every ? nullptr : &every.error(), reply ? nullptr : &reply.error()}) {
        if (error != nullptr) {
            sayError(*error, arguments.session.json);
            return WrongUsage;
        }
    }
    const QString file = QString::fromStdString(arguments.file);
    const QString why = whyNoInputFile(file, Devices::Take);
    if (QFile probe(file); !file.isEmpty() && (!why.isEmpty() || !probe.open(QIODevice::ReadOnly))) {
        sayError(
            Error{.id = ErrorId::ReadFailed,
                  .situation = QStringLiteral("--file"),
                  .detail =
                      QStringLiteral("%1 cannot be read: %2.").arg(file, why.isEmpty() ? probe.errorString() : why)},
            arguments.session.json);
        return TaskFailed;
    }
    const bool wantsReply = !arguments.reply.empty();
    arguments.session.quietOutput = !wantsReply;
    arguments.session.endsWithReset = arguments.aborts;
    Session session(arguments.session);
    session.setInterruptStatus(TaskFailed);
    if (const auto status = session.prepare())
        return *status;
    if (!askPassphrases(session.engine(), {&*address}))
        return TaskFailed;
    SendCommand command(session,
                        {.bytes = *bytes,
                         .fields = fields,
                         .ending = lineEndingBytes(*parseLineEnding(QString::fromStdString(arguments.ending)),
                                                   QString::fromStdString(arguments.encoding)),
                         .seed = arguments.seed,
                         .file = file},
                        arguments.repeat, *every, wantsReply ? std::optional(*reply) : std::nullopt, arguments.aborts);
    const auto id = session.engine().connectTo(*address, {.name = QString::fromStdString(arguments.session.name)});
    if (!id) {
        session.say(id.error());
        return openingStatus(id.error());
    }
    command.started(*id);
    return session.run();
}

} // namespace

void addSend(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<SendArguments>();
    CLI::App* command = program.add_subcommand("send", "Send one payload, once or again and again, then close");
    command->add_option("ADDRESS", arguments->address, "Where to send, such as udp://127.0.0.1:5000")->required();
    auto* text =
        command->add_option("PAYLOAD", arguments->payload, "Text with the escapes \\n \\r \\t \\0 \\xHH \\u{...} \\\\");
    auto* hex =
        command
            ->add_option("--hex", arguments->hex, "Bytes as hexadecimal digits, with or without spaces, 0x and commas")
            ->type_name("DIGITS")
            ->excludes(text);
    auto* base64 = command->add_option("--base64", arguments->base64, "Bytes as base64")
                       ->type_name("DIGITS")
                       ->excludes(text)
                       ->excludes(hex);
    command->add_option("--file", arguments->file, "The content of a file, read as it is sent")
        ->type_name("FILE")
        ->check(fileName())
        ->excludes(text)
        ->excludes(hex)
        ->excludes(base64);
    command
        ->add_option("-t,--template", arguments->templateText,
                     "Text with fields that are filled in each time: ${n}, ${time}, ${crc32} (swright list fields)")
        ->type_name("TEXT")
        ->excludes(text)
        ->excludes(hex)
        ->excludes(base64);
    command->add_option("--seed", arguments->seed, "What a template's random fields begin with")
        ->type_name("N")
        ->check(wholeNumber(0));
    command->add_option("--ending", arguments->ending, "Line ending to append: none, lf, crlf, cr or nul")
        ->type_name("NAME")
        ->check(oneOf({"none", "lf", "crlf", "cr", "nul"}, Case::Ignored));
    command
        ->add_option("--encoding", arguments->encoding,
                     "Encoding of the text or template and of the line ending: UTF-8, ISO-8859-1, UTF-16LE, ...; \\xHH "
                     "stays one "
                     "byte")
        ->type_name("NAME");
    command->add_option("--repeat", arguments->repeat, "Send N times")->type_name("N")->check(wholeNumber(1));
    command->add_option("--every", arguments->every, "Wait TIME between two of them, such as 100ms")->type_name("TIME");
    command
        ->add_option("--reply", arguments->reply,
                     "Show what comes back until the peer ends or TIME is over; "
                     "status 1 when nothing came")
        ->type_name("TIME");
    command->add_flag("--abort", arguments->aborts, "End with a reset instead of an orderly close");
    addSessionOptions(*command, arguments->session);
    addExamples(*command, "A payload of nothing is nothing on a stream, and an empty datagram on udp and unixgram.",
                {"swright send udp://127.0.0.1:5000 'hello\\n' --reply 2s",
                 "swright send tcp://127.0.0.1:7 --hex '00 01 02 ff'",
                 "swright send tcp://127.0.0.1:9000 --file image.png",
                 "swright send udp://127.0.0.1:5000 tick --repeat 10 --every 100ms",
                 "swright send tcp://127.0.0.1:502 --template '\\x01\\x03\\0\\0\\0\\x0a${crc16-modbus}' --reply 1s"});
    command->callback([arguments, &run] { run = [arguments] { return runSend(*arguments); }; });
}

} // namespace sw::cli
