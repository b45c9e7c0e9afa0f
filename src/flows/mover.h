// SPDX-License-Identifier: Apache-2.0
// What a move makes of a case: checks who makes it and what they say, evaluates guard and effects, takes the automatic moves behind it, sets the next
// deadline. Nothing is written here. Inside the room; made for one request.
#pragma once

#include <optional>
#include <string>

#include "flows/book.h"
#include "flows/choices.h"
#include "flows/deputy.h"
#include "flows/desk.h"
#include "flows/evaluator.h"
#include "flows/paper_facts.h"
#include "flows/period.h"
#include "flows/store.h"

namespace banmo::flows {

// A case as it stands, with its row.
struct Standing {
  RunningPtr running;
  Record record;
  sql::Values row;
  PaperFacts papers = {};
};

// Who acts; nobody: the program, when a deadline is over.
struct Actor {
  const directory::Principal* principal = nullptr;
  const pack::FlowRole* role = nullptr;
  directory::Grant grant;
  const Deputy* deputy = nullptr;  // by whose role, if that is not the principal's own
};

struct LookupAnswer;

class Mover {
 public:
  // `shares`: where access is opened, if flows may; `deputies`: for whom whoever acts may act as well.
  Mover(records::CaseRows& rows, const directory::Directory& directory, Instant now, sql::Database& ledger, const Book& book, const Sealing& sealing,
        const shares::Shares* shares, DeputiesPtr deputies = {})
      : rows_(rows),
        directory_(directory),
        sealing_(sealing),
        orgs_(directory.orgs()),
        now_(now),
        ledger_(ledger),
        evaluator_(rows, ledger, now),
        book_(book),
        shares_(shares),
        deputies_(std::move(deputies)) {}

  // A new case in the first state. Errors: denied "flows.not_for_you".
  Result<Change> open(const RunningPtr& running, const directory::Principal& principal, const json::Object& values) const;
  // What is so already: no change. Errors: denied "flows.not_your_form"; invalid "flows.not_in_form", "records.bad_row".
  Result<std::optional<Change>> save(Standing standing, const directory::Principal& principal, const json::Object& values) const;
  // `took_part`: the mover opened the case, or moved it in another state. Errors: conflict "flows.no_such_move"; denied "flows.not_your_move",
  // "flows.four_eyes"; invalid "flows.note_missing", "flows.input_missing", "flows.not_in_form", "flows.guard", "records.bad_row".
  Result<Change> move(Standing standing, const directory::Principal& principal, const MoveWish& wish, bool took_part) const;
  // The reminder or the end of a deadline; nothing is due: no change.
  Result<std::optional<Change>> late(Standing standing) const;
  // The automatic moves out of the present state, when a place may be free for a case in line; none is taken: no change.
  Result<std::optional<Change>> go_on(Standing standing) const;
  // The deadline anew, by the calendar and the flow as they are now; it is so already: no change.
  Result<std::optional<Change>> retime(Standing standing) const;
  // The panel has given its score (0..100): it goes into the row, and the automatic moves are taken.
  Result<Change> decided(Standing standing, double score) const;

  // Why the mover may not make the move now; nothing if they may. Guards that read what the move's own form fills in are not asked.
  Result<std::optional<Message>> refusal(const Standing& standing, const directory::Principal& principal, const pack::FlowMove& move,
                                         bool took_part) const;
  std::optional<Actor> actor(const Standing& standing, const directory::Principal& principal, const std::vector<std::string>& by) const;
  // As whom they would make the move.
  std::optional<Actor> maker(const Standing& standing, const directory::Principal& principal, const pack::FlowMove& move) const;
  // Whether the move is made by a role that they, or whom they act for, have somewhere, if not for this case: others' moves are no business of
  // theirs.
  bool could_make(const Standing& standing, const directory::Principal& principal, const pack::FlowMove& move) const;
  // An answer of another department: into the row, and the automatic moves that waited for it are taken.
  Result<Change> answered(Standing standing, const pack::FlowLookup& lookup, const LookupAnswer& answer) const;
  // Whether one must be there when the case is sent on.
  Result<bool> is_required(const Standing& standing, const pack::FlowFile& file) const;
  // Whether it is asked for at all, as the case stands.
  Result<bool> is_asked(const Standing& standing, const pack::FlowFile& file) const;
  // Which fields of a form are asked for, in its order. `standing`: as it stands before what is asked.
  Result<std::vector<bool>> asked(Standing standing, const std::vector<pack::FlowInput>& form) const;
  // The case as it would be if it were sent on now: without what its form does not ask for.
  Result<Standing> as_sent(Standing standing) const;
  // The period that the case belongs to, if the flow closes periods for whoever acts; and whether it is open. Errors: denied "flows.period_closed".
  std::optional<PeriodAsked> period_of(const Standing& standing, const Actor& actor) const;
  Result<> check_period(const Standing& standing, const Actor& actor) const;
  // What inputs offer to whoever fills them in.
  Choices choices(const directory::Principal& principal) const { return {evaluator_, directory_, principal}; }
  // Who may fill in the form of the present state.
  std::optional<Actor> saver(const Standing& standing, const directory::Principal& principal) const;

 private:
  Result<> check_actor(const Standing& standing, const pack::FlowMove& move, const Actor& actor, bool took_part) const;
  Result<> check_guard(const Standing& standing, const pack::FlowMove& move, const Actor& actor) const;
  Result<bool> holds_guard(const Standing& standing, const pack::FlowMove& move, const Actor& actor) const;
  Message guard_sentence(const Standing& standing, const pack::FlowMove& move) const;
  Result<> take_inputs(Standing& standing, const pack::FlowMove& move, const directory::Principal& principal, const MoveWish& wish) const;
  Result<> check_offered(const Standing& standing, const std::vector<pack::FlowInput>& form, const std::vector<bool>& asked,
                         const directory::Principal& principal, const json::Object& given) const;
  Result<> drop_unfit(Standing& standing, const sql::Values& before, const std::vector<pack::FlowInput>& form, const directory::Principal& principal,
                      const json::Object& given) const;
  Result<std::vector<bool>> drop_unasked(Standing& standing, const std::vector<pack::FlowInput>& form, const std::vector<pack::FlowInput>& but) const;
  bool is_own(const Standing& standing, const pack::FlowRole* role) const;  // a role of those who open cases
  Result<> check_files(const Standing& standing, const pack::FlowMove& move) const;
  Result<> check_appeal(const Standing& standing, const pack::FlowMove& move, const Actor& actor) const;
  Result<> issue(const Standing& standing, const pack::FlowMove& move, const Actor& actor, const std::string& note, Change& change) const;
  Result<> give_access(Standing& standing, const pack::FlowMove& move, const Actor& actor, Change& change) const;
  Result<> call(Standing& standing, const pack::FlowMove& move, const Actor& actor, Change& change) const;
  Result<> fill_empty(Standing& standing, const Actor& actor) const;
  Result<> run_effects(Standing& standing, const pack::FlowMove& move, const Actor& actor) const;
  void enter(Standing& standing, const std::string& state) const;
  void set_deadline(const Running& running, Record& record) const;
  Result<> take(Standing& standing, const pack::FlowMove& move, const Actor& actor, const std::string& note, Change& change) const;
  enum class Panel { is_awaited, has_decided };  // of the present state, if it has one
  Result<> take_automatic(Standing& standing, Change& change, Panel panel = Panel::is_awaited) const;
  Result<> finish(Standing& standing, const Actor& actor, std::string action, Change& change) const;
  void remind(Standing& standing, const pack::FlowDeadline& deadline, Change& change) const;
  void tell_opener(const Standing& standing, const Actor& actor, Change& change) const;
  Result<> take_places(const Standing& standing, const Actor& actor, Change& change) const;
  Result<const pack::FlowQuota*> no_place_behind(const Standing& standing, const pack::FlowMove& move, const Actor& actor) const;
  Result<> start(const Standing& standing, const pack::FlowStart& start, const Actor& actor, Change& change) const;
  Change fresh(const pack::Flow& flow, Record& record) const;
  std::optional<Actor> starter(const RunningPtr& running, const directory::Principal& principal, sql::Values& row) const;

  records::CaseRows& rows_;
  const directory::Directory& directory_;
  const Sealing& sealing_;
  std::shared_ptr<const directory::OrgTree> orgs_;
  Instant now_;
  sql::Database& ledger_;
  Evaluator evaluator_;
  const Book& book_;
  const shares::Shares* shares_;
  DeputiesPtr deputies_;
};

}  // namespace banmo::flows
