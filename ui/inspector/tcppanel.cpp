// SPDX-License-Identifier: MIT
#include "ui/inspector/tcppanel.h"

#include "ui/style/theme.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/smallplot.h"

#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace sw::ui {

namespace {
constexpr std::chrono::milliseconds interval(250);
constexpr std::chrono::milliseconds endedInterval(1000);
constexpr std::array plottedNames{"rtt", "congestionWindow", "unacknowledged", "deliveryRate"};
} // namespace

TcpPanel::TcpPanel(Engine& engine, QWidget* parent) : QWidget(parent), m_engine(engine), m_state(plainLabel({}, this)) {
    setObjectName(QStringLiteral("tcpPanel"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 10, 10, 0);
    nameWidget(m_state, "tcpState", tr("TCP state"));
    m_state->setWordWrap(true);
    layout->addWidget(m_state);
    layout->addStretch();
    connect(&m_timer, &QTimer::timeout, this, &TcpPanel::ask);
    connect(&engine, &Engine::kernelSampled, this, &TcpPanel::take);
    m_timer.start(interval);
}

/// When figures are first shown: the window starts without.
void TcpPanel::build() {
    m_figuresHost = new QWidget(this);
    m_figures = new QTreeWidget(m_figuresHost);
    auto* inner = new QVBoxLayout(m_figuresHost);
    inner->setContentsMargins(0, 4, 0, 0);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(16);
    for (const TcpFigure& figure : tcpFigures()) {
        const auto isThis = [&](const char* name) { return qstrcmp(name, figure.name) == 0; };
        if (std::none_of(plottedNames.begin(), plottedNames.end(), isThis))
            continue;
        auto* plot = new SmallPlot(
            tr(figure.title), [&figure](qint64 value) { return sw::toText(figure, value); }, m_figuresHost);
        plot->setObjectName(QStringLiteral("plot_") + QLatin1String(figure.name));
        explain(*plot, tr(figure.help) + tr(" The last minute."));
        const int at = static_cast<int>(m_plots.size());
        grid->addWidget(plot, at / 2, at % 2);
        m_plots.push_back({&figure, plot});
    }
    inner->addLayout(grid);
    nameWidget(m_figures, "tcpFigures", tr("TCP figures"));
    m_figures->setHeaderLabels({tr("What"), tr("Now")});
    m_figures->setRootIsDecorated(false);
    m_figures->setColumnWidth(0, 150);
    for (const TcpFigure& figure : tcpFigures()) {
        auto* item = new QTreeWidgetItem(m_figures, {tr(figure.title)});
        item->setToolTip(0, plainToolTip(tr(figure.help)));
        item->setToolTip(1, plainToolTip(tr(figure.help)));
    }
    inner->addWidget(m_figures, 1);
    static_cast<QVBoxLayout*>(layout())->insertWidget(1, m_figuresHost, 1);
}

void TcpPanel::setSnapshot(const std::optional<EndpointSnapshot>& snapshot) {
    const EndpointId id = snapshot ? snapshot->id : EndpointId::None;
    if (id != m_endpoint) {
        m_isAwaiting = false;
        m_isGone = false;
        for (const Plotted& plotted : m_plots)
            plotted.plot->clear();
        showText({});
    }
    m_endpoint = id;
    m_isTcp = snapshot && snapshot->kind == EndpointKind::Connection && isTcp(snapshot->address.scheme) &&
              !snapshot->isRecovered;
    const bool hadEnded = std::exchange(m_hasEnded, snapshot && isEnded(snapshot->state));
    if (!m_isTcp)
        showText(tr("TCP connections show here what the system knows of them: round trip, windows, retransmits."));
    else if (m_hasEnded && !hadEnded)
        m_isAwaiting = m_isGone = false;
    m_timer.setInterval(m_hasEnded ? endedInterval : interval); // then the system's whole table is read
}

void TcpPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    ask();
}

void TcpPanel::ask() {
    if (!isVisible() || !m_isTcp || m_isAwaiting || m_isGone)
        return;
    m_isAwaiting = true;
    m_engine.sampleKernel(m_endpoint);
}

void TcpPanel::showText(const QString& text) {
    if (m_figuresHost != nullptr)
        m_figuresHost->hide();
    m_state->setText(text);
}

void TcpPanel::take(const KernelSample& sample) {
    if (sample.id != m_endpoint || !m_isTcp || sample.hasEnded != m_hasEnded)
        return; // asked for before something changed
    m_isAwaiting = false;
    if (sample.tcp) {
        showFigures(*sample.tcp);
    } else if (!m_hasEnded) {
        showText(tr("The system tells nothing of this connection yet."));
    } else if (sample.leftover) {
        const QString left = sample.leftover->timerLeft >= 0
                                 ? tr(" for another %1 s").arg(sample.leftover->timerLeft, 0, 'f', 0)
                                 : QString();
        showText(
            tr("%1: the connection has ended, and the system still keeps it%2.").arg(sample.leftover->state, left) +
            (sample.leftover->state == QLatin1String("TIME-WAIT")
                 ? tr(" So that late segments of it are not taken for those of a new one (RFC 9293 section 3.6.1).")
                 : QString()));
    } else {
        m_isGone = true;
        showText(tr("CLOSED: the connection has ended, and the system keeps nothing of it any more."));
    }
}

void TcpPanel::showFigures(const TcpInfo& info) {
    if (m_figuresHost == nullptr)
        build();
    m_state->setText(info.state);
    m_figuresHost->show();
    for (const Plotted& plotted : m_plots)
        plotted.plot->add(info.*plotted.figure->value);
    const auto figures = tcpFigures();
    for (std::size_t i = 0; i < figures.size(); ++i) {
        QTreeWidgetItem* item = m_figures->topLevelItem(static_cast<int>(i));
        const TcpInfo::Figure& told = info.*figures[i].value;
        item->setHidden(!told);
        if (told)
            item->setText(1, sw::toText(figures[i], *told));
        item->setForeground(0, themeColors(palette()).muted);
    }
}

} // namespace sw::ui
