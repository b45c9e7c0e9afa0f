// SPDX-License-Identifier: Apache-2.0
#include "events/purge.h"

#include <algorithm>

#include "events/look_up.h"

namespace banmo::events {
namespace {

using directory::Principal;

constexpr std::string_view kParts = "SELECT s.org_no, COUNT(*), MIN(s.at), MAX(s.at) FROM xapi_statement s WHERE ";
constexpr std::string_view kKey = "SELECT k.no FROM xapi_key k JOIN org_closure c ON c.org_no = k.org_no WHERE k.name = $1 AND c.ancestor_no = $2";

}  // namespace

std::string purge_condition(const PurgeWish& wish, sql::Dialect dialect, sql::Values& values) {
  const auto bound = [&](sql::Value value) {
    values.push_back(std::move(value));
    return "$" + std::to_string(values.size());
  };
  std::string condition = "s.at < " + bound(wish.before.micros);
  condition += " AND s.org_no IN (SELECT org_no FROM org_closure WHERE ancestor_no = " + bound(wish.org.value) + ")";
  if (!wish.key.empty()) condition += " AND s.key_no = (SELECT no FROM xapi_key WHERE name = " + bound(wish.key) + ")";
  if (!wish.verb.empty()) {
    const bool postgres = dialect == sql::Dialect::postgres;
    condition += postgres ? " AND CAST(s.body AS json) -> 'verb' ->> 'id' = " : " AND json_extract(s.body, '$.verb.id') = ";
    condition += bound(wish.verb);
  }
  return condition;
}

Result<> Purging::check(const Principal& by, const PurgeWish& wish) const {
  BANMO_DO(directory_.require(by, directory::Right::people_manage, wish.org));
  if (wish.before > directory_.clock().now())
    return fail(ErrorCode::invalid, "events.purge_of_future", {"日期须在今天或以前", "the day must not be in the future"}, "$.before");
  if (wish.key.empty()) return {};
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const auto keys, lease->query(kKey, {wish.key, wish.org.value}));
  if (!keys.empty()) return {};
  return fail(ErrorCode::not_found, "events.no_such_key",
              {"该机构及下级机构没有这个密钥", "neither the organisation nor one below it has such a key"}, "$.key");
}

Result<RemovalPreview> Purging::preview(const Principal& by, const PurgeWish& wish) const {
  BANMO_DO(check(by, wish));
  sql::Values values;
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  const std::string condition = purge_condition(wish, lease->dialect(), values);
  BANMO_TRY(const auto rows, lease->query(std::string(kParts) + condition + " GROUP BY s.org_no ORDER BY COUNT(*) DESC, s.org_no", values));
  RemovalPreview preview;
  for (const auto& row : rows.rows) {
    preview.parts.push_back({{sql::int_of(row[0])}, sql::int_of(row[1]), Instant{sql::int_of(row[2])}, Instant{sql::int_of(row[3])}});
    preview.counts.n_statements += sql::int_of(row[1]);
  }
  return preview;
}

Result<Removal> Purging::order(const Principal& by, const PurgeWish& wish, const std::string& reason) {
  BANMO_DO(check_order(by, reason));
  BANMO_TRY(const RemovalPreview expected, preview(by, wish));
  RemovalRow row;
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(lock_writer(connection));
    row = {};
    row.told.kind = RemovalKind::age;
    row.told.wish = wish;
    row.told.reason = reason;
    row.told.asked_by = by.account_name;
    row.told.n_expected = expected.counts.n_statements;
    return add_removal(connection, directory_, row, {});
  }));
  return row.told;
}

}  // namespace banmo::events
