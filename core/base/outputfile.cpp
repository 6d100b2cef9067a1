// SPDX-License-Identifier: MIT
#include "core/base/outputfile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace sw {

bool hasFile(const QString& path) {
    const QFileInfo info(path);
    return info.exists() || info.isSymLink();
}

Result<void> makePrivateFolder(const QString& path, const QString& situation) {
    constexpr auto mine = QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner;
    const auto refuse = [&](const QString& why) {
        return tl::unexpected(Error{.id = ErrorId::WriteFailed,
                                    .situation = situation,
                                    .detail = QStringLiteral("The folder %1 cannot be made: %2.").arg(path, why)});
    };
    const QString folder = QDir::cleanPath(path);
    const QFileInfo info(folder);
    if (info.isSymLink())
        return tl::unexpected(
            Error{.id = ErrorId::WriteFailed,
                  .situation = situation,
                  .detail = QStringLiteral("%1 is a symbolic link to a folder, and links are not followed when "
                                           "something is written. Give the folder itself.")
                                .arg(path)});
    if (info.isDir())
        return {};
    if (info.exists())
        return refuse(QStringLiteral("there is a file of that name"));
    const QString above = QFileInfo(folder).path();
    if (QFileInfo(above).isFile())
        return refuse(QStringLiteral("%1 is a file").arg(above));
    if (above != folder && !QFileInfo::exists(above)) {
        if (auto made = makePrivateFolder(above, situation); !made)
            return made;
    }
    if (!QDir().mkdir(folder, mine))
        return refuse(QFileInfo(above).isWritable() ? QStringLiteral("the system refused it")
                                                    : QStringLiteral("%1 is not yours to write to").arg(above));
    QFile::setPermissions(folder, mine);
    return {};
}

} // namespace sw
