// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/recordsource.h"

namespace sw::ui {

/// Up to three bytes of the same direction of the same stream before a record's first byte, whatever stands between:
/// enough for a character that reads have cut. Nothing for datagrams, across what was not recorded, and of records that
/// a filter hides.
QByteArray bytesBefore(const RecordSource& source, RecordIndex index);
/// The same after its last byte.
QByteArray bytesAfter(const RecordSource& source, RecordIndex index);

} // namespace sw::ui
