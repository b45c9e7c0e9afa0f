// SPDX-License-Identifier: Apache-2.0
// Inside the room: what the composer's steps hand to each other.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ask/tree.h"

namespace banmo::ask {

struct Candidate {
  std::string id;
  int penalty = 0;
  bool direct = true;  // named by the word itself, not by sharing a name
};
// A value as it stands in one metric: dimension and codes.
using Meaning = std::vector<Where>;
// Tokens of a kind of which there are none, and of the noun that is counted (npos: places to learn).
struct NoneOf {
  std::vector<size_t> kinds;
  size_t counted = std::string::npos;
};

// Tokens begin .. end - 1; end 0: there are none.
struct PlaceSpan {
  size_t begin = 0, end = 0;
};
struct Brief {
  size_t begin = 0, end = 0;
  std::u32string_view text = {};
  bool kind = false;  // 哪种, 每类 stood before it
};

struct NamedValues {
  std::map<std::string, int> mentions;    // by dimension
  std::map<std::string, Where> left_out;  // 不含…
  std::set<std::string> plain;            // dimensions that a value of theirs names
};

}  // namespace banmo::ask
