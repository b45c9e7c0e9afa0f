// SPDX-License-Identifier: Apache-2.0
// A move that gives an organisation access to a part of a dataset: where in the case it stands what, to whom, how and until when. What the fields
// hold is checked when the move is made (room shares). A part of the words of pack/flow.h; immutable once resolved.
#pragma once

#include <string>
#include <string_view>

namespace banmo::pack {

struct FlowShare {
  std::string to;       // org field: who receives it
  std::string dataset;  // text field: which dataset, by its id or title
  std::string fields;   // text field: which of its fields, by id or title, between commas
  std::string org;      // org field: of which organisation, with all below it
  std::string way;      // code field with the codes of kShareWays
  std::string until;    // date field (the last day) or datetime field
  std::string purpose;  // text field
  std::string says;     // text field that takes what was opened, in words: a letter says the same; empty: none
  int max_days = 366;   // from the move on, 1..1096
  std::string where;
};

inline constexpr std::string_view kShareWays[] = {"api", "file", "figures"};
inline constexpr int kMaxShareDays = 1096;

}  // namespace banmo::pack
