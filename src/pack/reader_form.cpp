// SPDX-License-Identifier: Apache-2.0
// Forms of flows, and the periods that flows close.
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

using Locks = DraftFlow::Locks;

// Fields under a heading, asked together.
struct Part {
  Title title;
  Text when;
  std::vector<DraftInput> fields;
};

constexpr std::array<Key<DraftInput>, 3> kInputKeys{
    {{"f", member<&DraftInput::field>, true}, {"required", member<&DraftInput::required>}, {"when", member<&DraftInput::when>}}};

void read_input(const yaml::Node& item, DraftInput& out, Findings& findings) {
  if (item.kind() == yaml::Kind::map)
    read_map<DraftInput>(item, "form", kInputKeys, out, findings);
  else
    read_into(item, out.field, findings);
}

constexpr std::array<Key<Part>, 4> kPartKeys{{
    {"part", [](Part& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.zh, findings); }, true},
    {"part_en", [](Part& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.en, findings); }},
    {"when", member<&Part::when>},
    {"fields",
     [](Part& out, const yaml::Node& value, Findings& findings) {
       if (!require_sequence(value, "fields", findings)) return;
       for (const yaml::Node& item : value.items()) read_input(item, out.fields.emplace_back(), findings);
     },
     true},
}};

struct Level {
  FlowLockLevel level;
  std::vector<Text> roles;
};

constexpr std::array<Key<Level>, 3> kLevelKeys{{
    {"title", [](Level& out, const yaml::Node& value, Findings& findings) { read_into(value, out.level.title.zh, findings); }, true},
    {"title_en", [](Level& out, const yaml::Node& value, Findings& findings) { read_into(value, out.level.title.en, findings); }},
    {"roles", member<&Level::roles>, true},
}};

constexpr std::array<Key<Locks>, 3> kLockKeys{{
    {"period", member<&Locks::period>, true},
    {"by", member<&Locks::by>, true},
    {"levels",
     [](Locks& out, const yaml::Node& value, Findings& findings) {
       if (!require_map(value, "levels", findings)) return;
       for (const auto& [key, item] : value.members()) {
         Level level;
         read_id(key, level.level.id, findings);
         read_map<Level>(item, "level", kLevelKeys, level, findings);
         out.locks.levels.push_back(std::move(level.level));
         out.roles.push_back(std::move(level.roles));
       }
     },
     true},
}};

}  // namespace

// A list of fields: an id; {f: opinion, required: true, when: "kind = 'C'"}; or fields under a heading, {part: 住房, when: …, fields: […]}.
void read_form(const yaml::Node& node, std::vector<DraftInput>& out, Findings& findings) {
  if (!require_sequence(node, "form", findings)) return;
  for (const yaml::Node& item : node.items()) {
    if (item.kind() != yaml::Kind::map || item.find("part") == nullptr) {
      read_input(item, out.emplace_back(), findings);
      continue;
    }
    Part part;
    read_map<Part>(item, "part", kPartKeys, part, findings);
    for (DraftInput& input : part.fields) {
      input.part = part.title;
      input.part_when = part.when;
      out.push_back(std::move(input));
    }
  }
}

void read_flow_locks(const yaml::Node& node, DraftFlow& out, Findings& findings) {
  Locks& locks = out.locks.emplace();
  locks.locks.where = node.where();
  read_map<Locks>(node, "locks", kLockKeys, locks, findings);
}

}  // namespace banmo::pack
