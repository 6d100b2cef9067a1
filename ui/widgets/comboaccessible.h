// SPDX-License-Identifier: MIT
#pragma once

#include <QAccessibleInterface>

class QObject;
class QString;

namespace sw::ui {

/// For QAccessible::installFactory(): combo boxes by their purpose. Qt's own, on Unix, say their value where their name
/// is asked for.
QAccessibleInterface* comboAccessible(const QString& className, QObject* object);

} // namespace sw::ui
