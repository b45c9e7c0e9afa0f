// SPDX-License-Identifier: Apache-2.0
// What every part of this room shares: the stores, the schemas of all datasets and how far they are, who may do what. Thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/city_time.h"
#include "directory/directory.h"
#include "expr/expr.h"
#include "records/cells.h"
#include "records/merge.h"
#include "records/records.h"
#include "records/schema.h"

namespace banmo::records {

// A dataset while the program runs.
struct Entry {
  std::unique_ptr<Schema> schema;
  std::atomic<int64_t> version{0}, n_rows{0}, updated_at{0};
};

class Engine {
 public:
  static Result<std::unique_ptr<Engine>> create(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory,
                                                const Clock& clock, RecordsOptions options);

  const pack::Catalogue& catalogue() const { return *catalogue_; }
  directory::Directory& directory() const { return directory_; }
  const Clock& clock() const { return clock_; }
  const RecordsOptions& options() const { return options_; }
  const Sealer& sealer() const { return sealer_; }
  sql::Database& ledger() const { return *stores_.ledger; }
  sql::Database& warehouse() const { return *stores_.warehouse; }
  // True if both are one PostgreSQL: an edit is then one transaction and needs no journal.
  bool one_database() const { return stores_.ledger.get() == stores_.warehouse.get(); }
  // The DuckDB that parses files: the warehouse, or one in memory beside a PostgreSQL.
  Result<sql::Database*> parser();
  expr::Environment environment() const { return {clock_.now(), kCityUtcOffset_minutes}; }

  Entry* find(std::string_view dataset) const;  // nullptr if there is none
  std::vector<Entry*> entries() const;          // in the catalogue's order
  // not_found "records.no_such_dataset", denied "records.no_right".
  Result<Entry*> require(const directory::Principal& principal, directory::Right right, std::string_view dataset) const;
  directory::Scope scope(const directory::Principal& principal, directory::Right right, const Schema& schema) const;
  // Rows of events are what tools said: nobody but the program itself (tests of packs) writes them. invalid "records.event_not_written".
  Result<> check_written_by_people(const directory::Principal& principal, const Schema& schema) const;

  // Takes over what a committed transaction did, and tells the listeners. On the thread that committed.
  void publish(Entry& entry, const MergeCounts& counts, int64_t n_added);
  // The same for a change of many rows: what is remembered of the dataset's rows is forgotten first.
  void publish_bulk(Entry& entry, const MergeCounts& counts, int64_t n_added);
  void on_bulk(std::function<void(const std::string& dataset)> forget) { forget_ = std::move(forget); }
  // After a whole refresh: versions and rows are read again.
  Result<> reload(Entry& entry);
  void tell(const DatasetChange& change) const;
  int listen(Listener listener);
  void unlisten(int id);
  // Who counts from rows that went (they stand in a dataset's past) tells up to which version it has; the past goes no earlier. Before the first
  // change.
  void on_past(PastReader reader) { past_readers_.push_back(std::move(reader)); }
  Result<int64_t> counted_until(sql::Connection& warehouse, const std::string& dataset) const;  // INT64_MAX if nobody counts
  std::string temporary_path(std::string_view stem, std::string_view ending);

 private:
  Engine(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory, const Clock& clock,
         RecordsOptions options);
  Result<> build_schemas();

  sql::Stores stores_;
  std::shared_ptr<const pack::Catalogue> catalogue_;
  directory::Directory& directory_;
  const Clock& clock_;
  RecordsOptions options_;
  Sealer sealer_;
  std::map<std::string, std::unique_ptr<Entry>, std::less<>> entries_;
  std::vector<Entry*> order_;
  mutable std::mutex mutex_;
  mutable std::shared_mutex telling_;  // shared while listeners are told
  std::vector<std::pair<int, Listener>> listeners_;
  int last_listener_ = 0;
  std::unique_ptr<sql::Database> parser_;
  std::function<void(const std::string&)> forget_;
  std::vector<PastReader> past_readers_;
};

}  // namespace banmo::records
