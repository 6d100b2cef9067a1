// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"
#include "app/cli/commands.h"
#include "app/cli/stdio.h"
#include "core/address/interfaces.h"
#include "core/behaviour/catalogue.h"
#include "core/behaviour/scriptdeclarations.h"
#include "core/framing/framer.h"
#include "core/payload/template.h"
#include "core/relay/fault.h"

#include <memory>

namespace sw::cli {

namespace {

QByteArray padded(const QString& text, int width) {
    return text.leftJustified(width).toUtf8() + ' ';
}

QByteArray behaviourList() {
    QByteArray text;
    for (const BehaviourEntry& entry : behaviours())
        text += padded(usageOf(entry), 17) + entry.summary + '\n';
    return text;
}

QByteArray faultList() {
    QByteArray text;
    for (const FaultEntry& entry : faultTable())
        text += padded(QString::fromLatin1(entry.usage), 46) + entry.summary +
                (entry.forStreams ? entry.forDatagrams ? "" : " (streams)" : " (datagrams)") + '\n';
    text += "\nBefore each, up: (client to target) or down: (target to client); without, both.\n"
            "A SHARE is 5% or 0.05. A PLACE is how many bytes have passed, or message=N on datagrams.\n\nPresets:\n";
    for (const FaultPreset& preset : faultPresets()) {
        text += "  " + padded(QString::fromLatin1(preset.name), 12) + preset.explanation + '\n';
        if (*preset.streams != '\0')
            text += QByteArray("               streams: ") + preset.streams + '\n';
        if (*preset.datagrams != '\0')
            text += QByteArray("               datagrams: ") + preset.datagrams + '\n';
    }
    return text;
}

QByteArray linesOf(const QStringList& lines) {
    return lines.join(QLatin1Char('\n')).toUtf8() + '\n';
}

QString schemesOf(const OptionSpec& spec) {
    QStringList names;
    for (const SchemeSpec& scheme : schemeTable()) {
        if (spec.appliesTo(scheme.scheme))
            names.append(QString::fromLatin1(scheme.name));
    }
    return names.join(QLatin1Char(' '));
}

QByteArray optionList() {
    QByteArray text;
    std::optional<OptionGroup> group;
    for (const OptionSpec& spec : optionTable()) {
        if (group != spec.group)
            text += (group ? "\n" : "") + groupTitle(spec.group).toUtf8() + '\n';
        group = spec.group;
        text += "  " + padded(QString::fromLatin1(spec.name), 10) + spec.help + "\n             takes " +
                acceptedValues(spec).toUtf8();
        if (*spec.defaultValue != '\0')
            text += QByteArray("; default ") + spec.defaultValue;
        text += "; for " + schemesOf(spec).toUtf8();
        if (!spec.appliesTo(Role::Listen) || !spec.appliesTo(Role::Connect))
            text += spec.appliesTo(Role::Listen) ? ", listening" : ", connecting";
        if (spec.isLive)
            text += "; changes while open";
        text += '\n';
    }
    return text;
}

/// The options chapter of the manual.
QByteArray optionTableMarkdown() {
    QByteArray text;
    std::optional<OptionGroup> group;
    for (const OptionSpec& spec : optionTable()) {
        if (group != spec.group)
            text += "\n### " + groupTitle(spec.group).toUtf8() +
                    "\n\n| Option | Takes | Default | For | While open | |\n|---|---|---|---|---|---|\n";
        group = spec.group;
        QString defaultText = QString::fromLatin1(spec.defaultValue);
        if (defaultText.isEmpty())
            defaultText = QStringLiteral("–");
        text += QStringLiteral("| `%1` | %2 | %3 | %4 | %5 | %6 |\n")
                    .arg(QString::fromLatin1(spec.name), acceptedValues(spec), defaultText, schemesOf(spec),
                         spec.isLive ? QStringLiteral("changes") : QStringLiteral("–"), QString::fromLatin1(spec.help))
                    .toUtf8();
    }
    return text;
}

QByteArray interfaceList() {
    QByteArray text;
    for (const InterfaceInfo& info : interfaces()) {
        text += padded(info.name, 12) + (info.isUp ? "up  " : "down") + "  mtu " +
                padded(QString::number(info.mtu), 6) + info.addresses.join(QLatin1String(", ")).toUtf8() + '\n';
    }
    return text;
}

QByteArray schemeList() {
    QByteArray text;
    for (const SchemeSpec& spec : schemeTable())
        text += padded(QString::fromLatin1(spec.name), 10) + spec.help +
                (spec.isInThisBuild ? "\n" : " (not in this build)\n");
    return text;
}

} // namespace

void addList(CLI::App& program, Run& run) {
    auto what = std::make_shared<std::string>();
    auto markdown = std::make_shared<bool>(false);
    CLI::App* command = program.add_subcommand("list", "Show what there is: behaviours, options, framers, and more");
    command
        ->add_option("WHAT", *what,
                     "behaviours, options, faults, framers, fields (of templates), script (what scripts can use), "
                     "interfaces or schemes")
        ->required()
        ->check(oneOf({"behaviours", "options", "faults", "framers", "fields", "script", "interfaces", "schemes"}));
    command->add_flag("--markdown", *markdown, "Options as a table for the manual");
    addExamples(*command,
                "Everything that an address or --behaviour takes, from the same tables that the program reads.",
                {"swright list options", "swright list behaviours"});
    command->callback([what, markdown, &run] {
        run = [what, markdown] {
            QByteArray text;
            if (*what == "behaviours")
                text = behaviourList();
            else if (*what == "options")
                text = *markdown ? optionTableMarkdown() : optionList();
            else if (*what == "faults")
                text = faultList();
            else if (*what == "framers")
                text = linesOf(framerHelp());
            else if (*what == "fields")
                text = linesOf(templateHelp());
            else if (*what == "script")
                text = scriptDeclarations;
            else if (*what == "interfaces")
                text = interfaceList();
            else
                text = schemeList();
            return print(text) ? Done : TaskFailed;
        };
    });
}

} // namespace sw::cli
