// SPDX-License-Identifier: MIT
#pragma once

#include "core/relay/fault.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;

namespace sw::ui {

class FaultSliders;

/// The faults of a relay, to be added, switched on and off, and changed while traffic flows. The UI thread.
class FaultsEditor final : public QWidget {
    Q_OBJECT

public:
    explicit FaultsEditor(QWidget* parent = nullptr);

    /// Shows these, without telling of a change.
    void setFaults(const QVector<Fault>& faults, quint64 seed, bool isDatagram);
    const QVector<Fault>& faults() const { return m_faults; }
    quint64 seed() const { return m_seed; }

signals:
    void changed();

private:
    void fillChoices();
    void fillList();
    void add();
    void removeChosen();
    void edited(int row, int column);
    void seedEdited();
    void replace(const Fault& fault, bool isOff);
    void explain(const QString& text, bool isError);

    QVector<Fault> m_faults;
    quint64 m_seed = 1;
    bool m_isDatagram = false;
    bool m_isFilling = false;
    FaultSliders* m_sliders;
    QComboBox* m_choice;
    QPushButton* m_add;
    QPushButton* m_remove;
    QTreeWidget* m_list;
    QLineEdit* m_seedEdit;
    QLabel* m_explanation;
};

/// What a fault does, in words.
QString faultSummary(FaultKind kind);

} // namespace sw::ui
