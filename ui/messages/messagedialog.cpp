// SPDX-License-Identifier: MIT
#include "ui/messages/messagedialog.h"

#include "core/base/clock.h"
#include "core/base/units.h"
#include "ui/style/theme.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace sw::ui {

namespace {
constexpr qsizetype previewBytes = 48;
}

MessageDialog::MessageDialog(const SavedMessage& message, const QFont& font, QStringList taken, QWidget* parent)
    : QDialog(parent),
      m_message(message),
      m_taken(std::move(taken)) {
    setObjectName(QStringLiteral("messageDialog"));
    setWindowTitle(tr("Saved message"));
    resize(560, 420);
    auto* layout = new QVBoxLayout(this);
    auto* form = new QFormLayout;
    m_name = new QLineEdit(message.name, this);
    nameWidget(m_name, "savedName", tr("Name"));
    m_folder = new QLineEdit(message.folder, this);
    nameWidget(m_folder, "savedFolder", tr("Folder"));
    m_folder->setPlaceholderText(tr("such as Modbus/Reads; may be empty"));
    m_shortcut = new QKeySequenceEdit(QKeySequence(message.shortcut), this);
    nameWidget(m_shortcut, "savedShortcut", tr("Shortcut"));
    m_ending = new QComboBox(this);
    nameWidget(m_ending, "savedEnding", tr("Line ending"));
    for (const auto& [name, ending] : {std::pair{tr("nothing"), LineEnding::None}, std::pair{tr("LF"), LineEnding::Lf},
                                       std::pair{tr("CR LF"), LineEnding::CrLf}, std::pair{tr("CR"), LineEnding::Cr},
                                       std::pair{tr("NUL"), LineEnding::Nul}})
        m_ending->addItem(name, static_cast<int>(ending));
    m_ending->setCurrentIndex(m_ending->findData(static_cast<int>(message.ending)));
    m_encoding = new QComboBox(this);
    nameWidget(m_encoding, "savedEncoding", tr("Encoding"));
    m_encoding->addItems(encodings());
    m_encoding->setCurrentText(message.encoding);
    form->addRow(tr("Name"), m_name);
    form->addRow(tr("Folder"), m_folder);
    form->addRow(tr("Shortcut"), m_shortcut);
    form->addRow(tr("Each ends with"), m_ending);
    form->addRow(tr("Encoding"), m_encoding);
    layout->addLayout(form);
    auto* label =
        mutedLabel(tr("One step a line: text, hex or template with what to send, or wait with a time."), this);
    m_steps = new QPlainTextEdit(this);
    nameWidget(m_steps, "savedSteps", tr("Steps"));
    m_steps->setFont(font);
    m_steps->setTabChangesFocus(true);
    m_steps->setPlaceholderText(
        QStringLiteral("text Hello\\r\\n\nwait 200ms\ntemplate ${n} ${crc32:hex}\nhex 00 01 ff"));
    label->setBuddy(m_steps);
    QStringList lines;
    for (const MessageStep& step : message.steps)
        lines.append(step.format());
    m_steps->setPlainText(lines.join(QLatin1Char('\n')));
    layout->addWidget(label);
    layout->addWidget(m_steps, 1);
    m_preview = plainLabel({}, this);
    nameWidget(m_preview, "savedPreview", tr("Bytes that it sends"));
    m_preview->setWordWrap(true);
    layout->addWidget(m_preview);
    const DialogButtons buttons =
        dialogButtons(*this, tr("Save"), "saveMessageButton", tr("Cancel"), "cancelMessageButton");
    m_ok = buttons.action;
    layout->addWidget(buttons.row);
    connect(buttons.row, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_steps, &QPlainTextEdit::textChanged, this, &MessageDialog::check);
    connect(m_name, &QLineEdit::textChanged, this, &MessageDialog::check);
    connect(m_folder, &QLineEdit::textChanged, this, &MessageDialog::check);
    connect(m_ending, &QComboBox::currentIndexChanged, this, &MessageDialog::check);
    connect(m_encoding, &QComboBox::currentIndexChanged, this, &MessageDialog::check);
    connect(m_shortcut, &QKeySequenceEdit::keySequenceChanged, this, &MessageDialog::check);
    check();
    if (message.name.isEmpty() && message.steps.isEmpty())
        m_preview->clear(); // nothing was typed that could be wrong
    m_name->selectAll();
    m_name->setFocus();
}

void MessageDialog::check() {
    SavedMessage made{.folder = m_folder->text().trimmed(),
                      .name = m_name->text().trimmed(),
                      .shortcut = m_shortcut->keySequence().toString(QKeySequence::PortableText),
                      .ending = static_cast<LineEnding>(m_ending->currentData().toInt()),
                      .encoding = m_encoding->currentText()};
    QString problem;
    if (made.name.isEmpty() || made.name.contains(QLatin1Char('/')))
        problem = tr("Give the message a name; a slash cannot be part of it.");
    else if (m_taken.contains(made.path()))
        problem = tr("There is a message “%1” already.").arg(made.path());
    const QStringList lines = m_steps->toPlainText().split(QLatin1Char('\n'));
    qsizetype bytes = 0;
    std::chrono::microseconds waits{0};
    QByteArray all;
    TemplateState state;
    for (qsizetype i = 0; i < lines.size() && problem.isEmpty(); ++i) {
        if (lines.at(i).trimmed().isEmpty())
            continue;
        const auto step = MessageStep::parse(lines.at(i), made.encoding);
        if (!step) {
            problem = tr("Line %1: %2").arg(i + 1).arg(errorText(step.error()));
            break;
        }
        made.steps.append(*step);
        waits += step->wait();
        if (step->isPause())
            continue;
        const auto sent = step->render(state, Timestamp::now().wall);
        if (!sent) {
            problem = tr("Line %1: %2").arg(i + 1).arg(errorText(sent.error()));
            break;
        }
        all += *sent + lineEndingBytes(made.ending, made.encoding);
        bytes = all.size();
    }
    if (problem.isEmpty() && made.steps.isEmpty())
        problem = tr("A message has at least one step.");
    m_ok->setEnabled(problem.isEmpty());
    QString text = problem;
    if (problem.isEmpty()) {
        text = tr("%1: %2").arg(bytes == 1 ? tr("1 byte") : tr("%1 bytes").arg(bytes),
                                QString::fromLatin1(all.left(previewBytes).toHex(' ')));
        if (bytes > previewBytes)
            text += QStringLiteral(" …");
        if (waits.count() > 0)
            text += tr(", with pauses of %1").arg(formatDuration(waits));
        m_message = made;
    }
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText,
                    problem.isEmpty() ? themeColors(palette()).muted : themeColors(palette()).error);
    m_preview->setPalette(colors);
    m_preview->setText(text);
}

} // namespace sw::ui
