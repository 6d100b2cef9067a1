// SPDX-License-Identifier: MIT
#include "ui/shell/manualwindow.h"

#include "ui/widgets/controls.h"

#include <QApplication>
#include <QFile>
#include <QHBoxLayout>
#include <QListWidget>
#include <QTextBrowser>

namespace sw::ui {

ManualWindow::ManualWindow(QWidget* parent, const QString& wanted) : QDialog(parent) {
    setObjectName(QStringLiteral("manual"));
    setWindowTitle(tr("Manual"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(940, 640);
    auto* layout = new QHBoxLayout(this);
    auto* chapters = new QListWidget(this);
    nameWidget(chapters, "manualChapters", tr("Chapters"));
    chapters->setMaximumWidth(200);
    auto* page = new QTextBrowser(this);
    nameWidget(page, "manualPage", tr("Manual page"));
    page->setOpenLinks(false); // nothing is fetched
    layout->addWidget(chapters);
    layout->addWidget(page, 1);
    const std::pair<QString, QString> files[] = {{tr("First steps"), QStringLiteral("first-steps")},
                                                 {tr("Addresses"), QStringLiteral("addresses")},
                                                 {tr("The window"), QStringLiteral("window")},
                                                 {tr("Transcripts"), QStringLiteral("transcripts")},
                                                 {tr("Listeners"), QStringLiteral("listeners")},
                                                 {tr("Connections"), QStringLiteral("connections")},
                                                 {tr("When connecting fails"), QStringLiteral("connecting")},
                                                 {tr("Datagrams"), QStringLiteral("datagrams")},
                                                 {tr("Unix-domain sockets"), QStringLiteral("local-sockets")},
                                                 {tr("TLS and DTLS"), QStringLiteral("tls")},
                                                 {tr("Behaviours"), QStringLiteral("behaviours")},
                                                 {tr("Rules"), QStringLiteral("rules")},
                                                 {tr("Scripts"), QStringLiteral("scripts")},
                                                 {tr("Relays"), QStringLiteral("relay")},
                                                 {tr("Faults"), QStringLiteral("faults")},
                                                 {tr("Recordings and captures"), QStringLiteral("recordings")},
                                                 {tr("Replay"), QStringLiteral("replay")},
                                                 {tr("Messages and templates"), QStringLiteral("messages")},
                                                 {tr("Workspaces"), QStringLiteral("workspaces")},
                                                 {tr("The system's TCP"), QStringLiteral("tcp")},
                                                 {tr("Look-ups"), QStringLiteral("look-up")},
                                                 {tr("Other programs' commands"), QStringLiteral("commands")},
                                                 {tr("Errors"), QStringLiteral("errors")},
                                                 {tr("Command line"), QStringLiteral("command-line")},
                                                 {tr("Benchmarks"), QStringLiteral("benchmarks")}};
    int chosen = 0;
    for (const auto& [title, file] : files) {
        auto* item = new QListWidgetItem(title, chapters);
        item->setData(Qt::UserRole, file);
        if (file == wanted)
            chosen = chapters->row(item);
    }
    connect(chapters, &QListWidget::currentItemChanged, page, [page](const QListWidgetItem* item) {
        QFile file(QStringLiteral(":/manual/%1.md").arg(item->data(Qt::UserRole).toString()));
        if (file.open(QIODevice::ReadOnly))
            page->setMarkdown(QString::fromUtf8(file.readAll()));
    });
    chapters->setCurrentRow(chosen);
}

QString manualPageOf(const QWidget* widget) {
    const std::pair<const char*, const char*> pages[] = {{"addressToolBar", "addresses"},
                                                         {"formDock", "addresses"},
                                                         {"endpointsDock", "window"},
                                                         {"detailsDock", "connections"},
                                                         {"tcpPanel", "tcp"},
                                                         {"tlsPanel", "tls"},
                                                         {"composer", "messages"},
                                                         {"messagesDock", "messages"},
                                                         {"messageDialog", "messages"},
                                                         {"filterField", "transcripts"},
                                                         {"findField", "transcripts"},
                                                         {"bufferView", "transcripts"},
                                                         {"eventsDock", "transcripts"},
                                                         {"throughputDock", "transcripts"},
                                                         {"compareWindow", "transcripts"},
                                                         {"lookupDock", "look-up"},
                                                         {"relayDock", "faults"},
                                                         {"relayDialog", "relay"},
                                                         {"replayDialog", "replay"},
                                                         {"behaviourDialog", "behaviours"},
                                                         {"behaviourEditor", "rules"},
                                                         {"certificateDialog", "tls"},
                                                         {"loadDialog", "messages"},
                                                         {"workspaceDialog", "workspaces"},
                                                         {"preferences", "window"},
                                                         {"shortcutsDialog", "window"}};
    for (; widget != nullptr; widget = widget->parentWidget()) {
        for (const auto& [name, page] : pages) {
            if (widget->objectName() == QLatin1String(name))
                return QString::fromLatin1(page);
        }
    }
    return {};
}

void showManual(QWidget& window) {
    (new ManualWindow(&window, manualPageOf(QApplication::focusWidget())))->show();
}

} // namespace sw::ui
