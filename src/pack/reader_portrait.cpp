// SPDX-License-Identifier: Apache-2.0
// Portraits: which rows of a person, against which standard, with which words.
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

using Band = Portrait::Band;
using Item = Portrait::Item;

constexpr std::array<Key<DraftPortrait>, 5> kStandardKeys{{
    {"of", member<&DraftPortrait::standard>, true},
    {"match", member<&DraftPortrait::match>, true},
    {"from", member<&DraftPortrait::from>, true},
    {"below", member<&DraftPortrait::below>, true},
    {"score", member<&DraftPortrait::score>, true},
}};

constexpr std::array<Key<DraftPortrait>, 5> kTotalKeys{{
    {"of", member<&DraftPortrait::total>, true},
    {"value", member<&DraftPortrait::total_value>, true},
    {"level", member<&DraftPortrait::total_level>},
    {"unit", [](DraftPortrait& out, const yaml::Node& value, Findings& findings) { read_into(value, out.portrait.total.unit.zh, findings); }},
    {"unit_en", [](DraftPortrait& out, const yaml::Node& value, Findings& findings) { read_into(value, out.portrait.total.unit.en, findings); }},
}};

constexpr std::array<Key<Band>, 5> kBandKeys{{
    {"from", [](Band& out, const yaml::Node& value, Findings& findings) { read_into(value, out.from, findings); }, true},
    {"title", [](Band& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.zh, findings); }, true},
    {"title_en", [](Band& out, const yaml::Node& value, Findings& findings) { read_into(value, out.title.en, findings); }},
    {"say", [](Band& out, const yaml::Node& value, Findings& findings) { read_into(value, out.say.zh, findings); }, true},
    {"say_en", [](Band& out, const yaml::Node& value, Findings& findings) { read_into(value, out.say.en, findings); }},
}};

constexpr std::array<Key<Item>, 4> kItemKeys{{
    {"unit", [](Item& out, const yaml::Node& value, Findings& findings) { read_into(value, out.unit.zh, findings); }},
    {"unit_en", [](Item& out, const yaml::Node& value, Findings& findings) { read_into(value, out.unit.en, findings); }},
    {"practise", [](Item& out, const yaml::Node& value, Findings& findings) { read_into(value, out.practise.zh, findings); }, true},
    {"practise_en", [](Item& out, const yaml::Node& value, Findings& findings) { read_into(value, out.practise.en, findings); }},
}};

void read_bands(DraftPortrait& out, const yaml::Node& node, Findings& findings) {
  if (!require_sequence(node, "bands", findings)) return;
  for (const yaml::Node& item : node.items()) {
    Band band;
    read_map<Band>(item, "band", kBandKeys, band, findings);
    if (!out.portrait.bands.empty() && band.from >= out.portrait.bands.back().from)
      findings.add("band_order", {"bands 须从高到低排列", "bands go from the best down"}, item.where());
    out.portrait.bands.push_back(std::move(band));
  }
  if (out.portrait.bands.empty() || out.portrait.bands.back().from > 0)
    findings.add("band_order", {"最后一档须从 0 开始，使每个得分都有一句话", "the last band begins at 0, so that every score has its sentence"},
                 node.where());
}

void read_items(DraftPortrait& out, const yaml::Node& node, Findings& findings) {
  if (!require_map(node, "items", findings)) return;
  for (const auto& [key, value] : node.members()) {
    Item item;
    item.code = key.scalar();
    read_map<Item>(value, "item", kItemKeys, item, findings);
    out.items.push_back({item.code, key.where()});
    out.portrait.items.push_back(std::move(item));
  }
}

constexpr std::array<Key<DraftPortrait>, 10> kPortraitKeys{{
    {"id", [](DraftPortrait& out, const yaml::Node& value, Findings& findings) { read_id(value, out.portrait.id, findings); }, true},
    {"title", [](DraftPortrait& out, const yaml::Node& value, Findings& findings) { read_into(value, out.portrait.title.zh, findings); }, true},
    {"title_en", [](DraftPortrait& out, const yaml::Node& value, Findings& findings) { read_into(value, out.portrait.title.en, findings); }},
    {"of", member<&DraftPortrait::dataset>, true},
    {"item", member<&DraftPortrait::item>, true},
    {"value", member<&DraftPortrait::value>, true},
    {"standard",
     [](DraftPortrait& out, const yaml::Node& value, Findings& findings) {
       read_map<DraftPortrait>(value, "standard", kStandardKeys, out, findings);
     },
     true},
    {"total",
     [](DraftPortrait& out, const yaml::Node& value, Findings& findings) { read_map<DraftPortrait>(value, "total", kTotalKeys, out, findings); }},
    {"bands", read_bands, true},
    {"items", read_items, true},
}};

}  // namespace

DraftPortrait read_portrait(const yaml::Node& node, Findings& findings) {
  DraftPortrait out;
  out.portrait.where = node.where();
  read_map<DraftPortrait>(node, "portrait", kPortraitKeys, out, findings);
  return out;
}

}  // namespace banmo::pack
