// SPDX-License-Identifier: Apache-2.0
// Services and their cases: what an applicant opens and offices decide, by the flows of packs. The state of a case and its history are in the ledger,
// written with the audit entry and the journal's edit in one transaction; the row of the subject dataset follows as every edit does (decision 0014).
// Who sees a case: whoever reads the dataset's row by scope, has a role of the flow for it, or opened it. Thread-safe; n servers may share one
// PostgreSQL.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flows/papers.h"
#include "flows/types.h"
#include "pack/pack.h"
#include "sql/sql.h"

namespace banmo::directory {
class Directory;
}
namespace banmo::records {
class Records;
}

namespace banmo::flows {

class Delegations;
class PeriodLocks;
class Panels;
struct State;
class CaseFiles;
class Letters;
class Lookups;
class Ratings;
struct CaseShares;

class Flows {
 public:
  // Errors: as of the ledger; internal "flows.bad_calendar".
  static Result<std::unique_ptr<Flows>> create(sql::Stores stores, std::shared_ptr<const pack::Catalogue> catalogue, directory::Directory& directory,
                                               records::Records& records, const Clock& clock, Options options = {});
  ~Flows();
  CaseFiles& files();    // what is handed in
  Letters& letters();    // what is issued
  Ratings& ratings();    // what applicants say of it
  Lookups& lookups();    // what other departments are asked
  PeriodLocks& locks();  // periods that are closed

  std::vector<Guide> guides(const directory::Principal& principal) const;
  // A new case in the flow's first state; fields that the city knows are filled in. Right cases_handle. Errors: not_found "flows.no_such_flow";
  // denied "flows.not_for_you"; invalid "flows.not_in_form", "records.bad_row".
  Result<Case> open(const directory::Principal& principal, std::string_view flow, const json::Object& values);
  // Errors: not_found "flows.no_such_case"; conflict "flows.definition_lost", "flows.flow_gone".
  Result<Case> find(const directory::Principal& principal, std::string_view id) const;
  // Keeps what is filled in so far. Errors: conflict "flows.case_changed", and those of Mover::save.
  Result<Case> save(const directory::Principal& principal, std::string_view id, int64_t seq, const json::Object& values);
  // Errors: conflict "flows.case_changed" (who moved it, when, and where it is now), and those of Mover::move.
  Result<Case> move(const directory::Principal& principal, std::string_view id, const MoveWish& wish);
  // Each case by itself, in the order of the list, in one transaction. Errors: invalid "flows.bulk_size"; those of one case are in its outcome, and
  // "flows.case_twice".
  Result<std::vector<MoveOutcome>> move_all(const directory::Principal& principal, const BulkWish& wish);
  // What an input offers to whoever may fill it in now: at most 50. Right cases_handle. Errors: denied "flows.not_your_form"; not_found
  // "flows.no_choice"; invalid "flows.choice_long".
  Result<std::vector<ChoiceItem>> choices(const directory::Principal& principal, std::string_view id, const ChoiceWish& wish) const;
  // The access that the case has opened. Errors: as of find().
  Result<CaseShares> shares(const directory::Principal& principal, std::string_view id) const;
  Result<std::vector<Step>> history(const directory::Principal& principal, std::string_view id) const;
  // Waiting: by deadline, those without one last; opened: the newest first. Errors: invalid "flows.bad_cursor", "flows.bad_limit".
  Result<CasePage> cases(const directory::Principal& principal, const CaseQuery& query) const;
  // Of the cases whose rows the reader's scope covers. Right datasets_read.
  Result<FlowFigures> figures(const directory::Principal& principal, std::string_view flow) const;

  // Reminders and ends of deadlines that are due; how many. Any server may call it at any time: each is done once.
  Result<int64_t> run_due(size_t limit = 500);
  // Takes away drafts that nobody has touched for half a year, with their files; how many. The opener is told. Any server may call it at any time.
  Result<int64_t> end_drafts();
  // Puts open cases to other desks after the organisations changed.
  Result<> refresh();

  Delegations& delegations();  // who acts for whom
  Panels& panels();            // reviewers and their sheets

 private:
  explicit Flows(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banmo::flows
