// SPDX-License-Identifier: MIT
#include "app/cli/passphrases.h"

#include "app/cli/session.h"
#include "app/cli/stdio.h"
#include "core/address/proxy.h"
#include "core/payload/visibletext.h"
#include "core/tls/keyfile.h"

#include <algorithm>

namespace sw::cli {

namespace {

bool askFor(Engine& engine, const QString& file) {
    constexpr int mostAttempts = 3;
    const QString question = QStringLiteral("Passphrase of %1: ").arg(file);
    for (int attempt = 0; attempt < mostAttempts; ++attempt) {
        const auto typed = askSecret(toVisibleText(question.toUtf8()).text.toUtf8());
        if (!typed)
            return false;
        if (isPassphraseOf(file, *typed)) {
            engine.keepPassphrase(file, *typed);
            return true;
        }
        Session::sayPlain(QStringLiteral("swright: The passphrase is not that of %1.").arg(file));
    }
    return false;
}

/// Nobody but the proxy knows whether it is right.
bool askForProxy(Engine& engine, const ProxySettings& proxy) {
    const QString question = QStringLiteral("Password of %1 for the proxy: ").arg(proxy.name());
    const auto typed = askSecret(toVisibleText(question.toUtf8()).text.toUtf8());
    if (typed)
        engine.keepPassphrase(proxy.name(), *typed);
    return typed.has_value();
}

} // namespace

bool askPassphrases(Engine& engine, std::initializer_list<const Address*> addresses) {
    if (!isTerminal(StandardStream::Input))
        return true;
    QStringList files;
    for (const Address* address : addresses)
        files += filesToAskFor(TlsSettings::of(*address));
    files.removeDuplicates();
    for (const Address* address : addresses) {
        if (const auto proxy = proxyToAskFor(*address);
            proxy && !engine.keepsPassphrase(proxy->name()) && !askForProxy(engine, *proxy))
            return false;
    }
    return std::all_of(files.cbegin(), files.cend(), [&engine](const QString& file) { return askFor(engine, file); });
}

} // namespace sw::cli
