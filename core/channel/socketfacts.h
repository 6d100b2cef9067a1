// SPDX-License-Identifier: MIT
#pragma once

#include <QJsonObject>
#include <QString>
#include <QVector>

namespace sw {

/// One option as it was asked for and as the system reads it back.
struct OptionState {
    QString name;
    QString requested; ///< empty: not asked for
    QString effective; ///< empty: the system does not tell
};

/// Who is at the other end of a Unix socket, as the system knows it (unix(7) SO_PEERCRED, getpeereid(3)).
struct PeerCredentials {
    qint64 pid = -1; ///< below 0: not told
    qint64 uid = -1;
    qint64 gid = -1;
    QString program; ///< empty: not told
    QString user;

    /// `python3 (pid 4121), user alice (1000), group 1000`
    QString toText() const;
    QJsonObject toJson() const;
};

} // namespace sw
