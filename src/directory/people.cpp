// SPDX-License-Identifier: Apache-2.0
// Reading people, always under a Scope: a person is seen through a living membership in an organisation of the scope, or by being one of its persons.
// Levels of a person's fields: name and sex L2, birth and code L3 (a student number holds a citizen number), the citizen number itself is never given
// out here.
#include <algorithm>

#include "base/text.h"
#include "directory/state.h"

namespace banmo::directory {
namespace {

using pack::Level;

constexpr std::string_view kColumns = "SELECT p.no, p.id, p.name, p.sex, p.birth, p.code, p.home_no FROM person p";
constexpr std::string_view kById = "SELECT no FROM person WHERE id = $1";
constexpr std::string_view kByCode = "SELECT no FROM person WHERE code = $1 ORDER BY no LIMIT 2";
constexpr std::string_view kMemberships =
    "SELECT org_no, role, valid_from, valid_to FROM membership WHERE person_no = $1 ORDER BY valid_from DESC, org_no, role";
// Parts of a list's condition; each is closed by ")".
constexpr std::string_view kHasMembership = " AND EXISTS (SELECT 1 FROM membership m WHERE m.person_no = p.no AND ";
constexpr std::string_view kIsAmong = " AND p.no IN (SELECT m.person_no FROM membership m WHERE ";
constexpr std::string_view kIsNamed = " AND p.no IN (SELECT n.no FROM person n WHERE n.name >= $3 AND n.name < $4";
constexpr std::string_view kOrHasCode = " UNION SELECT k.no FROM person k WHERE k.code = $3";
constexpr std::string_view kMembersEver = "SELECT DISTINCT m.person_no FROM membership m WHERE ";
constexpr std::string_view kRolesToday = "SELECT m.person_no, m.role FROM membership m WHERE ";
constexpr std::string_view kLiving = "m.valid_from <= $1 AND (m.valid_to IS NULL OR m.valid_to > $1)";
// From so many people on the list walks persons in order and looks whether each belongs; below it collects those who belong and sorts them.
constexpr int64_t kLarge = 20'000;

std::string role_list(std::string_view text, Role role) {
  return std::string(text) + " AND m.role = '" + std::string(name_of(role)) + "'";
}  // a word of our own table

// The living memberships that make a person visible, as a condition on `m`.
std::string member_condition(const Scope& scope, const PeopleQuery& query) {
  std::string out(kLiving);
  if (query.org.value != 0) out += " AND m.org_no IN (SELECT org_no FROM org_closure WHERE ancestor_no = " + std::to_string(query.org.value) + ")";
  if (query.role) out = role_list(out, *query.role);
  return out + " AND " + scope.predicate("m.org_no", "m.person_no");
}

Person person_of(const sql::Values& row, Level max_level) {
  Person person;
  person.no = {sql::int_of(row[0])};
  person.id = PersonId::parse(sql::text_of(row[1])).value_or(PersonId{});
  person.name = sql::text_of(row[2]);
  person.org = {sql::int_of(row[6])};
  person.masked = max_level < Level::l3;
  if (max_level < Level::l2) {
    person.name = mask_name(person.name);
    return person;
  }
  person.sex = sql::text_of(row[3]);
  if (max_level < Level::l3) return person;
  person.birth = date_of(row[4]);
  person.code = sql::text_of(row[5]);
  return person;
}

Result<> add_roles(sql::Connection& connection, const std::string& today, std::vector<Person>& people) {
  if (people.empty()) return {};
  std::unordered_map<int64_t, Person*> by_no;
  std::vector<int64_t> numbers;
  for (Person& person : people) {
    by_no.emplace(person.no.value, &person);
    numbers.push_back(person.no.value);
  }
  const std::string statement =
      std::string(kRolesToday) + std::string(kLiving) + " AND m.person_no IN " + numbers_list(numbers) + " ORDER BY m.person_no, m.role";
  return connection.each(statement, {today}, [&](const sql::Values& row) -> Result<> {
    const auto role = role_of(sql::text_of(row[1]));
    std::vector<Role>& roles = by_no[sql::int_of(row[0])]->roles;
    if (role && std::find(roles.begin(), roles.end(), *role) == roles.end()) roles.push_back(*role);
    return {};
  });
}

}  // namespace

std::string mask_name(const std::string& name) {
  size_t end = 1;
  while (end < name.size() && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) ++end;
  return name.substr(0, end) + "*";
}

Result<PersonPage> Directory::people(const Scope& scope, const PeopleQuery& query) const {
  PersonPage page;
  if (scope.sees_nothing() || scope.aggregates_only) return page;
  const auto tree = orgs();
  if (query.org.value != 0 && tree->find(query.org) == nullptr) return no_such_org();
  const size_t limit = std::clamp<size_t>(query.limit, 1, 1000);
  const std::string today_text = today().to_iso();
  std::string statement(kColumns);
  sql::Values parameters{today_text, query.after.value};
  statement += " WHERE p.no > $2";
  OrgCounts figures = counts(query.org);
  if (query.org.value == 0)
    for (const Org* top : visible_tops(*tree, scope)) figures.n_students += counts(top->no).n_students + counts(top->no).n_staff;
  const std::string belongs = member_condition(scope, query);
  const bool sought = !query.q.empty() || !query.name.empty();
  const bool many_belong = figures.n_students + figures.n_staff >= kLarge && (!query.role || *query.role == Role::student);
  if (many_belong || sought) {
    statement += std::string(kHasMembership) + belongs + ")";
  } else {
    statement += std::string(kIsAmong) + belongs + ")";
  }
  if (!query.q.empty()) {
    const std::string start(text::trim(query.q));
    parameters.emplace_back(start);
    parameters.emplace_back(start + "\xf4\x8f\xbf\xbf");  // U+10FFFF: the end of the names that begin so, in code point order
    statement += kIsNamed;
    if (scope.max_level >= Level::l3) statement += kOrHasCode;
    statement += ")";
  }
  if (!query.name.empty()) {
    parameters.emplace_back(query.name);
    statement += " AND p.name = $" + std::to_string(parameters.size());
  }
  statement += " ORDER BY p.no LIMIT " + std::to_string(limit + 1);
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_DO(lease->each(statement, parameters, [&](const sql::Values& row) -> Result<> {
    page.items.push_back(person_of(row, scope.max_level));
    return {};
  }));
  if (page.items.size() > limit) {
    page.items.pop_back();
    page.next = page.items.back().no;
  }
  BANMO_DO(add_roles(*lease, today_text, page.items));
  return page;
}

Result<Person> Directory::person(const Scope& scope, PersonId id) const {
  if (scope.sees_nothing() || scope.aggregates_only) return no_such_person();
  const std::string today_text = today().to_iso();
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(const auto number, lease->query(kById, {id.to_string()}));
  if (number.empty()) return no_such_person();
  const int64_t no = sql::int_of(number[0][0]);
  std::string statement(kColumns);
  statement += " WHERE p.no = $2";
  const bool own = std::binary_search(scope.persons.begin(), scope.persons.end(), PersonNo{no});
  // A person without any membership (a guardian) is seen by whoever sees everything.
  if (!own && !scope.everything)
    statement += std::string(kHasMembership) + member_condition(scope, {}) + ")";
  else
    statement += " AND $1 = $1";
  BANMO_TRY(const auto rows, lease->query(statement, {today_text, no}));
  if (rows.empty()) return no_such_person();
  std::vector<Person> one{person_of(rows[0], scope.max_level)};
  BANMO_DO(add_roles(*lease, today_text, one));
  return std::move(one.front());
}

Result<std::vector<Membership>> Directory::memberships(const Scope& scope, PersonNo person) const {
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(const auto rows, lease->query(kMemberships, {person.value}));
  const auto tree = orgs();
  std::vector<Membership> out;
  for (const auto& row : rows.rows) {
    const OrgNo org{sql::int_of(row[0])};
    const auto role = role_of(sql::text_of(row[1]));
    if (!role || !scope.covers(*tree, org, person)) continue;  // where else the person was is not this reader's business
    out.push_back({org, *role, date_of(row[2]).value_or(Date{}), date_of(row[3])});
  }
  return out;
}

Result<std::vector<PersonNo>> Directory::members_ever(const Scope& scope) const {
  BANMO_TRY(const auto lease, state_->ledger().read());
  std::vector<PersonNo> out;
  const std::string statement = std::string(kMembersEver) + scope.predicate("m.org_no", "m.person_no") + " ORDER BY m.person_no";
  BANMO_DO(lease->each(statement, {}, [&](const sql::Values& row) -> Result<> {
    out.push_back({sql::int_of(row[0])});
    return {};
  }));
  return out;
}

Result<std::optional<PersonNo>> Directory::unscoped_person_by_code(const std::string& code) const {
  BANMO_TRY(const auto lease, state_->ledger().read());
  BANMO_TRY(const auto rows, lease->query(kByCode, {code}));
  if (rows.size() > 1)
    return fail(ErrorCode::conflict, "directory.ambiguous_person",
                {"有多人使用同一编号，请先更正", "several people have this number: correct it first"});
  return rows.empty() ? std::optional<PersonNo>{} : std::optional(PersonNo{sql::int_of(rows[0][0])});
}

}  // namespace banmo::directory
