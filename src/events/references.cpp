// SPDX-License-Identifier: Apache-2.0
#include "events/references.h"

#include <algorithm>
#include <unordered_set>

#include "events/look_up.h"
#include "events/postings.h"
#include "events/reader.h"

namespace banmo::events {
namespace {

constexpr std::string_view kReferenced = "SELECT DISTINCT target FROM xapi_posting WHERE target IN (";
constexpr std::string_view kBody = "SELECT no, body FROM xapi_statement WHERE id = $1 AND org_no = $2";
constexpr std::string_view kReferring =
    "SELECT s.no, s.id, s.voided FROM xapi_posting p JOIN xapi_statement s ON s.no = p.no WHERE p.target = $1 ORDER BY p.no LIMIT 1000";
constexpr std::string_view kPost = "INSERT INTO xapi_posting (target, no) VALUES ($1, $2) ON CONFLICT DO NOTHING";
constexpr std::string_view kVoid = "UPDATE xapi_statement SET voided = 1 WHERE id = $1 AND org_no = $2 AND voided = 0";

constexpr int kMaxReferences = 8;  // how far a reference of a reference is followed; how many came before what they refer to: kReferring

// A statement that refers to another is found by what that other says, too (xAPI 1.0.3 Communication 2.1.3, Filter Conditions for StatementRefs).
Result<> post_upwards(sql::Connection& connection, directory::OrgNo org, int64_t no, const Uuid& id, const std::vector<int64_t>& targets, bool add,
                      int depth) {
  if (add)
    for (const int64_t target : targets) BANMO_DO(execute(connection, kPost, {target, no}));
  if (depth == kMaxReferences) return {};
  BANMO_TRY(const auto rows, connection.query(kReferring, {reference_target(org, id)}));
  for (const auto& row : rows.rows) {
    const auto* bytes = std::get_if<sql::Blob>(&row[1]);
    Uuid referring;
    if (bytes == nullptr || bytes->size() != referring.bytes.size()) continue;
    std::copy(bytes->begin(), bytes->end(), referring.bytes.begin());
    BANMO_DO(post_upwards(connection, org, sql::int_of(row[0]), referring, targets, true, depth + 1));
    if (depth == 0 && sql::int_of(row[2]) == 2) BANMO_DO(execute(connection, kVoid, {blob_of(id), org.value}));
  }
  return {};
}

// What the statement `id`, and the ones that it refers to, are found by.
Result<std::vector<int64_t>> targets_behind(sql::Connection& connection, directory::OrgNo org, Uuid id) {
  std::vector<int64_t> targets;
  for (int depth = 0; depth < kMaxReferences; ++depth) {
    BANMO_TRY(const auto rows, connection.query(kBody, {blob_of(id), org.value}));
    if (rows.empty()) return targets;
    const auto body = json::read(sql::text_of(rows[0][1]));
    if (!body.ok()) return targets;  // stored when the rules were less strict
    const auto statement = read_statement(*body, Version::v2_0);
    if (!statement.ok()) return targets;
    const auto more = targets_of(*statement);
    targets.insert(targets.end(), more.begin(), more.end());
    const auto* next = std::get_if<StatementRef>(&statement->object);
    if (next == nullptr) return targets;
    id = next->id;
  }
  return targets;
}

}  // namespace

Result<> follow_references(sql::Connection& connection, const std::vector<NewStatement>& stored) {
  std::vector<sql::Value> references;
  for (const NewStatement& one : stored) references.emplace_back(reference_target(one.key->org, one.draft->id));
  std::unordered_set<int64_t> referenced;
  BANMO_DO(each_of(connection, kReferenced, {}, references, [&](const sql::Values& row) -> Result<> {
    referenced.insert(sql::int_of(row[0]));
    return {};
  }));
  for (size_t i = 0; i < stored.size(); ++i) {
    const Draft& draft = *stored[i].draft;
    const directory::OrgNo org = stored[i].key->org;
    if (!draft.refers && !referenced.contains(sql::int_of(references[i]))) continue;
    std::vector<int64_t> targets = draft.targets;
    if (draft.refers) {
      targets.push_back(reference_target(org, *draft.refers));
      BANMO_TRY(const auto behind, targets_behind(connection, org, *draft.refers));
      targets.insert(targets.end(), behind.begin(), behind.end());
      if (draft.voids) BANMO_DO(execute(connection, kVoid, {blob_of(*draft.refers), org.value}));
    }
    BANMO_DO(post_upwards(connection, org, stored[i].no, draft.id, targets, draft.refers.has_value(), 0));
  }
  return {};
}

}  // namespace banmo::events
