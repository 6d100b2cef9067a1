// SPDX-License-Identifier: MIT
#pragma once

#include "core/workspace/messages.h"

#include <QObject>

namespace sw::ui {

/// The library of saved messages, kept in a text file beside the settings, whose format the manual describes. A file
/// that cannot be read is left as it is. The UI thread.
class MessageStore final : public QObject {
    Q_OBJECT

public:
    explicit MessageStore(QString file, QObject* parent = nullptr);

    const MessageLibrary& library() const { return m_library; }
    /// Replaces all of them, such as by those of a workspace, and saves.
    void setLibrary(const MessageLibrary& library);
    /// Adds a message, or puts it where the one with the path `replaced` is. False: another has that path already.
    bool store(const SavedMessage& message, const QString& replaced = {});
    void remove(const QString& path);
    /// Why the file could not be read; empty: it could, or there is none.
    QString problem() const { return m_problem; }
    /// Writes all of them to another file. False: it could not be written, and complained() said why.
    bool writeTo(const QString& path);

signals:
    void changed();
    void complained(const QString& text);

private:
    void load();
    void save();

    QString m_file;
    MessageLibrary m_library;
    QString m_problem;
};

} // namespace sw::ui
