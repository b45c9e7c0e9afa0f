// SPDX-License-Identifier: Apache-2.0
// Conversions that the checker puts into the tree: text literals to dates, instants to local dates, integers and decimal columns to IEEE doubles.
// Private to the room.
#pragma once

#include <string>
#include <vector>

#include "expr/findings.h"
#include "expr/node.h"

namespace banmo::expr {

// Operands that must have one type; each may be replaced by a conversion of itself.
using Operands = std::vector<NodePtr*>;

NodePtr wrap(Op op, NodePtr child);
void make_real(NodePtr& node);          // to an IEEE double; the type stays
void make_whole(NodePtr& node);         // a real integer to 64 bits
void make_date(NodePtr& node);          // an instant to its local date
void type_null(Node& node, Type type);  // what is always null becomes a null of this type
void finish(NodePtr& node);             // the form that leaves an expression: integers are 64-bit, decimals are columns or doubles

// A text literal to the date or instant it holds. False with a finding if it holds none.
bool make_dated(NodePtr& node, Findings& findings);

// Makes operands comparable; false with a finding if they are not. Afterwards all have one type and, if numbers, stand alike in SQL.
bool align_for_comparison(const Operands& operands, Findings& findings);
// Makes branches (case, coalesce, least, ...) one type, and gives it; numbers of mixed kind become doubles.
bool align_branches(const Operands& operands, Type& type, Rep& rep, Findings& findings);

}  // namespace banmo::expr
