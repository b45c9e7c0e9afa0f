// SPDX-License-Identifier: Apache-2.0
#include "events/forget.h"

#include <algorithm>
#include <memory>

#include "events/look_up.h"
#include "events/postings.h"
#include "events/walk.h"

namespace banmo::events {
namespace {

constexpr std::string_view kFiled = "SELECT statement_no FROM xapi_about_mark";
constexpr std::string_view kById = " FROM xapi_statement s WHERE s.id = $1 AND s.org_no = $2";
constexpr std::string_view kByNo = " FROM xapi_statement s WHERE s.no IN (";
constexpr std::string_view kOfOrg = "SELECT no FROM xapi_statement WHERE org_no = $1 AND no IN (";
constexpr std::string_view kOwnTargets = "SELECT targets FROM xapi_statement WHERE no = $1";
constexpr std::string_view kSetTargets = "UPDATE xapi_statement SET targets = $2 WHERE no = $1";

constexpr int kMaxReferences = 8;       // as far as references are followed when they are written (references.cpp)
constexpr size_t kMaxReferring = 1000;  // likewise
constexpr size_t kCountedAtOnce = 10'000;
constexpr int kTries = 5;  // segments are put together seldom

std::string selected(std::string_view from) { return "SELECT " + std::string(kStoredColumns) + std::string(from); }

std::vector<sql::Value> values_of(const std::vector<int64_t>& numbers) { return {numbers.begin(), numbers.end()}; }

Result<std::vector<int64_t>> walk(sql::Connection& connection, const IndexView& view, int64_t target, int64_t after_no, int64_t until_no,
                                  size_t limit) {
  Walk walk(connection, view, {{target}}, true);
  std::vector<int64_t> out;
  for (int64_t bound = after_no + 1; out.size() < limit; bound = out.back() + 1) {
    BANMO_TRY(const auto no, walk.next(bound));
    if (!no || *no > until_no) break;
    out.push_back(*no);
  }
  return out;
}

// What the statements behind a reference are found by.
Result<std::vector<int64_t>> targets_behind(sql::Connection& connection, const StoredStatement& stored) {
  std::vector<int64_t> targets;
  const auto* next = std::get_if<StatementRef>(&stored.statement.object);
  std::unique_ptr<const StoredStatement> behind;  // what `next` points into
  for (int depth = 0; depth < kMaxReferences && next != nullptr; ++depth) {
    BANMO_TRY(const auto rows, connection.query(selected(kById), {blob_of(next->id), stored.key_org.value}));
    behind = rows.empty() ? nullptr : stored_of(rows[0]);
    if (behind == nullptr) break;
    const auto more = targets_of(behind->statement);
    targets.insert(targets.end(), more.begin(), more.end());
    next = std::get_if<StatementRef>(&behind->statement.object);
  }
  return targets;
}

}  // namespace

Result<std::vector<int64_t>> Forgetting::numbers(sql::Connection& connection, int64_t target, int64_t after_no, int64_t until_no, size_t limit) {
  for (int i = 1;; ++i) {
    const auto view = index_.view(connection, {target});
    auto found = view.ok() ? walk(connection, *view, target, after_no, until_no, limit) : Result<std::vector<int64_t>>(view.error());
    if (found.ok() || found.error().id != kMoved || i == kTries) return found;
  }
}

Result<int64_t> Forgetting::count(sql::Connection& connection, int64_t target, directory::OrgNo org) {
  int64_t n = 0;
  for (int64_t after = 0;;) {
    BANMO_TRY(const auto found, numbers(connection, target, after, INT64_MAX, kCountedAtOnce));
    BANMO_DO(each_of(connection, kOfOrg, {org.value}, values_of(found), [&](const sql::Values&) -> Result<> {
      ++n;
      return {};
    }));
    if (found.size() < kCountedAtOnce) return n;
    after = found.back();
  }
}

// Those that refer to `stored`, and those that refer to these, are found by `targets` for its sake; what they say themselves stays.
Result<> Forgetting::add_referring(sql::Connection& connection, const StoredStatement& stored, const std::vector<int64_t>& targets, int depth,
                                   std::vector<Posting>& entries) {
  if (depth == kMaxReferences) return {};
  BANMO_TRY(const auto found, numbers(connection, reference_target(stored.key_org, stored.id), 0, INT64_MAX, kMaxReferring));
  BANMO_TRY(const auto rows, stored_by_no(connection, found));
  for (const auto& row : rows.rows) {
    const auto referring = stored_of(row);
    if (referring == nullptr || referring->no == stored.no) continue;
    const auto own = targets_of(referring->statement);
    for (const int64_t target : targets)
      if (!std::binary_search(own.begin(), own.end(), target)) entries.push_back({target, referring->no});
    BANMO_DO(add_referring(connection, *referring, targets, depth + 1, entries));
  }
  return {};
}

Result<std::vector<Posting>> Forgetting::entries_of(sql::Connection& connection, const StoredStatement& stored, const std::string& key_name,
                                                    const std::vector<int64_t>& about) {
  std::vector<int64_t> targets = targets_of(stored.statement);
  BANMO_TRY(const auto behind, targets_behind(connection, stored));
  targets.insert(targets.end(), behind.begin(), behind.end());
  std::vector<Posting> entries;
  BANMO_DO(add_referring(connection, stored, targets, 0, entries));
  targets.insert(targets.end(), about.begin(), about.end());
  targets.push_back(target_of(List::org, std::to_string(stored.key_org.value)));
  targets.push_back(target_of(List::key, key_name));
  if (const auto* reference = std::get_if<StatementRef>(&stored.statement.object)) targets.push_back(reference_target(stored.key_org, reference->id));
  for (const int64_t target : targets) entries.push_back({target, stored.no});
  return entries;
}

Result<int64_t> filed_until(sql::Connection& connection) {
  BANMO_TRY(const auto rows, connection.query(kFiled));
  return rows.empty() ? int64_t{0} : sql::int_of(rows[0][0]);
}

Result<sql::Rows> stored_by_no(sql::Connection& connection, const std::vector<int64_t>& numbers) {
  sql::Rows out;
  BANMO_DO(each_of(connection, selected(kByNo), {}, values_of(numbers), [&](const sql::Values& row) -> Result<> {
    out.rows.push_back(row);
    return {};
  }));
  std::sort(out.rows.begin(), out.rows.end(), [](const sql::Values& a, const sql::Values& b) { return sql::int_of(a[0]) < sql::int_of(b[0]); });
  return out;
}

Result<> forget_own_target(sql::Connection& connection, const Posting& posting) {
  BANMO_TRY(const auto rows, connection.query(kOwnTargets, {posting.no}));
  if (rows.empty() || sql::is_null(rows[0][0])) return {};
  std::vector<int64_t> targets = targets_in(rows[0][0]);
  if (std::erase(targets, posting.target) == 0) return {};
  return execute(connection, kSetTargets, {posting.no, packed_targets(targets)});
}

}  // namespace banmo::events
