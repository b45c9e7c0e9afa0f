// SPDX-License-Identifier: Apache-2.0
// A word of a pack's text with its place. Private to the room.
#pragma once

#include <string>

namespace banmo::pack {

// A word or expression and the place where it stands. Absent if `where` is empty.
struct Text {
  std::string text;
  std::string where;
  explicit operator bool() const { return !where.empty(); }
};

}  // namespace banmo::pack
