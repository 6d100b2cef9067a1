// SPDX-License-Identifier: MIT
#include "ui/widgets/messagefield.h"

#include <QLocale>

namespace sw::ui {

MessageField::MessageField(QWidget* parent) : QLineEdit(parent) {
    setMaxLength(mostCharacters + 1); // one more shows that something would be cut
    connect(this, &QLineEdit::textChanged, this, &MessageField::check);
}

void MessageField::check(const QString& text) {
    if (text.size() <= mostCharacters) {
        m_last = text;
        return;
    }
    setText(m_last);
    emit refused(tr("That is longer than the %1 characters that a message can have here. Nothing of it was taken; save "
                    "it to a file, and choose File.")
                     .arg(QLocale().toString(mostCharacters)));
}

} // namespace sw::ui
