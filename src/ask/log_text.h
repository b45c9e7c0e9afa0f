// SPDX-License-Identifier: Apache-2.0
// Inside the room: a question or a plan as the audit log may keep it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace banmo::ask {

// At most that many bytes, on one line. More than six digits in a row may be a person's number and are starred out: in any width, in Chinese
// numerals, and with blanks or dashes between them. Two years, a date and the id of an organisation stay.
std::string for_the_log(std::string_view text, size_t most_bytes);

}  // namespace banmo::ask
