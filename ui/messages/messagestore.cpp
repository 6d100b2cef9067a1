// SPDX-License-Identifier: MIT
#include "ui/messages/messagestore.h"

#include "core/base/outputfile.h"
#include "core/behaviour/source.h"
#include "ui/widgets/eventtext.h"

#include <QDir>
#include <QFileInfo>

namespace sw::ui {

MessageStore::MessageStore(QString file, QObject* parent) : QObject(parent), m_file(std::move(file)) {
    setObjectName(QStringLiteral("messageStore"));
    load();
}

void MessageStore::load() {
    if (!QFileInfo::exists(m_file))
        return;
    m_file = QFileInfo(m_file).canonicalFilePath(); // saved to where a link of the user's leads
    const auto text = readTextFile(m_file, tr("messages"));
    const auto library = text ? MessageLibrary::parse(*text) : tl::unexpected(text.error());
    if (library)
        m_library = *library;
    else
        m_problem = tr("%1 cannot be read, and is left as it is. %2").arg(m_file, errorText(library.error()));
}

void MessageStore::save() {
    if (!m_problem.isEmpty()) {
        emit complained(tr("Not saved: %1 cannot be read, and is left as it is.").arg(m_file));
    } else {
        QDir().mkpath(QFileInfo(m_file).absolutePath());
        const auto written =
            replaceFile(m_file, m_library.format().toUtf8(), QStringLiteral("messages"), Privacy::Owner);
        if (!written) // only the owner reads it: it may hold passwords
            emit complained(errorText(written.error()));
    }
    emit changed();
}

bool MessageStore::writeTo(const QString& path) {
    const auto written = replaceFile(path, m_library.format().toUtf8(), QStringLiteral("messages"), Privacy::Usual);
    if (!written)
        emit complained(errorText(written.error()));
    return written.has_value();
}

void MessageStore::setLibrary(const MessageLibrary& library) {
    m_library = library;
    save();
}

bool MessageStore::store(const SavedMessage& message, const QString& replaced) {
    if (message.path() != replaced && m_library.find(message.path()) != nullptr) {
        emit complained(tr("There is a message “%1” already.").arg(message.path()));
        return false;
    }
    const auto old = std::find_if(m_library.messages.begin(), m_library.messages.end(), [&](const SavedMessage& one) {
        return !replaced.isEmpty() && one.path() == replaced;
    });
    if (old != m_library.messages.end())
        *old = message;
    else
        m_library.messages.append(message);
    save();
    return true;
}

void MessageStore::remove(const QString& path) {
    m_library.messages.removeIf([&](const SavedMessage& one) { return one.path() == path; });
    save();
}

} // namespace sw::ui
