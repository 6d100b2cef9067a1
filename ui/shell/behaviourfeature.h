// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

class QMenu;

namespace sw::ui {

/// Behaviours: changed, edited, read again, and the misbehaving servers. And TLS that begins on an open connection. The
/// UI thread.
class BehaviourFeature final : public Feature {
    Q_OBJECT

public:
    explicit BehaviourFeature(Workbench& bench);

    /// One entry for each misbehaving server; choosing one opens it on a free port of loopback.
    QMenu* misbehavingMenu() const { return m_misbehaving; }

private:
    void startTls();
    /// `behaviour`: what the dialog begins with; empty: what it is now.
    void changeBehaviour(const QString& behaviour = {});
    void editBehaviour();
    void reloadBehaviour();
    void buildMisbehaving();
    void showRecord(EndpointId endpoint, RecordIndex record);
    /// The endpoint that the current one has its behaviour from.
    EndpointId behaviourOwner() const;

    QMenu* m_misbehaving;
};

} // namespace sw::ui
