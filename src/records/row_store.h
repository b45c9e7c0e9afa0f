// SPDX-License-Identifier: Apache-2.0
// Rows by key: how a key is written, reading one row from the warehouse, and a bounded cache of such rows. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "records/engine.h"
#include "records/schema.h"
#include "sql/sql.h"

namespace banmo::records {

// A row as it is stored: Schema::stored_names() values (sealed ones sealed), and where it came from.
struct StoredRow {
  sql::Values values;
  int64_t batch = 0, line = 0, warn = 0, version = 0;
  // What If-Match compares: grows with every change of the row.
  int64_t shown_version() const { return batch == 0 ? line * 2 + 1 : version * 2; }
};
using RowPtr = std::shared_ptr<const StoredRow>;

// Index into StoredRow::values of each column; its blind index, if any, stands behind it.
std::vector<size_t> value_slots(const Schema& schema);

// Grain values as canonical text, URL-encoded, joined by '~'. A sealed field of the grain stands with its blind index.
std::string key_of(const Schema& schema, const sql::Values& stored);
// The typed values of a key, in the order of the grain. Errors: not_found "records.no_such_row" for one that no row can have.
Result<sql::Values> parse_key(const Schema& schema, std::string_view key);
Error no_such_row();
std::string url_encoded(std::string_view text);
std::optional<std::string> url_decoded(std::string_view text);

class RowStore {
 public:
  explicit RowStore(Engine& engine) : engine_(engine) {}
  // From the cache or the warehouse; nullptr if there is none. Does not look into the journal, checks no scope.
  Result<RowPtr> unscoped_find(const Entry& entry, const std::string& key);
  void forget(const std::string& dataset);  // all of a dataset
  void forget(const std::string& dataset, const std::vector<std::string>& keys);

 private:
  static constexpr size_t kMaxRows = 50'000;  // in each of the two generations
  RowPtr cached(const std::string& id, uint64_t& epoch);
  Engine& engine_;
  std::mutex mutex_;
  std::unordered_map<std::string, RowPtr> young_, old_;
  uint64_t epoch_ = 0;
};

}  // namespace banmo::records
