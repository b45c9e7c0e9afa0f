// SPDX-License-Identifier: Apache-2.0
#include "events/about.h"

#include <algorithm>
#include <map>

#include "events/draft.h"
#include "events/look_up.h"
#include "events/postings.h"
#include "events/reader.h"
#include "json/json.h"

namespace banmo::events {
namespace {

constexpr std::string_view kMark = "SELECT statement_no, actor_no FROM xapi_about_mark";
// Each only where the other stands as it was read: of two servers, one that files statements by whom it remembers, and one that files an actor's
// statements anew, the later does its part again.
constexpr std::string_view kSetMark = "UPDATE xapi_about_mark SET statement_no = $1 WHERE statement_no = $2 AND actor_no = $3";
constexpr std::string_view kSetActorMark = "UPDATE xapi_about_mark SET actor_no = $1 WHERE actor_no = $2 AND statement_no = $3";
// The body only where it was stored before a statement's row told its actor.
constexpr std::string_view kColumns = "s.no, s.org_no, s.at, s.actor, s.targets, CASE WHEN s.actor IS NULL THEN s.body END";
constexpr std::string_view kNew = " FROM xapi_statement s WHERE s.no > $1 ORDER BY s.no LIMIT $2";
constexpr std::string_view kPost = "INSERT INTO xapi_posting (target, no) VALUES ($1, $2) ON CONFLICT DO NOTHING";

enum Column : size_t { kNo, kOrg, kAt, kActor, kTargets, kBody };

int64_t target_of(List list, int64_t number) { return target_of(list, std::to_string(number)); }

std::string actor_in(const std::string& body) {
  const auto value = json::read(body);
  const auto statement = value.ok() ? read_statement(*value, Version::v2_0) : Result<Statement>(value.error());
  return statement.ok() ? subject_of(*statement) : std::string();
}

}  // namespace

Result<About::Mark> About::mark() const {
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kMark));
  return rows.empty() ? Mark{} : Mark{sql::int_of(rows[0][0]), sql::int_of(rows[0][1])};
}

About::Deed About::deed_of(const sql::Values& row) {
  return {sql::int_of(row[kNo]),
          {sql::int_of(row[kOrg])},
          Instant{sql::int_of(row[kAt])},
          sql::is_null(row[kBody]) ? sql::text_of(row[kActor]) : actor_in(sql::text_of(row[kBody]))};
}

Result<> About::add_about(const std::vector<Deed>& deeds, std::vector<Posting>& postings) {
  std::map<int64_t, std::vector<std::string>> actors;
  for (const Deed& deed : deeds)
    if (!deed.actor.empty()) actors[deed.key_org.value].push_back(deed.actor);
  for (const auto& [org, ifis] : actors) BANMO_DO(people_.know({org}, ifis));
  for (const Deed& deed : deeds) {
    if (deed.actor.empty()) continue;
    Actor actor;
    actor.ifi = deed.actor;
    BANMO_TRY(const Whom whom, people_.whom(deed.key_org, actor, deed.at));
    if (whom.person) postings.push_back({target_of(List::about_person, whom.person->value), deed.no});
    if (whom.org != deed.key_org) postings.push_back({target_of(List::about_org, whom.org.value), deed.no});
    if (whom.class_org) postings.push_back({target_of(List::about_class, whom.class_org->value), deed.no});
  }
  return {};
}

Result<int64_t> About::file_new() {
  BANMO_TRY(const Mark before, mark());
  if (before.actor_no != known_actor_no_) people_.forget();  // another server filed a change: whom this one remembers is older
  known_actor_no_ = before.actor_no;
  std::vector<Deed> deeds;
  std::vector<Posting> postings;
  {
    BANMO_TRY(const auto lease, ledger_.read());
    BANMO_DO(
        lease->each("SELECT " + std::string(kColumns) + std::string(kNew), {before.statement_no, kChunk}, [&](const sql::Values& row) -> Result<> {
          deeds.push_back(deed_of(row));
          for (const int64_t target : targets_in(row[kTargets])) postings.push_back({target, deeds.back().no});
          return {};
        }));
  }
  if (deeds.empty()) return int64_t{0};
  BANMO_DO(add_about(deeds, postings));
  std::sort(postings.begin(), postings.end());
  BANMO_DO(ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kSetMark, {deeds.back().no, before.statement_no, before.actor_no}));
    if (n == 0) return {};  // another server was quicker
    return Index::file(connection, before.statement_no + 1, deeds.back().no, postings, clock_.now());
  }));
  return static_cast<int64_t>(deeds.size());
}

// The statements after `after_no` up to `last_no` of an actor that is somebody else now.
Result<int64_t> About::file_actor(const ActorChange& change, int64_t after_no, int64_t last_no) {
  StatementQuery position;
  position.ascending = true;
  position.since = Instant{after_no};
  position.until = Instant{last_no};
  for (int64_t n_all = 0;;) {
    BANMO_TRY(const auto rows, lists_.page(kColumns, {{events::target_of(List::agent, change.ifi)}}, position,
                                           "s.org_no = " + std::to_string(change.key_org.value), kChunk));
    if (rows.empty()) return n_all;
    std::vector<Deed> deeds;
    for (const auto& row : rows.rows)
      if (Deed deed = deed_of(row); deed.actor == change.ifi) deeds.push_back(std::move(deed));
    std::vector<Posting> postings;
    BANMO_DO(add_about(deeds, postings));
    BANMO_DO(ledger_.write([&](sql::Connection& connection) -> Result<> {
      for (const Posting& posting : postings) BANMO_DO(execute(connection, kPost, {posting.target, posting.no}));
      return {};
    }));
    position.cursor = sql::int_of(rows.rows.back()[kNo]);
    n_all += static_cast<int64_t>(rows.size());
  }
}

Result<int64_t> About::file_changed(const std::atomic<bool>& stop) {
  BANMO_TRY(const Mark before, mark());
  BANMO_TRY(const auto changes, people_.changed_since(before.actor_no, static_cast<size_t>(kChunk)));
  if (changes.empty()) return int64_t{0};
  people_.forget();  // another server may have decided: whom this one remembers is older
  known_actor_no_ = changes.back().no;
  int64_t n_all = 0;
  Mark now = before;
  for (int64_t done_no = 0; now.actor_no == before.actor_no;) {  // again for what another server filed meanwhile by whom it remembered
    for (const ActorChange& change : changes) {
      if (stop) return n_all;  // the mark stays: all of it is filed anew after the start
      BANMO_TRY(const int64_t n, file_actor(change, done_no, now.statement_no));
      n_all += n;
    }
    int64_t n_set = 0;
    BANMO_DO(ledger_.write([&](sql::Connection& connection) -> Result<> {
      BANMO_TRY(n_set, connection.execute(kSetActorMark, {changes.back().no, before.actor_no, now.statement_no}));
      return {};
    }));
    if (n_set == 1) break;
    done_no = now.statement_no;
    BANMO_TRY(now, mark());
  }
  return n_all;
}

Result<int64_t> About::run(const std::atomic<bool>& stop) {
  const std::lock_guard lock(mutex_);
  BANMO_TRY(int64_t n_all, file_changed(stop));
  if (stop) return n_all;
  for (;;) {
    BANMO_TRY(const int64_t n, file_new());
    n_all += n;
    if (stop) return n_all;
    if (const auto merged = merger_.run(); !merged.ok() && merged.error().id != kMoved) return merged.error();
    if (n < kChunk) return n_all;
  }
}

}  // namespace banmo::events
