// SPDX-License-Identifier: MIT
#include "ui/behaviour/behaviourdialog.h"

#include "core/behaviour/catalogue.h"
#include "ui/actions/prompter.h"
#include "ui/widgets/controls.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QStackedWidget>

namespace sw::ui {

namespace {

enum Page { NoValue, FileValue, NumberValue, ReplyValue };

Page pageOf(BehaviourValue value) {
    switch (value) {
    case BehaviourValue::File:
        return FileValue;
    case BehaviourValue::Number:
    case BehaviourValue::OptionalNumber:
        return NumberValue;
    case BehaviourValue::Reply:
        return ReplyValue;
    case BehaviourValue::None:
        break;
    }
    return NoValue;
}

} // namespace

BehaviourDialog::BehaviourDialog(const QString& title, const QString& behaviour, Prompter& prompter, QWidget* parent)
    : QDialog(parent),
      m_prompter(prompter),
      m_list(new QListWidget(this)),
      m_values(new QStackedWidget(this)),
      m_file(new QLineEdit(this)),
      m_number(new QLineEdit(this)),
      m_when(new QLineEdit(this)),
      m_answer(new QLineEdit(this)),
      m_about(mutedLabel({}, this)),
      m_error(plainLabel({}, this)) {
    setObjectName(QStringLiteral("behaviourDialog"));
    setWindowTitle(title);
    setAttribute(Qt::WA_DeleteOnClose);
    resize(560, 460);
    build(behaviour);
}

void BehaviourDialog::build(const QString& behaviour) {
    nameWidget(m_list, "behaviourList", tr("Behaviours"));
    m_list->setUniformItemSizes(true);
    m_list->setTextElideMode(Qt::ElideRight);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    const BehaviourEntry* current = findBehaviour(behaviour);
    for (const BehaviourEntry& entry : behaviours()) {
        auto* item = new QListWidgetItem(
            QString::fromLatin1(entry.name) + QStringLiteral("  —  ") + QString::fromLatin1(entry.summary), m_list);
        item->setToolTip(plainToolTip(QString::fromLatin1(entry.summary)));
        if (&entry == current)
            m_list->setCurrentItem(item);
    }
    nameWidget(m_file, "behaviourFile", tr("File"));
    nameWidget(m_number, "behaviourNumber", tr("Number"));
    nameWidget(m_when, "replyWhen", tr("When a line contains"));
    nameWidget(m_answer, "replyAnswer", tr("Answer"));
    m_when->setPlaceholderText(tr("such as PING, or prefix GET, or regex ^(\\w+)"));
    m_answer->setPlaceholderText(tr("such as PONG\\n"));
    nameWidget(m_error, "behaviourError", tr("Mistake"));
    m_error->setWordWrap(true);
    setMistake(*m_error);
    m_about->setWordWrap(true);
    auto* chooseFile = pushButton(tr("Browse…"), "browseBehaviour", this);
    chooseFile->setAutoDefault(false);
    connect(chooseFile, &QPushButton::clicked, this, &BehaviourDialog::browse);
    const auto page = [this](std::initializer_list<std::pair<QString, QWidget*>> fields,
                             QPushButton* button = nullptr) {
        auto* widget = new QWidget(m_values);
        auto* form = new QFormLayout(widget);
        form->setContentsMargins(0, 0, 0, 0);
        for (const auto& [text, field] : fields) {
            auto* row = new QHBoxLayout;
            row->addWidget(field, 1);
            if (button != nullptr)
                row->addWidget(button);
            auto* label = plainLabel(text, widget);
            label->setBuddy(field);
            form->addRow(label, row);
        }
        m_values->addWidget(widget);
    };
    page({});
    page({{tr("File"), m_file}}, chooseFile);
    page({{tr("Number"), m_number}});
    page({{tr("When a line contains"), m_when}, {tr("Answer"), m_answer}});
    const DialogButtons buttons =
        dialogButtons(*this, tr("Set"), "setBehaviourButton", tr("Cancel"), "cancelBehaviourButton");
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_about);
    layout->addWidget(m_values);
    layout->addWidget(m_error);
    layout->addWidget(buttons.row);
    m_values->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    connect(m_list, &QListWidget::currentRowChanged, this, &BehaviourDialog::choose);
    connect(m_list, &QListWidget::itemDoubleClicked, this, &BehaviourDialog::chosen);
    connect(buttons.action, &QPushButton::clicked, this, &BehaviourDialog::chosen);
    choose();
    const QString value = behaviour.section(QLatin1Char('='), 1);
    m_file->setText(value);
    m_number->setText(value.isEmpty() ? QStringLiteral("1000") : value);
    m_when->setText(value.section(QStringLiteral("=>"), 0, 0).trimmed());
    m_answer->setText(value.section(QStringLiteral("=>"), 1).trimmed());
    if (behaviour == QLatin1String("reply=")) { // this one is wanted, and no other
        m_list->hide();
        m_about->hide();
        adjustSize();
        m_when->setFocus();
    }
}

void BehaviourDialog::choose() {
    const int row = m_list->currentRow();
    m_values->setCurrentIndex(row < 0 ? NoValue : pageOf(behaviours()[static_cast<std::size_t>(row)].value));
    m_about->setText(row < 0 ? QString() : QString::fromLatin1(behaviours()[static_cast<std::size_t>(row)].summary));
    m_error->clear();
}

void BehaviourDialog::browse() {
    const QString file = m_prompter.fileToRead(this, tr("File of the behaviour"),
                                               tr("Rules, scripts, recordings (*.rules *.js *.jsonl *.pcapng *.pcap);;"
                                                  "All files (*)"));
    if (!file.isEmpty())
        m_file->setText(file);
}

QString BehaviourDialog::behaviour() const {
    const int row = m_list->currentRow();
    if (row < 0)
        return QStringLiteral("manual");
    const BehaviourEntry& entry = behaviours()[static_cast<std::size_t>(row)];
    const QString name = QString::fromLatin1(entry.name);
    switch (entry.value) {
    case BehaviourValue::File:
        return name + QLatin1Char('=') + m_file->text().trimmed();
    case BehaviourValue::Number:
    case BehaviourValue::OptionalNumber:
        return m_number->text().trimmed().isEmpty() ? name : name + QLatin1Char('=') + m_number->text().trimmed();
    case BehaviourValue::Reply:
        return name + QLatin1Char('=') + m_when->text().trimmed() + QStringLiteral(" => ") + m_answer->text().trimmed();
    case BehaviourValue::None:
        break;
    }
    return name;
}

void BehaviourDialog::fail(const QString& why) {
    m_error->setText(why);
}

} // namespace sw::ui
