// SPDX-License-Identifier: MIT
#include "core/channel/qtfamily.h"

#include "core/address/proxy.h"
#include "core/channel/qtacceptor.h"
#include "core/channel/qtattempt.h"
#include "core/channel/qtdatagrams.h"
#include "core/tls/keyfile.h"

#include <QNetworkProxy>

namespace sw {

namespace {

/// An attempt that cannot even begin.
class NoAttempt final : public StreamAttempt {
public:
    explicit NoAttempt(Error error) : m_error(std::move(error)) {}
    IoResult begin(PollTarget*) override { return IoResult::failed(0); }
    std::unique_ptr<StreamChannel> take() override { return nullptr; }
    Error error() const override { return m_error; }
    std::vector<Error> takeWarnings() override { return {}; }
    QString localName() const override { return {}; }
    std::optional<int> retransmits() const override { return std::nullopt; }

private:
    Error m_error;
};

} // namespace

bool usesQtSockets(const Address& address) {
    static const bool isForAll = qgetenv("SOCKETWRIGHT_SOCKETS") == "qt";
    if (!findOption(QStringLiteral("sockets"))->appliesTo(address.scheme))
        return false;
    const auto said = address.given("sockets");
    return address.given("proxy") || (said ? *said == QLatin1String("qt") : isForAll);
}

Result<std::unique_ptr<Acceptor>> QtFamily::listen(const native::SocketAddress& place, const Address& address,
                                                   bool isDualStack) {
    return QtAcceptor::open(place, address, isDualStack);
}

bool QtFamily::passesNames(const Address& address) const {
    return address.given("proxy").has_value();
}

std::unique_ptr<StreamAttempt> QtFamily::attempt(const native::SocketAddress& place, const Address& address) {
    if (!passesNames(address))
        return std::make_unique<QtAttempt>(place, address);
    const ProxySettings settings = proxyOf(address).value_or(ProxySettings{});
    QNetworkProxy proxy(settings.kind == ProxySettings::Kind::Socks5 ? QNetworkProxy::Socks5Proxy
                                                                     : QNetworkProxy::HttpProxy,
                        settings.place.host, settings.place.portFirst);
    if (!settings.user.isEmpty()) {
        proxy.setUser(settings.user);
        proxy.setPassword(QString::fromUtf8(m_passwords.value(settings.name())));
    }
    if (const auto source = address.given("proxypassword")) {
        const auto password = readSecret(*source, QStringLiteral("proxypassword"));
        if (!password)
            return std::make_unique<NoAttempt>(password.error());
        proxy.setPassword(QString::fromUtf8(*password));
    }
    return std::make_unique<QtAttempt>(address, proxy);
}

Result<std::unique_ptr<DatagramChannel>> QtFamily::bindDatagrams(const native::SocketAddress& place,
                                                                 const Address& address, bool isDualStack) {
    return QtDatagrams::bind(place, address, isDualStack);
}

Result<std::unique_ptr<DatagramChannel>> QtFamily::connectDatagrams(const native::SocketAddress& peer,
                                                                    const Address& address, bool isForMany) {
    return QtDatagrams::connect(peer, address, isForMany);
}

} // namespace sw
