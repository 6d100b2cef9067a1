// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QIODevice>

#include <memory>

namespace sw {

/// Reads the content of gzip data (RFC 1952) as it is asked for; memory does not grow with it. Content that is hundreds
/// of times larger than what it was made of is refused: no capture is like that, bombs are. One thread.
class Gunzip final : public QIODevice {
public:
    /// `source` is open and outlives this.
    explicit Gunzip(QIODevice& source);
    ~Gunzip() override;
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;
    Gunzip(Gunzip&&) = delete;
    Gunzip& operator=(Gunzip&&) = delete;

    bool isSequential() const override { return true; }
    /// What ended the reading early, in words; empty: nothing.
    const QString& problem() const { return m_problem; }

protected:
    qint64 readData(char* data, qint64 size) override;
    qint64 writeData(const char*, qint64) override { return -1; }

private:
    struct Stream;

    QIODevice& m_source;
    std::unique_ptr<Stream> m_stream;
    QByteArray m_input;
    quint64 m_read = 0;
    quint64 m_made = 0;
    bool m_isOver = false;
    bool m_isBetween = true; // members: an end here is one
    QString m_problem;
};

} // namespace sw
