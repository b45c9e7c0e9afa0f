// SPDX-License-Identifier: Apache-2.0
// Cases in the ledger. Inside the room: readers go through Flows, which asks who may see what.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "directory/notices.h"
#include "flows/papers.h"
#include "flows/period.h"
#include "flows/places.h"
#include "flows/types.h"
#include "records/case_rows.h"
#include "sql/group.h"
#include "sql/sql.h"

namespace banmo::flows {

// A row of flow_case.
struct Record {
  CaseId id;
  std::string flow, key, definition, state;
  int64_t seq = 0;
  int64_t org = 0, person = 0;
  std::string opened_by;
  Instant opened_at;
  std::optional<Instant> sent_at;  // of the first move
  Instant entered_at;
  std::optional<Instant> due_at, timer_at;
  bool reminded = false, escalated = false;
  std::optional<Instant> closed_at;
  bool in_dataset = false;
  std::string mover_role;  // title of the flow's role in Chinese > English: "学校初审\tSchool"; empty: by itself
  Instant moved_at;
  std::string content;
  int64_t desk_due = 0;  // its place at the desk that it was read from
};

struct StepRow {
  Step step;
  std::string account, role;  // role: id in the flow
  std::string for_account;    // of whoever is absent; empty: the account's own doing
  int64_t spent_us = 0;
};

// What is written at once, or not at all.
struct Change {
  Record after;
  int64_t seq_before = 0;  // of the case that it changes; 0: it is made
  std::string number;      // of a new case: the pattern and the counter's name
  std::string counter;
  std::vector<StepRow> steps;
  std::vector<std::string> desks;     // where it waits from now on
  bool is_moved = false;              // desks and steps are written
  bool rests = false;                 // where it waits nothing is to be done for now
  int64_t tree_version = 0;           // of the organisations that desks and roles were looked up in
  std::optional<PeriodAsked> period;  // that must be open to who makes it
  bool has_places = false;            // the flow has quotas
  std::vector<PlaceWish> places;      // what the case needs of them from now on
  std::vector<PlaceKey> freed;        // afterwards: what it has given back
  std::vector<Change> started;        // cases of other flows, made with it
  records::CaseBatch rows;
  std::vector<std::pair<directory::NoticeTo, directory::NewNotice>> notices;
  std::vector<IssuedLetter> letters;
  std::vector<std::string> revoked;                                 // letters of the flow whose standing ones are taken back
  std::vector<std::pair<std::string_view, sql::Values>> also = {};  // statements of the same transaction
  std::vector<json::Object> shared = {};                            // what the audit log says of access that it opens
  audit::Entry audited;
};

inline constexpr std::string_view kStale = "flows.case_changed";
// The organisations changed since the change was made up: it is made up again.
inline constexpr std::string_view kOlderTree = "flows.older_tree";
// Somebody else took the last place since the change was made up: it is made up again.
inline constexpr std::string_view kPlaceTaken = "flows.place_taken";
// A case without a deadline stands behind those with one, one that rests behind all others.
inline constexpr int64_t kResting = INT64_MAX, kNoDue = kResting - 1;

class Store {
 public:
  Store(sql::Database& ledger, records::CaseRows& rows, Sealing sealing, int64_t max_drafts);
  // Errors: conflict kStale if the case has another seq_before, kOlderTree, kPlaceTaken; those of the store. A new case has its key and is in
  // `change.after` afterwards.
  Result<> write(Change& change);
  // Each by itself, in one transaction (with what others write just then).
  std::vector<Result<>> write_all(const std::vector<Change*>& changes);

  Result<std::optional<Record>> unscoped_find(const std::string& id) const;
  Result<std::vector<Step>> unscoped_steps(const std::string& id) const;
  // Whether the account opened the case, or moved it in another state, or somebody did so in its name.
  Result<bool> unscoped_took_part(const Record& record, const std::string& account) const;
  struct At {
    int64_t due = INT64_MIN;
    std::string id;
  };
  // A state of a flow at a desk, in which cases stand by deadline; the deadline of those that rest is not their place.
  struct Lane {
    std::string flow, state;
  };
  // What is asked of the cases of a lane; `from` included and `before` not.
  struct Limits {
    Instant due_from{INT64_MIN}, due_before{INT64_MAX};  // the second as it is here: also those without a deadline
    Instant entered_by{INT64_MAX};                       // included
    Instant opened_from{INT64_MIN}, opened_before{INT64_MAX};
  };
  Result<std::vector<Lane>> lanes_at(const std::string& desk) const;
  // By deadline. No content.
  Result<std::vector<Record>> in_lane(const std::string& desk, const Lane& lane, const Limits& limits, const At& after, size_t limit) const;
  // Open cases whose number begins so, by number. No content.
  Result<std::vector<Record>> unscoped_numbered(const std::string& flow, const std::string& start, const std::string& after, size_t limit) const;
  Result<std::vector<std::pair<std::string, int64_t>>> desks_of(const std::string& id) const;                                  // and its place there
  Result<std::vector<Record>> at_desk(const std::string& desk, const std::string& flow, const At& after, size_t limit) const;  // no content
  Result<std::vector<Record>> opened_by(const std::string& account, const std::string& flow, const At& before, size_t limit) const;
  Result<std::vector<Record>> unscoped_due(Instant now, const At& after, size_t limit) const;  // whose timer is over
  Result<std::vector<Record>> unscoped_open(const std::string& flow, const std::string& after, size_t limit) const;
  // Drafts that nobody has changed since. No content.
  Result<std::vector<Record>> unscoped_left_alone(Instant before, size_t limit) const;
  // Takes a draft away with all that came with it, unless it was changed meanwhile; whether it did. The opener is told.
  Result<bool> forget_draft(const Record& draft, const directory::NewNotice& notice, const audit::Entry& entry);
  Result<> set_desks(const Record& record, const std::vector<std::string>& desks, bool rests);
  Result<int64_t> counter(const std::string& name) const;
  Result<> set_counter(const std::string& name, int64_t value);
  // By a predicate over c.org_no and c.person_no.
  Result<FlowFigures> figures(const std::string& flow, const std::string& predicate, Instant now, const std::vector<std::string>& mending) const;

 private:
  struct Request;
  void run(const sql::Group::Requests& group);
  Result<> write_group(const sql::Group::Requests& group);
  Result<> write_one(sql::Connection& connection, Change& change);
  Result<> write_case(sql::Connection& connection, Change& change);

  sql::Database& ledger_;
  records::CaseRows& rows_;
  const Sealing sealing_;
  const int64_t max_drafts_;
  sql::Group group_;
};

}  // namespace banmo::flows
