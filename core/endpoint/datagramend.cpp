// SPDX-License-Identifier: MIT
#include "core/endpoint/datagramend.h"

#include "core/endpoint/streamtls.h"

namespace sw {

void DatagramEnd::secure(std::unique_ptr<TlsSession> session) {
    m_dtls = std::make_unique<DtlsLink>(
        std::move(session),
        DtlsLink::Handlers{
            .transmit = [this](const QByteArray& datagram) { transmitSealed(datagram); },
            .received = [this](QByteArrayView message) { decrypted(message); },
            .established = [this] { dtlsEstablished(); },
            .ended =
                [this] {
                    end({.cause = ClosingCause::ClosedByPeer,
                         .text = sentence(QT_TRANSLATE_NOOP("Core", "closed by the peer (close_notify)")),
                         .error = {}});
                },
            .failed = [this](const Error& error) { dtlsFailed(error); },
            .alert = [this](const QString& alert) { record(EventKind::TlsAlert, alert); },
            .keyLogFailed = [this](const Error& error) { recordKeyLogError(error); },
            .wakeIn = [this](std::chrono::milliseconds delay) { later(delay, &DatagramEnd::dtlsTimeOver); },
        });
}

void DatagramEnd::dtlsEstablished() {
    const TlsReport& report = m_dtls->report();
    mutableSnapshot().tls = std::make_shared<const TlsReport>(report);
    setState(EndpointState::Open);
    record(EventKind::TlsEstablished, tlsEstablishedText(report), {{Fact::Tls, report.toJson()}});
    tellReady();
    secured();
}

void DatagramEnd::dtlsFailed(const Error& error) {
    mutableSnapshot().tls = std::make_shared<const TlsReport>(m_dtls->report());
    end({.cause = ClosingCause::TlsFailure,
         .text = sentence(QT_TRANSLATE_NOOP("Core", "no DTLS: %1"), toText(error)),
         .error = error});
}

void DatagramEnd::dtlsTimeOver() {
    if (!hasEnded())
        m_dtls->timeOver();
}

void DatagramEnd::behaviourChanged() {
    if (state() == EndpointState::Open)
        tellReady();
}

void DatagramEnd::abortBecause(const Sentence& why, const std::optional<Error>& error) {
    if (!hasEnded())
        end({.cause = ClosingCause::ClosedByUs, .text = why, .error = error});
}

} // namespace sw
