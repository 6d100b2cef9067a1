// SPDX-License-Identifier: MIT
// What connections of one listener share of a script, and the listener's own part in it.
#include "core/behaviour/scriptbehaviour.h"

#include <QFileInfo>

namespace sw {

/// Runs the script's top, unless what runs is what the file says. Once for all that share it; `store` and what
/// connections keep in `data` stay.
void SharedScript::prepare(EventTeller* teller) {
    const ScriptSource::Text text = source->current();
    if (runtime && version == text.version)
        return;
    if (!runtime)
        runtime = std::make_unique<ScriptRuntime>(QFileInfo(source->file()).fileName());
    if (listener)
        runtime->setListener(*listener);
    version = text.version;
    problem.reset();
    const auto framing = runtime->load(text.text, teller);
    if (!framing) {
        problem = framing.error();
        return;
    }
    const auto spec = parseFramer(*framing);
    if (spec) {
        framer = *spec;
        return;
    }
    problem = spec.error(); // unsplit bytes would be taken for messages
    problem->detail = QStringLiteral("%1: framer: %2").arg(QFileInfo(source->file()).fileName(), problem->detail);
}

QJsonObject SharedScript::factsOf(const Error& error) const {
    QJsonObject facts{{QStringLiteral("error"), error.toJson()}};
    if (runtime && !runtime->stack().isEmpty())
        facts.insert(QStringLiteral("stack"), runtime->stack());
    return facts;
}

void ScriptListener::listening(const ListenerHandle& listener) {
    m_shared->listener.emplace(listener);
    m_shared->prepare(&*m_shared->listener);
    if (m_shared->problem)
        m_shared->listener->tell(EventKind::BehaviourFailed, m_shared->problem->detail,
                                 m_shared->factsOf(*m_shared->problem));
}

void ScriptListener::listenerClosed(const ClosingRecord& closing) {
    m_shared->prepare(&*m_shared->listener);
    if (m_shared->problem || !m_shared->runtime->has(0, "listenerClosed"))
        return;
    const auto done = m_shared->runtime->callForListener("listenerClosed", {closing.cause, closing.text});
    if (!done)
        m_shared->listener->tell(EventKind::BehaviourFailed, done.error().detail, m_shared->factsOf(done.error()));
}

} // namespace sw
