// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/datagramchannel.h"
#include "core/endpoint/flow.h"
#include "core/endpoint/flowtable.h"

#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace sw {

/// A udp or unixgram socket: bound (a listening one can answer; each peer is a flow), connected to one peer, or sending
/// to a group or broadcast address (whoever answers is a flow). The I/O thread.
class DatagramSocket final : public DatagramEnd, private PollTarget {
public:
    DatagramSocket(EndpointHost& host, EndpointRequest request, Role role);
    ~DatagramSocket() override = default;
    DatagramSocket(const DatagramSocket&) = delete;
    DatagramSocket& operator=(const DatagramSocket&) = delete;
    DatagramSocket(DatagramSocket&&) = delete;
    DatagramSocket& operator=(DatagramSocket&&) = delete;

    void start() override;
    /// Sends one datagram: to `destination`, else the option `to`, else the connected peer, else to all flows.
    void offer(const QByteArray& bytes, const QString& destination) override;
    void offerFile(const QString& path) override;
    void closeOrderly() override;
    void abort() override { closeOrderly(); }
    void consumed(quint64 bytes) override;
    void roomAgain() override;
    void describe() override;

    void sendTo(const QByteArray& bytes, const native::SocketAddress& peer, EndpointId flow);
    void flowClosed(const native::SocketAddress& peer);
    /// A flow that ended and is one of many: the oldest of them need not be looked at any more.
    void forgetLater(EndpointId flow);
    /// A datagram of DTLS's own, which comes again if it is lost.
    void transmitRaw(const QByteArray& datagram, const native::SocketAddress& peer,
                     const native::SocketAddress& source) const;

private:
    Result<void> applyChange(const OptionSpec& spec, const QString& value, bool leave) override;
    void socketReady(PollEvents events) override;
    bool isServed() const override { return m_role == Role::Connect; }
    void send(QByteArrayView bytes) override { offer(bytes.toByteArray(), {}); }
    void transmitSealed(const QByteArray& datagram) override;
    void decrypted(QByteArrayView message) override;
    void secured() override { flush(); }
    void end(const ClosingRecord& closing) override;

    struct Waiting {
        QByteArray bytes;
        QByteArray sealed{}; // the same in DTLS, once it was encrypted
        std::optional<native::SocketAddress> destination;
        EndpointId flow = EndpointId::None;
    };

    /// Of what waits to be sent: an empty datagram takes memory too.
    quint64 waitingMemory() const { return m_waitingBytes + m_waiting.size() * sizeof(Waiting); }
    void bindTo(const std::vector<QHostAddress>& hosts);
    void connectTo(const std::vector<QHostAddress>& hosts);
    std::optional<Error> tryBind(const native::SocketAddress& place);
    void opened();
    void failed(const Error& error);
    void receiveRound();
    void datagramReceived(QByteArrayView bytes, const native::DatagramInfo& info);
    void countDrops(quint32 total);
    void lookAtDrops();
    bool hasFlows() const;
    int takeFaults();
    void faultReported(const native::DatagramFault& fault);
    static constexpr int datagramsAtOnce = 256; // others wait for this thread
    void flush(int most = datagramsAtOnce);
    void flushLater();
    void flushMore();
    bool transmit(Waiting& datagram);
    bool prepareDtls();
    void beginDtls();
    /// It is open, and watched.
    bool isRunning() const { return m_channel && m_channel->isWatched(); }
    bool isDtls() const { return isSecure(address().scheme); }
    void dtlsReceived(QByteArrayView bytes, const native::DatagramInfo& info);
    void dtlsHello(QByteArrayView bytes, const native::DatagramInfo& info);
    void countSent(Flow& flow, const QByteArray& bytes);
    void updateInterest();
    Flow* flowOf(const native::SocketAddress& peer, const native::SocketAddress& local = {},
                 std::unique_ptr<TlsSession> session = nullptr, const PeerCredentials* sender = nullptr);
    Flow* knownFlow(const native::SocketAddress& peer);
    void makeRoomForFlow();
    void dropForgotten();
    void waitForForgetting();
    void forgettingWaited();
    void sendToName(const QByteArray& bytes, const QString& destination);
    using WithHosts = std::function<void(const std::vector<QHostAddress>&)>;
    void withHosts(const QString& name, const WithHosts& call);

    Role m_role;
    std::shared_ptr<TlsContext> m_tls;
    std::unique_ptr<TlsSession>
        m_dtlsListener; // answers hellos with cookies; becomes the session of who brings one back
    std::unique_ptr<DatagramChannel> m_channel; // nothing before it is open and after its end
    FlowTable m_flows;
    std::deque<EndpointId> m_evicted; // flows that made room for others
    std::deque<Waiting> m_waiting;
    bool m_isFlushPosted = false;
    bool m_isWaitPosted = false;
    quint64 m_waitingBytes = 0;
    quint64 m_unconsumed = 0;
    quint32 m_lastDropped = 0;
    /// Of a socket that sends to a group or broadcasts: it is not connected, and hears whoever answers.
    std::optional<native::SocketAddress> m_destination;
    std::size_t m_size = 65535; // the option
};

} // namespace sw
