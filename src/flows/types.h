// SPDX-License-Identifier: Apache-2.0
// The words of flows: a case, what may be done with it now, what happened to it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "directory/types.h"
#include "json/json.h"
#include "pack/flow.h"
#include "pack/level.h"
#include "records/types.h"

namespace banmo::flows {

using CaseId = Id<struct CaseTag>;

enum class Lamp { none, green, yellow, red };  // none: no deadline

// How far a case is; no content.
struct CaseHead {
  CaseId id;
  std::string flow, key;  // key: its number, "DS2026-000017"
  std::string state;
  pack::Title state_title;
  int64_t seq = 0;
  Instant opened_at, entered_at;
  std::optional<Instant> due_at, closed_at;
  Lamp lamp = Lamp::none;
  bool escalated = false;
  bool rests = false;       // nothing is to be done for now: such cases stand behind all others
  std::string for_account;  // on a work-list: in whose absence it waits for the reader; empty: for the reader's own roles
};

// What a case has of a quota.
struct Place {
  std::string quota;
  pack::Title title;
  bool waits = false;    // stands in line for one
  int64_t position = 0;  // in line, from 1
};

// What an input offers, and what stands in it.
struct ChoiceItem {
  std::string value;  // as the form takes it: a key, the public id of an organisation, the id of a dataset or a field
  pack::Title title;
  std::string hint;  // what tells it from others of that name: the organisation that it belongs to
};
struct ChoiceWish {
  std::string field;  // of the state's form, or of the move's
  std::string move = {};
  std::string typed = {};  // a part of a title, the beginning of a value, pinyin or its initials; at most 60 bytes
  std::string on = {};     // what the field that narrows the choice says in a form that is not kept yet
};
using ChosenItems = std::map<std::string, std::vector<ChoiceItem>>;  // by input

// A move out of the present state as the reader stands to it.
struct Choice {
  const pack::FlowMove* move = nullptr;  // of Case::flow
  std::optional<Message> refused;        // why the reader cannot make it now
  std::vector<bool> asked;               // of the move's form, as the case stands
  bool is_others = false;                // made by roles that the reader, and whom they act for, have nowhere
};

struct Case {
  CaseHead head;
  std::shared_ptr<const pack::Flow> flow;  // by which the case goes on
  records::Row row;
  pack::Level shown = pack::Level::l1;  // the highest level of what `row` tells
  bool can_save = false;                // the state's form
  std::vector<bool> asked;              // which of its fields, as the case stands
  bool is_yours = false;                // it waits for the reader
  std::vector<Choice> choices;
  std::vector<pack::Title> awaits;      // look-ups whose answers the case waits for
  std::optional<Instant> appeal_until;  // of a case that ended and may be appealed once
  std::vector<Place> places;
  ChosenItems chosen;             // of inputs that the reader may fill in
  bool due_is_estimated = false;  // the calendar lacks a year of the deadline: weekends alone are left out
};

struct Step {
  Instant at;
  std::string move, from, to;
  pack::Title label, role;  // role: of the flow; empty for what happened by itself
  directory::OrgNo org;
  std::string note;
  bool on_behalf = false;        // made for somebody absent
  std::string for_account = {};  // for whom; empty for whoever may not see what offices said
};

// What somebody may start, and how it goes.
struct Guide {
  std::shared_ptr<const pack::Flow> flow;
  bool can_start = false;
  std::vector<std::vector<const pack::FlowRole*>> desks;  // by state: with whom a case waits there
  std::vector<std::string> opened_for;                    // fields by which the reader may say for whom, where their roles leave it open
};

struct StateFigures {
  std::string state;
  pack::Title title;
  int64_t n_open = 0, n_late = 0;
  int64_t n_left = 0;                    // times that a case has left the state
  double mean_days = 0;                  // that it spent there, of 24 hours
  int64_t n_promised = 0, n_within = 0;  // times that it left with a deadline, and within it
  double mean_used = 0;                  // of these, in the unit of the deadline
};
struct FlowFigures {
  int64_t n_opened = 0, n_closed = 0;
  double mean_days = 0;                            // of closed cases, from the first move to the last
  int64_t n_returned = 0;                          // times that a case went back to be mended
  std::array<int64_t, 5> n_by_stars{};             // ratings of one to five stars
  int64_t n_promised = 0, n_within = 0;            // of all states
  std::optional<double> promised_days, used_days;  // working days of a case that has ended, on the mean; states with such deadlines alone
  double mean_typed = 0, mean_filled = 0;          // fields that applicants typed for a case; that were there without them
  std::vector<StateFigures> states;
};

struct MoveWish {
  int64_t seq = 0;  // of the case as the mover saw it
  std::string move;
  json::Object values;
  std::string note;
};

// The same move of many cases.
struct BulkItem {
  std::string id;
  int64_t seq = 0;
};
struct BulkWish {
  std::vector<BulkItem> items;  // 1..500, each case once
  std::string move;
  json::Object values;
  std::string note;
  bool dry_run = false;  // nothing is written
};
struct MoveOutcome {
  std::string id, key, from, to;  // key and from: empty if the case is not the reader's to see; to: empty if refused before
  pack::Title from_title, to_title;
  int64_t seq = 0;  // after the move
  std::optional<Error> refused;
};

enum class CaseView { waiting, opened };           // for me; by me
enum class LampFilter { any, yellow, red, late };  // red: also what is late; late: its deadline is over
struct CaseQuery {
  CaseView view = CaseView::waiting;
  std::string flow = {};  // empty: all
  LampFilter lamp = LampFilter::any;
  int waits_longer_wd = 0;                                  // than so many working days where it stands; 0: any time
  std::optional<Date> opened_from = {}, opened_until = {};  // days of the city, both included
  std::string text = {};                                    // the beginning of a number, or a part of what the reader sees of the case
  size_t limit = 50;
  std::string after = {};  // cursor of the last page
};
struct CasePage {
  std::vector<CaseHead> items;
  std::string next;                     // empty: the last page; of a search there may be one after a page without items
  pack::Level shown = pack::Level::l1;  // the highest level of what was searched
};

}  // namespace banmo::flows
