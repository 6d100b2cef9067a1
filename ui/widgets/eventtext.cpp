// SPDX-License-Identifier: MIT
#include "ui/widgets/eventtext.h"

#include <QCoreApplication>

namespace sw::ui {

QString eventText(const RecordView& record) {
    return record.header.kind == RecordKind::Event ? eventText(record.facts().sentence()) : record.text();
}

QString eventText(const Sentence& sentence) {
    return sentence.toText([](const char* words) { return QCoreApplication::translate("Core", words); });
}

QString errorText(const Error& error) {
    QString text = eventText(error.detail);
    return text.replace(QLatin1String("`swright list interfaces`"),
                        QCoreApplication::translate("Core", "Look Up (View menu)")); // here, it is in the window
}

} // namespace sw::ui
