// SPDX-License-Identifier: MIT
#include "ui/tools/tlsdialog.h"

#include "ui/actions/prompter.h"
#include "ui/widgets/controls.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace sw::ui {

TlsDialog::TlsDialog(bool isServer, Prompter& prompter, QWidget* parent)
    : QDialog(parent),
      m_prompter(prompter),
      m_verify(new QCheckBox(
          isServer ? tr("Ask the client for a certificate, and check it") : tr("Check the certificate"), this)) {
    setObjectName(QStringLiteral("tlsDialog"));
    setWindowTitle(tr("Start TLS"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* form = new QFormLayout(this);
    form->addRow(mutedLabel(isServer ? tr("We are the server: it was the peer that connected.")
                                     : tr("We are the client: it was us who connected."),
                            this));
    if (!isServer)
        m_name = addField(*form, tr("Server name"), "tlsName", tr("empty: the host of the address"), false);
    nameWidget(m_verify, "tlsVerify", m_verify->text());
    m_verify->setChecked(!isServer);
    form->addRow(m_verify);
    m_authority = addField(*form, tr("Authorities"), "tlsAuthority", tr("empty: those of the system"), true);
    m_certificate = addField(*form, tr("Our certificate"), "tlsCertificate",
                             isServer ? tr("empty: a throw-away one") : tr("empty: none"), true);
    m_key = addField(*form, tr("Its key"), "tlsKey", tr("empty: in the same file"), true);
    m_alpn = addField(*form, tr("Protocols (ALPN)"), "tlsAlpn", tr("such as h2,http/1.1"), false);
    const DialogButtons buttons =
        dialogButtons(*this, tr("Start TLS"), "startTlsButton", tr("Cancel"), "cancelTlsButton");
    form->addRow(buttons.row);
    connect(buttons.row, &QDialogButtonBox::accepted, this, &QDialog::accept);
    setMinimumWidth(460);
    if (m_name != nullptr) {
        setTabOrder(m_name, m_verify);
        m_name->setFocus();
    }
}

QLineEdit* TlsDialog::addField(QFormLayout& form, const QString& title, const char* name, const QString& hint,
                               bool isFile) {
    auto* field = new QLineEdit(this);
    nameWidget(field, name, title);
    field->setPlaceholderText(hint);
    auto* label = plainLabel(title, this);
    label->setBuddy(field);
    if (!isFile) {
        form.addRow(label, field);
        return field;
    }
    auto* browse = pushButton(tr("Browse…"), "tlsBrowse", this);
    browse->setAccessibleName(tr("Browse for %1").arg(title));
    browse->setAutoDefault(false);
    connect(browse, &QPushButton::clicked, this, [this, field, title] {
        const QString path = m_prompter.fileToRead(
            this, title, tr("Certificates and keys (*.pem *.crt *.key *.p12 *.pfx);;All files (*)"));
        if (!path.isEmpty())
            field->setText(path);
    });
    auto* row = new QHBoxLayout;
    row->addWidget(field, 1);
    row->addWidget(browse);
    form.addRow(label, row);
    return field;
}

QString TlsDialog::options() const {
    QStringList options;
    const auto add = [&options](const char* name, const QLineEdit* field) {
        QString value = field == nullptr ? QString() : field->text().trimmed();
        if (!value.isEmpty()) // as an address writes it
            options.append(
                QLatin1String(name) + QLatin1Char('=') +
                value.replace(QLatin1Char('%'), QLatin1String("%25")).replace(QLatin1Char('&'), QLatin1String("%26")));
    };
    add("name", m_name);
    if (m_name != nullptr && !m_verify->isChecked())
        options.append(QStringLiteral("verify=off"));
    if (m_name == nullptr && m_verify->isChecked())
        options.append(QStringLiteral("clientcert=require"));
    add("ca", m_authority);
    add("cert", m_certificate);
    add("key", m_key);
    add("alpn", m_alpn);
    return options.join(QLatin1Char('&'));
}

} // namespace sw::ui
