// SPDX-License-Identifier: Apache-2.0
// What the doors of this room share: the stores, the flows as they run, and which case a reader may see at which level. Inside the room.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "directory/directory.h"
#include "flows/book.h"
#include "flows/delegations.h"
#include "flows/files.h"
#include "flows/flows.h"
#include "flows/letters.h"
#include "flows/lookups.h"
#include "flows/mover.h"
#include "flows/panels.h"
#include "flows/period_locks.h"
#include "flows/ratings.h"
#include "flows/store.h"
#include "flows/work_filter.h"
#include "records/records.h"

namespace banmo::flows {

// On a work-list.
struct Listed {
  Record record;
  std::string for_account;  // in whose absence; empty: one's own
};

Lamp lamp_of(const Running& running, const Record& record, Instant now);
//   running   nullptr: its flow is lost
CaseHead head_of(const Running* running, const Record& record, Instant now);
Result<> check_right(const directory::Principal& principal, directory::Right right);

struct State {
  State(sql::Stores both, directory::Directory& people, records::Records& rows, const Clock& now, std::unique_ptr<Book> flows, Options given)
      : stores(std::move(both)),
        directory(people),
        records(rows),
        clock(now),
        options(std::move(given)),
        sealing{people.profile(), options.seal_key},
        book(std::move(flows)),
        store(*stores.ledger, rows.case_rows(), sealing, options.max_drafts),
        delegations(*stores.ledger, people, *book, now, sealing) {}

  const sql::Stores stores;
  directory::Directory& directory;
  records::Records& records;
  const Clock& clock;
  const Options options;
  const Sealing sealing;
  std::unique_ptr<Book> book;
  Store store;
  Delegations delegations;
  Panels panels{*this};
  std::mutex bulk_mutex;  // one list of moves is written at a time
  CaseFiles files{*this};
  Letters letters{*this};
  Ratings ratings{*this};
  Lookups lookups{*this};
  PeriodLocks locks{*this};

  Mover mover() const { return {records.case_rows(), directory, clock.now(), *stores.ledger, *book, sealing, options.shares}; }
  Mover mover_for(const directory::Principal& principal) const {
    return {records.case_rows(), directory, clock.now(), *stores.ledger, *book, sealing, options.shares, delegations.deputies(principal)};
  }
  Result<Standing> standing(Record record) const;
  // The level at which a reader sees a case that scope does not cover; nothing: not at all.
  std::optional<pack::Level> level_for(const directory::Principal& principal, const Standing& standing) const;
  // The same by a role alone, one's own or an absent colleague's; not for having opened it.
  std::optional<pack::Level> level_by_role(const directory::Principal& principal, const Standing& standing) const;
  // Whether the reader may see what offices said of the case.
  bool has_part(const directory::Principal& principal, const Standing& standing) const;
  // Whether the mover, or in whose absence they act, opened the case or moved it in another state.
  Result<bool> took_part(const Mover& moves, const Standing& standing, const directory::Principal& principal, const pack::FlowMove& move) const;
  // What a move would make of the case. Errors: those of Flows::move.
  Result<Change> moved(Standing standing, const directory::Principal& principal, const MoveWish& wish) const;
  // Again on the present tree, if the organisations changed after `attempt` had looked; and if somebody else took the last place meanwhile.
  template <class Attempt>
  auto on_present_tree(Attempt attempt) const -> decltype(attempt()) {
    constexpr int kMaxTrees = 3, kMaxRaces = 16;
    for (int n_trees = 1, n_races = 1;;) {
      auto done = attempt();
      if (done.ok()) return done;
      const bool older = done.error().id == kOlderTree && n_trees++ < kMaxTrees;
      if (!older && (done.error().id != kPlaceTaken || n_races++ == kMaxRaces)) return done;
      if (older) BANMO_DO(directory.refresh());
    }
  }
  // What the reader is shown of the case as it stands.
  pack::Level shown_now(const directory::Principal& principal, const Standing& standing) const;
  // The highest level that a reader of the case may see, whatever its row holds.
  pack::Level reach(const directory::Principal& principal, const Standing& standing) const;
  // Errors: not_found "flows.no_such_case", also for a case that is not the reader's to see.
  Result<Standing> visible(const directory::Principal& principal, std::string_view id) const;

  // `before`: the level at which the reader saw it before their own change, which may have given it to others: the answer is shown at it still.
  Result<Case> show(const directory::Principal& principal, const Standing& standing, std::optional<pack::Level> before = {}) const;
  Result<Case> written(const directory::Principal& principal, Change& change, std::optional<pack::Level> before = {});
  struct BulkCase;
  void prepare(const directory::Principal& principal, const BulkWish& wish, BulkCase& one) const;
  bool write_prepared(std::vector<BulkCase>& cases);
  Result<std::vector<Place>> places(const Standing& standing) const;
  Result<> check_seq(const Standing& standing, int64_t seq) const;
  // What waits for the reader by their own roles, and by those of absent colleagues where their own are not asked; by deadline, each once.
  Result<std::vector<Listed>> waiting(const directory::Principal& principal, const WorkFilter& filter, const Store::At& after, size_t limit) const;
  using LookAtDesks = std::function<Result<>(const std::vector<std::string>& desks, const std::string& flow, const std::string& for_account)>;
  Result<> each_desk(const directory::Principal& principal, const std::string& flow, const LookAtDesks& look) const;
  Result<std::optional<std::string>> waits_for(const directory::Principal& principal, Record& record) const;
  // Of those the ones whose number begins so; nothing if there may be more than `limit`, or many that wait for others.
  Result<std::optional<std::vector<Listed>>> waiting_numbered(const directory::Principal& principal, const WorkFilter& filter,
                                                              const std::string& start, size_t limit) const;
  // Adds to the figures of a flow how its cases kept the deadlines that hold now.   predicate  over c.org_no and c.person_no
  Result<> add_promises(FlowFigures& figures, const Running& running, const std::string& predicate) const;
  Result<> put_to_desks(const RunningPtr& running);
  // Desks and deadlines of open cases, if the pack or the calendar is another than when they were last looked at.
  Result<> catch_up(const RunningPtr& running);
  Result<> retime(const RunningPtr& running);
  Result<bool> run_timer(Record record);
  // Lets the cases in line go on for which there is a place now. What fails is done by the next round.
  void serve_lines(std::vector<PlaceKey> keys);
  Result<bool> serve_first(const PlaceKey& key, std::vector<PlaceKey>& freed);
  void serve_all_lines();
  Result<std::vector<PlaceKey>> waiting_lines(const std::string& flow) const;
};

}  // namespace banmo::flows
