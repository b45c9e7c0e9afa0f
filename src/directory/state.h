// SPDX-License-Identifier: Apache-2.0
// What a Directory keeps, and the steps that its parts share. Private to the room.
#pragma once

#include <atomic>
#include <mutex>
#include <span>
#include <unordered_map>

#include "audit/audit.h"
#include "directory/directory.h"
#include "directory/limiter.h"
#include "directory/name_cache.h"
#include "directory/session_cache.h"

namespace banmo::directory {

// Memberships, orgs and links that hold today. $1 is the date; the columns stand unqualified or behind one alias.
inline constexpr std::string_view kLivingToday = "valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)";

// One organisation to be written: what create_orgs and the importers share.
struct OrgDraft {
  Org org;                 // no, id and valid_from are set by insert_orgs where they are empty
  int64_t parent_at = -1;  // instead of org.parent: the position of an earlier draft
  std::string source_id;   // empty: none
  int64_t source_hash = 0;
};

// What an import changes of an organisation that stands.
struct OrgUpdate {
  OrgNo no;
  std::string title, code;
  std::string source_id;
  int64_t source_hash = 0;
  bool close = false;  // today
};

using Counts = std::unordered_map<int64_t, OrgCounts>;

struct Directory::State {
  sql::Stores stores;
  const Clock& clock;
  Options options;
  std::string decoy_hash;  // what an unknown account's password is checked against
  Limiter limiter;
  SessionCache sessions;
  mutable NameCache names;

  mutable std::mutex mutex;  // guards the pointers and versions below, for a moment only
  std::shared_ptr<const OrgTree> tree;
  std::shared_ptr<const Counts> counts;
  int64_t count_version = 0, access_version = 0, person_version = 0, session_end = 0;
  SessionCache::Seen pending_seen;  // signs of life that the ledger has not yet
  std::mutex reload_mutex;          // one reload at a time
  std::mutex mirror_mutex;          // one repair of the warehouse at a time
  std::atomic<int64_t> next_poll_micros{0}, next_flush_micros{0};

  State(sql::Stores s, const Clock& c, Options o) : stores(std::move(s)), clock(c), options(std::move(o)) {}
  sql::Database& ledger() const { return *stores.ledger; }
  bool one_store() const { return stores.ledger == stores.warehouse; }
  Date today() const { return clock.now().local_date(options.utc_offset_minutes); }
  std::shared_ptr<const OrgTree> current_tree() const {
    const std::lock_guard lock(mutex);
    return tree;
  }

  // directory.cpp
  Result<> reload_tree();
  Result<> reload_counts();
  Result<> start_day();     // once a day: memberships that ended by their date
  Result<> poll(bool now);  // what other processes changed; `now`: without waiting for its time
  Result<> check(const Principal& principal, Right right, OrgNo org) const;
  audit::Entry entry(const Principal& by, std::string action, std::string kind, std::string object, OrgNo org, json::Value detail = {}) const;
  Result<> log(sql::Connection& connection, const audit::Entry& what) const;

  // mirror.cpp: the warehouse's dim_org, org_closure and dim_person.
  Result<> create_mirror();
  Result<> mirror_orgs(const std::vector<OrgNo>& changed);  // these and no others since the last call; all are written if that cannot be known
  Result<> mirror_people();                                 // those changed since the last call

  // orgs.cpp: runs `change` in a transaction that nobody else changes organisations in, on a tree that is the present one; then reloads and mirrors
  // what it returns.
  using OrgChange = std::function<Result<std::vector<OrgNo>>(sql::Connection&, const OrgTree&)>;
  Result<> change_orgs(const OrgChange& change);
  // Checks and writes; parents before children. Sets the numbers and ids.
  Result<> insert_orgs(sql::Connection& connection, const OrgTree& tree, const Principal& by, std::span<OrgDraft> drafts);
  Result<> update_orgs(sql::Connection& connection, const OrgTree& now, const Principal& by, std::span<const OrgUpdate> updates);

  // people_change.cpp
  Result<> settle_people(sql::Connection& connection, std::span<const PersonNo> people);  // home, class, kind and version from their memberships
  Result<> settle_counts(sql::Connection& connection, std::span<const OrgNo> orgs);       // org_count of these
  Result<> after_people_change(bool access);                                              // reloads figures, forgets principals, mirrors
  Result<OrgNo> home_of(PersonNo person) const;
  Result<std::pair<sql::Value, sql::Value>> seal_citizen_id(const std::string& citizen_id) const;  // sealed, blind index; nulls if empty

  // mail_index.cpp: fills the blind index of mail addresses that an earlier version kept without one.
  Result<> index_mail();

  // people_names.cpp: by number; nullptr for one that nobody has.
  Result<std::unordered_map<int64_t, NameCache::EntryPtr>> known_people(std::span<const PersonNo> people) const;

  // accounts.cpp
  Result<std::shared_ptr<const Principal>> load_principal(sql::Connection& connection, AccountNo account, int64_t session,
                                                          std::vector<Right> token_rights, std::optional<Grant> acting);
  Result<std::vector<Grant>> load_grants(sql::Connection& connection, AccountNo account) const;
  void forget_principals();
  Result<> flush_seen();  // once a minute: last_seen of sessions, in one transaction
};

// The first of n numbers of a sequence, inside the caller's transaction.
Result<int64_t> take_numbers(sql::Connection& connection, std::string_view name, int64_t n);
Result<int64_t> bump(sql::Connection& connection, std::string_view version);
// Runs a change and gives what it made; a second run (PostgreSQL) overwrites the first.
Result<> execute_all(sql::Connection& connection, std::string_view statement, const sql::Values& parameters = {});

// The grant that a session or token acts under, as it was kept; nullopt: all. A role that this version does not know is one that nobody holds.
std::optional<Grant> acting_of(const sql::Value& role, const sql::Value& org);

// people_change.cpp: the kinds of organisation in which a role is held, in words; and whether `org` is one of them, for every door by which somebody
// comes to hold a role. Errors: not_found "directory.no_such_org", invalid "directory.role_does_not_fit".
Message places_of(Role role);
Error role_does_not_fit(Role role, std::string where);
Result<> check_place(const OrgTree& tree, Role role, OrgNo org, std::string where);
sql::Value mail_index(const Options& options, const std::string& address);  // the blind index of an address; null if empty or without a key
std::string mask_name(const std::string& name);                             // "王*"
Result<> check_title(const std::string& title);
Result<> check_phone(const std::string& phone);  // empty, or 5 to 20 digits with + - and spaces
Error too_many(int64_t seconds);                 // to wait
Error no_such_org();
Error no_such_person();
sql::Value date_or_null(const std::optional<Date>& date);
std::optional<Date> date_of(const sql::Value& value);
std::string numbers_list(std::span<const int64_t> numbers);  // "(1, 2, 3)"

}  // namespace banmo::directory
