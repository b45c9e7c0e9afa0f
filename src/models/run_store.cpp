// SPDX-License-Identifier: Apache-2.0
#include "models/run_store.h"

#include <algorithm>
#include <map>

#include "json/describe.h"

namespace banmo::models {

template <class V>
void describe(V& v, BatchFigures& x) {
  v.field("batch", x.batch);
  v.field("mechanism", x.mechanism);
  v.field("n_applicants", x.n_applicants);
  v.field("n_choices", x.n_choices);
  v.field("n_seats", x.n_seats);
  v.field("n_placed", x.n_placed);
  v.field("n_first", x.n_first);
  v.field("n_exceptions", x.n_exceptions);
  v.field("stable", x.stable);
}
template <class V>
void describe(V& v, RunNames& x) {
  v.field("batches", x.batches);
  v.field("quotas", x.quotas);
  v.field("ties", x.ties);
}
template <class V>
void describe(V& v, RunException& x) {
  v.field("batch", x.batch);
  v.field("flaw", x.flaw);
  v.field("number", x.number);
  v.field("program", x.program);
}

namespace {

struct Summary {
  std::vector<BatchFigures> batches;
  std::vector<RunException> exceptions;
  RunNames names;
};
template <class V>
void describe(V& v, Summary& x) {
  v.field("batches", x.batches);
  v.field("exceptions", x.exceptions);
  v.field("names", x.names);
}

constexpr std::string_view kRunColumns =
    "SELECT no, id, admission, year, batch, state, account, begun_at, computed_at, checked_by, checked_at, published_by, published_at, input_sha256, "
    "output_sha256, summary FROM admission_run ";
constexpr std::string_view kNextRun = "SELECT COALESCE(MAX(no), 0) + 1 FROM admission_run";
constexpr std::string_view kInsertRun =
    "INSERT INTO admission_run (no, id, admission, year, batch, state, account, begun_at, computed_at, checked_by, checked_at, published_by, "
    "published_at, in_dataset, input_sha256, output_sha256, summary) VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, NULL, '', NULL, '', NULL, 0, '', "
    "'', '')";
constexpr std::string_view kComputed =
    "UPDATE admission_run SET state = 'computed', computed_at = $2, input_sha256 = $3, output_sha256 = $4, summary = $5 WHERE no = $1 AND state = "
    "'running'";
constexpr std::string_view kMove = "UPDATE admission_run SET state = $2 WHERE no = $1 AND state = $3";
constexpr std::string_view kChecked =
    "UPDATE admission_run SET state = 'checked', checked_by = $2, checked_at = $3 WHERE no = $1 AND state = 'computed'";
constexpr std::string_view kPublished =
    "UPDATE admission_run SET state = 'published', published_by = $2, published_at = $3 WHERE no = $1 AND state = 'checked'";
constexpr std::string_view kPublishBatch = "INSERT INTO admission_published (admission, year, batch, run_no) VALUES ($1, $2, $3, $4)";

constexpr std::string_view kInDataset = "UPDATE admission_run SET in_dataset = 1 WHERE no = $1";

constexpr std::string_view kTables =
    "CREATE TABLE IF NOT EXISTS admission_applicant (run_no BIGINT NOT NULL, seq BIGINT NOT NULL, person_no BIGINT NOT NULL, org_no BIGINT NOT NULL, "
    "number VARCHAR NOT NULL, batch VARCHAR NOT NULL, program VARCHAR NOT NULL, title VARCHAR NOT NULL, quota VARCHAR NOT NULL, choice_no BIGINT NOT "
    "NULL);"
    "CREATE TABLE IF NOT EXISTS admission_outcome (run_no BIGINT NOT NULL, seq BIGINT NOT NULL, batch BIGINT NOT NULL, choice_no BIGINT NOT NULL, "
    "program BIGINT NOT NULL, outcome BIGINT NOT NULL, tier BIGINT NOT NULL, score DOUBLE PRECISION, standing BIGINT NOT NULL, needed BIGINT NOT "
    "NULL, "
    "needed_tier BIGINT NOT NULL, needed_score DOUBLE PRECISION, decided BIGINT NOT NULL, quota BIGINT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS admission_cut_off (run_no BIGINT NOT NULL, batch BIGINT NOT NULL, program BIGINT NOT NULL, seat_group BIGINT NOT "
    "NULL, "
    "code VARCHAR NOT NULL, title VARCHAR NOT NULL, quota VARCHAR NOT NULL, seats BIGINT NOT NULL, capacity BIGINT NOT NULL, n_held BIGINT NOT NULL, "
    "n_left BIGINT NOT NULL, last BIGINT NOT NULL, tier BIGINT NOT NULL, score DOUBLE PRECISION);";
// DuckDB skips what cannot match by the order in which runs were added.
constexpr std::string_view kIndexes =
    "CREATE INDEX IF NOT EXISTS admission_applicant_by_run ON admission_applicant (run_no, seq);"
    "CREATE INDEX IF NOT EXISTS admission_outcome_by_run ON admission_outcome (run_no, seq);"
    "CREATE INDEX IF NOT EXISTS admission_cut_off_by_run ON admission_cut_off (run_no);";
constexpr std::string_view kEraseApplicants = "DELETE FROM admission_applicant WHERE run_no = $1";
constexpr std::string_view kEraseOutcomes = "DELETE FROM admission_outcome WHERE run_no = $1";
constexpr std::string_view kEraseCutOffs = "DELETE FROM admission_cut_off WHERE run_no = $1";
constexpr std::string_view kPlacedPersons =
    "SELECT r.person_no FROM admission_outcome o JOIN admission_applicant r ON r.run_no = o.run_no AND r.seq = o.seq WHERE o.run_no = $1 AND o.batch "
    "= "
    "$2 AND o.outcome = 0";
constexpr std::string_view kLeft = "SELECT code, quota, n_left FROM admission_cut_off WHERE run_no = $1 AND batch = $2 AND n_left > 0";
constexpr std::string_view kCutOffs =
    "SELECT batch, program, seat_group, code, title, quota, seats, capacity, n_held, last, tier, score FROM admission_cut_off WHERE run_no = $1 "
    "ORDER BY "
    "batch, program, seat_group";
constexpr std::string_view kApplicants =
    "SELECT r.seq, r.number, r.person_no, r.batch, r.program, r.title, r.quota, r.choice_no FROM admission_applicant r WHERE r.run_no = $1 AND r.seq "
    "> "
    "$2 AND ($3 = '' OR r.number = $3) AND ";
constexpr std::string_view kChoices =
    "SELECT o.batch, o.choice_no, o.outcome, o.tier, o.score, o.standing, o.needed, o.needed_tier, o.needed_score, o.decided, o.quota, p.code, "
    "p.title "
    "FROM admission_outcome o LEFT JOIN (SELECT DISTINCT batch, program, code, title FROM admission_cut_off WHERE run_no = $1) p ON p.batch = "
    "o.batch "
    "AND p.program = o.program WHERE o.run_no = $1 AND o.seq = $2 ORDER BY o.batch, o.choice_no";

std::optional<Instant> instant_of(const sql::Value& value) { return sql::is_null(value) ? std::nullopt : std::optional(Instant{sql::int_of(value)}); }
std::optional<double> number_of(const sql::Value& value) { return sql::is_null(value) ? std::nullopt : std::optional(sql::double_of(value)); }
sql::Value or_null(bool is, double value) { return is ? sql::Value{value} : sql::Value{}; }

Result<> execute(sql::Connection& connection, std::string_view statement, const sql::Values& parameters) {
  const auto done = connection.execute(statement, parameters);
  return done.ok() ? Result<>() : Result<>(done.error());
}

Error wrong_state(std::string_view wanted) {
  return fail(ErrorCode::conflict, "models.run_state",
              {"这次投档已不在可办理的状态，请刷新后再看", "the run is not in the state for this (" + std::string(wanted) + "): read it again"});
}

audit::Entry entry_of(const Run& run, const char* action, Instant at, const std::string& actor, json::Object detail) {
  detail.set("run", run.id.to_string());
  detail.set("year", run.year);
  if (!run.batch.empty()) detail.set("batch", run.batch);
  return {at, actor, action, "admission", run.admission, 0, std::move(detail)};
}

int quota_index(const pack::Admission& admission, const std::string& id) {
  for (size_t i = 0; i < admission.quotas.size(); ++i)
    if (admission.quotas[i].id == id) return static_cast<int>(i);
  return -1;
}
std::string quota_name(const pack::Admission& admission, int quota) {
  return quota < 0 || static_cast<size_t>(quota) >= admission.quotas.size() ? std::string() : admission.quotas[static_cast<size_t>(quota)].id;
}

std::string at(const std::vector<std::string>& list, int64_t index) {
  return index >= 0 && static_cast<size_t>(index) < list.size() ? list[static_cast<size_t>(index)] : std::string();
}

Message decided_by(const RunNames& names, size_t batch, int decided) {
  if (decided == kByTier) return {"优先级", "tier"};
  if (decided == kByScore) return {"成绩", "score"};
  if (decided < kByTie || batch >= names.ties.size()) return {};
  const std::string title = at(names.ties[batch], decided - kByTie);
  const size_t tab = title.find('\t');
  return tab == std::string::npos ? Message{title, title} : Message{title.substr(0, tab), title.substr(tab + 1)};
}

bool has_score(const BatchInput& batch, uint32_t wish) { return batch.rules->score && batch.wishes[wish].has_score; }
double score_of(const BatchInput& batch, uint32_t wish) { return batch.keys[wish * batch.n_keys]; }

// The last place that an applicant was given.
struct Place {
  int batch = -1;
  uint32_t wish = 0;
};
std::vector<Place> places_of(const Season& season, const std::vector<Settled>& settled) {
  std::vector<Place> places(season.numbers.size());
  for (size_t b = 0; b < settled.size(); ++b)
    for (size_t a = 0; a < places.size(); ++a)
      if (const int32_t held = settled[b].assignment.choice[a]; held != math::kNone)
        places[a] = {static_cast<int>(b), settled[b].wish_of[static_cast<size_t>(held)]};
  return places;
}

Result<> write_applicants(sql::Connection& warehouse, int64_t no, const Season& season, const std::vector<Settled>& settled) {
  const std::vector<Place> places = places_of(season, settled);
  size_t a = 0;
  const auto added =
      warehouse.append("admission_applicant", {"run_no", "seq", "person_no", "org_no", "number", "batch", "program", "title", "quota", "choice_no"},
                       [&](sql::Values& row) -> Result<bool> {
                         if (a == places.size()) return false;
                         row[0] = no;
                         row[1] = static_cast<int64_t>(a) + 1;
                         row[2] = season.persons[a];
                         row[3] = season.orgs[a];
                         row[4] = season.numbers[a];
                         row[5] = row[6] = row[7] = row[8] = std::string();
                         row[9] = int64_t{0};
                         if (const Place& place = places[a]; place.batch >= 0) {
                           const BatchInput& batch = season.batches[static_cast<size_t>(place.batch)];
                           const Wish& wish = batch.wishes[place.wish];
                           const Program& program = batch.programs[static_cast<size_t>(wish.program)];
                           const int16_t group = settled[static_cast<size_t>(place.batch)].fates[place.wish].group;
                           row[5] = batch.rules->id;
                           row[6] = program.code;
                           row[7] = program.title;
                           row[8] = quota_name(*season.admission, program.groups[static_cast<size_t>(group)].quota);
                           row[9] = int64_t{wish.order};
                         }
                         ++a;
                         return true;
                       });
  return added.ok() ? Result<>() : Result<>(added.error());
}

Result<> write_outcomes(sql::Connection& warehouse, int64_t no, const BatchInput& batch, const Settled& settled) {
  uint32_t i = 0;
  const auto added = warehouse.append(
      "admission_outcome",
      {"run_no", "seq", "batch", "choice_no", "program", "outcome", "tier", "score", "standing", "needed", "needed_tier", "needed_score", "decided",
       "quota"},
      [&](sql::Values& row) -> Result<bool> {
        if (i == batch.wishes.size()) return false;
        const Wish& wish = batch.wishes[i];
        const Fate& fate = settled.fates[i];
        const auto cut = static_cast<uint32_t>(fate.cut);
        const bool is_cut = fate.cut != math::kNone;
        row[0] = no;
        row[1] = int64_t{wish.applicant} + 1;
        row[2] = int64_t{batch.index};
        row[3] = int64_t{wish.order};
        row[4] = int64_t{wish.program};
        row[5] = static_cast<int64_t>(fate.outcome);
        row[6] = int64_t{wish.tier} + 1;
        row[7] = or_null(has_score(batch, i), has_score(batch, i) ? score_of(batch, i) : 0);
        row[8] = int64_t{fate.standing} + 1;
        row[9] = int64_t{fate.needed} + 1;
        row[10] = is_cut ? int64_t{batch.wishes[cut].tier} + 1 : int64_t{0};
        row[11] = or_null(is_cut && batch.rules->score, is_cut && batch.n_keys > 0 ? score_of(batch, cut) : 0);
        row[12] = int64_t{fate.decided};
        row[13] =
            fate.group < 0 ? int64_t{-1} : int64_t{batch.programs[static_cast<size_t>(wish.program)].groups[static_cast<size_t>(fate.group)].quota};
        ++i;
        return true;
      });
  return added.ok() ? Result<>() : Result<>(added.error());
}

Result<> write_cut_offs(sql::Connection& warehouse, int64_t no, const pack::Admission& admission, const BatchInput& batch, const Settled& settled) {
  size_t program = 0, group = 0;
  const auto added = warehouse.append(
      "admission_cut_off",
      {"run_no", "batch", "program", "seat_group", "code", "title", "quota", "seats", "capacity", "n_held", "n_left", "last", "tier", "score"},
      [&](sql::Values& row) -> Result<bool> {
        if (program == batch.programs.size()) return false;
        const Program& of = batch.programs[program];
        const size_t at = settled.market.seats_begin[program] + group;
        const math::CutOff& cut_off = settled.cut_offs[at];
        const int32_t last = settled.last_wish[at];
        row[0] = no;
        row[1] = int64_t{batch.index};
        row[2] = static_cast<int64_t>(program);
        row[3] = static_cast<int64_t>(group);
        row[4] = of.code;
        row[5] = of.title;
        row[6] = quota_name(admission, of.groups[group].quota);
        row[7] = int64_t{of.groups[group].seats};
        row[8] = int64_t{cut_off.capacity};
        row[9] = int64_t{cut_off.n_held};
        row[10] = int64_t{left_over(settled.market, cut_off, at)};
        row[11] = int64_t{cut_off.last} + 1;
        row[12] = last == math::kNone ? int64_t{0} : int64_t{batch.wishes[static_cast<size_t>(last)].tier} + 1;
        row[13] = or_null(last != math::kNone && batch.rules->score,
                          last != math::kNone && batch.n_keys > 0 ? score_of(batch, static_cast<uint32_t>(last)) : 0);
        if (++group == of.groups.size()) {
          group = 0;
          ++program;
        }
        return true;
      });
  return added.ok() ? Result<>() : Result<>(added.error());
}

Run run_of(const sql::Values& row) {
  Run run;
  run.no = sql::int_of(row[0]);
  run.id = RunId::parse(sql::text_of(row[1])).value_or(RunId{});
  run.admission = sql::text_of(row[2]);
  run.year = sql::int_of(row[3]);
  run.batch = sql::text_of(row[4]);
  const std::string state = sql::text_of(row[5]);
  for (size_t i = 0; i < kRunStates.size(); ++i)
    if (kRunStates[i] == state) run.state = static_cast<RunState>(i);
  run.account = sql::text_of(row[6]);
  run.begun_at = {sql::int_of(row[7])};
  run.computed_at = instant_of(row[8]);
  run.checked_by = sql::text_of(row[9]);
  run.checked_at = instant_of(row[10]);
  run.published_by = sql::text_of(row[11]);
  run.published_at = instant_of(row[12]);
  run.input_sha256 = sql::text_of(row[13]);
  run.output_sha256 = sql::text_of(row[14]);
  return run;
}

Result<> read_summary(const std::string& text, Run& run) {
  if (text.empty()) return {};
  BANMO_TRY(const json::Value value, json::read(text));
  BANMO_TRY(Summary summary, json::from_json<Summary>(value));
  run.batches = std::move(summary.batches);
  run.exceptions = std::move(summary.exceptions);
  run.names = std::move(summary.names);
  return {};
}

}  // namespace

Result<> RunStore::make_tables() {
  return stores_.warehouse->write([](sql::Connection& connection) -> Result<> {
    BANMO_DO(connection.script(kTables));
    return connection.dialect() == sql::Dialect::postgres ? connection.script(kIndexes) : Result<>();
  });
}

Result<> RunStore::begin(Run& run) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto next, connection.query(kNextRun));
    run.no = sql::int_of(next[0][0]);
    BANMO_DO(execute(connection, kInsertRun, {run.no, run.id.to_string(), run.admission, run.year, run.batch, run.account, run.begun_at.micros}));
    const auto told = audit::append(connection, entry_of(run, "admission.run", run.begun_at, run.account, {}), profile_);
    return told.ok() ? Result<>() : Result<>(told.error());
  });
}

Result<> RunStore::computed(const Run& run) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    const std::string summary = json::to_text(Summary{run.batches, run.exceptions, run.names});
    BANMO_TRY(const int64_t n, connection.execute(kComputed, {run.no, run.computed_at->micros, run.input_sha256, run.output_sha256, summary}));
    if (n == 0)
      return fail(ErrorCode::conflict, "models.run_stopped", {"这次投档已被中止，请重新投档", "the run was given up meanwhile: run it again"});
    const json::Object detail{{"input_sha256", run.input_sha256}, {"output_sha256", run.output_sha256}};
    const auto told = audit::append(connection, entry_of(run, "admission.computed", *run.computed_at, run.account, detail), profile_);
    return told.ok() ? Result<>() : Result<>(told.error());
  });
}

Result<> RunStore::stop(const Run& run) {
  return stores_.ledger->write([&](sql::Connection& connection) { return execute(connection, kMove, {run.no, "stopped", "running"}); });
}

Result<> RunStore::move(const Run& run, RunState to, const std::vector<std::string>& batches) {
  return stores_.ledger->write([&](sql::Connection& connection) -> Result<> {
    const bool checks = to == RunState::checked, publishes = to == RunState::published;
    const std::string actor = checks ? run.checked_by : publishes ? run.published_by : run.account;
    const Instant at = checks ? *run.checked_at : publishes ? *run.published_at : run.begun_at;
    Result<int64_t> moved = checks      ? connection.execute(kChecked, {run.no, actor, at.micros})
                            : publishes ? connection.execute(kPublished, {run.no, actor, at.micros})
                                        : connection.execute(kMove, {run.no, "dropped", std::string(kRunStates[static_cast<size_t>(run.state)])});
    BANMO_TRY(const int64_t n, std::move(moved));
    if (n == 0) return wrong_state(kRunStates[static_cast<size_t>(run.state)]);
    for (const std::string& batch : batches) {
      const auto published = execute(connection, kPublishBatch, {run.admission, run.year, batch, run.no});
      if (!published.ok() && published.error().id == "sql.unique_violation")
        return fail(ErrorCode::conflict, "models.already_published",
                    {"批次 " + batch + " 的结果已经公布，不能再公布一次", "the results of the batch " + batch + " are published already"});
      BANMO_DO(published);
    }
    const char* const action = checks ? "admission.check" : publishes ? "admission.publish" : "admission.drop";
    const auto told = audit::append(connection, entry_of(run, action, at, actor, {{"output_sha256", run.output_sha256}}), profile_);
    return told.ok() ? Result<>() : Result<>(told.error());
  });
}

Result<> RunStore::in_dataset(int64_t no) {
  return stores_.ledger->write([&](sql::Connection& connection) { return execute(connection, kInDataset, {no}); });
}

Result<std::vector<Run>> RunStore::read_runs(const std::string& statement, const sql::Values& parameters) const {
  std::vector<Run> runs;
  BANMO_TRY(const auto lease, stores_.ledger->read());
  BANMO_DO(lease->each(std::string(kRunColumns) + statement, parameters, [&](const sql::Values& row) -> Result<> {
    runs.push_back(run_of(row));
    return read_summary(sql::text_of(row[15]), runs.back());
  }));
  return runs;
}

Result<std::optional<Run>> RunStore::unscoped_find(const std::string& id) const {
  BANMO_TRY(auto runs, read_runs("WHERE id = $1", {id}));
  return runs.empty() ? std::optional<Run>() : std::optional(std::move(runs.front()));
}

Result<std::vector<Run>> RunStore::unscoped_list(const std::string& admission, int64_t year, int64_t before, size_t limit,
                                                 bool published_only) const {
  return read_runs(std::string("WHERE admission = $1 AND (CAST($2 AS BIGINT) = 0 OR year = CAST($2 AS BIGINT)) AND no < $3") +
                       (published_only ? " AND state = 'published'" : "") + " ORDER BY no DESC LIMIT $4",
                   {admission, year, before, static_cast<int64_t>(limit)});
}

Result<std::vector<Run>> RunStore::unscoped_waiting() const { return read_runs("WHERE state = 'published' AND in_dataset = 0 ORDER BY no", {}); }
Result<std::vector<Run>> RunStore::unscoped_running(Instant before) const {
  return read_runs("WHERE state = 'running' AND begun_at < $1 ORDER BY no", {before.micros});
}

Result<std::optional<Run>> RunStore::published_run(const std::string& admission, int64_t year, const std::string& batch) const {
  BANMO_TRY(auto runs, read_runs("WHERE no = (SELECT run_no FROM admission_published WHERE admission = $1 AND year = $2 AND batch = $3)",
                                 {admission, year, batch}));
  return runs.empty() ? std::optional<Run>() : std::optional(std::move(runs.front()));
}

Result<std::vector<int64_t>> RunStore::unscoped_counted() const {
  std::vector<int64_t> out;
  BANMO_TRY(const auto lease, stores_.ledger->read());
  BANMO_DO(lease->each("SELECT no FROM admission_run WHERE state IN ('running', 'computed', 'checked', 'published') ORDER BY no", {},
                       [&](const sql::Values& row) -> Result<> {
                         out.push_back(sql::int_of(row[0]));
                         return {};
                       }));
  return out;
}

Result<> RunStore::write_rows(sql::Connection& warehouse, const Run& run, const Season& season, const std::vector<Settled>& settled) {
  BANMO_DO(write_applicants(warehouse, run.no, season, settled));
  for (size_t b = 0; b < settled.size(); ++b) {
    BANMO_DO(write_outcomes(warehouse, run.no, season.batches[b], settled[b]));
    BANMO_DO(write_cut_offs(warehouse, run.no, *season.admission, season.batches[b], settled[b]));
  }
  return {};
}

// What a stop left between the two stores: rows of runs that do not count.
Result<> RunStore::erase_others(const std::vector<int64_t>& counted) {
  std::string list = "0";
  for (const int64_t no : counted) list += ", " + std::to_string(no);
  return stores_.warehouse->write([&](sql::Connection& connection) -> Result<> {
    for (const char* table : {"admission_applicant", "admission_outcome", "admission_cut_off"})
      BANMO_DO(execute(connection, std::string("DELETE FROM ") + table + " WHERE run_no NOT IN (" + list + ")", {}));
    return {};
  });
}

Result<> RunStore::erase_rows(int64_t no) {
  return stores_.warehouse->write([&](sql::Connection& connection) -> Result<> {
    for (const std::string_view statement : {kEraseApplicants, kEraseOutcomes, kEraseCutOffs}) BANMO_DO(execute(connection, statement, {no}));
    return {};
  });
}

int64_t RunStore::batch_in(const Run& run, const std::string& batch) {
  const auto found = std::find(run.names.batches.begin(), run.names.batches.end(), batch);
  return found == run.names.batches.end() ? -1 : found - run.names.batches.begin();
}

Result<std::vector<int64_t>> RunStore::placed_persons(sql::Connection& warehouse, const Run& run, const std::string& batch) {
  std::vector<int64_t> persons;
  BANMO_DO(warehouse.each(kPlacedPersons, {run.no, batch_in(run, batch)}, [&](const sql::Values& row) -> Result<> {
    persons.push_back(sql::int_of(row[0]));
    return {};
  }));
  return persons;
}

Result<> RunStore::add_seats(sql::Connection& warehouse, const pack::Admission& admission, const Run& run, const std::string& batch, Before& before) {
  return warehouse.each(kLeft, {run.no, batch_in(run, batch)}, [&](const sql::Values& row) -> Result<> {
    before.more_seats[{sql::text_of(row[0]), quota_index(admission, sql::text_of(row[1]))}] += static_cast<int32_t>(sql::int_of(row[2]));
    return {};
  });
}

Result<std::vector<CutOffRow>> RunStore::cut_offs(const Run& run) const {
  std::vector<CutOffRow> out;
  BANMO_TRY(const auto lease, stores_.warehouse->read());
  BANMO_DO(lease->each(kCutOffs, {run.no}, [&](const sql::Values& row) -> Result<> {
    out.push_back({at(run.names.batches, sql::int_of(row[0])), static_cast<int>(sql::int_of(row[1])), static_cast<int>(sql::int_of(row[2])),
                   sql::text_of(row[3]), sql::text_of(row[4]), sql::text_of(row[5]), sql::int_of(row[6]), sql::int_of(row[7]), sql::int_of(row[8]),
                   sql::int_of(row[9]), static_cast<int>(sql::int_of(row[10])), number_of(row[11])});
    return {};
  }));
  return out;
}

Result<std::vector<ApplicantResult>> RunStore::applicants(const Run& run, const std::string& predicate, const std::string& number, int64_t after,
                                                          size_t limit) const {
  std::vector<ApplicantResult> out;
  BANMO_TRY(const auto lease, stores_.warehouse->read());
  BANMO_DO(lease->each(std::string(kApplicants) + predicate + " ORDER BY r.seq LIMIT $4", {run.no, after, number, static_cast<int64_t>(limit)},
                       [&](const sql::Values& row) -> Result<> {
                         out.push_back({sql::int_of(row[0]),
                                        sql::text_of(row[1]),
                                        {sql::int_of(row[2])},
                                        sql::text_of(row[3]),
                                        sql::text_of(row[4]),
                                        sql::text_of(row[5]),
                                        sql::text_of(row[6]),
                                        sql::int_of(row[7])});
                         return {};
                       }));
  return out;
}

Result<std::vector<ChoiceResult>> RunStore::choices(const Run& run, int64_t seq) const {
  std::vector<ChoiceResult> out;
  BANMO_TRY(const auto lease, stores_.warehouse->read());
  BANMO_DO(lease->each(kChoices, {run.no, seq}, [&](const sql::Values& row) -> Result<> {
    const auto batch = static_cast<size_t>(sql::int_of(row[0]));
    ChoiceResult one;
    one.batch = at(run.names.batches, sql::int_of(row[0]));
    one.order = sql::int_of(row[1]);
    one.outcome = static_cast<Outcome>(sql::int_of(row[2]));
    one.tier = static_cast<int>(sql::int_of(row[3]));
    one.score = number_of(row[4]);
    one.standing = sql::int_of(row[5]);
    one.needed = sql::int_of(row[6]);
    one.needed_tier = static_cast<int>(sql::int_of(row[7]));
    one.needed_score = number_of(row[8]);
    one.decided = static_cast<int>(sql::int_of(row[9]));
    one.decided_by = decided_by(run.names, batch, one.decided);
    one.quota = at(run.names.quotas, sql::int_of(row[10]));
    one.program = sql::text_of(row[11]);
    one.program_title = sql::text_of(row[12]);
    out.push_back(std::move(one));
    return {};
  }));
  return out;
}

}  // namespace banmo::models
