// SPDX-License-Identifier: MIT
#include "ui/shell/helpfeature.h"

#include "identity.h"
#include "ui/actions/shortcutsdialog.h"
#include "ui/settings/preferencesdialog.h"
#include "ui/shell/manualwindow.h"

#include <QMainWindow>

namespace sw::ui {

HelpFeature::HelpFeature(Workbench& bench) : Feature(bench) {
    on(ActionId::Manual, [this] { showManual(*window()); });
    bench.actions().action(ActionId::Manual)->setShortcutContext(Qt::ApplicationShortcut); // also in other windows
    on(ActionId::Shortcuts, [this] { (new ShortcutsDialog(this->bench().actions(), window()))->open(); });
    on(ActionId::Preferences, [this] { showPreferences(); });
    on(ActionId::About, [this] { showAbout(); });
}

void HelpFeature::showPreferences() {
    auto* dialog = new PreferencesDialog(bench().settings(), window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void HelpFeature::showAbout() {
    bench().prompter().tell(
        window(), tr("About %1").arg(QStringLiteral(SOCKETWRIGHT_NAME)),
        QStringLiteral(SOCKETWRIGHT_NAME " " SOCKETWRIGHT_VERSION "\n" SOCKETWRIGHT_SUMMARY "\n\n") +
            tr("Free software under the MIT licence. Built with Qt %1.").arg(QString::fromLatin1(qVersion())));
}

} // namespace sw::ui
