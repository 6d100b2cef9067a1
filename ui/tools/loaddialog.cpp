// SPDX-License-Identifier: MIT
#include "ui/tools/loaddialog.h"

#include "ui/style/theme.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>

namespace sw::ui {

LoadDialog::LoadDialog(Engine& engine, const QString& address, QWidget* parent) : QDialog(parent), m_sender(engine) {
    setObjectName(QStringLiteral("loadDialog"));
    setWindowTitle(tr("Load"));
    setAttribute(Qt::WA_DeleteOnClose);
    setMinimumWidth(520);
    auto* form = new QFormLayout(this);
    m_address = new QLineEdit(address, this);
    nameWidget(m_address, "loadAddress", tr("Address to load"));
    m_message = new QLineEdit(QStringLiteral("ping ${n}\\n"), this);
    nameWidget(m_message, "loadMessage", tr("Message to send"));
    explain(*m_message, tr("A template: text with escapes and fields such as ${n}, ${time}, ${random:8}, ${crc32}"));
    m_count = new QSpinBox(this);
    nameWidget(m_count, "loadCount", tr("Number of messages"));
    m_count->setRange(1, 10'000'000);
    m_count->setGroupSeparatorShown(true);
    m_count->setValue(1000);
    m_rate = new QSpinBox(this);
    nameWidget(m_rate, "loadRate", tr("Messages a second"));
    m_rate->setRange(0, 1'000'000);
    m_rate->setSpecialValueText(tr("as fast as they are taken"));
    m_rate->setSuffix(tr(" a second"));
    m_rate->setValue(500);
    m_connections = new QSpinBox(this);
    nameWidget(m_connections, "loadConnections", tr("Connections at once"));
    m_connections->setRange(1, 1000);
    for (QSpinBox* box : {m_count, m_rate, m_connections})
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_progress = new QProgressBar(this);
    nameWidget(m_progress, "loadProgress", tr("How far it is"));
    m_progress->setRange(0, 1000);
    m_result = plainLabel(tr("Only load what is yours."), this);
    nameWidget(m_result, "loadResult", tr("What was measured"));
    m_result->setWordWrap(true);
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_result->setMinimumHeight(4 * fontMetrics().lineSpacing());
    m_result->setAlignment(Qt::AlignTop);
    const DialogButtons buttons = dialogButtons(*this, tr("Start"), "loadStartButton", tr("Close"), "loadCloseButton");
    m_start = buttons.action;
    form->addRow(tr("Address"), m_address);
    form->addRow(tr("Message"), m_message);
    form->addRow(tr("Messages"), m_count);
    form->addRow(tr("Rate"), m_rate);
    form->addRow(tr("Connections"), m_connections);
    form->addRow(m_progress);
    form->addRow(m_result);
    form->addRow(buttons.row);
    connect(m_start, &QPushButton::clicked, this, &LoadDialog::start);
    connect(&m_sender, &LoadSender::advanced, this, [this](quint64 sent, quint64 count) {
        m_progress->setValue(static_cast<int>(sent * 1000 / std::max<quint64>(count, 1)));
    });
    connect(&m_sender, &LoadSender::finished, this, &LoadDialog::showReport);
}

void LoadDialog::start() {
    if (m_sender.isRunning()) {
        m_sender.cancel();
        return;
    }
    const auto fail = [this](const Error& error) {
        m_result->setText(errorText(error));
        QPalette colors = palette();
        colors.setColor(QPalette::WindowText, themeColors(palette()).error);
        m_result->setPalette(colors);
    };
    const auto address = parseAddress(m_address->text().trimmed(), Role::Connect);
    const auto step = MessageStep::withFields(m_message->text());
    if (!address || !step) {
        fail(!address ? address.error() : step.error());
        (!address ? m_address : m_message)->setFocus();
        return;
    }
    LoadPlan plan{.address = *address,
                  .count = static_cast<quint64>(m_count->value()),
                  .rate = static_cast<double>(m_rate->value()),
                  .connections = m_connections->value()};
    plan.message.steps = {*step};
    m_progress->setValue(0);
    m_result->setPalette(palette());
    m_result->setText(tr("Opening %1 connections…").arg(plan.connections));
    if (const auto started = m_sender.start(plan); !started)
        fail(started.error());
    updateControls();
}

void LoadDialog::showReport(const LoadReport& report) {
    m_result->setText(report.toText());
    m_progress->setValue(report.isCancelled ? m_progress->value() : m_progress->maximum());
    updateControls();
}

void LoadDialog::updateControls() {
    const bool isRunning = m_sender.isRunning();
    m_start->setText(isRunning ? tr("Cancel") : tr("Start"));
    for (QWidget* field :
         {static_cast<QWidget*>(m_address), static_cast<QWidget*>(m_message), static_cast<QWidget*>(m_count),
          static_cast<QWidget*>(m_rate), static_cast<QWidget*>(m_connections)})
        field->setEnabled(!isRunning);
}

} // namespace sw::ui
