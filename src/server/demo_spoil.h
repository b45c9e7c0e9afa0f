// SPDX-License-Identifier: Apache-2.0
// The errors that files of people have, put in on purpose: about three rows in a thousand, of every kind, so that quarantine and the quality page
// have something to show.
#pragma once

#include <string>
#include <vector>

#include "pack/pack.h"
#include "server/demo_files.h"
#include "server/demo_random.h"

namespace banmo::server {

class Spoiler {
 public:
  // `fields` in the order of the file's columns; `share` of the rows is spoilt. Kinds take turns, so each occurs once there are enough rows.
  Spoiler(std::vector<const pack::Field*> fields, double share, uint64_t seed) : fields_(std::move(fields)), random_(seed), share_(share) {}
  bool next_is_bad() { return random_.uniform() < share_; }
  // Writes the row with an error instead of as it is.
  void write(CsvOut& out, std::vector<std::string> cells);
  // The same for a table in memory: changes the cells, or gives a second row.
  void spoil(std::vector<std::string>& cells, std::vector<std::vector<std::string>>& more);
  int64_t n_bad() const { return n_bad_; }

 private:
  bool change(std::vector<std::string>& cells, int kind);
  size_t find(bool (*wanted)(const pack::Field&)) const;
  std::vector<const pack::Field*> fields_;
  Random random_;
  double share_;
  int turn_ = 0;
  int64_t n_bad_ = 0;
};

}  // namespace banmo::server
