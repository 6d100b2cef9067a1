// SPDX-License-Identifier: MIT
#include "ui/relay/faultsliders.h"

#include "core/base/units.h"
#include "ui/widgets/controls.h"

#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QSlider>

#include <cmath>

namespace sw::ui {

namespace {

constexpr double longestDelay = 5000; // milliseconds
constexpr double slowest = 1 << 10;   // bytes a second
constexpr double fastest = 100 << 20; // likewise
constexpr double mostLost = 0.5;

/// From `least` (step 1) to `most` (the last step), each as much more as the one before.
double grown(int step, double least, double most) {
    return least * std::pow(most / least, static_cast<double>(step - 1) / (sliderSteps - 1));
}

int stepAt(double value, double least, double most) {
    const double place = std::log(std::clamp(value, least, most) / least) / std::log(most / least);
    return 1 + static_cast<int>(std::lround(place * (sliderSteps - 1)));
}

/// Two digits are enough to turn.
double rounded(double value) {
    const double unit = std::pow(10.0, std::max(std::floor(std::log10(std::max(value, 1.0))) - 1, 0.0));
    return std::round(value / unit) * unit;
}

} // namespace

Fault faultAt(FaultKind kind, int step) {
    Fault fault{.kind = kind};
    if (kind == FaultKind::Delay)
        fault.time = std::chrono::microseconds(static_cast<qint64>(rounded(grown(step, 1, longestDelay)) * 1000));
    else if (kind == FaultKind::Rate) // from no hindrance at the left to very slow at the right
        fault.amount = static_cast<quint64>(rounded(grown(sliderSteps + 1 - step, slowest, fastest)));
    else
        fault.share = std::round(grown(step, 0.001, mostLost) * 1000) / 1000;
    return fault;
}

int stepOf(const Fault& fault) {
    switch (fault.kind) {
    case FaultKind::Delay:
        return fault.time.count() == 0 ? 0 : stepAt(static_cast<double>(fault.time.count()) / 1000, 1, longestDelay);
    case FaultKind::Rate:
        return sliderSteps + 1 - stepAt(static_cast<double>(fault.amount), slowest, fastest);
    default:
        return fault.share <= 0 ? 0 : stepAt(fault.share, 0.001, mostLost);
    }
}

FaultSliders::FaultSliders(QWidget* parent) : QWidget(parent) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setColumnStretch(1, 1);
    const std::tuple<FaultKind, QString, const char*> wanted[] = {
        {FaultKind::Delay, tr("Delay"), "delaySlider"},
        {FaultKind::Rate, tr("Bandwidth limit"), "rateSlider"},
        {FaultKind::Drop, tr("Loss"), "dropSlider"}};
    for (const auto& [kind, text, name] : wanted) {
        Control control{.kind = kind,
                        .name = plainLabel(text, this),
                        .slider = new QSlider(Qt::Horizontal, this),
                        .value = mutedLabel(tr("off"), this)};
        nameWidget(control.slider, name, text);
        control.slider->setRange(0, sliderSteps);
        control.name->setBuddy(control.slider);
        control.value->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("100 MiB/s ")));
        const int row = grid->rowCount();
        grid->addWidget(control.name, row, 0);
        grid->addWidget(control.slider, row, 1);
        grid->addWidget(control.value, row, 2);
        m_controls.push_back(control);
        connect(control.slider, &QSlider::valueChanged, this, [this, control] {
            if (!m_isFilling)
                move(control);
        });
    }
}

void FaultSliders::setFaults(const QVector<Fault>& faults, bool isDatagram) {
    m_isFilling = true;
    for (const Control& control : m_controls) {
        const auto found = std::find_if(faults.begin(), faults.end(), [&](const Fault& fault) {
            return fault.kind == control.kind && !fault.direction && fault.isEnabled && !fault.isMessage;
        });
        const bool isOff = found == faults.end();
        const int step = control.slider->value();
        const bool isThere =
            !isOff && step > 0 && faultAt(control.kind, step) == *found; // several steps may say the same
        if (!isThere)
            control.slider->setValue(isOff ? 0 : stepOf(*found));
        control.value->setText(isOff ? tr("off") : formatFault(*found).section(QLatin1Char('='), 1));
        const bool fits = control.kind != FaultKind::Drop || isDatagram;
        control.name->setVisible(fits);
        control.slider->setVisible(fits);
        control.value->setVisible(fits);
    }
    m_isFilling = false;
}

void FaultSliders::move(const Control& control) {
    const int step = control.slider->value();
    const Fault fault = step == 0 ? Fault{.kind = control.kind} : faultAt(control.kind, step);
    control.value->setText(step == 0 ? tr("off") : formatFault(fault).section(QLatin1Char('='), 1));
    emit wanted(fault, step == 0);
}

} // namespace sw::ui
