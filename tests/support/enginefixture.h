// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "tests/support/rawpeer.h"

#include <QtTest/QtTest>

namespace sw::test {

/// Waits until the engine's snapshots tell everything that has happened.
bool settle(Engine& engine);

/// An engine with what tests ask of it again and again.
class EngineFixture {
public:
    explicit EngineFixture(EngineOptions options = {.notifyInterval = std::chrono::milliseconds(1)});

    Engine& engine() { return m_engine; }
    /// Opens a listener and waits until it listens or has failed.
    EndpointSnapshot listen(const QString& address, const QString& behaviour = QStringLiteral("manual"));
    /// Connects and waits until it is open or has failed.
    EndpointSnapshot connectTo(const QString& address, const QString& behaviour = QStringLiteral("manual"));
    EndpointSnapshot now(EndpointId id) const { return m_engine.snapshot(id).value_or(EndpointSnapshot{}); }
    EndpointState state(EndpointId id) const { return now(id).state; }
    /// The connections or flows below an endpoint.
    QVector<EndpointSnapshot> children(EndpointId id) const;
    /// Waits for a child and gives its id.
    EndpointId waitForChild(EndpointId id, int count = 1);
    bool waitForState(EndpointId id, EndpointState state, int milliseconds = 5000);
    /// Once the condition holds, the snapshots are as new as what was seen: records reach a reader before the batched
    /// notification that tells of them.
    bool waitUntil(const std::function<bool()>& condition, int milliseconds = 5000);
    /// Waits until the snapshots tell everything that has happened.
    bool settle() { return sw::test::settle(m_engine); }
    /// Bytes go to another endpoint of the engine and back, twice: what was ready before that has been looked at, and
    /// what has not happened by now will not.
    bool serveOthers();

    QByteArray bytesOf(EndpointId id, RecordKind kind) const;
    /// The facts of each event of one kind.
    QVector<QJsonObject> events(EndpointId id, EventKind kind) const;
    quint16 portOf(const EndpointSnapshot& snapshot) const { return snapshot.address.place.portFirst; }

private:
    Engine m_engine;
};

} // namespace sw::test
