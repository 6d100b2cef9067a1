// SPDX-License-Identifier: MIT
#include "core/endpoint/streamrecords.h"

#include "core/channel/qtfamily.h"

namespace sw {

namespace {

ClosingRecord byUs(const QString& text) {
    return {.cause = ClosingCause::ClosedByUs, .text = text, .error = {}};
}

ClosingRecord reset(const QString& text) {
    return {.cause = ClosingCause::AbortedByUs, .text = text, .error = {}};
}

} // namespace

OpeningRecord streamOpened(const EndpointSnapshot& snapshot, const QString& listenerName) {
    OpeningRecord opening{.text = {},
                          .facts = {{Fact::Scheme, schemeName(snapshot.address.scheme)},
                                    {Fact::Local, snapshot.local},
                                    {Fact::Peer, snapshot.peer}}};
    Facts& facts = opening.facts;
    if (snapshot.credentials != nullptr)
        facts.add(Fact::Credentials, snapshot.credentials->toJson());
    if (snapshot.report != nullptr)
        facts.add(Fact::Report, snapshot.report->toJson());
    if (usesQtSockets(snapshot.address))
        facts.add(Fact::Sockets, QStringLiteral("qt"));
    const QString peer = snapshot.peer.isEmpty() ? QStringLiteral("a local process") : snapshot.peer;
    if (snapshot.isAccepted) {
        facts.add(Fact::ListenerName, listenerName);
        opening.text = QStringLiteral("opened by %1, accepted by “%2”").arg(peer, listenerName);
        return opening;
    }
    opening.text = QStringLiteral("connected to %1").arg(peer);
    if (!snapshot.local.isEmpty())
        opening.text += QStringLiteral(" from %1").arg(snapshot.local);
    if (const auto proxy = snapshot.address.given("proxy")) {
        opening.text += QStringLiteral(" through %1").arg(*proxy);
        facts.add(Fact::Proxy, *proxy);
    }
    return opening;
}

ClosingRecord notConnectedForTls(const Error& error) {
    return {
        .cause = ClosingCause::TlsFailure, .text = QStringLiteral("not connected: ") + toText(error), .error = error};
}

ClosingRecord refusedByUs() {
    return reset(QStringLiteral("refused and reset by us"));
}

ClosingRecord notConnected(const Error& error) {
    const ClosingCause cause = error.id == ErrorId::ConnectionRefused    ? ClosingCause::Refused
                               : error.id == ErrorId::ConnectionTimedOut ? ClosingCause::TimedOut
                               : error.id == ErrorId::ConnectionReset    ? ClosingCause::Reset
                                                                         : ClosingCause::Error;
    return {.cause = cause, .text = QStringLiteral("could not connect: ") + toText(error), .error = error};
}

ClosingRecord givenUp(const QString& why) {
    return byUs(why);
}

ClosingRecord closedOrderly(bool byPeer, bool hasPeerEnded) {
    if (byPeer)
        return {.cause = ClosingCause::ClosedByPeer,
                .text = QStringLiteral("closed: the peer ended first, then we did"),
                .error = {}};
    return byUs(hasPeerEnded ? QStringLiteral("closed: we ended first, then the peer did")
                             : QStringLiteral("closed by us"));
}

ClosingRecord peerIsGone() {
    return {.cause = ClosingCause::ClosedByPeer,
            .text = QStringLiteral("closed by the peer: it neither sends nor receives any more"),
            .error = {}};
}

ClosingRecord resetAtClose(qint64 unsent) {
    return reset(unsent > 0 ? QStringLiteral("closed by us with a reset (linger=0): %1 bytes were not sent").arg(unsent)
                            : QStringLiteral("closed by us with a reset (linger=0)"));
}

ClosingRecord resetAfterLinger(qint64 seconds, qint64 unacknowledged) {
    return reset(QStringLiteral("closed by us with a reset: linger=%1 was over, and the peer had not acknowledged %2 "
                                "bytes")
                     .arg(seconds)
                     .arg(unacknowledged));
}

ClosingRecord aborted(quint64 unsent) {
    return reset(unsent > 0 ? QStringLiteral("aborted by us: reset, %1 bytes not sent").arg(unsent)
                            : QStringLiteral("aborted by us: reset"));
}

ClosingRecord closedByError(Error error, bool afterEnd, bool inHandshake) {
    const bool isReset = error.id == ErrorId::ConnectionReset || error.id == ErrorId::BrokenPipe;
    if (error.id == ErrorId::BrokenPipe && afterEnd)
        error.detail += QStringLiteral(" Its end of stream came before.");
    if (inHandshake)
        error.detail += QStringLiteral(" That was during the TLS handshake.");
    return {.cause = isReset                                   ? ClosingCause::Reset
                     : error.id == ErrorId::ConnectionTimedOut ? ClosingCause::TimedOut
                                                               : ClosingCause::Error,
            .text = (isReset ? QStringLiteral("reset by the peer: ") : QStringLiteral("ended by an error: ")) +
                    toText(error),
            .error = error};
}

} // namespace sw
