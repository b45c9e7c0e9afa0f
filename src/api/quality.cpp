// SPDX-License-Identifier: Apache-2.0
// Quality: scorecards by organisation, findings by rule.
#include "api/builder.h"
#include "api/shapes.h"
#include "directory/directory.h"
#include "records/records.h"

namespace banmo::api {
namespace {

struct ScorecardShape {
  static constexpr const char* kName = "Scorecard";
  std::string dataset;
  std::optional<OrgRef> org;
  int64_t n_rows = 0, n_bad = 0, n_warn = 0;
  std::optional<double> rate;
};
template <class V>
void describe(V& v, ScorecardShape& x) {
  v.field("dataset", x.dataset);
  v.field("org", x.org);
  v.field("n_rows", x.n_rows);
  v.field("n_bad", x.n_bad);
  v.field("n_warn", x.n_warn);
  v.field("rate", x.rate);
}

struct RuleScoreShape {
  static constexpr const char* kName = "RuleScore";
  std::string dataset, rule, title, severity;
  int64_t n_bad = 0;
};
template <class V>
void describe(V& v, RuleScoreShape& x) {
  v.field("dataset", x.dataset);
  v.field("rule", x.rule);
  v.field("title", x.title);
  v.field("severity", x.severity, {.one_of = kSeverityNames});
  v.field("n_bad", x.n_bad);
}

// The share of rows without a finding; absent where nothing was read.
std::optional<double> rate_of(const records::Scorecard& card) {
  const int64_t n_read = card.n_rows + card.n_bad;
  if (n_read == 0) return std::nullopt;
  return static_cast<double>(card.n_rows - card.n_warn) / static_cast<double>(n_read);
}

Result<List<ScorecardShape>> list_scorecards(const Call& call) {
  const auto tree = call.engines.directory->orgs();
  directory::OrgNo under;
  if (const std::string org = call.text("org"); !org.empty()) {
    BANMO_TRY(const directory::Org* found, find_org(*tree, org));
    under = found->no;
  }
  const int limit = call.integer("limit", 50);
  BANMO_TRY(const auto cards, call.engines.records->scorecards(call.principal, call.text("dataset"), under, limit, call.text("after")));
  List<ScorecardShape> list;
  for (const records::Scorecard& card : cards)
    list.items.push_back({card.dataset, ref_of(*tree, card.org), card.n_rows, card.n_bad, card.n_warn, rate_of(card)});
  if (static_cast<int>(cards.size()) == limit) list.next = cards.back().dataset + "~" + std::to_string(cards.back().org.value);
  return list;
}

Result<List<RuleScoreShape>> list_rule_scores(const Call& call) {
  BANMO_TRY(const auto scores, call.engines.records->rule_scores(call.principal, call.text("dataset")));
  List<RuleScoreShape> list;
  for (const records::RuleScore& score : scores) list.items.push_back({score.dataset, score.rule, score.title, score.severity, score.n_bad});
  return list;
}

}  // namespace

void add_quality_routes(Builder& builder) {
  builder.tag("quality");
  builder.route<List<ScorecardShape>>(
      {.method = "GET",
       .path = "/quality",
       .operation = "list_scorecards",
       .summary = {"各校数据质量", "Quality by organisation"},
       .permission = "quality.read",
       .parameters = page_parameters({text_parameter("dataset", "Only of this dataset."), text_parameter("org", "In this organisation and below.")})},
      list_scorecards);
  builder.route<List<RuleScoreShape>>({.method = "GET",
                                       .path = "/quality/rules",
                                       .operation = "list_rule_scores",
                                       .summary = {"各规则的问题数", "Findings by rule"},
                                       .permission = "quality.read",
                                       .parameters = {text_parameter("dataset", "Only of this dataset.")}},
                                      list_rule_scores);
}

}  // namespace banmo::api
