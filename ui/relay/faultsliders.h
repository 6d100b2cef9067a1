// SPDX-License-Identifier: MIT
#pragma once

#include "core/relay/fault.h"

#include <QWidget>

class QLabel;
class QSlider;

namespace sw::ui {

/// The faults that are wanted most, as sliders: delay and rate, and the share of datagrams that is lost. They write and
/// show the first fault of their kind that is for both directions. The UI thread.
class FaultSliders final : public QWidget {
    Q_OBJECT

public:
    explicit FaultSliders(QWidget* parent = nullptr);

    void setFaults(const QVector<Fault>& faults, bool isDatagram);

signals:
    /// The user wants this fault in place of the one of its kind; `isOff`: none.
    void wanted(const sw::Fault& fault, bool isOff);

private:
    struct Control {
        FaultKind kind;
        QLabel* name;
        QSlider* slider;
        QLabel* value;
    };

    void move(const Control& control);

    std::vector<Control> m_controls;
    bool m_isFilling = false;
};

/// What a slider at `step` (0 to sliderSteps) stands for, and back; the steps grow with what they stand for. 0: off.
inline constexpr int sliderSteps = 100;
Fault faultAt(FaultKind kind, int step);
int stepOf(const Fault& fault);

} // namespace sw::ui
