// SPDX-License-Identifier: MIT
#include "ui/shell/leavingfeature.h"

#include "core/transcript/store.h"
#include "core/transcript/transcript.h"

#include <QMainWindow>

namespace sw::ui {

QString LeavingFeature::question() const {
    const auto all = bench().model().all();
    const auto open =
        std::count_if(all.begin(), all.end(), [this](EndpointId id) { return !isEnded(bench().snapshot(id)->state); });
    if (open == 0)
        return tr("The transcripts are not saved.");
    return open == 1 ? tr("One endpoint is open, and the transcripts are not saved.")
                     : tr("%1 endpoints are open, and the transcripts are not saved.").arg(open);
}

bool LeavingFeature::mayLeave() {
    if (bench().engine().eventLog()->count() == 0)
        return true;
    AtQuit choice = bench().settings().atQuit();
    if (choice == AtQuit::Ask && !m_asks)
        choice = AtQuit::Keep;
    if (choice == AtQuit::Ask) {
        const auto leaving = bench().prompter().leave(window(), question());
        if (!leaving)
            return false;
        choice = leaving->keepsRecords ? AtQuit::Keep : AtQuit::Discard;
        if (leaving->remembers)
            bench().settings().setAtQuit(choice);
    }
    if (choice == AtQuit::Keep)
        keep();
    return true;
}

void LeavingFeature::keep() {
    if (bench().engine().eventLog()->count() == 0 || bench().settings().atQuit() == AtQuit::Discard)
        return;
    bench().engine().store()->keepFiles();
    bench().engine().store()->flush();
    emit keepRequested();
}

} // namespace sw::ui
