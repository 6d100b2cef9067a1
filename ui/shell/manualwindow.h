// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

namespace sw::ui {

/// The manual, from the program's own resources.
class ManualWindow final : public QDialog {
    Q_OBJECT

public:
    /// `page`: the name of its file; the first steps where it is empty.
    explicit ManualWindow(QWidget* parent = nullptr, const QString& page = {});
};

/// The page of the manual about where a widget is, by the names of it and what it is in; empty: of no page.
QString manualPageOf(const QWidget* widget);
/// Opens the manual at the page of where the keyboard is.
void showManual(QWidget& window);

} // namespace sw::ui
