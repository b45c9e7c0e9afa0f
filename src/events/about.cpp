// SPDX-License-Identifier: Apache-2.0
#include "events/about.h"

#include <algorithm>
#include <map>

#include "events/look_up.h"
#include "events/postings.h"
#include "events/stored_statement.h"

namespace banmo::events {
namespace {

constexpr std::string_view kMark = "SELECT statement_no, actor_no FROM xapi_about_mark";
constexpr std::string_view kSetMark = "UPDATE xapi_about_mark SET statement_no = $1 WHERE statement_no = $2";
constexpr std::string_view kSetActorMark = "UPDATE xapi_about_mark SET actor_no = $1 WHERE actor_no = $2";
constexpr std::string_view kNew = " FROM xapi_statement s WHERE s.no > $1 ORDER BY s.no LIMIT $2";
constexpr std::string_view kOfActor =
    " FROM xapi_posting p JOIN xapi_statement s ON s.no = p.no WHERE p.target = $1 AND p.no > $2 AND p.no <= $3 ORDER BY p.no LIMIT $4";
constexpr std::string_view kPost = "INSERT INTO xapi_posting (target, no) VALUES ($1, $2) ON CONFLICT DO NOTHING";

std::string selected(std::string_view from) { return "SELECT " + std::string(kStoredColumns) + std::string(from); }
int64_t target_of(List list, int64_t number) { return target_of(list, std::to_string(number)); }

}  // namespace

Result<About::Mark> About::mark() const {
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kMark));
  return rows.empty() ? Mark{} : Mark{sql::int_of(rows[0][0]), sql::int_of(rows[0][1])};
}

Result<About::Filed> About::entries_of(const sql::Rows& rows, directory::OrgNo only_org, const std::string& only_ifi) {
  Filed filed;
  struct Deed {  // what is needed of a statement, which itself may be large
    int64_t no;
    directory::OrgNo key_org;
    Instant at;
    Actor actor;
  };
  std::vector<Deed> deeds;
  std::map<int64_t, std::vector<std::string>> actors;
  for (const auto& row : rows.rows) {
    ++filed.n_read;
    filed.last_no = sql::int_of(row[0]);
    const auto stored = stored_of(row);
    if (stored == nullptr) continue;  // about nobody
    const std::string& ifi = stored->statement.actor.ifi;
    if (only_org.value != 0 && (stored->key_org != only_org || ifi != only_ifi)) continue;
    if (!ifi.empty()) actors[stored->key_org.value].push_back(ifi);
    deeds.push_back({stored->no, stored->key_org, stored->at, stored->statement.actor});
  }
  for (const auto& [org, ifis] : actors) BANMO_DO(people_.know({org}, ifis));
  for (const Deed& deed : deeds) {
    BANMO_TRY(const Whom whom, people_.whom(deed.key_org, deed.actor, deed.at));
    if (whom.person) filed.postings.emplace_back(target_of(List::about_person, whom.person->value), deed.no);
    if (whom.org != deed.key_org) filed.postings.emplace_back(target_of(List::about_org, whom.org.value), deed.no);
    if (whom.class_org) filed.postings.emplace_back(target_of(List::about_class, whom.class_org->value), deed.no);
  }
  std::sort(filed.postings.begin(), filed.postings.end());
  return filed;
}

Result<int64_t> About::file_new() {
  BANMO_TRY(const Mark before, mark());
  sql::Rows rows;
  {
    BANMO_TRY(const auto lease, ledger_.read());
    BANMO_TRY(rows, lease->query(selected(kNew), {before.statement_no, kChunk}));
  }
  if (rows.empty()) return int64_t{0};
  BANMO_TRY(const Filed filed, entries_of(rows, {}, {}));
  BANMO_DO(ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kSetMark, {filed.last_no, before.statement_no}));
    if (n == 0) return {};  // another server was quicker
    size_t i = 0;
    const auto next = [&](sql::Values& row) -> Result<bool> {
      if (i == filed.postings.size()) return false;
      row = {filed.postings[i].first, filed.postings[i].second};
      ++i;
      return true;
    };
    BANMO_TRY([[maybe_unused]] const int64_t n_posted, connection.append("xapi_posting", {"target", "no"}, next));
    return {};
  }));
  return filed.n_read;
}

// The statements up to `last_no` of an actor that is somebody else now.
Result<int64_t> About::file_actor(const ActorChange& change, int64_t last_no) {
  int64_t n_all = 0;
  for (int64_t after = 0;;) {
    sql::Rows rows;
    {
      BANMO_TRY(const auto lease, ledger_.read());
      BANMO_TRY(rows, lease->query(selected(kOfActor), {events::target_of(List::agent, change.ifi), after, last_no, kChunk}));
    }
    if (rows.empty()) return n_all;
    BANMO_TRY(const Filed filed, entries_of(rows, change.key_org, change.ifi));
    BANMO_DO(ledger_.write([&](sql::Connection& connection) -> Result<> {
      for (const auto& [target, no] : filed.postings) BANMO_DO(execute(connection, kPost, {target, no}));
      return {};
    }));
    after = filed.last_no;
    n_all += filed.n_read;
  }
}

Result<int64_t> About::file_changed() {
  BANMO_TRY(const Mark before, mark());
  BANMO_TRY(const auto changes, people_.changed_since(before.actor_no, static_cast<size_t>(kChunk)));
  if (changes.empty()) return int64_t{0};
  int64_t n_all = 0;
  for (const ActorChange& change : changes) {
    BANMO_TRY(const int64_t n, file_actor(change, before.statement_no));
    n_all += n;
  }
  BANMO_DO(ledger_.write([&](sql::Connection& connection) { return execute(connection, kSetActorMark, {changes.back().no, before.actor_no}); }));
  return n_all;
}

Result<int64_t> About::run() {
  const std::lock_guard lock(mutex_);
  BANMO_TRY(int64_t n_all, file_changed());
  for (;;) {
    BANMO_TRY(const int64_t n, file_new());
    n_all += n;
    if (n < kChunk) return n_all;
  }
}

}  // namespace banmo::events
