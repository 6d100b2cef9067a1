// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/proxy.h"
#include "core/base/error.h"

#include <QByteArray>
#include <QByteArrayView>

namespace sw {

/// What is said to a proxy before bytes pass: SOCKS5 (RFC 1928, RFC 1929) or HTTP CONNECT (RFC 9110 section 9.3.6, with
/// RFC 7617 for user and password). Has no socket: it is asked what to send and how much to receive, and takes no byte
/// that belongs to the stream. All that the proxy says is hostile. Any thread.
class ProxyHandshake {
public:
    enum class State { Going, Done, Failed };

    /// `target`: whom the proxy is to connect to; its name is looked up there.
    ProxyHandshake(ProxySettings proxy, QByteArray password, HostPort target);

    State state() const { return m_state; }
    /// After Failed: what the proxy said, or what is wrong with it.
    const Error& error() const { return m_error; }
    /// What has to go out now.
    QByteArray takeOutgoing();
    /// At most so many bytes are to be received next; more could be the stream's.
    qsizetype wanted() const;
    void feed(QByteArrayView bytes);
    /// The proxy has ended, or the connection to it has failed for the reason `why`.
    void ended(const QString& why);

private:
    enum class Step { Method, Authentication, Answer, AnswerAddress, Head };

    void greet();
    void request();
    void askByHttp();
    void methodChosen();
    void authenticated();
    void answered();
    void headRead();
    void fail(ErrorId id, const Sentence& what);
    QString target() const;

    ProxySettings m_proxy;
    QByteArray m_password;
    HostPort m_target;
    State m_state = State::Going;
    Step m_step = Step::Method;
    QByteArray m_outgoing;
    QByteArray m_received;  // of this step
    qsizetype m_before = 0; // bytes of HTTP answers that said that more follows
    qsizetype m_wanted = 0;
    Error m_error;
};

} // namespace sw
