// SPDX-License-Identifier: MIT
#include "app/cli/feeder.h"

#include "app/cli/stdio.h"

namespace sw::cli {

namespace {
constexpr quint64 mostUnderWay = 1ULL << 20U;
}

Feeder::Feeder(Session& session, bool crlf, QObject* parent) : QObject(parent), m_session(session), m_crlf(crlf) {
    QObject::connect(&session, &Session::changed, this, &Feeder::update);
    QObject::connect(&m_reader, &InputReader::arrived, this, &Feeder::offer);
    QObject::connect(&m_reader, &InputReader::failed, this, [this](const Error& error) {
        m_session.say(error);
        m_session.noteFailure(); // what was to be sent is cut
    });
    QObject::connect(&m_reader, &InputReader::ended, this, &Feeder::ended);
}

void Feeder::addTarget(EndpointId id) {
    m_targets.try_emplace(static_cast<quint64>(id));
    pump();
}

void Feeder::update(const QVector<EndpointSnapshot>& snapshots) {
    for (const EndpointSnapshot& snapshot : snapshots) {
        const auto found = m_targets.find(static_cast<quint64>(snapshot.id));
        if (found == m_targets.end())
            continue;
        if (isEnded(snapshot.state))
            m_targets.erase(found);
        else
            found->second.sent = snapshot.counters.sentBytes;
    }
    pump();
}

void Feeder::pump() {
    if (m_targets.empty())
        return; // nobody to send to: the input waits
    for (const auto& [id, target] : m_targets) {
        if (target.offered > target.sent + mostUnderWay)
            return;
    }
    m_reader.request();
}

void Feeder::offer(const QByteArray& input) {
    m_hadInput = true;
    QByteArray bytes = input;
    if (m_crlf) {
        QByteArray converted;
        converted.reserve(bytes.size() + bytes.size() / 16);
        for (const char c : input) {
            if (c == '\n' && !m_lastWasCr)
                converted.append('\r');
            m_lastWasCr = c == '\r';
            converted.append(c);
        }
        bytes = converted;
    }
    for (auto& [id, target] : m_targets) {
        target.offered += static_cast<quint64>(bytes.size());
        m_session.engine().send(static_cast<EndpointId>(id), bytes);
    }
    pump();
}

bool Feeder::isAllSent(EndpointId id) const {
    const auto found = m_targets.find(static_cast<quint64>(id));
    return found == m_targets.end() || found->second.sent >= found->second.offered;
}

bool mayReadInput() {
    return !isTerminal(StandardStream::Input) || !isInBackground();
}

} // namespace sw::cli
