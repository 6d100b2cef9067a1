// SPDX-License-Identifier: MIT
#include "ui/settings/preferencesdialog.h"

#include "ui/settings/settings.h"
#include "ui/widgets/controls.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFontComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace sw::ui {

PreferencesDialog::PreferencesDialog(Settings& settings, QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("preferences"));
    setWindowTitle(tr("Preferences"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(18, 18, 18, 14);
    layout->setSpacing(14);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(10);

    auto* theme = new QComboBox(this);
    nameWidget(theme, "themeBox", tr("Theme"));
    theme->addItems({tr("As the system"), tr("Light"), tr("Dark")});
    theme->setCurrentIndex(static_cast<int>(settings.theme()));
    connect(theme, &QComboBox::currentIndexChanged, this,
            [&settings](int index) { settings.setTheme(static_cast<ThemeChoice>(index)); });
    form->addRow(tr("&Theme"), theme);

    auto* family = new QFontComboBox(this);
    nameWidget(family, "fontBox", tr("Font of buffers"));
    family->lineEdit()->setAccessibleName(tr("Font of buffers"));
    family->setFontFilters(QFontComboBox::MonospacedFonts);
    family->setCurrentFont(settings.bufferFont());
    auto* size = new QSpinBox(this);
    nameWidget(size, "fontSizeBox", tr("Font size"));
    size->setRange(Settings::leastFontSize, Settings::mostFontSize);
    size->setButtonSymbols(QAbstractSpinBox::NoButtons);
    size->setValue(settings.bufferFont().pointSize());
    size->setSuffix(tr(" pt"));
    const auto applyFont = [&settings, family, size] {
        QFont font = family->currentFont();
        font.setPointSize(size->value());
        settings.setBufferFont(font);
    };
    connect(family, &QFontComboBox::currentFontChanged, this, applyFont);
    connect(size, &QSpinBox::valueChanged, this, applyFont);
    form->addRow(tr("&Font of buffers"), family);
    form->addRow(tr("Font &size"), size);

    auto* timestamps = new QComboBox(this);
    nameWidget(timestamps, "defaultTimestampBox", tr("Timestamps"));
    timestamps->addItems(timestampTitles());
    timestamps->setCurrentIndex(static_cast<int>(settings.timestamps()));
    connect(timestamps, &QComboBox::currentIndexChanged, this,
            [&settings](int index) { settings.setTimestamps(static_cast<TimestampMode>(index)); });
    form->addRow(tr("T&imestamps"), timestamps);

    auto* ending = new QComboBox(this);
    nameWidget(ending, "defaultEndingBox", tr("Line ending of new messages"));
    ending->addItems({tr("nothing"), tr("LF"), tr("CR LF"), tr("CR"), tr("NUL")});
    ending->setCurrentIndex(static_cast<int>(settings.lineEnding()));
    connect(ending, &QComboBox::currentIndexChanged, this,
            [&settings](int index) { settings.setLineEnding(static_cast<LineEnding>(index)); });
    form->addRow(tr("&Line ending of new messages"), ending);
    auto* memory = new QSpinBox(this);
    nameWidget(memory, "memoryBudgetBox", tr("Memory for transcripts"));
    memory->setRange(16, 65536);
    memory->setButtonSymbols(QAbstractSpinBox::NoButtons);
    memory->setSuffix(tr(" MiB"));
    memory->setValue(settings.memoryBudget());
    connect(memory, &QSpinBox::valueChanged, this, [&settings](int value) { settings.setMemoryBudget(value); });
    form->addRow(tr("&Memory for transcripts"), memory);
    auto* disk = new QSpinBox(this);
    nameWidget(disk, "diskQuotaBox", tr("Disk space for transcripts"));
    disk->setRange(0, 100000);
    disk->setButtonSymbols(QAbstractSpinBox::NoButtons);
    disk->setSuffix(tr(" GiB"));
    disk->setSpecialValueText(tr("as much as there is"));
    disk->setValue(settings.diskQuota());
    connect(disk, &QSpinBox::valueChanged, this, [&settings](int value) { settings.setDiskQuota(value); });
    form->addRow(tr("&Disk space for transcripts"), disk);
    auto* quit = new QComboBox(this);
    nameWidget(quit, "atQuitBox", tr("Records when leaving"));
    quit->addItems({tr("Ask"), tr("Keep them"), tr("Discard them")});
    quit->setCurrentIndex(static_cast<int>(settings.atQuit()));
    connect(quit, &QComboBox::currentIndexChanged, this,
            [&settings](int index) { settings.setAtQuit(static_cast<AtQuit>(index)); });
    form->addRow(tr("&Records when leaving"), quit);
    layout->addLayout(form);
    layout->addWidget(
        mutedLabel(tr("Changes take effect at once, those of memory and disk space at the next start."), this));

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    buttons->button(QDialogButtonBox::Close)->setObjectName(QStringLiteral("preferencesClose"));
    buttons->button(QDialogButtonBox::Close)->setAccessibleName(tr("Close"));
    buttons->button(QDialogButtonBox::Close)->setIcon({});
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
    setMinimumWidth(430);
}

} // namespace sw::ui
