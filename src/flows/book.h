// SPDX-License-Identifier: Apache-2.0
// The flows as they run: the present ones, and earlier versions by which cases go on whose state the present one no longer has. Inside the room.
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "directory/directory.h"
#include "flows/calendar.h"
#include "pack/pack.h"
#include "sql/sql.h"

namespace banmo::flows {

// A flow whose expressions can be evaluated.
struct Running {
  std::shared_ptr<const pack::Flow> flow;
  const pack::Catalogue* catalogue = nullptr;
  const pack::Dataset* subject = nullptr;
  size_t key_at = 0, state_at = 0;
  std::shared_ptr<const WorkCalendar> calendar;
  std::string definition;  // fingerprint of its pack
};
using RunningPtr = std::shared_ptr<const Running>;

class Book {
 public:
  // Compiles the catalogue's flows and keeps their packs' texts in the ledger. Errors: as of the pack.
  static Result<std::unique_ptr<Book>> create(sql::Database& ledger, std::shared_ptr<const pack::Catalogue> catalogue,
                                              directory::Directory& directory);
  const std::vector<RunningPtr>& present() const { return present_; }
  RunningPtr find(std::string_view flow) const;  // nullptr if no installed pack has it
  // By which a case goes on. Errors: conflict "flows.definition_lost" if the version that it needs no longer fits the datasets.
  Result<RunningPtr> of(std::string_view flow, std::string_view state, const std::string& definition) const;

 private:
  Book(sql::Database& ledger, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory)
      : ledger_(ledger), catalogue_(std::move(catalogue)), directory_(directory) {}
  Result<RunningPtr> run(pack::Flow flow, std::string definition) const;
  Result<> keep(const Running& running, const std::string& text);
  Result<RunningPtr> load(const Running& present, const std::string& definition) const;

  sql::Database& ledger_;
  std::shared_ptr<const pack::Catalogue> catalogue_;
  directory::Directory& directory_;
  std::vector<RunningPtr> present_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<std::string, std::string>, Result<RunningPtr>> earlier_;  // flow, definition
};

}  // namespace banmo::flows
