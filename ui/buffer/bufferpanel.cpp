// SPDX-License-Identifier: MIT
#include "ui/buffer/bufferpanel.h"

#include "core/base/units.h"
#include "core/endpoint/reopening.h"
#include "ui/buffer/bufferview.h"
#include "ui/buffer/filterbar.h"
#include "ui/buffer/findbar.h"
#include "ui/composer/composer.h"
#include "ui/endpoints/endpointlabel.h"
#include "ui/endpoints/statewords.h"
#include "ui/style/icons.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/elidedlabel.h"
#include "ui/widgets/eventtext.h"

#include <QApplication>
#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QResizeEvent>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace sw::ui {

BufferPanel::BufferPanel(Engine& engine, Settings& settings, Annotations& annotations, EndpointId endpoint,
                         QWidget* parent)
    : QWidget(parent),
      m_engine(engine),
      m_settings(settings),
      m_endpoint(endpoint),
      m_view(new BufferView(this)),
      m_findBar(new FindBar(m_view, this)),
      m_filterBar(new FilterBar(m_view, this)),
      m_composer(new Composer(engine, settings, endpoint, this)),
      m_statistics(mutedLabel({}, this)) {
    build(annotations);
    if (const auto snapshot = engine.snapshot(endpoint))
        m_view->addPart({.id = endpoint, .name = placeText(*snapshot), .transcript = engine.transcript(endpoint)});
    update(engine.snapshots());
}

BufferPanel::BufferPanel(Engine& engine, Settings& settings, Annotations& annotations,
                         const QVector<EndpointId>& endpoints, QWidget* parent)
    : QWidget(parent),
      m_engine(engine),
      m_settings(settings),
      m_endpoint(endpoints.first()),
      m_view(new BufferView(this)),
      m_findBar(new FindBar(m_view, this)),
      m_filterBar(new FilterBar(m_view, this)),
      m_composer(new Composer(engine, settings, endpoints.first(), this)),
      m_statistics(mutedLabel({}, this)),
      m_isMerged(true) {
    build(annotations);
    m_composer->hide();
    m_ended->hide();
    QStringList names;
    for (const EndpointId id : endpoints) {
        if (const auto snapshot = engine.snapshot(id)) {
            addChild(*snapshot);
            names.append(snapshot->name);
        }
    }
    m_title = tr("%n merged", nullptr, static_cast<int>(names.size()));
    m_view->setAccessibleName(m_title);
    m_titleLabel->setText(names.join(QStringLiteral(" + ")));
    m_stateLabel->hide();
    m_view->setEmptyText(tr("None of these endpoints has sent or received anything yet."));
    m_view->refresh();
}

/// As it is read: header, filter and find, the buffer, the message.
void BufferPanel::orderTabs(QWidget& header) {
    std::vector<QWidget*> stops;
    const auto take = [&, this](QWidget& part) {
        for (QWidget* widget : part.findChildren<QWidget*>()) {
            const bool isPopup = widget->window() != window(); // of a combo box
            if (!isPopup && widget->focusPolicy() != Qt::NoFocus && widget->focusProxy() == nullptr)
                stops.push_back(widget);
        }
    };
    take(header);
    take(*m_filterBar);
    take(*m_findBar);
    stops.push_back(m_view);
    take(*m_composer);
    take(*m_ended);
    for (std::size_t i = 1; i < stops.size(); ++i)
        setTabOrder(stops[i - 1], stops[i]);
}

void BufferPanel::build(Annotations& annotations) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    QWidget* header = buildHeader();
    layout->addWidget(header);
    layout->addWidget(separator(this));
    layout->addWidget(m_filterBar);
    layout->addWidget(m_findBar);
    layout->addWidget(m_view, 1);
    nameWidget(m_statistics, "selectionStatistics", tr("Selection"));
    m_statistics->setContentsMargins(10, 1, 10, 1);
    m_statistics->hide();
    layout->addWidget(m_statistics);
    layout->addWidget(separator(this));
    layout->addWidget(m_composer);
    layout->addWidget(buildEndedBar());
    orderTabs(*header);
    m_view->setAnnotations(&annotations);
    connect(m_view, &BufferView::selectionChanged, this, &BufferPanel::showStatistics);
    connect(m_view, &BufferView::noteRequested, this, &BufferPanel::noteRequested);
    connect(&m_settings, &Settings::changed, this, &BufferPanel::applySettings);
    connect(m_composer, &Composer::complained, this, &BufferPanel::complained);
    applySettings();
    m_view->setMode(m_settings.bufferMode());
    connect(m_view, &BufferView::modeChanged, this, [this] { m_settings.setBufferMode(m_view->mode()); });
}

/// Why it ended, and what to do about it, where one looks for the message field.
QWidget* BufferPanel::buildEndedBar() {
    m_ended = new QWidget(this);
    m_ended->setObjectName(QStringLiteral("endedBar"));
    auto* row = new QHBoxLayout(m_ended);
    row->setContentsMargins(10, 4, 8, 4);
    row->setSpacing(6);
    m_endedText = new ElidedLabel(Qt::ElideRight, m_ended);
    nameWidget(m_endedText, "endedText", tr("How it ended"));
    m_openAgain = pushButton(tr("Open again"), "openAgainButton", m_ended);
    m_trust = pushButton(tr("Trust this certificate"), "trustButton", m_ended);
    m_stop = pushButton(tr("Stop"), "stopReopening", m_ended);
    explain(*m_stop, tr("It is not opened again by itself any more"));
    m_stop->hide();
    row->addWidget(m_endedText, 1);
    row->addWidget(m_trust);
    row->addWidget(m_stop);
    row->addWidget(m_openAgain);
    connect(m_openAgain, &QPushButton::clicked, this, [this] { emit openAgainRequested(m_endpoint); });
    connect(m_trust, &QPushButton::clicked, this, [this] { emit trustRequested(m_endpoint); });
    connect(m_stop, &QPushButton::clicked, this, [this] { emit stopRequested(m_endpoint); });
    m_ended->hide();
    return m_ended;
}

void BufferPanel::setReopening(const QString& pause) {
    m_reopening = pause;
    m_stop->setVisible(!pause.isEmpty());
    m_endedText->setText(pause.isEmpty() ? m_howEnded : tr("Opens again %1 after its end: %2").arg(pause, m_howEnded));
}

void BufferPanel::showEnded(const EndpointSnapshot& snapshot) {
    const bool isOwn = whyNotOpenAgain(snapshot).isEmpty();
    m_ended->setVisible(isEnded(snapshot.state) && !m_isMerged);
    if (!isEnded(snapshot.state))
        return;
    m_howEnded = eventText(snapshot.closing);
    setReopening(m_reopening);
    m_openAgain->setVisible(isOwn);
    m_openAgain->setText(snapshot.kind == EndpointKind::Listener     ? tr("Listen again")
                         : snapshot.kind == EndpointKind::Connection ? tr("Connect again")
                                                                     : tr("Open again"));
    const Certificate* refused = refusedCertificate(snapshot);
    m_trust->setVisible(refused != nullptr);
    if (refused != nullptr)
        explain(*m_trust, tr("Connects again, and takes this certificate and no other (option pin):\n%1\nSHA-256 %2")
                              .arg(refused->subject, refused->sha256));
}

void BufferPanel::showStatistics() {
    const BufferView::Statistics selected = m_view->selectionStatistics();
    m_statistics->setVisible(m_view->hasSelection());
    if (!m_view->hasSelection())
        return;
    const double seconds = static_cast<double>(selected.nanoseconds) / 1e9;
    QString text =
        tr("Selected: %1 in %2")
            .arg(selected.bytes == 1 ? tr("1 byte") : tr("%1 bytes").arg(QLocale().toString(selected.bytes)),
                 selected.records == 1 ? tr("1 record") : tr("%1 records").arg(QLocale().toString(selected.records)));
    if (selected.nanoseconds > 0)
        text += tr(" over %1 s · %2/s")
                    .arg(QString::number(seconds, 'f', 6),
                         formatBytes(static_cast<quint64>(static_cast<double>(selected.bytes) / seconds)));
    m_statistics->setText(text);
}

QWidget* BufferPanel::buildHeader() {
    auto* header = new QWidget(this);
    auto* layout = new QHBoxLayout(header);
    layout->setContentsMargins(10, 3, 6, 3);
    layout->setSpacing(2);
    m_titleLabel = new ElidedLabel(Qt::ElideMiddle, header);
    setHeading(*m_titleLabel);
    m_stateLabel = plainLabel({}, header);
    nameWidget(m_stateLabel, "bufferState", tr("State"));
    m_titleLabel->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    layout->addWidget(m_titleLabel, 1);
    layout->addWidget(m_stateLabel);
    // what has no room is in the menu at its end
    auto* tools = new QToolBar(header);
    tools->setObjectName(QStringLiteral("bufferTools"));
    tools->setAccessibleName(tr("How the buffer is shown"));
    layout->addWidget(tools);
    buildModes(*tools);
    m_timestamps = new QComboBox(tools);
    nameWidget(m_timestamps, "timestampBox", tr("Timestamps"));
    m_timestamps->addItems(timestampTitles());
    connect(m_timestamps, &QComboBox::currentIndexChanged, this,
            [this](int index) { m_view->setTimestamps(static_cast<TimestampMode>(index)); });
    m_timestamps->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_timestamps->setMinimumContentsLength(8);
    tools->addWidget(m_timestamps);
    buildChips(*tools);
    auto* filter = toolButton(icon(IconId::Filter), "filterButton", tr("Filter"), tools);
    connect(filter, &QToolButton::clicked, m_filterBar, &FilterBar::open);
    tools->addWidget(filter);
    auto* find = toolButton(icon(IconId::Find), "findButton", tr("Find"), tools);
    connect(find, &QToolButton::clicked, m_findBar, &FindBar::open);
    tools->addWidget(find);
    m_follow = toolButton(icon(IconId::Follow), "followButton", tr("Follow the end"), tools);
    m_follow->setCheckable(true);
    m_follow->setChecked(true);
    connect(m_follow, &QToolButton::clicked, m_view, &BufferView::setFollowing);
    connect(m_view, &BufferView::followingChanged, m_follow, &QToolButton::setChecked);
    tools->addWidget(m_follow);
    m_record = toolButton(icon(IconId::Record), "recordButton", tr("Record to a file"), tools);
    m_record->setCheckable(true);
    connect(m_record, &QToolButton::clicked, this, &BufferPanel::recordRequested);
    tools->addWidget(m_record);
    return header;
}

/// What is shown: each writes its term into the filter.
void BufferPanel::buildChips(QToolBar& tools) {
    struct Chip {
        QString text;
        const char* name;
        QString what;
        QString term;
    };
    for (const Chip& chip :
         {Chip{QStringLiteral("◂"), "showReceived", tr("Show what was received"), QStringLiteral("dir:received")},
          Chip{QStringLiteral("▸"), "showSent", tr("Show what was sent"), QStringLiteral("dir:sent")},
          Chip{QStringLiteral("•"), "showEvents", tr("Show events"), QStringLiteral("kind:event")}}) {
        auto* button = modeButton(chip.text, chip.name, chip.what, &tools);
        button->setToolTip(chip.what);
        button->setChecked(true);
        connect(button, &QToolButton::clicked, m_filterBar,
                [this, term = chip.term](bool isShown) { m_filterBar->leaveOut(term, !isShown); });
        connect(m_filterBar, &FilterBar::changed, button,
                [this, button, term = chip.term] { button->setChecked(!m_filterBar->leavesOut(term)); });
        tools.addWidget(button);
    }
}

void BufferPanel::buildModes(QToolBar& tools) {
    auto* group = new QButtonGroup(&tools); // one stop of Tab; arrows go through it
    struct Mode {
        BufferMode mode;
        QString text;
        const char* name;
    };
    for (const Mode& mode :
         {Mode{BufferMode::Text, tr("Text"), "modeText"}, Mode{BufferMode::Hex, tr("Hex"), "modeHex"},
          Mode{BufferMode::Both, tr("Both"), "modeBoth"}}) {
        auto* button = modeButton(mode.text, mode.name, tr("Show as %1").arg(mode.text), &tools);
        connect(button, &QToolButton::clicked, this, [this, chosen = mode.mode] { m_view->setMode(chosen); });
        connect(m_view, &BufferView::modeChanged, button,
                [this, button, chosen = mode.mode] { button->setChecked(m_view->mode() == chosen); });
        connect(button, &QToolButton::clicked, button,
                [this, button, chosen = mode.mode] { button->setChecked(m_view->mode() == chosen); });
        group->addButton(button);
        button->setChecked(mode.mode == m_settings.bufferMode());
        tools.addWidget(button);
    }
    auto* wrap = modeButton(tr("Wrap"), "wrapButton", tr("Wrap long lines"), &tools);
    wrap->setAutoExclusive(false);
    wrap->setChecked(m_view->isWrapped());
    connect(wrap, &QToolButton::clicked, m_view, &BufferView::setWrapped);
    connect(m_view, &BufferView::wrappedChanged, wrap, &QToolButton::setChecked);
    connect(m_view, &BufferView::modeChanged, wrap,
            [this, wrap] { wrap->setEnabled(m_view->mode() == BufferMode::Text); });
    tools.addWidget(wrap);
}

void BufferPanel::setRecording(bool isRecording) {
    m_record->setChecked(isRecording);
    m_record->setToolTip(isRecording ? tr("Stop recording to files") : tr("Record to a file"));
}

void BufferPanel::setPinned(bool isPinned) {
    m_isPinned = isPinned;
    emit titleChanged(tabText());
}

void BufferPanel::applySettings() {
    m_view->setBufferFont(m_settings.bufferFont());
    m_view->setColorRules(ColorRules(ColorRules::read(m_settings.colorRules()), Timestamp::now().wall));
    if (m_settingsTimestamps == m_settings.timestamps())
        return;
    m_settingsTimestamps = m_settings.timestamps();
    m_timestamps->setCurrentIndex(static_cast<int>(m_settings.timestamps()));
    m_view->setTimestamps(m_settings.timestamps());
}

void BufferPanel::setSnapshot(const EndpointSnapshot& snapshot) {
    m_view->setAccessibleName(snapshot.shortName());
    if (const QString title = placeText(snapshot); title != m_title || m_glyph.isEmpty()) {
        m_title = title;
        m_glyph = kindGlyph(snapshot) + QLatin1Char(' ');
        emit titleChanged(tabText());
    }
    QString heading = snapshot.name;
    if (snapshot.kind != EndpointKind::Listener && !snapshot.local.isEmpty() && !snapshot.peer.isEmpty())
        heading = snapshot.local + QStringLiteral("  ⇄  ") + snapshot.peer;
    m_titleLabel->setText(heading);
    m_stateLabel->setText(QStringLiteral("● ") + stateWord(snapshot.state));
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, stateColor(snapshot, palette()));
    m_stateLabel->setPalette(colors);
    const bool canEverSend = snapshot.kind != EndpointKind::Recording && !isEnded(snapshot.state);
    if (!canEverSend && m_composer->isAncestorOf(QApplication::focusWidget()))
        m_view->setFocus();
    m_composer->setVisible(canEverSend);
    showEnded(snapshot);
    m_view->setEmptyText(snapshot.kind == EndpointKind::Listener
                             ? tr("Nothing has connected yet. What peers send to %1 appears here.").arg(snapshot.name)
                             : tr("Nothing was sent or received yet. Write a message below."));
    m_composer->setSnapshot(snapshot);
}

/// How rows call an endpoint: among the peers of one listener, its port is enough.
QString BufferPanel::nameIn(const EndpointSnapshot& snapshot) const {
    return m_isMerged ? snapshot.shortName() : placeText(snapshot);
}

void BufferPanel::addChild(const EndpointSnapshot& snapshot) {
    if (m_view->source().hasPart(snapshot.id))
        return;
    if (auto transcript = m_engine.transcript(snapshot.id)) {
        m_view->addPart({.id = snapshot.id, .name = nameIn(snapshot), .transcript = transcript});
        m_view->setShowsNames(true);
    }
}

void BufferPanel::update(const QVector<EndpointSnapshot>& snapshots) {
    bool isConcerned = false;
    if (m_isMerged) {
        isConcerned = std::any_of(snapshots.begin(), snapshots.end(), [this](const EndpointSnapshot& snapshot) {
            return m_view->source().hasPart(snapshot.id);
        });
    }
    for (const EndpointSnapshot& snapshot : snapshots) {
        if (m_view->source().hasPart(snapshot.id))
            m_view->renamePart(snapshot.id, nameIn(snapshot));
        if (m_isMerged)
            continue;
        if (snapshot.id == m_endpoint)
            setSnapshot(snapshot);
        else if (snapshot.parent == m_endpoint)
            addChild(snapshot);
        else
            continue;
        isConcerned = true;
    }
    if (!isConcerned)
        return;
    if (!isVisible())
        return; // a hidden tab takes in what happened when it is shown
    m_view->refresh();
    m_findBar->refresh();
    m_filterBar->refresh();
}

/// The tab has the name too: where there is little room, the tools need it more.
void BufferPanel::resizeEvent(QResizeEvent* event) {
    constexpr int wide = 800; // pixels
    m_titleLabel->setVisible(event->size().width() >= wide);
    QWidget::resizeEvent(event);
}

void BufferPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    m_view->refresh();
    m_findBar->refresh();
    m_filterBar->refresh();
}

} // namespace sw::ui
