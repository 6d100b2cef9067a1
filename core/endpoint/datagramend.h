// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/dtlslink.h"
#include "core/endpoint/servedendpoint.h"

#include <memory>

namespace sw {

/// What a flow and a datagram socket with one peer have in common: a behaviour that sees datagrams, and DTLS with the
/// peer where the address says so. The I/O thread.
class DatagramEnd : public ServedEndpoint {
public:
    /// nullptr: no DTLS, or not yet.
    DtlsLink* dtls() const { return m_dtls.get(); }

protected:
    using ServedEndpoint::ServedEndpoint;

    /// Goes on with a session from now on; its handshake begins with dtls()->start().
    void secure(std::unique_ptr<TlsSession> session);
    /// DTLS is asked for and not there yet.
    bool isSecuring() const { return m_dtls && !m_dtls->isEstablished() && !m_dtls->isOver(); }

    /// A datagram of DTLS's own, for the peer; it comes again if it is lost.
    virtual void transmitSealed(const QByteArray& datagram) = 0;
    /// What the peer has sent, decrypted.
    virtual void decrypted(QByteArrayView message) = 0;
    /// What waited for DTLS goes out.
    virtual void secured() = 0;
    virtual void end(const ClosingRecord& closing) = 0;

    // LocalEnd
    StreamEnd* stream() final { return nullptr; }
    bool isDatagram() const final { return true; }
    bool wantsMore() const final { return true; }
    void close() final {} // a daytime server answers each datagram, and the peer may send another
    void closeAfterPeer() final {}
    void abortBecause(const Sentence& why, const std::optional<Error>& error) final;

private:
    void behaviourChanged() final;
    void dtlsEstablished();
    void dtlsFailed(const Error& error);
    void dtlsTimeOver();

    std::unique_ptr<DtlsLink> m_dtls;
};

} // namespace sw
