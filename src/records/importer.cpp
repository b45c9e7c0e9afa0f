// SPDX-License-Identifier: Apache-2.0
#include "records/importer.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "base/log.h"
#include "records/derived.h"
#include "records/mappings.h"
#include "records/people_table.h"
#include "records/row_store.h"
#include "records/xlsx_reader.h"

namespace banmo::records {
namespace {

// Removes a file when the block ends.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  Temporary(const Temporary&) = delete;
  ~Temporary() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Error dry_run_ends() { return fail(ErrorCode::conflict, "records.dry_run_ends", {"试运行结束", "the dry run ends"}); }

constexpr int64_t kNoLine = INT64_MAX;

constexpr std::string_view kProgress =
    "SELECT COUNT(*), COALESCE(MAX(next_offset), 0), CAST(COALESCE(SUM(n_read), 0) AS BIGINT), CAST(COALESCE(SUM(n_good), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(n_bad), 0) AS BIGINT), CAST(COALESCE(SUM(n_warn), 0) AS BIGINT), CAST(COALESCE(SUM(n_new), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(n_changed), 0) AS BIGINT), CAST(COALESCE(SUM(n_same), 0) AS BIGINT) FROM bm_import WHERE batch = $1";
constexpr std::string_view kAddProgress =
    "INSERT INTO bm_import (batch, chunk, n_read, n_good, n_bad, n_warn, n_new, n_changed, n_same, next_offset, next_line) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

// The words are those for a key that cannot be written, whoever has it.
Finding foreign_finding() { return {{}, "scope", key_not_yours()}; }

Error stopping() {
  return fail(ErrorCode::unavailable, "records.stopping",
              {"服务正在停止，导入会在重新启动后继续", "the service is stopping; the import goes on after the restart"});
}

// Nobody learns by trying which keys others have: such lines are told as the new rows that they would be without those.
void add_as_new(const ForeignLines& foreign, MergeCounts& counts) {
  const auto n = static_cast<int64_t>(foreign.lines.size());
  counts.n_good += n;
  counts.n_new += n;
  counts.n_warn += foreign.n_warn;
}

ChunkLimits limits_of(const Schema& schema, int64_t chunk_rows) {
  // Wide rows make smaller chunks: what is held at once stays near 100 MB.
  const auto n = static_cast<int64_t>(std::max<size_t>(schema.columns.size(), 10));
  return {.n_records = std::max<int64_t>(1, chunk_rows * 10 / n), .n_bytes = 96 << 20};
}

}  // namespace

struct Importer::Source {
  CsvFile file;
  Headings headings;
  OrgReader orgs;
  Chunker chunker;
  std::string chunk_path;

  Source(CsvFile opened, Headings read, const Schema& schema, OrgReader reader, const Sealer& sealer, expr::Environment environment, std::string path)
      : file(std::move(opened)),
        headings(std::move(read)),
        orgs(std::move(reader)),
        chunker(file, headings, schema, orgs, sealer, environment),
        chunk_path(std::move(path)) {}
};

struct Importer::Outcome {
  MergeCounts merged;
  int64_t n_read = 0, n_bad = 0;
};

// The upload itself, or the CSV that was made from an XLSX.
Result<std::string> Importer::readable_file(bool& numbered) {
  std::ifstream in(row_.file, std::ios::binary);
  char head[4] = {};
  in.read(head, 4);
  numbered = std::string_view(head, 4) == std::string_view("PK\x03\x04", 4);
  if (!numbered) return row_.file;
  std::string path = engine_.temporary_path("sheet", "csv");
  BANMO_DO(xlsx_to_csv(row_.file, path));
  return path;
}

// Finds the unfinished batch of the same file, or makes one. True if the file was imported before, nothing has changed since, and nothing is to be
// done.
Result<bool> Importer::begin_batch(const Entry& entry, const std::string& sha256) {
  const auto& dataset = *entry.schema->dataset;
  const auto* pack = engine_.catalogue().pack(dataset.pack);
  const std::string pack_fingerprint = pack == nullptr ? "" : pack->fingerprint;
  if (row_.job.dry_run) row_.batch_no = 0;
  if (!row_.job.dry_run) {
    BANMO_TRY(const auto before, jobs_.batches_of_file(dataset.id, sha256));
    for (const auto& one : before) {
      if (!one.batch.done && one.batch.by == row_.job.by) {
        batch_ = one;
        break;
      }
      if (one.batch.done && one.version == entry.version.load() && one.batch.n_bad == 0 && one.pack_fingerprint == pack_fingerprint) {
        row_.job.n_read = row_.job.n_good = row_.job.n_same = one.batch.n_good;
        row_.job.n_warn = one.batch.n_warn;
        row_.job.batch = one.batch.id;
        row_.batch_no = one.batch.no;
        return true;
      }
    }
  }
  if (batch_.batch.no == 0) {
    batch_.batch.id = BatchId::next();
    batch_.batch.dataset = dataset.id;
    batch_.batch.file_name = row_.job.file_name;
    batch_.batch.sha256 = sha256;
    batch_.batch.by = row_.job.by;
    batch_.batch.at = engine_.clock().now();
    batch_.dry_run = row_.job.dry_run;
    batch_.pack_fingerprint = pack_fingerprint;
    BANMO_DO(jobs_.insert_batch(batch_));
  }
  row_.batch_no = batch_.batch.no;
  row_.job.batch = batch_.batch.id;
  BANMO_TRY(earlier_batches_, jobs_.batches_of_name(dataset.id, batch_.batch.file_name, batch_.batch.by));
  std::erase(earlier_batches_, batch_.batch.no);
  own_ = {.batch = batch_.batch.no, .scope = row_.scope, .earlier = {}};
  if (!row_.scope.everything) {
    BANMO_TRY(own_.earlier, jobs_.batches_of_account(dataset.id, batch_.batch.by));
  }
  return false;
}

// Takes up the watermark of an interrupted run.
Result<> Importer::go_on(Source& source) {
  int64_t offset = 0;
  {
    BANMO_TRY(const auto lease, engine_.warehouse().read());
    BANMO_TRY(const auto done, lease->query(kProgress, {batch_.batch.no}));
    n_chunks_ = sql::int_of(done[0][0]);
    offset = sql::int_of(done[0][1]);
    int64_t* const counts[] = {&row_.job.n_read, &row_.job.n_good,    &row_.job.n_bad, &row_.job.n_warn,
                               &row_.job.n_new,  &row_.job.n_changed, &row_.job.n_same};
    for (size_t i = 0; i < std::size(counts); ++i) *counts[i] = sql::int_of(done[0][2 + i]);
  }
  if (n_chunks_ == 0) return {};
  BANMO_LOG(info, "import.resumed", {"batch", batch_.batch.no}, {"n_chunks", n_chunks_}, {"offset", offset});
  return source.chunker.skip_to(offset);
}

// One statement checks the chunk.
Result<> Importer::stage(sql::Connection& duckdb, const CheckPlan& plan, Failures& failures) const {
  failures = {};
  BANMO_DO(duckdb.script("SET preserve_insertion_order = false;"));
  auto staged = duckdb.script(plan.create_stage + ";");
  (void)duckdb.script("SET preserve_insertion_order = true;");
  BANMO_DO(staged);
  std::string words;
  for (size_t i = 0; i < plan.n_words; ++i) words += ", s._fail" + std::to_string(i);
  return duckdb.each("SELECT s._line" + words + " FROM bm_stage s WHERE NOT (" + plan.is_good + ") ORDER BY s._line", {},
                     [&](const sql::Values& row) -> Result<> {
                       failures.lines.push_back(sql::int_of(row[0]));
                       for (size_t i = 0; i < plan.n_words; ++i) failures.words.push_back(static_cast<uint64_t>(sql::int_of(row[1 + i])));
                       return {};
                     });
}

// The bad lines of a chunk in the order of the file: those that could not be read, and those that failed in the database, which are read again for
// their words.
BadLines Importer::bad_lines(const CheckPlan& plan, const Source& source, const Chunk& chunk, const Failures& failures) const {
  return [&, unread = size_t{0}, failed = size_t{0}, foreign = size_t{0}](BadLine& bad) mutable -> Result<bool> {
    const int64_t unread_line = unread < chunk.bad.size() ? chunk.bad[unread].line : kNoLine;
    const int64_t failed_line = failed < failures.lines.size() ? failures.lines[failed] : kNoLine;
    const int64_t foreign_line = foreign < failures.foreign.size() ? failures.foreign[foreign] : kNoLine;
    const int64_t line = std::min({unread_line, failed_line, foreign_line});
    if (line == kNoLine) return false;
    if (line == unread_line) {
      bad = chunk.bad[unread++];
      return true;
    }
    bad = source.chunker.bad_line(chunk, line);
    if (line == foreign_line) {
      bad.findings.push_back(foreign_finding());
      ++foreign;
      return true;
    }
    for (size_t i = 0; i < plan.checks.size(); ++i) {
      const uint64_t word = failures.words[failed * plan.n_words + i / kChecksInWord];
      if ((word >> (i % kChecksInWord) & 1) != 0) bad.findings.push_back(plan.checks[i].finding());
    }
    ++failed;
    return true;
  };
}

// The good rows of the parser's bm_stage into the same table beside a PostgreSQL warehouse.
Result<> Importer::copy_stage(sql::Connection& duckdb, sql::Connection& postgres, const Schema& schema, const CheckPlan& plan) const {
  BANMO_DO(postgres.script("DROP TABLE IF EXISTS bm_stage; CREATE TEMP TABLE bm_stage ON COMMIT DROP AS SELECT CAST(0 AS BIGINT) AS _line, " +
                           schema.stored_list() + ", _warn FROM " + schema.table + " LIMIT 0;"));
  std::vector<std::string> columns = schema.stored_names();
  columns.insert(columns.begin(), "_line");
  columns.emplace_back("_warn");
  BANMO_TRY(const auto rows, duckdb.query("SELECT s._line, " + schema.stored_list("s.") + ", s._warn FROM bm_stage s WHERE " + plan.is_good));
  size_t i = 0;
  const auto added = postgres.append("bm_stage", columns, [&](sql::Values& row) -> Result<bool> {
    if (i == rows.size()) return false;
    row = rows[i++];
    return true;
  });
  if (!added.ok()) return added.error();
  BANMO_DO(postgres.script("ANALYZE bm_stage;"));
  return {};
}

// Merge, quarantine and watermark: the part that is one transaction of the warehouse.
Result<> Importer::settle(sql::Connection& connection, const Schema& schema, const Source& source, const CheckPlan& plan, const std::string& good,
                          const Chunk& chunk, Failures& failures, Outcome& outcome) const {
  const Instant now = engine_.clock().now();
  BANMO_TRY(auto foreign, take_foreign_lines(connection, schema, good, row_.scope));
  BANMO_TRY(outcome.merged, merge_stage(connection, schema, {.batch = batch_.batch.no, .good = good}, now));
  outcome.n_read = chunk.n_read;
  outcome.n_bad = static_cast<int64_t>(chunk.bad.size() + failures.lines.size());
  if (row_.job.dry_run) {
    add_as_new(foreign, outcome.merged);
    return dry_run_ends();
  }
  outcome.n_bad += static_cast<int64_t>(foreign.lines.size());
  failures.foreign = std::move(foreign.lines);
  ScoreDeltas scores;
  const QuarantineBatch quarantine{.batch = batch_.batch.no, .first_id = row_.job.n_bad, .open = true};
  BANMO_DO(close_bad_rows(connection, schema, own_, chunk.met_keys, n_chunks_ == 0 ? earlier_batches_ : std::vector<int64_t>{}, now, scores));
  const auto added =
      add_bad_rows(connection, schema, quarantine, source.headings.titles, source.headings.fields, bad_lines(plan, source, chunk, failures), scores);
  if (!added.ok()) return added.error();
  BANMO_DO(add_scores(connection, schema, scores, now));
  const MergeCounts& m = outcome.merged;
  BANMO_DO(connection.execute(kAddProgress, {batch_.batch.no, n_chunks_, outcome.n_read, m.n_good, outcome.n_bad, m.n_warn, m.n_new, m.n_changed,
                                             m.n_same, chunk.next_offset, chunk.next_line}));
  return {};
}

Result<Importer::Outcome> Importer::run_chunk(Entry& entry, Source& source, Chunk& chunk) {
  const Schema& schema = *entry.schema;
  BANMO_TRY(sql::Database* const parser, engine_.parser());
  const Lookups lookups{[&](const pack::Dataset& dataset) { return reference_table(engine_, dataset); }, !row_.people.everything};
  BANMO_TRY(const CheckPlan plan, plan_checks(schema, source.chunker, chunk, engine_.environment(), lookups));
  Outcome outcome;
  Failures failures;
  const bool same_store = parser == &engine_.warehouse();
  const auto done = parser->write([&](sql::Connection& duckdb) -> Result<> {
    BANMO_DO(stage(duckdb, plan, failures));
    if (same_store) return settle(duckdb, schema, source, plan, plan.is_good, chunk, failures, outcome);
    return engine_.warehouse().write([&](sql::Connection& postgres) -> Result<> {
      BANMO_DO(copy_stage(duckdb, postgres, schema, plan));
      return settle(postgres, schema, source, plan, "", chunk, failures, outcome);
    });
  });
  if (!done.ok() && !(row_.job.dry_run && done.error().id == "records.dry_run_ends")) return done.error();
  if (row_.job.dry_run) BANMO_DO(keep_dry_findings(schema, source, bad_lines(plan, source, chunk, failures)));
  return outcome;
}

Result<> Importer::keep_dry_findings(const Schema& schema, const Source& source, const BadLines& bad) {
  const QuarantineBatch quarantine{.batch = batch_.batch.no, .first_id = row_.job.n_bad, .open = false};
  return engine_.warehouse().write([&](sql::Connection& connection) -> Result<> {
    ScoreDeltas scores;
    const BadLines again = bad;  // from the beginning, should the transaction run twice
    const auto added = add_bad_rows(connection, schema, quarantine, source.headings.titles, source.headings.fields, again, scores);
    return added.ok() ? Result<>() : Result<>(added.error());
  });
}

void Importer::add(const Outcome& outcome) {
  Job& job = row_.job;
  job.n_read += outcome.n_read;
  job.n_bad += outcome.n_bad;
  job.n_good += outcome.merged.n_good;
  job.n_warn += outcome.merged.n_warn;
  job.n_new += outcome.merged.n_new;
  job.n_changed += outcome.merged.n_changed;
  job.n_same += outcome.merged.n_same;
}

Result<> Importer::run_chunks(Entry& entry, Source& source) {
  const ChunkLimits limits = limits_of(*entry.schema, engine_.options().chunk_rows);
  const Temporary chunk_file(source.chunk_path);
  for (bool last = false; !last; ++n_chunks_) {
    row_.job.phase = "checking";
    if (!report_()) return stopping();
    const auto begin = std::chrono::steady_clock::now();
    BANMO_TRY(Chunk chunk, source.chunker.next(chunk_file.path(), limits));
    const auto read = std::chrono::steady_clock::now();
    last = chunk.last;
    if (chunk.n_read == 0 && n_chunks_ > 0) break;
    row_.job.phase = "merging";
    if (!report_()) return stopping();
    BANMO_TRY(const Outcome outcome, run_chunk(entry, source, chunk));
    add(outcome);
    const auto ms = [](auto from, auto to) { return static_cast<int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count()); };
    BANMO_LOG(debug, "import.chunk", {"batch", batch_.batch.no}, {"n_read", chunk.n_read}, {"read_ms", ms(begin, read)},
              {"merge_ms", ms(read, std::chrono::steady_clock::now())});
    row_.job.progress = 0.95 * static_cast<double>(chunk.next_offset) / static_cast<double>(std::max<int64_t>(1, source.chunker.n_bytes()));
    if (!row_.job.dry_run) engine_.publish_bulk(entry, outcome.merged, outcome.merged.n_new);
  }
  return {};
}

Result<> Importer::run() {
  Entry* const entry = engine_.find(row_.job.dataset);
  if (entry == nullptr)
    return fail(ErrorCode::not_found, "records.no_such_dataset",
                {"没有这个数据集，请从数据目录中选择", "there is no such dataset; choose one of the catalogue"});
  const Schema& schema = *entry->schema;
  row_.job.phase = "reading";
  if (!report_()) return stopping();
  BANMO_TRY(const std::string sha256, file_sha256(row_.file));
  BANMO_TRY(const bool nothing_to_do, begin_batch(*entry, sha256));
  if (nothing_to_do) return {};
  bool numbered = false;
  BANMO_TRY(const std::string path, readable_file(numbered));
  const Temporary sheet(numbered ? path : std::string());
  BANMO_TRY(CsvFile file, CsvFile::open(path, engine_.temporary_path("utf8", "csv"), numbered));
  BANMO_TRY(Headings headings, read_headings(file.reader(), schema, mapping_from_text(schema, row_.mapping)));
  Source source(std::move(file), std::move(headings), schema, OrgReader(engine_.directory().orgs(), &row_.scope), engine_.sealer(),
                engine_.environment(), engine_.temporary_path("chunk", "csv"));
  if (!row_.job.dry_run) BANMO_DO(go_on(source));
  if (std::any_of(schema.columns.begin(), schema.columns.end(), [](const Column& column) { return column.ref == RefKind::person; })) {
    BANMO_TRY(sql::Database* const parser, engine_.parser());
    BANMO_DO(refresh_people(engine_, *parser));
    if (!row_.people.everything) BANMO_DO(select_own_people(engine_, *parser, row_.people));
  }
  for (const Column& column : schema.columns) {
    if (column.ref != RefKind::dataset) continue;
    BANMO_TRY(sql::Database* const parser, engine_.parser());
    BANMO_DO(refresh_reference(engine_, *parser, *column.ref_dataset));
  }
  {
    BANMO_TRY(const auto lease, engine_.warehouse().read());
    BANMO_TRY(auto keys, open_keys(*lease, schema, own_));
    source.chunker.watch(std::move(keys));
  }
  BANMO_DO(run_chunks(*entry, source));
  row_.job.phase = "refreshing";
  if (!report_()) return stopping();
  if (!row_.job.dry_run) BANMO_DO(refresh_after(engine_, *entry, SetRules::check));
  batch_.batch.done = true;
  batch_.batch.n_good = row_.job.n_good;
  batch_.batch.n_bad = row_.job.n_bad;
  batch_.batch.n_warn = row_.job.n_warn;
  batch_.version = entry->version.load();
  return jobs_.update_batch(batch_);
}

}  // namespace banmo::records
