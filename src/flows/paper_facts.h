// SPDX-License-Identifier: Apache-2.0
// What stands about a case beside its row: the files it has, whether it was appealed. Read with the case, only what its flow asks for. Inside the
// room.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "flows/book.h"
#include "sql/sql.h"

namespace banmo::flows {

struct Record;

struct PaperFacts {
  std::map<std::string, int64_t> n_files = {};  // that may serve, by what the flow calls them
  std::set<std::string> waits_for = {};         // look-ups that have not been answered
  bool is_appealed = false;
  std::vector<std::string> decided_by = {};  // accounts that made the decision which is appealed against
  int64_t count(const std::string& file) const {
    const auto found = n_files.find(file);
    return found == n_files.end() ? 0 : found->second;
  }
};
Result<PaperFacts> paper_facts(sql::Database& ledger, const Running& running, const Record& record);

}  // namespace banmo::flows
