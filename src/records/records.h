// SPDX-License-Identifier: Apache-2.0
// Datasets: their tables, import, rows, history, quality, export. Every reader takes a Principal; what it may see follows from directory's scope and
// the fields' levels. Thread-safe. Imports run one at a time on the engine's own thread; edits and reads go on meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/crypto.h"
#include "json/json.h"
#include "pack/pack.h"
#include "records/event_types.h"
#include "records/table_types.h"
#include "records/types.h"
#include "sql/sql.h"

namespace banmo::directory {
class Directory;
}

namespace banmo::records {

class CaseRows;
class Portions;

struct RecordsOptions {
  std::string folder;  // stored uploads and temporary files
  crypto::Profile profile = crypto::Profile::intl;
  crypto::Bytes field_key;                  // 32 bytes: seals fields with `enc`, and their blind index
  size_t memory_limit_mb = 900;             // of the importer's DuckDB beside a PostgreSQL warehouse
  size_t row_cache_mb = 256;                // rows by key that are kept in memory
  int64_t chunk_rows = 500'000;             // rows of a file in one transaction of the warehouse; fewer for wide datasets
  int64_t export_rows_per_day = 5'000'000;  // of one account, in all files that it takes away; 0: no limit
};

using Listener = std::function<void(const DatasetChange&)>;
// Up to which version of the dataset somebody has counted, as the connection to the warehouse sees it; INT64_MAX if it does not count that dataset.
using PastReader = std::function<Result<int64_t>(sql::Connection& warehouse, const std::string& dataset)>;
using Principal = directory::Principal;

class Records {
 public:
  // Creates or extends the tables of all datasets of the catalogue, loads reference content, goes on with jobs that a stop interrupted.
  // Errors: conflict if a dataset's table cannot be extended (a field's type changed); the sentence says what to do.
  static Result<std::unique_ptr<Records>> create(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue,
                                                 directory::Directory& directory, const Clock& clock, RecordsOptions options);
  ~Records();

  // --- import
  Result<Job> import(const Principal& principal, ImportOptions options);  // denied, not_found, invalid; returns at once with a queued job
  Result<Job> job(const Principal& principal, JobId id);
  Result<std::vector<Job>> jobs(const Principal& principal, int limit, std::string_view after);
  Result<Job> wait(const Principal& principal, JobId id);  // until it ends; for the command line
  Result<std::vector<Batch>> batches(const Principal& principal, std::string_view dataset, int limit, std::string_view after);
  Result<std::vector<BadRow>> bad_rows(const Principal& principal, std::string_view dataset, std::string_view batch, int limit, int64_t after,
                                       directory::OrgNo under = {});                                                   // `under` 0: all
  Result<std::string> bad_rows_xlsx(const Principal& principal, std::string_view dataset, std::string_view batch);     // path of a temporary file
  Result<std::string> import_template(const Principal& principal, std::string_view dataset, std::string_view format);  // path; "csv" or "xlsx"
  // What the headings of a file would be taken for, with what the reader's organisation chose before. `file`: its beginning suffices for CSV.
  Result<HeadingReport> headings(const Principal& principal, std::string_view dataset, const std::string& file);
  Result<Job> write_checked(const Principal& principal, JobId id);  // job_queue.h

  // --- rows
  Result<Page> rows(const Principal& principal, std::string_view dataset, const PageRequest& request);
  Result<Row> row(const Principal& principal, std::string_view dataset, std::string_view key);
  // The highest level among the fields that the reader is shown in the clear by rows(), row(), history() and bad_rows(): what audit asks. L1 if none.
  pack::Level shown_level(const Principal& principal, std::string_view dataset) const;
  // Values by field id, as JSON of the field's type (text is parsed as in a file). All row rules are checked; errors name each field. Returns the
  // stored row.
  Result<Row> create_row(const Principal& principal, std::string_view dataset, const json::Object& values);
  Result<Row> update_row(const Principal& principal, std::string_view dataset, std::string_view key, const json::Object& values,
                         std::optional<int64_t> if_version);
  Result<> delete_row(const Principal& principal, std::string_view dataset, std::string_view key);
  enum class BulkRun { write, check };
  // A block of rows, each by itself (bulk.h). `check` writes nothing.
  Result<std::vector<RowOutcome>> save_rows(const Principal& principal, std::string_view dataset, const std::vector<RowChange>& changes, BulkRun run);
  // Takes back one's own edit of a row (editor.h); no row: it is gone again.
  Result<std::optional<Row>> undo(const Principal& principal, std::string_view dataset, std::string_view key, std::optional<int64_t> edit);
  Result<> check_request(const Principal& principal, std::string_view dataset, const PageRequest& request);  // the errors of rows(), nothing read
  Result<std::vector<RowEvent>> history(const Principal& principal, std::string_view dataset, std::string_view key);
  Result<std::string> export_rows(const Principal& principal, std::string_view dataset, const PageRequest& request,
                                  std::string_view format);  // path of a temporary file

  // A table of another engine as a file, by the rules of all files that leave: quota and audit entry of an account, level and watermark. `next` fills
  // the row and says whether there was one. Errors: invalid "records.bad_format"; too_many "records.export_quota"; those of
  // `next`.
  Result<WrittenTable> write_table(const Principal& principal, const TableFile& table, const std::string& format,
                                   const std::function<Result<bool>(sql::Values& row)>& next);

  // --- quality
  Result<std::vector<Scorecard>> scorecards(const Principal& principal, std::string_view dataset, directory::OrgNo under, int limit,
                                            std::string_view after);
  Result<std::vector<RuleScore>> rule_scores(const Principal& principal, std::string_view dataset);
  Result<std::vector<RuleRow>> rule_rows(const Principal& principal, std::string_view dataset, directory::OrgNo under);
  Result<std::map<std::string, double>> rates(const Principal& principal);  // share of good rows by dataset
  // Daily scores of the last `days`; dataset empty: all; rule not empty: n_bad counts its findings.
  Result<std::vector<TrendPoint>> trend(const Principal& principal, std::string_view dataset, std::string_view rule, directory::OrgNo under,
                                        int days);
  Result<Completeness> completeness(const Principal& principal, std::string_view dataset, directory::OrgNo under, int limit, directory::OrgNo after);

  // --- bad rows as work (worklist.h)
  Result<std::vector<WorkItem>> worklist(const Principal& principal, std::string_view dataset, directory::OrgNo under);
  Result<WorkItem> return_bad_rows(const Principal& principal, std::string_view dataset, directory::OrgNo org, Date due, const std::string& note);
  Result<BadRow> bad_row(const Principal& principal, std::string_view dataset, int64_t id);
  Result<Row> fix_bad_row(const Principal& principal, std::string_view dataset, int64_t id, const json::Object& values);

  // --- views of a grid (views.h)
  Result<std::vector<View>> views(const Principal& principal, std::string_view dataset);
  Result<View> put_view(const Principal& principal, View view);
  Result<> delete_view(const Principal& principal, std::string_view id);

  // --- levels of fields (levels.h): right levels_manage
  Result<std::vector<LevelChange>> level_changes(const Principal& principal, std::string_view state, int limit, int64_t before);  // newest first
  // A higher level takes effect at once, a lower one when decide_level approves it. Errors: invalid "records.same_level",
  // "records.level_below_sources", conflict "records.level_pending".
  Result<LevelChange> propose_level(const Principal& principal, const LevelWish& wish);
  // Refusing one's own proposal withdraws it. Errors: denied "records.level_four_eyes", "records.level_needs_security"; conflict
  // "records.level_decided", "records.level_changed"; not_found.
  Result<LevelChange> decide_level(const Principal& principal, int64_t no, LevelDecision decision, const std::string& note);
  Result<> refresh_levels();  // what other processes decided

  // --- datasets of kind event (event_intake.h), for the room that keeps learning records
  Result<int64_t> events_until() const;  // up to which number all of them have taken the records; INT64_MAX if there are none
  Result<> take_events(const EventChunk& chunk);
  // Rows of records that were taken before and now say something else; `mark` is remembered in the same transaction.
  Result<> correct_events(const EventChunk& chunk, int64_t mark);
  Result<int64_t> corrected_until() const;  // the last such mark
  // Takes rows out for good, with their past: of people who are erased, of records that are too old.
  Result<EventsErased> erase_events(const EventErasure& what);

  CaseRows& case_rows();  // --- rows that a flow keeps (case_rows.h)
  Portions& portions();   // --- parts of datasets for others than their readers (portions.h)

  // --- for other engines
  const pack::Catalogue& catalogue() const;
  int64_t version(std::string_view dataset) const;  // grows with every applied change
  int64_t n_rows(std::string_view dataset) const;   // kept, not counted
  std::optional<Instant> updated_at(std::string_view dataset) const;
  int listen(Listener listener);    // called on the engine's thread after the change is in the warehouse; a number for unlisten
  void on_past(PastReader reader);  // before the first change
  void unlisten(int id);            // returns when the listener is not being told and will not be again
  // Brings the warehouse up to the journal (tests, backup; a metric that must be exact).
  Result<> flush();
  // Sources of the rows of a dataset that match a predicate printed by metrics (already scoped): (batch, file, at, n_rows).
  struct Source {
    int64_t batch = 0;
    std::string file_name;
    Instant at;
    int64_t n_rows = 0;
  };
  Result<std::vector<Source>> unscoped_sources(std::string_view dataset, std::string_view predicate, const sql::Values& parameters);
  std::string table(std::string_view dataset) const;   // quoted: "ds_fitness_raw"
  std::string column(const pack::Field& field) const;  // quoted

 private:
  struct State;
  explicit Records(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banmo::records
