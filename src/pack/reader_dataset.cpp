// SPDX-License-Identifier: Apache-2.0
// Datasets, their fields, rules and rows.
#include <algorithm>
#include <array>

#include "pack/reader.h"

namespace banmo::pack {

namespace {

constexpr std::array<std::string_view, 13> kTypes{"text", "int", "decimal", "bool", "date",  "datetime", "year",
                                                  "code", "org", "ref",     "idno", "phone", "state"};
constexpr std::array<std::string_view, 8> kOrgKinds{"city", "bureau", "district", "school", "grade", "class", "college", "enterprise"};
constexpr std::array<std::string_view, 4> kDatasetKinds{"entry", "reference", "derived", "event"};
constexpr std::array<std::string_view, 2> kSeverities{"error", "warn"};
constexpr std::array<std::string_view, 2> kRetainEnds{"delete", "anonymize"};

constexpr size_t kMaxPerDataset = 400;  // fields, and rules

bool too_many(size_t n, std::string_view what, const yaml::Node& node, Findings& findings) {
  if (n <= kMaxPerDataset) return false;
  findings.add("too_many",
               {in_quotes(what) + " 超过 400 项，请拆成几个数据集", in_quotes(what) + " has more than 400 entries: make several datasets of it"},
               node.where());
  return true;
}

bool is_mask(std::string_view mask) {
  if (mask == "hash" || mask == "*") return true;
  const size_t first = mask.find('*');
  const size_t last = mask.rfind('*');
  const auto digits = [](std::string_view part) {
    return part.size() <= 2 && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (first == std::string_view::npos || !digits(mask.substr(0, first)) || !digits(mask.substr(last + 1))) return false;
  return mask.substr(first, last - first + 1).find_first_not_of('*') == std::string_view::npos;
}

void read_mask(DraftField& out, const yaml::Node& value, Findings& findings) {
  read_into(value, out.field.mask, findings);
  if (is_mask(out.field.mask)) return;
  findings.add("bad_mask", {"掩码须是 hash、* 或 3****4 一类写法", "the mask must be hash, * or of the form 3****4"}, value.where());
}

void read_scale(DraftField& out, const yaml::Node& value, Findings& findings) {
  read_into(value, out.field.scale, findings);
  if (out.field.scale < 0 || out.field.scale > 6) findings.add("bad_scale", {"小数位数须在 0 到 6 之间", "scale must be 0..6"}, value.where());
}

constexpr std::array<Key<DraftField>, 20> kFieldKeys{{
    {"type",
     [](DraftField& out, const yaml::Node& value, Findings& findings) {
       if (const auto type = read_word(value, "type", kTypes, findings)) out.field.type = static_cast<FieldType>(*type);
       out.type = {value.scalar(), value.where()};
     },
     true},
    {"title", [](DraftField& out, const yaml::Node& value, Findings& findings) { read_into(value, out.field.title.zh, findings); }, true},
    {"title_en", [](DraftField& out, const yaml::Node& value, Findings& findings) { read_into(value, out.field.title.en, findings); }},
    {"required", [](DraftField& out, const yaml::Node& value, Findings& findings) { read_into(value, out.field.required, findings); }},
    {"level",
     [](DraftField& out, const yaml::Node& value, Findings& findings) {
       Level level = out.field.level;
       read_into(value, level, findings);
       out.field.level = level;
       out.has_level = true;
     }},
    {"level_reason", member<&DraftField::level_reason>},
    {"syn", [](DraftField& out, const yaml::Node& value, Findings& findings) { read_into(value, out.field.synonyms, findings); }},
    {"list", member<&DraftField::list>},
    {"kind",
     [](DraftField& out, const yaml::Node& value, Findings& findings) {
       if (const auto kind = read_word(value, "kind", kOrgKinds, findings)) out.field.org_kind = kOrgKinds[*kind];
     }},
    {"to", member<&DraftField::to>},
    {"min", [](DraftField& out, const yaml::Node& value, Findings& findings) { read_into(value, out.field.min, findings); }},
    {"max", [](DraftField& out, const yaml::Node& value, Findings& findings) { read_into(value, out.field.max, findings); }},
    {"scale", read_scale},
    {"unit", [](DraftField& out, const yaml::Node& value, Findings& findings) { read_into(value, out.field.unit, findings); }},
    {"mask", read_mask},
    {"enc", [](DraftField& out, const yaml::Node& value, Findings& findings) { read_into(value, out.field.encrypted, findings); }},
    {"index", [](DraftField& out, const yaml::Node& value, Findings& findings) { read_into(value, out.field.blind_index, findings); }},
    {"default", [](DraftField& out, const yaml::Node& value, Findings& findings) { read_into(value, out.field.default_text, findings); }},
    {"from", member<&DraftField::from>},
    {"of", member<&DraftField::of>},
}};

constexpr std::array<Key<DraftRule>, 7> kRuleKeys{{
    {"id", [](DraftRule& out, const yaml::Node& value, Findings& findings) { read_id(value, out.rule.id, findings); }, true},
    {"title", [](DraftRule& out, const yaml::Node& value, Findings& findings) { read_into(value, out.rule.title.zh, findings); }, true},
    {"title_en", [](DraftRule& out, const yaml::Node& value, Findings& findings) { read_into(value, out.rule.title.en, findings); }},
    {"sev",
     [](DraftRule& out, const yaml::Node& value, Findings& findings) {
       if (const auto severity = read_word(value, "sev", kSeverities, findings)) out.rule.severity = static_cast<Severity>(*severity);
     },
     true},
    {"expr", member<&DraftRule::row>},
    {"set", member<&DraftRule::set>},
    {"max_rows", [](DraftRule& out, const yaml::Node& value, Findings& findings) { read_into(value, out.rule.max_rows, findings); }},
}};

constexpr std::array<Key<DraftDataset>, 3> kClassKeys{{
    {"category", [](DraftDataset& out, const yaml::Node& value, Findings& findings) { read_into(value, out.dataset.category, findings); }, true},
    {"level",
     [](DraftDataset& out, const yaml::Node& value, Findings& findings) {
       read_into(value, out.dataset.level, findings);
       out.has_level = true;
     },
     true},
    {"spi", [](DraftDataset& out, const yaml::Node& value, Findings& findings) { read_into(value, out.dataset.personal, findings); }},
}};

constexpr std::array<Key<DraftDataset>, 2> kScopeKeys{{{"org", member<&DraftDataset::org>}, {"person", member<&DraftDataset::person>}}};

constexpr std::array<Key<DraftDataset>, 2> kPeriodKeys{{
    {"by", member<&DraftDataset::period_by>, true},
    {"due",
     [](DraftDataset& out, const yaml::Node& value, Findings& findings) {
       read_into(value, out.dataset.period_due, findings);
       if (!Date::parse_iso("2000-" + out.dataset.period_due)) {
         findings.add("bad_due", {"截止日须写作 月-日，如 12-31", "due must be month-day, such as 12-31"}, value.where());
       }
     }},
}};

constexpr std::array<Key<DraftDataset>, 2> kRetainKeys{{
    {"years", [](DraftDataset& out, const yaml::Node& value, Findings& findings) { read_into(value, out.dataset.retain_years, findings); }, true},
    {"then",
     [](DraftDataset& out, const yaml::Node& value, Findings& findings) {
       if (const auto end = read_word(value, "then", kRetainEnds, findings)) out.dataset.retain_then = kRetainEnds[*end];
     },
     true},
}};

constexpr std::array<Key<DraftDataset>, 17> kDatasetKeys{{
    {"id", [](DraftDataset& out, const yaml::Node& value, Findings& findings) { read_id(value, out.dataset.id, findings); }, true},
    {"title", [](DraftDataset& out, const yaml::Node& value, Findings& findings) { read_into(value, out.dataset.title.zh, findings); }, true},
    {"title_en", [](DraftDataset& out, const yaml::Node& value, Findings& findings) { read_into(value, out.dataset.title.en, findings); }},
    {"kind",
     [](DraftDataset& out, const yaml::Node& value, Findings& findings) {
       if (const auto kind = read_word(value, "kind", kDatasetKinds, findings)) out.dataset.kind = static_cast<DatasetKind>(*kind);
     }},
    {"owner", [](DraftDataset& out, const yaml::Node& value, Findings& findings) { read_into(value, out.dataset.owner, findings); }},
    {"grain", member<&DraftDataset::grain>, true},
    {"class",
     [](DraftDataset& out, const yaml::Node& value, Findings& findings) { read_map<DraftDataset>(value, "class", kClassKeys, out, findings); }, true},
    {"scope",
     [](DraftDataset& out, const yaml::Node& value, Findings& findings) { read_map<DraftDataset>(value, "scope", kScopeKeys, out, findings); }},
    {"period",
     [](DraftDataset& out, const yaml::Node& value, Findings& findings) { read_map<DraftDataset>(value, "period", kPeriodKeys, out, findings); }},
    {"retain",
     [](DraftDataset& out, const yaml::Node& value, Findings& findings) { read_map<DraftDataset>(value, "retain", kRetainKeys, out, findings); }},
    {"fields",
     [](DraftDataset& out, const yaml::Node& value, Findings& findings) {
       if (!require_map(value, "fields", findings) || too_many(value.members().size(), "fields", value, findings)) return;
       for (const auto& [key, field] : value.members()) {
         DraftField& draft = out.fields.emplace_back();
         draft.field.where = key.where();
         read_id(key, draft.field.id, findings);
         read_map<DraftField>(field, "field", kFieldKeys, draft, findings);
       }
     }},
    {"quality",
     [](DraftDataset& out, const yaml::Node& value, Findings& findings) {
       if (!require_sequence(value, "quality", findings) || too_many(value.items().size(), "quality", value, findings)) return;
       for (const yaml::Node& item : value.items()) {
         DraftRule& rule = out.rules.emplace_back();
         rule.rule.where = item.where();
         read_map<DraftRule>(item, "rule", kRuleKeys, rule, findings);
       }
     }},
    {"sql", member<&DraftDataset::sql>},
    {"data", member<&DraftDataset::data>},
    {"where", member<&DraftDataset::events>},
    {"rollups",
     [](DraftDataset& out, const yaml::Node& value, Findings& findings) {
       if (!require_sequence(value, "rollups", findings) || too_many(value.items().size(), "rollups", value, findings)) return;
       for (const yaml::Node& item : value.items()) read_into(item, out.rollups.emplace_back(), findings);
     }},
    {"rows",
     [](DraftDataset& out, const yaml::Node& value, Findings& findings) {
       out.rows = read_rows(value, findings);
       out.has_rows = true;
     }},
}};

}  // namespace

std::span<const std::string_view> org_kind_names() { return kOrgKinds; }

DraftDataset read_dataset(const yaml::Node& node, const Source& source, Findings& findings) {
  DraftDataset out;
  out.dataset.where = node.where();
  read_map<DraftDataset>(node, "dataset", kDatasetKeys, out, findings);
  out.sql = exact_text(out.sql, source);
  out.events = exact_text(out.events, source);
  for (DraftField& field : out.fields) field.from = exact_text(field.from, source);
  for (DraftRule& rule : out.rules) {
    rule.row = exact_text(rule.row, source);
    rule.set = exact_text(rule.set, source);
    if (bool(rule.row) == bool(rule.set)) {
      findings.add("rule_shape", {"规则须在 expr 和 set 中恰写一项", "a rule has exactly one of expr and set"}, rule.rule.where);
    }
  }
  return out;
}

std::vector<DraftRow> read_rows(const yaml::Node& node, Findings& findings) {
  std::vector<DraftRow> out;
  if (!require_sequence(node, "rows", findings)) return out;
  const auto cell_of = [&](const yaml::Node& cell) {
    std::string text;
    if (!cell.is_null()) read_into(cell, text, findings);
    return text;
  };
  for (const yaml::Node& item : node.items()) {
    DraftRow& row = out.emplace_back();
    row.where = item.where();
    if (item.kind() == yaml::Kind::map) {
      for (const auto& [key, cell] : item.members()) row.cells.emplace_back(key.scalar(), cell_of(cell));
    } else if (require_sequence(item, "row", findings)) {
      for (const yaml::Node& cell : item.items()) row.cells.emplace_back(std::string(), cell_of(cell));
    }
  }
  return out;
}

}  // namespace banmo::pack
