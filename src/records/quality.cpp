// SPDX-License-Identifier: Apache-2.0
#include "records/quality.h"

#include <algorithm>
#include <charconv>

#include "json/json.h"
#include "records/row_text.h"

namespace banmo::records {
namespace {

// Each goes on with a condition over the reader's organisations.
constexpr std::string_view kScorecards =
    "SELECT s.org_no, CAST(SUM(CASE WHEN s.rule = '' THEN s.n ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN s.rule = '!' THEN s.n ELSE 0 END) AS "
    "BIGINT), "
    "CAST(SUM(CASE WHEN s.rule = '?' THEN s.n ELSE 0 END) AS BIGINT) FROM bm_score s WHERE s.dataset = $1 AND s.org_no > $2 AND s.rule IN ('', '!', "
    "'?') "
    "AND ";
constexpr std::string_view kScorecardsEnd =
    " GROUP BY s.org_no HAVING SUM(CASE WHEN s.rule = '' OR s.rule = '!' THEN s.n ELSE 0 END) > 0 ORDER BY s.org_no LIMIT $3";
constexpr std::string_view kRuleScores =
    "SELECT s.rule, CAST(SUM(s.n) AS BIGINT) FROM bm_score s WHERE s.dataset = $1 AND s.rule NOT IN ('', '!', '?') AND ";
constexpr std::string_view kRuleScoresEnd = " GROUP BY s.rule HAVING SUM(s.n) <> 0 ORDER BY 2 DESC, s.rule";
constexpr std::string_view kBadRows =
    "SELECT s.id, s.batch, s.line, s.field, s.rule, s.zh, s.en, s.raw, s.org_no, s.row_key FROM bm_quarantine s WHERE s.dataset = $1 AND s.id > $2 "
    "AND ";
constexpr std::string_view kBadRowsEnd = " ORDER BY s.id LIMIT $3";

struct BuiltIn {
  std::string_view id, title;
};
constexpr BuiltIn kBuiltIns[] = {
    {"type", "类型或写法不对"},  {"required", "必填项为空"}, {"code", "不在代码表中"},    {"reference", "引用的对象不存在"},
    {"scope", "不在管理范围内"}, {"range", "超出取值范围"},  {"duplicate", "文件内重复"}, {"columns", "列数或引号不对"},
    {"encoding", "乱码"},        {"sealing", "无法加密"}};

std::string title_of(const pack::Dataset& dataset, const std::string& rule, std::string& severity) {
  severity = "error";
  for (const auto& one : dataset.rules) {
    if (one.id != rule) continue;
    severity = one.severity == pack::Severity::warn ? "warn" : "error";
    return one.title.zh.empty() ? one.id : one.title.zh;
  }
  for (const auto& one : kBuiltIns) {
    if (one.id == rule) return std::string(one.title);
  }
  return rule;
}

std::vector<const Entry*> chosen(const Engine& engine, std::string_view dataset) {
  std::vector<const Entry*> entries;
  for (const Entry* entry : engine.entries()) {
    if (dataset.empty() || entry->schema->dataset->id == dataset) entries.push_back(entry);
  }
  return entries;
}

std::vector<std::pair<std::string, std::string>> raw_cells(const Schema& schema, const Engine& engine, const directory::Scope& scope,
                                                           const std::string& text, const std::unordered_map<std::string, const Column*>& by_title) {
  std::vector<std::pair<std::string, std::string>> cells;
  const auto document = json::read(text);
  if (!document.ok() || document->as_array() == nullptr) return cells;
  pack::Level highest = schema.dataset->level;
  for (const Column& column : schema.columns) highest = std::max<pack::Level>(highest, column.field->level);
  for (const auto& pair : *document->as_array()) {
    const auto* both = pair.as_array();
    if (both == nullptr || both->size() != 2 || (*both)[0].as_string() == nullptr || (*both)[1].as_string() == nullptr) continue;
    const std::string& title = *(*both)[0].as_string();
    std::string cell = *(*both)[1].as_string();
    const auto it = by_title.find(title);
    const pack::Level level = it != by_title.end() ? pack::Level{it->second->field->level} : highest;
    if (level > scope.max_level)
      cell = it != by_title.end() && !it->second->field->mask.empty() ? masked_text(engine.sealer(), *it->second, cell) : "***";
    cells.emplace_back(title, std::move(cell));
  }
  return cells;
}

std::string below(std::string_view column, directory::OrgNo org) {
  if (org.value == 0) return {};
  return " AND " + std::string(column) + " IN (SELECT org_no FROM org_closure WHERE ancestor_no = " + std::to_string(org.value) + ")";
}

std::string statement(std::string_view head, const std::string& condition, std::string_view end) {
  return std::string(head) + condition + std::string(end);
}

}  // namespace

std::string within(const directory::Scope& scope, std::string_view column, directory::OrgNo under) {
  return scope.predicate(column, "") + below(column, under);
}

Result<std::vector<Scorecard>> read_scorecards(Engine& engine, const Principal& principal, std::string_view dataset, directory::OrgNo under,
                                               int limit, std::string_view after) {
  if (!dataset.empty()) {
    auto known = engine.require(principal, directory::Right::quality_read, dataset);
    if (!known.ok()) return known.error();
  }
  const std::string after_dataset(after.substr(0, after.find('~')));
  int64_t after_org = -1;
  if (const size_t tilde = after.find('~'); tilde != std::string_view::npos)
    std::from_chars(after.data() + tilde + 1, after.data() + after.size(), after_org);
  std::vector<const Entry*> entries = chosen(engine, dataset);
  std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) { return a->schema->dataset->id < b->schema->dataset->id; });
  std::vector<Scorecard> cards;
  BANMO_TRY(const auto lease, engine.warehouse().read());
  for (const Entry* entry : entries) {
    const std::string& id = entry->schema->dataset->id;
    if (id < after_dataset || static_cast<int>(cards.size()) >= limit) continue;
    const auto scope = engine.scope(principal, directory::Right::quality_read, *entry->schema);
    if (scope.sees_nothing()) continue;
    BANMO_TRY(const auto rows,
              lease->query(statement(kScorecards, within(scope, "s.org_no", under), kScorecardsEnd),
                           {id, id == after_dataset ? after_org : int64_t{-1}, int64_t{limit} - static_cast<int64_t>(cards.size())}));
    for (const auto& row : rows.rows) cards.push_back({id, {sql::int_of(row[0])}, sql::int_of(row[1]), sql::int_of(row[2]), sql::int_of(row[3])});
  }
  return cards;
}

Result<std::vector<RuleScore>> read_rule_scores(Engine& engine, const Principal& principal, std::string_view dataset) {
  if (!dataset.empty()) {
    auto known = engine.require(principal, directory::Right::quality_read, dataset);
    if (!known.ok()) return known.error();
  }
  std::vector<RuleScore> scores;
  BANMO_TRY(const auto lease, engine.warehouse().read());
  for (const Entry* entry : chosen(engine, dataset)) {
    const auto scope = engine.scope(principal, directory::Right::quality_read, *entry->schema);
    if (scope.sees_nothing()) continue;
    const std::string& id = entry->schema->dataset->id;
    BANMO_TRY(const auto rows, lease->query(statement(kRuleScores, within(scope, "s.org_no"), kRuleScoresEnd), {id}));
    for (const auto& row : rows.rows) {
      RuleScore score{.dataset = id, .rule = sql::text_of(row[0]), .title = {}, .severity = {}, .n_bad = sql::int_of(row[1])};
      score.title = title_of(*entry->schema->dataset, score.rule, score.severity);
      scores.push_back(std::move(score));
    }
  }
  return scores;
}

Result<std::vector<BadRow>> read_bad_rows(Engine& engine, JobStore& jobs, const Principal& principal, std::string_view dataset,
                                          const BadRowQuery& query) {
  BANMO_TRY(Entry* const entry, engine.require(principal, directory::Right::quality_read, dataset));
  const Schema& schema = *entry->schema;
  const auto scope = engine.scope(principal, directory::Right::datasets_read, schema);
  std::string condition = within(scope, "s.org_no");
  sql::Values parameters = {std::string(dataset), query.after, int64_t{query.limit}};
  if (query.batch.empty()) {
    condition += " AND s.open";
  } else {
    BANMO_TRY(const auto found, jobs.find_batch(query.batch));
    if (!found || found->batch.dataset != dataset)
      return fail(ErrorCode::not_found, "records.no_such_batch", {"没有这个导入批次", "there is no such batch"});
    // Who imported a batch also sees its rows that could not be placed; those of a school that is no longer one's own are not.
    condition = "(" + condition + (found->batch.by == principal.account_name ? " OR COALESCE(s.org_no, 0) = 0" : "") + ") AND s.batch = $4";
    parameters.emplace_back(found->batch.no);
  }
  condition += below("s.org_no", query.under);
  std::unordered_map<std::string, const Column*> by_title;
  for (const Column& column : schema.columns) {
    by_title.emplace(column.field->id, &column);
    by_title.emplace(column.field->title.zh, &column);
    by_title.emplace(column.field->title.en, &column);
    for (const auto& synonym : column.field->synonyms) by_title.emplace(synonym, &column);
  }
  BANMO_TRY(const auto lease, engine.warehouse().read());
  BANMO_TRY(const auto rows, lease->query(statement(kBadRows, condition, kBadRowsEnd), parameters));
  std::vector<BadRow> out;
  for (const auto& row : rows.rows) {
    BadRow bad;
    bad.id = sql::int_of(row[0]);
    BANMO_TRY(const auto from, jobs.batch(sql::int_of(row[1])));
    if (from) {
      bad.batch = from->batch.id;
      bad.file_name = from->batch.file_name;
    }
    bad.line = sql::int_of(row[2]);
    bad.field = sql::text_of(row[3]);
    bad.rule = sql::text_of(row[4]);
    bad.message = {sql::text_of(row[5]), sql::text_of(row[6])};
    bad.raw = raw_cells(schema, engine, scope, sql::text_of(row[7]), by_title);
    bad.org = {sql::int_of(row[8])};
    bad.key = sql::text_of(row[9]);
    out.push_back(std::move(bad));
  }
  return out;
}

}  // namespace banmo::records
