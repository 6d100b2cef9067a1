// SPDX-License-Identifier: MIT
#include "app/cli/checks.h"

#include "app/cli/documents.h"
#include "core/payload/visibletext.h"

#include <QByteArray>
#include <QString>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace sw::cli {

namespace {

/// As much of an argument as a sentence takes.
std::string shown(const std::string& argument) {
    constexpr std::size_t most = 60;
    const std::string part = argument.size() <= most ? argument : argument.substr(0, most) + "…";
    return "“" + part + "”";
}

/// `a, b or c`
std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
    return text;
}

/// How many letters have to be added, taken away or changed (Levenshtein).
std::size_t distance(const std::string& left, const std::string& right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t(0));
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t changed = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

/// ` Did you mean X?`, or nothing.
std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
    constexpr std::size_t longest = 40;
    const std::string* best = nullptr;
    std::size_t least = word.size() > longest ? 0 : std::max<std::size_t>(word.size() / 3, 1) + 1;
    for (const std::string& one : known) {
        const std::size_t apart = word.size() > 2 && one.rfind(word, 0) == 0 ? 0 : distance(word, one);
        if (apart < least) {
            least = apart;
            best = &one;
        }
    }
    return best == nullptr ? std::string() : " Did you mean " + *best + "?";
}

bool isOption(const std::string& word) {
    return word.size() > 1 && word.front() == '-';
}

std::string commandSentence(const CLI::App& program) {
    std::vector<std::string> names;
    for (const CLI::App* command : visibleCommands(program))
        names.push_back(command->get_name());
    const auto rest = program.remaining();
    const auto unknown = std::find_if_not(rest.begin(), rest.end(), isOption);
    if (unknown != rest.end())
        return shown(*unknown) + " is no command of swright. There are: " + listed(names) + "." +
               suggestion(*unknown, names);
    if (!rest.empty())
        return shown(rest.front()) + " is no option of swright without a command. The commands are " + listed(names) +
               ".";
    return "A subcommand is required: " + listed(names) + ".";
}

/// A word too many, or an option that there is not.
std::string extraSentence(const CLI::App& command) {
    const auto rest = command.remaining(true);
    const std::string name = "swright " + command.get_name();
    if (rest.empty())
        return "There is an argument too many.";
    std::vector<std::string> options;
    std::vector<std::string> positionals;
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_positional())
            positionals.push_back(option->get_name(true));
        for (const std::string& one : option->get_lnames())
            options.push_back("--" + one);
    }
    const auto wrong = std::find_if(rest.begin(), rest.end(), isOption);
    if (wrong != rest.end()) {
        const std::string option = wrong->substr(0, wrong->find('='));
        return shown(option) + " is no option of " + name + "." + suggestion(option, options);
    }
    return shown(rest.front()) + " is one argument too many: " + name + " takes " +
           (positionals.empty() ? "none" : listed(positionals)) + ".";
}

void replaceFirst(std::string& text, const std::string& from, const std::string& to) {
    if (const std::size_t at = text.find(from); at != std::string::npos)
        text.replace(at, from.size(), to);
}

/// What CLI11 says, as a sentence.
std::string plainSentence(const CLI::App& command, const CLI::Error& error) {
    std::string text = error.what();
    const std::string kind = error.get_name();
    if (kind == "ValidationError") {
        replaceFirst(text, ": takes ", " takes ");
    } else if (kind == "ArgumentMismatch") {
        const std::size_t colon = text.find(':');
        if (text.find("required") != std::string::npos && colon != std::string::npos)
            text = text.substr(0, colon) + " needs a value";
    } else if (kind == "ExcludesError") {
        replaceFirst(text, " excludes ", " cannot stand beside ");
    } else if (kind == "RequiresError") {
        replaceFirst(text, " requires ", " needs ");
    } else if (kind == "RequiredError" && command.get_parent() != nullptr) {
        replaceFirst(text, " is required", " is missing: swright " + command.get_name() + " needs it");
    }
    return text.empty() || text.back() == '.' || text.back() == '?' ? text : text + ".";
}

} // namespace

CLI::Validator wholeNumber(unsigned long long least, unsigned long long most) {
    const std::string range = std::to_string(least) + " to " + std::to_string(most);
    const bool isOpen = most == std::numeric_limits<unsigned long long>::max();
    return {[least, most, range](std::string& text) {
                unsigned long long number = 0;
                const char* end = text.data() + text.size();
                const auto [stop, problem] = std::from_chars(text.data(), end, number);
                const bool ok =
                    !text.empty() && problem == std::errc() && stop == end && number >= least && number <= most;
                return ok ? std::string() : "takes " + range + ", not " + shown(text);
            },
            isOpen ? (least == 0 ? "" : "from " + std::to_string(least)) : range};
}

CLI::Validator fileName() {
    return {[](std::string& text) { return text.empty() ? std::string("takes the name of a file, not nothing") : ""; },
            ""};
}

CLI::Validator decimalNumber(double least) {
    return {[least](std::string& text) {
                bool ok = false;
                const double number = QByteArray::fromStdString(text).toDouble(&ok);
                return ok && std::isfinite(number) && number >= least
                           ? std::string()
                           : "takes a number from " + QByteArray::number(least).toStdString() + " on, not " +
                                 shown(text);
            },
            ""};
}

CLI::Validator oneOf(const std::vector<std::string>& words, Case letters) {
    std::string braced;
    for (const std::string& word : words)
        braced += (braced.empty() ? "{" : ",") + word;
    return {[words, letters](std::string& text) {
                const bool isKnown = std::any_of(words.begin(), words.end(), [&](const std::string& word) {
                    return letters == Case::Matters ? word == text
                                                    : CLI::detail::to_lower(word) == CLI::detail::to_lower(text);
                });
                return isKnown ? std::string()
                               : "takes " + listed(words) + ", not " + shown(text) + "." + suggestion(text, words);
            },
            braced + "}"};
}

namespace {

/// The library calls this error by the name of the command that it concerns.
bool isExtras(const CLI::Error& error) {
    return error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
}

} // namespace

std::string usageMessage(const CLI::App& program, const CLI::Error& error) {
    const auto chosen = program.get_subcommands();
    const CLI::App& command = chosen.empty() ? program : *chosen.front();
    std::string sentence;
    if (chosen.empty())
        sentence = error.get_name() == "RequiredError" || isExtras(error) ? commandSentence(program)
                                                                          : plainSentence(program, error);
    else if (isExtras(error))
        sentence = extraSentence(command);
    else
        sentence = plainSentence(command, error);
    const VisibleText visible = toVisibleText(QByteArray::fromStdString(sentence)); // arguments may hold anything
    return "swright: " + visible.text.toStdString() +
           "\nTry: " + (chosen.empty() ? "swright" : "swright " + command.get_name()) + " --help\n";
}

} // namespace sw::cli
