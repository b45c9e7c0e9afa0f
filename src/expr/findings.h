// SPDX-License-Identifier: Apache-2.0
// Collects what is wrong with a text, each finding at its line and column, and makes one Error of them. Private to the room.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "expr/expr.h"

namespace banmo::expr {

class Findings {
 public:
  Findings(std::string_view text, std::string_view where) : text_(text), where_(where) {}
  void add(size_t offset, std::string id, Message message);
  bool empty() const { return all_.empty(); }
  Error error() const;  // all findings, by position, in Error::details

 private:
  std::string place(size_t offset) const;

  std::string_view text_;
  std::string_view where_;
  std::multimap<size_t, Error> all_;  // by offset
};

Message type_name(Type type);  // 整数, integer

// "; did you mean x?" in both languages, or nothing, by edit distance over code points.
Message suggestion(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace banmo::expr
