// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

namespace sw::ui {

class AddressBar;
class AddressForm;

/// The address bar and its form; opens what is asked for there or elsewhere, and says there what went wrong. The UI
/// thread.
class AddressFeature final : public Feature {
    Q_OBJECT

public:
    /// `side`: where the form is.
    AddressFeature(Workbench& bench, Qt::DockWidgetArea side);

    QString text() const;
    /// To be looked at before it is opened.
    void propose(const QString& address);
    void focus();
    PanelDock* formPanel() const { return m_dock; }
    /// Another endpoint of this window has the port that this one could not have: shows that one. False: none has.
    bool leadToOpenPort(const EndpointSnapshot& failed);
    void showError(const Error& error);

private:
    QWidget* makeForm();
    void connectBar();
    void showForm(bool shown);
    void chooseValue(const QString& behaviour);
    void open(const Address& address, const QString& behaviour, Role role);
    void follow(const QVector<EndpointSnapshot>& snapshots);
    void connectToCurrent();
    void settle(const EndpointSnapshot& snapshot);
    void fail(const EndpointSnapshot& snapshot);

    AddressBar* m_bar;
    PanelDock* m_dock;
    AddressForm* m_form = nullptr;
    EndpointId m_failed = EndpointId::None; // kept for its report, until the next one is opened
    quint32 m_failedLife = 0;               // it may have been opened again
};

} // namespace sw::ui
