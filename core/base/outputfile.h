// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/base/patience.h"

#include <QString>

#include <memory>

namespace sw {

/// What is to happen with a file that is there already when we are to write one.
enum class Existing {
    Refuse,  ///< an error
    Replace, ///< a new file takes its place
    Append,  ///< it goes on at its end
};

/// What the system says of a file that is recorded to: AccessDenied or WriteFailed.
Error storageError(int native, const QString& path);

/// A file that is open for writing: whoever gets it closes it.
struct OutputFile {
    qintptr handle = -1;       ///< a descriptor; on Windows a HANDLE
    bool isSequential = false; ///< a pipe or a device: there are no places in it, and it is not ours to remove
};

/// How a file is opened to be written: what becomes of one that is there, and how long its reader is waited for.
struct Opening {
    Opening(Existing wanted, std::shared_ptr<const Patience> with = nullptr) // NOLINT: an Existing alone is one
        : existing(wanted),
          patience(std::move(with)) {}

    Existing existing;
    std::shared_ptr<const Patience> patience; ///< nullptr: nobody is waited for
};

/// Opens a file to write to. A symbolic link is never followed: whoever may write to the folder could have put it there
/// to have us overwrite another file. New files have mode 0600 whatever the umask says, and what is there already is
/// handled as `how` says; one that is appended to has to be ours, and gets mode 0600. Pipes and character devices are
/// written to as they are, and so are our own descriptors by name (`/dev/stdout`, `/dev/fd/3`); a pipe needs a reader.
/// What is no plain file is opened so that writing does not block, where that does not concern others who have it open.
/// Errors: AlreadyExists, a pipe that nobody reads, and what the system says.
Result<OutputFile> openOutputFile(const QString& path, const Opening& how);

/// Whether something has that name, a link that leads nowhere included.
bool hasFile(const QString& path);

/// Removes a file of ours that is there no longer wanted; nothing happens when there is none. Errors: what the system
/// says, and anything that is no plain file.
Result<void> removeOldFile(const QString& path);

enum class Privacy {
    Usual, ///< as the user's umask says, or as the file before
    Owner, ///< mode 0600 whatever the umask says
};

/// Puts `content` in the place of a file as a whole: after an error the old content stands. A symbolic link in its
/// place is refused, as openOutputFile() does; whoever opened a file through a link saves to where that led then.
/// Errors: WriteFailed. `situation`: what was saved, as in Error::situation.
Result<void> replaceFile(const QString& path, const QByteArray& content, const QString& situation,
                         Privacy privacy = Privacy::Usual);

/// Makes a folder, and those above it, with mode 0700 whatever the umask says; one that is there stays as it is. A
/// symbolic link in its place is refused. Errors: WriteFailed.
Result<void> makePrivateFolder(const QString& path, const QString& situation);

} // namespace sw
