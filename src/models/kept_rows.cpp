// SPDX-License-Identifier: Apache-2.0
#include "models/kept_rows.h"

#include <algorithm>
#include <map>

#include "crypto/crypto.h"
#include "models/packed_choices.h"

namespace banmo::models {
namespace {

constexpr std::string_view kGroups =
    "SELECT batch, program, quota, code, capacity, n_held, last"
    " FROM admission_cut_off"
    " WHERE run_no = $1";
constexpr std::string_view kBatches = "SELECT DISTINCT batch FROM admission_choices WHERE run_no = $1 ORDER BY batch";
constexpr std::string_view kRows =
    "SELECT r.number, c.choices, c.seq, r.person_no"
    " FROM admission_choices c"
    " JOIN admission_applicant r ON r.run_no = c.run_no AND r.seq = c.seq"
    " WHERE c.run_no = $1 AND c.batch = $2"
    " ORDER BY c.seq";
constexpr std::string_view kForgotten =
    "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN number = '' THEN 1 ELSE 0 END), 0) AS BIGINT)"
    " FROM admission_applicant"
    " WHERE run_no = $1";
constexpr std::string_view kRunsOf = "SELECT run_no, number FROM admission_applicant WHERE person_no = $1 ORDER BY run_no";
constexpr std::string_view kSeqOf = "SELECT seq FROM admission_applicant WHERE run_no = $1 AND person_no = $2";
constexpr std::string_view kChoicesOf = "SELECT batch, choices FROM admission_choices WHERE run_no = $1 AND seq = $2";
constexpr std::string_view kAllChoices = "SELECT seq, batch, held, choices FROM admission_choices WHERE run_no = $1 ORDER BY batch, seq";
constexpr std::string_view kChangeChoices = "UPDATE admission_choices SET choices = $4 WHERE run_no = $1 AND seq = $2 AND batch = $3";
constexpr std::string_view kDropChoices = "DELETE FROM admission_choices WHERE run_no = $1";
constexpr std::string_view kDropApplicants = "DELETE FROM admission_applicant WHERE run_no = $1";
constexpr std::string_view kDropAlso = "DELETE FROM admission_also WHERE run_no = $1";
constexpr std::string_view kDropAlsoOf = "DELETE FROM admission_also WHERE run_no = $1 AND seq = $2";
constexpr std::string_view kNameless = "UPDATE admission_applicant SET person_no = 0, org_no = 0, number = '' WHERE run_no = $1";
constexpr std::string_view kNamelessOne = "UPDATE admission_applicant SET person_no = 0, org_no = 0, number = '' WHERE run_no = $1 AND seq = $2";
// The score of the last one placed is that person's own where few hold a seat.
constexpr std::string_view kHideScores = "UPDATE admission_cut_off SET tier = 0, score = NULL WHERE run_no = $1 AND n_held < $2";
constexpr std::string_view kHideScore =
    "UPDATE admission_cut_off SET tier = 0, score = NULL WHERE run_no = $1 AND batch = $2 AND program = $3 AND last = $4 AND n_held < $5";

Result<> execute(sql::Connection& connection, std::string_view statement, const sql::Values& parameters) {
  const auto done = connection.execute(statement, parameters);
  return done.ok() ? Result<>() : Result<>(done.error());
}

struct Group {
  std::string quota, code;
  int64_t capacity = 0, n_held = 0, last = 0;
  int64_t n_seen = 0, last_seen = 0;
};

class Looker {
 public:
  Looker(sql::Connection& warehouse, const Run& run, const Gone* gone) : warehouse_(warehouse), run_(run), gone_(gone) {}

  Result<Ahead> look() {
    BANMO_DO(read_groups());
    BANMO_TRY(const auto batches, warehouse_.query(kBatches, {run_.no}));
    for (const auto& row : batches.rows) BANMO_DO(batch(sql::int_of(row[0])));
    if (verdict_.n_choices == 0) groups_.clear();  // nothing is left to judge by
    for (const auto& [key, group] : groups_)
      verdict_.n_unsound += group.n_seen != group.n_held || group.n_seen > group.capacity || group.last_seen != group.last ? 1 : 0;
    BANMO_TRY(const auto forgotten, warehouse_.query(kForgotten, {run_.no}));
    const int64_t n_applicants = sql::int_of(forgotten[0][0]);
    verdict_.n_forgotten = n_applicants > 0 ? sql::int_of(forgotten[0][1]) : run_.n_forgotten;  // none is left where they were deleted
    verdict_.rows_sha256 = now_.finish();
    verdict_.expected_sha256 = run_.kept_sha256.empty() ? run_.output_sha256 : run_.kept_sha256;
    return Ahead{verdict_, ahead_.finish(), n_applicants};
  }

 private:
  class Hash {
   public:
    void add(const std::string& line) {
      block_ += line;
      if (block_.size() < kBlock) return;
      hasher_.add(block_);
      block_.clear();
    }
    std::string finish() {
      hasher_.add(block_);
      return crypto::to_hex(hasher_.finish());
    }

   private:
    static constexpr size_t kBlock = 1 << 16;
    crypto::Hasher hasher_{crypto::Profile::intl};
    std::string block_;
  };

  Result<> read_groups() {
    return warehouse_.each(kGroups, {run_.no}, [&](const sql::Values& row) -> Result<> {
      groups_[{sql::int_of(row[0]), sql::int_of(row[1]), sql::text_of(row[2])}] = {sql::text_of(row[2]), sql::text_of(row[3]), sql::int_of(row[4]),
                                                                                   sql::int_of(row[5]), sql::int_of(row[6])};
      return {};
    });
  }

  Result<> batch(int64_t batch) {
    const auto& names = run_.names;
    const std::string title = static_cast<size_t>(batch) < names.batches.size() ? names.batches[static_cast<size_t>(batch)] : std::string();
    return warehouse_.each(kRows, {run_.no, batch}, [&](const sql::Values& row) -> Result<> {
      BANMO_TRY(const auto choices, unpack_choices(row[1]));
      const std::string number = sql::text_of(row[0]).empty() ? "-" : sql::text_of(row[0]);
      const bool goes = gone_ != nullptr && (gone_->person == 0 || gone_->person == sql::int_of(row[3]));
      int n_placed = 0;
      for (const PackedChoice& one : choices) {
        n_placed += one.outcome == static_cast<int64_t>(Outcome::placed) ? 1 : 0;
        const std::string line = line_of(batch, one);
        now_.add(title + ' ' + number + line);
        if (gone_ != nullptr && !gone_->deletes) ahead_.add(title + (goes ? " -" : ' ' + number) + line);
        ++verdict_.n_choices;
        look_at(batch, one);
      }
      verdict_.n_unsound += n_placed > 1 ? 1 : 0;
      return {};
    });
  }

  // Behind batch and number.
  std::string line_of(int64_t batch, const PackedChoice& one) {
    const Group* const open = group(batch, one.program, {});
    return ' ' + std::to_string(one.order) + ' ' + (open == nullptr ? std::string("-") : open->code) + ' ' +
           kOutcomes[static_cast<size_t>(one.outcome)] + ' ' + std::to_string(one.standing) + ' ' + std::to_string(one.needed) + '\n';
  }

  void look_at(int64_t batch, const PackedChoice& one) {
    if (one.outcome == static_cast<int64_t>(Outcome::placed)) {
      const auto& quotas = run_.names.quotas;
      Group* const held = group(batch, one.program, one.quota < 0 ? std::string() : quotas[static_cast<size_t>(one.quota) % quotas.size()]);
      if (held == nullptr) {
        ++verdict_.n_unsound;
        return;
      }
      ++held->n_seen;
      held->last_seen = std::max(held->last_seen, one.standing);
    } else if (one.outcome == static_cast<int64_t>(Outcome::full)) {
      const Group* const open = group(batch, one.program, {});
      const bool is_behind = open != nullptr && open->n_held >= open->capacity && one.standing > open->last;
      verdict_.n_unsound += is_behind ? 0 : 1;
    }
  }

  Group* group(int64_t batch, int64_t program, const std::string& quota) {
    const auto found = groups_.find({batch, program, quota});
    return found == groups_.end() ? nullptr : &found->second;
  }

  sql::Connection& warehouse_;
  const Run& run_;
  const Gone* const gone_;
  std::map<std::tuple<int64_t, int64_t, std::string>, Group> groups_;  // by batch, program and quota
  Hash now_, ahead_;
  Verdict verdict_;
};

// What names nobody: programs, standings, what became of each.
Result<sql::Blob> without_scores(const sql::Value& packed) {
  BANMO_TRY(const auto choices, unpack_choices(packed));
  sql::Blob out;
  for (PackedChoice one : choices) {
    one.score = one.needed_score = std::nullopt;
    one.tier = one.needed_tier = 0;
    one.decided = kByNothing;
    pack_choice(out, one);
  }
  return out;
}

Result<> forget_one(sql::Connection& warehouse, int64_t run, int64_t seq) {
  BANMO_TRY(const auto rows, warehouse.query(kChoicesOf, {run, seq}));
  for (const auto& row : rows.rows) {
    BANMO_TRY(const auto choices, unpack_choices(row[1]));
    for (const PackedChoice& one : choices)
      if (one.outcome == static_cast<int64_t>(Outcome::placed))
        BANMO_DO(execute(warehouse, kHideScore, {run, row[0], one.program, one.standing, kMinHolders}));
    BANMO_TRY(auto kept, without_scores(row[1]));
    BANMO_DO(execute(warehouse, kChangeChoices, {run, seq, row[0], std::move(kept)}));
  }
  BANMO_DO(execute(warehouse, kDropAlsoOf, {run, seq}));
  return execute(warehouse, kNamelessOne, {run, seq});
}

Result<> forget_person(sql::Connection& warehouse, int64_t run, int64_t person) {
  BANMO_TRY(const auto found, warehouse.query(kSeqOf, {run, person}));
  for (const auto& row : found.rows) BANMO_DO(forget_one(warehouse, run, sql::int_of(row[0])));
  return {};
}

Result<> delete_applicants(sql::Connection& warehouse, int64_t run) {
  for (const std::string_view statement : {kDropChoices, kDropAlso, kDropApplicants}) BANMO_DO(execute(warehouse, statement, {run}));
  return execute(warehouse, kHideScores, {run, kMinHolders});
}

Result<> forget_everybody(sql::Connection& warehouse, int64_t run) {
  std::vector<sql::Values> kept;
  BANMO_DO(warehouse.each(kAllChoices, {run}, [&](const sql::Values& row) -> Result<> {
    BANMO_TRY(auto choices, without_scores(row[3]));
    kept.push_back({run, row[0], row[1], row[2], std::move(choices)});
    return {};
  }));
  for (const std::string_view statement : {kDropChoices, kDropAlso, kNameless}) BANMO_DO(execute(warehouse, statement, {run}));
  BANMO_DO(execute(warehouse, kHideScores, {run, kMinHolders}));
  size_t i = 0;
  const auto added = warehouse.append("admission_choices", {"run_no", "seq", "batch", "held", "choices"}, [&](sql::Values& row) -> Result<bool> {
    if (i == kept.size()) return false;
    row = std::move(kept[i++]);
    return true;
  });
  return added.ok() ? Result<>() : Result<>(added.error());
}

}  // namespace

Result<Verdict> look_again(sql::Connection& warehouse, const Run& run) {
  BANMO_TRY(Ahead seen, Looker(warehouse, run, nullptr).look());
  return std::move(seen.verdict);
}
Result<Ahead> look_ahead(sql::Connection& warehouse, const Run& run, const Gone& gone) { return Looker(warehouse, run, &gone).look(); }

Result<std::vector<std::pair<int64_t, std::string>>> runs_of(sql::Connection& warehouse, directory::PersonNo person) {
  std::vector<std::pair<int64_t, std::string>> out;
  BANMO_TRY(const auto rows, warehouse.query(kRunsOf, {person.value}));
  for (const auto& row : rows.rows) out.emplace_back(sql::int_of(row[0]), sql::text_of(row[1]));
  return out;
}

Result<> forget_rows(sql::Connection& warehouse, int64_t run, const Gone& gone) {
  if (gone.person != 0) return forget_person(warehouse, run, gone.person);
  return gone.deletes ? delete_applicants(warehouse, run) : forget_everybody(warehouse, run);
}

}  // namespace banmo::models
