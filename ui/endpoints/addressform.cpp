// SPDX-License-Identifier: MIT
#include "ui/endpoints/addressform.h"

#include "ui/widgets/controls.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QVBoxLayout>

namespace sw::ui {

AddressForm::AddressForm(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("addressForm"));
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName(QStringLiteral("addressFormScroll"));
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* content = new QWidget(scroll);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(12, 8, 12, 12);
    m_preview = plainLabel({}, content);
    m_preview->setWordWrap(true);
    setMuted(*m_preview);
    nameWidget(m_preview, "formAddress", tr("Requested address"));
    layout->addWidget(m_preview);
    m_place = new QFormLayout;
    m_scheme = new QComboBox(content);
    nameWidget(m_scheme, "formScheme", tr("Scheme"));
    for (const SchemeSpec& spec : schemeTable()) {
        if (!spec.isInThisBuild)
            continue;
        m_scheme->addItem(QString::fromLatin1(spec.name), static_cast<int>(spec.scheme));
        m_scheme->setItemData(m_scheme->count() - 1, QString::fromLatin1(spec.help), Qt::ToolTipRole);
    }
    m_host = new QLineEdit(content);
    nameWidget(m_host, "formHost", tr("Host"));
    m_host->setPlaceholderText(tr("empty: loopback; *: every address"));
    m_port = new QLineEdit(content);
    nameWidget(m_port, "formPort", tr("Port"));
    m_port->setPlaceholderText(tr("0 to 65535, a range, or a service"));
    m_path = new QLineEdit(content);
    nameWidget(m_path, "formPath", tr("Path"));
    m_path->setPlaceholderText(QStringLiteral("/run/app.sock"));
    m_place->addRow(tr("Scheme"), m_scheme);
    m_place->addRow(tr("Host"), m_host);
    m_place->addRow(tr("Port"), m_port);
    m_place->addRow(tr("Path"), m_path);
    layout->addLayout(m_place);
    m_groups = new QVBoxLayout;
    layout->addLayout(m_groups);
    layout->addStretch();
    scroll->setWidget(content);
    outer->addWidget(scroll);
    connect(m_scheme, &QComboBox::currentIndexChanged, this, [this] {
        rebuild(static_cast<Scheme>(m_scheme->currentData().toInt()));
        edited();
    });
    for (QLineEdit* field : {m_host, m_port, m_path})
        connect(field, &QLineEdit::textEdited, this, &AddressForm::edited);
    rebuild(Scheme::Tcp);
}

QWidget* AddressForm::makeEditor(const OptionSpec& spec) {
    const QString name = QString::fromLatin1(spec.name);
    const QString defaultText =
        *spec.defaultValue != '\0' ? QString::fromLatin1(spec.defaultValue) : tr("system's choice");
    QWidget* editor = nullptr;
    if (spec.type == OptionType::Switch || spec.type == OptionType::Choice) {
        auto* box = new QComboBox(m_groupsHost);
        box->addItem(tr("default (%1)").arg(defaultText), QString());
        const QString choices =
            spec.type == OptionType::Switch ? QStringLiteral("on|off") : QString::fromLatin1(spec.choices);
        for (const QString& choice : choices.split(QLatin1Char('|')))
            box->addItem(choice, choice);
        connect(box, &QComboBox::currentIndexChanged, this, &AddressForm::edited);
        editor = box;
    } else {
        auto* field = new QLineEdit(m_groupsHost);
        field->setPlaceholderText(defaultText);
        connect(field, &QLineEdit::textEdited, this, &AddressForm::edited);
        editor = field;
    }
    nameWidget(editor, qPrintable(QStringLiteral("option_") + name), name);
    explain(*editor, QString::fromLatin1(spec.help) + QLatin1Char('\n') + tr("Takes %1.").arg(acceptedValues(spec)));
    return editor;
}

void AddressForm::rebuild(Scheme scheme) {
    if (scheme == m_shown)
        return;
    m_shown = scheme;
    m_fields.clear();
    delete m_groupsHost;
    m_groupsHost = new QWidget(this);
    m_groups->addWidget(m_groupsHost);
    auto* layout = new QVBoxLayout(m_groupsHost);
    layout->setContentsMargins(0, 0, 0, 0);
    std::optional<OptionGroup> group;
    QFormLayout* form = nullptr;
    for (const OptionSpec& spec : optionTable()) {
        if (!spec.appliesTo(scheme))
            continue;
        if (group != spec.group) {
            group = spec.group;
            auto* title = plainLabel(groupTitle(spec.group), m_groupsHost);
            setHeading(*title);
            layout->addSpacing(6);
            layout->addWidget(title);
            form = new QFormLayout;
            form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
            layout->addLayout(form);
        }
        QWidget* editor = makeEditor(spec);
        form->addRow(QString::fromLatin1(spec.name), editor);
        m_fields.push_back({&spec, editor});
    }
    const bool local = isLocal(scheme);
    m_place->setRowVisible(m_host, !local);
    m_place->setRowVisible(m_port, !local);
    m_place->setRowVisible(m_path, local);
}

QString AddressForm::fieldValue(const Field& field) const {
    if (const auto* box = qobject_cast<QComboBox*>(field.editor))
        return box->currentData().toString();
    return static_cast<QLineEdit*>(field.editor)->text().trimmed();
}

void AddressForm::setFieldValue(const Field& field, const QString& value) {
    if (auto* box = qobject_cast<QComboBox*>(field.editor))
        box->setCurrentIndex(std::max(box->findData(value), 0));
    else
        static_cast<QLineEdit*>(field.editor)->setText(value);
}

void AddressForm::setAddress(const QString& text) {
    m_preview->setText(text);
    const auto address = parseAddress(text);
    if (!address)
        return;
    m_isFilling = true;
    m_scheme->setCurrentIndex(std::max(m_scheme->findData(static_cast<int>(address->scheme)), 0));
    rebuild(address->scheme);
    m_host->setText(address->place.host);
    HostPort portOnly = address->place;
    portOnly.host.clear();
    m_port->setText(formatHostPort(portOnly).mid(1));
    m_path->setText(address->path);
    for (const Field& field : m_fields)
        setFieldValue(field, address->values(field.spec->name).value(0));
    m_isFilling = false;
}

void AddressForm::edited() {
    if (m_isFilling)
        return;
    QString text = schemeName(m_shown) + QStringLiteral("://");
    if (isLocal(m_shown)) {
        text += m_path->text().trimmed();
    } else {
        QString host = m_host->text().trimmed();
        if (host.contains(QLatin1Char(':')) && !host.startsWith(QLatin1Char('[')))
            host = QStringLiteral("[") + host + QStringLiteral("]");
        text += host;
        if (!m_port->text().trimmed().isEmpty())
            text += QStringLiteral(":") + m_port->text().trimmed();
    }
    QLatin1Char separator('?');
    for (const Field& field : m_fields) {
        const QString value = fieldValue(field);
        const bool isBad = !value.isEmpty() && !normaliseOption(*field.spec, value);
        setMistaken(*field.editor, isBad);
        if (value.isEmpty())
            continue;
        QString safe = value;
        safe.replace(QLatin1Char('%'), QLatin1String("%25")).replace(QLatin1Char('&'), QLatin1String("%26"));
        text += separator + QString::fromLatin1(field.spec->name) + QStringLiteral("=") + safe;
        separator = QLatin1Char('&');
    }
    m_preview->setText(text);
    emit addressEdited(text);
}

} // namespace sw::ui
