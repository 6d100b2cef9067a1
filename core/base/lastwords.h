// SPDX-License-Identifier: MIT
#pragma once

namespace sw {

/// What nobody catches (no memory, no thread, anywhere in the program) ends with a sentence on standard error and
/// status 1, instead of an abort with a core file. Once, in main(); it holds for all threads where the
/// C++ library has one handler for the program (not with Microsoft's).
void endWithASentence();

} // namespace sw
