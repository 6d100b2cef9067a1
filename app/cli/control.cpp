// SPDX-License-Identifier: MIT
#include "app/cli/control.h"

#include "app/cli/stdio.h"
#include "core/base/textdecoding.h"
#include "core/payload/visibletext.h"

namespace sw::cli {

namespace {
constexpr qsizetype longestLine = 65536;
} // namespace

std::string ControlInput::help() {
    return "Lines of the control input: accept [N] (take the next N connections of accept=manual), pause, resume,\n"
           "stop (close the listener; its connections go on); and for all connections, or the one that is named:\n"
           "shutdown-sending, shutdown-receiving, close, abort; quit (close everything and end).";
}

ControlInput::ControlInput(Session& session, const QString& path, QObject* parent)
    : QObject(parent),
      m_session(session),
      m_reader(openControl(path)) {
    QObject::connect(&m_reader, &InputReader::arrived, this, [this](const QByteArray& bytes) {
        decode(bytes, false);
        obeyLines();
        m_reader.request();
    });
    QObject::connect(&m_reader, &InputReader::failed, this, [this](const Error& error) { m_session.say(error); });
    QObject::connect(&m_reader, &InputReader::ended, this, [this] {
        decode({}, true);
        if (!m_rest.isEmpty()) // a last line without its end
            m_rest += QLatin1Char('\n');
        obeyLines();
    });
}

void ControlInput::started(EndpointId id) {
    m_main = id;
    m_reader.request();
}

/// Its first bytes say how it is encoded.
void ControlInput::decode(const QByteArray& bytes, bool isEnd) {
    constexpr qsizetype telling = 4;
    m_undecoded += bytes;
    if (!m_decoder) {
        if (m_undecoded.size() < telling && !m_undecoded.contains('\n') && !isEnd)
            return;
        const auto [encoding, mark] = textEncodingOf(m_undecoded);
        m_decoder.emplace(encoding.value_or(QStringConverter::Utf8));
        m_undecoded.remove(0, mark);
    }
    m_rest += QString(m_decoder->decode(std::exchange(m_undecoded, {})));
}

void ControlInput::obeyLines() {
    for (qsizetype end = m_rest.indexOf(QLatin1Char('\n')); end >= 0; end = m_rest.indexOf(QLatin1Char('\n'))) {
        const QString line = m_rest.first(end).simplified();
        m_rest.remove(0, end + 1);
        if (!line.isEmpty())
            obey(line);
    }
    if (m_rest.size() > longestLine)
        m_rest.clear();
}

void ControlInput::obey(const QString& line) {
    const QString verb = line.section(QLatin1Char(' '), 0, 0);
    const QString argument = line.section(QLatin1Char(' '), 1);
    if (verb == QLatin1String("quit")) {
        m_session.finish(Done, QStringLiteral("quit"));
        return;
    }
    if (obeyOnMain(verb, argument) || obeyOnConnections(verb, argument))
        return;
    m_session.say(badInput(
        QStringLiteral("--control"),
        QStringLiteral("“%1” is no command here. There are: accept [N], pause, resume, stop, shutdown-sending, "
                       "shutdown-receiving, close and abort (each with the name of a connection, or for all), quit.")
            .arg(line.left(80))));
}

bool ControlInput::obeyOnMain(const QString& verb, const QString& argument) {
    Engine& engine = m_session.engine();
    if (verb == QLatin1String("accept")) {
        bool ok = true;
        const quint64 count = argument.isEmpty() ? 1 : argument.toULongLong(&ok);
        if (!ok || count == 0)
            return false;
        engine.acceptNext(m_main, count);
    } else if (verb == QLatin1String("pause") || verb == QLatin1String("resume")) {
        engine.setPaused(m_main, verb == QLatin1String("pause"));
    } else if (verb == QLatin1String("stop")) {
        engine.close(m_main);
    } else {
        return false;
    }
    return true;
}

bool ControlInput::obeyOnConnections(const QString& verb, const QString& name) {
    void (Engine::*call)(EndpointId) = verb == QLatin1String("shutdown-sending")     ? &Engine::shutDownSending
                                       : verb == QLatin1String("shutdown-receiving") ? &Engine::shutDownReceiving
                                       : verb == QLatin1String("close")              ? &Engine::close
                                       : verb == QLatin1String("abort")              ? &Engine::abort
                                                                                     : nullptr;
    if (call == nullptr)
        return false;
    int found = 0;
    const auto all = m_session.engine().snapshots();
    for (const EndpointSnapshot& snapshot : all) {
        const bool isConnection = snapshot.kind == EndpointKind::Connection || snapshot.kind == EndpointKind::Flow ||
                                  (snapshot.kind == EndpointKind::DatagramSocket && snapshot.id == m_main);
        const bool isMeant = name.isEmpty() || snapshot.name == name || snapshot.shortName() == name;
        if (!isConnection || !isMeant || isEnded(snapshot.state))
            continue;
        ++found;
        (m_session.engine().*call)(snapshot.id);
    }
    if (found == 0)
        m_session.say(badInput(QStringLiteral("--control"),
                               name.isEmpty() ? QStringLiteral("No connection is open.")
                                              : QStringLiteral("No open connection is called “%1”.").arg(name)));
    return true;
}

} // namespace sw::cli
