// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>
#include <vector>

namespace sw {

/// How a stream of bytes is split into messages.
enum class Framing { None, Lines, Delimiter, Fixed, LengthPrefix, IdleGap, Slip, Cobs };

/// A framing with what it needs to know. A plain value, written as `none`, `lines`, `delimiter=\r\n\r\n`, `fixed=16`,
/// `length=2be` (1, 2, 4 or 8 bytes, `be` or `le`; then `,offset=3`, the bytes before the length, and `,includes=all`
/// when the number counts the whole message, or `,includes=length` when it counts itself), `idle=50ms`, `slip`
/// (RFC 1055), `cobs` (Cheshire and Baker 1999, ended by a zero byte).
struct FramerSpec {
    enum class Counts { Content, LengthToo, Everything };

    Framing framing = Framing::None;
    QByteArray delimiter{}; ///< 1 to 256 bytes
    int size = 0;           ///< of a fixed message; 1 to the limit
    int width = 2;          ///< of a length, in bytes
    bool isLittleEndian = false;
    int offset = 0; ///< of the length in the message; 0 to 65535
    Counts counts = Counts::Content;
    std::chrono::milliseconds gap{50}; ///< of silence that ends a message
    qsizetype limit = 1 << 20;         ///< longest message in bytes, its framing not counted

    bool operator==(const FramerSpec&) const = default;
};

/// Errors name what is wrong and what is accepted, with its position.
Result<FramerSpec> parseFramer(const QString& text);
QString formatFramer(const FramerSpec& spec);
/// One line of help for each framing: how it is written and what it does.
QStringList framerHelp();

/// One message of a stream.
struct Message {
    QByteArray content; ///< without its framing; with IdleGap and None: what came. A line has neither LF nor CR LF
    QByteArray raw;     ///< as it came, framing and all
    bool isCut = false; ///< longer than the limit: what follows of it comes as further messages, which are cut too
    QString problem{};  ///< its framing is wrong (a bad escape, an end in the middle): `content` is what could be read

    /// Only a whole message is what its sender meant: others must not be acted on as if they were.
    bool isWhole() const { return !isCut && problem.isEmpty(); }
    /// Why it is not whole, as a phrase; empty if it is.
    QString whyNotWhole() const;
};

/// Splits what is fed into messages. Holds at most the limit and its framing. Pure: no socket, no clock.
class Framer {
public:
    explicit Framer(FramerSpec spec = {}) : m_spec(std::move(spec)) {}

    /// The messages that are complete now.
    std::vector<Message> feed(QByteArrayView bytes);
    /// The stream has ended, or has been silent for the gap: what is left, if anything. It is whole where nothing but
    /// the end of a line or a delimiter is missing.
    std::optional<Message> flush();
    /// Bytes before the next message that say nothing (ENDs of SLIP), for who passes a stream on before that message is
    /// complete; otherwise they come with it, in `raw`. At most as many as the limit are kept.
    QByteArray takeFiller();

    /// A length that cannot be: nothing of this stream can be split any more. The rest comes as it is, with the
    /// problem.
    const std::optional<Error>& error() const { return m_error; }
    /// Bytes that wait for the rest of their message.
    qsizetype pending() const { return m_pending.size() - m_taken; }
    const FramerSpec& spec() const { return m_spec; }

private:
    std::optional<Message> next();
    std::optional<Message> nextDelimited(QByteArrayView delimiter, bool isLine);
    std::optional<Message> nextFixed();
    std::optional<Message> nextPrefixed();
    std::optional<Message> nextSlip();
    std::optional<Message> nextCobs();
    Message take(qsizetype size);
    void reportError(std::vector<Message>& messages, QByteArrayView bytes) const;
    QByteArrayView rest() const { return QByteArrayView(m_pending).sliced(m_taken); }

    FramerSpec m_spec;
    QByteArray m_pending;
    qsizetype m_taken = 0;    // of m_pending
    qsizetype m_searched = 0; // of rest(): there is no delimiter in there
    bool m_isCutting = false; // in the middle of a message that is too long
    qsizetype m_filler = 0;   // ENDs of SLIP that nobody has taken
    std::optional<Error> m_error;
};

/// A message with the framing around it, ready to be sent. Errors: a length that the prefix cannot say, a fixed size
/// that it does not have.
Result<QByteArray> frame(const FramerSpec& spec, const QByteArray& content);

} // namespace sw
