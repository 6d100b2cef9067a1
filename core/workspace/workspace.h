// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"
#include "core/base/error.h"
#include "core/relay/intercept.h"
#include "core/workspace/messages.h"

#include <QHash>
#include <QJsonObject>
#include <QVector>

#include <optional>

namespace sw {

/// What a workspace's relay passes on to, and how. As RelayRequest of the engine, which lies above.
struct WorkspaceRelay {
    Address target{};
    QVector<Fault> faults{};
    quint64 seed = 1;
    Intercept intercept{};

    bool operator==(const WorkspaceRelay&) const = default;
};

/// An endpoint of a workspace, as it would be opened.
struct WorkspaceEndpoint {
    Role role = Role::Listen;
    Address address{};
    QString name{}; ///< empty: derived from the address
    QString behaviour = QStringLiteral("manual");
    QString draft{};                       ///< what stood in its message field
    std::optional<WorkspaceRelay> relay{}; ///< of a listener that is one

    bool operator==(const WorkspaceEndpoint&) const = default;
    /// `listen on tcp://127.0.0.1:10244, behaviour talk`, with what deserves a second look.
    QString describe() const;
};

/// A `.socketwright` file: endpoints with their options and behaviours, saved messages, and how the window was. Reading
/// one does nothing but that: no connect, bind, look-up, and no file that it names is read. A plain value.
struct Workspace {
    QVector<WorkspaceEndpoint> endpoints{};
    MessageLibrary messages{};
    QJsonObject window{}; ///< the window's own business

    bool operator==(const Workspace&) const = default;

    /// The error names line and column; its position is the byte in `json`. At most 16 MiB and 1,000 endpoints.
    static Result<Workspace> parse(const QByteArray& json);
    QByteArray format() const;
    static Result<Workspace> read(const QString& file);
    /// Replaces the file as a whole, or leaves it as it was. `isPrivate`: its owner alone can read it.
    Result<void> write(const QString& file, bool isPrivate = false) const;

    /// Relative file names (of behaviours, and of cert, key, ca and keylog) as absolute ones, from the workspace's
    /// folder.
    void resolveFiles(const QString& folder);
};

/// Where the value at `path` (names of members, numbers of elements) begins in a JSON text; -1: it is not there.
qsizetype jsonPosition(const QByteArray& json, const QStringList& path);
/// `line 3, column 7` of a byte, both from 1.
QString lineAndColumn(const QByteArray& text, qsizetype position);

} // namespace sw
