// SPDX-License-Identifier: Apache-2.0
#include "records/quarantine.h"

#include <algorithm>

#include "json/json.h"
#include "records/headings.h"

namespace banmo::records {
namespace {

constexpr int64_t kMaxKeys = 1'000'000;
constexpr std::string_view kOpenKeys = "SELECT row_key FROM bm_quarantine WHERE dataset = $1 AND open AND row_key IS NOT NULL AND batch <> $2 AND ";
constexpr std::string_view kClosedSums = "SELECT org_no, rules, COUNT(*) FROM bm_quarantine";
constexpr std::string_view kWithKeys = "row_key IN (SELECT row_key FROM bm_keys)";
constexpr std::string_view kKeysDuckdb = "CREATE OR REPLACE TEMP TABLE bm_keys (row_key VARCHAR);";
constexpr std::string_view kKeysPostgres = "DROP TABLE IF EXISTS bm_keys; CREATE TEMP TABLE bm_keys (row_key TEXT) ON COMMIT DROP;";
constexpr std::string_view kOpenRow = "SELECT org_no, rules FROM bm_quarantine WHERE dataset = $1 AND id = $2 AND open";
constexpr std::string_view kCloseRow = "UPDATE bm_quarantine SET open = FALSE, closed_at = $3 WHERE dataset = $1 AND id = $2";

// One sentence for all findings of a row: the first whole, up to four more behind it.
Message joined(const std::vector<Finding>& findings) {
  Message message = findings.front().message;
  for (size_t i = 1; i < std::min<size_t>(findings.size(), 5); ++i) {
    message.zh += "；" + findings[i].message.zh;
    message.en += "; " + findings[i].message.en;
  }
  if (findings.size() > 5) {
    message.zh += "；另有 " + std::to_string(findings.size() - 5) + " 处";
    message.en += "; and " + std::to_string(findings.size() - 5) + " more";
  }
  return message;
}

std::string joined_rules(const std::vector<Finding>& findings) {
  std::string rules;
  for (const auto& finding : findings) {
    if (("," + rules + ",").find("," + finding.rule + ",") == std::string::npos) rules += (rules.empty() ? "" : ",") + finding.rule;
  }
  return rules;
}

void add_scores_of(const std::string& rules, int64_t org, int64_t n, ScoreDeltas& scores) {
  scores[{org, "!"}] += n;
  for (size_t at = 0; at <= rules.size();) {
    const size_t end = std::min(rules.find(',', at), rules.size());
    scores[{org, rules.substr(at, end - at)}] += n;
    at = end + 1;
  }
}

std::string raw_text(const Schema& schema, const std::vector<std::string>& titles, const std::vector<size_t>& fields, const BadLine& bad) {
  json::Array cells;
  for (size_t i = 0; i < bad.raw.size(); ++i) {
    const bool whole_line = bad.raw.size() == 1 && titles.size() != 1;
    std::string cell = bad.raw[i];
    const size_t field = i < fields.size() ? fields[i] : kNoField;
    const bool sealed = whole_line ? schema.has_sealed : field != kNoField && schema.columns[field].sealed();
    if (sealed) cell = "***";
    const std::string title = whole_line ? "" : i < titles.size() ? titles[i] : "#" + std::to_string(i + 1);
    cells.push_back(json::Array{title, cell});
  }
  return json::write(cells);
}

std::string batch_in(const std::vector<int64_t>& batches) {
  std::string list;
  for (const int64_t no : batches) list += (list.empty() ? "" : ", ") + std::to_string(no);
  return list.empty() ? "FALSE" : "batch IN (" + list + ")";
}

std::string is_own(const OwnRows& own) {
  if (own.scope.everything) return "TRUE";
  return "(" + own.scope.predicate("org_no", "") + " OR " + batch_in(own.earlier) + ")";
}

}  // namespace

Result<int64_t> add_bad_rows(sql::Connection& connection, const Schema& schema, const QuarantineBatch& batch, const std::vector<std::string>& titles,
                             const std::vector<size_t>& fields, const BadLines& next, ScoreDeltas& scores) {
  const std::vector<std::string> columns = {"id", "batch", "dataset", "line",   "field",   "rule", "rules",
                                            "zh", "en",    "raw",     "org_no", "row_key", "open"};
  int64_t n = 0;
  BadLine bad;
  const auto added = connection.append("bm_quarantine", columns, [&](sql::Values& out) -> Result<bool> {
    BANMO_TRY(const bool more, next(bad));
    if (!more) return false;
    const Message message = joined(bad.findings);
    const std::string rules = joined_rules(bad.findings);
    const Finding& first = bad.findings.front();
    out = {batch.batch * kMaxBadOfBatch + batch.first_id + n,
           batch.batch,
           schema.dataset->id,
           bad.line,
           first.field,
           first.rule,
           rules,
           message.zh,
           message.en,
           raw_text(schema, titles, fields, bad),
           bad.org_no,
           bad.key.empty() ? sql::Value{} : sql::Value{bad.key},
           batch.open};
    if (batch.open) add_scores_of(rules, bad.org_no, 1, scores);
    ++n;
    return true;
  });
  if (!added.ok()) return added.error();
  return n;
}

Result<std::unordered_map<std::string, int>> open_keys(sql::Connection& connection, const Schema& schema, const OwnRows& own) {
  std::unordered_map<std::string, int> keys;
  const std::string statement = std::string(kOpenKeys) + is_own(own) + " LIMIT $3";
  BANMO_DO(connection.each(statement, {schema.dataset->id, own.batch, kMaxKeys}, [&](const sql::Values& row) -> Result<> {
    keys.emplace(sql::text_of(row[0]), 0);
    return {};
  }));
  return keys;
}

Result<> close_bad_rows(sql::Connection& connection, const Schema& schema, const OwnRows& own, const std::vector<std::string>& keys,
                        const std::vector<int64_t>& without_key_of, Instant now, ScoreDeltas& scores) {
  if (keys.empty() && without_key_of.empty()) return {};
  BANMO_DO(connection.script(connection.dialect() == sql::Dialect::duckdb ? kKeysDuckdb : kKeysPostgres));
  size_t i = 0;
  const auto added = connection.append("bm_keys", {"row_key"}, [&](sql::Values& row) -> Result<bool> {
    if (i == keys.size()) return false;
    row[0] = keys[i++];
    return true;
  });
  if (!added.ok()) return added.error();
  const std::string which = " WHERE dataset = $1 AND open AND batch <> $2 AND ((" + std::string(kWithKeys) + " AND " + is_own(own) +
                            ") OR (row_key IS NULL AND " + batch_in(without_key_of) + "))";
  const sql::Values parameters = {schema.dataset->id, own.batch};
  BANMO_TRY(const auto closed, connection.query(std::string(kClosedSums) + which + " GROUP BY org_no, rules", parameters));
  if (closed.empty()) return {};
  for (const auto& row : closed.rows) add_scores_of(sql::text_of(row[1]), sql::int_of(row[0]), -sql::int_of(row[2]), scores);
  BANMO_DO(connection.execute("UPDATE bm_quarantine SET open = FALSE, closed_at = " + std::to_string(now.micros) + which, parameters));
  return {};
}

Result<bool> close_bad_row(sql::Connection& connection, const Schema& schema, int64_t id, Instant now, ScoreDeltas& scores) {
  BANMO_TRY(const auto rows, connection.query(kOpenRow, {schema.dataset->id, id}));
  if (rows.empty()) return false;
  add_scores_of(sql::text_of(rows[0][1]), sql::int_of(rows[0][0]), -1, scores);
  BANMO_DO(connection.execute(kCloseRow, {schema.dataset->id, id, now.micros}));
  return true;
}

}  // namespace banmo::records
