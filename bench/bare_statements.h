// SPDX-License-Identifier: Apache-2.0
// What a store of statements can do at best: one thread that inserts rows made beforehand into SQLite in groups, durable, without anything else.
#pragma once

#include <sqlite3.h>

#include <string>
#include <vector>

#include "bench.h"
#include "events/block.h"
#include "events/draft.h"
#include "json/json.h"

namespace banmo::bench {

// `by_filter`: also the plain way to find statements, an index row for each agent, activity, verb and so on; else the rows as ours are, whose index
// is written behind.
class BareStatements {
 public:
  BareStatements(const std::string& path, bool by_filter) : by_filter_(by_filter) {
    sqlite3_open(path.c_str(), &handle_);
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA synchronous = FULL");
    run("CREATE TABLE statement (no INTEGER PRIMARY KEY, id BLOB NOT NULL, org_no, key_no, at, voided, digest, body, actor, targets)");
    run("CREATE UNIQUE INDEX statement_by_id ON statement (id, org_no)");
    run("CREATE TABLE posting (target, no, PRIMARY KEY (target, no)) WITHOUT ROWID");
    prepare("INSERT INTO statement VALUES (?1, ?2, 1, 1, ?1, 0, ?3, ?4, ?5, ?6)", row_);
    prepare("INSERT INTO posting VALUES (?1, ?2)", posting_);
  }
  ~BareStatements() {
    sqlite3_finalize(row_);
    sqlite3_finalize(posting_);
    sqlite3_close(handle_);
  }
  BareStatements(const BareStatements&) = delete;

  // Statements a second.
  double press(const std::vector<std::string>& statements, size_t group) {
    std::vector<events::Draft> drafts;
    for (const std::string& text : statements)
      drafts.push_back(must(events::draft_of(text, must(json::read(text), "read"), events::Version::v2_0, "{}", {}, events::Place{}), "draft"));
    const double start = now_s();
    for (size_t i = 0; i < drafts.size(); ++i) {
      if (i % group == 0) run("BEGIN");
      insert(drafts[i]);
      if (i % group == group - 1 || i + 1 == drafts.size()) run("COMMIT");
    }
    return static_cast<double>(drafts.size()) / (now_s() - start);
  }

 private:
  void run(const char* text) {
    if (sqlite3_exec(handle_, text, nullptr, nullptr, nullptr) != SQLITE_OK) std::fprintf(stderr, "%s: %s\n", text, sqlite3_errmsg(handle_));
  }
  void prepare(const char* text, sqlite3_stmt*& statement) { sqlite3_prepare_v2(handle_, text, -1, &statement, nullptr); }
  void insert(const events::Draft& draft) {
    const int64_t no = ++no_;
    const std::string body = events::body_of(draft, Instant{no});
    const sql::Blob targets = events::packed_targets(draft.targets);
    sqlite3_bind_int64(row_, 1, no);
    sqlite3_bind_blob(row_, 2, draft.id.bytes.data(), 16, SQLITE_STATIC);
    sqlite3_bind_blob(row_, 3, draft.digest.data(), static_cast<int>(draft.digest.size()), SQLITE_STATIC);
    sqlite3_bind_text(row_, 4, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
    sqlite3_bind_text(row_, 5, draft.actor.data(), static_cast<int>(draft.actor.size()), SQLITE_STATIC);
    sqlite3_bind_blob(row_, 6, targets.data(), static_cast<int>(targets.size()), SQLITE_STATIC);
    sqlite3_step(row_);
    sqlite3_reset(row_);
    if (!by_filter_) return;
    for (const int64_t target : draft.targets) post(target, no);
    post(1, no);
    post(2, no);
  }
  void post(int64_t target, int64_t no) {
    sqlite3_bind_int64(posting_, 1, target);
    sqlite3_bind_int64(posting_, 2, no);
    sqlite3_step(posting_);
    sqlite3_reset(posting_);
  }
  sqlite3* handle_ = nullptr;
  sqlite3_stmt *row_ = nullptr, *posting_ = nullptr;
  bool by_filter_;
  int64_t no_ = 1'700'000'000'000'000;
};

}  // namespace banmo::bench
