// SPDX-License-Identifier: MIT
#pragma once

#include "core/capture/recorder.h"
#include "core/payload/utf8pieces.h"

#include <map>
#include <unordered_map>

namespace sw {

/// `.jsonl`: every record, one JSON object a line.
class JsonLinesRecorder final : public Recorder {
public:
    Result<void> start(const QString& path, const Opening& how) { return openFile(m_file, path, how); }

protected:
    void writeRecord(const SourcePart& part, const RecordView& record) override;
    void flushFiles() override { heed(m_file.flush(), m_file.path()); }
    void closeFiles() override { heed(m_file.close(), m_file.path()); }

private:
    void writeData(const SourcePart& part, const RecordView& record);

    RecordingFile m_file{wholeLines};
};

/// `.csv` (RFC 4180): time, endpoint, id, kind, event, size, text with escapes. Fields that a spreadsheet would take
/// for a formula are led by an apostrophe.
class CsvRecorder final : public Recorder {
public:
    Result<void> start(const QString& path, const Opening& how);

protected:
    void writeRecord(const SourcePart& part, const RecordView& record) override;
    void flushFiles() override { heed(m_file.flush(), m_file.path()); }
    void closeFiles() override { heed(m_file.close(), m_file.path()); }

private:
    void writeLine(const SourcePart& part, const RecordView& record);

    RecordingFile m_file{wholeLines};
};

/// `.txt`: time, endpoint, direction and what it was, a line each, with control characters visible.
class TextRecorder final : public Recorder {
public:
    Result<void> start(const QString& path, const Opening& how) { return openFile(m_file, path, how); }

protected:
    void writeRecord(const SourcePart& part, const RecordView& record) override;
    void writeEnd() override;
    void flushFiles() override { heed(m_file.flush(), m_file.path()); }
    void closeFiles() override { heed(m_file.close(), m_file.path()); }

private:
    struct Stream { // one direction of one endpoint
        Utf8Pieces pieces;
        QByteArray head; // of its last line
    };

    void writeLines(const QByteArray& head, QByteArrayView bytes);
    void writeHeld(const QByteArray& head, EndpointId id, RecordKind direction);

    RecordingFile m_file{wholeLines};
    std::map<std::pair<EndpointId, bool>, Stream> m_streams;
};

/// `.hex`: each record's bytes as lines of offset, 16 bytes and ASCII (as xxd and Wireshark's hex import read them),
/// after a comment line with direction, time and endpoint.
class HexRecorder final : public Recorder {
public:
    /// A dump has data only. `passedOn`: only what was sent.
    explicit HexRecorder(bool isDump = false, bool passedOn = false) : m_isDump(isDump), m_passedOn(passedOn) {}
    Result<void> start(const QString& path, const Opening& how) { return openFile(m_file, path, how); }

protected:
    void writeRecord(const SourcePart& part, const RecordView& record) override;
    void flushFiles() override { heed(m_file.flush(), m_file.path()); }
    void closeFiles() override { heed(m_file.close(), m_file.path()); }

private:
    RecordingFile m_file{wholeHexRecords};
    bool m_isDump;
    bool m_passedOn;
};

/// A dump: the bytes of both directions as they passed, and nothing else.
class DumpRecorder final : public Recorder {
public:
    /// `passedOn`: only what was sent.
    explicit DumpRecorder(bool passedOn) : m_passedOn(passedOn) {}
    Result<void> start(const QString& path, const Opening& how) { return openFile(m_file, path, how); }

protected:
    void writeRecord(const SourcePart& part, const RecordView& record) override;
    void flushFiles() override { heed(m_file.flush(), m_file.path()); }
    void closeFiles() override { heed(m_file.close(), m_file.path()); }

private:
    RecordingFile m_file{everyByte};
    bool m_passedOn;
};

/// `.bin`: the received bytes; what was sent goes to NAME.sent.bin beside it.
class BinaryRecorder final : public Recorder {
public:
    Result<void> start(const QString& path, const Opening& how);

protected:
    void writeRecord(const SourcePart& part, const RecordView& record) override;
    void flushFiles() override;
    void closeFiles() override;

private:
    RecordingFile m_received{everyByte};
    RecordingFile m_sent{everyByte};
    QString m_sentPath;
};

/// A folder with the bytes of each direction of each endpoint in a file of its own, named as tcpflow does where there
/// are addresses (`127.000.000.001.05000-127.000.000.001.41234.bin`: from, to), otherwise by the endpoint's name. Names
/// never leave the folder. One that has files of a recording already is refused, or emptied of them: what is named like
/// them goes, and nothing else.
class FolderRecorder final : public Recorder {
public:
    Result<void> start(const QString& path, const Opening& how);

protected:
    void writeRecord(const SourcePart& part, const RecordView& record) override;
    void flushFiles() override;
    void closeFiles() override;

private:
    struct Flow {
        QString from; // the peer's name and ours, as file names have them
        QString to;
        QString paths[2]; // received, sent
    };

    RecordingFile* fileOf(Flow& flow, const SourcePart& part, bool isSent);

    QString m_folder;
    std::map<QString, int> m_suffixes; // of names that several have
    std::unordered_map<quint64, Flow> m_flows;
    std::map<QString, std::unique_ptr<RecordingFile>> m_open; // a bounded number of them
};

/// A file name made of any text: no separators, no device names, no control characters, at most 100 bytes.
QString safeFileName(const QString& text);

} // namespace sw
