// SPDX-License-Identifier: Apache-2.0
// Keeps the roll-ups of all cubes current: told of changed partitions, it makes those partitions anew in one warehouse transaction with the version
// they reflect. One thread of its own. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "metrics/cube.h"
#include "records/types.h"
#include "sql/sql.h"

namespace banmo::metrics {

class RollUps {
 public:
  using Cubes = std::map<std::string, Cube, std::less<>>;
  // Makes what is missing or out of date before it returns. `cubes` and `records` must outlive it.
  static Result<std::unique_ptr<RollUps>> create(std::shared_ptr<sql::Database> warehouse, const Cubes& cubes, const records::Records& records,
                                                 const Clock& clock);
  ~RollUps();

  void changed(const records::DatasetChange& change);  // returns at once
  // After it is told of changes: makes anew what changed since create().
  void catch_up();
  // Waits until the dataset's roll-up reflects all changes told so far, up to `at_most_ms`; false if it does not by then.
  bool wait_fresh(std::string_view dataset, int at_most_ms);
  // Of what is committed, as `connection` sees it: roll-up and weights change with it.
  static Result<int64_t> version(sql::Connection& connection, std::string_view dataset);
  // The moment to which the dataset's roll-up is complete.
  Instant as_of(std::string_view dataset) const;

 private:
  struct State;
  explicit RollUps(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banmo::metrics
