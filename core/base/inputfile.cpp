// SPDX-License-Identifier: MIT
#include "core/base/inputfile.h"

#include <filesystem>

namespace sw {

QString whyNoInputFile(const QString& path, Devices devices) {
    for (const QLatin1String own :
         {QLatin1String("/dev/stdin"), QLatin1String("/dev/fd/"), QLatin1String("/proc/self/fd/")}) {
        if (path.startsWith(own))
            return {};
    }
    if (path == QLatin1String("/dev/null")) // for ever empty, and never waits
        return {};
    std::error_code failed;
    switch (std::filesystem::status(std::filesystem::path(path.toStdU16String()), failed).type()) {
    case std::filesystem::file_type::directory:
        return devices == Devices::Take ? QString() : QStringLiteral("it is a folder");
    case std::filesystem::file_type::fifo:
    case std::filesystem::file_type::socket:
        return QStringLiteral("it is a pipe or a socket, and a file with content is needed");
    case std::filesystem::file_type::character:
    case std::filesystem::file_type::block:
        return devices == Devices::Take ? QString()
                                        : QStringLiteral("it is a device, and a file with content is needed");
    default:
        return {};
    }
}

} // namespace sw
