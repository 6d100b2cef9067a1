// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/transcript/record.h"

namespace sw::ui {

/// The sentence of an event in the window's language, or the text of a note.
QString eventText(const RecordView& record);
QString eventText(const Sentence& sentence);
/// What an error says to people, likewise.
QString errorText(const Error& error);

} // namespace sw::ui
