// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/endpoint.h"
#include "core/transcript/recovery.h"

namespace sw {

/// What is left of an endpoint of a killed run, or what a recording has of one: a transcript and names. It has ended;
/// there is no socket. The I/O thread.
class RecoveredEndpoint final : public Endpoint {
public:
    RecoveredEndpoint(EndpointHost& host, EndpointId id, EndpointId parent, const RecoveredTranscript& recovered);

    void start() override {}
    void offer(const QByteArray&, const QString&) override {}
    void offerFile(const QString&) override {}
    void closeOrderly() override {}
    void abort() override {}
    void shutDownSending() override {}
    void shutDownReceiving() override {}
    void setPaused(bool) override {}
    void acceptOne() override {}
    void setBehaviour(const QString&, BehaviourFactory) override {}

private:
    void readCounters(const QJsonObject& counted);
};

} // namespace sw
