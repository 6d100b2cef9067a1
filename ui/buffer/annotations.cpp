// SPDX-License-Identifier: MIT
#include "ui/buffer/annotations.h"

#include "ui/style/theme.h"

#include <QCoreApplication>

namespace sw::ui {

Annotations::Annotations(QObject* parent) : QObject(parent) {}

const Annotation* Annotations::find(EndpointId endpoint, RecordIndex record) const {
    const auto found = m_annotations.find({endpoint, record});
    return found == m_annotations.end() ? nullptr : &found->second;
}

void Annotations::setColor(Place place, MarkColor color) {
    m_annotations[place].color = color;
    if (m_annotations[place].isEmpty())
        m_annotations.erase(place);
    emit changed();
}

void Annotations::setNote(Place place, const QString& note) {
    m_annotations[place].note = note;
    if (m_annotations[place].isEmpty())
        m_annotations.erase(place);
    emit changed();
}

void Annotations::forget(EndpointId endpoint) {
    if (std::erase_if(m_annotations, [endpoint](const auto& entry) { return entry.first.first == endpoint; }) > 0)
        emit changed();
}

std::shared_ptr<const std::set<Annotations::Place>> Annotations::places() const {
    auto places = std::make_shared<std::set<Place>>();
    for (const auto& [place, annotation] : m_annotations)
        places->insert(place);
    return places;
}

QColor markColor(MarkColor color, const QPalette& palette) {
    const bool dark = isDark(palette);
    switch (color) {
    case MarkColor::Yellow:
        return dark ? QColor(0xd2, 0xa4, 0x24) : QColor(0xe3, 0xb3, 0x41);
    case MarkColor::Green:
        return dark ? QColor(0x3f, 0xb9, 0x50) : QColor(0x2d, 0xa4, 0x4e);
    case MarkColor::Blue:
        return dark ? QColor(0x58, 0xa6, 0xff) : QColor(0x21, 0x8b, 0xff);
    case MarkColor::Red:
        return dark ? QColor(0xf8, 0x51, 0x49) : QColor(0xcf, 0x22, 0x2e);
    case MarkColor::None:
        break;
    }
    return themeColors(palette).muted;
}

QString markName(MarkColor color) {
    switch (color) {
    case MarkColor::Yellow:
        return QCoreApplication::translate("Mark", "Yellow");
    case MarkColor::Green:
        return QCoreApplication::translate("Mark", "Green");
    case MarkColor::Blue:
        return QCoreApplication::translate("Mark", "Blue");
    case MarkColor::Red:
        return QCoreApplication::translate("Mark", "Red");
    case MarkColor::None:
        break;
    }
    return QCoreApplication::translate("Mark", "No Mark");
}

} // namespace sw::ui
