// SPDX-License-Identifier: MIT
#include "ui/endpoints/addressbar.h"

#include "core/behaviour/catalogue.h"
#include "core/payload/commands.h"
#include "ui/style/icons.h"
#include "ui/widgets/controls.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QCompleter>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStringListModel>
#include <QStyle>
#include <QVBoxLayout>

namespace sw::ui {

QStringList addressCompletions(const QString& text, const QStringList& recent) {
    QStringList all;
    for (const QString& address : recent) {
        if (address.startsWith(text, Qt::CaseInsensitive) && address != text)
            all.append(address);
    }
    const qsizetype query = text.indexOf(QLatin1Char('?'));
    if (query < 0) {
        for (const char* start : {"tcp://127.0.0.1:", "tcp://localhost:", "tcp://:", "tcp://*:", "udp://127.0.0.1:",
                                  "udp://:", "unix:///tmp/", "unixgram:///tmp/"}) {
            const QString candidate = QString::fromLatin1(start);
            if (candidate.startsWith(text) && candidate != text)
                all.append(candidate);
        }
        return all;
    }
    const auto scheme = parseScheme(text.section(QLatin1String("://"), 0, 0));
    if (!scheme)
        return all;
    const qsizetype last = std::max(query, text.lastIndexOf(QLatin1Char('&'))) + 1;
    const QString piece = text.mid(last);
    const QString before = text.left(last);
    const qsizetype equals = piece.indexOf(QLatin1Char('='));
    const QStringList names = optionNames(*scheme);
    if (equals < 0) {
        for (const QString& name : names) {
            if (name.startsWith(piece))
                all.append(before + name + QStringLiteral("="));
        }
        return all;
    }
    const OptionSpec* spec = findOption(piece.left(equals));
    if (spec == nullptr)
        return all;
    const QString choices =
        spec->type == OptionType::Switch ? QStringLiteral("on|off") : QString::fromLatin1(spec->choices);
    for (const QString& choice : choices.split(QLatin1Char('|'), Qt::SkipEmptyParts)) {
        if (choice.startsWith(piece.mid(equals + 1)))
            all.append(before + piece.left(equals + 1) + choice);
    }
    return all;
}

AddressBar::AddressBar(Settings& settings, QWidget* parent)
    : QWidget(parent),
      m_settings(settings),
      m_completions(new QStringListModel(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    m_field = new QLineEdit(this);
    nameWidget(m_field, "addressField", tr("Address"));
    m_field->setPlaceholderText(tr("tcp://127.0.0.1:10244"));
    m_field->setFont(settings.bufferFont());
    m_field->setMinimumHeight(34);
    m_field->setClearButtonEnabled(true);
    auto* completer = new QCompleter(m_completions, this);
    completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    completer->setMaxVisibleItems(12);
    m_field->setCompleter(completer);
    row->addWidget(m_field, 1);
    m_behaviour = new QComboBox(this);
    nameWidget(m_behaviour, "behaviourBox", tr("Behaviour"));
    m_behaviour->setEditable(true);
    m_behaviour->setInsertPolicy(QComboBox::NoInsert);
    BehaviourGroup group = BehaviourGroup::Plain;
    for (const BehaviourEntry& entry : behaviours()) {
        if (entry.group != group)
            m_behaviour->insertSeparator(m_behaviour->count());
        group = entry.group;
        const QString name = QString::fromLatin1(entry.name);
        m_behaviour->addItem(entry.value == BehaviourValue::File     ? name + QStringLiteral("=…")
                             : entry.value == BehaviourValue::Number ? name + QStringLiteral("=1000")
                                                                     : name);
        m_behaviour->setItemData(m_behaviour->count() - 1, QString::fromLatin1(entry.summary), Qt::ToolTipRole);
    }
    connect(m_behaviour, &QComboBox::activated, this, [this] {
        if (m_behaviour->currentText().endsWith(QLatin1String("=…")))
            emit behaviourFileRequested(m_behaviour->currentText().chopped(2));
    });
    connect(m_behaviour->lineEdit(), &QLineEdit::returnPressed, this, [this] { submit(m_lastRole); });
    m_behaviour->setMinimumWidth(132);
    m_behaviour->setToolTip(tr("What each connection does by itself"));
    m_behaviour->setMinimumHeight(34);
    row->addWidget(m_behaviour);
    m_listen = pushButton(tr("Listen"), "listenButton", this);
    m_listen->setProperty("primary", true);
    m_connect = pushButton(tr("Connect"), "connectButton", this);
    m_options = pushButton(tr("Options"), "optionsButton", this);
    m_options->setCheckable(true);
    for (QPushButton* button : {m_listen, m_connect, m_options}) {
        button->setMinimumHeight(34);
        row->addWidget(button);
    }
    layout->addLayout(row);
    m_error = plainLabel({}, this);
    m_error->setProperty("error", true);
    m_error->setWordWrap(true);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse);
    nameWidget(m_error, "addressError", tr("What is wrong with the address"));
    m_error->hide();
    layout->addWidget(m_error);
    connect(m_field, &QLineEdit::textEdited, this, &AddressBar::edited);
    connect(m_field, &QLineEdit::returnPressed, this, [this] {
        if (!m_field->completer()->popup()->isVisible())
            submit(m_lastRole);
    });
    connect(m_listen, &QPushButton::clicked, this, [this] { submit(Role::Listen); });
    connect(m_connect, &QPushButton::clicked, this, [this] { submit(Role::Connect); });
    connect(m_options, &QPushButton::clicked, this, &AddressBar::optionsRequested);
    connect(&settings, &Settings::changed, this, [this] { m_field->setFont(m_settings.bufferFont()); });
    updateCompletions({});
}

QString AddressBar::text() const {
    return m_field->text();
}

void AddressBar::edited(const QString& text) {
    clearError();
    m_message.clear();
    const bool isPasted = text.size() > m_lastLength + 3; // nobody types that fast
    m_lastLength = text.size();
    if (isPasted && looksLikeCommand(text) && takeCommand(text))
        return;
    updateCompletions(text);
    emit textEdited(text);
}

/// A command of another program becomes the address that it would open. Nothing is opened by that.
bool AddressBar::takeCommand(const QString& text) {
    const auto pasted = fromCommand(text);
    if (!pasted) {
        showError(pasted.error());
        return false;
    }
    const QString program = text.trimmed().section(QLatin1Char(' '), 0, 0);
    setText(formatAddress(pasted->address));
    m_message = pasted->message;
    m_lastRole = pasted->role;
    emit textEdited(m_field->text());
    emit noted(pasted->role == Role::Listen ? tr("Read from the %1 command. Return listens there.").arg(program)
               : m_message.isEmpty()        ? tr("Read from the %1 command. Return connects there.").arg(program)
                                     : tr("Read from the command. Return connects there; its message of %1 bytes then "
                                          "waits in the message field.")
                                           .arg(m_message.size()));
    return true;
}

void AddressBar::setBehaviour(const QString& behaviour) {
    m_behaviour->setCurrentText(behaviour);
}

void AddressBar::setText(const QString& text) {
    m_field->setText(text);
    m_lastLength = text.size();
    m_message.clear();
    clearError();
    updateCompletions(text);
}

void AddressBar::focusAddress() {
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->selectAll();
}

void AddressBar::toggleOptions() {
    m_options->click();
}

void AddressBar::updateCompletions(const QString& text) {
    m_completions->setStringList(addressCompletions(text, m_settings.recentAddresses()));
}

void AddressBar::showError(const Error& error) {
    m_field->setProperty("hasError", true);
    m_field->style()->polish(m_field);
    m_error->setText(toText(error));
    m_error->show();
}

void AddressBar::clearError() {
    if (m_error->isHidden())
        return;
    m_field->setProperty("hasError", false);
    m_field->style()->polish(m_field);
    m_error->hide();
}

void AddressBar::submit(Role role) {
    if (looksLikeCommand(m_field->text())) {
        takeCommand(m_field->text()); // to be looked at before it is opened
        return;
    }
    const auto address = parseAddress(m_field->text().trimmed(), role);
    if (!address) {
        showError(address.error());
        m_field->setFocus();
        if (address.error().position >= 0)
            m_field->setCursorPosition(address.error().position);
        return;
    }
    clearError();
    m_lastRole = role;
    m_settings.addRecentAddress(formatAddress(*address));
    if (role == Role::Listen)
        emit listenRequested(*address, m_behaviour->currentText().trimmed());
    else
        emit connectRequested(*address, m_behaviour->currentText().trimmed());
}

} // namespace sw::ui
