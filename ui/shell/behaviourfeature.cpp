// SPDX-License-Identifier: MIT
#include "ui/shell/behaviourfeature.h"

#include "core/base/outputfile.h"
#include "core/behaviour/catalogue.h"
#include "ui/actions/passphrases.h"
#include "ui/behaviour/behaviourdialog.h"
#include "ui/behaviour/behavioureditor.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"
#include "ui/tools/tlsdialog.h"
#include "ui/widgets/eventtext.h"

#include <QMainWindow>
#include <QMenu>

namespace sw::ui {

namespace {

constexpr const char* newRules = R"(# Rules: the first that matches a message answers it. F1 tells all words.
framer lines

rule greeting
  prefix HELLO
  answer Hello, ${0}!\n

rule everything else
  any
  answer You sent: '${0}'\n
)";

constexpr const char* newScript = R"(// Functions that you leave out do nothing. F1 tells what connections can do.
let framer = "lines";

function filter(connection, line) {
    connection.send("You sent: '" + line + "'\n");
}
)";

} // namespace

BehaviourFeature::BehaviourFeature(Workbench& bench)
    : Feature(bench),
      m_misbehaving(new QMenu(tr("Open &Misbehaving Server"), &bench.window())) {
    on(ActionId::StartTls, [this] { startTls(); });
    on(ActionId::ChangeBehaviour, [this] { changeBehaviour(); });
    on(ActionId::AutoReply, [this] { changeBehaviour(QStringLiteral("reply=")); });
    on(ActionId::EditBehaviour, [this] { editBehaviour(); });
    on(ActionId::ReloadBehaviour, [this] { reloadBehaviour(); });
    buildMisbehaving();
}

void BehaviourFeature::buildMisbehaving() {
    m_misbehaving->setToolTipsVisible(true);
    for (const BehaviourEntry& entry : behaviours()) {
        if (entry.group != BehaviourGroup::Misbehaving)
            continue;
        QString name = QString::fromLatin1(entry.name);
        const QString behaviour = entry.value == BehaviourValue::Number ? name + QStringLiteral("=1000") : name;
        QAction* action =
            m_misbehaving->addAction(behaviour + QStringLiteral(" — ") + QString::fromLatin1(entry.summary));
        const bool isTls = name.startsWith(QLatin1String("tls-"));
        connect(action, &QAction::triggered, this, [this, behaviour, isTls] {
            emit bench().openRequested(
                *parseAddress(isTls ? QStringLiteral("tls://127.0.0.1:0") : QStringLiteral("tcp://127.0.0.1:0")),
                behaviour, Role::Listen);
        });
    }
}

EndpointId BehaviourFeature::behaviourOwner() const {
    const EndpointSnapshot* snapshot = bench().model().snapshot(bench().current());
    if (snapshot == nullptr)
        return EndpointId::None;
    const EndpointSnapshot* parent = bench().model().snapshot(snapshot->parent);
    return parent != nullptr && parent->behaviour == snapshot->behaviour ? parent->id : snapshot->id;
}

void BehaviourFeature::startTls() {
    const EndpointSnapshot* snapshot = bench().model().snapshot(bench().current());
    if (snapshot == nullptr || snapshot->kind != EndpointKind::Connection || isEnded(snapshot->state)) {
        bench().say(tr("TLS is started on an open connection."));
        return;
    }
    auto* dialog = new TlsDialog(snapshot->isAccepted, bench().prompter(), window());
    connect(dialog, &QDialog::accepted, this, [this, dialog, id = snapshot->id] {
        const QString options = dialog->options();
        const auto address = parseAddress(QStringLiteral("tls://localhost:1?") + options);
        if (address && !askPassphrases(bench().engine(), bench().prompter(), window(), *address))
            return;
        bench().engine().startTls(id, options); // which says what is wrong with the options
    });
    dialog->open();
}

void BehaviourFeature::changeBehaviour(const QString& behaviour) {
    const EndpointSnapshot* snapshot = bench().model().snapshot(bench().current());
    if (snapshot == nullptr || isEnded(snapshot->state)) {
        bench().say(tr("Choose an endpoint that is open."));
        return;
    }
    auto* dialog =
        new BehaviourDialog(tr("What %1 does by itself").arg(snapshot->shortName()),
                            behaviour.isEmpty() ? snapshot->behaviour : behaviour, bench().prompter(), window());
    connect(dialog, &BehaviourDialog::chosen, this, [this, dialog, id = snapshot->id] {
        if (const auto done = bench().engine().setBehaviour(id, dialog->behaviour()); !done)
            dialog->fail(errorText(done.error()));
        else
            dialog->accept();
    });
    dialog->open();
}

void BehaviourFeature::editBehaviour() {
    const EndpointId owner = behaviourOwner();
    if (owner == EndpointId::None) {
        bench().say(tr("Choose an endpoint first."));
        return;
    }
    if (bench().engine().behaviourFile(owner).isEmpty()) { // it has none yet: a new file, which it gets
        const QString file =
            bench().prompter().fileToWrite(window(), tr("New rules (.rules) or script (.js) for this endpoint"),
                                           QStringLiteral("new.rules"), tr("Rules (*.rules);;Scripts (*.js)"));
        if (file.isEmpty())
            return;
        const bool isScript = file.endsWith(QLatin1String(".js"), Qt::CaseInsensitive);
        const auto made = replaceFile(file, isScript ? newScript : newRules, QStringLiteral("behaviour"));
        if (!made) {
            bench().prompter().tell(window(), tr("New behaviour"), errorText(made.error()));
            return;
        }
        const auto done = bench().engine().setBehaviour(
            owner, (isScript ? QStringLiteral("script=") : QStringLiteral("rules=")) + file);
        if (!done) {
            bench().prompter().tell(window(), tr("New behaviour"), errorText(done.error()));
            return;
        }
    }
    auto* editor = new BehaviourEditor(bench().engine(), bench().settings(), bench().prompter(), owner, window());
    connect(editor, &BehaviourEditor::recordChosen, this,
            [this](EndpointId endpoint, qint64 record) { showRecord(endpoint, static_cast<RecordIndex>(record)); });
    if (editor->load())
        editor->show();
    else
        delete editor;
}

void BehaviourFeature::reloadBehaviour() {
    const auto done = bench().engine().reloadBehaviour(behaviourOwner());
    if (done)
        bench().say(tr("The behaviour's file was read again."));
    else
        bench().prompter().tell(window(), tr("Read the behaviour again"), errorText(done.error()));
}

void BehaviourFeature::showRecord(EndpointId endpoint, RecordIndex record) {
    if (BufferPanel* panel = bench().openBuffer(endpoint))
        panel->view()->scrollTo({record, 0});
    bench().window().activateWindow();
}

} // namespace sw::ui
