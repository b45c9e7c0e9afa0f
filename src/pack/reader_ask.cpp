// SPDX-License-Identifier: Apache-2.0
// Questions that a pack offers: what can be asked of its figures.
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

constexpr std::array<Key<DraftExample>, 2> kExampleKeys{{
    {"roles", member<&DraftExample::roles>, true},
    {"question", [](DraftExample& out, const yaml::Node& value, Findings& findings) { read_into(value, out.example.question, findings); }, true},
}};

constexpr std::array<Key<DraftPack>, 1> kAskKeys{{
    {"examples",
     [](DraftPack& out, const yaml::Node& value, Findings& findings) {
       if (!require_sequence(value, "examples", findings)) return;
       for (const yaml::Node& item : value.items()) {
         DraftExample& one = out.examples.emplace_back();
         one.example.where = item.where();
         read_map<DraftExample>(item, "examples", kExampleKeys, one, findings);
       }
     }},
}};

}  // namespace

void read_ask(const yaml::Node& node, DraftPack& out, Findings& findings) { read_map<DraftPack>(node, "ask", kAskKeys, out, findings); }

}  // namespace banmo::pack
