// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/App.hpp>

#include <limits>
#include <string>
#include <vector>

namespace sw::cli {

// What options take. Each check says in one sentence what is accepted and what was given; usageMessage() puts the name
// of the option before it.

/// A whole number of this range.
CLI::Validator wholeNumber(unsigned long long least,
                           unsigned long long most = std::numeric_limits<unsigned long long>::max());

/// The name of a file: not empty, as an unset variable of a shell gives.
CLI::Validator fileName();

/// A decimal number of `least` or more.
CLI::Validator decimalNumber(double least);

enum class Case { Matters, Ignored };

/// One of these words; the completions offer them.
CLI::Validator oneOf(const std::vector<std::string>& words, Case letters = Case::Matters);

/// What a wrong command line is answered with: one sentence, and where to find more. Text of the command line is shown
/// as text, whatever it holds.
std::string usageMessage(const CLI::App& program, const CLI::Error& error);

} // namespace sw::cli
