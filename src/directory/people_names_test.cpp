// SPDX-License-Identifier: Apache-2.0
// What people are called for rows that name them by number.
#include "directory/test_city.h"

namespace banmo::directory {

using pack::Level;
using test::City;
using test::must;

namespace {

PersonName name_of(City& c, const Principal& reader, Level level, PersonNo person) {
  const Scope scope = c.directory->scope(reader, Right::people_read, {.org_field = "org_no", .person_field = "no", .level = Level::l3});
  const std::vector<PersonNo> one{person};
  const auto names = c.directory->names(scope, level, one);
  must(names);
  const auto found = names->find(person.value);
  return found == names->end() ? PersonName{} : found->second;
}

}  // namespace

TEST_CASE("a person in a row is named as the directory would name them, and never above the level of the row") {
  test::on_each_pair([](City& c) {
    const Person person = c.add_person("王小明", {c.in(c.school_a, Role::student)}, "G0001");
    const auto own = c.sign_in("cio.a", {{Role::school_cio, c.school_a.no}}).principal;
    const auto other = c.sign_in("cio.b", {{Role::school_cio, c.school_b.no}}).principal;
    const auto leader = c.sign_in("leader", {{Role::city_leader, c.city.no}}).principal;
    CHECK(name_of(c, *own, Level::l3, person.no).name == "王小明");
    CHECK(name_of(c, *own, Level::l3, person.no).code == "G0001");
    CHECK(name_of(c, *own, Level::l2, person.no).name == "王小明");
    CHECK(name_of(c, *own, Level::l2, person.no).code.empty());
    CHECK(name_of(c, *own, Level::l1, person.no).name == "王*");
    // The row itself names the person by code; who stands outside the scope is told no name.
    CHECK(name_of(c, *other, Level::l3, person.no).name.empty());
    CHECK(name_of(c, *other, Level::l3, person.no).code == "G0001");
    CHECK(name_of(c, *other, Level::l2, person.no).code.empty());
    CHECK(name_of(c, *leader, Level::l2, person.no).name.empty());
    CHECK(name_of(c, *own, Level::l3, PersonNo{99'999}).code.empty());
  });
}

TEST_CASE("a name is forgotten with the membership that showed it, also when that ends by its date") {
  test::on_each_pair([](City& c) {
    const Person moves = c.add_person("王小明", {c.in(c.school_a, Role::student)}, "G0001");
    const Person leaves =
        c.add_person("李小红", {{c.school_a.no, Role::student, *Date::from_ymd(2026, 9, 1), *Date::from_ymd(2026, 11, 22)}}, "G0002");
    const auto own = c.sign_in("cio.a", {{Role::school_cio, c.school_a.no}}).principal;
    CHECK(name_of(c, *own, Level::l3, moves.no).name == "王小明");
    CHECK(name_of(c, *own, Level::l3, leaves.no).name == "李小红");
    must(c.directory->end_membership(c.system, moves.no, c.school_a.no, Role::student, *Date::from_ymd(2026, 11, 20)));
    CHECK(name_of(c, *own, Level::l3, moves.no).name.empty());
    CHECK(name_of(c, *own, Level::l3, leaves.no).name == "李小红");
    c.clock.advance_micros(int64_t{24} * 3600 * 1'000'000);
    CHECK(name_of(c, *own, Level::l3, leaves.no).name.empty());
  });
}

TEST_CASE("people are found by a whole name, within the scope") {
  test::on_each_pair([](City& c) {
    (void)c.add_person("王小明", {c.in(c.school_a, Role::student)}, "G0001");
    (void)c.add_person("王小明明", {c.in(c.school_a, Role::student)}, "G0002");
    (void)c.add_person("王小明", {c.in(c.school_c, Role::student)}, "G0003");
    const auto own = c.sign_in("cio.a", {{Role::school_cio, c.school_a.no}}).principal;
    const Scope scope = c.directory->scope(*own, Right::people_read, {.org_field = "org_no", .person_field = "no", .level = Level::l3});
    PeopleQuery query;
    query.name = "王小明";
    const auto found = c.directory->people(scope, query);
    must(found);
    REQUIRE(found->items.size() == 1);
    CHECK(found->items.front().code == "G0001");
  });
}

}  // namespace banmo::directory
