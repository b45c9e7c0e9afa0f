// SPDX-License-Identifier: Apache-2.0
#include "records/job_store.h"

#include "json/json.h"

namespace banmo::records {
namespace {

constexpr std::string_view kTakeNumber = "UPDATE records_counter SET value = value + 1 WHERE name = $1";
constexpr std::string_view kReadNumber = "SELECT value FROM records_counter WHERE name = $1";
constexpr std::string_view kJobColumns =
    "no, id, dataset, file, file_name, dry_run, state, phase, n_read, n_good, n_bad, n_warn, n_new, n_changed, n_same, batch_no, error, account, "
    "account_no, scope, created_at, finished_at, mapping";
constexpr std::string_view kInsertJob =
    "INSERT INTO records_job (no, id, dataset, file, file_name, dry_run, state, phase, n_read, n_good, n_bad, n_warn, n_new, n_changed, n_same, "
    "batch_no, error, account, account_no, scope, "
    "created_at, finished_at, mapping) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, "
    "$23)";
constexpr std::string_view kForgetFile = "UPDATE records_job SET file = '' WHERE no = $1";
constexpr std::string_view kUpdateJob =
    "UPDATE records_job SET state = $2, phase = $3, n_read = $4, n_good = $5, n_bad = $6, n_warn = $7, n_new = $8, n_changed = $9, n_same = $10, "
    "batch_no = $11, error = $12, finished_at = $13 "
    "WHERE no = $1";
constexpr std::string_view kBatchColumns =
    "no, id, dataset, file_name, sha256, account, at, dry_run, state, n_good, n_bad, n_warn, version, pack_fingerprint";
constexpr std::string_view kInsertBatch =
    "INSERT INTO records_batch (no, id, dataset, file_name, sha256, account, at, dry_run, state, n_good, n_bad, n_warn, version, pack_fingerprint) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
constexpr std::string_view kUpdateBatch = "UPDATE records_batch SET state = $2, n_good = $3, n_bad = $4, n_warn = $5, version = $6 WHERE no = $1";

// What follows "SELECT <columns> FROM".
constexpr std::string_view kJobById = "records_job WHERE id = $1";
constexpr std::string_view kOpenJobs = "records_job WHERE state IN ('queued', 'running', 'failed') AND finished_at IS NULL ORDER BY no";
constexpr std::string_view kOldDryJobs =
    "records_job WHERE dry_run = 1 AND file <> '' AND finished_at IS NOT NULL AND finished_at < $1 ORDER BY no LIMIT 1000";
constexpr std::string_view kJobPage = "records_job WHERE no < $1 AND ($2 = 0 OR account_no = $2) ORDER BY no DESC LIMIT $3";
constexpr std::string_view kBatchesOfFile = "records_batch WHERE sha256 = $1 AND dataset = $2 AND dry_run = 0 ORDER BY no DESC LIMIT 10";
constexpr std::string_view kBatchesOfName =
    "records_batch WHERE dataset = $1 AND file_name = $2 AND account = $3 AND dry_run = 0 ORDER BY no DESC LIMIT 1000";
constexpr std::string_view kBatchesOfAccount = "records_batch WHERE dataset = $1 AND account = $2 AND dry_run = 0 ORDER BY no DESC LIMIT 1000";
constexpr std::string_view kBatchPage =
    "records_batch WHERE no < $1 AND dry_run = 0 AND ($2 = '' OR dataset = $2) AND ($3 = '' OR account = $3) ORDER BY no DESC LIMIT $4";
constexpr std::string_view kBatchById = "records_batch WHERE id = $1";
constexpr std::string_view kBatchByNo = "records_batch WHERE no = $1";

constexpr std::string_view kStates[] = {"queued", "running", "done", "failed"};
JobState state_of(std::string_view word) {
  for (size_t i = 0; i < std::size(kStates); ++i) {
    if (kStates[i] == word) return static_cast<JobState>(i);
  }
  return JobState::failed;
}

json::Value error_to_json(const Error& error) {
  json::Array details;
  for (const auto& detail : error.details) details.push_back(error_to_json(detail));
  return json::Object{
      {"code", static_cast<int>(error.code)}, {"id", error.id}, {"zh", error.message.zh}, {"en", error.message.en}, {"where", error.where},
      {"details", std::move(details)}};
}

std::string text_member(const json::Value& value, std::string_view name) {
  const auto* member = value.find(name);
  const auto* text = member == nullptr ? nullptr : member->as_string();
  return text == nullptr ? std::string() : *text;
}

Error error_from_json(const json::Value& value) {
  Error error;
  if (const auto* code = value.find("code"); code != nullptr && code->as_int() != nullptr) error.code = static_cast<ErrorCode>(*code->as_int());
  error.id = text_member(value, "id");
  error.message = {text_member(value, "zh"), text_member(value, "en")};
  error.where = text_member(value, "where");
  if (const auto* details = value.find("details"); details != nullptr && details->as_array() != nullptr) {
    for (const auto& detail : *details->as_array()) error.details.push_back(error_from_json(detail));
  }
  return error;
}

json::Object scope_to_json(const directory::Scope& scope) {
  json::Array orgs;
  for (const auto org : scope.orgs) orgs.emplace_back(org.value);
  return json::Object{{"everything", scope.everything}, {"orgs", std::move(orgs)}};
}

std::string scopes_to_text(const JobRow& row) {
  json::Object both = scope_to_json(row.scope);
  both.set("people", scope_to_json(row.people));
  return json::write(both);
}

directory::Scope scope_from_json(const json::Value& value) {
  directory::Scope scope;
  if (const auto* everything = value.find("everything"); everything != nullptr && everything->as_bool() != nullptr)
    scope.everything = *everything->as_bool();
  if (const auto* orgs = value.find("orgs"); orgs != nullptr && orgs->as_array() != nullptr) {
    for (const auto& org : *orgs->as_array()) {
      if (org.as_int() != nullptr) scope.orgs.push_back({*org.as_int()});
    }
  }
  return scope;
}

// A job that an older program left has no scope of people: those of its organisations.
void scopes_from_text(const std::string& text, JobRow& row) {
  const auto value = json::read(text);
  if (!value.ok()) return;
  row.scope = scope_from_json(*value);
  const auto* people = value->find("people");
  row.people = people == nullptr ? row.scope : scope_from_json(*people);
}

JobRow job_from(const sql::Values& row) {
  JobRow out;
  out.no = sql::int_of(row[0]);
  out.job.id = JobId::parse(sql::text_of(row[1])).value_or(JobId{});
  out.job.dataset = sql::text_of(row[2]);
  out.file = sql::text_of(row[3]);
  out.job.file_name = sql::text_of(row[4]);
  out.job.dry_run = sql::int_of(row[5]) != 0;
  out.job.state = state_of(sql::text_of(row[6]));
  out.job.phase = sql::text_of(row[7]);
  out.job.progress = out.job.state == JobState::done ? 1 : 0;
  int64_t* const counts[] = {&out.job.n_read, &out.job.n_good, &out.job.n_bad, &out.job.n_warn, &out.job.n_new, &out.job.n_changed, &out.job.n_same};
  for (size_t i = 0; i < std::size(counts); ++i) *counts[i] = sql::int_of(row[8 + i]);
  out.batch_no = sql::int_of(row[15]);
  if (!sql::is_null(row[16])) {
    const auto error = json::read(sql::text_of(row[16]));
    if (error.ok()) out.job.error = error_from_json(*error);
  }
  out.job.by = sql::text_of(row[17]);
  out.account_no = sql::int_of(row[18]);
  scopes_from_text(sql::text_of(row[19]), out);
  out.job.created_at = Instant{sql::int_of(row[20])};
  if (!sql::is_null(row[21])) out.job.finished_at = Instant{sql::int_of(row[21])};
  out.mapping = sql::text_of(row[22]);
  return out;
}

BatchRow batch_from(const sql::Values& row) {
  BatchRow out;
  out.batch.no = sql::int_of(row[0]);
  out.batch.id = BatchId::parse(sql::text_of(row[1])).value_or(BatchId{});
  out.batch.dataset = sql::text_of(row[2]);
  out.batch.file_name = sql::text_of(row[3]);
  out.batch.sha256 = sql::text_of(row[4]);
  out.batch.by = sql::text_of(row[5]);
  out.batch.at = Instant{sql::int_of(row[6])};
  out.dry_run = sql::int_of(row[7]) != 0;
  out.batch.done = sql::text_of(row[8]) == "done";
  out.batch.n_good = sql::int_of(row[9]);
  out.batch.n_bad = sql::int_of(row[10]);
  out.batch.n_warn = sql::int_of(row[11]);
  out.version = sql::int_of(row[12]);
  out.pack_fingerprint = sql::text_of(row[13]);
  return out;
}

int64_t number_from(const sql::Values& row) { return sql::int_of(row[0]); }

std::string columns(std::string_view list, std::string_view table) { return "SELECT " + std::string(list) + " FROM " + std::string(table); }

template <class Row, class Make>
Result<std::vector<Row>> read_all(sql::Database& ledger, const std::string& statement, const sql::Values& parameters, const Make& make) {
  BANMO_TRY(const auto lease, ledger.read());
  BANMO_TRY(const auto rows, lease->query(statement, parameters));
  std::vector<Row> out;
  for (const auto& row : rows.rows) out.push_back(make(row));
  return out;
}

sql::Value number_or_null(int64_t number) { return number == 0 ? sql::Value{} : sql::Value{number}; }
sql::Value error_or_null(const Job& job) { return job.error ? sql::Value{json::write(error_to_json(*job.error))} : sql::Value{}; }
sql::Value end_or_null(const Job& job) { return job.finished_at ? sql::Value{job.finished_at->micros} : sql::Value{}; }

}  // namespace

Result<int64_t> take_number(sql::Connection& connection, const std::string& name) {
  BANMO_DO(connection.execute(kTakeNumber, {name}));
  BANMO_TRY(const auto rows, connection.query(kReadNumber, {name}));
  return sql::int_of(rows[0][0]);
}

Result<> JobStore::insert_job(JobRow& row) {
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(row.no, take_number(connection, "job"));
    const Job& job = row.job;
    BANMO_DO(connection.execute(kInsertJob, {row.no,
                                             job.id.to_string(),
                                             job.dataset,
                                             row.file,
                                             job.file_name,
                                             int64_t{job.dry_run},
                                             std::string(kStates[static_cast<size_t>(job.state)]),
                                             job.phase,
                                             job.n_read,
                                             job.n_good,
                                             job.n_bad,
                                             job.n_warn,
                                             job.n_new,
                                             job.n_changed,
                                             job.n_same,
                                             number_or_null(row.batch_no),
                                             error_or_null(job),
                                             job.by,
                                             row.account_no,
                                             scopes_to_text(row),
                                             job.created_at.micros,
                                             end_or_null(job),
                                             row.mapping}));
    return {};
  });
}

Result<> JobStore::update_job(const JobRow& row) {
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    const Job& job = row.job;
    BANMO_DO(connection.execute(
        kUpdateJob, {row.no, std::string(kStates[static_cast<size_t>(job.state)]), job.phase, job.n_read, job.n_good, job.n_bad, job.n_warn,
                     job.n_new, job.n_changed, job.n_same, number_or_null(row.batch_no), error_or_null(job), end_or_null(job)}));
    return {};
  });
}

Result<std::optional<JobRow>> JobStore::find_job(JobId id) {
  BANMO_TRY(auto rows, read_all<JobRow>(ledger_, columns(kJobColumns, kJobById), {id.to_string()}, job_from));
  return rows.empty() ? std::optional<JobRow>{} : std::optional{std::move(rows.front())};
}

Result<std::vector<JobRow>> JobStore::unfinished_jobs() {
  BANMO_TRY(auto rows, read_all<JobRow>(ledger_, columns(kJobColumns, kOpenJobs), {}, job_from));
  return rows;
}

Result<std::vector<JobRow>> JobStore::kept_dry_runs(Instant before) {
  return read_all<JobRow>(ledger_, columns(kJobColumns, kOldDryJobs), {before.micros}, job_from);
}

Result<> JobStore::forget_file(int64_t no) {
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(connection.execute(kForgetFile, {no}));
    return {};
  });
}

Result<std::vector<JobRow>> JobStore::jobs(int64_t account_no, int limit, std::string_view after) {
  int64_t before = INT64_MAX;
  if (!after.empty()) {
    const auto id = JobId::parse(after);
    if (!id)
      return fail(ErrorCode::invalid, "records.bad_cursor", {"翻页参数无效，请从第一页重新开始", "the cursor is not valid; begin at the first page"},
                  "after");
    BANMO_TRY(const auto found, find_job(*id));
    if (found) before = found->no;
  }
  return read_all<JobRow>(ledger_, columns(kJobColumns, kJobPage), {before, account_no, int64_t{limit}}, job_from);
}

Result<> JobStore::insert_batch(BatchRow& row) {
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(row.batch.no, take_number(connection, "batch"));
    const Batch& batch = row.batch;
    BANMO_DO(connection.execute(
        kInsertBatch, {batch.no, batch.id.to_string(), batch.dataset, batch.file_name, batch.sha256, batch.by, batch.at.micros, int64_t{row.dry_run},
                       std::string(batch.done ? "done" : "open"), batch.n_good, batch.n_bad, batch.n_warn, row.version, row.pack_fingerprint}));
    return {};
  });
}

Result<> JobStore::update_batch(const BatchRow& row) {
  const Batch& batch = row.batch;
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(connection.execute(kUpdateBatch,
                                {batch.no, std::string(batch.done ? "done" : "open"), batch.n_good, batch.n_bad, batch.n_warn, row.version}));
    return {};
  });
}

Result<std::vector<BatchRow>> JobStore::batches_of_file(std::string_view dataset, std::string_view sha256) {
  return read_all<BatchRow>(ledger_, columns(kBatchColumns, kBatchesOfFile), {std::string(sha256), std::string(dataset)}, batch_from);
}

Result<std::vector<int64_t>> JobStore::batches_of_name(std::string_view dataset, std::string_view file_name, std::string_view account) {
  return read_all<int64_t>(ledger_, columns("no", kBatchesOfName), {std::string(dataset), std::string(file_name), std::string(account)}, number_from);
}

Result<std::vector<int64_t>> JobStore::batches_of_account(std::string_view dataset, std::string_view account) {
  return read_all<int64_t>(ledger_, columns("no", kBatchesOfAccount), {std::string(dataset), std::string(account)}, number_from);
}

Result<std::vector<BatchRow>> JobStore::batches(std::string_view dataset, std::string_view account, int limit, int64_t before_no) {
  return read_all<BatchRow>(ledger_, columns(kBatchColumns, kBatchPage), {before_no, std::string(dataset), std::string(account), int64_t{limit}},
                            batch_from);
}

Result<std::optional<BatchRow>> JobStore::find_batch(std::string_view id) {
  BANMO_TRY(auto rows, read_all<BatchRow>(ledger_, columns(kBatchColumns, kBatchById), {std::string(id)}, batch_from));
  return rows.empty() ? std::optional<BatchRow>{} : std::optional{std::move(rows.front())};
}

Result<std::shared_ptr<const BatchRow>> JobStore::batch(int64_t no) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = known_.find(no); it != known_.end()) return it->second;
  }
  BANMO_TRY(auto rows, read_all<BatchRow>(ledger_, columns(kBatchColumns, kBatchByNo), {no}, batch_from));
  if (rows.empty()) return std::shared_ptr<const BatchRow>();
  auto found = std::make_shared<const BatchRow>(std::move(rows.front()));
  if (!found->batch.done) return found;
  const std::lock_guard lock(mutex_);
  if (known_.size() > 100'000) known_.clear();
  known_.emplace(no, found);
  return found;
}

}  // namespace banmo::records
