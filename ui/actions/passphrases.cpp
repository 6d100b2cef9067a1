// SPDX-License-Identifier: MIT
#include "ui/actions/passphrases.h"

#include "core/address/proxy.h"
#include "core/tls/keyfile.h"

#include <QCoreApplication>

namespace sw::ui {

bool askPassphrases(Engine& engine, Prompter& prompter, QWidget* parent, const Address& address) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("Passphrases", text); };
    if (const auto proxy = proxyToAskFor(address); proxy && !engine.keepsPassphrase(proxy->name())) {
        const auto typed = prompter.askSecret(
            parent, tr("Password"),
            tr("The password of %1 for the proxy, which is kept in memory only:").arg(proxy->name()));
        if (!typed)
            return false;
        engine.keepPassphrase(proxy->name(), typed->toUtf8());
    }
    const QStringList files = filesToAskFor(TlsSettings::of(address));
    for (const QString& file : files) {
        QString question = tr("%1 is encrypted. Its passphrase, which is kept in memory only:").arg(file);
        for (;;) {
            const auto typed = prompter.askSecret(parent, tr("Passphrase"), question);
            if (!typed)
                return false;
            if (isPassphraseOf(file, typed->toUtf8())) {
                engine.keepPassphrase(file, typed->toUtf8());
                break;
            }
            question = tr("That is not the passphrase of %1. Its passphrase:").arg(file);
        }
    }
    return true;
}

} // namespace sw::ui
