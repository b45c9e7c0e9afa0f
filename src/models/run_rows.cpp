// SPDX-License-Identifier: Apache-2.0
#include "models/run_rows.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "models/old_choices.h"
#include "models/packed_choices.h"

namespace banmo::models {
namespace {

// held: the program of the place that the batch gave, -1 without one. choices: packed_choices.h.
constexpr std::string_view kTables = R"sql(
CREATE TABLE IF NOT EXISTS admission_applicant (
  run_no BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  person_no BIGINT NOT NULL,
  org_no BIGINT NOT NULL,
  number VARCHAR NOT NULL,
  batch VARCHAR NOT NULL,
  program VARCHAR NOT NULL,
  title VARCHAR NOT NULL,
  quota VARCHAR NOT NULL,
  choice_no BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS admission_choices (
  run_no BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  batch BIGINT NOT NULL,
  held BIGINT NOT NULL,
  choices BYTEA NOT NULL
);
CREATE TABLE IF NOT EXISTS admission_cut_off (
  run_no BIGINT NOT NULL,
  batch BIGINT NOT NULL,
  program BIGINT NOT NULL,
  seat_group BIGINT NOT NULL,
  code VARCHAR NOT NULL,
  title VARCHAR NOT NULL,
  quota VARCHAR NOT NULL,
  seats BIGINT NOT NULL,
  capacity BIGINT NOT NULL,
  n_held BIGINT NOT NULL,
  n_left BIGINT NOT NULL,
  last BIGINT NOT NULL,
  tier BIGINT NOT NULL,
  score DOUBLE PRECISION
);
CREATE TABLE IF NOT EXISTS admission_also (
  run_no BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  field VARCHAR NOT NULL,
  value VARCHAR
);
)sql";
// DuckDB skips what cannot match by the order in which runs were added.
constexpr std::string_view kIndexes = R"sql(
CREATE INDEX IF NOT EXISTS admission_applicant_by_run ON admission_applicant (run_no, seq);
CREATE INDEX IF NOT EXISTS admission_applicant_by_person ON admission_applicant (person_no, run_no);
CREATE INDEX IF NOT EXISTS admission_choices_by_run ON admission_choices (run_no, seq);
CREATE INDEX IF NOT EXISTS admission_cut_off_by_run ON admission_cut_off (run_no);
CREATE INDEX IF NOT EXISTS admission_also_by_run ON admission_also (run_no, seq);
)sql";
constexpr std::string_view kAllTables[] = {"admission_applicant", "admission_choices", "admission_cut_off", "admission_also"};
constexpr std::string_view kPlacedPersons =
    "SELECT r.person_no"
    " FROM admission_choices c"
    " JOIN admission_applicant r ON r.run_no = c.run_no AND r.seq = c.seq"
    " WHERE c.run_no = $1 AND c.batch = $2 AND c.held >= 0";
constexpr std::string_view kLeft =
    "SELECT code, quota, n_left"
    " FROM admission_cut_off"
    " WHERE run_no = $1 AND batch = $2 AND n_left > 0";
constexpr std::string_view kCutOffs =
    "SELECT batch, program, seat_group, code, title, quota, seats, capacity, n_held, last, tier, score"
    " FROM admission_cut_off"
    " WHERE run_no = $1"
    " ORDER BY batch, program, seat_group";
constexpr std::string_view kApplicantColumns =
    "SELECT r.seq, r.number, r.person_no, r.batch, r.program, r.title, r.quota, r.choice_no, r.run_no"
    " FROM admission_applicant r ";
constexpr std::string_view kPlaced =
    "SELECT seq, person_no, batch, program, quota, choice_no"
    " FROM admission_applicant"
    " WHERE run_no = $1 AND program <> '' AND person_no <> 0"
    " ORDER BY seq";
constexpr std::string_view kAlso =
    "SELECT seq, field, value"
    " FROM admission_also"
    " WHERE run_no = $1"
    " ORDER BY seq, field";

std::optional<double> number_of(const sql::Value& value) { return sql::is_null(value) ? std::nullopt : std::optional(sql::double_of(value)); }
sql::Value or_null(bool is, double value) { return is ? sql::Value{value} : sql::Value{}; }

Result<> execute(sql::Connection& connection, std::string_view statement, const sql::Values& parameters) {
  const auto done = connection.execute(statement, parameters);
  return done.ok() ? Result<>() : Result<>(done.error());
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
                           const int32_t group = settled[static_cast<size_t>(place.batch)].fates[place.wish].group;
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

PackedChoice packed(const BatchInput& batch, const Settled& settled, uint32_t wish_no) {
  const Wish& wish = batch.wishes[wish_no];
  const Fate& fate = settled.fates[wish_no];
  PackedChoice one;
  one.order = wish.order;
  one.program = wish.program;
  one.outcome = static_cast<int64_t>(fate.outcome);
  one.tier = int64_t{wish.tier} + 1;
  if (has_score(batch, wish_no)) one.score = score_of(batch, wish_no);
  one.standing = int64_t{fate.standing} + 1;
  one.needed = int64_t{fate.needed} + 1;
  one.decided = fate.decided;
  if (fate.group >= 0) one.quota = batch.programs[static_cast<size_t>(wish.program)].groups[static_cast<size_t>(fate.group)].quota;
  if (fate.cut == math::kNone) return one;
  const auto cut = static_cast<uint32_t>(fate.cut);
  one.needed_tier = int64_t{batch.wishes[cut].tier} + 1;
  if (batch.rules->score) one.needed_score = score_of(batch, cut);
  return one;
}

Result<> write_choices(sql::Connection& warehouse, int64_t no, const BatchInput& batch, const Settled& settled) {
  uint32_t i = 0;
  const auto added = warehouse.append("admission_choices", {"run_no", "seq", "batch", "held", "choices"}, [&](sql::Values& row) -> Result<bool> {
    if (i == batch.wishes.size()) return false;
    const int32_t applicant = batch.wishes[i].applicant;
    const int32_t held = settled.assignment.choice[static_cast<size_t>(applicant)];
    row[0] = no;
    row[1] = int64_t{applicant} + 1;
    row[2] = int64_t{batch.index};
    row[3] = held == math::kNone ? int64_t{-1} : int64_t{batch.wishes[settled.wish_of[static_cast<size_t>(held)]].program};
    if (!std::holds_alternative<sql::Blob>(row[4])) row[4] = sql::Blob();
    auto& choices = std::get<sql::Blob>(row[4]);
    choices.clear();
    for (; i < batch.wishes.size() && batch.wishes[i].applicant == applicant; ++i) pack_choice(choices, packed(batch, settled, i));
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

// The number under which a run's rows have a batch; -1: it has none of it.
int64_t batch_in(const Run& run, const std::string& batch) {
  const auto found = std::find(run.names.batches.begin(), run.names.batches.end(), batch);
  return found == run.names.batches.end() ? -1 : found - run.names.batches.begin();
}

ApplicantResult applicant_of(const sql::Values& row) {
  return {sql::int_of(row[0]),  sql::text_of(row[1]), {sql::int_of(row[2])}, sql::text_of(row[3]),
          sql::text_of(row[4]), sql::text_of(row[5]), sql::text_of(row[6]),  sql::int_of(row[7])};
}

ChoiceResult choice_of(const RunNames& names, int64_t batch, const PackedChoice& packed) {
  ChoiceResult one;
  one.batch = at(names.batches, batch);
  one.order = packed.order;
  one.outcome = static_cast<Outcome>(packed.outcome);
  one.tier = static_cast<int>(packed.tier);
  one.score = packed.score;
  one.standing = packed.standing;
  one.needed = packed.needed;
  one.needed_tier = static_cast<int>(packed.needed_tier);
  one.needed_score = packed.needed_score;
  one.decided = static_cast<int>(packed.decided);
  one.decided_by = decided_by(names, static_cast<size_t>(batch), one.decided);
  one.quota = at(names.quotas, packed.quota);
  return one;
}

// "($2, $3, $4)": the numbers of the runs are put behind `parameters`.
std::string list_of(const std::vector<int64_t>& runs, sql::Values& parameters) {
  std::string list;
  for (const int64_t no : runs) {
    parameters.emplace_back(no);
    list += (list.empty() ? "($" : ", $") + std::to_string(parameters.size());
  }
  return list + ")";
}

// A choice of somebody that lacks the words of its program.
struct Nameless {
  std::tuple<int64_t, int64_t, int64_t> program;  // run, batch, number
  size_t person = 0, choice = 0;
};

// Code and title by run, batch and number.
Result<std::map<std::tuple<int64_t, int64_t, int64_t>, std::pair<std::string, std::string>>> program_names(sql::Connection& warehouse,
                                                                                                           const std::vector<int64_t>& runs,
                                                                                                           const std::vector<Nameless>& wanted) {
  std::map<std::tuple<int64_t, int64_t, int64_t>, std::pair<std::string, std::string>> names;
  if (wanted.empty()) return names;
  std::set<int64_t> programs;
  for (const Nameless& one : wanted) programs.insert(std::get<2>(one.program));
  sql::Values parameters;
  const std::string of_runs = list_of(runs, parameters);
  const std::string of_programs = list_of({programs.begin(), programs.end()}, parameters);
  BANMO_DO(warehouse.each("SELECT run_no, batch, program, code, title FROM admission_cut_off WHERE seat_group = 0 AND run_no IN " + of_runs +
                              " AND program IN " + of_programs,
                          parameters, [&](const sql::Values& row) -> Result<> {
                            names[{sql::int_of(row[0]), sql::int_of(row[1]), sql::int_of(row[2])}] = {sql::text_of(row[3]), sql::text_of(row[4])};
                            return {};
                          }));
  return names;
}

}  // namespace

Result<> RunRows::make_tables() {
  BANMO_DO(warehouse_->write([](sql::Connection& connection) -> Result<> {
    BANMO_DO(connection.script(kTables));
    return connection.dialect() == sql::Dialect::postgres ? connection.script(kIndexes) : Result<>();
  }));
  return pack_old_choices(*warehouse_);
}

Result<> RunRows::write(sql::Connection& warehouse, const Run& run, const Season& season, const std::vector<Settled>& settled) {
  BANMO_DO(write_applicants(warehouse, run.no, season, settled));
  for (size_t b = 0; b < settled.size(); ++b) {
    BANMO_DO(write_choices(warehouse, run.no, season.batches[b], settled[b]));
    BANMO_DO(write_cut_offs(warehouse, run.no, *season.admission, season.batches[b], settled[b]));
  }
  return {};
}

Result<> RunRows::write_also(sql::Connection& warehouse, const records::Records& records, const pack::Admission& admission, const Run& run,
                             const expr::Environment& environment) {
  const SeasonNames names(records, admission);
  for (const auto& [field, value] : admission.results.also) {
    BANMO_TRY(const std::string printed, print_rule(value, admission, warehouse.dialect(), environment));
    const std::string text = value.type() == expr::Type::boolean ? "CASE WHEN " + printed + " THEN '1' WHEN NOT (" + printed + ") THEN '0' END"
                                                                 : "CAST(" + printed + " AS VARCHAR)";
    const std::string statement = "INSERT INTO admission_also (run_no, seq, field, value) SELECT r.run_no, r.seq, CAST($3 AS VARCHAR), " + text +
                                  " FROM admission_applicant r LEFT JOIN " + names.applicants + " a ON a." + names.person + " = r.person_no AND a." +
                                  names.applicant_period + " = $2 LEFT JOIN " + names.plans + " p ON p." + names.plan_program +
                                  " = r.program AND p." + names.plan_batch + " = r.batch AND p." + names.plan_period +
                                  " = $2 WHERE r.run_no = $1 AND r.program <> ''";
    BANMO_DO(execute(warehouse, statement, {run.no, run.year, field}));
  }
  return {};
}

Result<> RunRows::erase_others(const std::vector<int64_t>& counted, int64_t last) {
  std::string list = "0";
  for (const int64_t no : counted) list += ", " + std::to_string(no);
  return warehouse_->write([&](sql::Connection& connection) -> Result<> {
    for (const std::string_view table : kAllTables)
      BANMO_DO(execute(connection, "DELETE FROM " + std::string(table) + " WHERE run_no <= $1 AND run_no NOT IN (" + list + ")", {last}));
    return {};
  });
}

Result<> RunRows::erase(int64_t no) {
  return warehouse_->write([&](sql::Connection& connection) -> Result<> {
    for (const std::string_view table : kAllTables) BANMO_DO(execute(connection, "DELETE FROM " + std::string(table) + " WHERE run_no = $1", {no}));
    return {};
  });
}

Result<std::vector<int64_t>> RunRows::placed_persons(sql::Connection& warehouse, const Run& run, const std::string& batch) {
  std::vector<int64_t> persons;
  BANMO_DO(warehouse.each(kPlacedPersons, {run.no, batch_in(run, batch)}, [&](const sql::Values& row) -> Result<> {
    persons.push_back(sql::int_of(row[0]));
    return {};
  }));
  return persons;
}

Result<> RunRows::add_seats(sql::Connection& warehouse, const pack::Admission& admission, const Run& run, const std::string& batch, Before& before) {
  return warehouse.each(kLeft, {run.no, batch_in(run, batch)}, [&](const sql::Values& row) -> Result<> {
    before.more_seats[{sql::text_of(row[0]), quota_index(admission, sql::text_of(row[1]))}] += static_cast<int32_t>(sql::int_of(row[2]));
    return {};
  });
}

Result<std::vector<CutOffRow>> RunRows::cut_offs(const Run& run) const {
  std::vector<CutOffRow> out;
  BANMO_TRY(const auto lease, warehouse_->read());
  BANMO_DO(lease->each(kCutOffs, {run.no}, [&](const sql::Values& row) -> Result<> {
    out.push_back({at(run.names.batches, sql::int_of(row[0])), static_cast<int>(sql::int_of(row[1])), static_cast<int>(sql::int_of(row[2])),
                   sql::text_of(row[3]), sql::text_of(row[4]), sql::text_of(row[5]), sql::int_of(row[6]), sql::int_of(row[7]), sql::int_of(row[8]),
                   sql::int_of(row[9]), static_cast<int>(sql::int_of(row[10])), number_of(row[11])});
    return {};
  }));
  return out;
}

Result<std::vector<ApplicantResult>> RunRows::applicants(const Run& run, const std::string& predicate, const std::string& number, int64_t after,
                                                         size_t limit) const {
  std::vector<ApplicantResult> out;
  BANMO_TRY(const auto lease, warehouse_->read());
  BANMO_DO(lease->each(std::string(kApplicantColumns) + "WHERE r.run_no = $1 AND r.seq > $2 AND ($3 = '' OR r.number = $3) AND " + predicate +
                           " ORDER BY r.seq LIMIT $4",
                       {run.no, after, number, static_cast<int64_t>(limit)}, [&](const sql::Values& row) -> Result<> {
                         out.push_back(applicant_of(row));
                         return {};
                       }));
  return out;
}

Result<std::vector<std::pair<const Run*, ApplicantResult>>> RunRows::applicants(const std::vector<Run>& runs, const std::string& predicate,
                                                                                size_t limit) const {
  std::vector<std::pair<const Run*, ApplicantResult>> out;
  if (runs.empty()) return out;
  std::map<int64_t, const Run*> known;
  std::vector<int64_t> numbers;
  for (const Run& run : runs) {
    known.emplace(run.no, &run);
    numbers.push_back(run.no);
  }
  sql::Values parameters{static_cast<int64_t>(limit)};
  const std::string list = list_of(numbers, parameters);
  BANMO_TRY(const auto lease, warehouse_->read());
  BANMO_DO(lease->each(std::string(kApplicantColumns) + "WHERE r.run_no IN " + list + " AND " + predicate + " ORDER BY r.run_no DESC, r.seq LIMIT $1",
                       parameters, [&](const sql::Values& row) -> Result<> {
                         out.emplace_back(known.at(sql::int_of(row[8])), applicant_of(row));
                         return {};
                       }));
  return out;
}

Result<std::vector<std::vector<ChoiceResult>>> RunRows::choices(const std::vector<Seen>& seen) const {
  std::vector<std::vector<ChoiceResult>> out(seen.size());
  if (seen.empty()) return out;
  std::map<std::pair<int64_t, int64_t>, size_t> at_of;
  std::vector<int64_t> runs;
  sql::Values parameters;
  std::string people;
  for (size_t i = 0; i < seen.size(); ++i) {
    at_of.emplace(std::pair(seen[i].run->no, seen[i].seq), i);
    runs.push_back(seen[i].run->no);
    parameters.emplace_back(seen[i].run->no);
    parameters.emplace_back(seen[i].seq);
    people += std::string(people.empty() ? "(" : " OR (") + "run_no = $" + std::to_string(parameters.size() - 1) + " AND seq = $" +
              std::to_string(parameters.size()) + ")";
  }
  std::vector<Nameless> nameless;
  BANMO_TRY(const auto lease, warehouse_->read());
  BANMO_DO(lease->each("SELECT run_no, seq, batch, choices FROM admission_choices WHERE " + people + " ORDER BY run_no, seq, batch", parameters,
                       [&](const sql::Values& row) -> Result<> {
                         const size_t i = at_of.at({sql::int_of(row[0]), sql::int_of(row[1])});
                         BANMO_TRY(const auto packed, unpack_choices(row[3]));
                         for (const PackedChoice& one : packed) {
                           if (one.program >= 0) nameless.push_back({{sql::int_of(row[0]), sql::int_of(row[2]), one.program}, i, out[i].size()});
                           out[i].push_back(choice_of(seen[i].run->names, sql::int_of(row[2]), one));
                         }
                         return {};
                       }));
  BANMO_TRY(const auto names, program_names(*lease, runs, nameless));
  for (const Nameless& one : nameless)
    if (const auto found = names.find(one.program); found != names.end())
      std::tie(out[one.person][one.choice].program, out[one.person][one.choice].program_title) = found->second;
  return out;
}

Result<std::vector<PlacedRow>> RunRows::placed(const Run& run) const {
  std::vector<PlacedRow> out;
  std::map<int64_t, size_t> at_of;  // by seq
  BANMO_TRY(const auto lease, warehouse_->read());
  BANMO_DO(lease->each(kPlaced, {run.no}, [&](const sql::Values& row) -> Result<> {
    at_of.emplace_hint(at_of.end(), sql::int_of(row[0]), out.size());
    out.push_back({sql::int_of(row[1]), sql::text_of(row[2]), sql::text_of(row[3]), sql::text_of(row[4]), sql::int_of(row[5]), {}});
    return {};
  }));
  BANMO_DO(lease->each(kAlso, {run.no}, [&](const sql::Values& row) -> Result<> {
    if (const auto found = at_of.find(sql::int_of(row[0])); found != at_of.end())
      out[found->second].also.emplace_back(sql::text_of(row[1]), sql::text_of(row[2]));
    return {};
  }));
  return out;
}

}  // namespace banmo::models
