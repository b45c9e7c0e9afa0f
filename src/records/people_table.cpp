// SPDX-License-Identifier: Apache-2.0
#include "records/people_table.h"

namespace banmo::records {
namespace {

constexpr std::string_view kDuckdbMark =
    "SELECT CAST(COUNT(*) AS VARCHAR) || '/' || CAST(COALESCE(BIT_XOR(HASH(no, code)), 0) AS VARCHAR) FROM dim_person";
constexpr std::string_view kPostgresMark = "SELECT COUNT(*)::text || '/' || COALESCE(SUM(hashtextextended(code, no)), 0)::text FROM dim_person";
constexpr std::string_view kMarkTable =
    "CREATE TEMP TABLE IF NOT EXISTS bm_people_mark (mark VARCHAR); CREATE TEMP TABLE IF NOT EXISTS bm_people (code VARCHAR, no BIGINT);";

constexpr std::string_view kMark = "SELECT mark FROM bm_people_mark";
constexpr std::string_view kSetMark = "INSERT INTO bm_people_mark (mark) VALUES ($1)";
constexpr std::string_view kEmptyPeople = "DELETE FROM bm_people_mark; CREATE OR REPLACE TEMP TABLE bm_people (code VARCHAR, no BIGINT);";
constexpr std::string_view kPeople = "SELECT code, MIN(no) FROM dim_person WHERE code <> '' GROUP BY code";
constexpr std::string_view kReachedTable = "CREATE OR REPLACE TEMP TABLE bm_reached (no BIGINT)";
constexpr std::string_view kOwnPeople =
    "CREATE OR REPLACE TEMP TABLE bm_own_people AS SELECT p.code, p.no FROM bm_people p JOIN bm_reached r ON r.no = p.no; DROP TABLE bm_reached";

// Copies (code, no) of everyone from PostgreSQL into the parser.
Result<> copy_people(sql::Connection& postgres, sql::Connection& duckdb) {
  BANMO_TRY(const auto people, postgres.query(kPeople));
  size_t i = 0;
  const auto added = duckdb.append("bm_people", {"code", "no"}, [&](sql::Values& row) -> Result<bool> {
    if (i == people.size()) return false;
    row = people[i++];
    return true;
  });
  if (!added.ok()) return added.error();
  return {};
}

std::string reference_name(const pack::Dataset& dataset) { return sql::quote_identifier("bm_ref_" + dataset.id); }

}  // namespace

Result<> refresh_people(Engine& engine, sql::Database& parser) {
  BANMO_TRY(const auto lease, engine.warehouse().read());
  const bool same_store = &parser == &engine.warehouse();
  BANMO_TRY(const auto marks, lease->query(same_store ? kDuckdbMark : kPostgresMark));
  const std::string mark = sql::text_of(marks[0][0]);
  return parser.write([&](sql::Connection& duckdb) -> Result<> {
    BANMO_DO(duckdb.script(kMarkTable));
    BANMO_TRY(const auto known, duckdb.query(kMark));
    if (!known.empty() && sql::text_of(known[0][0]) == mark) return {};
    BANMO_DO(duckdb.script(kEmptyPeople));
    if (same_store)
      BANMO_DO(duckdb.script("INSERT INTO bm_people " + std::string(kPeople)));
    else
      BANMO_DO(copy_people(*lease, duckdb));
    BANMO_DO(duckdb.execute(kSetMark, {mark}));
    return {};
  });
}

Result<> select_own_people(Engine& engine, sql::Database& parser, const directory::Scope& scope) {
  BANMO_TRY(const auto people, engine.directory().members_ever(scope));
  return parser.write([&](sql::Connection& duckdb) -> Result<> {
    BANMO_DO(duckdb.script(kReachedTable));
    size_t i = 0;
    BANMO_DO(duckdb.append("bm_reached", {"no"}, [&](sql::Values& row) -> Result<bool> {
      if (i == people.size()) return false;
      row[0] = people[i++].value;
      return true;
    }));
    return duckdb.script(kOwnPeople);
  });
}

std::string reference_table(const Engine& engine, const pack::Dataset& dataset) {
  if (engine.warehouse().dialect() == sql::Dialect::duckdb) return engine.find(dataset.id)->schema->table;
  return reference_name(dataset);
}

Result<> refresh_reference(Engine& engine, sql::Database& parser, const pack::Dataset& dataset) {
  if (&parser == &engine.warehouse()) return {};
  const Schema& schema = *engine.find(dataset.id)->schema;
  const Column& key = schema.columns[schema.grain.front()];
  BANMO_TRY(const auto lease, engine.warehouse().read());
  BANMO_TRY(const auto rows, lease->query("SELECT " + key.name + " FROM " + schema.table));
  return parser.write([&](sql::Connection& duckdb) -> Result<> {
    BANMO_DO(duckdb.script("CREATE OR REPLACE TEMP TABLE " + reference_name(dataset) + " (" + key.name + " " +
                           schema.type_name(key, sql::Dialect::duckdb) + ");"));
    size_t i = 0;
    const auto added = duckdb.append("bm_ref_" + dataset.id, {key.field->id}, [&](sql::Values& row) -> Result<bool> {
      if (i == rows.size()) return false;
      row = rows[i++];
      return true;
    });
    if (!added.ok()) return added.error();
    return {};
  });
}

}  // namespace banmo::records
