// SPDX-License-Identifier: Apache-2.0
// Flows: what they look up, quotas, cases that they start.
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

using Find = DraftFlow::Find;
using Near = DraftFlow::Near;
using Quota = DraftFlow::Quota;
using Start = DraftFlow::Start;

// field: expression
void read_pairs(const yaml::Node& node, std::string_view what, std::vector<std::pair<Text, Text>>& out, Findings& findings) {
  if (!require_map(node, what, findings)) return;
  for (const auto& [key, value] : node.members()) {
    auto& [field, text] = out.emplace_back();
    field = {key.scalar(), key.where()};
    read_into(value, text, findings);
  }
}

constexpr std::array<Key<Find>, 3> kBetweenKeys{
    {{"value", member<&Find::between>, true}, {"from", member<&Find::from>, true}, {"to", member<&Find::to>, true}}};

constexpr std::array<Key<Near>, 2> kNearKeys{{
    {"value", member<&Near::value>, true},
    {"edits", [](Near& out, const yaml::Node& value, Findings& findings) { read_into(value, out.edits, findings); }},
}};

void read_near(Find& out, const yaml::Node& node, Findings& findings) {
  if (!require_map(node, "near", findings)) return;
  for (const auto& [key, value] : node.members()) {
    Near& near = out.near.emplace_back();
    near.field = {key.scalar(), key.where()};
    read_map<Near>(value, "near", kNearKeys, near, findings);
  }
}

constexpr std::array<Key<Find>, 4> kFindKeys{{
    {"of", member<&Find::of>, true},
    {"match", [](Find& out, const yaml::Node& value, Findings& findings) { read_pairs(value, "match", out.match, findings); }, true},
    {"between", [](Find& out, const yaml::Node& value, Findings& findings) { read_map<Find>(value, "between", kBetweenKeys, out, findings); }},
    {"near", [](Find& out, const yaml::Node& value, Findings& findings) { read_near(out, value, findings); }},
}};

constexpr std::array<Key<Quota>, 10> kQuotaKeys{{
    {"id", [](Quota& out, const yaml::Node& value, Findings& findings) { read_id(value, out.quota.id, findings); }, true},
    {"title", [](Quota& out, const yaml::Node& value, Findings& findings) { read_into(value, out.quota.title.zh, findings); }, true},
    {"title_en", [](Quota& out, const yaml::Node& value, Findings& findings) { read_into(value, out.quota.title.en, findings); }},
    {"by", member<&Quota::by>, true},
    {"limit", member<&Quota::limit>, true},
    {"holds", member<&Quota::holds>, true},
    {"waits", member<&Quota::waits>},
    {"order", member<&Quota::order>},
    {"refusal", [](Quota& out, const yaml::Node& value, Findings& findings) { read_into(value, out.quota.refusal.zh, findings); }},
    {"refusal_en", [](Quota& out, const yaml::Node& value, Findings& findings) { read_into(value, out.quota.refusal.en, findings); }},
}};

constexpr std::array<Key<Start>, 3> kStartKeys{{
    {"start", member<&Start::flow>, true},
    {"move", member<&Start::move>},
    {"with", [](Start& out, const yaml::Node& value, Findings& findings) { read_pairs(value, "with", out.with, findings); }, true},
}};

}  // namespace

void read_flow_finds(const yaml::Node& node, DraftFlow& out, Findings& findings) {
  if (!require_map(node, "finds", findings)) return;
  for (const auto& [key, value] : node.members()) {
    Find& find = out.finds.emplace_back();
    find.find.where = key.where();
    read_id(key, find.find.id, findings);
    read_map<Find>(value, "find", kFindKeys, find, findings);
  }
}

void read_flow_quotas(const yaml::Node& node, DraftFlow& out, Findings& findings) {
  if (!require_sequence(node, "quotas", findings)) return;
  for (const yaml::Node& item : node.items()) {
    Quota& quota = out.quotas.emplace_back();
    quota.quota.where = item.where();
    read_map<Quota>(item, "quota", kQuotaKeys, quota, findings);
  }
}

void read_flow_start(const yaml::Node& node, DraftFlow::Move& out, Findings& findings) {
  Start& start = out.starts.emplace_back();
  start.start.where = node.where();
  read_map<Start>(node, "start", kStartKeys, start, findings);
}

// Expressions with their exact places.
void place_texts(DraftFlow& flow, const Source& source) {
  const auto pairs = [&](std::vector<std::pair<Text, Text>>& all) {
    for (auto& [field, value] : all) value = exact_text(value, source);
  };
  for (Find& find : flow.finds) {
    pairs(find.match);
    find.between = exact_text(find.between, source);
    for (Near& near : find.near) near.value = exact_text(near.value, source);
  }
  for (Quota& quota : flow.quotas) quota.limit = exact_text(quota.limit, source);
  for (DraftFlow::Move& move : flow.moves)
    for (Start& start : move.starts) pairs(start.with);
}

}  // namespace banmo::pack
