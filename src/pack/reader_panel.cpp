// SPDX-License-Identifier: Apache-2.0
// Panels of a flow's states: who reviews, by which sheet, and how the score is made.
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

using Panel = DraftFlow::Panel;

constexpr std::array<Key<FlowSheetItem>, 4> kItemKeys{{
    {"id", [](FlowSheetItem& out, const yaml::Node& value, Findings& findings) { read_id(value, out.id, findings); }, true},
    {"title", [](FlowSheetItem& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.zh, findings); }, true},
    {"title_en", [](FlowSheetItem& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.en, findings); }},
    {"max", [](FlowSheetItem& out, const yaml::Node& value, Findings& findings) { read_into(value, out.max, findings); }, true},
}};

constexpr std::array<Key<Panel>, 8> kPanelKeys{{
    {"n", [](Panel& out, const yaml::Node& value, Findings& findings) { read_into(value, out.panel.n, findings); }, true},
    {"role", member<&Panel::role>, true},
    {"by", member<&Panel::by>, true},
    {"sheet",
     [](Panel& out, const yaml::Node& value, Findings& findings) {
       if (!require_sequence(value, "sheet", findings)) return;
       for (const yaml::Node& item : value.items()) read_map<FlowSheetItem>(item, "sheet", kItemKeys, out.panel.sheet.emplace_back(), findings);
     },
     true},
    {"hide", member<&Panel::hide>},
    {"drop_extremes", [](Panel& out, const yaml::Node& value, Findings& findings) { read_into(value, out.panel.drop_extremes, findings); }},
    {"normalise", [](Panel& out, const yaml::Node& value, Findings& findings) { read_into(value, out.panel.normalise, findings); }},
    {"result", member<&Panel::result>, true},
}};

}  // namespace

void read_panel(DraftFlow::State& out, const yaml::Node& node, Findings& findings) {
  Panel& panel = out.panel.emplace();
  panel.panel.where = node.where();
  read_map<Panel>(node, "panel", kPanelKeys, panel, findings);
}

}  // namespace banmo::pack
