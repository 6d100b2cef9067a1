// SPDX-License-Identifier: MIT
#include "core/framing/framer.h"

#include <algorithm>

namespace sw {

namespace {

constexpr char slipEnd = '\xc0';
constexpr char slipEscape = '\xdb';
constexpr char slipEscapedEnd = '\xdc';
constexpr char slipEscapedEscape = '\xdd';

quint64 readNumber(QByteArrayView bytes, bool isLittleEndian) {
    quint64 number = 0;
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[isLittleEndian ? bytes.size() - 1 - i : i]);
        number = number << 8U | byte;
    }
    return number;
}

QByteArray writeNumber(quint64 number, int width, bool isLittleEndian) {
    QByteArray bytes(width, '\0');
    for (int i = 0; i < width; ++i)
        bytes[isLittleEndian ? i : width - 1 - i] = static_cast<char>(number >> (8U * static_cast<unsigned>(i)));
    return bytes;
}

void unslip(Message& message, QByteArrayView body) {
    for (qsizetype i = 0; i < body.size(); ++i) {
        if (body[i] != slipEscape) {
            message.content.append(body[i]);
            continue;
        }
        const char escaped = i + 1 < body.size() ? body[++i] : '\0';
        if (escaped == slipEscapedEnd)
            message.content.append(slipEnd);
        else if (escaped == slipEscapedEscape)
            message.content.append(slipEscape);
        else
            message.problem = QStringLiteral("a SLIP escape that is followed by neither DC nor DD");
    }
}

void uncobs(Message& message, QByteArrayView body) {
    constexpr qsizetype fullBlock = 0xff;
    if (body.isEmpty())
        message.problem = QStringLiteral("a COBS frame without a block");
    for (qsizetype at = 0; at < body.size();) {
        const auto code = static_cast<qsizetype>(static_cast<unsigned char>(body[at]));
        const qsizetype length = std::min(code - 1, body.size() - at - 1);
        message.content.append(body.sliced(at + 1, length));
        if (length < code - 1)
            message.problem = QStringLiteral("a COBS block that is shorter than it says");
        at += code;
        if (code != fullBlock && at < body.size())
            message.content.append('\0');
    }
}

QByteArray cobs(const QByteArray& content) {
    constexpr qsizetype fullBlock = 254;
    QByteArray out;
    qsizetype at = 0;
    for (bool isMore = true; isMore;) {
        qsizetype zero = content.indexOf('\0', at);
        if (zero < 0)
            zero = content.size();
        const qsizetype length = std::min(zero - at, fullBlock);
        out.append(static_cast<char>(length + 1));
        out.append(content.sliced(at, length));
        at += length;
        if (length < fullBlock && at < content.size()) {
            ++at; // the zero that the block stands for
            isMore = true;
        } else {
            isMore = at < content.size();
        }
    }
    out.append('\0');
    return out;
}

} // namespace

QString Message::whyNotWhole() const {
    if (!problem.isEmpty())
        return problem;
    return isCut ? QStringLiteral("a part of a message that is longer than the limit") : QString();
}

/// What cannot be split: with the problem, so that nobody takes it for a message.
void Framer::reportError(std::vector<Message>& messages, QByteArrayView bytes) const {
    const QByteArray raw = bytes.toByteArray();
    messages.push_back({.content = raw, .raw = raw, .problem = m_error->detail});
}

std::vector<Message> Framer::feed(QByteArrayView bytes) {
    std::vector<Message> messages;
    if (m_error && !bytes.isEmpty())
        reportError(messages, bytes);
    else if (m_spec.framing == Framing::None && !bytes.isEmpty())
        messages.push_back({.content = bytes.toByteArray(), .raw = bytes.toByteArray()});
    if (m_error || m_spec.framing == Framing::None)
        return messages;
    m_pending.append(bytes);
    while (auto message = next())
        messages.push_back(std::move(*message));
    if (m_taken > 0) {
        m_pending.remove(0, m_taken);
        m_taken = 0;
    }
    if (m_error && !m_pending.isEmpty()) {
        reportError(messages, m_pending);
        m_pending.clear();
    }
    return messages;
}

std::optional<Message> Framer::flush() {
    m_searched = 0;
    const bool isCut = std::exchange(m_isCutting, false);
    if (m_pending.isEmpty())
        return std::nullopt;
    const QByteArray all = std::exchange(m_pending, {});
    const QByteArray filler = takeFiller();
    Message message{.content = {}, .raw = all, .isCut = isCut};
    if (m_spec.framing == Framing::Slip)
        unslip(message, all);
    else if (m_spec.framing == Framing::Cobs)
        uncobs(message, all);
    else
        message.content = all;
    message.raw.prepend(filler);
    if (m_spec.framing == Framing::LengthPrefix || m_spec.framing == Framing::Fixed ||
        m_spec.framing == Framing::Slip || m_spec.framing == Framing::Cobs)
        message.problem = QStringLiteral("the stream ended in the middle of it");
    return message;
}

std::optional<Message> Framer::next() {
    if (rest().isEmpty() || m_error)
        return std::nullopt;
    switch (m_spec.framing) {
    case Framing::Lines:
        return nextDelimited("\n", true);
    case Framing::Delimiter:
        return nextDelimited(m_spec.delimiter, false);
    case Framing::Fixed:
        return nextFixed();
    case Framing::LengthPrefix:
        return nextPrefixed();
    case Framing::Slip:
        return nextSlip();
    case Framing::Cobs:
        return nextCobs();
    case Framing::IdleGap: // only silence ends one; or the limit
        if (rest().size() > m_spec.limit) {
            Message message = take(m_spec.limit);
            message.content = message.raw;
            message.isCut = true;
            m_isCutting = true;
            return message;
        }
        return std::nullopt;
    case Framing::None:
        break;
    }
    return std::nullopt;
}

Message Framer::take(qsizetype size) {
    Message message{.content = {}, .raw = rest().first(size).toByteArray()};
    m_taken += size;
    m_searched = 0;
    return message;
}

std::optional<Message> Framer::nextDelimited(QByteArrayView delimiter, bool isLine) {
    const QByteArrayView bytes = rest();
    const qsizetype from = std::max<qsizetype>(m_searched - delimiter.size() + 1, 0);
    const qsizetype found = bytes.indexOf(delimiter, from);
    const bool isTooLong = (found < 0 ? bytes.size() : found) > m_spec.limit;
    if (isTooLong) {
        Message message = take(m_spec.limit);
        message.content = message.raw;
        message.isCut = true;
        m_isCutting = true;
        return message;
    }
    if (found < 0) {
        m_searched = bytes.size();
        return std::nullopt;
    }
    Message message = take(found + delimiter.size());
    message.content = message.raw.first(found);
    if (isLine && message.content.endsWith('\r'))
        message.content.chop(1);
    message.isCut = std::exchange(m_isCutting, false);
    return message;
}

std::optional<Message> Framer::nextFixed() {
    if (rest().size() < m_spec.size)
        return std::nullopt;
    Message message = take(m_spec.size);
    message.content = message.raw;
    return message;
}

std::optional<Message> Framer::nextPrefixed() {
    const qsizetype head = m_spec.offset + m_spec.width;
    if (rest().size() < head)
        return std::nullopt;
    const quint64 number = readNumber(rest().sliced(m_spec.offset, m_spec.width), m_spec.isLittleEndian);
    const auto included = static_cast<quint64>(m_spec.counts == FramerSpec::Counts::Everything  ? head
                                               : m_spec.counts == FramerSpec::Counts::LengthToo ? m_spec.width
                                                                                                : 0);
    if (number < included || number - included > static_cast<quint64>(m_spec.limit)) {
        m_error = badInput(
            QStringLiteral("framing"),
            number < included
                ? sentence(QT_TRANSLATE_NOOP("Core",
                                             "A message says that it has %1 bytes, fewer than its own length field."),
                           number)
                : sentence(QT_TRANSLATE_NOOP("Core", "A message says that it has %1 bytes; at most %2 are taken."),
                           number, m_spec.limit));
        return std::nullopt;
    }
    const auto body = static_cast<qsizetype>(number - included);
    if (rest().size() < head + body)
        return std::nullopt;
    Message message = take(head + body);
    message.content = message.raw.first(m_spec.offset) + message.raw.sliced(head); // what stands before the length too
    return message;
}

std::optional<Message> Framer::nextSlip() {
    for (; !rest().isEmpty() && rest().front() == slipEnd && !m_isCutting; ++m_taken)
        ++m_filler; // an END before a packet flushes noise (RFC 1055)
    auto message = nextDelimited(QByteArrayView(&slipEnd, 1), false);
    if (message && !message->isCut) {
        const QByteArray body = std::exchange(message->content, {});
        unslip(*message, body);
    }
    if (message)
        message->raw.prepend(takeFiller());
    return message;
}

QByteArray Framer::takeFiller() {
    return {std::min(std::exchange(m_filler, 0), m_spec.limit), slipEnd};
}

std::optional<Message> Framer::nextCobs() {
    static constexpr char zero = '\0';
    auto message = nextDelimited(QByteArrayView(&zero, 1), false);
    if (message && !message->isCut) {
        const QByteArray body = std::exchange(message->content, {});
        uncobs(*message, body);
    }
    return message;
}

Result<QByteArray> frame(const FramerSpec& spec, const QByteArray& content) {
    switch (spec.framing) {
    case Framing::Lines:
        return content + '\n';
    case Framing::Delimiter:
        return content + spec.delimiter;
    case Framing::Fixed:
        if (content.size() != spec.size)
            return tl::unexpected(
                badInput(QStringLiteral("framing"),
                         sentence(QT_TRANSLATE_NOOP("Core", "The message has %1 bytes, and each has %2 here."),
                                  content.size(), spec.size)));
        return content;
    case Framing::LengthPrefix: {
        if (content.size() < spec.offset)
            return tl::unexpected(badInput(
                QStringLiteral("framing"),
                sentence(QT_TRANSLATE_NOOP("Core", "The message has %1 bytes, and its length stands after %2."),
                         content.size(), spec.offset)));
        auto number = static_cast<quint64>(content.size() - spec.offset);
        if (spec.counts == FramerSpec::Counts::Everything)
            number = static_cast<quint64>(content.size() + spec.width);
        else if (spec.counts == FramerSpec::Counts::LengthToo)
            number += static_cast<quint64>(spec.width);
        constexpr int widest = 8;
        if (spec.width < widest && number >> (8U * static_cast<unsigned>(spec.width)) != 0)
            return tl::unexpected(badInput(
                QStringLiteral("framing"),
                sentence(QT_TRANSLATE_NOOP("Core", "A length of %1 does not fit into %2 bytes."), number, spec.width)));
        return content.first(spec.offset) + writeNumber(number, spec.width, spec.isLittleEndian) +
               content.sliced(spec.offset);
    }
    case Framing::Slip: {
        QByteArray out(1, slipEnd);
        for (const char c : content) {
            if (c == slipEnd)
                out.append(slipEscape).append(slipEscapedEnd);
            else if (c == slipEscape)
                out.append(slipEscape).append(slipEscapedEscape);
            else
                out.append(c);
        }
        return out.append(slipEnd);
    }
    case Framing::Cobs:
        return cobs(content);
    case Framing::None:
    case Framing::IdleGap:
        break;
    }
    return content;
}

} // namespace sw
