// SPDX-License-Identifier: MIT
#include "ui/compare/comparewindow.h"

#include "core/base/threads.h"
#include "ui/style/icons.h"
#include "ui/style/theme.h"
#include "ui/widgets/controls.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace sw::ui {

namespace {

constexpr std::size_t mostMessages = 100'000;

/// Plain text in two colours: what is the same, and from the first difference on what is not.
class CompareDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const ThemeColors colors = themeColors(option.palette);
        const auto kind = static_cast<DifferenceKind>(index.data(CompareModel::KindRole).toInt());
        QColor wash = kind == DifferenceKind::Changed ? colors.warning : colors.error;
        if (kind == DifferenceKind::OnlyRight)
            wash = colors.ok;
        if (kind == DifferenceKind::SameMasked)
            wash = colors.muted;
        wash.setAlpha(38);
        painter->save();
        painter->setClipRect(option.rect);
        painter->fillRect(option.rect, option.palette.base()); // the view has painted its selection
        if (kind != DifferenceKind::Same)
            painter->fillRect(option.rect, wash);
        if (option.state.testFlag(QStyle::State_Selected)) {
            QColor selected = option.palette.color(QPalette::Highlight);
            selected.setAlpha(60);
            painter->fillRect(option.rect, selected);
        }
        const QString text = index.data().toString();
        const int differs = index.data(CompareModel::DifferenceRole).toInt();
        const QString same = differs < 0 ? text : text.left(differs);
        QPointF place(option.rect.left() + 8, option.rect.top() +
                                                  (option.rect.height() - option.fontMetrics.height()) / 2 +
                                                  option.fontMetrics.ascent());
        painter->setFont(option.font);
        painter->setPen(option.palette.color(QPalette::Text));
        painter->drawText(place, same);
        if (differs >= 0) {
            place.rx() += QFontMetricsF(option.font).horizontalAdvance(same);
            QFont bold = option.font;
            bold.setBold(true);
            painter->setFont(bold);
            painter->setPen(colors.error);
            painter->drawText(place, text.mid(differs));
        }
        painter->restore();
    }
};

} // namespace

CompareWindow::CompareWindow(std::vector<CompareSide> sides, const QFont& font, QWidget* parent)
    : QDialog(parent),
      m_sides(std::move(sides)),
      m_model(new CompareModel(this)),
      m_left(new QComboBox(this)),
      m_right(new QComboBox(this)),
      m_byLine(new QCheckBox(tr("By &line"), this)),
      m_times(new QCheckBox(tr("Ignore &times"), this)),
      m_numbers(new QCheckBox(tr("Ignore &numbers"), this)),
      m_result(plainLabel({}, this)),
      m_table(new QTableView(this)) {
    setObjectName(QStringLiteral("compareWindow"));
    setWindowTitle(tr("Compare"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowFlag(Qt::WindowMaximizeButtonHint);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(buildBar());
    layout->addWidget(separator(this));
    nameWidget(m_table, "compareTable", tr("Comparison"));
    m_table->setModel(m_model);
    m_table->setItemDelegate(new CompareDelegate(m_table));
    m_table->setFont(font);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->verticalHeader()->setDefaultSectionSize(QFontMetrics(font).height() + 5);
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    layout->addWidget(m_table, 1);
    resize(1000, 620);
    compare();
}

QWidget* CompareWindow::buildBar() {
    auto* bar = new QWidget(this);
    auto* rows = new QVBoxLayout(bar);
    rows->setContentsMargins(12, 8, 12, 8);
    auto* choice = new QHBoxLayout;
    auto* options = new QHBoxLayout;
    rows->addLayout(choice);
    rows->addLayout(options);
    nameWidget(m_left, "compareLeft", tr("Left"));
    nameWidget(m_right, "compareRight", tr("Right"));
    for (const CompareSide& side : m_sides) {
        m_left->addItem(side.title);
        m_right->addItem(side.title);
    }
    m_right->setCurrentIndex(m_sides.size() > 1 ? 1 : 0);
    for (QComboBox* box : {m_left, m_right}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(20);
        connect(box, &QComboBox::currentIndexChanged, this, &CompareWindow::compare);
    }
    choice->addWidget(m_left, 1);
    choice->addWidget(mutedLabel(QStringLiteral("⇄"), bar));
    choice->addWidget(m_right, 1);
    m_byLine->setChecked(true);
    m_byLine->setObjectName(QStringLiteral("compareByLine"));
    m_times->setObjectName(QStringLiteral("compareTimes"));
    m_numbers->setObjectName(QStringLiteral("compareNumbers"));
    for (QCheckBox* box : {m_byLine, m_times, m_numbers}) {
        box->setAccessibleName(box->text().remove(QLatin1Char('&')));
        connect(box, &QCheckBox::toggled, this, &CompareWindow::compare);
        options->addWidget(box);
    }
    options->addStretch();
    nameWidget(m_result, "compareResult", tr("Result"));
    options->addWidget(m_result);
    auto* previous = toolButton(icon(IconId::Previous), "comparePrevious", tr("Previous difference"), bar);
    auto* next = toolButton(icon(IconId::Next), "compareNext", tr("Next difference"), bar);
    previous->setShortcut(QKeySequence(QStringLiteral("Shift+F3")));
    next->setShortcut(QKeySequence(QStringLiteral("F3")));
    connect(previous, &QToolButton::clicked, this, [this] { step(-1); });
    connect(next, &QToolButton::clicked, this, [this] { step(1); });
    options->addWidget(previous);
    options->addWidget(next);
    return bar;
}

void CompareWindow::compare() {
    const CompareSide left = m_sides.at(static_cast<std::size_t>(m_left->currentIndex()));
    const CompareSide right = m_sides.at(static_cast<std::size_t>(m_right->currentIndex()));
    const CompareOptions options{
        .byLine = m_byLine->isChecked(), .masksTimes = m_times->isChecked(), .masksNumbers = m_numbers->isChecked()};
    m_result->setText(tr("comparing…"));
    runOnPool([left, right, options, self = this, slot = m_postbox.slot(), job = ++m_job] {
        auto comparison = std::make_shared<Comparison>();
        const auto read = [&options](const CompareSide& side) {
            RecordSource source(side.parts);
            source.update();
            return messagesOf(source, side.from, side.to, options, mostMessages);
        };
        comparison->left = read(left);
        comparison->right = read(right);
        comparison->rows = compareMessages(comparison->left, comparison->right, options);
        slot->post([self, job, comparison, left = left.title, right = right.title] { // only while self is there
            if (self->m_job == job)
                self->show(comparison, left, right);
        });
    });
}

void CompareWindow::show(std::shared_ptr<const Comparison> comparison, const QString& left, const QString& right) {
    const std::size_t count = comparison->differences();
    const bool isCut = comparison->left.size() >= mostMessages || comparison->right.size() >= mostMessages;
    m_model->setComparison(std::move(comparison), left, right);
    QString text = count == 0   ? tr("no difference")
                   : count == 1 ? tr("1 difference")
                                : tr("%1 differences").arg(QLocale().toString(count));
    if (isCut)
        text += tr(" in the first %1 messages").arg(QLocale().toString(mostMessages));
    m_result->setText(text);
    if (count > 0)
        step(1); // to the first
    emit compared();
}

void CompareWindow::step(int direction) {
    const int row =
        m_model->nextDifference(m_table->currentIndex().isValid() ? m_table->currentIndex().row() : -1, direction);
    if (row >= 0) {
        m_table->setCurrentIndex(m_model->index(row, 0));
        m_table->scrollTo(m_model->index(row, 0), QAbstractItemView::PositionAtCenter);
    }
}

} // namespace sw::ui
