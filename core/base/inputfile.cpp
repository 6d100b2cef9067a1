// SPDX-License-Identifier: MIT
#include "core/base/inputfile.h"

#include <QFileInfo>

namespace sw {

QString whyNoInputFile(const QString& path) {
    for (const QLatin1String own :
         {QLatin1String("/dev/stdin"), QLatin1String("/dev/fd/"), QLatin1String("/proc/self/fd/")}) {
        if (path.startsWith(own))
            return {};
    }
    if (path == QLatin1String("/dev/null")) // for ever empty, and never waits
        return {};
    const QFileInfo info(path);
    if (info.isDir())
        return QStringLiteral("it is a folder");
    if (info.exists() && !info.isFile())
        return QStringLiteral("it is a pipe, a socket or a device, and a file with content is needed");
    return {};
}

} // namespace sw
