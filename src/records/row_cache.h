// SPDX-License-Identifier: Apache-2.0
// A bounded cache of rows by key, packed: a row of ten short fields takes about 100 bytes, as a StoredRow it would take 600. Two generations: when
// the young one is full it becomes the old one, and what was old and not asked for since is gone. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

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

class RowCache {
 public:
  explicit RowCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  // How a dataset stood when a reader looked, before it asked the warehouse. Datasets have numbers of the caller's choice.
  struct Standing {
    uint32_t dataset = 0, epoch = 0;
    uint64_t n_changes = 0;
  };
  struct Found {
    RowPtr row;  // nullptr: not here
    Standing standing;
  };
  // Rows that a reader brings from the warehouse.
  class Batch {
   public:
    explicit Batch(const Standing& standing) : standing_(standing) {}
    void add(std::string_view key, const StoredRow& row);
    size_t n_rows() const { return n_rows_; }

   private:
    friend class RowCache;
    Standing standing_;
    std::string records_;
    size_t n_rows_ = 0;
  };

  Found find(uint32_t dataset, std::string_view key);
  // Takes the rows, unless something of the dataset was forgotten since its standing was read: then they may be old.
  void put(const Batch& batch);
  void forget(uint32_t dataset);
  void forget(uint32_t dataset, const std::vector<std::string>& keys);
  size_t n_bytes() const;
  bool has_room_for(int64_t n_rows) const;  // of the size of those that are here

 private:
  // Records in blocks, found by a table with linear probing.
  class Generation {
   public:
    const char* find(uint32_t mark, uint32_t dataset, uint32_t epoch, std::string_view key) const;
    void put(const char* record, size_t size);
    void erase(uint32_t mark, uint32_t dataset, uint32_t epoch, std::string_view key);
    size_t n_bytes() const;
    size_t n_rows() const { return n_used_; }

   private:
    struct Slot {
      uint32_t mark = 0, at = 0;  // of the key's hash; place of the record + 1, 0: free, kErased
    };
    size_t slot_of(uint32_t mark, uint32_t dataset, uint32_t epoch, std::string_view key) const;  // slots_.size() if there is none
    size_t home(uint32_t mark) const;
    const char* at(uint32_t place) const;
    void grow();
    std::vector<std::unique_ptr<char[]>> blocks_;
    size_t block_used_ = 0;
    std::vector<Slot> slots_;
    size_t n_used_ = 0;  // slots that are not free
  };
  struct State {
    uint32_t epoch = 0;
    uint64_t n_changes = 0;
  };
  void put_one(const char* record, size_t size);

  const size_t max_bytes_;
  mutable std::mutex mutex_;
  Generation young_, old_;
  std::unordered_map<uint32_t, State> states_;
};

}  // namespace banmo::records
