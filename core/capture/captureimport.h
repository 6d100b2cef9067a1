// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/capture/recordingsink.h"

#include <QIODevice>

#include <functional>

namespace sw {

/// Reads a capture (pcap, pcapng; already unpacked) into conversations: TCP connections put together, UDP by the pair
/// of addresses. The client (who sent the SYN, or the first datagram, or has the higher port) is the local side. What
/// cannot be read is told to the sink as a problem. Errors: nothing could be read at all. Blocks; any thread.
/// `position`: how far the file itself was read, for progress.
Result<void> importCapture(QIODevice& device, const std::function<qint64()>& position, RecordingSink& sink);

} // namespace sw
