// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "audit/audit.h"
#include "directory/test_city.h"

namespace banmo::directory {

using test::City;
using test::must;

TEST_CASE("the tree answers children, path, kinds and names") {
  test::on_each_pair([](City& c) {
    const auto tree = c.directory->orgs();
    CHECK(tree->children({}).size() == 1);
    CHECK(tree->children(c.city.no).size() == 2);
    const auto path = tree->path(c.class_a1.no);
    REQUIRE(path.size() == 5);
    CHECK(path.front()->title == "青岛市");
    CHECK(tree->nearest(c.class_a1.no, OrgKind::district)->no == c.south.no);
    CHECK(tree->standing(c.class_a1.no)->no == c.school_a.no);
    CHECK(tree->is_within(c.class_a1.no, c.south.no));
    CHECK_FALSE(tree->is_within(c.class_a1.no, c.north.no));
  });
}

TEST_CASE("a file may name an organisation by code, by title in its district, or by its whole name") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  const auto tree = c.directory->orgs();
  CHECK((*tree->resolve("3137000002", OrgKind::school))->no == c.school_b.no);
  CHECK((*tree->resolve(" 海滨小学 "))->no == c.school_b.no);
  CHECK((*tree->resolve("实验小学", OrgKind::school, c.north.no))->no == c.school_c.no);
  CHECK((*tree->resolve("青岛市市北区实验小学"))->no == c.school_c.no);
  CHECK((*tree->resolve("市南区实验小学"))->no == c.school_a.no);
  const auto two = tree->resolve("实验小学");
  REQUIRE_FALSE(two.ok());
  CHECK(two.error().to_string() ==
        "\"实验小学\" names several organisations (市南区 实验小学 (3137000001), 市北区 实验小学 (3137000003)): give the code "
        "(“实验小学”指多个机构（市南区 实验小学 (3137000001), 市北区 实验小学 (3137000003)），请写代码) [directory.ambiguous_org]");
  CHECK(tree->resolve("没有的学校").error().id == "directory.unknown_org");
}

TEST_CASE("both stores know the tree and its closure") {
  test::on_each_pair([](City& c) {
    for (const bool warehouse : {false, true}) {
      const auto n = [&](const std::string& statement) { return warehouse ? c.in_warehouse(statement) : c.in_ledger(statement); };
      CHECK(n("SELECT COUNT(*) FROM org_closure WHERE ancestor_no = " + std::to_string(c.south.no.value)) == 7);
      CHECK(n("SELECT COUNT(*) FROM org_closure WHERE org_no = " + std::to_string(c.class_a1.no.value)) == 5);
    }
    const std::string of_class = " FROM dim_org WHERE no = " + std::to_string(c.class_a1.no.value);
    CHECK(c.in_warehouse("SELECT school_no" + of_class) == c.school_a.no.value);
    CHECK(c.in_warehouse("SELECT district_no" + of_class) == c.south.no.value);
    CHECK(c.in_warehouse("SELECT city_no" + of_class) == c.city.no.value);
    CHECK(c.in_warehouse("SELECT COUNT(*) FROM dim_org WHERE id = '" + c.city.id.to_string() + "' AND school_no IS NULL AND code = '370200'") == 1);
  });
}

TEST_CASE("a warehouse that missed changes is repaired at the next start") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  c.add_person("张三", {c.in(c.school_a, Role::student)});
  REQUIRE(c.stores.warehouse
              ->write([](sql::Connection& w) {
                return w.script("DELETE FROM dim_org; DELETE FROM org_closure; DELETE FROM dim_person; DELETE FROM directory_mirror");
              })
              .ok());
  c.directory.reset();
  c.directory = std::move(Directory::create(c.stores, c.clock, c.options)).value();
  CHECK(c.in_warehouse("SELECT COUNT(*) FROM dim_org") == c.in_ledger("SELECT COUNT(*) FROM org"));
  CHECK(c.in_warehouse("SELECT COUNT(*) FROM org_closure") == c.in_ledger("SELECT COUNT(*) FROM org_closure"));
  CHECK(c.in_warehouse("SELECT COUNT(*) FROM dim_person") == 1);
}

TEST_CASE("refuses a code that is taken, a wrong parent, a nameless organisation") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  NewOrg org;
  org.parent = c.north.no;
  org.code = "3137000001";
  org.title = "新学校";
  CHECK(c.directory->create_org(c.system, org).error().to_string() ==
        "$.code: the code 3137000001 belongs to another organisation: check it (代码 3137000001 已有机构使用，请核对) [directory.code_taken]");
  org.code = "3137000009";
  org.parent = c.class_a1.no;
  CHECK(c.directory->create_org(c.system, org).error().id == "directory.wrong_parent");
  org.parent = c.north.no;
  org.title = "　";
  CHECK(c.directory->create_org(c.system, org).error().id == "directory.bad_title");
  CHECK(c.in_ledger("SELECT COUNT(*) FROM org") == 11);
}

TEST_CASE("many organisations come in one call, children after parents") {
  test::on_each_pair([](City& c) {
    std::vector<NewOrg> list;
    NewOrg school;
    school.parent = c.north.no;
    school.title = "新校";
    list.push_back(school);
    for (int i = 0; i < 60; ++i) {
      NewOrg one;
      one.kind = OrgKind::class_;
      one.title = std::to_string(i) + "班";
      one.parent_at = 0;
      list.push_back(one);
    }
    const auto made = c.directory->create_orgs(c.system, list);
    must(made);
    CHECK(c.directory->counts(made->front().no).n_children == 60);
    CHECK(c.directory->orgs()->nearest(made->back().no, OrgKind::district)->no == c.north.no);
  });
}

TEST_CASE("a move changes who stands above and keeps where it stood") {
  test::on_each_pair([](City& c) {
    const Date on = *Date::from_ymd(2026, 9, 1);
    const auto preview = c.directory->preview_move(c.system, c.school_a.no, c.north.no, on);
    must(preview);
    CHECK(preview->n_orgs == 4);
    CHECK(preview->effects.size() == 3);
    const auto moved = c.directory->move_org(c.system, c.school_a.no, c.north.no, on);
    must(moved);
    CHECK(c.directory->orgs()->nearest(c.class_a1.no, OrgKind::district)->no == c.north.no);
    CHECK(c.in_warehouse("SELECT district_no FROM dim_org WHERE no = " + std::to_string(c.class_a1.no.value)) == c.north.no.value);
    CHECK(c.in_warehouse("SELECT COUNT(*) FROM org_closure WHERE ancestor_no = " + std::to_string(c.south.no.value)) == 3);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM org_closure WHERE ancestor_no = " + std::to_string(c.north.no.value)) == 7);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM org_place WHERE valid_to = '2026-09-01' AND parent_no = " + std::to_string(c.south.no.value)) == 1);
    const auto history = c.directory->org_history(c.school_a.no);
    REQUIRE(history->size() == 2);
    CHECK(history->front().what == "moved");
    CHECK(history->front().detail.zh == "自 2026-09-01 由“市南区”划归“市北区”");
    CHECK(c.directory->move_org(c.system, c.north.no, c.school_a.no, on).error().id == "directory.loop");
    CHECK(c.directory->move_org(c.system, c.school_b.no, c.north.no, *Date::from_ymd(2027, 1, 1)).error().id == "directory.bad_date");
    CHECK(c.directory->move_org(c.system, c.school_b.no, c.south.no, on).error().id == "directory.already_there");
  });
}

TEST_CASE("a merge carries classes and people over and leaves the past where it was") {
  test::on_each_pair([](City& c) {
    const Person student = c.add_person("王小明", {c.in(c.school_a, Role::student), c.in(c.class_a1, Role::student)}, "G1");
    const Person teacher = c.add_person("李老师", {c.in(c.school_a, Role::teacher)}, "T1");
    const SignedIn principal = c.sign_in("head", {{Role::principal, c.school_a.no}});
    const Date on = *Date::from_ymd(2026, 11, 1);
    CHECK(c.directory->preview_merge(c.system, c.school_a.no, c.school_b.no, on)->n_students == 1);
    const auto merged = c.directory->merge_org(c.system, c.school_a.no, c.school_b.no, on);
    must(merged);
    CHECK(merged->no == c.school_b.no);
    const auto tree = c.directory->orgs();
    CHECK(tree->find(c.school_a.no)->valid_to == on);
    CHECK(tree->find(c.school_a.no)->merged_into == c.school_b.no);
    CHECK(tree->standing(c.class_a1.no)->no == c.school_b.no);
    CHECK(c.directory->counts(c.school_b.no).n_students == 1);
    CHECK(c.directory->counts(c.school_b.no).n_staff == 1);
    CHECK(c.directory->counts(c.school_a.no).n_students == 0);
    Scope all;
    all.everything = true;
    all.max_level = pack::Level::l3;
    const auto memberships = c.directory->memberships(all, student.no);
    REQUIRE(memberships->size() == 3);
    CHECK(memberships->front().org == c.school_b.no);
    CHECK(memberships->front().from == on);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM membership WHERE valid_to = '2026-11-01' AND org_no = " + std::to_string(c.school_a.no.value)) == 2);
    CHECK(c.directory->person(all, teacher.id)->org == c.school_b.no);
    CHECK(c.in_warehouse("SELECT org_no FROM dim_person WHERE code = 'G1'") == c.school_b.no.value);
    const auto who = c.directory->authenticate(principal.token);
    REQUIRE(who.ok());
    CHECK((*who)->grants.front().org == c.school_b.no);
    CHECK(c.directory->merge_org(c.system, c.school_a.no, c.school_b.no, on).error().id == "directory.org_closed");
    CHECK(c.directory->merge_org(c.system, c.school_b.no, c.north.no, on).error().id == "directory.unlike_orgs");
    CHECK(audit::verify(*c.stores.ledger)->intact());
  });
}

TEST_CASE("an officer changes organisations of the own district only") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  const auto officer = c.sign_in("officer", {{Role::district_officer, c.south.no}}).principal;
  must(c.directory->rename_org(*officer, c.school_a.no, "第一实验小学"));
  const auto foreign = c.directory->rename_org(*officer, c.school_c.no, "x");
  CHECK(foreign.error().code == ErrorCode::not_found);
  CHECK(foreign.error().id == "directory.no_such_org");
  CHECK(c.directory->move_org(*officer, c.school_a.no, c.north.no, c.directory->today()).error().id == "directory.no_such_org");
  const auto teacher = c.sign_in("teacher", {{Role::teacher, c.school_a.no}}).principal;
  CHECK(c.directory->rename_org(*teacher, c.school_a.no, "x").error().id == "directory.no_right");
}

}  // namespace banmo::directory
