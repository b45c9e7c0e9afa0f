// SPDX-License-Identifier: Apache-2.0
// What is handed in with cases: taken by whoever fills in the state's form, by its content and not its name; kept sealed in the ledger; shown to the
// checker of the installation before others may open it. Adding and removing one is a change of the case like any other. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "directory/types.h"
#include "flows/papers.h"
#include "sql/sql.h"

namespace banmo::flows {

struct State;
struct Standing;

// With a move: whether its case's files count as handed in with an open one.
std::pair<std::string_view, sql::Values> files_follow(const std::string& case_id, bool is_closed);

// What is sealed of a file is bound to it.
inline std::string seal_context_of_file(const std::string& id, std::string_view what) { return "flow_file." + std::string(what) + "." + id; }

class CaseFiles {
 public:
  explicit CaseFiles(State& state) : state_(state) {}

  Result<CasePapers> list(const directory::Principal& principal, std::string_view id) const;
  //   path   where the bytes are
  // Errors: invalid "flows.unknown_file", "flows.file_empty", "flows.file_type", "flows.file_name"; too_large "flows.file_too_large"; too_many
  // "flows.too_many_files"; denied "flows.not_your_form"; conflict "flows.case_changed".
  Result<CaseFile> add(const directory::Principal& principal, std::string_view id, const std::string& file, const std::string& name,
                       const std::string& path);
  // Errors: not_found "flows.no_such_file"; denied "flows.file_above_level"; conflict "flows.file_unchecked", "flows.file_infected"; internal
  // "flows.file_damaged".
  Result<std::pair<CaseFile, std::string>> open(const directory::Principal& principal, std::string_view id, std::string_view file) const;
  // For who reviews a case blind: what was found clean, up to a level, without what a panel hides; names and hashes, which tell whose it is, are left
  // out. Errors: as of open().
  Result<std::vector<CaseFile>> list_blind(const directory::Principal& reviewer, const Standing& standing, const pack::FlowPanel& panel,
                                           pack::Level level) const;
  Result<std::pair<CaseFile, std::string>> open_blind(const directory::Principal& reviewer, const Standing& standing, const pack::FlowPanel& panel,
                                                      pack::Level level, std::string_view file) const;
  // By who put it, where it could be put now. Errors: as of open() and add().
  Result<> remove(const directory::Principal& principal, std::string_view id, std::string_view file);

  // Shows files that wait to the checker; how many it judged. Any server may call it at any time. A checker that does not answer is asked again
  // later.
  Result<int64_t> run_checks(size_t limit = 20);
  // Removes what came with cases that ended longer ago than their dataset keeps its rows; how many.
  Result<int64_t> purge();

 private:
  State& state_;
};

}  // namespace banmo::flows
