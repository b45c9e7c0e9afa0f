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

constexpr std::array<Key<DraftChoose>, 9> kChooseKeys{{
    {"dataset", member<&DraftChoose::dataset>},
    {"value", member<&DraftChoose::value>},
    {"title", member<&DraftChoose::title>},
    {"org", member<&DraftChoose::org>},
    {"in", member<&DraftChoose::in>},
    {"match",
     [](DraftChoose& out, const yaml::Node& value, Findings& findings) {
       if (!require_map(value, "match", findings)) return;
       for (const auto& [key, item] : value.members()) {
         auto& [field, text] = out.match.emplace_back();
         field = {key.scalar(), key.where()};
         read_into(item, text, findings);
       }
     }},
    {"orgs", member<&DraftChoose::orgs>},
    {"fields", member<&DraftChoose::fields>},
    {"many", member<&DraftChoose::many>},
}};

// choose: datasets, or a map whose first word says from what: {dataset: …}, {orgs: district}, {fields: …}.
void read_choose(DraftInput& out, const yaml::Node& value, Findings& findings) {
  DraftChoose& choose = out.choose.emplace();
  choose.where = value.where();
  if (value.kind() != yaml::Kind::map) {
    constexpr std::array<std::string_view, 1> kWords{"datasets"};
    if (read_word(value, "choose", kWords, findings)) choose.from = FlowChoose::From::datasets;
    return;
  }
  read_map<DraftChoose>(value, "choose", kChooseKeys, choose, findings);
  const bool from_orgs = !choose.orgs.empty(), from_fields = bool(choose.fields);
  choose.from = from_orgs ? FlowChoose::From::orgs : from_fields ? FlowChoose::From::fields : FlowChoose::From::rows;
  if (int{bool(choose.dataset)} + int{from_orgs} + int{from_fields} != 1)
    findings.add(
        "flow_choose",
        {"choose 须恰写一个来源：dataset、orgs、fields，或 choose: datasets", "choose names one source: dataset, orgs, fields, or choose: datasets"},
        choose.where);
  const bool has_rows = choose.value || choose.title || choose.org || !choose.match.empty();
  if (choose.from != FlowChoose::From::rows && (has_rows || (from_fields && choose.in)))
    findings.add(
        "flow_choose",
        {"value、title、org、match 只用于 dataset，in 用于 dataset 和 orgs", "value, title, org and match belong to dataset, in to dataset and orgs"},
        choose.where);
}

constexpr std::array<Key<DraftInput>, 4> kInputKeys{{{"f", member<&DraftInput::field>, true},
                                                     {"required", member<&DraftInput::required>},
                                                     {"when", member<&DraftInput::when>},
                                                     {"choose", read_choose}}};

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
