// SPDX-License-Identifier: MIT
// A journal's file with any bytes in it: what is found must be readable in full, or said to be released.
#include "core/transcript/recovery.h"

#include <QFile>
#include <QTemporaryDir>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const QTemporaryDir folder; // one for the whole run
    QFile file(folder.filePath(QStringLiteral("journal-000000.swj")));
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate))
        std::abort();
    file.write(reinterpret_cast<const char*>(data), static_cast<qint64>(size));
    file.close();
    for (const sw::RecoveredTranscript& one :
         sw::openKilledRun({.directory = folder.path(), .started = {}, .lastWritten = {}})) {
        const sw::TranscriptReader reader(one.transcript);
        for (sw::RecordIndex index = 0; index < reader.count(); ++index) {
            const sw::RecordView record = reader.at(index);
            if (record.isValid() && record.bytes.size() != static_cast<qsizetype>(record.header.size))
                std::abort();
            (void)record.text();
        }
    }
    return 0;
}
