// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/ids.h"

#include <QColor>
#include <QObject>
#include <QPalette>
#include <QString>

#include <map>
#include <memory>
#include <set>

namespace sw::ui {

enum class MarkColor { None, Yellow, Green, Blue, Red };

/// What the user put beside a record.
struct Annotation {
    MarkColor color = MarkColor::None;
    QString note;

    bool isEmpty() const { return color == MarkColor::None && note.isEmpty(); }
};

/// The marks and notes on records, of all endpoints; shared by all buffers. The UI thread.
class Annotations final : public QObject {
    Q_OBJECT

public:
    using Place = std::pair<EndpointId, RecordIndex>;

    explicit Annotations(QObject* parent = nullptr);

    /// nullptr if there is nothing.
    const Annotation* find(EndpointId endpoint, RecordIndex record) const;
    void setColor(Place place, MarkColor color);
    void setNote(Place place, const QString& note);
    void forget(EndpointId endpoint);
    const std::map<Place, Annotation>& all() const { return m_annotations; }
    /// The marked places as they are now, for filters that run elsewhere.
    std::shared_ptr<const std::set<Place>> places() const;

signals:
    void changed();

private:
    std::map<Place, Annotation> m_annotations;
};

QColor markColor(MarkColor color, const QPalette& palette);
QString markName(MarkColor color);

} // namespace sw::ui
