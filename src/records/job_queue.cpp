// SPDX-License-Identifier: Apache-2.0
#include "records/job_queue.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>

#include "audit/audit.h"
#include "base/log.h"
#include "directory/notices.h"
#include "records/importer.h"
#include "records/people_names.h"

namespace banmo::records {
namespace {

constexpr std::chrono::seconds kRetry{5};                        // after a full disk
constexpr int64_t kKeepMicros = int64_t{24} * 3600 * 1'000'000;  // the upload of a dry run, to be written later
constexpr int kMaxPages = 20;                                    // of jobs that are read to fill one page of visible ones

Error no_such_job() { return fail(ErrorCode::not_found, "records.no_such_job", {"没有这个任务", "there is no such job"}); }

// What whoever sent the file is told; of a dry run they see the result at once.
directory::NewNotice notice_of(const pack::Catalogue& catalogue, const Job& job) {
  const pack::Dataset* dataset = catalogue.dataset(job.dataset);
  const std::string zh = dataset == nullptr ? job.dataset : dataset->title.zh, en = dataset == nullptr ? job.dataset : dataset->title.en;
  const std::string good = std::to_string(job.n_good), bad = std::to_string(job.n_bad);
  if (job.state == JobState::failed)
    return {"import.failed",
            {"“" + zh + "”导入未完成，请查看原因", "The import into \"" + en + "\" did not finish: see why"},
            "/jobs/" + job.id.to_string()};
  return {
      "import.done",
      {"“" + zh + "”导入完成：写入 " + good + " 行，退回 " + bad + " 行", "Imported into \"" + en + "\": " + good + " rows, " + bad + " sent back"},
      "/jobs/" + job.id.to_string()};
}

// One's own jobs, and those of importers whose organisations lie within one's own.
bool may_see(const Engine& engine, const Principal& principal, const JobRow& row) {
  if (row.account_no == principal.account.value && row.job.by == principal.account_name) return true;
  if (!principal.has(directory::Right::jobs_read)) return false;
  const auto scope = engine.directory().scope(principal, directory::Right::jobs_read, {"org", "", pack::Level::l1});
  if (scope.everything) return true;
  if (row.scope.everything || row.scope.orgs.empty()) return false;
  const auto tree = engine.directory().orgs();
  return std::all_of(row.scope.orgs.begin(), row.scope.orgs.end(), [&](directory::OrgNo org) {
    return std::any_of(scope.orgs.begin(), scope.orgs.end(), [&](directory::OrgNo top) { return tree->is_within(org, top); });
  });
}

bool is_within(const std::string& path, const std::string& folder) {
  std::error_code error;
  const auto whole = std::filesystem::weakly_canonical(path, error).string();
  const auto root = std::filesystem::weakly_canonical(folder, error).string() + "/";
  return !error && whole.starts_with(root);
}

}  // namespace

JobQueue::JobQueue(Engine& engine, JobStore& store, MappingStore& mappings) : engine_(engine), store_(store), mappings_(mappings) {}

JobQueue::~JobQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<> JobQueue::start() {
  BANMO_TRY(auto unfinished, store_.unfinished_jobs());
  {
    const std::lock_guard lock(mutex_);
    for (auto& row : unfinished) {
      row.job.state = JobState::queued;
      row.job.error.reset();
      live_[row.job.id] = row.job;
      waiting_.push_back(std::move(row));
    }
  }
  thread_ = std::thread([this] { work(); });
  return {};
}

// Checks the right and the scope again: what was allowed for the dry run may be so no longer.
Result<Job> JobQueue::enqueue(const Principal& principal, JobRow row) {
  BANMO_TRY(Entry* const entry, engine_.require(principal, directory::Right::datasets_import, row.job.dataset));
  const Schema& schema = *entry->schema;
  if (schema.dataset->kind == pack::DatasetKind::derived) {
    return fail(ErrorCode::invalid, "records.derived_not_imported",
                {"派生数据集由系统计算，不能导入", "a derived dataset is computed and takes no import"});
  }
  BANMO_DO(engine_.check_written_by_people(principal, schema));
  row.scope = engine_.scope(principal, directory::Right::datasets_import, schema);
  row.people = people_scope(engine_, principal);
  if (!row.scope.everything && (!schema.org || row.scope.orgs.empty())) {
    return fail(ErrorCode::denied, "records.out_of_scope", {"该数据集须由市级管理人员导入", "this dataset is imported by the city's officers"});
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(row.file, error))
    return fail(ErrorCode::not_found, "records.no_file", {"找不到上传的文件，请重新上传", "the uploaded file is gone; upload it again"});
  row.job.id = JobId::next();
  row.job.phase = "queued";
  row.job.by = principal.account_name;
  row.job.created_at = engine_.clock().now();
  row.account_no = principal.account.value;
  BANMO_DO(store_.insert_job(row));
  const Job job = row.job;
  {
    const std::lock_guard lock(mutex_);
    live_[job.id] = job;
    waiting_.push_back(std::move(row));
  }
  changed_.notify_all();
  return job;
}

Result<Job> JobQueue::submit(const Principal& principal, const ImportOptions& options) {
  BANMO_TRY(Entry* const entry, engine_.require(principal, directory::Right::datasets_import, options.dataset));
  BANMO_TRY(const Mapping mapping, mappings_.choose(principal, *entry->schema, options.mapping));
  JobRow row;
  row.job.dataset = options.dataset;
  row.job.file_name = options.file_name;
  row.job.dry_run = options.dry_run;
  row.file = options.file;
  row.mapping = mapping_text(*entry->schema, mapping);
  return enqueue(principal, std::move(row));
}

Result<Job> JobQueue::write_checked(const Principal& principal, JobId id) {
  BANMO_TRY(const auto checked, store_.find_job(id));
  if (!checked || !may_see(engine_, principal, *checked)) return no_such_job();
  const bool own = checked->account_no == principal.account.value && checked->job.by == principal.account_name;
  if (!own || !present(*checked).can_write) {
    return fail(ErrorCode::conflict, "records.not_checked",
                {"只能写入自己试运行成功、且文件仍在保留期（24 小时）内的任务；请重新上传文件",
                 "only a finished dry run of your own can be written, within 24 hours while its file is kept; send the file again"});
  }
  JobRow row;
  row.job.dataset = checked->job.dataset;
  row.job.file_name = checked->job.file_name;
  row.file = checked->file;
  row.mapping = checked->mapping;
  BANMO_TRY(const Job job, enqueue(principal, std::move(row)));
  BANMO_DO(store_.forget_file(checked->no));
  return job;
}

// Uploads of dry runs that nobody wrote.
void JobQueue::drop_old_files() {
  const auto old = store_.kept_dry_runs(Instant{engine_.clock().now().micros - kKeepMicros});
  if (!old.ok()) return;
  for (const auto& row : *old) {
    if (is_within(row.file, engine_.options().folder)) ::unlink(row.file.c_str());
    (void)store_.forget_file(row.no);
  }
}

Job JobQueue::present(const JobRow& stored) const {
  const std::lock_guard lock(mutex_);
  const auto it = live_.find(stored.job.id);
  Job job = it == live_.end() ? stored.job : it->second;
  job.can_write = job.dry_run && job.state == JobState::done && job.n_good > 0 && !stored.file.empty();
  return job;
}

Result<Job> JobQueue::find(const Principal& principal, JobId id) {
  BANMO_TRY(const auto row, store_.find_job(id));
  if (!row || !may_see(engine_, principal, *row)) return no_such_job();
  Job job = present(*row);
  if (job.state == JobState::done && !job.batch && row->batch_no != 0) {
    BANMO_TRY(const auto batch, store_.batch(row->batch_no));
    if (batch) job.batch = batch->batch.id;
  }
  return job;
}

Result<std::vector<Job>> JobQueue::list(const Principal& principal, int limit, std::string_view after) {
  const int64_t account = principal.has(directory::Right::jobs_read) ? 0 : principal.account.value;
  std::vector<Job> jobs;
  std::string cursor(after);
  for (int i = 0; i < kMaxPages && static_cast<int>(jobs.size()) < limit; ++i) {
    BANMO_TRY(const auto rows, store_.jobs(account, limit, cursor));
    for (const auto& row : rows) {
      if (static_cast<int>(jobs.size()) < limit && may_see(engine_, principal, row)) jobs.push_back(present(row));
    }
    if (static_cast<int>(rows.size()) < limit) break;
    cursor = rows.back().job.id.to_string();
  }
  return jobs;
}

Result<Job> JobQueue::wait(const Principal& principal, JobId id) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      const auto it = live_.find(id);
      return stopping_ || it == live_.end() || it->second.state == JobState::failed;
    });
  }
  return find(principal, id);
}

bool JobQueue::show(const JobRow& row) {
  const std::lock_guard lock(mutex_);
  live_[row.job.id] = row.job;
  return !stopping_;
}

void JobQueue::finish(JobRow& row, const Result<>& outcome) {
  Job& job = row.job;
  const bool no_space = !outcome.ok() && outcome.error().code == ErrorCode::storage_full;
  job.state = outcome.ok() ? JobState::done : JobState::failed;
  job.phase = outcome.ok() ? "done" : job.phase;
  job.progress = outcome.ok() ? 1 : job.progress;
  if (!outcome.ok()) job.error = outcome.error();
  // A job without an end is taken up again at the next start: one that found the disk full.
  if (!no_space) job.finished_at = engine_.clock().now();
  const auto written = engine_.ledger().write([&](sql::Connection& connection) -> Result<> {
    const json::Object detail = {{"file", job.file_name}, {"dry_run", job.dry_run}, {"n_read", job.n_read},
                                 {"n_good", job.n_good},  {"n_bad", job.n_bad},     {"state", outcome.ok() ? "done" : "failed"}};
    BANMO_TRY(const auto seq, audit::append(connection, {engine_.clock().now(), job.by, "rows.import", job.dataset, job.id.to_string(), 0, detail},
                                            engine_.options().profile));
    (void)seq;
    if (job.dry_run || no_space) return {};
    return directory::add_notice(connection, engine_.clock().now(), {.account_name = job.by}, notice_of(engine_.catalogue(), job));
  });
  const auto stored = store_.update_job(row);
  if (!written.ok()) BANMO_LOG(warn, "import.not_audited", {"job", job.id.to_string()}, {"error", written.error().to_string()});
  if (!stored.ok()) BANMO_LOG(warn, "import.not_recorded", {"job", job.id.to_string()}, {"error", stored.error().to_string()});
  if (outcome.ok() && !job.dry_run && is_within(row.file, engine_.options().folder)) ::unlink(row.file.c_str());
  drop_old_files();
  BANMO_LOG(info, "import.ended", {"job", job.id.to_string()}, {"dataset", job.dataset}, {"ok", outcome.ok()}, {"n_read", job.n_read},
            {"n_bad", job.n_bad}, {"n_new", job.n_new}, {"n_changed", job.n_changed},
            {"error", outcome.ok() ? std::string() : outcome.error().to_string()}, {"cause", outcome.ok() ? std::string() : outcome.error().cause});
}

void JobQueue::run(JobRow row) {
  row.job.state = JobState::running;
  row.job.error.reset();
  Result<> outcome = store_.update_job(row);
  if (outcome.ok()) {
    try {
      Importer importer(engine_, store_, row, [&] { return show(row); });
      outcome = importer.run();
    } catch (const std::exception& thrown) {
      outcome = fail(ErrorCode::internal, "records.import_failed",
                     {"导入时发生内部错误，请联系管理员", "the import met an internal error; ask the administrator"}, {}, thrown.what());
    }
  }
  if (!outcome.ok() && outcome.error().id == "records.stopping") return;
  finish(row, outcome);
  {
    const std::lock_guard lock(mutex_);
    live_.erase(row.job.id);
    if (!row.job.finished_at) {
      live_[row.job.id] = row.job;
      parked_.push_back(std::move(row));
    }
  }
  changed_.notify_all();
}

void JobQueue::work() {
  while (true) {
    std::optional<JobRow> next;
    {
      std::unique_lock lock(mutex_);
      const auto has_work = [&] { return stopping_ || !waiting_.empty(); };
      if (parked_.empty())
        changed_.wait(lock, has_work);
      else
        changed_.wait_for(lock, kRetry, has_work);
      if (stopping_) return;
      if (waiting_.empty()) waiting_.swap(parked_);
      if (waiting_.empty()) continue;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    run(std::move(*next));
  }
}

}  // namespace banmo::records
