// SPDX-License-Identifier: Apache-2.0
// Names and types: resolves fields and functions, puts conversions in, proves that no number overflows. Private to the room.
#pragma once

#include <string>
#include <vector>

#include "expr/findings.h"
#include "expr/node.h"

namespace banmo::expr {

// A field as an expression may write it: in full ("r.item") or, in a Select, without its table's alias.
struct Name {
  std::string full;
  std::string brief;
  Type type = Type::text;
};

class Checker {
 public:
  Checker(const std::vector<Name>& names, const std::vector<Function>& functions, Findings& findings)
      : names_(names), functions_(functions), findings_(findings) {}

  // Types the tree in place. `aggregates` says whether an aggregate may stand here. False with findings.
  bool check(NodePtr& node, bool aggregates);
  // The same for a condition: it must be boolean.
  bool check_condition(NodePtr& node, bool aggregates);
  // Refuses fields that stand neither inside an aggregate nor in `group`.
  void check_grouping(const Node& node, const std::vector<NodePtr>& group, const Message& hint);

 private:
  bool visit(NodePtr& node);
  bool visit_children(Node& node);
  bool type_of(NodePtr& node);
  bool field(Node& node);
  bool arithmetic(NodePtr& node);
  bool negate(NodePtr& node);
  bool comparison(NodePtr& node);
  bool logic(Node& node);
  bool texts(Node& node);
  bool case_when(Node& node);
  bool branches(Node& node);
  bool call(NodePtr& node);
  bool kernel_call(NodePtr& node);
  bool kernel_argument(const Node& call, NodePtr& argument, size_t index);
  bool custom_call(Node& node);
  bool aggregate(Node& node);
  bool count_arguments(const Node& node, size_t least, size_t most);
  bool bound(Node& node);
  bool refuse(size_t offset, std::string id, Message message);
  bool refuse_type(const Node& node, const std::string& zh_wanted, const std::string& en_wanted);

  const std::vector<Name>& names_;
  const std::vector<Function>& functions_;
  Findings& findings_;
  bool aggregates_ = false;
  bool inside_aggregate_ = false;
};

}  // namespace banmo::expr
