// SPDX-License-Identifier: MIT
#include "ui/relay/interceptpanel.h"

#include "core/behaviour/condition.h"
#include "core/payload/payload.h"
#include "ui/style/theme.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace sw::ui {

namespace {
constexpr int textForm = 0;
} // namespace

InterceptPanel::InterceptPanel(QWidget* parent)
    : QWidget(parent),
      m_on(new QCheckBox(tr("&Hold messages"), this)),
      m_direction(new QComboBox(this)),
      m_framer(new QComboBox(this)),
      m_condition(new QLineEdit(this)),
      m_error(plainLabel({}, this)),
      m_list(new QTreeWidget(this)),
      m_form(new QComboBox(this)),
      m_editor(new QPlainTextEdit(this)),
      m_pass(pushButton(tr("Pass On"), "passButton", this)),
      m_drop(pushButton(tr("Drop"), "dropButton", this)),
      m_answer(pushButton(tr("Answer"), "answerButton", this)),
      m_passAll(pushButton(tr("Pass All"), "passAllButton", this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    buildRule();
    buildQueue();
    setHeld({});
}

void InterceptPanel::buildRule() {
    nameWidget(m_on, "holdBox", tr("Hold messages"));
    nameWidget(m_direction, "holdDirection", tr("Direction of held messages"));
    m_direction->addItems({tr("both directions"), tr("from clients"), tr("from the target")});
    nameWidget(m_framer, "holdFramer", tr("How messages are split"));
    m_framer->setEditable(true);
    m_framer->addItems({QStringLiteral("none"), QStringLiteral("lines"), QStringLiteral("delimiter=\\r\\n\\r\\n"),
                        QStringLiteral("length=2be"), QStringLiteral("fixed=16"), QStringLiteral("idle=50ms"),
                        QStringLiteral("slip"), QStringLiteral("cobs")});
    nameWidget(m_condition, "holdCondition", tr("Which messages are held"));
    m_condition->setPlaceholderText(tr("every message, or: contains PAY, prefix GET, regex ^id=, mask 01 ??"));
    nameWidget(m_error, "holdError", tr("Mistake"));
    m_error->setWordWrap(true);
    m_error->hide();
    auto* row = new QHBoxLayout;
    row->addWidget(m_on);
    row->addWidget(m_direction);
    row->addWidget(m_framer);
    row->addWidget(m_condition, 1);
    auto* layout = static_cast<QVBoxLayout*>(this->layout());
    layout->addLayout(row);
    layout->addWidget(m_error);
    connect(m_on, &QCheckBox::toggled, this, &InterceptPanel::ruleEdited);
    connect(m_direction, &QComboBox::currentIndexChanged, this, &InterceptPanel::ruleEdited);
    connect(m_framer, &QComboBox::activated, this, &InterceptPanel::ruleEdited);
    connect(m_framer->lineEdit(), &QLineEdit::editingFinished, this, &InterceptPanel::ruleEdited);
    connect(m_condition, &QLineEdit::editingFinished, this, &InterceptPanel::ruleEdited);
}

void InterceptPanel::buildQueue() {
    nameWidget(m_list, "heldList", tr("Held messages"));
    m_list->setHeaderLabels({tr("From"), tr("Connection"), tr("Bytes"), tr("Message")});
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    nameWidget(m_form, "heldForm", tr("Shown as"));
    m_form->addItems({tr("Text"), tr("Hex")});
    nameWidget(m_editor, "heldEditor", tr("Held message"));
    m_editor->setTabChangesFocus(true);
    m_editor->setPlaceholderText(tr("Nothing is held."));
    explain(*m_answer, tr("Sends what stands here back to who wrote the message; the message goes no further"));
    setPrimary(*m_pass);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_form);
    buttons->addStretch();
    buttons->addWidget(m_passAll);
    buttons->addWidget(m_drop);
    buttons->addWidget(m_answer);
    buttons->addWidget(m_pass);
    auto* right = new QWidget(this);
    auto* rightLayout = new QVBoxLayout(right);
    rightLayout->setContentsMargins(0, 0, 0, 0);
    rightLayout->addWidget(m_editor, 1);
    rightLayout->addLayout(buttons);
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_list);
    splitter->addWidget(right);
    static_cast<QVBoxLayout*>(layout())->addWidget(splitter, 1);
    connect(m_list, &QTreeWidget::itemSelectionChanged, this, &InterceptPanel::chooseMessage);
    connect(m_form, &QComboBox::currentIndexChanged, this, &InterceptPanel::convertContent);
    connect(m_pass, &QPushButton::clicked, this, [this] { decide(Release::Action::Pass); });
    connect(m_drop, &QPushButton::clicked, this, [this] { decide(Release::Action::Drop); });
    connect(m_answer, &QPushButton::clicked, this, [this] { decide(Release::Action::Answer); });
    connect(m_passAll, &QPushButton::clicked, this, &InterceptPanel::passAll);
}

void InterceptPanel::setEditorFont(const QFont& font) {
    m_editor->setFont(font);
}

void InterceptPanel::setIntercept(const Intercept& intercept) {
    if (intercept == m_intercept)
        return;
    m_intercept = intercept;
    m_isFilling = true;
    m_on->setChecked(intercept.isOn);
    m_direction->setCurrentIndex(!intercept.direction ? 0 : *intercept.direction == RelayDirection::Up ? 1 : 2);
    m_framer->setEditText(formatFramer(intercept.framer));
    m_condition->setText(intercept.condition);
    m_error->hide();
    m_isFilling = false;
}

void InterceptPanel::ruleEdited() {
    if (m_isFilling)
        return;
    const auto framer = parseFramer(m_framer->currentText());
    const auto condition = Condition::parse(m_condition->text());
    const bool isGood = framer && condition;
    m_error->setVisible(!isGood);
    if (!isGood) {
        QPalette colors = palette();
        colors.setColor(QPalette::WindowText, themeColors(palette()).error);
        m_error->setPalette(colors);
        m_error->setText(framer ? errorText(condition.error()) : errorText(framer.error()));
        return;
    }
    Intercept wanted{.isOn = m_on->isChecked(), .framer = *framer, .condition = m_condition->text().trimmed()};
    if (m_direction->currentIndex() > 0)
        wanted.direction = m_direction->currentIndex() == 1 ? RelayDirection::Up : RelayDirection::Down;
    if (wanted == m_intercept)
        return;
    m_intercept = wanted;
    emit changed();
}

const HeldMessage* InterceptPanel::chosen() const {
    const auto found =
        std::find_if(m_held.begin(), m_held.end(), [this](const HeldMessage& one) { return one.number == m_chosen; });
    return found == m_held.end() ? nullptr : &*found;
}

void InterceptPanel::setHeld(const QVector<HeldMessage>& messages) {
    constexpr qsizetype widest = 80;
    m_isFilling = true;
    m_held = messages;
    m_list->clear();
    QTreeWidgetItem* current = nullptr;
    for (const HeldMessage& message : messages) {
        auto* item = new QTreeWidgetItem(m_list, {message.direction == RelayDirection::Up ? tr("client") : tr("target"),
                                                  message.name, QString::number(message.size),
                                                  toEscapedText(message.bytes.left(widest))});
        item->setData(0, Qt::UserRole, message.number);
        if (message.number == m_chosen)
            current = item;
    }
    for (int column = 0; column < 3; ++column)
        m_list->resizeColumnToContents(column);
    m_isFilling = false;
    if (current != nullptr) { // what is being edited stays
        m_isFilling = true;
        m_list->setCurrentItem(current);
        m_isFilling = false;
    } else if (m_list->topLevelItemCount() > 0) {
        m_list->setCurrentItem(m_list->topLevelItem(0));
    } else {
        chooseMessage();
    }
    m_passAll->setEnabled(!messages.isEmpty());
}

void InterceptPanel::chooseMessage() {
    if (m_isFilling)
        return;
    const auto selected = m_list->selectedItems();
    m_chosen = selected.isEmpty() ? 0 : selected.first()->data(0, Qt::UserRole).toULongLong();
    const HeldMessage* message = chosen();
    m_content = message != nullptr && message->isWhole() ? std::optional(message->bytes) : std::nullopt;
    updateButtons();
    showContent();
    if (message != nullptr && !m_content)
        emit contentRequested(m_chosen);
}

/// What is not here yet can be dropped or pass as it is.
void InterceptPanel::updateButtons() {
    m_pass->setEnabled(m_chosen != 0);
    m_drop->setEnabled(m_chosen != 0);
    m_answer->setEnabled(m_content.has_value());
    m_editor->setEnabled(m_content.has_value());
}

void InterceptPanel::setContent(quint64 number, const QByteArray& bytes) {
    if (number != m_chosen || m_content)
        return;
    m_content = bytes;
    updateButtons();
    showContent();
}

void InterceptPanel::showContent() {
    if (!m_content)
        m_editor->clear();
    else if (m_form->currentIndex() == textForm)
        m_editor->setPlainText(toEscapedText(*m_content));
    else
        m_editor->setPlainText(QString::fromLatin1(m_content->toHex(' ')));
}

/// The other form shows what stands there, edits included; what cannot be read begins anew.
void InterceptPanel::convertContent() {
    const QString text = m_editor->toPlainText();
    const bool isText = m_form->currentIndex() == textForm;
    const auto bytes = isText ? parseHex(text) : parseEscapedText(text); // as it was before
    if (!m_content || !bytes)
        showContent();
    else
        m_editor->setPlainText(isText ? toEscapedText(*bytes) : QString::fromLatin1(bytes->toHex(' ')));
}

std::optional<QByteArray> InterceptPanel::content() {
    QString text = m_editor->toPlainText();
    const auto bytes = m_form->currentIndex() == textForm ? parseEscapedText(text) : parseHex(text);
    m_error->setVisible(!bytes);
    if (bytes)
        return *bytes;
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, themeColors(palette()).error);
    m_error->setPalette(colors);
    m_error->setText(errorText(bytes.error()));
    QTextCursor cursor = m_editor->textCursor();
    cursor.setPosition(std::clamp(bytes.error().position, 0, static_cast<int>(text.size())));
    m_editor->setTextCursor(cursor);
    m_editor->setFocus();
    return std::nullopt;
}

void InterceptPanel::decide(Release::Action action) {
    if (m_chosen == 0)
        return;
    Release release{.action = action};
    if (action != Release::Action::Drop && m_content) {
        const auto bytes = content();
        if (!bytes)
            return;
        release.bytes = *bytes;
    }
    emit released(std::exchange(m_chosen, 0), release);
}

void InterceptPanel::passAll() {
    const auto held = m_held;
    for (const HeldMessage& message : held) {
        Release release;
        if (message.number == m_chosen && m_content) { // with its edits
            const auto bytes = content();
            if (!bytes)
                return;
            release.bytes = *bytes;
        }
        emit released(message.number, release);
    }
    m_chosen = 0;
}

} // namespace sw::ui
