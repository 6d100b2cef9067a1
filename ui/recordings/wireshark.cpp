// SPDX-License-Identifier: MIT
#include "ui/recordings/wireshark.h"

#include <QFileInfo>
#include <QStandardPaths>

namespace sw::ui {

QString findWireshark() {
    const QString found = QStandardPaths::findExecutable(QStringLiteral("wireshark"));
    if (!found.isEmpty())
        return found;
    // where its installers put it, which is not on the search path
    for (const char* place :
         {"/Applications/Wireshark.app/Contents/MacOS/Wireshark", "C:/Program Files/Wireshark/Wireshark.exe"}) {
        if (QFileInfo(QString::fromLatin1(place)).isExecutable())
            return QString::fromLatin1(place);
    }
    return {};
}

} // namespace sw::ui
