// SPDX-License-Identifier: Apache-2.0
// In whose absence somebody acts. Inside the room; immutable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flows/book.h"

namespace banmo::flows {

struct Deputy {
  std::string account;  // of whoever is absent
  std::shared_ptr<const directory::Principal> absent;
  std::vector<std::string> flows;  // empty: all

  bool is_for(std::string_view flow) const;
  // The absent person's grant by which a role of the flow is held for a row. A role of one person or of a guardian is not handed on.
  std::optional<directory::Grant> holds(const pack::FlowRole& role, const Running& running, const sql::Values& row,
                                        const directory::OrgTree& tree) const;
};
using DeputiesPtr = std::shared_ptr<const std::vector<Deputy>>;

}  // namespace banmo::flows
