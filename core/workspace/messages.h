// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/payload/payload.h"
#include "core/payload/template.h"

#include <QString>
#include <QStringList>
#include <QVector>

#include <chrono>

namespace sw {

/// One step of a message: something to send, or a pause. It was read when it was made, and holds what is sent. A plain
/// value.
class MessageStep {
public:
    enum class Kind { Text, Hex, Template, Wait };

    /// `text Hello\n`, `hex 00 ff`, `template ${n}`, `wait 200ms`. The error's position counts in the line.
    static Result<MessageStep> parse(const QString& line, const QString& encoding = QStringLiteral("UTF-8"));
    /// Text with escapes; it and the fields of templates are in the encoding. The errors' positions count in `source`.
    static Result<MessageStep> text(const QString& source, const QString& encoding = QStringLiteral("UTF-8"));
    /// Digits, with or without spaces.
    static Result<MessageStep> hex(const QString& source);
    /// A template: text with `${…}`.
    static Result<MessageStep> withFields(const QString& source, const QString& encoding = QStringLiteral("UTF-8"));
    /// These bytes, which format() writes as hexadecimal digits.
    static MessageStep ofBytes(const QByteArray& bytes);
    static MessageStep pause(std::chrono::microseconds time);

    Kind kind() const { return m_kind; }
    bool isPause() const { return m_kind == Kind::Wait; }
    /// As it was written, without the word before it; empty for a pause.
    const QString& source() const { return m_source; }
    /// Of a pause; 0 otherwise.
    std::chrono::microseconds wait() const { return m_wait; }
    QString format() const;
    /// What it sends; nothing for a pause.
    Result<QByteArray> render(TemplateState& state, qint64 wall) const;

    friend bool operator==(const MessageStep& a, const MessageStep& b) {
        return a.m_kind == b.m_kind && a.m_source == b.m_source && a.m_wait == b.m_wait && a.m_bytes == b.m_bytes;
    }

private:
    MessageStep(Kind kind, QString source) : m_kind(kind), m_source(std::move(source)) {}

    Kind m_kind;
    QString m_source;
    QByteArray m_bytes;  // of Text and Hex
    Template m_template; // of Template
    std::chrono::microseconds m_wait{0};
};

/// A message that is kept: one thing to send, or a sequence with pauses. A plain value.
struct SavedMessage {
    QString folder{}; ///< `Modbus/Reads`; empty: at the top
    QString name{};
    QString shortcut{}; ///< as QKeySequence writes it; empty: none
    LineEnding ending = LineEnding::None;
    QString encoding = QStringLiteral("UTF-8"); ///< of text, templates and the ending; see encodings()
    QVector<MessageStep> steps{};

    bool operator==(const SavedMessage&) const = default;
    QString path() const { return folder.isEmpty() ? name : folder + QLatin1Char('/') + name; }
    bool isSequence() const { return steps.size() > 1; }
};

/// Saved messages, in order. Written as lines, so that changes can be seen in a comparison:
///
///     message Modbus/read holding registers
///       shortcut Ctrl+1
///       ending crlf
///       encoding UTF-16LE
///       template \x01\x03\x00\x00\x00\x0a${crc16-modbus}
///       wait 200ms
///       text next\n
struct MessageLibrary {
    QVector<SavedMessage> messages{};

    bool operator==(const MessageLibrary&) const = default;
    /// The error names the line; its position is the character in `text`.
    static Result<MessageLibrary> parse(const QString& text);
    QString format() const;
    /// The message of that path (`folder/name`), or nullptr.
    const SavedMessage* find(const QString& path) const;
};

} // namespace sw
