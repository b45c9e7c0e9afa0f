// SPDX-License-Identifier: Apache-2.0
// What other departments are asked.
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

using Lookup = DraftLookup;

constexpr std::array<Key<Lookup>, 13> kLookupKeys{{
    {"id", [](Lookup& out, const yaml::Node& value, Findings& findings) { read_id(value, out.lookup.id, findings); }, true},
    {"title", [](Lookup& out, const yaml::Node& value, Findings& findings) { read_into(value, out.lookup.title.zh, findings); }, true},
    {"title_en", [](Lookup& out, const yaml::Node& value, Findings& findings) { read_into(value, out.lookup.title.en, findings); }},
    {"purpose", [](Lookup& out, const yaml::Node& value, Findings& findings) { read_into(value, out.lookup.purpose, findings); }, true},
    {"send", member<&Lookup::send>, true},
    {"get",
     [](Lookup& out, const yaml::Node& value, Findings& findings) {
       if (!require_map(value, "get", findings)) return;
       for (const auto& [key, item] : value.members()) read_into(item, out.get.emplace_back(key.scalar(), Text{}).second, findings);
     }},
    {"sets", member<&Lookup::sets>, true},
    {"timeout", [](Lookup& out, const yaml::Node& value, Findings& findings) { read_into(value, out.lookup.timeout_s, findings); }},
    {"retry", [](Lookup& out, const yaml::Node& value, Findings& findings) { read_into(value, out.lookup.n_retries, findings); }},
    {"cache", [](Lookup& out, const yaml::Node& value, Findings& findings) { read_into(value, out.lookup.cache_days, findings); }},
    {"consent", member<&Lookup::consent>},
    {"when", member<&Lookup::when>},
    {"sign",
     [](Lookup& out, const yaml::Node& value, Findings& findings) {
       constexpr std::array<std::string_view, 2> kSigns{"hmac", "sm2"};
       if (const auto sign = read_word(value, "sign", kSigns, findings)) out.lookup.sign = static_cast<FlowLookup::Sign>(*sign);
     },
     true},
}};

}  // namespace

DraftLookup read_lookup(const yaml::Node& node, const Source& source, Findings& findings) {
  DraftLookup out;
  out.lookup.where = node.where();
  read_map<Lookup>(node, "lookup", kLookupKeys, out, findings);
  out.when = exact_text(out.when, source);
  return out;
}

}  // namespace banmo::pack
