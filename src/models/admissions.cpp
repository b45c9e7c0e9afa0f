// SPDX-License-Identifier: Apache-2.0
#include "models/admissions.h"

#include <algorithm>
#include <chrono>
#include <unordered_map>

#include "base/log.h"
#include "models/run_rows.h"
#include "models/run_store.h"

namespace banmo::models {
namespace {

constexpr int64_t kGivenUpAfter_us = int64_t{10} * 60 * 1'000'000;  // a run that another process does not end takes seconds
constexpr size_t kUnchecked = 10;                                   // runs of a batch that nobody checked, and that stay
constexpr std::string_view kFlaws[] = {"blocking_pair", "not_eligible", "over_capacity"};

RunNames names_of(const pack::Admission& admission) {
  RunNames names;
  for (const pack::AdmissionBatch& batch : admission.batches) {
    names.batches.push_back(batch.id);
    auto& ties = names.ties.emplace_back();
    for (const pack::AdmissionTie& tie : batch.ties) ties.push_back(tie.title.zh + "\t" + tie.title.en);
  }
  for (const pack::AdmissionQuota& quota : admission.quotas) names.quotas.push_back(quota.id);
  return names;
}

// The batches that a run covers, in the present pack: first, and behind the last.
std::pair<size_t, size_t> range_of(const pack::Admission& admission, const Run& run) {
  if (run.batch.empty()) return {0, admission.batches.size()};
  const auto first = static_cast<size_t>(admission.batch(run.batch) - admission.batches.data());
  return {first, first + 1};
}

void list_exceptions(const Season& season, const BatchInput& batch, const Settled& settled, Run& run) {
  for (const math::Exception& one : settled.exceptions) {
    if (run.exceptions.size() >= kMaxExceptions) return;
    const auto program = static_cast<size_t>(settled.market.program[static_cast<size_t>(one.choice)]);
    run.exceptions.push_back({batch.rules->id, std::string(kFlaws[static_cast<size_t>(one.flaw)]), season.numbers[static_cast<size_t>(one.applicant)],
                              batch.programs[program].code});
  }
}

// Seconds since it was last asked.
class Lap {
 public:
  double seconds() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// By the place in one's own list; whoever has none stands behind all.
void count_changes(const Settled& own, const Settled& other, Comparison& out) {
  double sum = 0;
  for (size_t a = 0; a < own.assignment.choice.size(); ++a) {
    const auto at = [&](const Settled& one) { return static_cast<uint32_t>(one.assignment.choice[a]); };  // kNone becomes the greatest
    out.n_better += at(other) < at(own) ? 1 : 0;
    out.n_worse += at(other) > at(own) ? 1 : 0;
    if (other.assignment.choice[a] != math::kNone) sum += at(other) - other.market.choice_begin[a] + 1;
  }
  out.n_applicants = other.figures.n_applicants;
  out.n_placed = other.figures.n_placed;
  out.n_first = other.figures.n_first;
  out.n_exceptions = other.figures.n_exceptions;
  out.mean_order = out.n_placed == 0 ? 0 : sum / static_cast<double>(out.n_placed);
}

}  // namespace

// What is settled, and what goes on from batch to batch.
struct Admissions::Work {
  Season season;
  Before first;  // of the first batch, as it was read
  std::vector<uint8_t> is_gone;
  std::vector<std::map<std::pair<std::string, int>, int32_t>> more_seats;  // by index of the batch

  Before before(const BatchInput& batch) const { return {is_gone, more_seats[static_cast<size_t>(batch.index)]}; }
  void go_on(const BatchInput& batch, const Settled& settled) {
    if (batch.rules->placed_leave)
      for (size_t a = 0; a < is_gone.size(); ++a)
        if (settled.assignment.choice[a] != math::kNone) is_gone[a] = 1;
    if (batch.rules->unused.empty()) return;
    Before later;
    leave(batch, settled, later);
    for (const auto& [key, n] : later.more_seats)
      more_seats[static_cast<size_t>(season.admission->batch(batch.rules->unused) - season.admission->batches.data())][key] += n;
  }
};

// What a run takes from the ledger, before it holds the warehouse.
struct Admissions::Ground {
  size_t first = 0, end = 0;                              // of the batches
  std::vector<std::optional<Run>> earlier;                // by index of the batch before the first: the published run
  std::map<std::string, Result<Lotteries::Places>> lots;  // by batch
};

Admissions::Admissions(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory,
                       records::Records& records, const Clock& clock, std::string folder, crypto::Bytes seal_key)
    : stores_(std::move(stores)),
      catalogue_(std::move(catalogue)),
      directory_(directory),
      records_(records),
      clock_(clock),
      folder_(std::move(folder)),
      store_(std::make_unique<RunStore>(stores_, directory.profile(), std::move(seal_key))),
      rows_(std::make_unique<RunRows>(stores_.warehouse)),
      lotteries_(stores_, records, clock, directory.profile()) {}
Admissions::~Admissions() = default;

Result<std::unique_ptr<Admissions>> Admissions::create(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue,
                                                       directory::Directory& directory, records::Records& records, const Clock& clock,
                                                       std::string folder, crypto::Bytes seal_key) {
  auto made = std::unique_ptr<Admissions>(new Admissions(std::move(stores), std::move(catalogue), directory, records, clock, std::move(folder),
                                                         std::move(seal_key)));  // owned by made
  if (made->catalogue_->admissions().empty()) return made;
  BANMO_DO(made->rows_->make_tables());
  // SQLite has one process: what runs at its start has stopped. Beside others, only what is too old.
  const bool is_alone = made->stores_.ledger->dialect() == sql::Dialect::sqlite;
  BANMO_DO(made->give_up_stopped(is_alone ? -1 : kGivenUpAfter_us));
  made->sweep_files();
  // What cannot be brought in now keeps nobody from their work: it is tried again.
  if (const auto brought = made->bring_into_datasets(); !brought.ok())
    log(LogLevel::error, "admission.results_late", {{"why", brought.error().to_string()}});
  if (const auto done = made->carry_out_forgettings(); !done.ok()) log(LogLevel::error, "admission.not_tended", {{"why", done.error().to_string()}});
  return made;
}

void Admissions::tend() {
  if (catalogue_->admissions().empty()) return;
  for (const auto& done : {give_up_stopped(kGivenUpAfter_us), bring_into_datasets(), expire(), carry_out_forgettings(), store_->seal_reasons()})
    if (!done.ok()) log(LogLevel::error, "admission.not_tended", {{"why", done.error().to_string()}});
}

const std::vector<pack::Admission>& Admissions::all() const { return catalogue_->admissions(); }

Result<> Admissions::give_up_stopped(int64_t older_than_us) {
  const Instant now = clock_.now();
  BANMO_TRY(const auto running, store_->unscoped_running({now.micros - older_than_us}));
  for (const Run& run : running) {
    BANMO_DO(store_->stop(run, now));
    BANMO_DO(rows_->erase(run.no));
  }
  BANMO_TRY(const auto counted, store_->unscoped_counted());
  return rows_->erase_others(counted.runs, counted.last);
}

Result<Run> Admissions::run(const Principal& principal, const std::string& admission_id, int64_t year, const std::string& batch) {
  BANMO_DO(require(principal, directory::Right::admission_run));
  BANMO_TRY(const pack::Admission* admission, find_admission(*catalogue_, admission_id));
  if (!batch.empty() && admission->batch(batch) == nullptr)
    return fail(ErrorCode::not_found, "models.no_such_batch", {"没有这个批次", "there is no such batch"}, "$.batch");
  BANMO_DO(records_.flush());
  Run run;
  run.id = RunId::next();
  run.admission = admission_id;
  run.year = year;
  run.batch = batch;
  run.account = principal.account_name;
  run.begun_at = clock_.now();
  BANMO_DO(store_->begin(run));
  auto done = compute(run, *admission);
  if (done.ok()) {
    BANMO_DO(drop_older(principal, run));
    return done;
  }
  const Error error = done.error();
  BANMO_DO(store_->stop(run, clock_.now()));
  return error;
}

// A run has some rows for each choice of a city: those that nobody looked at go.
Result<> Admissions::drop_older(const Principal& principal, const Run& run) {
  BANMO_TRY(auto older, store_->unscoped_unchecked(run, kUnchecked));
  for (Run& one : older) {
    one.account = principal.account_name;
    one.begun_at = clock_.now();
    const int64_t no = one.no;
    const auto dropped = moved(std::move(one), RunState::dropped, {});
    if (!dropped.ok() && dropped.error().id == "models.run_state") continue;  // somebody checked or dropped it meanwhile
    BANMO_DO(dropped);
    BANMO_DO(rows_->erase(no));
  }
  return {};
}

Result<Run> Admissions::compute(Run run, const pack::Admission& admission) {
  const auto [first, end] = range_of(admission, run);
  BANMO_TRY(const Ground ground, look_up(admission, run.year, first, end));
  Lap lap;
  BANMO_DO(stores_.warehouse->write([&](sql::Connection& warehouse) -> Result<> {
    (void)lap.seconds();
    BANMO_TRY(Work work, read(warehouse, admission, run.year, ground));
    run.took.read = lap.seconds();
    run.batches.clear();
    run.exceptions.clear();
    run.input_sha256 = hash_of(work.season, work.first);
    run.names = names_of(admission);
    std::vector<Settled> settled;
    OutputHash output;
    for (const BatchInput& batch : work.season.batches) {
      BANMO_TRY(Settled one, settle(work.season, batch, batch.rules->mechanism, work.before(batch)));
      work.go_on(batch, one);
      run.batches.push_back(one.figures);
      list_exceptions(work.season, batch, one, run);
      output.add(work.season, batch, one);
      settled.push_back(std::move(one));
    }
    run.output_sha256 = output.finish();
    run.took.place = lap.seconds();
    BANMO_DO(RunRows::write(warehouse, run, work.season, settled));
    BANMO_DO(RunRows::write_also(warehouse, records_, admission, run, {clock_.now()}));
    run.took.write = lap.seconds();
    return {};
  }));
  run.took.commit = lap.seconds();
  run.state = RunState::computed;
  run.computed_at = clock_.now();
  const auto told = store_->computed(run);
  run.took.name = lap.seconds();
  if (told.ok()) return run;
  BANMO_DO(rows_->erase(run.no));
  return told.error();
}

Result<Admissions::Ground> Admissions::look_up(const pack::Admission& admission, int64_t year, size_t first, size_t end) const {
  Ground ground;
  ground.first = first;
  ground.end = end;
  for (size_t i = 0; i < first; ++i) {
    BANMO_TRY(auto run, store_->published_run(admission.id, year, admission.batches[i].id));
    ground.earlier.push_back(std::move(run));
  }
  for (size_t i = first; i < end; ++i) {
    const pack::AdmissionBatch& batch = admission.batches[i];
    if (batch.has_lottery()) ground.lots.emplace(batch.id, lotteries_.places(admission.id, year, batch.id));
  }
  return ground;
}

namespace {

// The place of the last tie: the lot, or the number's own.
Result<> take_lots(Season& season, const std::map<std::string, Result<Lotteries::Places>>& drawn) {
  for (BatchInput& batch : season.batches) {
    batch.place.resize(season.numbers.size());
    for (size_t a = 0; a < batch.place.size(); ++a) batch.place[a] = static_cast<int32_t>(a);
    if (!batch.rules->has_lottery()) continue;
    const auto& found = drawn.at(batch.rules->id);
    if (!found.ok()) return found.error();
    const Lotteries::Places& lots = *found;
    for (size_t a = 0, l = 0; a < season.numbers.size(); ++a) {
      while (l < lots.list.size() && lots.list[l] < season.numbers[a]) ++l;
      batch.place[a] = l < lots.list.size() && lots.list[l] == season.numbers[a] ? lots.places[l] : math::kNone;
    }
    const auto n_missing = std::count_if(batch.wishes.begin(), batch.wishes.end(),
                                         [&](const Wish& wish) { return batch.place[static_cast<size_t>(wish.applicant)] == math::kNone; });
    if (n_missing > 0)
      return fail(
          ErrorCode::conflict, "models.not_in_lottery",
          {"有 " + std::to_string(n_missing) + " 条志愿的考生不在抽签名单中；名单公布后志愿不能再增加",
           std::to_string(n_missing) + " choices are of applicants who are not in the list of the draw: no choices are added once it is published"});
  }
  return {};
}

}  // namespace

Result<Admissions::Work> Admissions::read(sql::Connection& warehouse, const pack::Admission& admission, int64_t year, const Ground& ground) const {
  const size_t first = ground.first;
  Work work;
  BANMO_TRY(work.season, read_season(warehouse, records_, admission, year, first, ground.end, {clock_.now()}));
  BANMO_DO(take_lots(work.season, ground.lots));
  work.is_gone.assign(work.season.numbers.size(), 0);
  work.more_seats.resize(admission.batches.size());
  std::unordered_map<int64_t, size_t> seq_of;
  for (size_t a = 0; first > 0 && a < work.season.persons.size(); ++a) seq_of.emplace(work.season.persons[a], a);
  for (size_t i = 0; i < first; ++i) {
    const pack::AdmissionBatch& earlier = admission.batches[i];
    const auto& run = ground.earlier[i];
    if (!run)
      return fail(ErrorCode::conflict, "models.earlier_not_published",
                  {"前一批次“" + earlier.title.zh + "”的结果还没有公布，不能单独投后面的批次",
                   "the earlier batch '" + earlier.title.en + "' is not published yet: a later one cannot be run by itself"},
                  "$.batch");
    BANMO_TRY(const auto placed, RunRows::placed_persons(warehouse, *run, earlier.id));
    for (const int64_t person : placed)
      if (const auto seq = seq_of.find(person); earlier.placed_leave && seq != seq_of.end()) work.is_gone[seq->second] = 1;
    if (earlier.unused != admission.batches[first].id) continue;
    Before before;
    BANMO_DO(RunRows::add_seats(warehouse, admission, *run, earlier.id, before));
    for (const auto& [key, n] : before.more_seats) work.more_seats[first][key] += n;
  }
  work.first = work.before(work.season.batches.front());
  return work;
}

Result<Run> Admissions::moved(Run run, RunState to, const std::vector<std::string>& batches, const std::vector<std::string>& earlier) {
  BANMO_DO(store_->move(run, to, batches, earlier));
  run.state = to;
  return run;
}

Result<Run> Admissions::check(const Principal& principal, const std::string& id) {
  BANMO_DO(require(principal, directory::Right::admission_publish));
  BANMO_TRY(Run run, find(principal, id));
  if (run.account == principal.account_name)
    return fail(ErrorCode::denied, "models.four_eyes", {"须由另一个人复核", "somebody else has to check this run"});
  BANMO_DO(check_fresh(run));
  run.checked_by = principal.account_name;
  run.checked_at = clock_.now();
  return moved(std::move(run), RunState::checked, {});
}

// The rows are as they were when it was run.
Result<> Admissions::check_fresh(const Run& run) const {
  BANMO_TRY(const pack::Admission* admission, find_admission(*catalogue_, run.admission));
  const auto stale = [] {
    return fail(ErrorCode::conflict, "models.run_stale",
                {"投档之后考生、志愿、计划或规则有变动，请重新投档", "applicants, choices, plans or rules have changed since: run it again"});
  };
  if (!run.batch.empty() && admission->batch(run.batch) == nullptr) return stale();
  BANMO_DO(records_.flush());
  const auto [first, end] = range_of(*admission, run);
  BANMO_TRY(const Ground ground, look_up(*admission, run.year, first, end));
  BANMO_TRY(const Work work, view(*admission, run.year, ground));
  return hash_of(work.season, work.first) == run.input_sha256 ? Result<>() : Result<>(stale());
}

Result<Admissions::Work> Admissions::view(const pack::Admission& admission, int64_t year, const Ground& ground) const {
  std::optional<Work> work;
  BANMO_DO(read_beside_writer(*stores_.warehouse, admission, [&](sql::Connection& warehouse) -> Result<> {
    BANMO_TRY(work, read(warehouse, admission, year, ground));
    return {};
  }));
  return std::move(*work);
}

Result<Run> Admissions::publish(const Principal& principal, const std::string& id) {
  BANMO_DO(require(principal, directory::Right::admission_publish));
  BANMO_TRY(Run run, find(principal, id));
  if (run.account == principal.account_name)
    return fail(ErrorCode::denied, "models.four_eyes", {"须由另一个人公布", "somebody else has to publish this run"});
  BANMO_TRY(const pack::Admission* admission, find_admission(*catalogue_, run.admission));
  if (run.state == RunState::checked) BANMO_DO(check_fresh(run));
  run.published_by = principal.account_name;
  run.published_at = clock_.now();
  const auto batches = batches_of(*admission, run);
  std::vector<std::string> earlier;  // published when the rows were looked at just now: they must still be
  for (size_t i = 0, first = range_of(*admission, run).first; i < first; ++i) earlier.push_back(admission->batches[i].id);
  BANMO_TRY(run, moved(std::move(run), RunState::published, batches, earlier));
  // It is published; what does not reach the dataset of results now is tried again.
  if (const auto brought = bring_into_datasets(); !brought.ok())
    log(LogLevel::error, "admission.results_late", {{"why", brought.error().to_string()}});
  return find(principal, id);
}

Result<Run> Admissions::drop(const Principal& principal, const std::string& id) {
  BANMO_DO(require(principal, directory::Right::admission_run));
  BANMO_TRY(Run run, find(principal, id));
  if (run.state != RunState::computed && run.state != RunState::checked)
    return fail(ErrorCode::conflict, "models.run_state",
                {"已公布或已作废的投档不能作废；公布有误请撤回",
                 "a run that is published or dropped cannot be dropped; one that was published wrongly is taken back"});
  run.account = principal.account_name;
  run.begun_at = clock_.now();
  BANMO_TRY(run, moved(std::move(run), RunState::dropped, {}));
  BANMO_DO(rows_->erase(run.no));
  return find(principal, id);
}

Result<std::vector<Comparison>> Admissions::compare(const Principal& principal, const std::string& admission_id, int64_t year,
                                                    const std::string& batch_id, const std::vector<pack::Mechanism>& mechanisms) {
  BANMO_DO(require(principal, directory::Right::admission_run));
  BANMO_TRY(const pack::Admission* admission, find_admission(*catalogue_, admission_id));
  const pack::AdmissionBatch* rules = admission->batch(batch_id);
  if (rules == nullptr) return fail(ErrorCode::not_found, "models.no_such_batch", {"没有这个批次", "there is no such batch"}, "$.batch");
  BANMO_DO(records_.flush());
  const auto index = static_cast<size_t>(rules - admission->batches.data());
  BANMO_TRY(const Ground ground, look_up(*admission, year, index, index + 1));
  BANMO_TRY(const Work work, view(*admission, year, ground));
  const BatchInput& batch = work.season.batches.front();
  const Before before = work.before(batch);
  BANMO_TRY(const Settled own, settle(work.season, batch, rules->mechanism, before));
  std::vector<pack::Mechanism> all{rules->mechanism};
  for (const pack::Mechanism mechanism : mechanisms)
    if (std::find(all.begin(), all.end(), mechanism) == all.end()) all.push_back(mechanism);
  std::vector<Comparison> out;
  for (const pack::Mechanism mechanism : all) {
    BANMO_TRY(const Settled other, settle(work.season, batch, mechanism, before));
    OutputHash hash;
    hash.add(work.season, batch, other);
    Comparison& one = out.emplace_back();
    one.mechanism = pack::name_of(mechanism);
    one.is_own = mechanism == rules->mechanism;
    one.output_sha256 = hash.finish();
    count_changes(own, other, one);
  }
  return out;
}

}  // namespace banmo::models
