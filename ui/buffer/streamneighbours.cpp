// SPDX-License-Identifier: MIT
#include "ui/buffer/streamneighbours.h"

#include <algorithm>

namespace sw::ui {

namespace {

constexpr qsizetype enough = 3;
constexpr int farthest = 64; // records between, so that painting stays quick

bool isGap(const RecordHeader& header) {
    return header.kind == RecordKind::Event &&
           (header.event == EventKind::RecordingStopped || header.event == EventKind::CaptureGap);
}

/// `step`: 1 or -1.
QByteArray neighbours(const RecordSource& source, RecordIndex index, int step) {
    const RecordHeader own = source.header(index);
    QByteArray bytes;
    if ((own.flags & DatagramFlag) != 0)
        return bytes;
    const SourcePart& part = source.parts().at(source.partOf(index));
    const TranscriptReader reader(part.transcript);
    RecordIndex at = source.recordInPart(index);
    for (int looked = 0; looked < farthest && bytes.size() < enough; ++looked) {
        if (step < 0 ? at <= reader.first() : at + 1 >= reader.count())
            break;
        at = step < 0 ? at - 1 : at + 1;
        const RecordHeader header = reader.header(at);
        if (isGap(header))
            break;
        if (header.kind != own.kind)
            continue;
        const RecordView record = reader.at(at);
        if (!record.isValid() || (step < 0 && source.isFiltered() && !source.find(part.id, at)))
            break; // where it begins is not on the screen
        const qsizetype size = std::min(enough - bytes.size(), record.bytes.size());
        if (step < 0)
            bytes.prepend(record.bytes.last(size));
        else
            bytes.append(record.bytes.first(size));
    }
    return bytes;
}

} // namespace

QByteArray bytesBefore(const RecordSource& source, RecordIndex index) {
    return neighbours(source, index, -1);
}

QByteArray bytesAfter(const RecordSource& source, RecordIndex index) {
    return neighbours(source, index, 1);
}

} // namespace sw::ui
