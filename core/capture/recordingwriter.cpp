// SPDX-License-Identifier: MIT
#include "core/capture/recordingwriter.h"

#include "core/capture/recorder.h"

namespace sw {

Result<RecordIndex> writeRecording(const RecordSource& source, const QString& path, const RecordChoice& isWanted,
                                   ImportProgress* progress, Existing existing) {
    constexpr RecordIndex between = 1024;
    const auto patience = progress != nullptr ? std::make_shared<const Patience>(progress->isCancelled)
                                              : std::make_shared<const Patience>();
    auto recorder = Recorder::open(path, {existing, patience});
    if (!recorder)
        return tl::unexpected(recorder.error());
    if (progress != nullptr)
        progress->size = static_cast<qint64>(source.count());
    RecordIndex written = 0;
    for (RecordIndex i = 0; i < source.count(); ++i) {
        if (progress != nullptr && i % between == 0) {
            progress->done = static_cast<qint64>(i);
            if (progress->isCancelled) {
                (*recorder)->discard();
                return tl::unexpected(
                    Error{.id = ErrorId::ShutDown,
                          .situation = QStringLiteral("record"),
                          .detail = sentence(QT_TRANSLATE_NOOP("Core", "Cancelled; %1 was not written."), path)});
            }
        }
        if (isWanted && !isWanted(i))
            continue;
        const RecordView record = source.at(i);
        if (!record.isValid())
            continue;
        if (const auto done = (*recorder)->write(source.parts()[source.partOf(i)], record); !done) {
            (void)(*recorder)->finish(); // what fitted is kept
            return tl::unexpected(done.error());
        }
        ++written;
    }
    if (const auto done = (*recorder)->finish(); !done)
        return tl::unexpected(done.error());
    return written;
}

} // namespace sw
