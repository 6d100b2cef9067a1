// SPDX-License-Identifier: MIT
#include "ui/composer/composer.h"

#include "core/base/units.h"
#include "ui/style/icons.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/elidedlabel.h"
#include "ui/widgets/eventtext.h"
#include "ui/widgets/messagefield.h"

#include <QComboBox>
#include <QDragEnterEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

namespace sw::ui {

namespace {

constexpr qsizetype previewBytes = 24;
constexpr qsizetype longestRemembered = 4096; // characters, in the settings

} // namespace

Composer::Composer(Engine& engine, Settings& settings, EndpointId endpoint, QWidget* parent)
    : QWidget(parent),
      m_engine(engine),
      m_settings(settings),
      m_endpoint(endpoint),
      m_player(engine, endpoint),
      m_history(settings.messageHistory()) {
    setObjectName(QStringLiteral("composer"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(4);
    buildRow();
    buildOptions();
    const auto snapshot = engine.snapshot(endpoint);
    if (snapshot && isDatagram(snapshot->address.scheme))
        m_ending->setCurrentIndex(m_ending->findData(static_cast<int>(LineEnding::None))); // datagrams are whole
    m_repeat.setTimerType(Qt::PreciseTimer);
    connect(&m_repeat, &QTimer::timeout, this, &Composer::sendFileOnce);
    connect(&m_player, &MessagePlayer::finished, this, [this] {
        m_times->setValue(1); // the next Return sends once
        updateControls();
        preview(); // the counter has gone on
    });
    connect(&m_player, &MessagePlayer::failed, this, [this](const Error& error) { emit complained(errorText(error)); });
    setAcceptDrops(true);
    preview();
    updateControls();
}

/// Each with what it stands for; choosing one puts it where the caret is.
void Composer::listFields() {
    m_fields->menu()->clear();
    for (const QString& line : templateHelp()) {
        if (!line.startsWith(QLatin1String("${")))
            continue;
        const QString field = line.section(QLatin1Char(' '), 0, 0);
        QAction* action =
            m_fields->menu()->addAction(field + QStringLiteral("  —  ") + line.mid(field.size()).trimmed());
        connect(action, &QAction::triggered, this, [this, field] {
            m_message->insertPlainText(field);
            m_message->setFocus();
        });
    }
}

QAction* Composer::addForm(const QString& text, const char* name, std::function<void()> choose) {
    QAction* action = m_formButton->menu()->addAction(text);
    action->setObjectName(QString::fromLatin1(name));
    action->setCheckable(true);
    connect(action, &QAction::triggered, this, [choose = std::move(choose)] { choose(); });
    return action;
}

/// What is needed each time: form, message, how much it is, Send.
void Composer::buildRow() {
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    m_formButton = new QToolButton(this);
    m_formButton->setFocusPolicy(Qt::TabFocus);
    m_formButton->setPopupMode(QToolButton::InstantPopup);
    m_formButton->setMenu(new QMenu(m_formButton));
    nameWidget(m_formButton, "composeForm", tr("Form of the message"));
    m_text = addForm(tr("Text"), "composeText", [this] { setForm(PayloadForm::Text); });
    m_text->setToolTip(tr("Text with \\n \\r \\t \\0 \\xHH \\u{…} \\\\"));
    m_hex = addForm(tr("Hex"), "composeHex", [this] { setForm(PayloadForm::Hex); });
    m_template = addForm(tr("Template"), "composeTemplate", [this] { setTemplate(); });
    m_file = addForm(tr("File"), "composeFile", [this] { setForm(PayloadForm::File); });
    m_message = new MessageField(this);
    nameWidget(m_message, "messageField", tr("Message"));
    m_message->setFont(m_settings.bufferFont());
    connect(&m_settings, &Settings::changed, m_message, [this] { m_message->setFont(m_settings.bufferFont()); });
    m_message->installEventFilter(this);
    m_browse = new QToolButton(this);
    m_browse->setText(tr("Browse…"));
    m_browse->setFocusPolicy(Qt::TabFocus);
    nameWidget(m_browse, "browseButton", tr("Choose a file"));
    m_size = mutedLabel({}, this);
    nameWidget(m_size, "messageSize", tr("Size of the message"));
    m_send = pushButton(tr("Send"), "sendButton", this);
    setPrimary(*m_send);
    m_optionsButton = toolButton(icon(IconId::Options), "composerOptions",
                                 tr("Line ending, encoding, repeat and bytes of the message"), this);
    m_optionsButton->setCheckable(true);
    m_fields = new QToolButton(this);
    m_fields->setText(QStringLiteral("${…}"));
    m_fields->setFocusPolicy(Qt::TabFocus);
    m_fields->setPopupMode(QToolButton::InstantPopup);
    m_fields->setMenu(new QMenu(m_fields));
    nameWidget(m_fields, "templateFields", tr("Insert a field"));
    connect(m_fields->menu(), &QMenu::aboutToShow, this, &Composer::listFields);
    row->addWidget(m_formButton);
    row->addWidget(m_message, 1);
    row->addWidget(m_fields);
    row->addWidget(m_browse);
    row->addWidget(m_size);
    row->addWidget(m_send);
    row->addWidget(m_optionsButton);
    connect(m_message, &MessageField::textEdited, this, &Composer::preview);
    connect(m_message, &MessageField::returnPressed, this, &Composer::send);
    connect(m_send, &QPushButton::clicked, this, &Composer::send);
    connect(m_browse, &QToolButton::clicked, this, &Composer::chooseFile);
    connect(m_optionsButton, &QToolButton::toggled, this, &Composer::updateControls);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
}

/// What is set now and then, behind a button.
void Composer::buildOptions() {
    m_preview = new ElidedLabel(Qt::ElideRight, this);
    setMuted(*m_preview);
    nameWidget(m_preview, "messagePreview", tr("Bytes to send"));
    m_options = new QWidget(this);
    auto* rows = new QVBoxLayout(m_options);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    rows->addLayout(row);
    m_destinationLabel = mutedLabel(tr("To"), m_options);
    m_destination = new QLineEdit(m_options);
    nameWidget(m_destination, "destinationField", tr("Destination"));
    m_destination->setPlaceholderText(tr("HOST:PORT, or empty for all peers"));
    m_destination->setMinimumWidth(80);
    m_destinationLabel->setBuddy(m_destination);
    m_ending = new QComboBox(m_options);
    nameWidget(m_ending, "lineEndingBox", tr("Line ending"));
    for (const auto& [name, ending] : {std::pair{tr("no line end"), LineEnding::None},
                                       std::pair{tr("LF"), LineEnding::Lf}, std::pair{tr("CR LF"), LineEnding::CrLf},
                                       std::pair{tr("CR"), LineEnding::Cr}, std::pair{tr("NUL"), LineEnding::Nul}})
        m_ending->addItem(name, static_cast<int>(ending));
    m_ending->setCurrentIndex(m_ending->findData(static_cast<int>(m_settings.lineEnding())));
    m_encoding = new QComboBox(m_options);
    nameWidget(m_encoding, "encodingBox", tr("Encoding"));
    m_encoding->addItems(encodings());
    m_times = new QSpinBox(m_options);
    nameWidget(m_times, "repeatCount", tr("Repeat count"));
    m_times->setRange(1, 1'000'000);
    m_times->setSuffix(tr(" ×"));
    m_times->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_interval = new QLineEdit(QStringLiteral("1s"), m_options);
    nameWidget(m_interval, "repeatInterval", tr("Repeat interval"));
    m_interval->setMaximumWidth(60);
    for (QComboBox* box : {m_ending, m_encoding}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(7);
        connect(box, &QComboBox::currentIndexChanged, this, &Composer::preview);
    }
    row->addWidget(m_destinationLabel);
    row->addWidget(m_destination, 1);
    row->addWidget(m_ending);
    row->addWidget(m_encoding);
    row->addStretch();
    m_pause = new QLineEdit(QStringLiteral("0"), m_options);
    nameWidget(m_pause, "pieceBreak", tr("Pause between pieces"));
    m_pause->setMaximumWidth(60);
    m_piece = new QComboBox(m_options);
    nameWidget(m_piece, "pieceBox", tr("Pieces"));
    m_piece->addItems({tr("line"), tr("byte")});
    auto* timing = new QHBoxLayout;
    timing->setSpacing(6);
    rows->addLayout(timing);
    for (const auto& [text, field] :
         {std::pair<QString, QWidget*>{tr("Repeat"), m_times}, std::pair<QString, QWidget*>{tr("every"), m_interval},
          std::pair<QString, QWidget*>{tr("Pause"), m_pause},
          std::pair<QString, QWidget*>{tr("after each"), m_piece}}) {
        QLabel* label = mutedLabel(text, m_options);
        label->setBuddy(field);
        timing->addWidget(label);
        timing->addWidget(field);
    }
    timing->addStretch();
    static_cast<QVBoxLayout*>(layout())->addWidget(m_preview);
    static_cast<QVBoxLayout*>(layout())->addWidget(m_options);
}

void Composer::setTemplate() {
    setForm(PayloadForm::Text);
    m_isTemplate = true;
    updateControls();
    preview();
}

void Composer::setForm(PayloadForm form) {
    m_form = form;
    m_isTemplate = false;
    updateControls();
    preview();
    m_message->setFocus();
}

void Composer::setMessage(const QByteArray& bytes) {
    setForm(PayloadForm::Text);
    m_ending->setCurrentIndex(0); // the bytes are complete
    m_encoding->setCurrentIndex(0);
    m_message->setText(toEscapedText(bytes));
}

LineEnding Composer::lineEnding() const {
    return m_form == PayloadForm::Text ? static_cast<LineEnding>(m_ending->currentData().toInt()) : LineEnding::None;
}

QString Composer::encoding() const {
    return m_form == PayloadForm::Text ? m_encoding->currentText() : encodings().front();
}

std::optional<MessageStep> Composer::step() const {
    if (m_form == PayloadForm::File || m_message->text().isEmpty() || m_message->isHolding() || !previewBytesOf())
        return std::nullopt;
    const bool isText = m_form == PayloadForm::Text;
    const auto written = m_isTemplate ? MessageStep::withFields(source(), encoding())
                         : isText     ? MessageStep::text(source(), encoding())
                                      : Result<MessageStep>(MessageStep::ofBytes(*toBytes(spec())));
    return written ? std::optional(*written) : std::nullopt;
}

QString Composer::draft() const {
    if (m_message->text().isEmpty() || m_message->isHolding() || m_form == PayloadForm::File)
        return {};
    const QString form = m_isTemplate                 ? QStringLiteral("template ")
                         : m_form == PayloadForm::Hex ? QStringLiteral("hex ")
                                                      : QStringLiteral("text ");
    const QString text =
        m_form == PayloadForm::Hex ? m_message->text().replace(QLatin1Char('\n'), QLatin1Char(' ')) : source();
    return form + text;
}

void Composer::setDraft(const QString& draft) {
    const qsizetype blank = draft.indexOf(QLatin1Char(' '));
    const QString form = draft.left(std::max<qsizetype>(blank, 0));
    if (form == QLatin1String("template"))
        setTemplate();
    else
        setForm(form == QLatin1String("hex") ? PayloadForm::Hex : PayloadForm::Text);
    m_message->setText(draft.mid(blank + 1));
}

void Composer::play(const SavedMessage& message) {
    if (!m_canSend) {
        emit complained(tr("This endpoint does not send now."));
        return;
    }
    m_player.play({.message = message, .destination = m_isUnconnected ? m_destination->text().trimmed() : QString()});
    updateControls();
}

void Composer::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasFormat(QStringLiteral("application/x-socketwright-message")))
        event->acceptProposedAction();
}

void Composer::dropEvent(QDropEvent* event) {
    emit messageDropped(
        QString::fromUtf8(event->mimeData()->data(QStringLiteral("application/x-socketwright-message"))));
    event->acceptProposedAction();
}

void Composer::focusMessage() {
    m_message->setFocus();
}

PayloadSpec Composer::spec() const {
    return {.form = m_form, .source = source(), .lineEnding = lineEnding(), .encoding = encoding()};
}

/// What stands in the field, in one line: between its lines are line ends as the last one is, or LF.
QString Composer::source() const {
    QString text = m_message->text();
    if (m_form != PayloadForm::Text || !text.contains(QLatin1Char('\n')))
        return text;
    const LineEnding ending = lineEnding() == LineEnding::None ? LineEnding::Lf : lineEnding();
    return text.replace(QLatin1Char('\n'), toEscapedText(lineEndingBytes(ending)));
}

void Composer::updateControls() {
    m_ending->setEnabled(m_form == PayloadForm::Text);
    m_encoding->setEnabled(m_form == PayloadForm::Text);
    m_browse->setVisible(m_form == PayloadForm::File);
    m_fields->setVisible(m_isTemplate);
    m_fields->setEnabled(!m_message->isHolding());
    m_destination->setVisible(m_isUnconnected);
    m_destinationLabel->setVisible(m_isUnconnected);
    m_text->setChecked(m_form == PayloadForm::Text && !m_isTemplate);
    m_hex->setChecked(m_form == PayloadForm::Hex);
    m_template->setChecked(m_isTemplate);
    m_file->setChecked(m_form == PayloadForm::File);
    for (const QAction* form : {m_text, m_hex, m_template, m_file}) {
        if (form->isChecked())
            m_formButton->setText(form->text() + QStringLiteral(" ▾"));
    }
    m_options->setVisible(m_optionsButton->isChecked());
    updateSize();
    m_send->setText(isRepeating() ? tr("Stop") : tr("Send"));
    m_send->setAccessibleName(tr("Send"));
    m_send->setEnabled(m_canSend || isRepeating());
    m_send->setToolTip(m_send->isEnabled() ? QString() : tr("This endpoint does not send now."));
    m_message->setPlaceholderText(m_form == PayloadForm::Hex    ? tr("Bytes in hex, such as 00 01 ff")
                                  : m_form == PayloadForm::File ? tr("Path of the file to send")
                                  : m_isTemplate ? tr("Message with fields, such as ${n} ${time} ${crc32:hex}")
                                                 : tr("Message; Return sends, Up brings the last one back"));
}

/// What the next message would be; a template's counters do not move by that.
Result<QByteArray> Composer::previewBytesOf() const {
    if (!m_isTemplate)
        return toBytes(spec());
    const auto fields = Template::parse(source(), encoding());
    if (!fields)
        return tl::unexpected(fields.error());
    TemplateState state = m_player.state();
    auto bytes = fields->render(state, Timestamp::now().wall);
    if (bytes)
        bytes->append(lineEndingBytes(lineEnding(), encoding()));
    return bytes;
}

/// Beside the message: how much it is, and by what it ends. Below it, when that was asked for or something is wrong:
/// its bytes.
void Composer::updateSize() {
    const bool isWrong = isMistaken(*m_message);
    m_preview->setVisible(isWrong || m_optionsButton->isChecked());
    QString text;
    if (m_form != PayloadForm::File && !isWrong) {
        text = tr("%1 B").arg(QLocale().toString(m_previewSize - lineEndingBytes(lineEnding(), encoding()).size()));
        switch (lineEnding()) {
        case LineEnding::Lf:
            text += QStringLiteral(" + LF");
            break;
        case LineEnding::CrLf:
            text += QStringLiteral(" + CR LF");
            break;
        case LineEnding::Cr:
            text += QStringLiteral(" + CR");
            break;
        case LineEnding::Nul:
            text += QStringLiteral(" + NUL");
            break;
        case LineEnding::None:
            break;
        }
    }
    constexpr int narrow = 400; // pixels, in which the message needs them more
    m_size->setText(text);
    m_size->setVisible(!text.isEmpty() && width() >= narrow);
}

void Composer::preview() {
    showPreview();
    updateSize();
}

void Composer::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    updateSize();
}

void Composer::showPreview() {
    if (m_form == PayloadForm::File) {
        const QFileInfo file(m_message->text());
        const bool isReadable = file.isFile() && file.isReadable();
        setMistaken(*m_message, !m_message->text().isEmpty() && !isReadable);
        m_preview->setText(isReadable ? tr("%1 in the file").arg(formatBytes(static_cast<quint64>(file.size())))
                           : m_message->text().isEmpty() ? QString()
                                                         : tr("This file cannot be read."));
        return;
    }
    const auto bytes = previewBytesOf();
    setMistaken(*m_message, !bytes.has_value());
    if (!bytes) {
        const QString place =
            bytes.error().position >= 0 ? tr("at character %1: ").arg(bytes.error().position + 1) : QString();
        m_preview->setText(place + errorText(bytes.error()));
        return;
    }
    m_previewSize = bytes->size();
    QString text = bytes->size() == 1 ? tr("1 byte") : tr("%1 bytes").arg(bytes->size());
    if (!bytes->isEmpty())
        text += QStringLiteral("    ") + QString::fromLatin1(bytes->left(previewBytes).toHex(' '));
    if (bytes->size() > previewBytes)
        text += QStringLiteral(" …");
    m_preview->setText(text);
}

void Composer::send() {
    if (isRepeating()) {
        stopRepeating();
        return;
    }
    if (!m_canSend) {
        emit complained(tr("This endpoint does not send now."));
        return;
    }
    const auto interval = parseDuration(m_interval->text());
    setMistaken(*m_interval, !interval.has_value());
    const auto pause = parseDuration(m_pause->text());
    setMistaken(*m_pause, !pause.has_value());
    const bool isBad = m_form == PayloadForm::File ? !QFileInfo(m_message->text()).isReadable() : !previewBytesOf();
    if (isBad || !interval || !pause) {
        emit complained(isBad ? m_preview->text() : !interval ? errorText(interval.error()) : errorText(pause.error()));
        return;
    }
    if (pause->count() > 0) {
        sendInPieces(*pause, *interval);
        return;
    }
    if (!m_message->text().isEmpty()) {
        m_history.add(m_message->text());
        if (m_message->text().size() <= longestRemembered)
            m_settings.addMessage(m_message->text());
    }
    if (m_form == PayloadForm::File) {
        m_left = m_times->value();
        sendFileOnce();
        if (m_left > 0)
            m_repeat.start(std::max(std::chrono::duration_cast<std::chrono::milliseconds>(*interval),
                                    std::chrono::milliseconds(1)));
    } else {
        MessagePlayer::Plan plan{.times = static_cast<quint64>(m_times->value()),
                                 .every = *interval,
                                 .destination = m_isUnconnected ? m_destination->text().trimmed() : QString()};
        if (m_isTemplate)
            plan.message = {.ending = lineEnding(),
                            .encoding = encoding(),
                            .steps = {*MessageStep::withFields(source(), encoding())}};
        else
            plan.message.steps = {MessageStep::ofBytes(*toBytes(spec()))};
        m_player.play(plan);
        if (!m_message->isHolding())
            m_message->selectAll();
    }
    updateControls();
}

/// Line by line or byte by byte, with a pause between them: for peers that are slow to read, and to be watched.
void Composer::sendInPieces(std::chrono::microseconds pause, std::chrono::microseconds interval) {
    constexpr qint64 mostBytes = 16 << 20;
    constexpr qsizetype mostPieces = 1'000'000;
    QByteArray bytes;
    if (m_form == PayloadForm::File) {
        QFile file(m_message->text());
        const bool isFile = QFileInfo(file).isFile(); // no pipe or device, which may have no end
        bytes = isFile && file.open(QIODevice::ReadOnly) ? file.read(mostBytes + 1) : QByteArray();
        if (bytes.isEmpty() || bytes.size() > mostBytes) {
            emit complained(tr("A file that is sent in pieces has content of 16 MiB at most."));
            return;
        }
    } else {
        bytes = previewBytesOf().value_or(QByteArray());
    }
    const bool isByLine = m_piece->currentIndex() == 0;
    const char end = lineEnding() == LineEnding::Cr ? '\r' : lineEnding() == LineEnding::Nul ? '\0' : '\n';
    QVector<MessageStep> steps;
    for (qsizetype at = 0; at < bytes.size();) {
        const qsizetype feed = isByLine ? bytes.indexOf(end, at) : at;
        const qsizetype next = feed < 0 ? bytes.size() : feed + 1;
        if (!steps.isEmpty())
            steps.append(MessageStep::pause(pause));
        steps.append(MessageStep::ofBytes(bytes.mid(at, next - at)));
        at = next;
        if (steps.size() > 2 * mostPieces) {
            emit complained(tr("That is more than a million pieces: send it by lines, or without a pause."));
            return;
        }
    }
    MessagePlayer::Plan plan{.times = static_cast<quint64>(m_times->value()),
                             .every = interval,
                             .destination = m_isUnconnected ? m_destination->text().trimmed() : QString()};
    plan.message.steps = steps;
    m_player.play(plan);
    if (!m_message->isHolding())
        m_message->selectAll();
    updateControls();
}

void Composer::sendFileOnce() {
    if (!m_canSend) {
        stopRepeating();
        return;
    }
    m_engine.sendFile(m_endpoint, m_message->text());
    --m_left;
    if (m_left <= 0)
        stopRepeating();
}

void Composer::stopRepeating() {
    m_repeat.stop();
    m_player.stop();
    m_left = 0;
    m_times->setValue(1);
    updateControls();
}

void Composer::chooseFile() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Send a file"));
    if (!path.isEmpty())
        m_message->setText(path);
}

void Composer::setSnapshot(const EndpointSnapshot& snapshot) {
    const bool isUnconnected = snapshot.kind == EndpointKind::DatagramSocket && snapshot.peer.isEmpty();
    const bool canSend =
        sw::canSend(snapshot.state) || (snapshot.kind == EndpointKind::Listener && snapshot.counters.connections > 0);
    if (canSend != m_canSend || isUnconnected != m_isUnconnected) {
        m_canSend = canSend;
        if (isUnconnected && !m_isUnconnected)
            m_optionsButton->setChecked(true); // it needs a destination
        m_isUnconnected = isUnconnected;
        if (!canSend && isRepeating())
            stopRepeating();
        updateControls();
    }
}

bool Composer::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_message && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const bool leaves =
            (key == Qt::Key_Up && m_message->isAtFirstLine()) || (key == Qt::Key_Down && m_message->isAtLastLine());
        if (leaves && static_cast<QKeyEvent*>(event)->modifiers() == Qt::NoModifier && !m_message->isHolding()) {
            m_message->setText(key == Qt::Key_Up ? m_history.older(m_message->text())
                                                 : m_history.newer(m_message->text()));
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace sw::ui
