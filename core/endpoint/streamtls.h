// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/endpoint.h"
#include "core/tls/tlssession.h"

namespace sw {

/// How a stream's TLS is asked for, and the sentences about it. All functions: the I/O thread.

/// For a connection that begins with TLS. The error says what is wrong with its options.
Result<std::shared_ptr<TlsContext>> clientContext(const Address& address, EndpointHost& host);

/// For a stream that becomes TLS in the middle. `options` as in an address, such as `name=example.org&verify=off`.
/// `isServer`: the side of accepted connections.
Result<std::shared_ptr<TlsContext>> upgradeContext(const Address& address, const QString& options, bool isServer,
                                                   EndpointHost& host);

/// What is recorded when a handshake begins.
struct TlsBeginning {
    Sentence text;
    Facts facts;
};
/// `isUpgrade`: something was sent or received before. `isOwn`: the context is not its listener's, which has told of
/// it.
TlsBeginning tlsBeginning(const TlsSession& session, bool isUpgrade, bool isOwn);

/// The sentence of a handshake that is over.
Sentence tlsEstablishedText(const TlsReport& report);

/// The handshake took longer than the option handshake says.
Error handshakeTimedOut(const TlsSession& session);

/// A failure of TLS. `wasEstablished`: plain bytes could pass before.
ClosingRecord closingByTls(const Error& error, bool wasEstablished);

} // namespace sw
