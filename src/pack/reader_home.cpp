// SPDX-License-Identifier: Apache-2.0
// What stands on the home of some roles.
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

constexpr std::array<Key<DraftHome>, 4> kHomeKeys{{
    {"roles", member<&DraftHome::roles>, true},
    {"figures", member<&DraftHome::figures>},
    {"dashboards", member<&DraftHome::dashboards>},
    {"datasets", member<&DraftHome::datasets>},
}};

}  // namespace

DraftHome read_home(const yaml::Node& node, Findings& findings) {
  DraftHome out;
  out.part.where = node.where();
  read_map<DraftHome>(node, "home", kHomeKeys, out, findings);
  return out;
}

}  // namespace banmo::pack
