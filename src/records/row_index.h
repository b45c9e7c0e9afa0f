// SPDX-License-Identifier: Apache-2.0
// Rows of the warehouse by some of their cells, in memory. A warehouse of columns reads all of a column to find one row, which is dear where each
// move of a case asks. An index is made when a question of its shape is first asked, and takes in what changed since when the next one is. What it
// names may have changed or gone: whoever asks reads the rows and looks again. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "records/engine.h"
#include "records/row_finder.h"

namespace banmo::records {

// Whole numbers are alike however an expression gives them.
sql::Value evened(sql::Value value);
// What the cells of `equal` have in common.
std::string equal_key(sql::Values cells);

// What is known of a row without reading it.
struct IndexedRow {
  std::string key;
  sql::Value from, to;  // of the range
  sql::Values near;     // cells that are compared by likeness, as they are stored
};

class RowIndex {
 public:
  RowIndex(const Schema& schema, const RowQuestion& shape);
  // Errors: those of the warehouse.
  Result<> catch_up(Engine& engine, const Entry& entry);
  // Rows of an equal_key(), in the order of their keys.
  std::vector<IndexedRow> equal_rows(const std::string& equal) const;

 private:
  void take(const sql::Values& cells);
  void remove(const std::string& key);
  std::string statement_;
  size_t n_grain_ = 0, n_equal_ = 0;
  bool has_range_ = false;
  mutable std::shared_mutex mutex_;
  int64_t seen_ = -1;  // the dataset's version
  std::unordered_map<std::string, std::vector<IndexedRow>> rows_;
  std::unordered_map<std::string, std::string> equal_of_;  // by a row's key
};

class RowIndexes {
 public:
  // nullptr: the warehouse finds it as fast, or there are too many rows to keep. Up to date. Errors: those of the warehouse.
  Result<const RowIndex*> index(Engine& engine, const Entry& entry, const RowQuestion& question);

 private:
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<RowIndex>> indexes_;
};

}  // namespace banmo::records
