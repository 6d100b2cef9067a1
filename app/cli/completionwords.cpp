// SPDX-License-Identifier: MIT
#include "app/cli/completionwords.h"

#include "app/cli/documents.h"
#include "core/behaviour/catalogue.h"
#include "core/relay/fault.h"

#include <QStringList>

namespace sw::cli {

namespace {

/// The words of a check by oneOf(), which stand in the type's text: `FORM:{text,hex}`.
std::vector<std::string> checkedWords(const std::string& type) {
    const std::size_t start = type.find(":{");
    const std::size_t end = start == std::string::npos ? start : type.find('}', start);
    std::vector<std::string> words;
    if (end == std::string::npos)
        return words;
    const QString inside = QString::fromStdString(type.substr(start + 2, end - start - 2));
    for (const QString& word : inside.split(QLatin1Char(',')))
        words.push_back(word.toStdString());
    return words;
}

void addBehaviours(CompletionChoice& choice) {
    for (const BehaviourEntry& entry : behaviours()) {
        const bool hasValue = entry.value == BehaviourValue::File || entry.value == BehaviourValue::Number ||
                              entry.value == BehaviourValue::Reply;
        choice.words.push_back(std::string(entry.name) + (hasValue ? "=" : ""));
        if (entry.value == BehaviourValue::File)
            choice.filePrefixes.push_back(choice.words.back());
    }
}

void addFaults(CompletionChoice& choice) {
    for (const FaultPreset& preset : faultPresets())
        choice.words.emplace_back(preset.name);
    for (const FaultEntry& entry : faultTable())
        choice.words.emplace_back(entry.example);
}

void addSchemes(CompletionChoice& choice) {
    for (const QString& name : usableSchemes())
        choice.words.push_back(name.toStdString() + "://");
}

CompletionChoice choiceOf(const CLI::Option& option) {
    CompletionChoice choice{.names = {},
                            .title = option.get_type_name(),
                            .description = option.get_description(),
                            .takesValue = option.get_items_expected_max() > 0,
                            .isRepeatable = option.get_items_expected_max() > 1,
                            .words = checkedWords(option.get_type_name()),
                            .filePrefixes = {}};
    choice.title = choice.title.substr(0, choice.title.find(':'));
    const std::string place = option.get_positional() ? option.get_name(true) : std::string();
    choice.isFile = choice.title == "FILE" || choice.title == "PATH";
    choice.isFolder = choice.title == "DIR";
    if (choice.title == "BEHAVIOUR")
        addBehaviours(choice);
    else if (choice.title == "FAULT")
        addFaults(choice);
    else if (choice.title == "ADDRESS|COMMAND" || place == "ADDRESS" || place == "LISTEN" || place == "TARGET")
        addSchemes(choice);
    return choice;
}

} // namespace

std::string joinedWords(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::vector<std::string> CompletionCommand::optionNames() const {
    std::vector<std::string> names;
    for (const CompletionChoice& option : options) {
        for (const std::string& one : option.names) {
            if (one.rfind("--", 0) == 0)
                names.push_back(one);
        }
    }
    return names;
}

std::vector<CompletionCommand> completionCommands(const CLI::App& program) {
    std::vector<CompletionCommand> commands;
    for (const CLI::App* command : visibleCommands(program)) {
        CompletionCommand known{command->get_name(), command->get_description(), {}, {}};
        for (const CLI::Option* option : command->get_options()) {
            CompletionChoice choice = choiceOf(*option);
            if (option->get_positional()) {
                choice.names = {std::to_string(known.arguments.size() + 1)};
                known.arguments.push_back(choice);
                continue;
            }
            for (const std::string& name : option->get_lnames())
                choice.names.push_back("--" + name);
            for (const std::string& name : option->get_snames())
                choice.names.push_back("-" + name);
            known.options.push_back(choice);
        }
        commands.push_back(known);
    }
    return commands;
}

} // namespace sw::cli
