// SPDX-License-Identifier: Apache-2.0
// The directory: organisations with history, people with memberships in time, accounts, sessions, tokens, and the scope of every reader. One object
// per process, thread-safe. Several processes may share one PostgreSQL: a change by any of them is seen by the others within 2 s (Options::poll_ms).
// Every change is written with its audit entry in one transaction. Tables: directory_migrations() and audit_migrations(); the warehouse's copies
// (dim_org, org_closure, dim_person) are made and repaired by create().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/city_time.h"
#include "base/result.h"
#include "crypto/crypto.h"
#include "directory/org_tree.h"
#include "directory/scope.h"
#include "directory/types.h"
#include "sql/sql.h"

namespace banmo::directory {

enum class PasswordRules { dengbao3, asvs };  // password_rules.h

struct Options {
  crypto::Profile profile = crypto::Profile::intl;
  crypto::Bytes field_key;  // 32 bytes: seals citizen numbers. Empty: they are not taken (import says so)
  crypto::Bytes index_key;  // 32 bytes: their blind index
  PasswordRules password_rules = PasswordRules::dengbao3;
  crypto::PasswordCost password_cost;
  int session_idle_s = 30 * 60;
  int session_absolute_s = 12 * 3600;
  int poll_ms = 2000;                               // how often a change by another process is looked for
  int utc_offset_minutes = kCityUtcOffset_minutes;  // "today" of memberships
};

struct NewOrg {
  OrgNo parent;  // 0: a top
  OrgKind kind = OrgKind::school;
  std::string code, title;
  std::optional<Date> valid_from;  // today
  OrgId id;                        // nil: a fresh one
  int64_t parent_at = -1;          // in create_orgs, instead of parent: the position of an earlier one in the list
};
struct Membership {
  OrgNo org;
  Role role = Role::student;
  Date from;
  std::optional<Date> to;  // first day on which it no longer is
};
// A person as the reader may see them: fields above the scope's level are empty and `masked` is set.
struct Person {
  PersonNo no;
  PersonId id;
  std::string name;
  std::string sex;  // GB/T 2261.1: "1" male, "2" female, "0" unknown, "9" unstated
  std::optional<Date> birth;
  std::string code;         // student or staff number
  std::vector<Role> roles;  // living
  OrgNo org;                // school or office of the first living membership
  bool masked = false;
};
struct PersonPage {
  std::vector<Person> items;
  PersonNo next;  // 0: the last page
};
struct PeopleQuery {
  OrgNo org;      // in it and below; 0: all that the scope gives
  std::string q;  // start of a name, or a whole code
  std::optional<Role> role;
  PersonNo after;
  size_t limit = 50;      // 1..1000
  std::string name = {};  // a whole name
};
struct Contact {
  std::string phone, email;
  bool masked = false;
};
struct PersonAccount {
  std::string name;
  bool enabled = true;
};
struct PersonMove {
  Role role = Role::student;
  OrgNo from;      // a school or office where the person has the role
  OrgNo to;        // another
  OrgNo to_class;  // 0: none
  Date on;         // first day in the new one
};
struct PersonMovePreview {
  std::vector<Membership> ends, begins;
  std::vector<Message> effects;
};
struct NewPerson {
  std::string name, sex, code;
  std::optional<Date> birth;
  std::string citizen_id;  // kept sealed; 18 characters with a right check digit
  PersonId id;             // nil: a fresh one
  std::vector<Membership> memberships;
};

struct NewAccount {
  std::string name;  // 2..64 of letters, digits, '.', '_', '-', '@'; folded to lower case
  std::string password;
  std::optional<PersonNo> person;
  std::vector<Grant> grants;  // besides those that the person's memberships give
  bool must_change_password = true;
  bool demo = false;  // a published password: skips the password rules; demo_accounts_left() counts it
};
struct Account {
  AccountNo no;
  std::string name;
  std::string person_name;
  std::vector<Grant> grants;  // with those that the person's memberships give
  std::vector<Grant> given;   // to the account itself: what set_grants replaces
  bool enabled = true;
  std::optional<Instant> last_sign_in;
};
struct SignedIn {
  std::string token;   // shown once; only its hash is kept
  Instant expires_at;  // absolute limit
  std::shared_ptr<const Principal> principal;
};
struct ApiToken {
  int64_t no = 0;
  std::string title;
  std::vector<Right> rights;
  Instant created_at, expires_at;
};

class Directory {
 public:
  // Migrations must have run. Loads the tree and repairs the warehouse's copies (without a warehouse there are none: a program beside the server that
  // holds it; the server's refresh() repairs them). `clock` must outlive it. Errors: internal of the stores; invalid
  // "directory.bad_key".
  static Result<std::unique_ptr<Directory>> create(sql::Stores stores, const Clock& clock, Options options);
  ~Directory();

  // Organisations. Changes need orgs_manage over the organisations concerned; another tenant's organisation is not_found "directory.no_such_org".
  std::shared_ptr<const OrgTree> orgs() const;                                                 // the present tree; ~20 ns
  OrgCounts counts(OrgNo org) const;                                                           // from memory; at most poll_ms old
  Result<Org> create_org(const Principal& by, const NewOrg& org);                              // conflict "directory.code_taken"
  Result<std::vector<Org>> create_orgs(const Principal& by, const std::vector<NewOrg>& orgs);  // parents before children: one transaction, one reload
  Result<Org> rename_org(const Principal& by, OrgNo org, const std::string& title);
  // Ends an organisation with its grades and classes, and the memberships and grants in them, from `on` (not in the future). Right over what stands
  // above it. Errors: conflict "directory.orgs_below" while another school or office stands below.
  Result<OrgPreview> preview_close(const Principal& by, OrgNo org, Date on) const;
  Result<Org> close_org(const Principal& by, OrgNo org, Date on);
  Result<OrgContact> org_contact(OrgNo org) const;
  Result<> set_org_contacts(const Principal& by, const std::vector<std::pair<OrgNo, OrgContact>>& contacts);  // one transaction
  Result<OrgPreview> preview_move(const Principal& by, OrgNo org, OrgNo parent, Date on) const;
  Result<Org> move_org(const Principal& by, OrgNo org, OrgNo parent, Date on);  // `on` not in the future
  Result<OrgPreview> preview_merge(const Principal& by, OrgNo org, OrgNo into, Date on) const;
  Result<Org> merge_org(const Principal& by, OrgNo org, OrgNo into, Date on);           // the one that stays
  Result<std::vector<OrgEvent>> org_history(OrgNo org) const;                           // newest first
  std::vector<const Org*> visible_tops(const OrgTree& tree, const Scope& scope) const;  // where a reader's tree begins

  // People. Reading takes a Scope (right people_read).
  Result<PersonPage> people(const Scope& scope, const PeopleQuery& query) const;
  Result<Person> person(const Scope& scope, PersonId id) const;  // not_found "directory.no_such_person" also if out of scope
  // What the people are called whom a reader's rows name, rows that the reader sees at `level`. The name is given as people() would give it, never
  // above the rows' level: masked below L2, empty for whoever is outside `scope` (people_read) now. The code is the row's own content: from L3 on.
  // From memory (at most poll_ms old); one query for all who are not there. Numbers that nobody has are left out.
  Result<PersonNames> names(const Scope& scope, pack::Level level, std::span<const PersonNo> people) const;
  Result<std::vector<Membership>> memberships(const Scope& scope, PersonNo person) const;  // newest first
  Result<std::vector<PersonNo>> members_ever(const Scope& scope) const;                    // also by memberships that have ended; ascending
  Result<Person> add_person(const Principal& by, const NewPerson& person);
  Result<> add_membership(const Principal& by, PersonNo person, const Membership& membership);
  Result<> end_membership(const Principal& by, PersonNo person, OrgNo org, Role role, Date on);
  // The phone and the mail address of a person, masked or empty as the scope's level says (L3 whole, L2 masked).
  Result<Contact> contact(const Scope& scope, PersonNo person) const;
  Result<> set_contact(const Principal& by, PersonNo person, const Contact& contact);              // an empty one is taken away
  Result<std::vector<PersonAccount>> person_accounts(const Principal& by, PersonNo person) const;  // right people_manage over the person's home
  // From one school (and its classes) to another: the role's memberships and grants end there, one begins. Right people_manage over both.
  Result<PersonMovePreview> preview_person_move(const Principal& by, PersonNo person, const PersonMove& move) const;
  Result<> move_person(const Principal& by, PersonNo person, const PersonMove& move);
  Result<std::vector<std::pair<Role, int64_t>>> head_count(OrgNo org) const;  // living members by role, in it and below
  Result<> link_guardian(const Principal& by, PersonNo guardian, PersonNo ward);
  Result<> unlink_guardian(const Principal& by, PersonNo guardian, PersonNo ward);
  Result<std::optional<PersonNo>> unscoped_person_by_code(const std::string& code) const;  // import and command line only

  // What engines told the reader (notices.h); an organisation's notices reach those who act in it.
  Result<NoticePage> notices(const Principal& who, const NoticeQuery& query) const;
  Result<> mark_notices_read(const Principal& who, std::optional<int64_t> one, int64_t up_to);

  // Accounts: accounts_manage opens and closes them, security_manage says what they may do and lets their owners back in.
  Result<AccountNo> create_account(const Principal& by, const NewAccount& account);
  // Without a role and with a one-time password, which it gives; `person_code`: a student's or staff member's number, or empty.
  Result<std::string> open_account(const Principal& by, const std::string& name, const std::string& person_code);
  Result<> set_account_enabled(const Principal& by, const std::string& account, bool enabled);  // false kills its sessions and tokens
  Result<> set_grants(const Principal& by, const std::string& account, const std::vector<Grant>& grants);
  Result<> reset_password(const Principal& by, const std::string& account, const std::string& password);  // must be changed at the next sign-in
  Result<std::string> reset_password(const Principal& by, const std::string& account);  // the same with a one-time password, which it gives
  Result<> unlock_account(const Principal& by, const std::string& account);             // forgets this process's count of wrong tries
  Result<std::vector<SessionInfo>> account_sessions(const Principal& by, const std::string& account) const;
  Result<> end_account_session(const Principal& by, const std::string& account, int64_t session);
  Result<std::vector<Account>> accounts(const std::string& q, const std::string& after_name, size_t limit) const;
  Result<int64_t> demo_accounts_left() const;
  Result<AccountFigures> account_figures() const;

  // Sessions. sign_in costs one Argon2id (~30 ms) whether the account exists or not; run it on a worker. Errors: unauthenticated
  // "session.bad_credentials" (the same for an unknown account, a wrong password, a disabled account); too_many "session.too_many" with `where` =
  // "retry_after_s=<n>".
  Result<SignedIn> sign_in(const std::string& account, const std::string& password, const std::string& peer);
  // The principal of a session or API token. ~1 us when cached. Errors: unauthenticated "session.none"; unauthenticated "session.expired".
  Result<std::shared_ptr<const Principal>> authenticate(std::string_view token);
  Result<> sign_out(std::string_view token);
  // The session goes on under one of the grants that its account holds, or (nullopt) under all. Errors: denied "session.role_not_held".
  Result<std::shared_ptr<const Principal>> act_as(const Principal& who, std::optional<Grant> grant);
  Result<std::vector<SessionInfo>> sessions(const Principal& who) const;  // one's own, newest first
  Result<> end_own_session(const Principal& who, int64_t session);        // one of one's own
  Result<> change_password(const Principal& who, const std::string& old_password,
                           const std::string& new_password);  // ends the account's other sessions
  Result<std::string> create_token(const Principal& who, const std::string& title, const std::vector<Right>& rights,
                                   int ttl_days);  // rights: some of who's own; 1..366 days
  Result<std::vector<ApiToken>> tokens(const Principal& who) const;
  Result<> revoke_token(const Principal& who, int64_t token_no);

  Scope scope(const Principal& principal, Right right, const Subject& subject) const;
  // invalid/denied/not_found as an API should answer: denied "directory.no_right" without the right, not_found "directory.no_such_org" outside the
  // scope.
  Result<> require(const Principal& principal, Right right, OrgNo org) const;

  // Reads what other processes changed now, without waiting for poll_ms.
  Result<> refresh();
  const sql::Stores& stores() const;
  const Clock& clock() const;
  crypto::Profile profile() const;  // by which hash the audit log is chained
  Date today() const;

  struct State;  // private to the room: import.cpp and oneroster.cpp use it
  State& state() { return *state_; }

 private:
  explicit Directory(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banmo::directory
