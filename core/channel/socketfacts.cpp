// SPDX-License-Identifier: MIT
#include "core/channel/socketfacts.h"

#include <QStringList>

namespace sw {

QString PeerCredentials::toText() const {
    QStringList parts;
    if (pid >= 0)
        parts.append(program.isEmpty() ? QStringLiteral("pid %1").arg(pid)
                                       : QStringLiteral("%1 (pid %2)").arg(program, QString::number(pid)));
    if (uid >= 0)
        parts.append(user.isEmpty() ? QStringLiteral("user %1").arg(uid)
                                    : QStringLiteral("user %1 (%2)").arg(user, QString::number(uid)));
    if (gid >= 0)
        parts.append(QStringLiteral("group %1").arg(gid));
    return parts.join(QLatin1String(", "));
}

QJsonObject PeerCredentials::toJson() const {
    QJsonObject json;
    if (pid >= 0)
        json.insert(QStringLiteral("pid"), pid);
    if (uid >= 0)
        json.insert(QStringLiteral("uid"), uid);
    if (gid >= 0)
        json.insert(QStringLiteral("gid"), gid);
    if (!program.isEmpty())
        json.insert(QStringLiteral("program"), program);
    if (!user.isEmpty())
        json.insert(QStringLiteral("user"), user);
    return json;
}

} // namespace sw
