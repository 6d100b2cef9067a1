// SPDX-License-Identifier: MIT
#pragma once

#include "ui/actions/actions.h"
#include "ui/settings/settings.h"

#include <QWidget>

class QBoxLayout;
class QVBoxLayout;

namespace sw::ui {

/// What shows while no buffer is open: tasks to start with, and what was open before. The UI thread.
class StartPage final : public QWidget {
    Q_OBJECT

public:
    StartPage(ActionRegistry& actions, Settings& settings, QWidget* parent = nullptr);

    /// What was opened lately is read again.
    void refresh();

signals:
    /// To be put into the address bar, where it is looked at before it is opened.
    void addressChosen(const QString& address);
    void workspaceChosen(const QString& file);
    /// A listener on a free port of this machine, with that behaviour.
    void serverRequested(const QString& behaviour);
    void exampleRequested();
    void misbehavingRequested();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void addTask(QVBoxLayout* column, const QString& text, const char* name, const QString& what,
                 std::function<void()> run);

    ActionRegistry& m_actions;
    Settings& m_settings;
    QBoxLayout* m_columns = nullptr;
    QWidget* m_recent;
    QVBoxLayout* m_recentRows;
};

} // namespace sw::ui
