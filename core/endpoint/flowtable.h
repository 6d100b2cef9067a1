// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/ids.h"
#include "core/channel/native.h"

#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace sw {

/// The flows of a datagram socket by their peers, and which of them has been idle longest. The I/O thread.
class FlowTable {
public:
    /// The flow of a peer, which counts as used by that.
    std::optional<EndpointId> use(const native::SocketAddress& peer);
    /// The same without that.
    std::optional<EndpointId> find(const native::SocketAddress& peer) const;
    /// It is the one used last.
    void insert(const native::SocketAddress& peer, EndpointId flow);
    void erase(const native::SocketAddress& peer);
    std::size_t size() const { return m_byPeer.size(); }
    bool isEmpty() const { return m_byPeer.empty(); }
    /// Those that were not used for longest, the longest idle first.
    std::vector<EndpointId> longestIdle(std::size_t most) const;
    std::vector<EndpointId> all() const { return {m_byUse.begin(), m_byUse.end()}; }
    void clear();

private:
    using Place = std::list<EndpointId>::iterator;

    std::list<EndpointId> m_byUse; // the last used one first
    std::unordered_map<std::string, Place> m_byPeer;
    native::SocketAddress m_lastPeer; // most datagrams come in a row
    bool m_hasLast = false;           // it is the peer of m_byUse's first
};

} // namespace sw
