// SPDX-License-Identifier: Apache-2.0
// A person goes from one school to another: what would end and begin, and the same in one transaction. And how many people stand in an organisation.
#include <algorithm>

#include "directory/state.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kLivingIn =
    "SELECT m.org_no, m.role, m.valid_from FROM membership m JOIN org_closure c ON c.org_no = m.org_no WHERE m.person_no = $1 AND c.ancestor_no = $2 "
    "AND "
    "m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to > $3) ORDER BY m.org_no, m.role";
constexpr std::string_view kEnd =
    "UPDATE membership SET valid_to = $5 WHERE person_no = $1 AND org_no = $2 AND role = $3 AND valid_from = $4 AND (valid_to IS NULL OR valid_to > "
    "$5)";
constexpr std::string_view kDrop = "DELETE FROM membership WHERE person_no = $1 AND org_no = $2 AND role = $3 AND valid_from = $4";
constexpr std::string_view kBegin =
    "INSERT INTO membership (person_no, org_no, role, valid_from, valid_to) VALUES ($1, $2, $3, $4, NULL) ON CONFLICT (person_no, org_no, role, "
    "valid_from) DO UPDATE SET valid_to = NULL";
constexpr std::string_view kPerson = "SELECT id FROM person WHERE no = $1";
constexpr std::string_view kAccounts = "SELECT COUNT(*) FROM account WHERE person_no = $1 AND enabled";
constexpr std::string_view kHeads =
    "SELECT m.role, COUNT(DISTINCT m.person_no) FROM membership m JOIN org_closure c ON c.org_no = m.org_no WHERE c.ancestor_no = $1 AND "
    "m.valid_from "
    "<= $2 AND (m.valid_to IS NULL OR m.valid_to > $2) GROUP BY m.role";

constexpr std::string_view kGrants =
    "SELECT a.no, a.name, g.org_no, g.role FROM account_grant g JOIN account a ON a.no = g.account_no JOIN org_closure c ON c.org_no = g.org_no "
    "WHERE a.person_no = $1 AND c.ancestor_no = $2 ORDER BY a.no, g.org_no, g.role";
constexpr std::string_view kDropGrant = "DELETE FROM account_grant WHERE account_no = $1 AND org_no = $2 AND role = $3";

// Staff teach in classes and lead them: those roles go with the school.
bool goes_with(Role ends, Role moved) {
  if (moved == Role::student || ends == Role::student) return moved == ends;
  return ends != Role::guardian;
}

// A role reaches what lies below its organisation, so a move must not carry it to a place where it is not held: it would grow. An officer's must fit
// where it comes from too; who teaches may leave an office for a school.
Result<> check_fits(const Org& from, const Org& to, Role role) {
  if (may_stand_in(role, to.kind) && (may_stand_in(role, from.kind) || may_stand_in(role, OrgKind::school))) return {};
  const Message places = places_of(role);
  const std::string zh(title_of(role).first), en(title_of(role).second);
  return fail(ErrorCode::invalid, "directory.role_does_not_fit",
              {"“" + zh + "”只能转到" + places.zh + "；此人将任其他职务的，请安全管理员另行授权",
               "\"" + en + "\" moves between " + places.en + " only; for another office ask the security administrator for a grant of its own"},
              "$.to");
}

Result<> check_places(const OrgTree& tree, const PersonMove& move, Date today) {
  const Org *from = tree.find(move.from), *to = tree.find(move.to);
  if (from == nullptr || to == nullptr || to->valid_to) return no_such_org();
  const auto small = [](const Org& org) { return org.kind == OrgKind::class_ || org.kind == OrgKind::grade; };
  if (small(*from) || small(*to))
    return fail(ErrorCode::invalid, "directory.move_between_schools",
                {"转出和转入须是学校或单位，班级另选", "people move between schools or offices; the class is chosen besides"}, "$.to");
  if (move.from == move.to)
    return fail(ErrorCode::conflict, "directory.already_there", {"此人已经在这个单位", "the person is there already"}, "$.to");
  if (move.to_class.value != 0) {
    const Org* class_org = tree.find(move.to_class);
    if (class_org == nullptr || class_org->valid_to || class_org->kind != OrgKind::class_ || !tree.is_within(move.to_class, move.to))
      return fail(ErrorCode::invalid, "directory.class_elsewhere",
                  {"所选班级不在转入学校", "the class is not one of the school that the person goes to"}, "$.to_class");
  }
  if (is_administrator(move.role) || move.role == Role::city_officer || move.role == Role::city_leader || move.role == Role::guardian)
    return fail(ErrorCode::invalid, "directory.role_does_not_move",
                {"“" + std::string(title_of(move.role).first) + "”不是任职或学籍，不能转移",
                 "\"" + std::string(title_of(move.role).second) + "\" is no membership that moves"},
                "$.role");
  BANMO_DO(check_fits(*from, *to, move.role));
  if (move.on > today)
    return fail(ErrorCode::invalid, "directory.bad_date",
                {"生效日期不能晚于今天（" + today.to_iso() + "）", "the day must not be after today (" + today.to_iso() + ")"}, "$.on");
  return {};
}

Result<std::vector<Membership>> ending(sql::Connection& connection, PersonNo person, const PersonMove& move) {
  std::vector<Membership> out;
  bool has_role = false;
  BANMO_DO(connection.each(kLivingIn, {person.value, move.from.value, move.on.to_iso()}, [&](const sql::Values& row) -> Result<> {
    const auto role = role_of(sql::text_of(row[1]));
    if (!role || !goes_with(*role, move.role)) return {};
    has_role = has_role || *role == move.role;
    out.push_back({{sql::int_of(row[0])}, *role, date_of(row[2]).value_or(Date{}), move.on});
    return {};
  }));
  if (!has_role)
    return fail(ErrorCode::not_found, "directory.no_such_membership",
                {"此人在这一天没有该单位的这项任职或学籍，请核对单位、角色和日期",
                 "on that day the person has no such membership there: check organisation, role and day"},
                "$.from");
  return out;
}

struct AccountGrant {
  int64_t account = 0;
  std::string account_name;
  Grant grant;
};

// What was granted to the person's accounts there and goes as the memberships do. Administrators and officers of the city are that by no membership.
Result<std::vector<AccountGrant>> ending_grants(sql::Connection& connection, PersonNo person, const PersonMove& move) {
  std::vector<AccountGrant> out;
  BANMO_DO(connection.each(kGrants, {person.value, move.from.value}, [&](const sql::Values& row) -> Result<> {
    const auto role = role_of(sql::text_of(row[3]));
    if (!role || !goes_with(*role, move.role) || may_stand_in(*role, OrgKind::city)) return {};
    out.push_back({sql::int_of(row[0]), sql::text_of(row[1]), {*role, {sql::int_of(row[2])}}});
    return {};
  }));
  return out;
}

std::vector<Membership> beginning(const PersonMove& move) {
  std::vector<Membership> out{{move.to, move.role, move.on, {}}};
  if (move.to_class.value != 0) out.push_back({move.to_class, move.role, move.on, {}});
  return out;
}

}  // namespace

Result<PersonMovePreview> Directory::preview_person_move(const Principal& by, PersonNo person, const PersonMove& move) const {
  BANMO_DO(state_->check(by, Right::people_manage, move.from));
  BANMO_DO(state_->check(by, Right::people_manage, move.to));
  const auto tree = orgs();
  BANMO_DO(check_places(*tree, move, today()));
  PersonMovePreview preview;
  int64_t n_accounts = 0;
  size_t n_grants = 0;
  {
    BANMO_TRY(const auto lease, state_->ledger().read());
    BANMO_TRY(preview.ends, ending(*lease, person, move));
    BANMO_TRY(const auto accounts, lease->query(kAccounts, {person.value}));
    n_accounts = accounts.empty() ? 0 : sql::int_of(accounts[0][0]);
    BANMO_TRY(const auto grants, ending_grants(*lease, person, move));
    n_grants = grants.size();
  }
  preview.begins = beginning(move);
  const std::string from = tree->find(move.from)->title, to = tree->find(move.to)->title, day = move.on.to_iso();
  preview.effects.push_back({"自 " + day + " 起由“" + from + "”转到“" + to + "”；以前的记录和统计留在原单位",
                             "goes from \"" + from + "\" to \"" + to + "\" on " + day + "; past records and figures stay where they were"});
  preview.effects.push_back(
      {"“" + from + "”从此看不到此人，“" + to + "”可以看到", "\"" + from + "\" no longer sees the person, \"" + to + "\" does"});
  if (n_accounts > 0)
    preview.effects.push_back({"此人的 " + std::to_string(n_accounts) + " 个账号的权限随任职立即改变",
                               "the rights of the person's " + std::to_string(n_accounts) + " account(s) change at once with the membership"});
  if (n_grants > 0)
    preview.effects.push_back({"另行授予其账号、在“" + from + "”的 " + std::to_string(n_grants) + " 项角色同时收回",
                               std::to_string(n_grants) + " role(s) granted to the account(s) at \"" + from + "\" end with it"});
  return preview;
}

Result<> Directory::move_person(const Principal& by, PersonNo person, const PersonMove& move) {
  BANMO_DO(preview_person_move(by, person, move));
  const auto tree = orgs();
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto rows, connection.query(kPerson, {person.value}));
    if (rows.empty()) return no_such_person();
    BANMO_TRY(const auto ends, ending(connection, person, move));
    std::vector<OrgNo> orgs;
    const std::string day = move.on.to_iso();
    for (const Membership& m : ends) {
      // One that began on the very day never was.
      const bool never = m.from == move.on;
      const sql::Values key{person.value, m.org.value, std::string(name_of(m.role)), m.from.to_iso()};
      sql::Values ended = key;
      ended.emplace_back(day);
      BANMO_DO(never ? execute_all(connection, kDrop, key) : execute_all(connection, kEnd, ended));
      orgs.push_back(m.org);
    }
    for (const Membership& m : beginning(move)) {
      BANMO_DO(execute_all(connection, kBegin, {person.value, m.org.value, std::string(name_of(m.role)), day}));
      orgs.push_back(m.org);
    }
    BANMO_TRY(const auto grants, ending_grants(connection, person, move));
    const auto id_of = [&](OrgNo no) { return tree->find(no)->id.to_string(); };
    std::vector<audit::Entry> entries;
    for (const auto& [account, name, grant] : grants) {
      const std::string role(name_of(grant.role));
      BANMO_DO(execute_all(connection, kDropGrant, {account, grant.org.value, role}));
      entries.push_back(
          state_->entry(by, "account.grant_end", "account", name, grant.org, json::Object{{"role", role}, {"org_no", grant.org.value}}));
    }
    BANMO_DO(state_->settle_people(connection, std::span(&person, 1)));
    BANMO_DO(state_->settle_counts(connection, orgs));
    const auto bumped = bump(connection, "access");
    if (!bumped.ok()) return bumped.error();
    entries.push_back(state_->entry(by, "person.move", "person", sql::text_of(rows[0][0]), move.to,
                                    json::Object{{"role", std::string(name_of(move.role))},
                                                 {"from", id_of(move.from)},
                                                 {"to", id_of(move.to)},
                                                 {"on", day},
                                                 {"n_ended", ends.size()},
                                                 {"n_grants_ended", grants.size()}}));
    const auto logged = audit::append_all(connection, entries, state_->options.profile);
    return logged.ok() ? Result<>() : Result<>(logged.error());
  };
  BANMO_DO(state_->ledger().write(change));
  return state_->after_people_change(true);
}

Result<std::vector<std::pair<Role, int64_t>>> Directory::head_count(OrgNo org) const {
  std::vector<std::pair<Role, int64_t>> out;
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_DO(lease->each(kHeads, {org.value, today().to_iso()}, [&](const sql::Values& row) -> Result<> {
    if (const auto role = role_of(sql::text_of(row[0]))) out.emplace_back(*role, sql::int_of(row[1]));
    return {};
  }));
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace banmo::directory
