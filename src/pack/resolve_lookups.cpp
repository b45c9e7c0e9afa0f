// SPDX-License-Identifier: Apache-2.0
// Look-ups: what a flow's moves call is resolved over the flow's own subject.
#include <algorithm>

#include "pack/builder.h"
#include "pack/flow_words.h"

namespace banmo::pack {

namespace {

constexpr int kMaxTimeout_s = 30, kMaxRetries = 10, kMaxCache_days = 366;

bool is_called(const DraftFlow& flow, const std::string& lookup) {
  return std::any_of(flow.moves.begin(), flow.moves.end(), [&](const DraftFlow::Move& move) {
    return std::any_of(move.effects.begin(), move.effects.end(), [&](const DraftFlow::Effect& effect) {
      return std::any_of(effect.call.begin(), effect.call.end(), [&](const Text& call) { return call.text == lookup; });
    });
  });
}

void check_limits(const FlowLookup& lookup, Findings& findings) {
  const auto within = [](int n, int most) { return n >= 0 && n <= most; };
  if (lookup.timeout_s > 0 && within(lookup.timeout_s, kMaxTimeout_s) && within(lookup.n_retries, kMaxRetries) &&
      within(lookup.cache_days, kMaxCache_days))
    return;
  findings.add(
      "lookup_limits",
      {"timeout 为 1 到 30 秒，retry 不超过 10 次，cache 不超过 366 天", "timeout is 1 to 30 seconds, retry at most 10, cache at most 366 days"},
      lookup.where);
}

}  // namespace

// The answer in one word: hit, miss, none, err.
void CatalogueBuilder::check_verdict(const Field& field, const std::string& where) {
  const CodeList* list = field.list.empty() ? nullptr : out_->code_list(field.list);
  const auto knows = [&](std::string_view code) {
    return list != nullptr && std::any_of(list->values.begin(), list->values.end(), [&](const auto& value) { return value.code == code; });
  };
  if (knows("hit") && knows("miss") && knows("none") && knows("err")) return;
  findings_.add("lookup_sets",
                {"字段 " + in_quotes(field.id) + " 须取自含 hit（一致）、miss（不一致）、none（未查）、err（查询失败）的代码表",
                 "the field " + in_quotes(field.id) + " must be of a code list that has hit, miss, none and err"},
                where);
}

void CatalogueBuilder::resolve_lookup(Flow& out, const DraftLookup& draft, const Dataset& subject) {
  FlowLookup lookup = draft.lookup;
  if (lookup.title.en.empty()) lookup.title.en = lookup.title.zh;
  check_limits(lookup, findings_);
  for (const Text& name : draft.send) lookup.send.push_back(field_in(subject, name));
  lookup.sets = settable_field(out, subject, draft.sets);
  if (!lookup.sets.empty()) check_verdict(*subject.field(lookup.sets), draft.sets.where);
  for (const auto& [answer, name] : draft.get) {
    const std::string field = settable_field(out, subject, name);
    if (!field.empty()) lookup.get.emplace_back(answer, field);
  }
  if (draft.consent) {
    lookup.consent = field_in(subject, draft.consent);
    const Field* field = lookup.consent.empty() ? nullptr : subject.field(lookup.consent);
    if (field != nullptr && field->type != FieldType::boolean && field->type != FieldType::datetime)
      findings_.add("lookup_consent", {"同意须记在是否或时间字段里", "a consent is kept in a field of type bool or datetime"}, draft.consent.where);
  }
  if (draft.when) {
    auto when = expr::Expression::compile(draft.when.text, out.context, draft.when.where);
    if (!when.ok())
      findings_.add(std::move(when).error());
    else if (when->type() != expr::Type::boolean)
      findings_.add("not_a_condition", {"when 须是条件", "when is a condition"}, draft.when.where);
    else
      lookup.when = std::move(*when);
  }
  out.lookups.push_back(std::move(lookup));
}

void CatalogueBuilder::resolve_lookups(Flow& out, const DraftFlow& draft, const DraftPack& pack, const Dataset& subject) {
  for (const DraftLookup& one : pack.lookups)
    if (is_called(draft, one.lookup.id)) resolve_lookup(out, one, subject);
}

}  // namespace banmo::pack
