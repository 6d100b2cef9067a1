// SPDX-License-Identifier: MIT
#include "core/replay/replayscript.h"

#include <QFileInfo>

namespace sw {

namespace {

constexpr qint64 mostBytes = 256LL << 20U;

/// Nothing: it has no data.
std::optional<ReplayConversation> conversationOf(const SourcePart& part, qint64& left) {
    ReplayConversation conversation{.name = part.name, .isDatagram = false, .steps = {}};
    const TranscriptReader reader(part.transcript);
    bool isServer = false; // the local side
    bool isFirstData = true;
    qint64 first = 0;
    for (RecordIndex i = reader.first(); i < reader.count() && left >= 0; ++i) {
        const RecordView record = reader.at(i);
        if (i == reader.first())
            first = record.header.time.mono;
        const auto sideOf = [&](bool isLocal) { return isLocal != isServer ? ReplaySide::Client : ReplaySide::Server; };
        const std::chrono::nanoseconds time(record.header.time.mono - first);
        switch (record.header.kind) {
        case RecordKind::Event:
            if (record.header.event == EventKind::Accepted)
                isServer = true;
            else if (record.header.event == EventKind::EndOfStream || record.header.event == EventKind::SendingEnded)
                conversation.steps.push_back({.side = sideOf(record.header.event == EventKind::SendingEnded),
                                              .bytes = {},
                                              .time = time,
                                              .isEnd = true});
            break;
        case RecordKind::Received:
        case RecordKind::Sent:
            left -= record.bytes.size();
            conversation.isDatagram = conversation.isDatagram || (record.header.flags & DatagramFlag) != 0;
            if (std::exchange(isFirstData, false) && conversation.isDatagram) // nobody accepts: who asks is the client
                isServer = record.header.kind == RecordKind::Received;
            conversation.steps.push_back({.side = sideOf(record.header.kind == RecordKind::Sent),
                                          .bytes = record.bytes.toByteArray(),
                                          .time = time});
            break;
        case RecordKind::Note:
            break;
        }
    }
    const bool hasData = std::any_of(conversation.steps.begin(), conversation.steps.end(),
                                     [](const ReplayStep& step) { return !step.isEnd; });
    return hasData ? std::optional(std::move(conversation)) : std::nullopt;
}

} // namespace

std::size_t ReplayConversation::messages(ReplaySide side) const {
    return static_cast<std::size_t>(std::count_if(
        steps.begin(), steps.end(), [side](const ReplayStep& step) { return step.side == side && !step.isEnd; }));
}

qint64 ReplayConversation::bytes(ReplaySide side) const {
    qint64 total = 0;
    for (const ReplayStep& step : steps)
        total += step.side == side ? step.bytes.size() : 0;
    return total;
}

Result<std::shared_ptr<const ReplayScript>> ReplayScript::read(const QString& path) {
    const auto recording = readRecording(path);
    if (!recording)
        return tl::unexpected(recording.error());
    return of(recording->parts(), QFileInfo(path).fileName(), recording->problems);
}

Result<std::shared_ptr<const ReplayScript>> ReplayScript::of(const std::vector<SourcePart>& parts, const QString& name,
                                                             const QStringList& problems) {
    auto script = std::make_shared<ReplayScript>();
    script->m_name = name;
    script->m_problems = problems;
    qint64 left = mostBytes;
    for (const SourcePart& part : parts) {
        if (auto conversation = conversationOf(part, left))
            script->m_conversations.push_back(std::move(*conversation));
        if (left < 0)
            return tl::unexpected(badInput(
                QStringLiteral("replay"),
                sentence(
                    QT_TRANSLATE_NOOP(
                        "Core",
                        "%1 has more than 256 MiB of data: convert the part that is to be played with a filter first."),
                    name)));
    }
    if (script->m_conversations.empty())
        return tl::unexpected(
            badInput(QStringLiteral("replay"),
                     sentence(QT_TRANSLATE_NOOP("Core", "%1 has nothing to play: nobody sent anything."), name)));
    return std::shared_ptr<const ReplayScript>(std::move(script));
}

Result<double> parseReplaySpeed(const QString& text) {
    if (text == QLatin1String("max"))
        return 0.0;
    bool ok = false;
    const double speed = text.toDouble(&ok);
    constexpr double fastest = 1000;
    if (!ok || !(speed > 0) || speed > fastest)
        return tl::unexpected(badInput(
            QStringLiteral("speed"),
            sentence(QT_TRANSLATE_NOOP(
                         "Core", "“%1” is no speed: write 1 (as recorded), 10 (ten times faster), up to 1000, or max."),
                     text)));
    return speed;
}

} // namespace sw
