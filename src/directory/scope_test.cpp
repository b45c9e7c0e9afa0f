// SPDX-License-Identifier: Apache-2.0
#include "directory/test_city.h"
#include "pack/pack.h"

namespace banmo::directory {

using pack::Level;
using test::City;
using test::must;

namespace {

const Subject kFitness{"school_id", "student_id", Level::l3};  // rows about students
const Subject kConditions{"school_id", "", Level::l2};         // rows about schools
const Subject kReference{"", "", Level::l1};

Principal with(std::vector<Grant> grants) {
  Principal principal;
  principal.grants = std::move(grants);
  return principal;
}

}  // namespace

TEST_CASE("the room pack knows the highest level that each role is shown of rows about others") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  for (const Role role : all_roles()) {
    if (!may(role, Right::datasets_read)) continue;
    Principal who = with({{role, role == Role::city_officer ? c.city.no : c.school_a.no}});
    who.person = {1};
    who.wards = {{2}};
    who.classes = {c.class_a1.no};
    who.rolls = {{c.class_a1.no, {{3}}}};
    const Scope scope = scope_of(who, Right::datasets_read, {"school_id", "student_id", Level::l1}, *c.directory->orgs());
    CHECK_MESSAGE(scope.max_level == pack::shown_to(name_of(role)), name_of(role));
  }
  CHECK(pack::shown_to("nobody") == Level::l1);
}

TEST_CASE("the room pack knows which roles handle cases") {
  for (const Role role : all_roles()) CHECK_MESSAGE(may(role, Right::cases_handle) == pack::handles_cases(name_of(role)), name_of(role));
  CHECK_FALSE(pack::handles_cases("nobody"));
}

TEST_CASE("an empty scope sees nothing, in SQL and in process") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  const Scope none;
  CHECK(none.sees_nothing());
  CHECK(none.predicate("o", "p") == "FALSE");
  CHECK_FALSE(none.covers(*c.directory->orgs(), c.school_a.no, {1}));
  Scope orgs;
  orgs.orgs = {c.south.no};
  CHECK(orgs.predicate("", "p") == "FALSE");  // the relation has no organisation
  CHECK(orgs.predicate("\"o\"", "") == "(\"o\" IN (SELECT org_no FROM org_closure WHERE ancestor_no IN (" + std::to_string(c.south.no.value) + ")))");
  orgs.persons = {{7}, {9}};
  CHECK(orgs.predicate("o", "p").ends_with(" OR p IN (7, 9))"));
}

TEST_CASE("each role sees what the table says and no more") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  const auto tree = c.directory->orgs();
  const auto scope = [&](const Principal& who, Right right, const Subject& subject) { return scope_of(who, right, subject, *tree); };
  // Nobody, and rights that a role does not have.
  CHECK(scope(Principal{}, Right::datasets_read, kFitness).sees_nothing());
  CHECK(scope(with({{Role::student, c.school_a.no}}), Right::datasets_export, kFitness).sees_nothing());
  CHECK(scope(with({{Role::city_leader, c.city.no}}), Right::datasets_read, kFitness).sees_nothing());
  // Officers.
  const Scope city = scope(with({{Role::city_officer, c.city.no}}), Right::datasets_read, kFitness);
  CHECK(city.everything);
  CHECK(city.max_level == Level::l3);
  CHECK(scope(with({{Role::city_officer, c.city.no}}), Right::datasets_read, {"o", "p", Level::l4}).sees_nothing());
  const Scope district = scope(with({{Role::district_officer, c.south.no}}), Right::datasets_read, kFitness);
  CHECK(district.orgs == std::vector<OrgNo>{c.south.no});
  CHECK(district.covers(*tree, c.class_a1.no));
  CHECK_FALSE(district.covers(*tree, c.school_c.no));
  const Scope leader = scope(with({{Role::city_leader, c.city.no}}), Right::metrics_read, kFitness);
  CHECK(leader.everything);
  CHECK(leader.aggregates_only);
  // A school.
  const Scope principal = scope(with({{Role::principal, c.school_a.no}}), Right::datasets_read, kFitness);
  CHECK(principal.covers(*tree, c.class_a1.no));
  CHECK_FALSE(principal.covers(*tree, c.school_b.no));
  // Administrators see no row of business data, whatever the right.
  for (const Role role : {Role::system_admin, Role::security_admin, Role::audit_admin})
    for (const Right right : {Right::datasets_read, Right::people_read, Right::metrics_read, Right::quality_read, Right::plan_read})
      CHECK(scope(with({{role, c.city.no}}), right, kReference).sees_nothing());
  CHECK(scope(with({{Role::security_admin, c.city.no}}), Right::security_manage, {}).everything);
  // Everyone signed in to business reads public lists.
  CHECK(scope(with({{Role::student, c.school_a.no}}), Right::datasets_read, kReference).everything);
  CHECK(scope(with({{Role::student, c.school_a.no}}), Right::datasets_read, kConditions).sees_nothing());
  CHECK(scope(with({{Role::enterprise, c.school_a.no}}), Right::datasets_read, kConditions).orgs.size() == 1);
  // A grant in an organisation that does not exist gives nothing.
  CHECK(scope(with({{Role::city_officer, {999}}}), Right::datasets_read, kFitness).sees_nothing());
  CHECK(scope(Principal::system(), Right::datasets_edit, {"o", "p", Level::l5}).everything);
}

TEST_CASE("teachers see their classes, students themselves, guardians their children") {
  test::on_each_pair([](City& c) {
    const Person student = c.add_person("王小明", {c.in(c.school_a, Role::student), c.in(c.class_a1, Role::student)});
    const Person other = c.add_person("李小红", {c.in(c.school_a, Role::student), c.in(c.class_a2, Role::student)});
    const Person homeroom = c.add_person("张老师", {c.in(c.school_a, Role::teacher), c.in(c.class_a1, Role::homeroom_teacher)});
    const Person teacher =
        c.add_person("刘老师", {c.in(c.school_a, Role::teacher), c.in(c.class_a1, Role::teacher), c.in(c.class_a2, Role::teacher)});
    const Person parent = c.add_person("王爸爸", {});
    must(c.directory->link_guardian(c.system, parent.no, student.no));
    const auto of = [&](const std::string& account, const Person& person) { return c.sign_in(account, {}, person.no).principal; };
    const auto scope = [&](const std::shared_ptr<const Principal>& who, const Subject& subject) {
      return c.directory->scope(*who, Right::datasets_read, subject);
    };

    const auto t = of("t1", teacher), h = of("h1", homeroom), s = of("s1", student), g = of("g1", parent);
    CHECK(scope(t, kFitness).sees_nothing());  // L3 is above a teacher
    const Scope t2 = scope(t, {"school_id", "student_id", Level::l2});
    CHECK(t2.covers(*c.directory->orgs(), c.school_a.no, student.no));
    CHECK(t2.covers(*c.directory->orgs(), c.school_a.no, other.no));
    CHECK_FALSE(t2.covers(*c.directory->orgs(), c.school_a.no, homeroom.no));
    const Scope h3 = scope(h, kFitness);
    CHECK(h3.max_level == Level::l3);
    CHECK(h3.covers(*c.directory->orgs(), c.school_a.no, student.no));
    CHECK_FALSE(h3.covers(*c.directory->orgs(), c.school_a.no, other.no));
    CHECK(scope(t, kConditions).orgs == std::vector<OrgNo>{c.school_a.no});
    const Scope figures = c.directory->scope(*t, Right::metrics_read, kFitness);
    CHECK(figures.orgs == std::vector<OrgNo>{c.school_a.no});
    CHECK(figures.aggregates_only);
    const Scope s4 = scope(s, {"school_id", "student_id", Level::l4});
    CHECK(s4.persons == std::vector<PersonNo>{student.no});
    CHECK(s4.orgs.empty());
    CHECK(scope(g, kFitness).covers(*c.directory->orgs(), c.school_a.no, student.no));
    CHECK_FALSE(scope(g, kFitness).covers(*c.directory->orgs(), c.school_a.no, other.no));

    // People lists obey the same scope.
    const auto people = [&](const std::shared_ptr<const Principal>& who) {
      const auto page = c.directory->people(c.directory->scope(*who, Right::people_read, {"org", "person", Level::l2}), {});
      must(page);
      return page->items.size();
    };
    CHECK(people(s) == 1);
    CHECK(people(h) == 2);  // the student and oneself
    CHECK(people(t) == 3);  // two students and oneself, not the colleague
    const auto principal = c.sign_in("p1", {{Role::principal, c.school_a.no}}).principal;
    CHECK(people(principal) == 4);
    const Scope wide = c.directory->scope(*principal, Right::people_read, {"org", "person", Level::l2});
    CHECK(c.directory->person(wide, student.id)->birth.has_value());
    const auto foreign = c.sign_in("f1", {{Role::principal, c.school_c.no}}).principal;
    const Scope away = c.directory->scope(*foreign, Right::people_read, {"org", "person", Level::l2});
    CHECK(c.directory->person(away, student.id).error().id == "directory.no_such_person");
    const Scope low = c.directory->scope(*t, Right::people_read, {"org", "person", Level::l2});
    const auto masked = c.directory->person(low, student.id);
    must(masked);
    CHECK(masked->masked);
    CHECK_FALSE(masked->birth.has_value());

    // A transfer changes rights at once.
    must(c.directory->end_membership(c.system, homeroom.no, c.class_a1.no, Role::homeroom_teacher, c.directory->today()));
    const auto again = c.directory->sign_in("h1", test::kPassword, "10.0.0.1");
    must(again);
    CHECK(c.directory->scope(*again->principal, Right::datasets_read, kFitness).sees_nothing());
    must(c.directory->unlink_guardian(c.system, parent.no, student.no));
    const auto gone = c.directory->sign_in("g1", test::kPassword, "10.0.0.1");
    CHECK(c.directory->scope(*gone->principal, Right::datasets_read, kFitness).sees_nothing());
  });
}

TEST_CASE("two grants never lift each other's level") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  const auto tree = c.directory->orgs();
  Principal both = with({{Role::homeroom_teacher, c.class_a1.no}, {Role::teacher, c.school_a.no}});
  both.classes = {c.class_a1.no, c.class_a2.no};
  both.rolls = {{c.class_a1.no, {{1}}}, {c.class_a2.no, {{2}}}};
  const Scope l2 = scope_of(both, Right::datasets_read, {"o", "p", Level::l2}, *tree);
  CHECK(l2.persons.size() == 2);
  CHECK(l2.max_level == Level::l2);
  const Scope l3 = scope_of(both, Right::datasets_read, {"o", "p", Level::l3}, *tree);
  CHECK(l3.persons == std::vector<PersonNo>{{1}});
  CHECK(l3.max_level == Level::l3);
  // A grant that another of at least its level covers does not lower the level.
  const Scope officer =
      scope_of(with({{Role::district_officer, c.south.no}, {Role::enterprise, c.school_a.no}}), Right::datasets_read, {"o", "p", Level::l2}, *tree);
  CHECK(officer.max_level == Level::l3);
  CHECK(officer.orgs == std::vector<OrgNo>{c.south.no});
  // Homeroom teacher of a school (a mistake) is no principal.
  Principal wrong = with({{Role::homeroom_teacher, c.school_a.no}});
  CHECK(scope_of(wrong, Right::datasets_read, {"o", "p", Level::l2}, *tree).sees_nothing());
}

TEST_CASE("the predicate selects the same rows in every store") {
  test::on_each_pair([](City& c) {
    Scope scope;
    scope.orgs = {c.south.no};
    CHECK(c.in_warehouse("SELECT COUNT(*) FROM dim_org d WHERE " + scope.predicate("d.no", "")) == 7);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM org o WHERE " + scope.predicate("o.no", "")) == 7);
    CHECK(c.in_warehouse("SELECT COUNT(*) FROM dim_org d WHERE " + Scope{}.predicate("d.no", "")) == 0);
    scope.everything = true;
    CHECK(c.in_ledger("SELECT COUNT(*) FROM org o WHERE " + scope.predicate("o.no", "")) == 11);
  });
}

TEST_CASE("people come in pages, in order, each once") {
  test::on_each_pair([](City& c) {
    for (int i = 0; i < 25; ++i)
      c.add_person("学生" + std::to_string(i), {c.in(c.school_a, Role::student), c.in(c.class_a1, Role::student)}, "G" + std::to_string(i));
    c.add_person("别校", {c.in(c.school_c, Role::student)});
    Scope scope;
    scope.everything = true;
    scope.max_level = Level::l3;
    PeopleQuery query{c.south.no, {}, {}, {}, 10};
    std::vector<int64_t> seen;
    for (int n_pages = 0; n_pages < 5; ++n_pages) {
      const auto page = c.directory->people(scope, query);
      must(page);
      for (const Person& person : page->items) seen.push_back(person.no.value);
      if (page->next.value == 0) break;
      query.after = page->next;
    }
    CHECK(seen.size() == 25);
    CHECK(std::is_sorted(seen.begin(), seen.end()));
    CHECK(c.directory->people(scope, {c.city.no, "学生2", {}, {}, 50})->items.size() == 6);
    CHECK(c.directory->people(scope, {c.city.no, "G7", {}, {}, 50})->items.size() == 1);
    CHECK(c.directory->people(scope, {c.city.no, {}, Role::teacher, {}, 50})->items.empty());
    CHECK(c.directory->counts(c.city.no).n_students == 26);
    CHECK(c.directory->counts(c.class_a1.no).n_students == 25);
  });
}

TEST_CASE("the table of roles") {
  CHECK(name_of(Right::datasets_import) == "datasets.import");
  CHECK(right_of("audit.read") == Right::audit_read);
  CHECK_FALSE(right_of("everything"));
  CHECK(role_of("homeroom_teacher") == Role::homeroom_teacher);
  CHECK(org_kind_of("class") == OrgKind::class_);
  CHECK(name_of(OrgKind::class_) == "class");
  for (const Role role : {Role::system_admin, Role::security_admin, Role::audit_admin}) {
    CHECK(is_administrator(role));
    for (const Right right : {Right::datasets_read, Right::people_read, Right::metrics_read}) CHECK_FALSE(may(role, right));
  }
  CHECK(may(Role::audit_admin, Right::audit_read));
  CHECK_FALSE(may(Role::city_officer, Right::audit_read));
  CHECK(may_stand_in(Role::principal, OrgKind::school));
  CHECK(may_stand_in(Role::student, OrgKind::class_));
  CHECK(may_stand_in(Role::district_officer, OrgKind::district));
  CHECK(may_stand_in(Role::city_leader, OrgKind::bureau));
  CHECK_FALSE(may_stand_in(Role::principal, OrgKind::class_));
  for (const Role role : all_roles()) {
    CHECK(role_of(name_of(role)) == role);
    const bool of_city = is_administrator(role) || role == Role::city_officer || role == Role::city_leader;
    CHECK(may_stand_in(role, OrgKind::city) == of_city);
  }
  CHECK(all_roles().size() == 13);
}

}  // namespace banmo::directory
