// SPDX-License-Identifier: MIT
// Source: man(7).
#include "app/cli/documents.h"
#include "identity.h"

#include "core/behaviour/catalogue.h"

namespace sw::cli {

namespace {

/// Text that roff takes as it is.
std::string escaped(const std::string& text) {
    std::string result;
    bool atLineStart = true;
    for (const char c : text) {
        if (c == '\\')
            result += "\\e";
        else if (c == '-')
            result += "\\-";
        else if (atLineStart && (c == '.' || c == '\''))
            result += std::string("\\&") + c;
        else
            result += c;
        atLineStart = c == '\n';
    }
    return result;
}

std::string describeOptions(const CLI::App& command) {
    std::string text;
    for (const CLI::Option* option : command.get_options()) {
        std::string name = option->get_positional() ? option->get_name(true) : option->get_name(false, true);
        if (name == "-h,--help" || name == "--help")
            continue;
        for (std::size_t comma = name.find(','); comma != std::string::npos; comma = name.find(',', comma + 2))
            name.insert(comma + 1, " ");
        const std::string type =
            option->get_positional() || option->get_type_size() == 0 ? "" : " " + option->get_type_name();
        text += ".TP\n.B " + escaped(name + type) + "\n" + escaped(option->get_description()) + "\n";
    }
    return text;
}

/// The footer: prose, then the indented examples as they stand.
std::string describeFooter(const std::string& footer) {
    const std::string mark = "Examples:\n";
    const std::size_t split = footer.find(mark);
    std::string text = escaped(footer.substr(0, split)) + "\n";
    if (split != std::string::npos)
        text += ".PP\n.nf\n" + escaped(footer.substr(split + mark.size())) + ".fi\n";
    return text;
}

} // namespace

std::string manualPage(const CLI::App& program) {
    std::string page = ".TH SWRIGHT 1 \"\" \"" SOCKETWRIGHT_NAME " " SOCKETWRIGHT_VERSION "\" \"User Commands\"\n"
                       ".SH NAME\nswright \\- open sockets, watch them, send to them\n.SH SYNOPSIS\n";
    for (const CLI::App* command : visibleCommands(program)) {
        page += ".B swright " + command->get_name() + "\n";
        for (const CLI::Option* option : command->get_options()) {
            if (option->get_positional())
                page += ".I " + option->get_name(true) + "\n";
        }
        page += "[\\fIOPTIONS\\fR]\n.br\n";
    }
    page += ".SH DESCRIPTION\n" + escaped(program.get_description()) + "\n.PP\n" + describeFooter(program.get_footer());
    page += ".SH COMMANDS\n";
    for (const CLI::App* command : visibleCommands(program)) {
        page += ".SS swright " + command->get_name() + "\n" + escaped(command->get_description()) + ".\n.PP\n";
        page += describeFooter(command->get_footer()) + describeOptions(*command);
    }
    page += ".SH ADDRESS OPTIONS\n";
    for (const OptionSpec& spec : optionTable()) {
        page += ".TP\n.B " + escaped(std::string(spec.name) + "=") + "\n" + escaped(spec.help) + " Takes " +
                escaped(acceptedValues(spec).toStdString()) + ".";
        if (*spec.defaultValue != '\0')
            page += " Default: " + escaped(spec.defaultValue) + ".";
        page += "\n";
    }
    page += ".SH BEHAVIOURS\n";
    for (const BehaviourEntry& entry : behaviours())
        page += ".TP\n.B " + escaped(usageOf(entry).toStdString()) + "\n" + escaped(entry.summary) + "\n";
    page += ".SH SEE ALSO\n.BR socketwright (1),\n.BR socket (7),\n.BR tcp (7),\n.BR udp (7),\n.BR unix (7)\n";
    return page;
}

} // namespace sw::cli
