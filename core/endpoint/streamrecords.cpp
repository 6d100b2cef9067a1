// SPDX-License-Identifier: MIT
#include "core/endpoint/streamrecords.h"

namespace sw {

namespace {

ClosingRecord byUs(const Sentence& text) {
    return {.cause = ClosingCause::ClosedByUs, .text = text, .error = {}};
}

ClosingRecord reset(const Sentence& text) {
    return {.cause = ClosingCause::AbortedByUs, .text = text, .error = {}};
}

} // namespace

OpeningRecord streamOpened(const EndpointSnapshot& snapshot, const QString& listenerName, const QString& sockets) {
    OpeningRecord opening{.text = {},
                          .facts = {{Fact::Scheme, schemeName(snapshot.address.scheme)},
                                    {Fact::Local, snapshot.local},
                                    {Fact::Peer, snapshot.peer}}};
    Facts& facts = opening.facts;
    if (snapshot.credentials != nullptr)
        facts.add(Fact::Credentials, snapshot.credentials->toJson());
    if (snapshot.report != nullptr)
        facts.add(Fact::Report, snapshot.report->toJson());
    if (sockets != QLatin1String("native"))
        facts.add(Fact::Sockets, sockets);
    if (snapshot.isAccepted) {
        facts.add(Fact::ListenerName, listenerName);
        opening.text =
            snapshot.peer.isEmpty()
                ? sentence(QT_TRANSLATE_NOOP("Core", "opened by a local process, accepted by “%1”"), listenerName)
                : sentence(QT_TRANSLATE_NOOP("Core", "opened by %1, accepted by “%2”"), snapshot.peer, listenerName);
        return opening;
    }
    opening.text = snapshot.peer.isEmpty() ? sentence(QT_TRANSLATE_NOOP("Core", "connected to a local process"))
                                           : sentence(QT_TRANSLATE_NOOP("Core", "connected to %1"), snapshot.peer);
    if (!snapshot.local.isEmpty())
        opening.text += sentence(QT_TRANSLATE_NOOP("Core", " from %1"), snapshot.local);
    if (const auto proxy = snapshot.address.given("proxy")) {
        opening.text += sentence(QT_TRANSLATE_NOOP("Core", " through %1"), *proxy);
        facts.add(Fact::Proxy, *proxy);
    }
    return opening;
}

ClosingRecord notConnectedForTls(const Error& error) {
    return {.cause = ClosingCause::TlsFailure,
            .text = sentence(QT_TRANSLATE_NOOP("Core", "not connected: %1"), toText(error)),
            .error = error};
}

ClosingRecord refusedByUs() {
    return reset(sentence(QT_TRANSLATE_NOOP("Core", "refused and reset by us")));
}

ClosingRecord notConnected(const Error& error) {
    const ClosingCause cause = error.id == ErrorId::ConnectionRefused    ? ClosingCause::Refused
                               : error.id == ErrorId::ConnectionTimedOut ? ClosingCause::TimedOut
                               : error.id == ErrorId::ConnectionReset    ? ClosingCause::Reset
                                                                         : ClosingCause::Error;
    return {.cause = cause,
            .text = sentence(QT_TRANSLATE_NOOP("Core", "could not connect: %1"), toText(error)),
            .error = error};
}

ClosingRecord givenUp(const Sentence& why) {
    return byUs(why);
}

ClosingRecord closedOrderly(bool byPeer, bool hasPeerEnded) {
    if (byPeer)
        return {.cause = ClosingCause::ClosedByPeer,
                .text = sentence(QT_TRANSLATE_NOOP("Core", "closed: the peer ended first, then we did")),
                .error = {}};
    return byUs(hasPeerEnded ? sentence(QT_TRANSLATE_NOOP("Core", "closed: we ended first, then the peer did"))
                             : sentence(QT_TRANSLATE_NOOP("Core", "closed by us")));
}

ClosingRecord closedWithLoss(bool byPeer, quint64 lost, const QString& peer) {
    return {.cause = byPeer ? ClosingCause::ClosedByPeer : ClosingCause::ClosedByUs,
            .text = sentence(QT_TRANSLATE_NOOP("Core",
                                               "closed with the peer's end: %1 bytes that were on their way by then "
                                               "were not sent"),
                             lost),
            .error = errorOf(ErrorId::BrokenPipe, QStringLiteral("send"), peer)};
}

ClosingRecord peerIsGone() {
    return {.cause = ClosingCause::ClosedByPeer,
            .text = sentence(QT_TRANSLATE_NOOP("Core", "closed by the peer: it neither sends nor receives any more")),
            .error = {}};
}

ClosingRecord resetAtClose(qint64 unsent) {
    return reset(
        unsent > 0 ? sentence(QT_TRANSLATE_NOOP("Core", "closed by us with a reset (linger=0): %1 bytes were not sent"),
                              unsent)
                   : sentence(QT_TRANSLATE_NOOP("Core", "closed by us with a reset (linger=0)")));
}

ClosingRecord resetAfterLinger(qint64 seconds, qint64 unacknowledged) {
    return reset(sentence(
        QT_TRANSLATE_NOOP("Core",
                          "closed by us with a reset: linger=%1 was over, and the peer had not acknowledged %2 bytes"),
        seconds, unacknowledged));
}

ClosingRecord aborted(quint64 unsent) {
    return reset(unsent > 0 ? sentence(QT_TRANSLATE_NOOP("Core", "aborted by us: reset, %1 bytes not sent"), unsent)
                            : sentence(QT_TRANSLATE_NOOP("Core", "aborted by us: reset")));
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
            .text = isReset ? sentence(QT_TRANSLATE_NOOP("Core", "reset by the peer: %1"), toText(error))
                            : sentence(QT_TRANSLATE_NOOP("Core", "ended by an error: %1"), toText(error)),
            .error = error};
}

} // namespace sw
