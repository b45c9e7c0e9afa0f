// SPDX-License-Identifier: Apache-2.0
// The words of models: runs of admissions, what they gave each applicant, draws of lots.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "directory/types.h"
#include "pack/admission.h"

namespace banmo::models {

using RunId = Id<struct AdmissionRunTag>;
using LotteryId = Id<struct LotteryTag>;

// Where a run stands. stopped: the program ended or failed while it ran, nothing of it counts. recalled: it was published and taken back.
enum class RunState { running, stopped, computed, checked, published, dropped, recalled };
inline constexpr std::array<const char*, 7> kRunStates{"running", "stopped", "computed", "checked", "published", "dropped", "recalled"};

// What became of a choice.
enum class Outcome {
  placed,
  not_reached,   // a dearer choice was given
  full,          // others stood before
  passed_over,   // stood high enough, but the mechanism gave the seat to somebody who asked earlier or traded
  not_eligible,  // the batch's condition does not hold
  below_floor,
  no_score,
  no_program,    // the plan of the batch has no such program
  repeated,      // a dearer choice names the same program
  beyond_limit,  // more choices than the batch takes
  gone           // placed in an earlier batch
};
inline constexpr std::array<const char*, 11> kOutcomes{"placed",   "not_reached", "full",     "passed_over",  "not_eligible", "below_floor",
                                                       "no_score", "no_program",  "repeated", "beyond_limit", "gone"};

// What an applicant's standing and the last one's differ in first: tier, score, or the tie of this index.
inline constexpr int kByNothing = -1, kByTier = 0, kByScore = 1, kByTie = 2;

inline constexpr std::array<const char*, 5> kMechanismNames{"deferred_acceptance", "parallel_choice", "immediate_acceptance", "top_trading_cycles",
                                                            "lottery"};

struct BatchFigures {
  static constexpr const char* kName = "AdmissionBatchFigures";
  std::string batch, mechanism;
  int64_t n_applicants = 0, n_choices = 0, n_seats = 0, n_placed = 0, n_first = 0, n_exceptions = 0;
  int64_t n_empty = 0;  // seats that nobody holds
  int64_t n_lost = 0;   // of these: left to a later batch in which their program does not stand
  bool stable = true;   // no exceptions
};
template <class V>
void describe(V& v, BatchFigures& x) {
  v.field("batch", x.batch);
  v.field("mechanism", x.mechanism, {.one_of = kMechanismNames});
  v.field("n_applicants", x.n_applicants);
  v.field("n_choices", x.n_choices);
  v.field("n_seats", x.n_seats);
  v.field("n_placed", x.n_placed);
  v.field("n_first", x.n_first);
  v.field("n_exceptions", x.n_exceptions);
  v.field("n_empty", x.n_empty, {.has_default = true});
  v.field("n_lost", x.n_lost, {.has_default = true});
  v.field("stable", x.stable);
}

// A pair that would both rather have each other, or a broken rule: what keeps a run from being stable. At most kMaxExceptions are kept.
struct RunException {
  static constexpr const char* kName = "AdmissionException";
  std::string batch, flaw, number, program;
};
template <class V>
void describe(V& v, RunException& x) {
  v.field("batch", x.batch);
  v.field("flaw", x.flaw);
  v.field("number", x.number);
  v.field("program", x.program);
}
inline constexpr size_t kMaxExceptions = 100;

// What the numbers in a run's rows mean: ids and titles of the pack at that time. A later version of the pack changes nothing of it.
struct RunNames {
  std::vector<std::string> batches, quotas;
  std::vector<std::vector<std::string>> ties;  // by batch: "title in Chinese\tin English"
};

// Somebody asked to take back what a run published; somebody else decides.
struct Recall {
  std::string reason, asked_by, decided_by;
  std::optional<Instant> asked_at, decided_at;
  bool is_asked() const { return asked_at.has_value(); }
};

// Seconds that the parts of a computation took.
struct RunPhases {
  double read = 0, place = 0, write = 0, commit = 0, name = 0;  // name: in the ledger, before and after
};

struct Run {
  int64_t no = 0;
  RunId id;
  std::string admission;
  int64_t year = 0;
  std::string batch;  // empty: all
  RunState state = RunState::running;
  std::string account, checked_by, published_by;
  Instant begun_at;
  std::optional<Instant> computed_at, checked_at, published_at;
  std::string input_sha256, output_sha256;
  std::vector<BatchFigures> batches;
  std::vector<RunException> exceptions;
  RunNames names;
  bool in_dataset = false;  // what it gave stands in the dataset of results
  Recall recall;
  int64_t n_forgotten = 0;  // applicants whose rows name nobody any more
  std::string kept_sha256;  // over the rows since then; empty while n_forgotten is 0
  bool is_expired = false;  // the time for which the pack keeps applicants is over
  RunPhases took;           // of a run that was just computed; not stored
};

// What rests on a published run, and whether it keeps the run from being taken back.
struct Consequence {
  static constexpr const char* kName = "AdmissionConsequence";
  std::string kind;         // "batch", "rows", "cases"
  std::string of;           // id of the batch, dataset or flow
  pack::Title title;        // of it
  int64_t n = 0;            // runs, rows, cases
  int64_t n_confirmed = 0;  // cases that hold a place
  bool blocks = false;
};
inline constexpr std::array<const char*, 3> kConsequenceKinds{"batch", "rows", "cases"};

// A run's stored rows looked at again.
struct Verdict {
  std::string rows_sha256;      // over the rows as they stand
  std::string expected_sha256;  // what the ledger says of them
  int64_t n_choices = 0, n_forgotten = 0;
  int64_t n_unsound = 0;  // seats beyond the capacity, and refused choices whose standing would have been enough
  bool agrees() const { return rows_sha256 == expected_sha256 && n_unsound == 0; }
};

// Who holds the last of a group of seats. Where fewer than kMinHolders hold one, it tells standing, tier and score to those alone who run and
// publish.
inline constexpr int64_t kMinHolders = 3;
struct CutOffRow {
  std::string batch;
  int program = 0, group = 0;
  std::string code, title, quota;  // quota empty: open seats
  int64_t seats = 0, capacity = 0, n_held = 0;
  int64_t last = 0;  // standing at the program, from 1; 0: nobody
  int tier = 0;      // from 1
  std::optional<double> score;
  bool is_hidden = false;
};

struct ChoiceResult {
  std::string batch;
  int64_t order = 0;
  std::string program, program_title, quota;
  Outcome outcome = Outcome::full;
  int tier = 0;
  std::optional<double> score;
  int64_t standing = 0, needed = 0;  // at the program, from 1; 0: none. needed 0 with outcome full: there is no seat for such applicants
  int needed_tier = 0;
  std::optional<double> needed_score;
  int decided = kByNothing;
  Message decided_by;  // in words, if something decided
};

struct ApplicantResult {
  int64_t seq = 0;
  std::string number;
  directory::PersonNo person;
  std::string batch, program, program_title, quota;  // of the place; empty: none
  int64_t order = 0;
};
struct Explanation {
  ApplicantResult applicant;
  std::vector<ChoiceResult> choices;
};

// One mechanism beside the pack's own, on the same applicants.
struct Comparison {
  std::string mechanism;
  int64_t n_applicants = 0, n_placed = 0, n_first = 0, n_exceptions = 0;
  int64_t n_better = 0, n_worse = 0;  // applicants who are better or worse off than by the pack's own
  double mean_order = 0;              // of those placed
  std::string output_sha256;
  bool is_own = false;
};

enum class LotteryState { listed, drawn, confirmed };
inline constexpr std::array<const char*, 3> kLotteryStates{"listed", "drawn", "confirmed"};

struct Lottery {
  int64_t no = 0;
  LotteryId id;
  std::string admission;
  int64_t year = 0;
  std::string batch;
  LotteryState state = LotteryState::listed;
  std::string list_sha256, digits;
  int64_t n = 0;
  std::string listed_by, drawn_by, confirmed_by;
  Instant listed_at;
  std::optional<Instant> drawn_at, confirmed_at;
};

}  // namespace banmo::models
