// SPDX-License-Identifier: MIT
#include "core/endpoint/flowtable.h"

namespace sw {

namespace {

std::string keyOf(const native::SocketAddress& peer) {
    const auto* bytes = static_cast<const char*>(static_cast<const void*>(peer.storage.data()));
    return {bytes, static_cast<std::size_t>(peer.length)};
}

} // namespace

std::optional<EndpointId> FlowTable::use(const native::SocketAddress& peer) {
    if (m_hasLast && peer == m_lastPeer)
        return m_byUse.front();
    const auto found = m_byPeer.find(keyOf(peer));
    if (found == m_byPeer.end())
        return std::nullopt;
    m_byUse.splice(m_byUse.begin(), m_byUse, found->second);
    m_lastPeer = peer;
    m_hasLast = true;
    return m_byUse.front();
}

std::optional<EndpointId> FlowTable::find(const native::SocketAddress& peer) const {
    const auto found = m_byPeer.find(keyOf(peer));
    return found == m_byPeer.end() ? std::nullopt : std::optional(*found->second);
}

void FlowTable::insert(const native::SocketAddress& peer, EndpointId flow) {
    m_byUse.push_front(flow);
    m_byPeer[keyOf(peer)] = m_byUse.begin();
    m_lastPeer = peer;
    m_hasLast = true;
}

void FlowTable::erase(const native::SocketAddress& peer) {
    const auto found = m_byPeer.find(keyOf(peer));
    if (found == m_byPeer.end())
        return;
    m_byUse.erase(found->second);
    m_byPeer.erase(found);
    m_hasLast = false;
}

std::vector<EndpointId> FlowTable::longestIdle(std::size_t most) const {
    std::vector<EndpointId> idle;
    for (auto at = m_byUse.rbegin(); at != m_byUse.rend() && idle.size() < most; ++at)
        idle.push_back(*at);
    return idle;
}

void FlowTable::clear() {
    m_byUse.clear();
    m_byPeer.clear();
    m_hasLast = false;
}

} // namespace sw
