// SPDX-License-Identifier: Apache-2.0
// Text to tree: the grammar, nothing about types. Stops at the first finding. Private to the room.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "expr/findings.h"
#include "expr/node.h"

namespace banmo::expr {

struct SelectItem {
  NodePtr node;
  std::string name;  // the alias, or the field's name, or empty
  size_t offset = 0;
};
struct SelectSource {
  std::string table;
  std::string alias;
  bool left = false;  // left join
  NodePtr on;         // empty for the driving one
  size_t offset = 0;
};
struct SelectTree {
  std::vector<SelectItem> items;
  std::vector<SelectSource> sources;
  NodePtr where;
  std::vector<NodePtr> group;
  NodePtr having;
  // Filled by the checker: what Node::field counts.
  struct Column {
    size_t source = 0;
    std::string name;
  };
  std::vector<Column> columns;
};

using Parameters = std::map<std::string, sql::Value>;

// Empty (with a finding) if the text is not one expression.
NodePtr parse_expression(std::string_view text, const Parameters& parameters, Findings& findings);
// False (with a finding) if the text is not one SELECT.
bool parse_select(std::string_view text, const Parameters& parameters, Findings& findings, SelectTree& tree);

}  // namespace banmo::expr
