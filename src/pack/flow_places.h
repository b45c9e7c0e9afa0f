// SPDX-License-Identifier: Apache-2.0
// What a flow looks up, how many cases may be somewhere at once, and which cases it starts. A part of the words of pack/flow.h; immutable once
// resolved.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expr.h"
#include "pack/portrait.h"

namespace banmo::pack {

// A row of a dataset whose fields expressions read as $<id>.<field>: the one whose fields are equal, in whose range a number lies, whose texts are
// alike. Empty if there is none, or (without `near`) more than one.
struct FlowFind {
  struct Match {
    std::string field;
    expr::Expression value;
  };
  struct Near {
    std::string field;
    expr::Expression value;
    int edits = 1;  // characters typed otherwise, at most
  };
  std::string id, dataset;
  std::vector<Match> match;
  std::optional<expr::Expression> between;  // lies from `from_field` up to and including `to_field`; an empty cell there is no bound
  std::string from_field, to_field;
  std::vector<Near> near;
  size_t first = 0, n_fields = 0;  // of the dataset's fields in Flow::context
  std::string where;
};

// How many cases that are alike in some fields may be in some states at once.
struct FlowQuota {
  std::string id;
  Title title;
  std::vector<std::string> by;     // the fields; a case in which one of them is empty has no place
  expr::Expression limit;          // reads fields of `by` alone, directly or through what it looks up; unknown is none
  std::vector<std::string> holds;  // the states
  std::string waits;               // the state in which cases stand in line; empty: there is no line
  std::string order;               // field by which they stand, the smallest first; empty: by the time of coming
  Title refusal;                   // the sentence when there is no place; empty: made of the title
  size_t left_at = 0;              // of $left.<id> in Flow::context
  std::string where;
  bool held_in(std::string_view state) const { return std::find(holds.begin(), holds.end(), state) != holds.end(); }
};

// A case of another flow that a move starts.
struct FlowStart {
  struct With {
    std::string field;  // of the other flow's subject
    expr::Expression value;
  };
  std::string flow, move;  // `move`: out of its first state, made at once; empty: it is left there to be filled in
  std::vector<With> with;
  std::string where;
};

}  // namespace banmo::pack
