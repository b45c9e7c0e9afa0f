// SPDX-License-Identifier: Apache-2.0
// What a move makes of a case: checks who makes it and what they say, evaluates guard and effects, takes the automatic moves behind it, sets the next
// deadline. Nothing is written here. Inside the room; made for one request.
#pragma once

#include <optional>
#include <string>

#include "flows/book.h"
#include "flows/desk.h"
#include "flows/store.h"

namespace banmo::flows {

// A case as it stands, with its row.
struct Standing {
  RunningPtr running;
  Record record;
  sql::Values row;
};

// Who acts; nobody: the program, when a deadline is over.
struct Actor {
  const directory::Principal* principal = nullptr;
  const pack::FlowRole* role = nullptr;
  directory::Grant grant;
};

class Mover {
 public:
  Mover(records::CaseRows& rows, const directory::Directory& directory, Instant now) : rows_(rows), orgs_(directory.orgs()), now_(now) {}

  // A new case in the first state. Errors: denied "flows.not_for_you".
  Result<Change> open(const RunningPtr& running, const directory::Principal& principal, const json::Object& values) const;
  // What is so already: no change. Errors: denied "flows.not_your_form"; invalid "flows.not_in_form", "records.bad_row".
  Result<std::optional<Change>> save(Standing standing, const directory::Principal& principal, const json::Object& values) const;
  // `took_part`: the mover opened the case, or moved it in another state. Errors: conflict "flows.no_such_move"; denied "flows.not_your_move",
  // "flows.four_eyes"; invalid "flows.note_missing", "flows.input_missing", "flows.not_in_form", "flows.guard", "records.bad_row".
  Result<Change> move(Standing standing, const directory::Principal& principal, const MoveWish& wish, bool took_part) const;
  // The reminder or the end of a deadline; nothing is due: no change.
  Result<std::optional<Change>> late(Standing standing) const;

  // Why the mover may not make the move now; nothing if they may. Guards that read what the move's own form fills in are not asked.
  Result<std::optional<Message>> refusal(const Standing& standing, const directory::Principal& principal, const pack::FlowMove& move,
                                         bool took_part) const;
  std::optional<Actor> actor(const Standing& standing, const directory::Principal& principal, const std::vector<std::string>& by) const;
  // Who may fill in the form of the present state.
  std::optional<Actor> saver(const Standing& standing, const directory::Principal& principal) const;

 private:
  Result<> check_actor(const Standing& standing, const pack::FlowMove& move, const Actor& actor, bool took_part) const;
  Result<> check_guard(const Standing& standing, const pack::FlowMove& move, const Actor& actor) const;
  Result<bool> holds_guard(const Standing& standing, const pack::FlowMove& move, const Actor& actor) const;
  Message guard_sentence(const Standing& standing, const pack::FlowMove& move) const;
  Result<> take_inputs(Standing& standing, const pack::FlowMove& move, const directory::Principal& principal, const MoveWish& wish) const;
  Result<> fill_empty(Standing& standing, const Actor& actor) const;
  Result<> run_effects(Standing& standing, const pack::FlowMove& move, const Actor& actor) const;
  void enter(Standing& standing, const std::string& state) const;
  Result<> take(Standing& standing, const pack::FlowMove& move, const Actor& actor, const std::string& note, Change& change) const;
  Result<> take_automatic(Standing& standing, Change& change) const;
  Result<> finish(Standing& standing, const Actor& actor, std::string action, Change& change) const;
  void remind(Standing& standing, const pack::FlowDeadline& deadline, Change& change) const;
  void tell_opener(const Standing& standing, const Actor& actor, Change& change) const;
  sql::Values with_actor(const Standing& standing, const Actor& actor) const;
  std::optional<Actor> starter(const RunningPtr& running, const directory::Principal& principal, sql::Values& row) const;

  records::CaseRows& rows_;
  std::shared_ptr<const directory::OrgTree> orgs_;
  Instant now_;
};

}  // namespace banmo::flows
