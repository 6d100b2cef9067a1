// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/commands.h"
#include "app/cli/stdio.h"
#include "core/tls/certificatemaker.h"
#include "core/tls/keyfile.h"

#include <QFileInfo>

#include <memory>

namespace sw::cli {

namespace {

struct CertificateArguments {
    std::string kind;
    std::string name;
    std::vector<std::string> names;
    std::string folder = ".";
    std::string file;
    std::string authority;
    std::string passphrase;
    qint64 days = 30;
};

QString text(const std::string& value) {
    return QString::fromStdString(value);
}

/// As the option passphrase of an address.
Result<QByteArray> readPassphrase(const QString& source) {
    const auto place = normaliseOption(*findOption(QStringLiteral("passphrase")), source);
    return place ? readSecret(*place, QStringLiteral("passphrase")) : tl::unexpected(place.error());
}

int runCertificate(const CertificateArguments& arguments) {
    CertificateWish wish{.purpose = arguments.kind == "authority" ? CertificatePurpose::Authority
                                    : arguments.kind == "client"  ? CertificatePurpose::Client
                                                                  : CertificatePurpose::Server,
                         .commonName = text(arguments.name),
                         .days = arguments.days};
    for (const std::string& name : arguments.names)
        wish.names.append(text(name));
    if (wish.purpose == CertificatePurpose::Server && wish.names.isEmpty())
        wish.names.append(wish.commonName);
    const auto fail = [](const Error& error, int status) {
        sayError(error);
        return status;
    };
    if (const auto valid = wish.validate(); !valid)
        return fail(valid.error(), WrongUsage);
    if (!arguments.passphrase.empty() && arguments.authority.empty())
        return fail(badInput(QStringLiteral("--passphrase"),
                             QStringLiteral("--passphrase is for the key of the authority that signs: it needs "
                                            "--signed-by.")),
                    WrongUsage);
    std::optional<Identity> issuer;
    if (!arguments.authority.empty()) {
        const QString base = text(arguments.authority);
        std::optional<QByteArray> passphrase;
        if (!arguments.passphrase.empty()) {
            const auto secret = readPassphrase(text(arguments.passphrase));
            if (!secret)
                return fail(secret.error(), secret.error().id == ErrorId::InvalidArgument ? WrongUsage : TaskFailed);
            passphrase = *secret;
        }
        const auto read = readIdentity({.certificate = base + QStringLiteral(".crt"),
                                        .key = base + QStringLiteral(".key"),
                                        .keyPassphrase = passphrase});
        if (!read)
            return fail(read.error(), TaskFailed);
        issuer = *read;
    }
    auto made = makeIdentity(wish, issuer ? &*issuer : nullptr);
    if (!made)
        return fail(made.error(), TaskFailed);
    const QString file = arguments.file.empty() ? text(arguments.kind) : text(arguments.file);
    const auto written = writeIdentity(*made, text(arguments.folder), file);
    if (!written)
        return fail(written.error(), TaskFailed);
    return print(written->join(QLatin1Char('\n')).toUtf8().append('\n')) ? Done : TaskFailed;
}

} // namespace

void addCertificate(CLI::App& program, Run& run) {
    auto arguments = std::make_shared<CertificateArguments>();
    CLI::App* command =
        program.add_subcommand("certificate", "Make a certificate of one's own: an authority, a server, a client");
    command->add_option("KIND", arguments->kind, "authority, server or client")
        ->required()
        ->check(oneOf({"authority", "server", "client"}));
    command
        ->add_option("NAME", arguments->name, "Its common name; for a server without --for, also whom it is good for")
        ->required();
    command
        ->add_option("--for", arguments->names,
                     "A DNS name or IP address that a server's certificate is good for; may be given again")
        ->type_name("NAME");
    command
        ->add_option("--signed-by", arguments->authority,
                     "Path of the authority without .crt and .key; otherwise it signs itself")
        ->type_name("PATH");
    command
        ->add_option("--passphrase", arguments->passphrase,
                     "Where the passphrase of the authority's key stands: env:NAME or file:PATH")
        ->type_name("PLACE");
    command->add_option("--folder", arguments->folder, "Where to write the two files; nothing is overwritten")
        ->type_name("DIR");
    command->add_option("--file", arguments->file, "Their name without .crt and .key; otherwise the kind")
        ->type_name("NAME");
    command->add_option("--days", arguments->days, "How long it is valid")->type_name("N")->check(wholeNumber(1, 3650));
    addExamples(
        *command,
        "Writes NAME.crt and NAME.key in PEM form; the key can be read by you alone. For test and teaching: keep real\n"
        "keys elsewhere.",
        {"swright certificate authority 'Our CA' --folder pki",
         "swright certificate server localhost --for localhost --for 127.0.0.1 --signed-by pki/authority --folder pki",
         "swright listen 'tls://:8443?cert=pki/server.crt&key=pki/server.key' --behaviour echo",
         "swright connect 'tls://localhost:8443?ca=pki/authority.crt'"});
    command->callback([arguments, &run] { run = [arguments] { return runCertificate(*arguments); }; });
}

} // namespace sw::cli
