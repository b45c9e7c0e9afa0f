// SPDX-License-Identifier: Apache-2.0
#include "models/old_choices.h"

#include <vector>

#include "base/log.h"
#include "models/packed_choices.h"

namespace banmo::models {
namespace {

constexpr std::string_view kIsThere =
    "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'admission_outcome'";
constexpr std::string_view kRuns = "SELECT DISTINCT run_no FROM admission_outcome ORDER BY run_no";
constexpr std::string_view kOfRun =
    "SELECT seq, batch, choice_no, program, outcome, tier, score, standing, needed, needed_tier, needed_score, decided, quota"
    " FROM admission_outcome"
    " WHERE run_no = $1"
    " ORDER BY batch, seq, choice_no";

constexpr int64_t kPlaced = 0;  // of Outcome

std::optional<double> number_of(const sql::Value& value) { return sql::is_null(value) ? std::nullopt : std::optional(sql::double_of(value)); }

// What becomes one row.
struct Row {
  int64_t seq = 0, batch = 0, held = -1;
  sql::Blob choices;
};

Result<std::vector<Row>> packed_rows(sql::Connection& warehouse, int64_t run) {
  std::vector<Row> rows;
  BANMO_DO(warehouse.each(kOfRun, {run}, [&](const sql::Values& row) -> Result<> {
    const int64_t seq = sql::int_of(row[0]), batch = sql::int_of(row[1]);
    if (rows.empty() || rows.back().seq != seq || rows.back().batch != batch) rows.push_back({seq, batch, -1, {}});
    const PackedChoice one{sql::int_of(row[2]), sql::int_of(row[3]),  sql::int_of(row[4]), sql::int_of(row[5]),
                           number_of(row[6]),   sql::int_of(row[7]),  sql::int_of(row[8]), sql::int_of(row[9]),
                           number_of(row[10]),  sql::int_of(row[11]), sql::int_of(row[12])};
    if (one.outcome == kPlaced) rows.back().held = one.program;
    pack_choice(rows.back().choices, one);
    return {};
  }));
  return rows;
}

Result<> pack_run(sql::Connection& warehouse, int64_t run) {
  BANMO_TRY(const std::vector<Row> rows, packed_rows(warehouse, run));
  size_t i = 0;
  const auto added = warehouse.append("admission_choices", {"run_no", "seq", "batch", "held", "choices"}, [&](sql::Values& row) -> Result<bool> {
    if (i == rows.size()) return false;
    row = {run, rows[i].seq, rows[i].batch, rows[i].held, rows[i].choices};
    ++i;
    return true;
  });
  if (!added.ok()) return added.error();
  const auto gone = warehouse.execute("DELETE FROM admission_outcome WHERE run_no = $1", {run});
  return gone.ok() ? Result<>() : Result<>(gone.error());
}

}  // namespace

Result<> pack_old_choices(sql::Database& warehouse) {
  std::vector<int64_t> runs;
  {
    BANMO_TRY(const auto lease, warehouse.read());
    BANMO_TRY(const auto there, lease->query(kIsThere));
    if (sql::int_of(there[0][0]) == 0) return {};
    BANMO_TRY(const auto rows, lease->query(kRuns));
    for (const auto& row : rows.rows) runs.push_back(sql::int_of(row[0]));
  }
  for (const int64_t run : runs) BANMO_DO(warehouse.write([&](sql::Connection& connection) { return pack_run(connection, run); }));
  BANMO_DO(warehouse.write([](sql::Connection& connection) { return connection.script("DROP TABLE IF EXISTS admission_outcome;"); }));
  log(LogLevel::info, "admission.choices_packed", {{"runs", std::to_string(runs.size())}});
  return {};
}

}  // namespace banmo::models
