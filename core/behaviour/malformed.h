// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/behaviour.h"
#include "core/framing/framer.h"

#include <QElapsedTimer>

namespace sw {

/// Records what a framer could not take for a whole message, so that nobody has to guess why nothing happened. At most
/// 100 events a second: a peer must not fill the event log. The I/O thread.
class MalformedReports {
public:
    /// `consequence` ends the sentence: what is done with the bytes, such as “it is passed on as it is”; may be empty.
    void tell(LocalEnd& local, const Message& message, const QString& direction, const QString& consequence = {});

private:
    QElapsedTimer m_second;
    int m_told = 0; // in this second
};

} // namespace sw
