// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptmessages.h"

#include <QDataStream>
#include <QIODevice>
#include <QtEndian>

#include <array>

namespace sw {

namespace {

constexpr qsizetype sizeBytes = 4;
/// A script's text of 4 MiB, or a piece of 16 MiB, with its fields.
constexpr quint32 largestFrame = 40U << 20U;
constexpr auto streamVersion = QDataStream::Qt_6_4;

template <typename Value>
void writeField(QDataStream& stream, const Value& value) {
    if constexpr (std::is_enum_v<Value>)
        stream << static_cast<quint8>(value);
    else
        stream << value;
}

constexpr quint8 lastOf(ScriptHook) {
    return static_cast<quint8>(ScriptHook::Line);
}
constexpr quint8 lastOf(ScriptAction) {
    return static_cast<quint8>(ScriptAction::Unrecord);
}
constexpr quint8 lastOf(ScriptListenerAction) {
    return static_cast<quint8>(ScriptListenerAction::Accept);
}
constexpr quint8 lastOf(ScriptLogLevel) {
    return static_cast<quint8>(ScriptLogLevel::Error);
}

template <typename Value>
void readField(QDataStream& stream, Value& value) {
    if constexpr (std::is_enum_v<Value>) {
        quint8 number = 0;
        stream >> number;
        if (number > lastOf(value))
            stream.setStatus(QDataStream::ReadCorruptData);
        else
            value = static_cast<Value>(number);
    } else {
        stream >> value;
    }
}

template <typename Message>
QByteArray frameOf(const Message& message) {
    QByteArray frame(sizeBytes, '\0');
    QDataStream stream(&frame, QIODevice::Append);
    stream.setVersion(streamVersion);
    stream << static_cast<quint8>(message.index());
    std::visit(
        [&](auto one) { // a copy: fields() is for reading too
            std::apply([&](const auto&... fields) { (writeField(stream, fields), ...); }, one.fields());
        },
        message);
    qToBigEndian(static_cast<quint32>(frame.size() - sizeBytes), frame.data());
    return frame;
}

template <typename Message, std::size_t Index = 0>
std::optional<Message> readKind(QDataStream& stream, std::size_t kind) {
    if constexpr (Index < std::variant_size_v<Message>) {
        if (kind != Index)
            return readKind<Message, Index + 1>(stream, kind);
        std::variant_alternative_t<Index, Message> one;
        std::apply([&](auto&... fields) { (readField(stream, fields), ...); }, one.fields());
        if (stream.status() == QDataStream::Ok && stream.atEnd())
            return Message(std::move(one));
    }
    return std::nullopt;
}

} // namespace

const char* hookName(ScriptHook hook) {
    static constexpr std::array names{"acceptor", "opened", "secured",  "filter",         "malformed", "sent",
                                      "timer",    "end",    "sentinel", "listenerClosed", "a line"};
    return names.at(static_cast<std::size_t>(hook));
}

QByteArray toFrame(const ToScript& message) {
    return frameOf(message);
}

QByteArray toFrame(const FromScript& message) {
    return frameOf(message);
}

template <typename Message>
std::optional<Message> ScriptFrames::next() {
    const qsizetype left = m_pending.size() - m_taken;
    if (m_isBroken || left < sizeBytes)
        return std::nullopt;
    const auto size = qFromBigEndian<quint32>(m_pending.constData() + m_taken);
    if (size > largestFrame) {
        m_isBroken = true;
        return std::nullopt;
    }
    if (left - sizeBytes < static_cast<qsizetype>(size)) {
        m_pending.remove(0, std::exchange(m_taken, 0));
        return std::nullopt;
    }
    QDataStream stream(
        QByteArray::fromRawData(m_pending.constData() + m_taken + sizeBytes, static_cast<qsizetype>(size)));
    stream.setVersion(streamVersion);
    quint8 kind = 0;
    stream >> kind;
    auto message = readKind<Message>(stream, kind);
    m_isBroken = !message;
    m_taken += sizeBytes + static_cast<qsizetype>(size);
    if (m_taken == m_pending.size()) {
        m_pending.resize(0);
        m_taken = 0;
    }
    return message;
}

std::optional<ToScript> ScriptFrames::nextToScript() {
    return next<ToScript>();
}

std::optional<FromScript> ScriptFrames::nextFromScript() {
    return next<FromScript>();
}

} // namespace sw
