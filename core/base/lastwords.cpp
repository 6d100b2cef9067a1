// SPDX-License-Identifier: MIT
#include "core/base/lastwords.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <system_error>

namespace sw {

namespace {

/// Without memory: nothing here takes any.
[[noreturn]] void sayAndEnd() noexcept {
    const char* why = "an error that nobody expected";
    try {
        if (const std::exception_ptr thrown = std::current_exception())
            std::rethrow_exception(thrown);
    } catch (const std::bad_alloc&) {
        why = "there is not enough memory. End other programs, or allow this one more (`ulimit -v`)";
    } catch (const std::system_error&) {
        why = "the system starts no more threads for this user. End other programs, or raise the limit (`ulimit -u`)";
    } catch (...) { // NOLINT(bugprone-empty-catch): it has a name already
    }
    std::fputs("The program ends: ", stderr);
    std::fputs(why, stderr);
    std::fputs(".\n", stderr);
    std::_Exit(EXIT_FAILURE);
}

} // namespace

void endWithASentence() {
    std::set_terminate(sayAndEnd);
}

} // namespace sw
