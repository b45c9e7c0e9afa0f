// SPDX-License-Identifier: Apache-2.0
// Writing people, memberships and guardians; and what follows from memberships: a person's home and class, the figures of organisations.
#include <algorithm>

#include "base/text.h"
#include "directory/state.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kInsertPerson =
    "INSERT INTO person (no, id, name, sex, birth, code, kind, home_no, class_no, idno_sealed, idno_index, source_id, source_hash, version) "
    "VALUES ($1, $2, $3, $4, $5, $6, '', 0, 0, $7, $8, NULL, 0, 0)";
constexpr std::string_view kPersonId = "SELECT id, home_no FROM person WHERE no = $1";
constexpr std::string_view kIdnoTaken = "SELECT no FROM person WHERE idno_index = $1";
constexpr std::string_view kLivingMembership =
    "SELECT valid_from FROM membership WHERE person_no = $1 AND org_no = $2 AND role = $3 AND (valid_to IS NULL OR valid_to > $4) ORDER BY "
    "valid_from";
constexpr std::string_view kInsertMembership = "INSERT INTO membership (person_no, org_no, role, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kEndMembership =
    "UPDATE membership SET valid_to = $4 WHERE person_no = $1 AND org_no = $2 AND role = $3 AND valid_from <= $4 AND (valid_to IS NULL OR valid_to > "
    "$4)";
constexpr std::string_view kLivingLink = "SELECT 1 FROM guardian_link WHERE guardian_no = $1 AND ward_no = $2 AND valid_to IS NULL";
constexpr std::string_view kInsertLink =
    "INSERT INTO guardian_link (guardian_no, ward_no, valid_from, valid_to) VALUES ($1, $2, $3, NULL) ON CONFLICT (guardian_no, ward_no, valid_from) "
    "DO UPDATE SET valid_to = NULL";
constexpr std::string_view kEndLink = "UPDATE guardian_link SET valid_to = $3 WHERE guardian_no = $1 AND ward_no = $2 AND valid_to IS NULL";
// Home: the organisation (no class, no grade) of the oldest living membership. Class: the one of the youngest living membership as a student.
constexpr std::string_view kSettle =
    "UPDATE person SET version = $3, "
    "home_no = COALESCE((SELECT m.org_no FROM membership m JOIN org o ON o.no = m.org_no WHERE m.person_no = person.no AND m.valid_from <= $2 AND "
    "(m.valid_to IS NULL OR m.valid_to > $2) "
    "AND o.kind <> 'class' AND o.kind <> 'grade' ORDER BY m.valid_from, m.org_no LIMIT 1), 0), "
    "class_no = COALESCE((SELECT m.org_no FROM membership m JOIN org o ON o.no = m.org_no WHERE m.person_no = person.no AND m.valid_from <= $2 AND "
    "(m.valid_to IS NULL OR m.valid_to > $2) "
    "AND o.kind = 'class' AND m.role = 'student' ORDER BY m.valid_from DESC, m.org_no LIMIT 1), 0), "
    "kind = CASE WHEN EXISTS (SELECT 1 FROM membership m WHERE m.person_no = person.no AND m.role = 'student') THEN 'student' "
    "WHEN EXISTS (SELECT 1 FROM membership m WHERE m.person_no = person.no AND m.role <> 'guardian') THEN 'staff' ELSE 'guardian' END WHERE no = $1";
constexpr std::string_view kDropCounts = "DELETE FROM org_count WHERE org_no = $1";
constexpr std::string_view kAddCounts =
    "INSERT INTO org_count (org_no, n_students, n_staff) SELECT org_no, COUNT(DISTINCT CASE WHEN role = 'student' THEN person_no END), "
    "COUNT(DISTINCT CASE WHEN role <> 'student' AND role <> 'guardian' THEN person_no END) FROM membership "
    "WHERE org_no = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) GROUP BY org_no";
constexpr std::string_view kDay = "SELECT version FROM directory_version WHERE name = 'day'";
constexpr std::string_view kSetDay = "INSERT INTO directory_version (name, version) VALUES ('day', $1) ON CONFLICT (name) DO UPDATE SET version = $1";
constexpr std::string_view kTurned =
    "SELECT DISTINCT person_no, org_no FROM membership WHERE (valid_to > $1 AND valid_to <= $2) OR (valid_from > $1 AND valid_from <= $2) ORDER BY "
    "person_no, org_no";

constexpr size_t kMaxNameBytes = 200;

Result<> check_person(const NewPerson& person) {
  if (text::trim(person.name).empty() || person.name.size() > kMaxNameBytes)
    return fail(ErrorCode::invalid, "directory.bad_name", {"姓名不能为空，最长 66 个汉字", "a person has a name of at most 200 bytes"}, "$.name");
  if (!person.sex.empty() && person.sex != "0" && person.sex != "1" && person.sex != "2" && person.sex != "9")
    return fail(ErrorCode::invalid, "directory.bad_sex", {"性别代码须为 0、1、2、9（GB/T 2261.1）", "sex is 0, 1, 2 or 9 (GB/T 2261.1)"}, "$.sex");
  if (!person.citizen_id.empty() && !text::is_citizen_id(person.citizen_id))
    return fail(ErrorCode::invalid, "directory.bad_citizen_id",
                {"公民身份号码不对（18 位，末位校验），请核对", "the citizen number is wrong (18 characters with a check digit): check it"},
                "$.citizen_id");
  return {};
}

// The roles that rights come from are given by the security administrator, not by whoever keeps people.
Result<> check_membership_role(Role role) {
  if (!is_administrator(role) && role != Role::city_officer && role != Role::city_leader) return {};
  return fail(ErrorCode::denied, "directory.role_is_granted",
              {"“" + std::string(title_of(role).first) + "”不能作为任职登记，须由安全管理员授予账号",
               "\"" + std::string(title_of(role).second) + "\" is no membership: the security administrator grants it to an account"},
              "$.role");
}

}  // namespace

Message places_of(Role role) {
  if (may_stand_in(role, OrgKind::school)) return {"学校", "schools"};
  if (may_stand_in(role, OrgKind::district)) return {"区市", "districts"};
  return may_stand_in(role, OrgKind::city) ? Message{"市级单位", "offices of the city"} : Message{"企业", "enterprises"};
}

Error role_does_not_fit(Role role, std::string where) {
  const Message places = places_of(role);
  return fail(ErrorCode::invalid, "directory.role_does_not_fit",
              {"“" + std::string(title_of(role).first) + "”只能设在" + places.zh + "；请改正角色或单位",
               "\"" + std::string(title_of(role).second) + "\" is held in " + places.en + " only: correct the role or the organisation"},
              std::move(where));
}

// A role reaches what lies below its organisation: held in a place of another kind it would grow.
Result<> check_place(const OrgTree& tree, Role role, OrgNo org, std::string where) {
  const Org* place = tree.find(org);
  if (place == nullptr || place->valid_to) return no_such_org();
  if (may_stand_in(role, place->kind)) return {};
  return role_does_not_fit(role, std::move(where));
}

Result<std::pair<sql::Value, sql::Value>> Directory::State::seal_citizen_id(const std::string& citizen_id) const {
  std::pair<sql::Value, sql::Value> out;
  if (citizen_id.empty()) return out;
  if (options.field_key.empty() || options.index_key.empty())
    return fail(ErrorCode::unsupported, "directory.no_key",
                {"未配置字段密钥，不能保存公民身份号码；请配置 keys 后再导入",
                 "no field keys are configured, so citizen numbers cannot be kept: configure `keys` first"});
  BANMO_TRY(auto sealed, crypto::encrypt(options.profile, options.field_key, citizen_id, "person.citizen_id"));
  const crypto::Hash index = crypto::keyed_hash(options.profile, options.index_key, citizen_id);
  out.first = std::move(sealed);
  out.second = sql::Blob(index.begin(), index.end());
  return out;
}

Result<> Directory::State::settle_people(sql::Connection& connection, std::span<const PersonNo> people) {
  if (people.empty()) return {};
  BANMO_TRY(const int64_t version, bump(connection, "person"));
  const std::string day = today().to_iso();
  for (const PersonNo person : people) BANMO_DO(execute_all(connection, kSettle, {person.value, day, version}));
  return {};
}

Result<> Directory::State::settle_counts(sql::Connection& connection, std::span<const OrgNo> orgs) {
  if (orgs.empty()) return {};
  const std::string day = today().to_iso();
  for (const OrgNo org : orgs) {
    BANMO_DO(execute_all(connection, kDropCounts, {org.value}));
    BANMO_DO(execute_all(connection, kAddCounts, {org.value, day}));
  }
  const auto bumped = bump(connection, "count");
  if (!bumped.ok()) return bumped.error();
  return {};
}

// Memberships begin and end by date without a write. What follows from them is put right once a day: at the start, and by refresh().
Result<> Directory::State::start_day() {
  bool started = false;
  {
    const std::lock_guard lock(mutex);
    started = counts != nullptr;  // at the very start create() reads the figures afterwards
  }
  const Date now = today();
  {
    BANMO_TRY(const auto lease, ledger().read());
    BANMO_TRY(const auto rows, lease->query(kDay));
    if (!rows.empty() && sql::int_of(rows[0][0]) >= now.days) return {};
  }
  bool changed = false;
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto rows, connection.query(kDay));
    const Date last = rows.empty() ? now : Date{static_cast<int32_t>(sql::int_of(rows[0][0]))};
    std::vector<PersonNo> people;
    std::vector<OrgNo> orgs;
    BANMO_DO(connection.each(kTurned, {last.to_iso(), now.to_iso()}, [&](const sql::Values& row) -> Result<> {
      if (people.empty() || people.back().value != sql::int_of(row[0])) people.push_back({sql::int_of(row[0])});
      orgs.push_back({sql::int_of(row[1])});
      return {};
    }));
    std::sort(orgs.begin(), orgs.end());
    orgs.erase(std::unique(orgs.begin(), orgs.end()), orgs.end());
    changed = !people.empty();
    BANMO_DO(settle_people(connection, people));
    BANMO_DO(settle_counts(connection, orgs));
    if (changed) {
      const auto bumped = bump(connection, "access");
      if (!bumped.ok()) return bumped.error();
    }
    return execute_all(connection, kSetDay, {int64_t{now.days}});
  };
  BANMO_DO(ledger().write(change));
  return changed && started ? after_people_change(true) : Result<>{};
}

Result<> Directory::State::after_people_change(bool access) {
  names.clear();
  if (access) forget_principals();
  BANMO_DO(reload_counts());
  return mirror_people();
}

Result<Person> Directory::add_person(const Principal& by, const NewPerson& person) {
  BANMO_DO(check_person(person));
  if (person.memberships.empty()) BANMO_DO(state_->check(by, Right::people_manage, {}));
  for (const Membership& membership : person.memberships) {
    BANMO_DO(state_->check(by, Right::people_manage, membership.org));
    BANMO_DO(check_membership_role(membership.role));
    BANMO_DO(check_place(*orgs(), membership.role, membership.org, "$.memberships"));
  }
  BANMO_TRY(const auto idno, state_->seal_citizen_id(person.citizen_id));
  const PersonId id = person.id.is_nil() ? PersonId::next() : person.id;
  PersonNo no;
  const auto change = [&](sql::Connection& connection) -> Result<> {
    if (!sql::is_null(idno.second)) {
      BANMO_TRY(const auto taken, connection.query(kIdnoTaken, {idno.second}));
      if (!taken.empty())
        return fail(ErrorCode::conflict, "directory.person_exists",
                    {"已有这个公民身份号码的人，请核对", "a person with this citizen number stands already: check it"}, "$.citizen_id");
    }
    BANMO_TRY(no.value, take_numbers(connection, "person", 1));
    BANMO_DO(execute_all(connection, kInsertPerson,
                         {no.value, id.to_string(), person.name, person.sex, date_or_null(person.birth), person.code, idno.first, idno.second}));
    std::vector<OrgNo> orgs;
    for (const Membership& m : person.memberships) {
      BANMO_DO(
          execute_all(connection, kInsertMembership, {no.value, m.org.value, std::string(name_of(m.role)), m.from.to_iso(), date_or_null(m.to)}));
      orgs.push_back(m.org);
    }
    BANMO_DO(state_->settle_people(connection, std::span(&no, 1)));
    BANMO_DO(state_->settle_counts(connection, orgs));
    const auto bumped = bump(connection, "access");
    if (!bumped.ok()) return bumped.error();
    return state_->log(connection, state_->entry(by, "person.create", "person", id.to_string(),
                                                 person.memberships.empty() ? OrgNo{} : person.memberships.front().org));
  };
  BANMO_DO(state_->ledger().write(change));
  BANMO_DO(state_->after_people_change(true));
  Scope all;
  all.everything = true;
  all.max_level = pack::Level::l3;
  return this->person(all, id);
}

// Writes one change of a person's memberships or links: rights, versions, figures and the audit entry in one place.
namespace {

struct PersonChange {
  PersonNo person;
  std::vector<OrgNo> orgs;
  std::string action;
  json::Value detail;
};

Result<> change_person(Directory::State& state, const Principal& by, const PersonChange& what,
                       const std::function<Result<>(sql::Connection&)>& step) {
  const auto change = [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto rows, connection.query(kPersonId, {what.person.value}));
    if (rows.empty()) return no_such_person();
    BANMO_DO(step(connection));
    BANMO_DO(state.settle_people(connection, std::span(&what.person, 1)));
    BANMO_DO(state.settle_counts(connection, what.orgs));
    const auto bumped = bump(connection, "access");
    if (!bumped.ok()) return bumped.error();
    const OrgNo org = what.orgs.empty() ? OrgNo{sql::int_of(rows[0][1])} : what.orgs.front();
    return state.log(connection, state.entry(by, what.action, "person", sql::text_of(rows[0][0]), org, what.detail));
  };
  BANMO_DO(state.ledger().write(change));
  return state.after_people_change(true);
}

}  // namespace

Result<> Directory::add_membership(const Principal& by, PersonNo person, const Membership& m) {
  BANMO_DO(state_->check(by, Right::people_manage, m.org));
  BANMO_DO(check_membership_role(m.role));
  BANMO_DO(check_place(*orgs(), m.role, m.org, "$.role"));
  const std::string role(name_of(m.role));
  const PersonChange what{person, {m.org}, "membership.add", json::Object{{"role", role}, {"from", m.from.to_iso()}}};
  return change_person(*state_, by, what, [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const auto living, connection.query(kLivingMembership, {person.value, m.org.value, role, m.from.to_iso()}));
    if (!living.empty())
      return fail(ErrorCode::conflict, "directory.member_already", {"此人在该机构已有同样的任职或学籍", "the person has this membership already"});
    return execute_all(connection, kInsertMembership, {person.value, m.org.value, role, m.from.to_iso(), date_or_null(m.to)});
  });
}

Result<> Directory::end_membership(const Principal& by, PersonNo person, OrgNo org, Role role, Date on) {
  BANMO_DO(state_->check(by, Right::people_manage, org));
  const PersonChange what{person, {org}, "membership.end", json::Object{{"role", std::string(name_of(role))}, {"on", on.to_iso()}}};
  return change_person(*state_, by, what, [&](sql::Connection& connection) -> Result<> {
    BANMO_TRY(const int64_t n, connection.execute(kEndMembership, {person.value, org.value, std::string(name_of(role)), on.to_iso()}));
    if (n == 0)
      return fail(ErrorCode::not_found, "directory.no_such_membership", {"此人在该机构没有这项任职或学籍", "the person has no such membership"});
    return {};
  });
}

// Whoever keeps the ward's school may link a guardian.
Result<> Directory::link_guardian(const Principal& by, PersonNo guardian, PersonNo ward) {
  BANMO_TRY(const auto school, state_->home_of(ward));
  BANMO_DO(state_->check(by, Right::people_manage, school));
  if (guardian == ward) return fail(ErrorCode::invalid, "directory.own_guardian", {"监护人不能是本人", "nobody is their own guardian"});
  const std::string day = today().to_iso();
  return change_person(*state_, by, {guardian, {}, "guardian.link", json::Object{{"ward_no", ward.value}}},
                       [&](sql::Connection& connection) -> Result<> {
                         BANMO_TRY(const auto living, connection.query(kLivingLink, {guardian.value, ward.value}));
                         if (!living.empty())
                           return fail(ErrorCode::conflict, "directory.guardian_already", {"监护关系已登记", "the guardian is linked already"});
                         return execute_all(connection, kInsertLink, {guardian.value, ward.value, day});
                       });
}

Result<> Directory::unlink_guardian(const Principal& by, PersonNo guardian, PersonNo ward) {
  BANMO_TRY(const auto school, state_->home_of(ward));
  BANMO_DO(state_->check(by, Right::people_manage, school));
  const std::string day = today().to_iso();
  return change_person(*state_, by, {guardian, {}, "guardian.unlink", json::Object{{"ward_no", ward.value}}},
                       [&](sql::Connection& connection) -> Result<> {
                         BANMO_TRY(const int64_t n, connection.execute(kEndLink, {guardian.value, ward.value, day}));
                         if (n == 0)
                           return fail(ErrorCode::not_found, "directory.no_such_guardian", {"没有这条监护关系", "there is no such guardian link"});
                         return {};
                       });
}

Result<OrgNo> Directory::State::home_of(PersonNo person) const {
  BANMO_TRY(const auto lease, ledger().read());
  BANMO_TRY(const auto rows, lease->query(kPersonId, {person.value}));
  if (rows.empty()) return no_such_person();
  return OrgNo{sql::int_of(rows[0][1])};
}

}  // namespace banmo::directory
