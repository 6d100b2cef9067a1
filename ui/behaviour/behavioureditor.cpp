// SPDX-License-Identifier: MIT
#include "ui/behaviour/behavioureditor.h"

#include "core/base/outputfile.h"
#include "core/behaviour/rules.h"
#include "core/behaviour/source.h"
#include "core/payload/payload.h"
#include "core/transcript/transcript.h"
#include "ui/actions/prompter.h"
#include "ui/behaviour/codeedit.h"
#include "ui/style/theme.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QCloseEvent>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QTextBlock>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace sw::ui {

namespace {
constexpr std::chrono::milliseconds checkPause(300);
constexpr std::chrono::milliseconds counterPause(250);
constexpr int mostFound = 1000;
constexpr qint64 mostTime = 400; // milliseconds: the window waits for it
constexpr qsizetype shownBytes = 200;
} // namespace

BehaviourEditor::BehaviourEditor(Engine& engine, Settings& settings, Prompter& prompter, EndpointId endpoint,
                                 QWidget* parent)
    : QWidget(parent, Qt::Window),
      m_engine(engine),
      m_settings(settings),
      m_prompter(prompter),
      m_endpoint(endpoint) {
    setObjectName(QStringLiteral("behaviourEditor"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(980, 640);
    build();
    m_checkTimer.setSingleShot(true);
    connect(&m_checkTimer, &QTimer::timeout, this, &BehaviourEditor::check);
    connect(&m_checker, &ScriptChecker::checked, this, [this](const std::optional<Error>& error) {
        const int line = error ? error->position : 0;
        showMistake(error ? tr("Line %1: %2").arg(line).arg(errorText(*error).section(QStringLiteral(": "), 1))
                          : QString(),
                    line);
    });
    connect(&m_counterTimer, &QTimer::timeout, this, &BehaviourEditor::updateCounters);
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] {
        m_checkTimer.start(checkPause);
        setWindowModified(m_text->document()->isModified());
        m_save->setEnabled(m_text->document()->isModified());
    });
}

void BehaviourEditor::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 10, 12, 10);
    m_fileLabel = mutedLabel({}, this);
    nameWidget(m_fileLabel, "behaviourFile", tr("File of the behaviour"));
    auto* split = new QSplitter(Qt::Horizontal, this);
    m_text = new CodeEdit(split);
    nameWidget(m_text, "behaviourText", tr("Text of the behaviour"));
    m_text->setFont(m_settings.bufferFont());
    auto* side = new QSplitter(Qt::Vertical, split);
    m_rules = new QTreeWidget(side);
    nameWidget(m_rules, "ruleList", tr("Rules"));
    m_rules->setHeaderLabels({tr("Rule"), tr("Hits")});
    m_rules->setRootIsDecorated(false);
    m_rules->header()->setStretchLastSection(false);
    m_rules->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_rules->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_found = new QTreeWidget(side);
    nameWidget(m_found, "ruleTrial", tr("What the rules do with past records"));
    m_found->setHeaderLabels({tr("Record"), tr("Rule"), tr("Message")});
    m_found->setRootIsDecorated(false);
    m_found->hide();
    split->addWidget(m_text);
    split->addWidget(side);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setSizes({600, 340});
    m_status = plainLabel({}, this);
    nameWidget(m_status, "behaviourStatus", tr("What is wrong in the text"));
    m_status->setWordWrap(true);
    m_try = pushButton(tr("Try on past records"), "tryRulesButton", this);
    m_try->setToolTip(tr("Shows which rule would answer what was received so far. Nothing is sent."));
    m_save = pushButton(tr("Save and apply"), "saveBehaviourButton", this);
    setPrimary(*m_save);
    m_save->setToolTip(tr("Ctrl+S. The endpoint takes it over; its connections stay open."));
    auto* row = new QHBoxLayout;
    row->addWidget(m_status, 1);
    row->addWidget(m_try);
    row->addWidget(m_save);
    layout->addWidget(m_fileLabel);
    layout->addWidget(split, 1);
    layout->addLayout(row);
    connect(m_save, &QPushButton::clicked, this, &BehaviourEditor::save);
    connect(m_try, &QPushButton::clicked, this, &BehaviourEditor::tryOnRecords);
    connect(new QShortcut(QKeySequence::Save, this), &QShortcut::activated, this, &BehaviourEditor::save);
    connect(m_rules, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item) {
        if (m_isShowing)
            return;
        const int scroll = m_text->textCursor().position();
        m_text->selectAll(); // as one step that can be undone
        m_text->insertPlainText(setRuleEnabled(m_text->toPlainText(), m_rules->indexOfTopLevelItem(item),
                                               item->checkState(0) == Qt::Checked));
        QTextCursor cursor = m_text->textCursor();
        cursor.setPosition(std::min(scroll, static_cast<int>(m_text->toPlainText().size())));
        m_text->setTextCursor(cursor);
    });
    connect(m_rules, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
        const QTextBlock block = m_text->document()->findBlockByNumber(item->data(0, Qt::UserRole).toInt() - 1);
        m_text->setTextCursor(QTextCursor(block));
        m_text->setFocus();
    });
    connect(m_found, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
        emit recordChosen(static_cast<EndpointId>(item->data(0, Qt::UserRole + 1).toULongLong()),
                          item->data(0, Qt::UserRole).toLongLong());
    });
}

QString BehaviourEditor::draftFile() const {
    return m_file + QStringLiteral(".draft");
}

bool BehaviourEditor::load() {
    m_file = m_engine.behaviourFile(m_endpoint);
    if (m_file.isEmpty())
        return false;
    const auto snapshot = m_engine.snapshot(m_endpoint);
    m_language = snapshot && snapshot->behaviour.startsWith(QLatin1String("script=")) ? CodeLanguage::JavaScript
                                                                                      : CodeLanguage::Rules;
    const auto text = readTextFile(m_file, tr("behaviour"));
    if (!text) {
        m_prompter.tell(this, tr("Behaviour"), errorText(text.error()));
        return false;
    }
    m_file = QFileInfo(m_file).canonicalFilePath(); // saved to where a link leads now
    m_hasCrLf = text->contains(QLatin1String("\r\n"));
    m_text->setLanguage(m_language);
    m_text->setPlainText(*text);
    m_text->document()->setModified(false);
    const bool isRules = m_language == CodeLanguage::Rules;
    m_rules->parentWidget()->setVisible(isRules);
    m_try->setVisible(isRules);
    setWindowTitle(
        tr("%1 — behaviour of %2[*]").arg(QFileInfo(m_file).fileName(), snapshot ? snapshot->name : QString()));
    m_fileLabel->setText(QFileInfo(m_file).absoluteFilePath());
    if (const auto draft = readTextFile(draftFile(), tr("draft")); draft && *draft != *text) {
        if (m_prompter.confirm(
                this, tr("There is a draft of %1 that was not saved. Go on with it?").arg(QFileInfo(m_file).fileName()),
                tr("Go on with the draft"))) {
            m_text->selectAll();
            m_text->insertPlainText(*draft);
        } else {
            QFile::remove(draftFile());
        }
    }
    m_save->setEnabled(m_text->document()->isModified());
    check();
    m_counterTimer.start(counterPause);
    return true;
}

/// What is wrong is said while typing; what was there before goes on until it is saved.
void BehaviourEditor::check() {
    QString wrong;
    int line = 0;
    if (m_language == CodeLanguage::Rules) {
        const auto rules = RuleSet::parse(m_text->toPlainText());
        if (!rules) {
            wrong = errorText(rules.error());
            line = m_text->toPlainText().left(rules.error().position).count(QLatin1Char('\n')) + 1;
        }
        showRules();
        showMistake(wrong, line);
    } else {
        m_checker.check(m_text->toPlainText(), QFileInfo(m_file).fileName()); // showMistake() follows
    }
    if (m_text->document()->isModified())
        saveDraft();
}

void BehaviourEditor::showMistake(const QString& wrong, int line) {
    m_text->markLine(line);
    m_status->setText(wrong.isEmpty() ? tr("No mistakes found.") : wrong);
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText,
                    wrong.isEmpty() ? themeColors(palette()).muted : themeColors(palette()).error);
    m_status->setPalette(colors);
}

void BehaviourEditor::showRules() {
    const auto rules = RuleSet::parse(m_text->toPlainText());
    if (!rules)
        return; // those of before, until it can be read again
    m_isShowing = true;
    while (m_rules->topLevelItemCount() > static_cast<int>(rules->rules.size()))
        delete m_rules->takeTopLevelItem(m_rules->topLevelItemCount() - 1);
    for (std::size_t i = 0; i < rules->rules.size(); ++i) {
        const Rule& rule = rules->rules[i];
        QTreeWidgetItem* item = m_rules->topLevelItem(static_cast<int>(i));
        if (item == nullptr)
            item = new QTreeWidgetItem(m_rules);
        item->setText(0, rule.name);
        item->setTextAlignment(1, Qt::AlignRight);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(0, rule.isEnabled ? Qt::Checked : Qt::Unchecked);
        item->setData(0, Qt::UserRole, rule.line);
    }
    m_isShowing = false;
    updateCounters();
}

void BehaviourEditor::updateCounters() {
    const auto counters = m_engine.behaviourCounters(m_endpoint);
    const QLocale locale;
    m_isShowing = true;
    for (int i = 0; i < m_rules->topLevelItemCount(); ++i) {
        const bool isSame = i < counters.size() && counters.at(i).name == m_rules->topLevelItem(i)->text(0);
        m_rules->topLevelItem(i)->setText(1, isSame ? locale.toString(counters.at(i).count) : QStringLiteral("–"));
    }
    m_isShowing = false;
}

void BehaviourEditor::save() {
    QString text = m_text->toPlainText();
    if (m_hasCrLf)
        text.replace(QLatin1Char('\n'), QLatin1String("\r\n"));
    const auto written = replaceFile(m_file, text.toUtf8(), QStringLiteral("behaviour"));
    if (!written) {
        m_status->setText(errorText(written.error()));
        return;
    }
    QFile::remove(draftFile());
    m_text->document()->setModified(false);
    setWindowModified(false);
    m_save->setEnabled(false);
    const auto done = m_engine.reloadBehaviour(m_endpoint);
    m_status->setText(done ? tr("Saved and applied.") : tr("Saved, but not applied: %1").arg(errorText(done.error())));
}

void BehaviourEditor::saveDraft() {
    replaceFile(draftFile(), m_text->toPlainText().toUtf8(), QStringLiteral("behaviour"), Privacy::Owner);
}

/// The text as it stands, on everything that was received; nothing is sent, and nothing changes.
void BehaviourEditor::tryOnRecords() {
    const auto rules = RuleSet::parse(m_text->toPlainText());
    m_found->clear();
    m_found->show();
    if (!rules)
        return;
    QVector<EndpointId> looked;
    const auto all = m_engine.snapshots();
    for (const EndpointSnapshot& one : all) {
        if (one.id == m_endpoint || one.parent == m_endpoint)
            looked.append(one.id);
    }
    QElapsedTimer time;
    time.start();
    bool isWhole = true;
    qint64 messages = 0;
    QList<QTreeWidgetItem*> items;
    for (const EndpointId id : std::as_const(looked)) {
        const auto transcript = m_engine.transcript(id);
        if (transcript == nullptr)
            continue;
        const TranscriptReader reader(transcript);
        Framer framer(rules->framer);
        for (RecordIndex index = reader.first(); index < reader.count(); ++index) {
            if (time.elapsed() >= mostTime) {
                isWhole = false;
                break;
            }
            const RecordView record = reader.at(index);
            const bool isEnd = record.header.event == EventKind::EndOfStream;
            if ((record.header.kind != RecordKind::Received && !isEnd) || !record.isValid())
                continue;
            std::vector<Message> found;
            if (const auto rest = isEnd ? framer.flush() : std::nullopt)
                found.push_back(*rest);
            else if (isEnd)
                continue;
            else if ((record.header.flags & DatagramFlag) != 0)
                found.push_back({.content = record.bytes.toByteArray(), .raw = {}});
            else
                found = framer.feed(record.bytes);
            for (const Message& message : found) {
                ++messages;
                for (const Rule& rule : rules->rules) {
                    if (!rule.isEnabled || rule.direction != Rule::Direction::Received ||
                        !rule.condition.match(message))
                        continue;
                    if (items.size() < mostFound) {
                        auto* item = new QTreeWidgetItem(
                            {QString::number(index + 1), rule.name,
                             toEscapedText((message.isWhole() ? message.content : message.raw).left(shownBytes))});
                        item->setData(0, Qt::UserRole, static_cast<qint64>(index));
                        item->setData(0, Qt::UserRole + 1, static_cast<quint64>(id));
                        items.append(item);
                    }
                    if (!rule.goesOn)
                        break;
                }
            }
        }
    }
    m_found->addTopLevelItems(items);
    m_status->setText(
        (isWhole
             ? tr("%1 messages looked at, %2 matches shown. Nothing was sent.")
             : tr("The first %1 messages looked at, %2 matches shown; the rest would take too long. Nothing was sent."))
            .arg(messages)
            .arg(items.size()));
}

void BehaviourEditor::keepDraft() {
    if (!m_text->document()->isModified())
        return;
    saveDraft();
    m_text->document()->setModified(false);
}

void BehaviourEditor::closeEvent(QCloseEvent* event) {
    if (m_text->document()->isModified() &&
        !m_prompter.confirm(this, tr("The changes are kept as a draft, and not applied. Close?"), tr("Close"))) {
        event->ignore();
        return;
    }
    if (m_text->document()->isModified())
        saveDraft();
    event->accept();
}

} // namespace sw::ui
