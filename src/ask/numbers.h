// SPDX-License-Identifier: Apache-2.0
// Numbers as people say them, at a place in a folded text: 12, 1.5万, 六十, 百分之八十, 六成, 四分之一, 一半, 85%. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace banmo::ask {

struct Number {
  double value = 0;
  size_t length = 0;     // characters taken
  bool percent = false;  // said as a part of the whole: the value is 0..100
};

// nullopt if no number begins at `at`. A word of which a numeral is only the beginning ("一贯", "万兆") is for the caller to weigh.
std::optional<Number> number_at(std::u32string_view text, size_t at);

}  // namespace banmo::ask
