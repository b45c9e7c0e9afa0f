// SPDX-License-Identifier: Apache-2.0
// The tree as SQL. Private to the room; the public functions are in expr.h.
#pragma once

#include <functional>
#include <string>

#include "expr/node.h"

namespace banmo::expr {

// A literal that is an IEEE double in this dialect, whatever stands beside it.
std::string print_real(double value, sql::Dialect dialect);
// Errors: unsupported (a registered function without `print`), too_large (nested functions that repeat their argument).
Result<std::string> print_node(const Node& node, const PrintOptions& options);

}  // namespace banmo::expr
