// SPDX-License-Identifier: Apache-2.0
// Rows by key: how a key is written, and reading one row, from memory or from the warehouse. A question to DuckDB costs 0.2 ms before it reads
// anything and 1-2 ms among ten million rows, so rows that are asked for in quick succession are read ahead: with the row come those whose keys stand
// beside it (the pupils of its class and school). Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "records/engine.h"
#include "records/row_cache.h"
#include "records/schema.h"
#include "sql/sql.h"

namespace banmo::records {

// Index into StoredRow::values of each column; its blind index, if any, stands behind it.
std::vector<size_t> value_slots(const Schema& schema);

// Grain values as canonical text, URL-encoded, joined by '~'. A sealed field of the grain stands with its blind index.
std::string key_of(const Schema& schema, const sql::Values& stored);
std::string joined_key(const sql::Values& grain);
// The typed values of a key, in the order of the grain. Errors: not_found "records.no_such_row" for one that no row can have.
Result<sql::Values> parse_key(const Schema& schema, std::string_view key);
Error no_such_row();
// Of a new row whose key a row beyond the writer's reach has: the words tell nothing of that row.
Message key_not_yours();
std::string url_encoded(std::string_view text);
std::optional<std::string> url_decoded(std::string_view text);

class RowStore {
 public:
  explicit RowStore(Engine& engine);
  // From memory or the warehouse; nullptr if there is none. Does not look into the journal, checks no scope.
  Result<RowPtr> unscoped_find(const Entry& entry, const std::string& key);
  void forget(const std::string& dataset);  // all of a dataset
  void forget(const std::string& dataset, const std::vector<std::string>& keys);
  int64_t n_questions() const { return n_questions_; }  // that the warehouse was asked

 private:
  // How the rows of a dataset are asked for. Reading ahead is dear (as much as some point reads) and pays if it saves them.
  struct Habit {
    uint32_t dataset = 0;  // its number in the cache
    Instant since;         // of the misses that follow
    int64_t n_misses = 0;
    int64_t n_hits = 0;          // since the last miss
    double hits_per_miss = 100;  // lately
  };
  struct Question {
    std::string statement;
    sql::Values parameters;
  };
  static Question question_of(const Schema& schema, const sql::Values& key_values, bool ahead);
  Result<RowPtr> read(const Entry& entry, const std::string& key, const Question& question, RowCache::Batch& batch);
  bool note_miss(const Entry& entry, Habit& habit);

  Engine& engine_;
  RowCache cache_;
  std::mutex mutex_;                                  // of the habits
  std::map<std::string, Habit, std::less<>> habits_;  // by dataset
  std::atomic<int64_t> n_questions_ = 0;
};

}  // namespace banmo::records
