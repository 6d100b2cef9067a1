// SPDX-License-Identifier: MIT
// What connections of one listener share of a script, and the listener's own part in it.
#include "core/behaviour/scriptbehaviour.h"

#include <QFileInfo>

namespace sw {

void SharedScript::prepare() {
    const ScriptSource::Text text = m_source->current();
    if (m_process && m_version == text.version)
        return;
    if (!m_process) {
        // its end comes in its own thread, wherever the last who holds it lets it go
        m_process = {new ScriptProcess(QFileInfo(m_source->file()).fileName()),
                     [](ScriptProcess* process) { process->deleteLater(); }};
        QObject::connect(m_process.get(), &ScriptProcess::loadingEnded, m_process.get(), [this] { loadingEnded(); });
    }
    if (m_listener)
        m_process->setListener(*m_listener);
    m_version = text.version;
    m_process->load(text.text);
}

void SharedScript::setListener(const ListenerHandle& listener) {
    m_listener.emplace(listener);
    if (m_process)
        m_process->setListener(listener);
    prepare();
    if (!m_process->isLoaded())
        m_listener->setHeld(true); // the script may pause it as it begins
}

SharedScript::~SharedScript() {
    if (m_process)
        m_process->disconnect(m_process.get());
}

void SharedScript::loadingEnded() {
    m_framerProblem.reset();
    const auto spec = parseFramer(m_process->framer());
    if (spec) {
        m_framer = *spec;
    } else { // unsplit bytes would be taken for messages
        m_framerProblem = {.error = spec.error(), .stack = {}};
        m_framerProblem->error.detail =
            QStringLiteral("%1: framer: %2").arg(QFileInfo(m_source->file()).fileName(), spec.error().detail);
    }
    if (!m_listener)
        return;
    if (const auto wrong = problem())
        m_listener->tell(EventKind::BehaviourFailed, wrong->error.detail, wrong->facts());
    m_listener->setHeld(false);
}

std::optional<ScriptFailure> SharedScript::problem() const {
    if (m_process && m_process->problem())
        return m_process->problem();
    return m_framerProblem;
}

void ScriptListener::listening(const ListenerHandle& listener) {
    m_shared->setListener(listener);
}

void ScriptListener::listenerClosed(const ClosingRecord& closing) {
    if (m_shared->hasProcess() && !m_shared->problem())
        m_shared->process().call(0, ScriptHook::ListenerClosed, {}, causeName(closing.cause), closing.text.toText());
}

bool ScriptListener::hasMoreToTell() const {
    return m_shared->hasProcess() && m_shared->process().awaits(0, ScriptHook::ListenerClosed);
}

} // namespace sw
