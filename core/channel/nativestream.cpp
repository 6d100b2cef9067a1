// SPDX-License-Identifier: MIT
#include "core/channel/nativestream.h"

#include "core/channel/peerpresence.h"
#include "core/channel/socketoptions.h"

#include <utility>

namespace sw {

namespace {

IoResult failure(qint64 result, bool isOfSending) {
    const int code = static_cast<int>(-result);
    return native::isAgain(code) ? IoResult::again() : IoResult::failed(code, isOfSending);
}

} // namespace

IoResult NativeStream::receive(std::span<char> room) {
    const qint64 count = native::receive(m_descriptor, room.data(), room.size());
    if (count > 0)
        return IoResult::done(count);
    return count == 0 ? IoResult::ended() : failure(count, false);
}

IoResult NativeStream::send(QByteArrayView bytes) {
    const qint64 count = native::send(m_descriptor, bytes.data(), static_cast<std::size_t>(bytes.size()));
    return count >= 0 ? IoResult::done(count) : failure(count, true);
}

void NativeStream::endSending() {
    native::shutdown(m_descriptor, native::Shutdown::Sending);
}

void NativeStream::endReceiving() {
    native::shutdown(m_descriptor, native::Shutdown::Receiving);
}

/// The descriptor, no longer watched and no longer ours.
native::Descriptor NativeStream::release() {
    unwatch();
    return std::exchange(m_descriptor, native::noDescriptor);
}

void NativeStream::close() {
    if (isOpen())
        native::close(release());
}

void NativeStream::abort() {
    if (isOpen())
        native::abort(release());
}

void NativeStream::unwatch() {
    if (m_ticket)
        m_poller.remove(*std::exchange(m_ticket, std::nullopt));
}

void NativeStream::watch(PollTarget* target) {
    unwatch();
    m_ticket = m_poller.add(m_descriptor, ReadInterest, target);
}

void NativeStream::setInterest(unsigned interest) {
    m_poller.setInterest(*m_ticket, interest);
}

QString NativeStream::localName() const {
    return native::toText(native::boundAddress(m_descriptor));
}

QString NativeStream::peerName() const {
    return native::toText(native::peerAddress(m_descriptor));
}

std::optional<PeerCredentials> NativeStream::credentials() const {
    return native::peerCredentials(m_descriptor);
}

std::optional<qint64> NativeStream::number() const {
    return m_descriptor;
}

std::optional<TcpInfo> NativeStream::tcpInfo() const {
    return isOpen() ? native::tcpInfo(m_descriptor) : std::nullopt;
}

std::optional<qint64> NativeStream::undelivered() const {
    return native::undelivered(m_descriptor);
}

int NativeStream::takeError() {
    return native::pendingError(m_descriptor);
}

bool NativeStream::hasPeerGone() const {
    return native::peerHasGone(m_descriptor);
}

std::vector<Error> NativeStream::applyOptions(const Address& address) {
    return sw::applyOptions(m_descriptor, address, OptionStage::Open,
                            native::isIPv6(native::boundAddress(m_descriptor)));
}

Result<void> NativeStream::changeOption(const OptionSpec& spec, const QString& value, bool leave) {
    return sw::changeOption(m_descriptor, spec, value, native::isIPv6(native::boundAddress(m_descriptor)), leave);
}

QVector<OptionState> NativeStream::readOptions(const Address& address, Role role) const {
    return sw::readOptions(m_descriptor, address, role, native::speaksIPv6(native::boundAddress(m_descriptor)));
}

} // namespace sw
