// SPDX-License-Identifier: Apache-2.0
// Inside the room: where the city's own dashboards stand. One per process, thread-safe; what another process wrote is seen by refresh().
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "metrics/boards.h"
#include "sql/sql.h"

namespace banmo::metrics {

struct Engine;

class BoardShelf {
 public:
  using Picture = std::map<std::string, BoardSourcePtr, std::less<>>;
  // Migrations must have run.
  static Result<std::unique_ptr<BoardShelf>> create(std::shared_ptr<sql::Database> ledger, const pack::Catalogue& catalogue);

  std::shared_ptr<const Picture> all() const;
  pack::BoardRead read(std::string_view text) const { return reader_.read(text); }
  Result<> refresh();  // a look at one number, and all anew if it changed
  // `version` is the one that was read, 0 for a new one: conflict "metrics.dashboard_changed" if another stands there now. Audited in the
  // transaction.
  Result<BoardSourcePtr> put(const Engine& engine, const directory::Principal& by, const std::string& id, int64_t version, const std::string& text);
  Result<> remove(const Engine& engine, const directory::Principal& by, const std::string& id, int64_t version);

 private:
  BoardShelf(std::shared_ptr<sql::Database> ledger, const pack::Catalogue& catalogue)
      : ledger_(std::move(ledger)), reader_(catalogue), picture_(std::make_shared<const Picture>()) {}
  Result<> write(const Engine& engine, const directory::Principal& by, const std::string& id, int64_t version, const std::string& text);

  std::shared_ptr<sql::Database> ledger_;
  pack::BoardReader reader_;
  mutable std::mutex mutex_;  // guards picture_, for a moment only
  std::shared_ptr<const Picture> picture_;
  std::mutex refresh_mutex_;  // one refresh at a time
  int64_t seen_no_ = 0;
};

}  // namespace banmo::metrics
