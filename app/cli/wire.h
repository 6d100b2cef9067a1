// SPDX-License-Identifier: MIT
#pragma once

#include "app/cli/feeder.h"
#include "app/cli/session.h"

#include <QElapsedTimer>

#include <memory>
#include <unordered_map>

namespace sw::cli {

/// How endpoints are wired to standard input and output.
struct WireOptions {
    bool crlf = false;               ///< CR LF for each LF of standard input
    bool sendOnly = false;           ///< nothing of what comes is shown; the end of input is the end
    bool receiveOnly = false;        ///< no standard input
    bool shutsDownReceiving = false; ///< receiving is shut down as soon as a connection is open
    bool endsWithReset = false;      ///< what we end is reset
    bool closesForBehaviour = false; ///< the behaviour leaves it to us to close after the peer's end
    bool hasBehaviour = false;       ///< something else answers too
    bool isSingle = true;            ///< one endpoint, whose ends are those of standard input and output
    bool endsWithInput = true;       ///< the end of input ends sending
    bool keepsAfterPeersEnd = true;  ///< the peer's end of stream leaves our side open
};

/// Standard input goes to the endpoints that are wired, and each end is passed on: input's end shuts down sending, and
/// a single peer's end of stream ends standard output at once.
class Wire final : public QObject {
    Q_OBJECT

public:
    Wire(Session& session, const WireOptions& options, QObject* parent = nullptr);

    /// To be called with each snapshot of an endpoint that is wired.
    void update(const EndpointSnapshot& snapshot);

private:
    struct State {
        bool isFed = false;
        bool hasPeerEnded = false;
        bool isEnding = false;
        quint64 moved = 0; // bytes in both directions, when it was looked at
        QElapsedTimer quiet;
    };

    void peerEnded(EndpointId id);
    void endSending(const EndpointSnapshot& snapshot, State& state);
    void endWhenQuiet(const EndpointSnapshot& snapshot, State& state);
    void end(EndpointId id);
    void inputEnded();

    Session& m_session;
    WireOptions m_options;
    std::unique_ptr<Feeder> m_feeder;
    std::unordered_map<quint64, State> m_states;
    bool m_hasInputEnded = false;
};

} // namespace sw::cli
