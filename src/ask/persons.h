// SPDX-License-Identifier: Apache-2.0
// Inside the room: what may be the name of a person in a question. Nothing of it is kept, and no question with one leaves the house. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ask/tokens.h"

namespace banmo::ask {

struct NameSpan {
  size_t begin = 0, end = 0;  // of the folded text
  bool sure = false;          // a name and no word that might be taught: the question is about a person
};

// What nothing explains and begins as a Chinese name does, and whatever nothing explains in a question that speaks of one person. Rather too much
// than too little.
std::vector<NameSpan> names_in(const Folded& text, const std::vector<Token>& tokens);
// 李局长, 王老师: said of an office, not asked about.
bool is_title(std::u32string_view behind_surname);
// With *** in their place.
std::string starred(std::string_view question, const Folded& text, const std::vector<NameSpan>& names);

}  // namespace banmo::ask
