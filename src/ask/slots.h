// SPDX-License-Identifier: Apache-2.0
// Inside the room: the tokens of a question sorted by what they are for. Which metric a value belongs to is decided later, by the composer.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ask/tokens.h"

namespace banmo::ask {

struct RawHaving {
  size_t metric = std::string::npos;  // token; npos: the question's own
  std::string op;
  double value = 0, to = 0;
  bool whole = false;   // beside the whole
  bool city = false;    // which was said to be the city
  bool change = false;  // of how the figure moved
  bool percent = false;
  std::string unit;  // of the count word behind the number, if it tells one
};

struct Slots {
  std::vector<Token> tokens;
  std::vector<size_t> metrics, nouns, values, orgs, dimensions, levels, times, fields, topics, unknown;
  std::set<size_t> grouped;  // dimensions and levels that are grouped by
  std::set<size_t> picked;   // of these, where one is wanted: 哪个
  std::set<size_t> negated;  // values, organisations, metrics, nouns that are to be left out
  std::vector<RawHaving> having;
  std::optional<int> top;
  std::string order;      // "desc", "asc", "good", "bad"; empty: none
  std::string direction;  // "up", "down", "any"; empty: no change is asked for
  std::string chart;
  std::string unit;             // of what 多少所 counts
  std::string own;              // level of 本校
  int streak = -1;              // 0: without a number
  bool far_from_whole = false;  // a threshold so and so far above or below the whole
  std::set<Role> said;

  bool says(Role role) const { return said.contains(role); }
};

Slots sort_out(const Lexicon& lexicon, const Folded& text, std::vector<Token> tokens);

}  // namespace banmo::ask
