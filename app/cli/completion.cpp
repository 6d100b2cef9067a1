// SPDX-License-Identifier: MIT
#include "app/cli/documents.h"

namespace sw::cli {

namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::vector<std::string> optionNames(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& name : option->get_lnames())
            names.push_back("--" + name);
    }
    return names;
}

std::string commandNames(const CLI::App& program) {
    std::vector<std::string> names;
    for (const CLI::App* command : visibleCommands(program))
        names.push_back(command->get_name());
    return joined(names);
}

/// For single quotes in a shell.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text)
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
}

std::string positionalValues(const CLI::App& command) {
    std::vector<std::string> values;
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_positional()) {
            for (const std::string& value : knownValues(option->get_name(true)))
                values.push_back(value);
            break;
        }
    }
    return joined(values);
}

} // namespace

std::string bashCompletion(const CLI::App& program) {
    std::string text = "# bash completion for swright\n_swright() {\n"
                       "    local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                       "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W \"" +
                       commandNames(program) +
                       " --help --version\" -- \"$cur\"))\n        return\n    fi\n    case \"$prev\" in\n";
    for (const char* option : {"--behaviour", "--as", "--ending"})
        text += std::string("    ") + option + ") COMPREPLY=($(compgen -W \"" + joined(knownValues(option)) +
                "\" -- \"$cur\")); return ;;\n";
    text += "    --file|--record) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n    esac\n"
            "    case \"${COMP_WORDS[1]}\" in\n";
    for (const CLI::App* command : visibleCommands(program)) {
        text += "    " + command->get_name() + ") COMPREPLY=($(compgen -W \"" + positionalValues(*command) + " " +
                joined(optionNames(*command)) + "\" -- \"$cur\")) ;;\n";
    }
    return text + "    esac\n}\ncomplete -o nospace -F _swright swright\n";
}

std::string zshCompletion(const CLI::App& program) {
    std::string text =
        "#compdef swright\n# zsh completion for swright\n_swright() {\n    local -a commands\n    commands=(\n";
    for (const CLI::App* command : visibleCommands(program))
        text += "        " + quoted(command->get_name() + ":" + command->get_description()) + "\n";
    text += "    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n"
            "    case \"$words[CURRENT-1]\" in\n";
    for (const char* option : {"--behaviour", "--as", "--ending"})
        text += std::string("    ") + option + ") compadd -- " + joined(knownValues(option)) + "; return ;;\n";
    text += "    --file|--record) _files; return ;;\n    esac\n    case \"$words[2]\" in\n";
    for (const CLI::App* command : visibleCommands(program)) {
        text += "    " + command->get_name() + ") compadd -- " + positionalValues(*command) + " " +
                joined(optionNames(*command)) + " ;;\n";
    }
    return text + "    esac\n}\n_swright \"$@\"\n";
}

std::string fishCompletion(const CLI::App& program) {
    std::string text = "# fish completion for swright\ncomplete -c swright -f\n";
    for (const CLI::App* command : visibleCommands(program)) {
        text += "complete -c swright -n __fish_use_subcommand -a " + command->get_name() + " -d " +
                quoted(command->get_description()) + "\n";
        const std::string condition = " -n '__fish_seen_subcommand_from " + command->get_name() + "'";
        const std::string values = positionalValues(*command);
        if (!values.empty())
            text += "complete -c swright" + condition + " -a '" + values + "'\n";
        for (const CLI::Option* option : command->get_options()) {
            for (const std::string& name : option->get_lnames()) {
                text += "complete -c swright" + condition + " -l " + name + " -d " + quoted(option->get_description());
                const auto known = knownValues("--" + name);
                if (!known.empty())
                    text += " -x -a '" + joined(known) + "'";
                else if (name == "file" || name == "record")
                    text += " -r -F";
                text += "\n";
            }
        }
    }
    return text;
}

} // namespace sw::cli
