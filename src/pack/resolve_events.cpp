// SPDX-License-Identifier: Apache-2.0
// Event datasets: their rows come from learning records. What each field takes, which records belong, by which fields figures are kept.
#include <algorithm>
#include <array>

#include "pack/builder.h"

namespace banmo::pack {

namespace {

// What a word of a learning record is, and so which types of field can hold it.
enum class Said { whole, instant, day, year, words, person, org, truth, number, extension };

struct Word {
  std::string_view name;
  Said said;
};

constexpr std::array<Word, 31> kWords{{
    {"number", Said::whole},         // of the record in the store: ascending in the order of storage, and the grain of every event dataset
    {"id", Said::words},             // the client's
    {"timestamp", Said::instant},    // when it happened
    {"stored", Said::instant},       // when it was stored
    {"date", Said::day},             // of the timestamp, in the city's time, as all below
    {"month", Said::day},            // its first day
    {"school_year", Said::year},     //
    {"weekday", Said::whole},        // 1 Monday .. 7 Sunday
    {"hour", Said::whole},           // 0..23
    {"verb", Said::words},           // IRI
    {"object_type", Said::words},    // activity, agent, group, statement, sub_statement
    {"activity", Said::words},       // IRI of the object
    {"activity_type", Said::words},  //
    {"activity_name", Said::words},  // Chinese if it has it
    {"parent", Said::words},         // IRI of the first
    {"parent_type", Said::words},    //
    {"grouping", Said::words},       // IRI of the first
    {"category", Said::words},       // IRI of the first
    {"registration", Said::words},   //
    {"platform", Said::words},       //
    {"person", Said::person},        // whom the actor was resolved to
    {"org", Said::org},              // the class of that person if there is one, else the school, else the organisation of the key
    {"school", Said::org},           // the school of that person, else the organisation of the key
    {"success", Said::truth},        //
    {"completion", Said::truth},     //
    {"score_scaled", Said::number},  //
    {"score_raw", Said::number},     //
    {"duration_s", Said::number},    //
    {"activity_extension", Said::extension},
    {"context_extension", Said::extension},
    {"result_extension", Said::extension},
}};

bool can_hold(FieldType type, Said said) {
  switch (said) {
    case Said::whole: return type == FieldType::integer;
    case Said::instant: return type == FieldType::datetime;
    case Said::day: return type == FieldType::date;
    case Said::year: return type == FieldType::year;
    case Said::person: return type == FieldType::ref;
    case Said::org: return type == FieldType::org;
    case Said::truth: return type == FieldType::boolean;
    case Said::number: return type == FieldType::decimal;
    case Said::words: return type == FieldType::text || type == FieldType::code;
    case Said::extension:
      return type == FieldType::text || type == FieldType::code || type == FieldType::integer || type == FieldType::decimal ||
             type == FieldType::boolean || type == FieldType::org || type == FieldType::datetime || type == FieldType::date;
  }
  return false;
}

}  // namespace

std::vector<std::string_view> event_words() {
  std::vector<std::string_view> names;
  for (const Word& word : kWords) names.push_back(word.name);
  return names;
}

void CatalogueBuilder::resolve_event(Dataset& out, const Place& place) {
  const DraftDataset& draft = *place.draft;
  const bool is_event = out.kind == DatasetKind::event;
  const auto refuse = [&](std::string_view key, const std::string& where) {
    findings_.add("dataset_shape",
                  {in_quotes(key) + " 只能用于事件数据集（kind: event）", in_quotes(key) + " is for event datasets (kind: event) only"}, where);
  };
  if (!is_event) {
    for (const DraftField& field : draft.fields)
      if (field.of) refuse("of", field.of.where);
    if (draft.events) refuse("where", draft.events.where);
    if (!draft.rollups.empty()) refuse("rollups", out.where);
    return;
  }
  for (size_t i = 0; i < out.fields.size(); ++i) resolve_event_field(out.fields[i], draft.fields[i]);
  const Field* key = out.grain.size() == 1 ? out.field(out.grain.front()) : nullptr;
  if (key == nullptr || !key->of || key->of->word != "number")
    findings_.add("event_grain",
                  {"事件数据集 " + in_quotes(out.id) + " 的主键须是写有 of: number 的那一个字段",
                   "the grain of the event dataset " + in_quotes(out.id) + " must be its one field with of: number"},
                  out.where);
  if (!out.rules.empty())
    findings_.add("dataset_shape",
                  {"事件数据集没有质量规则：不合要求的记录用 where 排除", "an event dataset has no quality rules: leave records out by where"},
                  out.rules.front().where);
  if (draft.events) {
    auto compiled = expr::Expression::compile(draft.events.text, context_of(out, *place.pack), draft.events.where);
    if (!compiled.ok()) {
      findings_.add(std::move(compiled).error());
    } else if (compiled->type() != expr::Type::boolean) {
      findings_.add("not_a_condition",
                    {"where 须是条件（真或假），现为 " + std::string(expr::name_of(compiled->type())),
                     "where must be a condition; this is " + std::string(expr::name_of(compiled->type()))},
                    draft.events.where);
    } else {
      out.events = std::move(*compiled);
    }
  }
  resolve_rollups(out, draft);
}

void CatalogueBuilder::resolve_event_field(Field& out, const DraftField& draft) {
  if (bool(draft.of) == bool(draft.from)) {
    findings_.add("field_shape",
                  {"事件数据集的字段 " + in_quotes(out.id) + " 须在 of、from 中恰写一项",
                   "the field " + in_quotes(out.id) + " of an event dataset has exactly one of of and from"},
                  out.where);
    return;
  }
  if (out.encrypted)
    findings_.add("field_shape",
                  {"事件数据集的字段不能加密：" + in_quotes(out.id), "a field of an event dataset cannot be sealed: " + in_quotes(out.id)},
                  out.where);
  if (!draft.of) return;
  const size_t space = draft.of.text.find(' ');
  const EventSource source{draft.of.text.substr(0, space), space == std::string::npos ? std::string() : draft.of.text.substr(space + 1)};
  const auto word = std::find_if(kWords.begin(), kWords.end(), [&](const Word& known) { return known.name == source.word; });
  if (word == kWords.end()) {
    const auto names = event_words();
    const Message hint = suggestion(source.word, names);
    findings_.add("unknown_event_word",
                  {"学习记录没有 " + in_quotes(source.word) + hint.zh, "a learning record has no " + in_quotes(source.word) + hint.en},
                  draft.of.where);
    return;
  }
  if ((word->said == Said::extension) != (source.iri.find("://") != std::string::npos))
    findings_.add("event_extension",
                  {"扩展项写作“" + source.word + " <IRI>”，其他词后面不写 IRI",
                   "an extension is written \"" + std::string(source.word) + " <IRI>\"; other words take none"},
                  draft.of.where);
  if (!can_hold(out.type, word->said) || (word->said == Said::person && !out.names_person()))
    findings_.add("event_type",
                  {"字段 " + in_quotes(out.id) + " 的类型不能存放 " + in_quotes(source.word),
                   "the type of the field " + in_quotes(out.id) + " cannot hold " + in_quotes(source.word)},
                  draft.of.where);
  out.of = source;
}

// Each list has at most one organisation: figures are kept by it, or by none.
void CatalogueBuilder::resolve_rollups(Dataset& out, const DraftDataset& draft) {
  for (const auto& list : draft.rollups) {
    std::vector<std::string>& kept = out.rollups.emplace_back();
    int n_orgs = 0;
    for (const Text& name : list) {
      const Field* field = out.field(name.text);
      if (field == nullptr) {
        findings_.add("unknown_field",
                      {"数据集 " + in_quotes(out.id) + " 没有字段 " + in_quotes(name.text),
                       "the dataset " + in_quotes(out.id) + " has no field " + in_quotes(name.text)},
                      name.where);
        continue;
      }
      n_orgs += field->type == FieldType::org ? 1 : 0;
      if (n_orgs > 1) findings_.add("rollup_orgs", {"一个汇总只能按一个机构字段", "a roll-up is kept by one organisation field"}, name.where);
      kept.push_back(name.text);
    }
  }
}

}  // namespace banmo::pack
