// SPDX-License-Identifier: MIT
#include "core/transcript/journal.h"

#include <QDir>

#include <boost/crc.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

namespace sw {

namespace {

constexpr quint32 pieceMagic = 0x314a5753; // SWJ1
constexpr quint64 fileLimit = 256ULL << 20U;
constexpr quint32 mostLabel = 1U << 20U;
constexpr quint32 alignment = 8;

quint32 checkOf(const PieceHeader& piece) {
    constexpr std::size_t skipped = offsetof(PieceHeader, transcript);
    boost::crc_32_type crc;
    crc.process_bytes(reinterpret_cast<const char*>(&piece) + skipped, sizeof piece - skipped);
    return crc.checksum();
}

std::size_t roundUp(std::size_t value, std::size_t step) {
    return (value + step - 1) / step * step;
}

QString fileName(int number) {
    return QStringLiteral("journal-%1.swj").arg(number, 6, 10, QLatin1Char('0'));
}

/// The headers of a piece must say that its records lie one after the other in its bytes.
bool isConsistent(const IndexChunk& chunk, const Extent& extent) {
    quint64 offset = extent.firstOffset;
    for (RecordIndex index = extent.firstRecord; index < extent.endRecord(); ++index) {
        const RecordHeader& header = chunk.at(index);
        if (header.offset != offset || header.size > extent.endOffset() - offset || header.kind > RecordKind::Note ||
            header.event > lastEventKind)
            return false;
        offset += header.size;
    }
    return offset == extent.endOffset();
}

} // namespace

std::shared_ptr<const IndexChunk> loadIndex(const Extent& extent, const std::shared_ptr<SegmentMemory>& memory) {
    auto chunk = std::make_shared<IndexChunk>(memory, extent.firstRecord, extent.records);
    const quint64 start = extent.position + sizeof(PieceHeader);
    const auto size = static_cast<qint64>(extent.indexSize());
    if (extent.file->read(start, reinterpret_cast<char*>(chunk->headers()), extent.indexSize()) != size ||
        !isConsistent(*chunk, extent))
        return nullptr;
    return chunk;
}

std::shared_ptr<const Segment> loadBytes(const Extent& extent, const std::shared_ptr<SegmentMemory>& memory) {
    auto segment = std::make_shared<Segment>(memory, extent.firstOffset, extent.bytes);
    const quint64 start = extent.position + sizeof(PieceHeader) + extent.indexSize();
    if (extent.file->read(start, segment->data(), extent.bytes) != static_cast<qint64>(extent.bytes))
        return nullptr;
    return segment;
}

JournalWriter::JournalWriter(QString directory) : m_directory(std::move(directory)) {}

JournalWriter::Room JournalWriter::stage(PieceHeader piece) {
    piece.magic = pieceMagic;
    piece.check = checkOf(piece);
    const quint64 position = m_batch.size();
    char* place = m_batch.extend(roundUp(piece.size(), alignment));
    std::memcpy(place, &piece, sizeof piece);
    std::memset(place + piece.size(), 0, m_batch.size() - position - piece.size());
    return {.headers = reinterpret_cast<RecordHeader*>(place + sizeof piece),
            .bytes = place + sizeof piece + piece.records * sizeof(RecordHeader),
            .position = position};
}

Result<JournalWriter::Written> JournalWriter::write() {
    const std::size_t unused = roundUp(m_batch.size(), AppendFile::block) - m_batch.size();
    if (unused > 0)
        std::memset(m_batch.extend(unused), 0, unused);
    if (m_file == nullptr || m_file->size() >= fileLimit) {
        auto file = SpillFile::create(m_directory + QLatin1Char('/') + fileName(m_fileNumber));
        if (!file) {
            m_batch.clear();
            return tl::unexpected(file.error());
        }
        ++m_fileNumber;
        m_file = std::move(*file);
        if (m_keeps)
            m_file->keep();
        std::erase_if(m_files, [](const auto& one) { return one.expired(); });
        m_files.push_back(m_file);
    }
    const Written written{.file = m_file, .base = m_file->size()};
    if (const auto appended = m_file->append(m_batch); !appended)
        return tl::unexpected(appended.error());
    m_total += m_file->size() - written.base;
    return written;
}

void JournalWriter::keep() {
    m_keeps = true;
    for (const auto& weak : m_files) {
        if (const auto file = weak.lock())
            file->keep();
    }
}

namespace {

/// Walks over the pieces of one file.
template <typename Call>
void forEachPiece(const SpillFile& file, Call call) {
    quint64 position = 0;
    while (position + sizeof(PieceHeader) <= file.size()) {
        PieceHeader piece;
        if (file.read(position, reinterpret_cast<char*>(&piece), sizeof piece) != static_cast<qint64>(sizeof piece))
            return;
        const bool isPiece =
            piece.magic == pieceMagic && piece.check == checkOf(piece) && piece.size() <= file.size() - position;
        if (isPiece) {
            call(piece, position);
            position = roundUp(position + piece.size(), alignment);
        } else { // the rest of a batch is filled up to the next block
            position = roundUp(position + 1, AppendFile::block);
        }
    }
}

void takePiece(JournaledTranscript& transcript, const PieceHeader& piece, quint64 position,
               const std::shared_ptr<SpillFile>& file) {
    if (piece.kind == JournalPiece::Label && piece.records == 0 && piece.bytes <= mostLabel) {
        QByteArray label(static_cast<qsizetype>(piece.bytes), '\0');
        if (file->read(position + sizeof piece, label.data(), piece.bytes) == static_cast<qint64>(piece.bytes))
            transcript.label = label;
        return;
    }
    const bool isFirst = transcript.extents.empty();
    const RecordIndex nextRecord = isFirst ? 0 : transcript.extents.back().endRecord();
    const quint64 nextOffset = isFirst ? 0 : transcript.extents.back().endOffset();
    if (piece.kind != JournalPiece::Records || piece.records == 0 || piece.firstRecord != nextRecord ||
        piece.firstOffset != nextOffset)
        return;
    transcript.extents.push_back({.firstRecord = piece.firstRecord,
                                  .firstOffset = piece.firstOffset,
                                  .records = piece.records,
                                  .bytes = piece.bytes,
                                  .position = position,
                                  .file = file});
}

} // namespace

std::vector<JournaledTranscript> scanJournal(const QString& directory) {
    std::map<quint64, JournaledTranscript> found;
    std::set<quint64> removed;
    const QDir folder(directory);
    for (const QString& name : folder.entryList({QStringLiteral("journal-*.swj")}, QDir::Files, QDir::Name)) {
        const auto file = SpillFile::open(folder.filePath(name));
        if (!file)
            continue;
        forEachPiece(**file, [&](const PieceHeader& piece, quint64 position) {
            if (piece.kind == JournalPiece::Removed)
                removed.insert(piece.transcript);
            else
                takePiece(found[piece.transcript], piece, position, *file);
        });
    }
    std::vector<JournaledTranscript> transcripts;
    for (auto& [id, transcript] : found) {
        transcript.id = id;
        if (!removed.contains(id) && !transcript.extents.empty())
            transcripts.push_back(std::move(transcript));
    }
    return transcripts;
}

} // namespace sw
