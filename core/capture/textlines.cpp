// SPDX-License-Identifier: MIT
#include "core/capture/textlines.h"

#include <QDateTime>
#include <QRegularExpression>

namespace sw {

Error readingCancelled() {
    return {.id = ErrorId::ShutDown, .situation = QStringLiteral("recording"), .detail = QStringLiteral("Cancelled.")};
}

std::optional<qint64> wallTimeOf(QString text) {
    text = text.trimmed();
    static const QRegularExpression offset(QStringLiteral("[+-]\\d\\d:\\d\\d$"));
    if (offset.match(text).hasMatch()) { // not ours: without a fraction's digits lost
        const QDateTime other = QDateTime::fromString(text, Qt::ISODateWithMs);
        return other.isValid() ? std::optional(other.toMSecsSinceEpoch() * 1'000'000) : std::nullopt;
    }
    if (text.endsWith(QLatin1Char('Z')))
        text.chop(1);
    text.replace(QLatin1Char(','), QLatin1Char('.'));
    const qsizetype dot = text.indexOf(QLatin1Char('.'));
    QString fraction = dot < 0 ? QString() : text.mid(dot + 1, 9);
    QString whole = dot < 0 ? text : text.first(dot);
    whole.replace(QLatin1Char(' '), QLatin1Char('T'));
    QDateTime time = QDateTime::fromString(whole, Qt::ISODate);
    if (!time.isValid())
        return std::nullopt;
    time.setTimeSpec(Qt::UTC);
    bool ok = true;
    const qint64 part = fraction.isEmpty() ? 0 : fraction.leftJustified(9, QLatin1Char('0')).toLongLong(&ok);
    constexpr qint64 latest = 9'000'000'000;
    const qint64 seconds = time.toSecsSinceEpoch();
    if (!ok || seconds < 0 || seconds > latest)
        return std::nullopt;
    return seconds * 1'000'000'000 + part;
}

bool endsDirection(const RecordHeader& header, RecordKind direction) {
    if (header.kind != RecordKind::Event)
        return false;
    const EventKind end = direction == RecordKind::Sent ? EventKind::SendingEnded : EventKind::EndOfStream;
    return header.event == end || header.event == EventKind::Closed;
}

std::optional<RecordKind> recordKindOf(const QString& name) {
    if (name == QLatin1String("received"))
        return RecordKind::Received;
    if (name == QLatin1String("sent"))
        return RecordKind::Sent;
    if (name == QLatin1String("event"))
        return RecordKind::Event;
    return name == QLatin1String("note") ? std::optional(RecordKind::Note) : std::nullopt;
}

std::optional<QByteArray> TextLines::next() {
    m_buffer.resize(longest + 1); // once for all lines
    const qint64 size = m_device.readLine(m_buffer.data(), m_buffer.size());
    if (size <= 0)
        return std::nullopt;
    QByteArray line(m_buffer.constData(), size);
    m_isCut = size == longest && !line.endsWith('\n');
    ++m_number;
    m_read += line.size();
    while (line.endsWith('\n') || line.endsWith('\r'))
        line.chop(1);
    return line;
}

void TextLines::wrong(const Sentence& why) {
    if (++m_wrong <= mostTold)
        m_sink.problem(QStringLiteral("Line %1 was left out: %2.").arg(QString::number(m_number), why));
}

void TextLines::tellRest() {
    if (m_wrong > mostTold)
        m_sink.problem(QStringLiteral("%1 more lines were left out.").arg(m_wrong - mostTold));
}

std::optional<quint64> ConversationNames::of(const QString& key, const Conversation& conversation) {
    constexpr qsizetype most = 50'000;
    const auto known = m_known.constFind(key);
    if (known != m_known.constEnd())
        return *known;
    if (m_known.size() >= most)
        return std::nullopt;
    return *m_known.insert(key, m_sink.begin(conversation));
}

} // namespace sw
