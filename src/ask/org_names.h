// SPDX-License-Identifier: Apache-2.0
// The forms in which people name an organisation: without the city's and the district's name before it or 区 and 市 behind it, "第二中学" as "二中",
// with the other names that a reference table of a pack gives to its code. Pure.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "directory/org_tree.h"
#include "pack/pack.h"

namespace banmo::ask {

class OrgAliases {
 public:
  OrgAliases(const pack::Catalogue& catalogue, const directory::OrgTree& tree);
  // Folded, each with how far it is from the title: 0 the title, 1 an official other name, 3 a short form.
  std::vector<std::pair<std::u32string, int>> names_of(const directory::Org& org) const;

 private:
  std::vector<std::u32string> above(const directory::Org& org) const;
  const directory::OrgTree& tree_;
  std::multimap<std::string, std::string> by_code_;  // other names
};

}  // namespace banmo::ask
