// SPDX-License-Identifier: MIT
#include "ui/shell/toolcommands.h"

#include "core/base/outputfile.h"
#include "core/behaviour/catalogue.h"
#include "ui/actions/passphrases.h"
#include "ui/behaviour/behavioureditor.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/composer/composer.h"
#include "ui/messages/messagespanel.h"
#include "ui/tools/certificatedialog.h"
#include "ui/tools/loaddialog.h"
#include "ui/widgets/eventtext.h"

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

ToolCommands::ToolCommands(Parts parts, QWidget* window)
    : QObject(window),
      m_parts(std::move(parts)),
      m_window(window),
      m_misbehaving(new QMenu(tr("Open &Misbehaving Server"), window)) {
    const auto on = [this](ActionId id, std::function<void()> call) {
        m_parts.actions.connectTo(id, this, std::move(call));
    };
    on(ActionId::StartTls, [this] { startTls(); });
    on(ActionId::ChangeBehaviour, [this] { changeBehaviour(); });
    on(ActionId::EditBehaviour, [this] { editBehaviour(); });
    on(ActionId::ReloadBehaviour, [this] { reloadBehaviour(); });
    on(ActionId::SaveMessage, [this] { saveMessage(); });
    on(ActionId::Load, [this] {
        const EndpointSnapshot* snapshot = m_parts.model.snapshot(m_parts.current());
        Address address = snapshot == nullptr ? Address{} : snapshot->address;
        address.options.clear();
        (new LoadDialog(m_parts.engine, snapshot == nullptr ? QString() : formatAddress(address), m_window))->show();
    });
    on(ActionId::MakeCertificate, [this] { (new CertificateDialog(m_parts.prompter, m_window))->show(); });
    connect(&m_parts.messages, &MessagesPanel::sendRequested, this, [this](const SavedMessage& message) {
        BufferPanel* panel = m_parts.buffers.current();
        if (panel == nullptr || panel->composer() == nullptr)
            emit complained(tr("Open the buffer of the endpoint that “%1” is to be sent to.").arg(message.name));
        else
            panel->composer()->play(message);
    });
    connect(&m_parts.messages, &MessagesPanel::complained, this, &ToolCommands::complained);
    buildMisbehaving();
}

void ToolCommands::buildMisbehaving() {
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
            emit openRequested(
                *parseAddress(isTls ? QStringLiteral("tls://127.0.0.1:0") : QStringLiteral("tcp://127.0.0.1:0")),
                behaviour);
        });
    }
}

EndpointId ToolCommands::behaviourOwner() const {
    const EndpointSnapshot* snapshot = m_parts.model.snapshot(m_parts.current());
    if (snapshot == nullptr)
        return EndpointId::None;
    const EndpointSnapshot* parent = m_parts.model.snapshot(snapshot->parent);
    return parent != nullptr && parent->behaviour == snapshot->behaviour ? parent->id : snapshot->id;
}

void ToolCommands::startTls() {
    const EndpointSnapshot* snapshot = m_parts.model.snapshot(m_parts.current());
    if (snapshot == nullptr || snapshot->kind != EndpointKind::Connection || isEnded(snapshot->state)) {
        emit complained(tr("TLS is started on an open connection."));
        return;
    }
    const bool isServer = snapshot->isAccepted;
    const auto options = m_parts.prompter.ask(
        m_window, tr("Start TLS"),
        isServer ? tr("We are the server. Options, such as cert=/path/server.crt&key=/path/server.key; without them a "
                      "throw-away certificate is made:")
                 : tr("We are the client. Options, such as name=example.org&ca=/path/ca.crt, or verify=off:"),
        {});
    if (!options)
        return;
    const auto address = parseAddress(QStringLiteral("tls://localhost:1?") + options->trimmed());
    if (address && !askPassphrases(m_parts.engine, m_parts.prompter, m_window, *address))
        return;
    m_parts.engine.startTls(snapshot->id, options->trimmed()); // which says what is wrong with the options
}

void ToolCommands::changeBehaviour() {
    const EndpointSnapshot* snapshot = m_parts.model.snapshot(m_parts.current());
    if (snapshot == nullptr || isEnded(snapshot->state)) {
        emit complained(tr("Choose an endpoint that is open."));
        return;
    }
    QStringList names;
    for (const BehaviourEntry& entry : behaviours())
        names.append(usageOf(entry));
    const auto behaviour = m_parts.prompter.ask(
        m_window, tr("Change the behaviour"),
        tr("What “%1” does by itself from now on:\n%2").arg(snapshot->name, names.join(QLatin1String(", "))),
        snapshot->behaviour);
    if (!behaviour)
        return;
    if (const auto done = m_parts.engine.setBehaviour(snapshot->id, behaviour->trimmed()); !done)
        m_parts.prompter.tell(m_window, tr("Change the behaviour"), errorText(done.error()));
}

void ToolCommands::editBehaviour() {
    const EndpointId owner = behaviourOwner();
    if (owner == EndpointId::None) {
        emit complained(tr("Choose an endpoint first."));
        return;
    }
    if (m_parts.engine.behaviourFile(owner).isEmpty()) { // it has none yet: a new file, which it gets
        const QString file =
            m_parts.prompter.fileToWrite(m_window, tr("New rules (.rules) or script (.js) for this endpoint"),
                                         QStringLiteral("new.rules"), tr("Rules (*.rules);;Scripts (*.js)"));
        if (file.isEmpty())
            return;
        const bool isScript = file.endsWith(QLatin1String(".js"), Qt::CaseInsensitive);
        const auto made = replaceFile(file, isScript ? newScript : newRules, QStringLiteral("behaviour"));
        if (!made) {
            m_parts.prompter.tell(m_window, tr("New behaviour"), errorText(made.error()));
            return;
        }
        const auto done = m_parts.engine.setBehaviour(
            owner, (isScript ? QStringLiteral("script=") : QStringLiteral("rules=")) + file);
        if (!done) {
            m_parts.prompter.tell(m_window, tr("New behaviour"), errorText(done.error()));
            return;
        }
    }
    auto* editor = new BehaviourEditor(m_parts.engine, m_parts.settings, m_parts.prompter, owner, m_window);
    connect(editor, &BehaviourEditor::recordChosen, this, &ToolCommands::recordChosen);
    if (editor->load())
        editor->show();
    else
        delete editor;
}

void ToolCommands::reloadBehaviour() {
    const auto done = m_parts.engine.reloadBehaviour(behaviourOwner());
    if (done)
        emit complained(tr("The behaviour's file was read again."));
    else
        m_parts.prompter.tell(m_window, tr("Read the behaviour again"), errorText(done.error()));
}

void ToolCommands::saveMessage() {
    BufferPanel* panel = m_parts.buffers.current();
    const auto step = panel == nullptr || panel->composer() == nullptr ? std::nullopt : panel->composer()->step();
    if (!step) {
        emit complained(tr("Write a message first; files cannot be saved as messages."));
        return;
    }
    m_parts.messages.addMessage(*step, panel->composer()->lineEnding(), panel->composer()->encoding());
}

void ToolCommands::saveCertificates(const QByteArray& pem) {
    const QString path = m_parts.prompter.fileToWrite(
        m_window, tr("Save certificates"), QStringLiteral("certificates.pem"), tr("Certificates (*.pem *.crt)"));
    if (path.isEmpty())
        return;
    const auto written = replaceFile(path, pem, QStringLiteral("certificate"));
    emit complained(written ? tr("Saved in %1.").arg(path) : errorText(written.error()));
}

} // namespace sw::ui
