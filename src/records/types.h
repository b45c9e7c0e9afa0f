// SPDX-License-Identifier: Apache-2.0
// The words of records: batches, jobs, bad rows, changes of rows, pages of rows.
//
// Where a dataset lives. Its rows are in the warehouse table ds_<dataset> (a column per field and _batch, _line, _warn); what a row was before stands
// in ds_<dataset>__past. Organisations are stored as OrgNo, people as PersonNo. A single-row edit is first written to the ledger's journal (durable,
// audited, numbered) and is applied to the warehouse within a second by the same process; whoever reads one row by key looks into the journal first,
// so a writer always reads what it wrote.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "directory/types.h"
#include "json/json.h"
#include "pack/types.h"
#include "sql/sql.h"

namespace banmo::records {

enum class JobState { queued, running, done, failed };

struct ImportOptions {
  std::string dataset;
  std::string file;       // path of the stored upload
  std::string file_name;  // as the user named it
  bool dry_run = false;
  // Heading of the file > field id; an empty one leaves the column out. Remembered for the dataset and the importer's organisation.
  std::vector<std::pair<std::string, std::string>> mapping = {};
};

// What the server makes of a file's headings before it is imported.
struct HeadingMatch {
  std::string title;
  std::string field;    // id; empty: not recognised, or left out
  std::string by;       // "id", "title", "synonym", "chosen" (remembered from an earlier import), "left_out"; empty: not recognised
  std::string nearest;  // field id that an unknown heading resembles
};
struct HeadingReport {
  int64_t line = 0;  // of the heading
  std::vector<HeadingMatch> columns;
  std::vector<std::string> missing;               // required fields without a column
  std::vector<std::vector<std::string>> samples;  // the first rows as written, at most 3
};

struct Job {
  JobId id;
  std::string dataset;
  std::string file_name;
  bool dry_run = false;
  JobState state = JobState::queued;
  std::string phase;    // "reading", "checking", "merging", "refreshing", "done"
  double progress = 0;  // 0..1
  int64_t n_read = 0, n_good = 0, n_bad = 0, n_warn = 0, n_new = 0, n_changed = 0, n_same = 0;
  std::optional<BatchId> batch;
  std::optional<Error> error;
  std::string by;
  Instant created_at;
  std::optional<Instant> finished_at;
  bool can_write = false;  // a finished dry run whose file is still kept: Records::write_checked takes it
};

struct Batch {
  int64_t no = 0;  // stands in _batch
  BatchId id;
  std::string dataset, file_name, sha256, by;
  Instant at;
  int64_t n_good = 0, n_bad = 0, n_warn = 0;
  bool done = false;
};

struct BadRow {
  int64_t id = 0;
  BatchId batch;
  std::string file_name;
  int64_t line = 0;                                         // physical line of the file; row of the sheet for XLSX
  std::string field;                                        // empty: the whole row
  std::string rule;                                         // "type", "required", "code", "reference", "duplicate", "columns", or a rule's id
  Message message;                                          // what is wrong and what to do
  std::vector<std::pair<std::string, std::string>> raw;     // heading > cell as it was written; masked for readers below the field's level
  std::vector<std::pair<std::string, std::string>> values;  // of one bad row alone: field id > cell, where the reader may see it whole
  directory::OrgNo org;
  std::string key;  // of the row that it was to be; empty if its cells do not tell
};

enum class FilterOp { eq, ne, lt, le, gt, ge, like, is_null, in };
struct Filter {
  std::string field;
  FilterOp op = FilterOp::eq;
  std::vector<std::string> values;  // as text; parsed by the field's type
};

struct PageRequest {
  std::vector<Filter> filters;
  std::string order_by;  // field id; empty: the grain
  bool descending = false;
  int limit = 50;     // 1..1000
  std::string after;  // cursor of the last page
};

// A row as a reader may see it: masked and without fields above the scope's level.
struct Row {
  std::string key;                 // grain values, URL-encoded, joined by '~'
  std::vector<sql::Value> values;  // in the order of Page::fields; of a row read alone, of `fields`
  struct Named {
    size_t field = 0;  // index into Dataset::fields
    directory::PersonName name;
  };
  std::vector<Named> people;   // whom the fields name that stand in the clear, as far as the reader may know them
  std::vector<size_t> fields;  // set by row(), create_row(), update_row(): indexes into Dataset::fields; empty inside a Page
  int64_t batch = 0;
  int64_t line = 0;
  std::string file_name;
  std::vector<std::string> warnings;  // rule ids
  int64_t version = 0;
  bool changed = true;  // of a row that was to be written: false if it was so already, and then nothing tells of it in the audit log
};

struct Page {
  std::vector<size_t> fields;  // indexes into Dataset::fields
  std::vector<Row> rows;
  std::string next;  // empty on the last page
};

struct RowEvent {
  Instant at;
  std::string by;
  std::string operation;  // "insert", "update", "delete"
  std::optional<BatchId> batch;
  std::string file_name;
  int64_t line = 0;
  int64_t edit = 0;  // number of the single-row edit; 0 for an import
  struct FieldChange {
    std::string field;
    std::string before, after;
    std::string before_title, after_title;  // of codes, organisations and people: what a person reads; empty where there is none
  };
  std::vector<FieldChange> changes;
};

// One row of a block that is saved at once.
struct RowChange {
  std::string key;                 // of an existing row; empty: made, or changed if the key of the values exists
  std::optional<int64_t> version;  // what the change starts from
  json::Object values;
};
struct RowOutcome {
  std::string state;  // "created", "changed", "same", "refused"
  std::optional<Row> row;
  std::optional<Error> error;
};

// A view of a dataset's grid that somebody keeps.
struct View {
  std::string id, dataset, title;
  bool shared = false;  // with the organisation of who made it
  bool own = false;     // the reader made it
  std::string by;       // account
  directory::OrgNo org;
  std::vector<std::string> filters;  // "field:op:value"
  std::string order;                 // "field" or "-field"
  std::vector<std::string> columns;  // in their order; empty: all
  Instant updated_at;
};

// A field that is graded anew.
struct LevelWish {
  std::string dataset, field;
  pack::Level level = pack::Level::l1;
  std::string reason;  // 2..500 characters
};
struct LevelChange {
  int64_t no = 0;
  std::string dataset, field;
  pack::Level from = pack::Level::l1, to = pack::Level::l1;
  std::string reason;
  std::string state;  // "open", "applied", "refused", "withdrawn"
  std::string by;
  Instant at;
  std::string decided_by;
  std::optional<Instant> decided_at;
  std::string note;
};
enum class LevelDecision { approve, refuse };

// Told to listeners after a change is in the warehouse.
struct DatasetChange {
  std::string dataset;
  int64_t version = 0;  // of the dataset; grows with every applied change
  // (period, organisation) partitions that were touched; empty means all. Period is null where the dataset has none.
  std::vector<std::pair<sql::Value, directory::OrgNo>> partitions;
};

struct Scorecard {
  std::string dataset;
  directory::OrgNo org;
  int64_t n_rows = 0, n_bad = 0, n_warn = 0;
};
struct RuleScore {
  std::string dataset, rule, title, severity;
  int64_t n_bad = 0;
};
// Findings of one organisation by rule, with its scorecard.
struct RuleRow {
  Scorecard card;
  std::vector<std::pair<std::string, int64_t>> rules;  // rule > findings, most first
};
struct TrendPoint {
  Date day;  // of the city
  int64_t n_rows = 0, n_bad = 0, n_warn = 0;
};

// The bad rows of one organisation in one dataset, as a piece of work.
struct WorkItem {
  std::string dataset;
  directory::OrgNo org;
  int64_t n_open = 0;      // wait, and were not returned
  int64_t n_returned = 0;  // wait with the school
  int64_t n_fixed = 0;     // closed
  struct Return {
    Instant at;
    std::string by, note;
    Date due;
  };
  std::optional<Return> returned;  // the last one
};

// Which organisation has reported which period: rows of a dataset by organisation and period.
struct Completeness {
  std::vector<int64_t> periods;  // ascending; the years that stand in the dataset and the one that is due
  struct Line {
    directory::OrgNo org;
    std::vector<int64_t> n_rows;  // by period
  };
  std::vector<Line> lines;
  directory::OrgNo next;  // 0: the last page
};

}  // namespace banmo::records
