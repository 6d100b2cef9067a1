// SPDX-License-Identifier: MIT
#pragma once

#include "app/cli/stdio.h"

#include <QObject>

#include <functional>
#include <memory>

namespace sw::cli {

/// Standard input or another source, read on a thread of its own (a blocking read works on every platform and kind of
/// input) and handed over one piece at a time, only when asked: whoever is slow makes the input wait.
class InputReader final : public QObject {
    Q_OBJECT

public:
    /// Gives the next piece, however long that takes.
    using Source = std::function<InputPiece()>;

    /// Without a source: standard input.
    explicit InputReader(Source source = {}, QObject* parent = nullptr);
    ~InputReader() override;
    InputReader(const InputReader&) = delete;
    InputReader& operator=(const InputReader&) = delete;
    InputReader(InputReader&&) = delete;
    InputReader& operator=(InputReader&&) = delete;

    /// Asks for the next piece; asking again before it came changes nothing.
    void request();
    bool atEnd() const { return m_atEnd; }

signals:
    void arrived(const QByteArray& bytes);
    /// It cannot be read any further; ended() follows.
    void failed(const Error& error);
    void ended();

private:
    struct Shared;

    void receive(const InputPiece& piece);

    std::shared_ptr<Shared> m_shared; // outlives us where the thread still waits for input at the program's end
    bool m_isAsked = false;
    bool m_atEnd = false;
};

} // namespace sw::cli
