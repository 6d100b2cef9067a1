// SPDX-License-Identifier: MIT
#pragma once

#include "app/cli/inputreader.h"
#include "app/cli/session.h"

#include <QStringDecoder>

#include <optional>

namespace sw::cli {

/// Commands to what runs, a line each, from a file or FIFO: `accept`, `pause`, `close`, … Lines that are none are told
/// on standard error, and change nothing.
class ControlInput final : public QObject {
    Q_OBJECT

public:
    ControlInput(Session& session, const QString& path, QObject* parent = nullptr);

    /// The endpoint that the command opened: a listener or socket, or a connection. Lines are read from now on.
    void started(EndpointId id);

    /// The commands and what they do, for --help.
    static std::string help();

private:
    void decode(const QByteArray& bytes, bool isEnd);
    void obeyLines();
    void obey(const QString& line);
    bool obeyOnMain(const QString& verb, const QString& argument);
    bool obeyOnConnections(const QString& verb, const QString& name);

    Session& m_session;
    InputReader m_reader;
    EndpointId m_main = EndpointId::None;
    QByteArray m_undecoded;
    std::optional<QStringDecoder> m_decoder; // once enough has come to tell
    QString m_rest;                          // of the last line
};

} // namespace sw::cli
