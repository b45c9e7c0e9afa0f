// SPDX-License-Identifier: Apache-2.0
// The words of the directory: organisations, people, memberships, roles, rights, and the Principal in whose name everything is read and written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace banmo::directory {

// Internal numbers: 63 bits, given in order by the installation. 0 is none.
struct OrgNo {
  int64_t value = 0;
  auto operator<=>(const OrgNo&) const = default;
};
struct PersonNo {
  int64_t value = 0;
  auto operator<=>(const PersonNo&) const = default;
};
struct AccountNo {
  int64_t value = 0;
  auto operator<=>(const AccountNo&) const = default;
};

enum class OrgKind { city, bureau, district, school, grade, class_, college, enterprise };
std::string_view name_of(OrgKind kind);  // class_ is "class"
std::optional<OrgKind> org_kind_of(std::string_view name);
bool may_stand_under(OrgKind kind, OrgKind parent);

struct Org {
  OrgNo no;
  OrgId id;
  OrgNo parent;  // 0 for the top
  OrgKind kind = OrgKind::school;
  std::string code;  // ten-digit school code, six-digit district code, ... unique among living organisations of a kind; may be empty
  std::string title;
  Date valid_from;
  std::optional<Date> valid_to;  // first day on which it no longer is; merged schools keep their rows
  OrgNo merged_into;
};

struct OrgCounts {
  int64_t n_children = 0;  // living, directly below
  int64_t n_students = 0;  // in it and below, now
  int64_t n_staff = 0;
};
// What a move or a merge will do; shown before it is done.
struct OrgPreview {
  int64_t n_orgs = 0, n_students = 0, n_staff = 0;  // that come under another parent, or change school
  int64_t n_accounts = 0;                           // whose rights follow the organisations
  std::vector<std::string> codes;                   // that files can no longer use
  std::vector<Message> effects;
};
// Public facts of an institution.
struct OrgContact {
  std::string address, phone;
  std::optional<double> longitude, latitude;  // degrees, both or neither
};
struct OrgEvent {
  Instant at;
  std::string what;  // created, renamed, moved, merged, closed
  Message detail;
  std::string by;
};

// Roles of people in organisations; also what an account may do there.
enum class Role {
  city_officer,
  city_leader,
  district_officer,
  principal,
  school_cio,
  teacher,
  homeroom_teacher,
  student,
  guardian,
  enterprise,
  system_admin,
  security_admin,
  audit_admin
};
std::string_view name_of(Role role);
std::optional<Role> role_of(std::string_view name);

// What may be done at all; the scope says on what. In one table (roles.cpp): role x right.
enum class Right {
  orgs_read,
  orgs_manage,
  people_read,
  people_manage,
  datasets_read,
  datasets_import,
  datasets_edit,
  datasets_export,
  quality_read,
  metrics_read,
  plan_read,
  plan_report,
  packs_read,
  packs_install,
  accounts_manage,
  security_manage,
  audit_read,
  jobs_read,
  accounts_read,
  plan_supervise,     // write a supervision note, which the responsible unit answers
  dashboards_manage,  // write the city's own dashboards
  levels_manage,      // grade fields anew: raise, propose to lower, decide what somebody else proposed
  xapi_keys,          // make and revoke keys of tools that send learning records
  cases_handle,       // start cases of flows and make moves in them; who may make which, the flow says
  ask_manage,         // see which questions found no answer, teach the city's own words
  admission_run,      // run admissions, draw their lots
  admission_publish   // check and publish what somebody else ran
};
std::string_view name_of(Right right);  // "datasets.import"
std::optional<Right> right_of(std::string_view name);
bool may(Role role, Right right);                                   // the table
bool may_stand_in(Role role, OrgKind kind);                         // the same table: in which kinds of organisation the role is held
std::vector<Role> all_roles();                                      // in the order of the enumeration
bool is_administrator(Role role);                                   // system, security, audit: never two of them on one account
std::vector<Right> rights_of(const struct Principal& principal);    // in the order of the enumeration
std::vector<Right> rights_of(Role role);                            // the table's row
std::pair<std::string_view, std::string_view> title_of(Role role);  // Chinese, English

struct Grant {
  Role role = Role::student;
  OrgNo org;
  bool operator==(const Grant&) const = default;
};

// A class that a person teaches, with the students who are in it now.
struct ClassRoll {
  OrgNo class_no;
  std::vector<PersonNo> students;
};

// Who is asking: made by Directory from a session or a token, handed to every reader. Immutable.
struct Principal {
  AccountNo account;
  std::string account_name;
  PersonNo person;               // 0 for accounts without a person (administrators)
  std::vector<Grant> grants;     // living ones that it acts under: all, or the chosen one
  std::vector<Grant> held;       // all living ones, to choose from
  std::optional<Grant> acting;   // the chosen one. If it is no longer held, `grants` is empty: nothing may be done until another is chosen
  std::vector<PersonNo> wards;   // children of a guardian
  std::vector<OrgNo> classes;    // classes of a teacher
  std::vector<ClassRoll> rolls;  // the same classes with their students
  bool must_change_password = false;
  bool demo = false;                // still has the password of a demonstration city
  bool internal = false;            // the program itself (command line, demonstration, start): every right. Made by Principal::system() alone
  int64_t session = 0;              // 0: an API token
  std::vector<Right> token_rights;  // narrows an API token; empty: all of the grants'
  bool has(Right right) const;      // by any grant, narrowed by the token
  static Principal system();        // account_name "system"
};

// What a person is called, as far as a reader may know it: empty where not.
struct PersonName {
  std::string name, code;
};
using PersonNames = std::unordered_map<int64_t, PersonName>;  // by PersonNo

// What somebody is told (notices.h writes, Directory::notices reads).
struct Notice {
  int64_t no = 0;
  Instant at;
  std::string kind;
  Message title;
  std::string link;
  bool read = false;
};
struct NoticeQuery {
  bool unread_only = false;
  int64_t before_no = 0;  // 0: the newest
  size_t limit = 50;      // 1..1000
};
struct NoticePage {
  std::vector<Notice> items;
  int64_t next = 0;      // 0: the last page
  int64_t n_unread = 0;  // counted up to 100
};

// What needs an administrator.
struct AccountFigures {
  int64_t n_without_role = 0;  // enabled, nothing granted, no person whose memberships would give a role
  int64_t n_never_used = 0;    // enabled, never signed in, opened more than a week ago
};

// A living session of an account, for its owner and for the security administrator.
struct SessionInfo {
  int64_t no = 0;
  Instant created_at, last_seen, expires_at;
  std::string peer;  // address that signed in
  bool current = false;
};

}  // namespace banmo::directory
