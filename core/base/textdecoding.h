// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QByteArray>
#include <QIODevice>
#include <QStringDecoder>

#include <memory>
#include <optional>

namespace sw {

/// How a text file is encoded. People's files come from editors, spreadsheets and PowerShell.
struct TextEncoding {
    /// Nothing: UTF-8.
    std::optional<QStringConverter::Encoding> encoding;
    /// Bytes of the byte order mark at the begin.
    qsizetype mark = 0;
};

/// By the byte order mark, or by the zeros between the letters of UTF-16 without one.
TextEncoding textEncodingOf(QByteArrayView start);

/// The content of a text file, in UTF-8 or in UTF-16 or UTF-32. Errors: bytes that are none of them, with their line.
Result<QString> decodeText(const QByteArray& bytes, const QString& what);

/// Reads a text file of any length as UTF-8, whatever its encoding is; what cannot be decoded becomes U+FFFD. UTF-8
/// passes as it is, less its byte order mark. One thread.
class Utf8Reader final : public QIODevice {
public:
    /// `source` is open, and outlives this.
    explicit Utf8Reader(QIODevice& source);

    bool isSequential() const override { return true; }

protected:
    qint64 readData(char* data, qint64 size) override;
    qint64 writeData(const char*, qint64) override { return -1; }

private:
    QIODevice& m_source;
    std::unique_ptr<QStringDecoder> m_decoder; // nullptr: UTF-8
    QString m_half;                            // of a pair whose other half comes with the next portion
    QByteArray m_decoded;
    qsizetype m_at = 0;
};

} // namespace sw
