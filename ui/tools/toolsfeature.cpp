// SPDX-License-Identifier: MIT
#include "ui/tools/toolsfeature.h"

#include "ui/tools/certificatedialog.h"
#include "ui/tools/loaddialog.h"
#include "ui/tools/lookuppanel.h"
#include "ui/workbench/paneldock.h"

#include <QMainWindow>

namespace sw::ui {

namespace {
constexpr int lookupHeight = 240; // pixels
}

ToolsFeature::ToolsFeature(Workbench& bench)
    : Feature(bench),
      m_lookupDock(
          bench.addPanel(tr("Look up"), "lookupDock", Qt::BottomDockWidgetArea, [this] { return makeLookup(); })) {
    on(ActionId::LookUp, [this] {
        m_lookupDock->reveal(lookupHeight);
        m_lookup->focusQuery();
    });
    on(ActionId::Load, [this] {
        const EndpointSnapshot* snapshot = this->bench().currentSnapshot();
        Address address = snapshot == nullptr ? Address{} : snapshot->address;
        address.options.clear();
        (new LoadDialog(this->bench().engine(), snapshot == nullptr ? QString() : formatAddress(address), window()))
            ->show();
    });
    on(ActionId::MakeCertificate, [this] { (new CertificateDialog(this->bench().prompter(), window()))->show(); });
}

QWidget* ToolsFeature::makeLookup() {
    m_lookup = new LookupPanel(m_lookupDock);
    return m_lookup;
}

} // namespace sw::ui
