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

/// One step of a saved message: something to send, or a pause.
struct MessageStep {
    enum class Kind { Text, Hex, Template, Wait };

    Kind kind = Kind::Text;
    QString source{}; ///< as it was written
    std::chrono::microseconds wait{0};

    bool operator==(const MessageStep&) const = default;
    /// `text Hello\n`, `hex 00 ff`, `template ${n}`, `wait 200ms`.
    static Result<MessageStep> parse(const QString& line, const QString& encoding = QStringLiteral("UTF-8"));
    QString format() const;
    /// What it sends, text and fields in the encoding; nothing for a pause.
    Result<QByteArray> render(TemplateState& state, qint64 wall,
                              const QString& encoding = QStringLiteral("UTF-8")) const;
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
