// SPDX-License-Identifier: MIT
#pragma once

namespace sw::ui {

/// Lets assistive technology and scripts read buffers: a buffer's name is its endpoint's, its text is what is visible.
/// Call it once, before the first buffer is shown.
void installBufferAccessibility();

} // namespace sw::ui
