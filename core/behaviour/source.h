// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QString>
#include <QVector>

namespace sw {

/// How often something of a behaviour happened, for people.
struct BehaviourCounter {
    QString name;
    quint64 count = 0;
};

/// The file behind a behaviour: read again when the user says so, and taken over by the endpoints that use it. Any
/// thread.
class BehaviourSource {
public:
    virtual ~BehaviourSource() = default;
    BehaviourSource(const BehaviourSource&) = delete;
    BehaviourSource& operator=(const BehaviourSource&) = delete;
    BehaviourSource(BehaviourSource&&) = delete;
    BehaviourSource& operator=(BehaviourSource&&) = delete;

    /// The path as it was given.
    virtual QString file() const = 0;
    /// Reads the file again; what is wrong in it is returned, and what was there before stays.
    virtual Result<void> reload() = 0;
    virtual QVector<BehaviourCounter> counters() const { return {}; }

protected:
    BehaviourSource() = default;
};

/// A text file of at most 4 MiB, in UTF-8, or in UTF-16 or UTF-32 with a byte order mark. `what`: names it in the
/// error.
Result<QString> readTextFile(const QString& path, const QString& what);

} // namespace sw
