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
#include <QRegularExpression>
#include <QStringListModel>
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

QString completedAddress(const QString& text, Role role) {
    const QString trimmed = text.trimmed();
    if (trimmed.contains(QLatin1String("://")) || trimmed.isEmpty())
        return trimmed;
    static const QRegularExpression number(QStringLiteral("^:?[0-9]{1,5}$"));
    static const QRegularExpression blanks(QStringLiteral("\\s+"));
    QString place = QString(trimmed).replace(blanks, QStringLiteral(":"));
    if (number.match(trimmed).hasMatch())
        place = QStringLiteral("127.0.0.1:") + trimmed.mid(trimmed.startsWith(QLatin1Char(':')) ? 1 : 0);
    const bool isPath = trimmed.startsWith(QLatin1Char('/')) || trimmed.startsWith(QLatin1Char('@'));
    const QString whole = isPath ? QStringLiteral("unix://") + trimmed : QStringLiteral("tcp://") + place;
    // what looks like HOST:PORT is meant as that, also where its port is wrong
    static const QRegularExpression hostAndPort(QStringLiteral("^[^\\s?&]*:[0-9]+$"));
    return parseAddress(whole, role) || hostAndPort.match(place).hasMatch() ? whole : trimmed;
}

AddressBar::AddressBar(Settings& settings, QWidget* parent)
    : QWidget(parent),
      m_settings(settings),
      m_completions(new QStringListModel(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    m_field = new QLineEdit(this);
    nameWidget(m_field, "addressField", tr("Address"));
    m_field->setPlaceholderText(tr("tcp://127.0.0.1:10244"));
    m_field->setFont(settings.bufferFont());
    m_field->setMinimumWidth(120);
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
        const bool takesMore = entry.value == BehaviourValue::File || entry.value == BehaviourValue::Reply;
        m_behaviour->addItem(takesMore                               ? name + QStringLiteral("=…")
                             : entry.value == BehaviourValue::Number ? name + QStringLiteral("=1000")
                                                                     : name);
        m_behaviour->setItemData(m_behaviour->count() - 1, QString::fromLatin1(entry.summary), Qt::ToolTipRole);
    }
    connect(m_behaviour, &QComboBox::activated, this, [this] {
        if (m_behaviour->currentText().endsWith(QLatin1String("=…")))
            emit behaviourFileRequested(m_behaviour->currentText().chopped(2));
    });
    connect(m_behaviour->lineEdit(), &QLineEdit::returnPressed, this, [this] { submit(m_lastRole); });
    m_behaviour->setMinimumWidth(96);
    m_behaviour->setToolTip(tr("What each connection does by itself"));
    row->addWidget(m_behaviour);
    m_listen = pushButton(tr("Listen"), "listenButton", this);
    setPrimary(*m_listen);
    m_connect = pushButton(tr("Connect"), "connectButton", this);
    m_options = pushButton(tr("Options"), "optionsButton", this);
    m_options->setCheckable(true);
    for (QPushButton* button : {m_listen, m_connect, m_options})
        row->addWidget(button);
    layout->addLayout(row);
    m_error = plainLabel({}, this);
    setMistake(*m_error);
    m_error->setWordWrap(true);
    m_error->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
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
    setRole(pasted->role);
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
    setMistaken(*m_field, true);
    constexpr qsizetype most = 600; // characters; what was typed may be of any length, and stands in the field
    const QString text = toText(error);
    m_error->setText(text.size() <= most ? text : text.left(most / 2) + QStringLiteral(" … ") + text.right(most / 2));
    m_error->show();
}

void AddressBar::clearError() {
    if (m_error->isHidden())
        return;
    setMistaken(*m_field, false);
    m_error->hide();
}

void AddressBar::submit(Role role) {
    if (looksLikeCommand(m_field->text())) {
        takeCommand(m_field->text()); // to be looked at before it is opened
        return;
    }
    if (m_field->text().trimmed().isEmpty()) {
        showError(badInput(QStringLiteral("address"),
                           sentence(QT_TRANSLATE_NOOP("Core", "Type an address first, such as localhost:8080."))));
        m_field->setFocus();
        return;
    }
    const QString text = completedAddress(m_field->text(), role);
    const auto address = parseAddress(text, role);
    if (!address) {
        showError(address.error());
        m_field->setFocus();
        if (address.error().position >= 0)
            m_field->setCursorPosition(address.error().position);
        return;
    }
    clearError();
    if (text != m_field->text().trimmed())
        m_field->setText(text); // what was understood
    setRole(role);
    m_settings.addRecentAddress(formatAddress(*address));
    if (role == Role::Listen)
        emit listenRequested(*address, behaviourFor(role));
    else
        emit connectRequested(*address, behaviourFor(role));
}

/// The button that is marked is the one that Return presses.
void AddressBar::setRole(Role role) {
    m_lastRole = role;
    setPrimary(*m_listen, role == Role::Listen);
    setPrimary(*m_connect, role == Role::Connect);
}

/// What the next endpoint does by itself. What servers do is not for who connects:
/// two ends that echo would do so for ever.
QString AddressBar::behaviourFor(Role role) {
    const QString chosen = m_behaviour->currentText().trimmed();
    const BehaviourEntry* entry = findBehaviour(chosen);
    const QString manual = QStringLiteral("manual");
    if (role == Role::Listen || entry == nullptr || entry->group == BehaviourGroup::Programmed || chosen == manual)
        return chosen;
    emit noted(tr("%1 is for listeners: this one connects without it.").arg(chosen));
    return manual;
}

} // namespace sw::ui
