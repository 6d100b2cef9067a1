// SPDX-License-Identifier: MIT
#include "core/base/outputfile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

namespace sw {

bool hasFile(const QString& path) {
    const QFileInfo info(path);
    return info.exists() || info.isSymLink();
}

Result<void> replaceFile(const QString& path, const QByteArray& content, const QString& situation, Privacy privacy) {
    const auto refuse = [&](const QString& why) {
        return tl::unexpected(
            Error{.id = ErrorId::WriteFailed,
                  .situation = situation,
                  .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be written: %2."), path, why)});
    };
    const QFileInfo info(path);
    if (info.isSymLink())
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "it is a symbolic link, and links are not followed when "
                                                         "something is written. Give the file itself, %1"),
                               info.symLinkTarget()));
    if (info.exists() && !info.isFile())
        return refuse(info.isDir() ? sentence(QT_TRANSLATE_NOOP("Core", "it is a folder"))
                                   : sentence(QT_TRANSLATE_NOOP("Core", "it is no plain file")));
    QSaveFile file(path);
    const bool isReady =
        file.open(QIODevice::WriteOnly) &&
        (privacy == Privacy::Usual || file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner));
    if (!isReady || file.write(content) != content.size() || !file.commit())
        return refuse(file.errorString());
    return {};
}

Result<void> makePrivateFolder(const QString& path, const QString& situation) {
    constexpr auto mine = QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner;
    const auto refuse = [&](const QString& why) {
        return tl::unexpected(
            Error{.id = ErrorId::WriteFailed,
                  .situation = situation,
                  .detail = sentence(QT_TRANSLATE_NOOP("Core", "The folder %1 cannot be made: %2."), path, why)});
    };
    const QString folder = QDir::cleanPath(path);
    const QFileInfo info(folder);
    if (info.isSymLink())
        return tl::unexpected(Error{
            .id = ErrorId::WriteFailed,
            .situation = situation,
            .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 is a symbolic link to a folder, and links are not "
                                                         "followed when something is written. Give the folder itself."),
                               path)});
    if (info.isDir())
        return {};
    if (info.exists())
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "there is a file of that name")));
    const QString above = QFileInfo(folder).path();
    if (QFileInfo(above).isFile())
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 is a file"), above));
    if (above != folder && !QFileInfo::exists(above)) {
        if (auto made = makePrivateFolder(above, situation); !made)
            return made;
    }
    if (!QDir().mkdir(folder, mine))
        return refuse(QFileInfo(above).isWritable()
                          ? sentence(QT_TRANSLATE_NOOP("Core", "the system refused it"))
                          : sentence(QT_TRANSLATE_NOOP("Core", "%1 is not yours to write to"), above));
    QFile::setPermissions(folder, mine);
    return {};
}

} // namespace sw
