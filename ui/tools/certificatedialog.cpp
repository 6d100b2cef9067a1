// SPDX-License-Identifier: MIT
#include "ui/tools/certificatedialog.h"

#include "ui/actions/prompter.h"
#include "ui/style/theme.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

namespace sw::ui {

CertificateDialog::CertificateDialog(Prompter& prompter, QWidget* parent) : QDialog(parent), m_prompter(prompter) {
    setObjectName(QStringLiteral("certificateDialog"));
    setWindowTitle(tr("Make a certificate"));
    setAttribute(Qt::WA_DeleteOnClose);
    setMinimumWidth(560);
    auto* form = new QFormLayout(this);
    auto* about =
        mutedLabel(tr("For test and teaching. Begin with an authority; then let it sign servers and clients. Whoever "
                      "trusts the authority (option ca) trusts what it signed."),
                   this);
    about->setWordWrap(true);
    form->addRow(about);
    m_kind = new QComboBox(this);
    nameWidget(m_kind, "certificateKind", tr("Kind of certificate"));
    m_kind->addItem(tr("Authority"), static_cast<int>(CertificatePurpose::Authority));
    m_kind->addItem(tr("Server"), static_cast<int>(CertificatePurpose::Server));
    m_kind->addItem(tr("Client"), static_cast<int>(CertificatePurpose::Client));
    m_name = new QLineEdit(this);
    nameWidget(m_name, "certificateName", tr("Name of the certificate"));
    m_names = new QLineEdit(QStringLiteral("localhost, 127.0.0.1, ::1"), this);
    nameWidget(m_names, "certificateNames", tr("Names that it is good for"));
    m_days = new QSpinBox(this);
    nameWidget(m_days, "certificateDays", tr("Days that it is valid"));
    m_days->setRange(1, 3650);
    m_days->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_days->setValue(30);
    m_days->setSuffix(tr(" days"));
    m_authority = new QLineEdit(this);
    nameWidget(m_authority, "certificateAuthority", tr("Certificate of the authority"));
    m_authority->setPlaceholderText(tr("empty: it signs itself"));
    m_chooseAuthority = pushButton(tr("Browse…"), "chooseAuthorityButton", this);
    m_folder = new QLineEdit(QDir::home().filePath(QStringLiteral("certificates")), this);
    nameWidget(m_folder, "certificateFolder", tr("Folder to write to"));
    auto* chooseFolder = pushButton(tr("Browse…"), "chooseFolderButton", this);
    m_file = new QLineEdit(this);
    nameWidget(m_file, "certificateFile", tr("Name of the files"));
    m_result = plainLabel({}, this);
    nameWidget(m_result, "certificateResult", tr("What was written"));
    m_result->setWordWrap(true);
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_result->setMinimumHeight(3 * fontMetrics().lineSpacing());
    m_result->setAlignment(Qt::AlignTop);
    const DialogButtons buttons =
        dialogButtons(*this, tr("Make"), "makeCertificateButton", tr("Close"), "closeCertificateButton");
    const auto withButton = [](QLineEdit* field, QPushButton* button) {
        auto* row = new QHBoxLayout;
        row->addWidget(field, 1);
        row->addWidget(button);
        return row;
    };
    form->addRow(tr("Kind"), m_kind);
    form->addRow(tr("Name"), m_name);
    form->addRow(tr("Good for"), m_names);
    form->addRow(tr("Valid"), m_days);
    form->addRow(tr("Signed by"), withButton(m_authority, m_chooseAuthority));
    form->addRow(tr("Folder"), withButton(m_folder, chooseFolder));
    form->addRow(tr("Files"), m_file);
    form->addRow(m_result);
    form->addRow(buttons.row);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &CertificateDialog::updateControls);
    connect(m_chooseAuthority, &QPushButton::clicked, this, [this] {
        const QString path = m_prompter.fileToRead(this, tr("Certificate of the authority"),
                                                   tr("Certificates (*.crt *.pem);;All files (*)"));
        if (!path.isEmpty())
            m_authority->setText(path);
    });
    connect(chooseFolder, &QPushButton::clicked, this, [this] {
        const QString path = m_prompter.folder(this, tr("Folder for certificates"));
        if (!path.isEmpty())
            m_folder->setText(path);
    });
    connect(buttons.action, &QPushButton::clicked, this, &CertificateDialog::make);
    updateControls();
}

void CertificateDialog::updateControls() {
    const auto kind = static_cast<CertificatePurpose>(m_kind->currentData().toInt());
    m_names->setEnabled(kind == CertificatePurpose::Server);
    const char* names[] = {"authority", "server", "client"};
    m_file->setText(QString::fromLatin1(names[static_cast<int>(kind)]));
    m_name->setText(kind == CertificatePurpose::Authority ? tr("My authority")
                    : kind == CertificatePurpose::Server  ? QStringLiteral("localhost")
                                                          : tr("client"));
}

void CertificateDialog::fail(const Error& error) {
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, themeColors(palette()).error);
    m_result->setPalette(colors);
    m_result->setText(errorText(error));
}

void CertificateDialog::make() {
    CertificateWish wish{.purpose = static_cast<CertificatePurpose>(m_kind->currentData().toInt()),
                         .commonName = m_name->text().trimmed(),
                         .days = m_days->value()};
    if (wish.purpose == CertificatePurpose::Server) {
        for (const QString& name : m_names->text().split(QLatin1Char(','), Qt::SkipEmptyParts))
            wish.names.append(name.trimmed());
    }
    std::optional<Identity> issuer;
    if (const QString path = m_authority->text().trimmed(); !path.isEmpty()) {
        const QFileInfo file(path);
        const auto read = readIdentity(
            {.certificate = path, .key = file.dir().filePath(file.completeBaseName() + QStringLiteral(".key"))});
        if (!read) {
            fail(read.error());
            return;
        }
        issuer = *read;
    }
    const auto made = makeIdentity(wish, issuer ? &*issuer : nullptr);
    if (!made) {
        fail(made.error());
        return;
    }
    const auto written = writeIdentity(*made, m_folder->text(), m_file->text().trimmed());
    if (!written) {
        fail(written.error());
        return;
    }
    m_result->setPalette(palette());
    m_result->setText(tr("Written:\n%1").arg(written->join(QLatin1Char('\n'))));
    if (wish.purpose == CertificatePurpose::Authority) { // the next ones are signed by it
        m_authority->setText(written->constFirst());
        m_kind->setCurrentIndex(m_kind->findData(static_cast<int>(CertificatePurpose::Server)));
    }
}

} // namespace sw::ui
