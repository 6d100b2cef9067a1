// SPDX-License-Identifier: MIT
#include "ui/recordings/replaydialog.h"

#include "core/base/units.h"
#include "core/payload/visibletext.h"
#include "core/replay/replayscript.h"
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

ReplayDialog::ReplayDialog(Engine& engine, std::shared_ptr<const ReplayScript> script, const QString& client,
                           const QString& server, QWidget* parent)
    : QDialog(parent),
      m_engine(engine),
      m_script(std::move(script)),
      m_addresses{client, server},
      m_conversation(new QComboBox(this)),
      m_side(new QComboBox(this)),
      m_address(new QLineEdit(client, this)),
      m_speed(new QComboBox(this)),
      m_wait(new QComboBox(this)),
      m_about(mutedLabel({}, this)),
      m_error(plainLabel({}, this)) {
    setObjectName(QStringLiteral("replayDialog"));
    setWindowTitle(tr("Replay %1").arg(toVisibleText(m_script->name().toUtf8()).text));
    setAttribute(Qt::WA_DeleteOnClose);
    setMinimumWidth(560);
    auto* form = new QFormLayout(this);
    nameWidget(m_conversation, "replayConversation", tr("Conversation"));
    m_conversation->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    for (const ReplayConversation& conversation : m_script->conversations())
        m_conversation->addItem(toVisibleText(conversation.name.toUtf8()).text);
    nameWidget(m_side, "replaySide", tr("Side to play"));
    m_side->addItems({tr("The client: connect, and say what it said"), tr("The server: listen, and answer as it did")});
    nameWidget(m_address, "replayAddress", tr("Address"));
    nameWidget(m_speed, "replaySpeed", tr("Speed"));
    m_speed->addItem(tr("As fast as possible"), 0.0);
    m_speed->addItem(tr("As recorded"), 1.0);
    m_speed->addItem(tr("10 times faster"), 10.0);
    nameWidget(m_wait, "replayWait", tr("Wait"));
    m_wait->addItems({tr("For the peer's turn"), tr("For the recorded time only")});
    nameWidget(m_about, "replayAbout", tr("What is played"));
    m_about->setWordWrap(true);
    nameWidget(m_error, "replayError", tr("Mistake"));
    m_error->setWordWrap(true);
    m_error->setMinimumHeight(2 * fontMetrics().lineSpacing());
    m_error->setAlignment(Qt::AlignTop);
    form->addRow(tr("&Conversation"), m_conversation);
    form->addRow(tr("&Play"), m_side);
    form->addRow(tr("&Address"), m_address);
    form->addRow(tr("&Speed"), m_speed);
    form->addRow(tr("&Wait"), m_wait);
    form->addRow(QString(), m_about);
    form->addRow(m_error);
    const DialogButtons buttons =
        dialogButtons(*this, tr("Replay"), "startReplayButton", tr("Cancel"), "cancelReplayButton");
    form->addRow(buttons.row);
    connect(m_side, &QComboBox::currentIndexChanged, this, &ReplayDialog::sideChanged);
    connect(m_conversation, &QComboBox::currentIndexChanged, this, &ReplayDialog::sideChanged);
    connect(buttons.action, &QPushButton::clicked, this, &ReplayDialog::play);
    sideChanged();
    m_address->setFocus();
}

void ReplayDialog::sideChanged() {
    const int side = m_side->currentIndex();
    if (m_address->text() == m_addresses[1 - side])
        m_address->setText(m_addresses[side]);
    const auto& conversation = m_script->conversations()[static_cast<std::size_t>(m_conversation->currentIndex())];
    const ReplaySide ours = side == 0 ? ReplaySide::Client : ReplaySide::Server;
    const ReplaySide theirs = side == 0 ? ReplaySide::Server : ReplaySide::Client;
    m_about->setText(
        tr("Sends %1 messages (%2), and compares the answers with %3 recorded ones (%4). Differences are shown in "
           "the buffer.")
            .arg(conversation.messages(ours))
            .arg(formatBytes(static_cast<quint64>(conversation.bytes(ours))))
            .arg(conversation.messages(theirs))
            .arg(formatBytes(static_cast<quint64>(conversation.bytes(theirs)))));
}

void ReplayDialog::fail(const QString& text) {
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, themeColors(palette()).error);
    m_error->setPalette(colors);
    m_error->setText(text);
    m_address->setFocus();
}

void ReplayDialog::play() {
    const bool isServer = m_side->currentIndex() == 1;
    const auto address = parseAddress(m_address->text().trimmed(), isServer ? Role::Listen : Role::Connect);
    if (!address) {
        fail(errorText(address.error()));
        return;
    }
    const auto number = static_cast<std::size_t>(m_conversation->currentIndex());
    if (m_script->conversations()[number].isDatagram != isDatagram(address->scheme)) {
        fail(m_script->conversations()[number].isDatagram
                 ? tr("It was recorded on datagrams: use udp:// or unixgram://.")
                 : tr("It was recorded on a stream: use tcp://, tls:// or unix://."));
        return;
    }
    const OpenRequest request{.behaviour = QStringLiteral("replay=") + m_script->name(),
                              .replay = m_script,
                              .replayOptions = {.side = isServer ? ReplaySide::Server : ReplaySide::Client,
                                                .speed = m_speed->currentData().toDouble(),
                                                .waitsForPeer = m_wait->currentIndex() == 0,
                                                .conversation = number}};
    const auto id = isServer ? m_engine.listen(*address, request) : m_engine.connectTo(*address, request);
    if (!id) {
        fail(errorText(id.error()));
        return;
    }
    emit opened(*id);
    accept();
}

} // namespace sw::ui
