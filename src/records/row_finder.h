// SPDX-License-Identifier: Apache-2.0
// One row of a dataset by what stands in it, for the program itself and beyond any reader's scope: what a flow looks up. A whole key is asked as
// every row by its key, with the edits that wait in the journal; anything else of the warehouse, which an edit reaches within a second or two.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "records/editor.h"

namespace banmo::records {

class RowIndexes;

struct RowQuestion {
  struct Equal {
    std::string field;
    sql::Value value;
  };
  struct Near {
    std::string field, text;
    size_t edits = 1;  // characters typed otherwise, at most
  };
  std::vector<Equal> equal = {};  // sealed fields too, by their blind index
  std::string from_field = {},
              to_field = {};  // `between` lies from the one up to and including the other; an empty cell is no bound. Empty: no range
  sql::Value between = {};
  std::vector<Near> near = {};
  std::string but = {};  // the key of a row that is not meant
};

// The row's values by field, sealed ones in the clear. Nothing: there is none, there is more than one (with `near` it is the first by key), or
// something asked for is null.
Result<std::optional<sql::Values>> unscoped_find_row(Engine& engine, Editor& editor, RowIndexes& indexes, std::string_view dataset,
                                                     const RowQuestion& question);

}  // namespace banmo::records
