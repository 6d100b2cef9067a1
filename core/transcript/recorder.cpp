// SPDX-License-Identifier: MIT
#include "core/transcript/recorder.h"

#include <QFileInfo>
#include <QJsonDocument>

namespace sw {

namespace {

QString kindName(RecordKind kind) {
    switch (kind) {
    case RecordKind::Received:
        return QStringLiteral("received");
    case RecordKind::Sent:
        return QStringLiteral("sent");
    case RecordKind::Event:
        return QStringLiteral("event");
    case RecordKind::Note:
        break;
    }
    return QStringLiteral("note");
}

class JsonLinesRecorder final : public Recorder {
public:
    Result<void> start(const QString& path) { return openFile(m_file, path); }

protected:
    void writeRecord(const SourcePart& part, const RecordView& record) override {
        put(m_file, QJsonDocument(toJson(part, record)).toJson(QJsonDocument::Compact) + '\n');
    }
    bool flushFiles() override { return m_file.flush(); }

private:
    QFile m_file;
};

class BinaryRecorder final : public Recorder {
public:
    Result<void> start(const QString& path) {
        const QFileInfo info(path);
        m_sentPath = info.path() + QStringLiteral("/") + info.completeBaseName() + QStringLiteral(".sent.bin");
        return openFile(m_received, path);
    }

protected:
    void writeRecord(const SourcePart&, const RecordView& record) override {
        if (record.header.kind == RecordKind::Received)
            put(m_received, QByteArray::fromRawData(record.bytes.data(), record.bytes.size()));
        if (record.header.kind != RecordKind::Sent)
            return;
        if (m_sent.isOpen() || openFile(m_sent, m_sentPath))
            put(m_sent, QByteArray::fromRawData(record.bytes.data(), record.bytes.size()));
    }
    bool flushFiles() override { return m_received.flush() && (!m_sent.isOpen() || m_sent.flush()); }

private:
    QFile m_received;
    QFile m_sent;
    QString m_sentPath;
};

template <typename T>
Result<std::unique_ptr<Recorder>> started(const QString& path) {
    auto recorder = std::make_unique<T>();
    if (auto opened = recorder->start(path); !opened)
        return tl::unexpected(opened.error());
    return recorder;
}

} // namespace

QJsonObject toJson(const SourcePart& part, const RecordView& record) {
    QJsonObject json{
        {QStringLiteral("time"), toIsoString(record.header.time.wall)},
        {QStringLiteral("mono"), record.header.time.mono},
        {QStringLiteral("endpoint"), part.name},
        {QStringLiteral("id"), static_cast<qint64>(part.id)},
        {QStringLiteral("kind"), kindName(record.header.kind)},
    };
    switch (record.header.kind) {
    case RecordKind::Event:
        json.insert(QStringLiteral("event"), eventName(record.header.event));
        json.insert(QStringLiteral("facts"), record.facts());
        break;
    case RecordKind::Note:
        json.insert(QStringLiteral("text"), record.text());
        break;
    case RecordKind::Received:
    case RecordKind::Sent: {
        const QByteArray bytes = record.bytes.toByteArray();
        json.insert(QStringLiteral("size"), bytes.size());
        json.insert(QStringLiteral("base64"), QString::fromLatin1(bytes.toBase64()));
        const QString text = QString::fromUtf8(bytes);
        if (text.toUtf8() == bytes)
            json.insert(QStringLiteral("text"), text);
        if ((record.header.flags & CutFlag) != 0)
            json.insert(QStringLiteral("cut"), true);
        break;
    }
    }
    return json;
}

Recorder::~Recorder() = default;

Result<std::unique_ptr<Recorder>> Recorder::open(const QString& path) {
    if (path.endsWith(QLatin1String(".jsonl"), Qt::CaseInsensitive))
        return started<JsonLinesRecorder>(path);
    if (path.endsWith(QLatin1String(".bin"), Qt::CaseInsensitive))
        return started<BinaryRecorder>(path);
    return tl::unexpected(badInput(QStringLiteral("record"),
                                   QStringLiteral("%1: the ending decides the format, and this build writes .jsonl "
                                                  "and .bin.")
                                       .arg(path)));
}

Result<void> Recorder::openFile(QFile& file, const QString& path) {
    file.setFileName(path);
    if (file.open(QIODevice::WriteOnly | QIODevice::Truncate, QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        return {};
    m_error = {.id = ErrorId::WriteFailed,
               .situation = QStringLiteral("record"),
               .detail = QStringLiteral("%1 cannot be written: %2.").arg(path, file.errorString())};
    return tl::unexpected(m_error);
}

void Recorder::put(QFile& file, const QByteArray& bytes) {
    if (file.write(bytes) == bytes.size())
        return;
    m_error = {
        .id = ErrorId::WriteFailed,
        .situation = QStringLiteral("record"),
        .detail =
            QStringLiteral("Recording to %1 stopped: %2. Traffic goes on.").arg(file.fileName(), file.errorString())};
}

Result<void> Recorder::write(const SourcePart& part, const RecordView& record) {
    if (m_error.id == ErrorId::None)
        writeRecord(part, record);
    return m_error.id == ErrorId::None ? Result<void>() : tl::unexpected(m_error);
}

Result<void> Recorder::flush() {
    if (m_error.id == ErrorId::None && !flushFiles()) {
        m_error = {.id = ErrorId::WriteFailed,
                   .situation = QStringLiteral("record"),
                   .detail = QStringLiteral("Recording stopped: the file could not be written. Traffic goes on.")};
    }
    return m_error.id == ErrorId::None ? Result<void>() : tl::unexpected(m_error);
}

} // namespace sw
