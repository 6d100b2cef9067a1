// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QObject>
#include <QProcess>

#include <memory>
#include <optional>
#include <utility>

namespace sw {

/// Whether a text is a script, found out by a process of its own while the caller waits: at most some seconds with a
/// text that is made to take long. Nothing of it is run. The error's position is the line, from 1. Any thread.
Result<void> checkScript(const QString& text, const QString& file);

/// The same without waiting, for a text that changes: the newest counts. One thread, which has an event loop.
class ScriptChecker final : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;
    ~ScriptChecker() override;
    ScriptChecker(const ScriptChecker&) = delete;
    ScriptChecker& operator=(const ScriptChecker&) = delete;
    ScriptChecker(ScriptChecker&&) = delete;
    ScriptChecker& operator=(ScriptChecker&&) = delete;

    void check(const QString& text, const QString& file);

signals:
    /// `error`: nothing where the text is a script.
    void checked(const std::optional<sw::Error>& error);

private:
    void begin();

    std::unique_ptr<QProcess> m_process;
    std::optional<std::pair<QString, QString>> m_wanted; // text and file
    QString m_file;
};

} // namespace sw
