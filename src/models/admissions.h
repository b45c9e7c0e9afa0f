// SPDX-License-Identifier: Apache-2.0
// Runs of admissions: who is placed where by a pack's rules, with the reason for each choice, cut-offs, and whether the outcome is stable. A run is
// computed, checked and published by no fewer than two people; families see their own explanation once it is published. The same rows give the same
// bytes. Thread-safe; several processes may share one PostgreSQL.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/crypto.h"
#include "directory/directory.h"
#include "directory/notices.h"
#include "models/lotteries.h"
#include "models/types.h"

namespace banmo::models {

class RunRows;
class RunStore;
struct Forgetting;

class Admissions {
 public:
  // Makes the tables of the warehouse, takes away what a stopped run left, and brings what was published into the datasets of results. `folder`: for
  // temporary files. `seal_key`: 32 bytes, for the reasons of recalls; none: they stand in clear.
  static Result<std::unique_ptr<Admissions>> create(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue,
                                                    directory::Directory& directory, records::Records& records, const Clock& clock,
                                                    std::string folder, crypto::Bytes seal_key = {});
  ~Admissions();
  const std::vector<pack::Admission>& all() const;
  // Now and then, beside what create() does at the start: gives up runs that nobody ends, and brings in what is late. Logs what fails.
  void tend();
  Lotteries& lotteries() { return lotteries_; }

  // Reads, places, verifies, explains and stores. `batch` empty: all, one after the other; otherwise earlier batches count as published. Right
  // admission_run. Errors: not_found "models.no_such_admission" "models.no_such_batch"; conflict "models.earlier_not_published"
  // "models.lottery_missing" "models.not_in_lottery"; those of reading (season.h) and settling.
  Result<Run> run(const Principal& principal, const std::string& admission, int64_t year, const std::string& batch);
  // Of runs that nobody checked, the newest ten of a batch and year stay; older ones are dropped by the next.
  // Right admission_publish, by others than the one who ran it. Errors: denied "models.four_eyes"; conflict "models.run_state"
  // "models.run_stale" (the rows have changed since) "models.already_published".
  Result<Run> check(const Principal& principal, const std::string& run);
  Result<Run> publish(const Principal& principal, const std::string& run);
  Result<Run> drop(const Principal& principal, const std::string& run);  // right admission_run; conflict once it is published

  // Taking back what is published. One person who may publish asks and says why, another decides; before that, and again then, what rests on it is
  // looked at. From the decision on nobody is shown the result, and its rows leave the dataset of results; the batch may be run and published anew.
  // Right admission_publish. Errors: invalid "models.recall_reason"; denied "models.four_eyes"; conflict "models.recall_state",
  // "models.recall_blocked" (with a detail for each thing to be undone first).
  Result<Run> ask_recall(const Principal& principal, const std::string& run, const std::string& reason);
  Result<Run> confirm_recall(const Principal& principal, const std::string& run);
  Result<Run> decline_recall(const Principal& principal, const std::string& run);  // also by who asked
  // Later batches that are published, rows of the dataset of results, cases of flows that look up that dataset. Right admission_publish.
  Result<std::vector<Consequence>> consequences(const Principal& principal, const std::string& run) const;

  // Hashes the stored rows of a run again and looks whether they keep the rules, also when people were forgotten since. Right admission_run or
  // admission_publish. Errors: conflict "models.no_rows" (a run that was dropped or stopped has none).
  Result<Verdict> verify(const Principal& principal, const std::string& run) const;
  // Forgets a person in all runs: who it was and what only that person is known by. The order is in the ledger when it returns, with the number of
  // runs; it is carried out at once, or goes on after a stop. Of who stands among the applicants and holds a seat it waits until no later batch of
  // the season is unpublished: nobody could tell any more that they hold one. Right people_manage over the person. Errors: not_found
  // "directory.no_such_person".
  Result<int64_t> forget(const Principal& principal, PersonId person);

  // Who neither runs nor publishes sees published runs alone; of one that was taken back conflict "models.recalled".
  Result<std::vector<Run>> runs(const Principal& principal, const std::string& admission, int64_t year, int64_t before, size_t limit) const;
  Result<Run> find(const Principal& principal, const std::string& run) const;  // not_found "models.no_such_run"
  Result<std::vector<CutOffRow>> cut_offs(const Principal& principal, const std::string& run) const;
  // Applicants of the reader's scope, by number; `after` is the last one's seq.
  Result<std::vector<ApplicantResult>> results(const Principal& principal, const std::string& run, int64_t after, size_t limit) const;
  Result<Explanation> explain(const Principal& principal, const std::string& run,
                              const std::string& number) const;  // not_found "models.no_such_applicant"
  // Of the reader and the reader's wards, in what is published, newest first; of what was taken back and not yet published anew the number alone.
  Result<std::vector<std::pair<Run, Explanation>>> mine(const Principal& principal) const;

  // Other mechanisms on the applicants of one batch; nothing is stored. Right admission_run.
  Result<std::vector<Comparison>> compare(const Principal& principal, const std::string& admission, int64_t year, const std::string& batch,
                                          const std::vector<pack::Mechanism>& mechanisms);

 private:
  Admissions(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory, records::Records& records,
             const Clock& clock, std::string folder, crypto::Bytes seal_key);
  struct Work;
  struct Ground;
  Result<Run> compute(Run run, const pack::Admission& admission);
  Result<Ground> look_up(const pack::Admission& admission, int64_t year, size_t first, size_t end) const;
  Result<Work> read(sql::Connection& warehouse, const pack::Admission& admission, int64_t year, const Ground& ground) const;
  Result<Work> view(const pack::Admission& admission, int64_t year, const Ground& ground) const;
  Result<> check_fresh(const Run& run) const;
  Result<> drop_older(const Principal& principal, const Run& run);
  Result<> give_up_stopped(int64_t older_than_us);
  Result<> bring_into_datasets();
  void sweep_files() const;
  Result<> bring_into_dataset(const Run& run, const pack::Admission& admission);
  Result<> take_out_of_dataset(const Run& run, const pack::Admission& admission);
  Result<std::vector<Consequence>> follows(const Run& run, const pack::Admission& admission) const;
  Result<Run> for_recall(const Principal& principal, const std::string& id) const;
  Result<> check_unblocked(const Run& run) const;
  Result<std::vector<std::pair<directory::NoticeTo, directory::NewNotice>>> notices_of(const Run& run, const pack::Admission& admission) const;
  Result<> expire();
  Result<> carry_out_forgettings();
  Result<> carry_out(Forgetting order);
  Result<> order_of_later_runs(const Forgetting& order);
  Result<bool> is_in_season(const Run& run, int64_t person) const;
  Result<std::string> write_results(const Run& run, const pack::Admission& admission) const;
  directory::Scope scope(const Principal& principal, const pack::Admission& admission) const;
  Result<Run> moved(Run run, RunState to, const std::vector<std::string>& batches, const std::vector<std::string>& earlier = {});
  static Explanation explanation(const pack::Admission& admission, ApplicantResult applicant, std::vector<ChoiceResult> choices, pack::Level level);

  sql::Stores stores_;
  std::shared_ptr<const pack::Catalogue> catalogue_;
  directory::Directory& directory_;
  records::Records& records_;
  const Clock& clock_;
  const std::string folder_;
  std::unique_ptr<RunStore> store_;
  std::unique_ptr<RunRows> rows_;
  Lotteries lotteries_;
  std::mutex publishing_;  // one at a time brings results into datasets
  std::mutex forgetting_;  // and one forgets
};

// The batches that a run covers, in the present pack.
std::vector<std::string> batches_of(const pack::Admission& admission, const Run& run);

}  // namespace banmo::models
