// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/App.hpp>

#include <string>
#include <vector>

namespace sw::cli {

/// What can follow an option, or stand at the place of an argument; read off the program's own options.
struct CompletionChoice {
    std::vector<std::string> names; ///< `--behaviour`, `-b`; of an argument only its place, from 1
    std::string title;              ///< what the help calls its value: `FILE`
    std::string description;
    bool takesValue = false;
    bool isRepeatable = false;
    bool isFile = false;
    bool isFolder = false;
    std::vector<std::string> words;
    std::vector<std::string> filePrefixes; ///< those of the words that a file's name follows: `rules=`
};

struct CompletionCommand {
    std::string name;
    std::string description;
    std::vector<CompletionChoice> options;
    std::vector<CompletionChoice> arguments;

    std::vector<std::string> optionNames() const;
};

std::vector<CompletionCommand> completionCommands(const CLI::App& program);

/// With spaces between.
std::string joinedWords(const std::vector<std::string>& words);

} // namespace sw::cli
