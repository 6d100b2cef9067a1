// SPDX-License-Identifier: MIT
#include "ui/relay/relaydialog.h"

#include "core/engine/relayrequest.h"

#include "ui/style/theme.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace sw::ui {

RelayDialog::RelayDialog(Engine& engine, const QString& listen, const QString& target, QWidget* parent)
    : QDialog(parent),
      m_engine(engine),
      m_listen(new QLineEdit(listen, this)),
      m_target(new QLineEdit(target, this)),
      m_preset(new QComboBox(this)),
      m_about(mutedLabel({}, this)),
      m_error(plainLabel({}, this)) {
    setObjectName(QStringLiteral("relayDialog"));
    setWindowTitle(tr("Open a relay"));
    setAttribute(Qt::WA_DeleteOnClose);
    setMinimumWidth(580);
    auto* form = new QFormLayout(this);
    auto* about = mutedLabel(tr("Clients connect to the first address; everything goes on to the second one, and back. "
                                "Streams go to streams (tcp, tls, unix), datagrams to datagrams (udp, dtls)."),
                             this);
    about->setWordWrap(true);
    form->addRow(about);
    nameWidget(m_listen, "relayListen", tr("Listen here"));
    nameWidget(m_target, "relayTarget", tr("Pass to"));
    m_target->setPlaceholderText(QStringLiteral("tcp://127.0.0.1:80"));
    nameWidget(m_preset, "relayPreset", tr("Disturb"));
    m_preset->addItem(tr("Nothing: everything passes unchanged"), QString());
    for (const FaultPreset& preset : faultPresets())
        m_preset->addItem(QString::fromLatin1(preset.title), QString::fromLatin1(preset.name));
    m_about->setWordWrap(true);
    m_about->setMinimumHeight(3 * fontMetrics().lineSpacing());
    m_about->setAlignment(Qt::AlignTop);
    nameWidget(m_error, "relayError", tr("Mistake"));
    m_error->setWordWrap(true);
    m_error->setMinimumHeight(2 * fontMetrics().lineSpacing());
    m_error->setAlignment(Qt::AlignTop);
    form->addRow(tr("&Listen here"), m_listen);
    form->addRow(tr("&Pass to"), m_target);
    form->addRow(tr("&Disturb"), m_preset);
    form->addRow(QString(), m_about);
    form->addRow(m_error);
    const DialogButtons buttons =
        dialogButtons(*this, tr("Open relay"), "startRelayButton", tr("Cancel"), "cancelRelayButton");
    form->addRow(buttons.row);
    connect(m_preset, &QComboBox::currentIndexChanged, this, &RelayDialog::explainPreset);
    connect(buttons.action, &QPushButton::clicked, this, &RelayDialog::open);
    explainPreset();
    (m_target->text().isEmpty() ? m_target : m_listen)->setFocus();
}

void RelayDialog::explainPreset() {
    m_about->setText(tr("Faults can be added and changed while the relay is open, in its panel."));
    for (const FaultPreset& preset : faultPresets()) {
        if (m_preset->currentData().toString() == QLatin1String(preset.name))
            m_about->setText(QString::fromLatin1(preset.explanation));
    }
}

void RelayDialog::fail(const QString& text) {
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, themeColors(palette()).error);
    m_error->setPalette(colors);
    m_error->setText(text);
}

void RelayDialog::open() {
    const auto listen = parseAddress(m_listen->text().trimmed(), Role::Listen);
    if (!listen) {
        fail(tr("Listen here: %1").arg(errorText(listen.error())));
        m_listen->setFocus();
        return;
    }
    const auto target = parseAddress(m_target->text().trimmed(), Role::Connect);
    if (!target) {
        fail(tr("Pass to: %1").arg(errorText(target.error())));
        m_target->setFocus();
        return;
    }
    RelayRequest request{.target = *target};
    if (const QString preset = m_preset->currentData().toString(); !preset.isEmpty()) {
        const auto faults = parseFaults(preset, isDatagram(listen->scheme));
        if (!faults) {
            fail(errorText(faults.error()));
            return;
        }
        request.faults = *faults;
    }
    const auto id = m_engine.relay(*listen, request);
    if (!id) {
        fail(errorText(id.error()));
        return;
    }
    emit opened(*id);
    accept();
}

} // namespace sw::ui
