// SPDX-License-Identifier: MIT
#include "app/cli/completionwords.h"
#include "app/cli/documents.h"

namespace sw::cli {

namespace {

std::string commandNames(const std::vector<CompletionCommand>& commands) {
    std::vector<std::string> names;
    for (const CompletionCommand& command : commands)
        names.push_back(command.name);
    return joinedWords(names);
}

/// For single quotes in a shell.
std::string shellQuoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text)
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
}

// --- bash ---

/// `"listen --as"|"listen -a"`, for a case of a command with an option or the number of an argument.
std::string bashPattern(const CompletionCommand& command, const CompletionChoice& choice) {
    std::string pattern;
    for (const std::string& name : choice.names)
        pattern += (pattern.empty() ? "\"" : "|\"") + command.name + " " + name + "\"";
    return pattern;
}

std::string bashCase(const CompletionCommand& command, const CompletionChoice& choice) {
    if (!choice.takesValue)
        return {};
    std::string text = "    " + bashPattern(command, choice) + ")";
    if (!choice.words.empty())
        text += " words=" + shellQuoted(joinedWords(choice.words));
    if (!choice.filePrefixes.empty())
        text += " prefixes=" + shellQuoted(joinedWords(choice.filePrefixes));
    if (choice.isFile || choice.isFolder)
        text += std::string(" files=") + (choice.isFile ? "-f" : "-d");
    return text + " ;;\n";
}

constexpr const char* bashFunctions = R"sh(# what is offered for the word "$1", after the part "$2" of the same word
_swright_offer() {
    local reply prefix
    COMPREPLY=()
    while IFS= read -r reply; do
        reply=$2$reply
        COMPREPLY+=("${reply:${#cut}}")
    done < <(
        compgen -W "$words" -- "$1"
        [ -z "$files" ] || compgen "$files" -- "$1"
        for prefix in $prefixes; do
            case "$1" in "$prefix"*) compgen -f -P "$prefix" -- "${1#"$prefix"}" ;; esac
        done
    )
    if [ -n "$files" ] && [ -z "$2$cut" ]; then
        compopt -o filenames 2>/dev/null
    elif [ "${#COMPREPLY[@]}" -eq 1 ]; then
        case "${COMPREPLY[0]}" in *[=/:]) compopt -o nospace 2>/dev/null ;; esac
    fi
}

_swright() {
    local -a line=()
    local i word last cur cut real glue= words= files= prefixes= place=1
    # bash splits words at = and :, which belong to them here
    for ((i = 0; i <= COMP_CWORD; ++i)); do
        word=${COMP_WORDS[i]}
        last=$((${#line[@]} - 1))
        case "$word" in
        =|:|=:|:=|::) if ((last > 0)); then line[last]+=$word glue=1; else line+=("$word"); fi ;;
        *) if [ -n "$glue" ]; then line[last]+=$word glue=; else line+=("$word"); fi ;;
        esac
    done
    last=$((${#line[@]} - 1)) cur=${line[${#line[@]}-1]} real=${COMP_WORDS[COMP_CWORD]}
    case "$real" in =|:|=:|:=|::) real= ;; esac
    cut=${cur:0:${#cur}-${#real}} # of the word, this part is no longer bash's to replace
    if ((last <= 1)); then
        words=$_swright_commands
        _swright_offer "$cur" ""
        return
    fi
    case "$cur" in
    --*=*)
        _swright_values "${line[1]} ${cur%%=*}" && _swright_offer "${cur#*=}" "${cur%%=*}="
        return
        ;;
    esac
    if ((last > 2)) && _swright_values "${line[1]} ${line[last-1]}"; then
        _swright_offer "$cur" ""
        return
    fi
    for ((i = 2; i < last; ++i)); do
        case "${line[i]}" in
        -*=*) ;;
        -*) _swright_values "${line[1]} ${line[i]}" && ((++i)) ;;
        *) ((++place)) ;;
        esac
    done
    words= files= prefixes=
    _swright_values "${line[1]} $place"
    case "$cur" in
    -*) words= files= ;;
    esac
    words="$words $(_swright_options "${line[1]}")"
    _swright_offer "$cur" ""
}
complete -F _swright swright
)sh";

// --- zsh ---

/// Text inside the brackets of a specification of _arguments.
std::string zshText(const std::string& text) {
    std::string result;
    for (const char c : text)
        result += c == '[' || c == ']' || c == '\\' || c == ':' ? std::string("\\") + c : std::string(1, c);
    return result;
}

std::string zshAction(const CompletionChoice& choice) {
    if (choice.title == "BEHAVIOUR")
        return "_swright_behaviours";
    if (choice.title == "FAULT")
        return "_swright_faults";
    if (choice.isFile || choice.isFolder)
        return choice.isFile ? "_files" : "_files -/";
    if (!choice.words.empty() && choice.words.front().find("://") != std::string::npos)
        return "_swright_addresses";
    return choice.words.empty() ? " " : "(" + joinedWords(choice.words) + ")";
}

std::string zshSpecification(const CompletionChoice& option) {
    const std::string description = "[" + zshText(option.description) + "]";
    std::string text;
    for (const std::string& name : option.names) {
        const bool isLong = name.rfind("--", 0) == 0;
        std::string specification = option.isRepeatable ? "*" : "(" + joinedWords(option.names) + ")";
        specification += name + (!option.takesValue ? "" : isLong ? "=" : "+") + description;
        if (option.takesValue)
            specification += ":" + zshText(option.title) + ":" + zshAction(option);
        text += " \\\n            " + shellQuoted(specification);
    }
    return text;
}

/// A function that offers words; after some of them, the name of a file.
std::string zshWords(const std::string& name, const CompletionChoice& choice) {
    std::string text = name + "() {\n";
    if (!choice.filePrefixes.empty())
        text += "    local prefix\n    for prefix in " + joinedWords(choice.filePrefixes) +
                "; do\n        if compset -P \"$prefix\"; then _files; return; fi\n    done\n";
    std::string open;
    std::string whole;
    for (const std::string& word : choice.words)
        (word.back() == '=' || word.back() == '/' ? open : whole) += " " + shellQuoted(word);
    if (!open.empty())
        text += "    compadd -S '' --" + open + "\n";
    if (!whole.empty())
        text += "    compadd --" + whole + "\n";
    return text + "}\n";
}

/// The first option or argument whose value has that title, or is an address.
CompletionChoice findChoice(const std::vector<CompletionCommand>& commands, const std::string& action) {
    for (const CompletionCommand& command : commands) {
        for (const auto* list : {&command.options, &command.arguments}) {
            for (const CompletionChoice& choice : *list) {
                if (zshAction(choice) == action)
                    return choice;
            }
        }
    }
    return {};
}

// --- fish ---

std::string fishChoices(const CompletionChoice& choice) {
    if (!choice.filePrefixes.empty())
        return " -x -a " +
               shellQuoted("(_swright_after " + joinedWords(choice.filePrefixes) + ") " + joinedWords(choice.words));
    if (choice.isFile || choice.isFolder)
        return choice.isFile ? " -r -F" : " -x -a '(__fish_complete_directories)'";
    return choice.words.empty() ? " -x" : " -x -a " + shellQuoted(joinedWords(choice.words));
}

std::string fishOption(const CompletionChoice& option) {
    std::string text;
    for (const std::string& name : option.names)
        text += name.rfind("--", 0) == 0 ? " -l " + name.substr(2) : " -s " + name.substr(1);
    text += " -d " + shellQuoted(option.description);
    return option.takesValue ? text + fishChoices(option) : text;
}

constexpr const char* fishFunctions = R"sh(# files after a word such as rules= that has been typed
function _swright_after
    set -l token (string replace -r -- '^--[a-z-]+=' '' (commandline -ct))
    for prefix in $argv
        if string match -q -- "$prefix*" $token
            set -l begun (string replace -- $prefix '' $token)
            for path in $begun*
                test -d $path; and set path $path/
                echo $prefix$path
            end
        end
    end
end

# how many arguments stand before the one that is typed, of which options are none
function _swright_place
    set -l words (commandline -opc)
    set -l place 1
    set -l skips 0
    for word in $words[3..-1]
        if test $skips = 1
            set skips 0
        else if string match -q -- '-*' $word
            contains -- $word $argv[2..-1]; and set skips 1
        else
            set place (math $place + 1)
        end
    end
    test $place = $argv[1]
end
)sh";

} // namespace

std::string bashCompletion(const CLI::App& program) {
    const auto commands = completionCommands(program);
    std::string text =
        "# bash completion for swright\n_swright_commands='" + commandNames(commands) +
        " --help --version'\n\n# the options of the command $1\n_swright_options() {\n    case \"$1\" in\n";
    for (const CompletionCommand& command : commands)
        text += "    " + command.name + ") echo " + shellQuoted(joinedWords(command.optionNames())) + " ;;\n";
    text += "    esac\n}\n\n# what can stand after `COMMAND OPTION`, or as `COMMAND NUMBER`; false: nothing\n"
            "_swright_values() {\n    words= files= prefixes=\n    case \"$1\" in\n";
    for (const CompletionCommand& command : commands) {
        for (const auto* list : {&command.options, &command.arguments}) {
            for (const CompletionChoice& choice : *list)
                text += bashCase(command, choice);
        }
    }
    return text + "    *) return 1 ;;\n    esac\n}\n\n" + bashFunctions;
}

std::string zshCompletion(const CLI::App& program) {
    const auto commands = completionCommands(program);
    std::string text = "#compdef swright\n# zsh completion for swright\n";
    for (const char* name : {"_swright_behaviours", "_swright_faults", "_swright_addresses"})
        text += zshWords(name, findChoice(commands, name));
    text += "_swright() {\n    local -a commands\n    commands=(\n";
    for (const CompletionCommand& command : commands)
        text += "        " + shellQuoted(command.name + ":" + zshText(command.description)) + "\n";
    text += "    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n"
            "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in\n";
    for (const CompletionCommand& command : commands) {
        text += "    " + command.name + ")\n        _arguments";
        for (const CompletionChoice& option : command.options)
            text += zshSpecification(option);
        for (const CompletionChoice& argument : command.arguments)
            text += " \\\n            " +
                    shellQuoted(argument.names.front() + ":" + zshText(argument.title) + ":" + zshAction(argument));
        text += " ;;\n";
    }
    return text + "    esac\n}\n_swright \"$@\"\n";
}

std::string fishCompletion(const CLI::App& program) {
    std::string text = std::string("# fish completion for swright\n") + fishFunctions + "complete -c swright -f\n";
    for (const CompletionCommand& command : completionCommands(program)) {
        text += "complete -c swright -n __fish_use_subcommand -a " + command.name + " -d " +
                shellQuoted(command.description) + "\n";
        const std::string seen = "__fish_seen_subcommand_from " + command.name;
        std::vector<std::string> withValue;
        for (const CompletionChoice& option : command.options) {
            if (option.takesValue)
                withValue.insert(withValue.end(), option.names.begin(), option.names.end());
            text += "complete -c swright -n " + shellQuoted(seen) + fishOption(option) + "\n";
        }
        for (const CompletionChoice& argument : command.arguments) {
            std::string offered;
            if (argument.isFile)
                offered = " -F";
            else if (!argument.words.empty())
                offered = " -a " + shellQuoted(joinedWords(argument.words));
            else
                continue;
            text +=
                "complete -c swright -n " +
                shellQuoted(seen + "; and _swright_place " + argument.names.front() + " " + joinedWords(withValue)) +
                offered + "\n";
        }
    }
    return text;
}

} // namespace sw::cli
