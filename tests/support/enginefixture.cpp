// SPDX-License-Identifier: MIT
#include "tests/support/enginefixture.h"
#include "core/transcript/transcript.h"

namespace sw::test {

EngineFixture::EngineFixture(EngineOptions options) : m_engine(options) {}

bool EngineFixture::waitUntil(const std::function<bool()>& condition, int milliseconds) {
    return QTest::qWaitFor(condition, milliseconds) && settle();
}

bool settle(Engine& engine) {
    QSignalSpy settled(&engine, &Engine::settled);
    engine.settle();
    return QTest::qWaitFor([&] { return !settled.isEmpty(); });
}

bool EngineFixture::serveOthers() {
    const EndpointSnapshot other = listen(QStringLiteral("tcp://127.0.0.1"), QStringLiteral("echo"));
    const RawPeer peer = RawPeer::connectTo(portOf(other));
    bool isServed = true;
    for (int i = 0; i < 2; ++i)
        isServed = isServed && peer.send("x") && peer.receive(1) == "x";
    m_engine.close(other.id);
    return settle() && isServed;
}

EndpointSnapshot EngineFixture::listen(const QString& address, const QString& behaviour) {
    const auto id = m_engine.listen(*parseAddress(address), {.behaviour = behaviour});
    if (!id)
        return {.state = EndpointState::Failed, .error = id.error()};
    waitUntil([&] {
        const EndpointState state = this->state(*id);
        return state == EndpointState::Listening || state == EndpointState::Open || isEnded(state);
    });
    return now(*id);
}

EndpointSnapshot EngineFixture::connectTo(const QString& address, const QString& behaviour) {
    const auto id = m_engine.connectTo(*parseAddress(address), {.behaviour = behaviour});
    if (!id)
        return {.state = EndpointState::Failed, .error = id.error()};
    waitUntil([&] {
        const EndpointState state = this->state(*id);
        return state != EndpointState::Idle && state != EndpointState::Resolving && state != EndpointState::Connecting;
    });
    return now(*id);
}

QVector<EndpointSnapshot> EngineFixture::children(EndpointId id) const {
    QVector<EndpointSnapshot> found;
    const auto all = m_engine.snapshots();
    for (const EndpointSnapshot& snapshot : all) {
        if (snapshot.parent == id)
            found.append(snapshot);
    }
    return found;
}

EndpointId EngineFixture::waitForChild(EndpointId id, int count) {
    waitUntil([&] { return children(id).size() >= count; });
    const auto found = children(id);
    return found.size() >= count ? found.at(count - 1).id : EndpointId::None;
}

bool EngineFixture::waitForState(EndpointId id, EndpointState wanted, int milliseconds) {
    return waitUntil([&] { return state(id) == wanted; }, milliseconds);
}

QByteArray EngineFixture::bytesOf(EndpointId id, RecordKind kind) const {
    QByteArray all;
    if (m_engine.transcript(id) == nullptr)
        return all; // not open yet
    const TranscriptReader reader(m_engine.transcript(id));
    for (RecordIndex index = 0; index < reader.count(); ++index) {
        const RecordView record = reader.at(index);
        if (record.header.kind == kind)
            all.append(record.bytes);
    }
    return all;
}

QVector<QJsonObject> EngineFixture::events(EndpointId id, EventKind kind) const {
    QVector<QJsonObject> found;
    if (m_engine.transcript(id) == nullptr)
        return found; // not open yet
    const TranscriptReader reader(m_engine.transcript(id));
    for (RecordIndex index = 0; index < reader.count(); ++index) {
        const RecordView record = reader.at(index);
        if (record.header.kind == RecordKind::Event && record.header.event == kind)
            found.append(record.facts().toJson());
    }
    return found;
}

} // namespace sw::test
