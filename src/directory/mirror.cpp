// SPDX-License-Identifier: Apache-2.0
// The warehouse's copies: dim_org (each organisation with the school, district and city it belongs to), org_closure, dim_person. A watermark in the
// warehouse says up to which version of the ledger they are; what is behind is written again from the ledger, so a crash between the two stores
// repairs itself at the next change or start. On one PostgreSQL org_closure is the ledger's own table, and dim_person a view.
#include "directory/state.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kTables =
    "CREATE TABLE IF NOT EXISTS dim_org (no BIGINT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL, "
    "parent_no BIGINT NOT NULL, school_no BIGINT, district_no BIGINT, city_no BIGINT, valid_from TEXT NOT NULL, valid_to TEXT, merged_into BIGINT "
    "NOT NULL);"
    "CREATE TABLE IF NOT EXISTS directory_mirror (name TEXT NOT NULL, version BIGINT NOT NULL);";
constexpr std::string_view kCopies =
    "CREATE TABLE IF NOT EXISTS org_closure (ancestor_no BIGINT NOT NULL, org_no BIGINT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS dim_person (no BIGINT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, sex "
    "TEXT NOT NULL, "
    "org_no BIGINT, class_no BIGINT);";
// Keys on PostgreSQL alone: in DuckDB they would cost memory and appends, find nothing faster here, and refuse a key that is deleted and written
// again.
constexpr std::string_view kKeys = "CREATE UNIQUE INDEX IF NOT EXISTS dim_org_no ON dim_org (no);";
constexpr std::string_view kCopyKeys =
    "CREATE UNIQUE INDEX IF NOT EXISTS org_closure_pair ON org_closure (ancestor_no, org_no); CREATE INDEX IF NOT EXISTS org_closure_by_org ON "
    "org_closure (org_no);"
    "CREATE UNIQUE INDEX IF NOT EXISTS dim_person_no ON dim_person (no); CREATE INDEX IF NOT EXISTS dim_person_code ON dim_person (code);";
constexpr std::string_view kPersonView =
    "CREATE OR REPLACE VIEW dim_person AS SELECT no, id, code, kind, name, sex, NULLIF(home_no, 0) AS org_no, NULLIF(class_no, 0) AS class_no FROM "
    "person";
constexpr std::string_view kWatermark = "SELECT version FROM directory_mirror WHERE name = $1";
constexpr std::string_view kDropWatermark = "DELETE FROM directory_mirror WHERE name = $1";
constexpr std::string_view kSetWatermark = "INSERT INTO directory_mirror (name, version) VALUES ($1, $2)";
constexpr std::string_view kChangedPeople =
    "SELECT no, id, code, kind, name, sex, NULLIF(home_no, 0), NULLIF(class_no, 0), version FROM person WHERE version > $1 ORDER BY version, no";
constexpr std::string_view kPersonVersion = "SELECT version FROM directory_version WHERE name = 'person'";
constexpr size_t kPeopleChunk = 20'000;
constexpr size_t kMaxDelta = 2000;  // organisations; more are written as a whole

Result<int64_t> watermark(sql::Connection& connection, const std::string& name) {
  BANMO_TRY(const auto rows, connection.query(kWatermark, {name}));
  return rows.empty() ? int64_t{-1} : sql::int_of(rows[0][0]);
}

Result<> set_watermark(sql::Connection& connection, const std::string& name, int64_t version) {
  BANMO_DO(execute_all(connection, kDropWatermark, {name}));
  return execute_all(connection, kSetWatermark, {name, version});
}

sql::Value number_or_null(const Org* org) { return org == nullptr ? sql::Value() : sql::Value(org->no.value); }

void fill(sql::Values& row, const Org& org, const OrgTree& tree) {
  const Org* school = tree.nearest(org.no, OrgKind::school);
  if (school == nullptr) school = tree.nearest(org.no, OrgKind::college);
  row = {org.no.value,
         org.id.to_string(),
         org.title,
         std::string(name_of(org.kind)),
         org.code,
         org.parent.value,
         number_or_null(school),
         number_or_null(tree.nearest(org.no, OrgKind::district)),
         number_or_null(tree.nearest(org.no, OrgKind::city)),
         org.valid_from.to_iso(),
         date_or_null(org.valid_to),
         org.merged_into.value};
}

Result<> append_orgs(sql::Connection& connection, const OrgTree& tree, const std::vector<const Org*>& orgs, bool with_closure) {
  size_t at = 0;
  const auto done = connection.append(
      "dim_org", {"no", "id", "title", "kind", "code", "parent_no", "school_no", "district_no", "city_no", "valid_from", "valid_to", "merged_into"},
      [&](sql::Values& row) -> Result<bool> {
        if (at == orgs.size()) return false;
        fill(row, *orgs[at++], tree);
        return true;
      });
  if (!done.ok()) return done.error();
  if (!with_closure) return {};
  std::vector<std::pair<int64_t, int64_t>> pairs;
  for (const Org* org : orgs)
    for (const Org* above : tree.path(org->no)) pairs.emplace_back(above->no.value, org->no.value);
  at = 0;
  const auto closed = connection.append("org_closure", {"ancestor_no", "org_no"}, [&](sql::Values& row) -> Result<bool> {
    if (at == pairs.size()) return false;
    row[0] = pairs[at].first;
    row[1] = pairs[at++].second;
    return true;
  });
  if (!closed.ok()) return closed.error();
  return {};
}

// Deletes all, or those whose numbers are given.
Result<> clear_orgs(sql::Connection& connection, const std::vector<int64_t>* only, bool with_closure) {
  const std::string in = only == nullptr ? std::string() : numbers_list(*only);
  BANMO_DO(execute_all(connection, "DELETE FROM dim_org" + (only == nullptr ? std::string() : " WHERE no IN " + in)));
  if (!with_closure) return {};
  return execute_all(connection, "DELETE FROM org_closure" + (only == nullptr ? std::string() : " WHERE org_no IN " + in));
}

// Writes one chunk of people; with `replace` they may stand there already.
Result<> replace_people(sql::Connection& connection, const std::vector<sql::Values>& chunk, bool replace) {
  if (replace) {
    std::vector<int64_t> numbers;
    for (const sql::Values& row : chunk) numbers.push_back(sql::int_of(row[0]));
    BANMO_DO(execute_all(connection, "DELETE FROM dim_person WHERE no IN " + numbers_list(numbers)));
  }
  size_t at = 0;
  const auto next = [&](sql::Values& row) -> Result<bool> {
    if (at == chunk.size()) return false;
    std::copy_n(chunk[at++].begin(), row.size(), row.begin());
    return true;
  };
  const auto done = connection.append("dim_person", {"no", "id", "code", "kind", "name", "sex", "org_no", "class_no"}, next);
  if (!done.ok()) return done.error();
  return {};
}

}  // namespace

Result<> Directory::State::create_mirror() {
  if (!stores.warehouse) return {};
  const bool keys = stores.warehouse->dialect() == sql::Dialect::postgres;
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_DO(connection.script(kTables));
    if (keys) BANMO_DO(connection.script(kKeys));
    if (one_store()) return connection.script(kPersonView);
    BANMO_DO(connection.script(kCopies));
    return keys ? connection.script(kCopyKeys) : Result<>{};
  };
  BANMO_DO(stores.warehouse->write(change));
  BANMO_DO(mirror_orgs({}));
  return mirror_people();
}

Result<> Directory::State::mirror_orgs(const std::vector<OrgNo>& changed) {
  if (!stores.warehouse) return {};
  const std::lock_guard one(mirror_mutex);
  const auto now = current_tree();
  int64_t have = 0;
  {
    BANMO_TRY(const auto lease, stores.warehouse->read());
    BANMO_TRY(have, watermark(*lease, "org"));
  }
  if (have == now->version()) return {};
  const bool delta = have == now->version() - 1 && !changed.empty() && changed.size() <= kMaxDelta;
  std::vector<const Org*> orgs;
  std::vector<int64_t> numbers;
  if (delta) {
    for (const OrgNo no : changed) {
      numbers.push_back(no.value);
      if (const Org* org = now->find(no)) orgs.push_back(org);
    }
  } else {
    for (const Org& org : now->all()) orgs.push_back(&org);
  }
  const bool with_closure = !one_store();
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_DO(clear_orgs(connection, delta ? &numbers : nullptr, with_closure));
    BANMO_DO(append_orgs(connection, *now, orgs, with_closure));
    return set_watermark(connection, "org", now->version());
  };
  return stores.warehouse->write(change);
}

Result<> Directory::State::mirror_people() {
  if (one_store() || !stores.warehouse) return {};
  const std::lock_guard one(mirror_mutex);
  int64_t have = 0;
  {
    BANMO_TRY(const auto lease, stores.warehouse->read());
    BANMO_TRY(have, watermark(*lease, "person"));
  }
  BANMO_TRY(const auto lease, ledger().read());
  BANMO_TRY(const auto version, lease->query(kPersonVersion));
  const int64_t want = version.empty() ? 0 : sql::int_of(version[0][0]);
  if (have == want) return {};
  // A first copy that was cut off left rows behind.
  const sql::Change drop_all = [](sql::Connection& connection) { return execute_all(connection, "DELETE FROM dim_person"); };
  if (have < 0) BANMO_DO(stores.warehouse->write(drop_all));
  std::vector<sql::Values> chunk;
  const sql::Change write_chunk = [&](sql::Connection& connection) { return replace_people(connection, chunk, have >= 0); };
  const auto on_row = [&](const sql::Values& row) -> Result<> {
    chunk.push_back(row);
    if (chunk.size() < kPeopleChunk) return {};
    BANMO_DO(stores.warehouse->write(write_chunk));
    chunk.clear();
    return {};
  };
  BANMO_DO(lease->each(kChangedPeople, {have}, on_row));
  if (!chunk.empty()) BANMO_DO(stores.warehouse->write(write_chunk));
  const sql::Change mark = [&](sql::Connection& connection) { return set_watermark(connection, "person", want); };
  return stores.warehouse->write(mark);
}

}  // namespace banmo::directory
