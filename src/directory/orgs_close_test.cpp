// SPDX-License-Identifier: Apache-2.0
// Organisations that end, and how they are reached while they stand.
#include "directory/test_city.h"

namespace banmo::directory {

using test::City;
using test::must;

namespace {

const Date kToday = *Date::from_ymd(2026, 11, 21);

}  // namespace

TEST_CASE("closing a school ends its grades and classes, the memberships and the rights in them, and says so first") {
  test::on_each_pair([](City& c) {
    const Person pupil = c.add_person("王小明", {c.in(c.school_a, Role::student), c.in(c.class_a1, Role::student)}, "G0001");
    const auto cio = c.sign_in("cio.a", {{Role::school_cio, c.school_a.no}}).principal;
    const auto officer = c.sign_in("south", {{Role::district_officer, c.south.no}}).principal;
    CHECK(c.directory->close_org(*cio, c.school_a.no, kToday).error().id == "directory.no_such_org");  // what stands above it is not the school's
    CHECK(c.directory->close_org(c.system, c.south.no, kToday).error().id == "directory.orgs_below");
    const auto preview = c.directory->preview_close(*officer, c.school_a.no, kToday);
    must(preview);
    CHECK(preview->n_orgs == 3);  // a grade, two classes
    CHECK(preview->n_students == 1);
    CHECK(preview->n_accounts == 1);
    CHECK(preview->effects.size() == 2);
    CHECK(c.directory->close_org(*officer, c.school_a.no, Date{kToday.days + 1}).error().id == "directory.bad_date");
    must(c.directory->close_org(*officer, c.school_a.no, kToday));
    const auto tree = c.directory->orgs();
    CHECK(tree->find(c.school_a.no)->valid_to == kToday);
    CHECK(tree->find(c.class_a1.no)->valid_to == kToday);
    CHECK_FALSE(tree->find(c.school_b.no)->valid_to.has_value());
    CHECK(c.directory->counts(c.south.no).n_students == 0);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM membership WHERE person_no = " + std::to_string(pupil.no.value) + " AND valid_to IS NULL") == 0);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM account_grant WHERE org_no = " + std::to_string(c.school_a.no.value)) == 0);
    CHECK(c.directory->org_history(c.school_a.no)->front().what == "closed");
    CHECK(c.directory->close_org(*officer, c.school_a.no, kToday).error().id == "directory.org_closed");
    CHECK(
        c.directory->create_org(*officer, {.parent = c.school_a.no, .kind = OrgKind::class_, .code = "", .title = "一班", .valid_from = {}, .id = {}})
            .error()
            .id == "directory.no_such_org");
  });
}

TEST_CASE("each grant that ends with an organisation has its own entry in the audit log") {
  test::on_each_pair([](City& c) {
    c.sign_in("cio.a", {{Role::school_cio, c.school_a.no}, {Role::principal, c.school_a.no}});
    c.sign_in("cio.b", {{Role::school_cio, c.school_b.no}});
    const auto ended = [&](const std::string& account) {
      return c.in_ledger("SELECT COUNT(*) FROM audit_entry WHERE action = 'account.grant_end' AND object = '" + account + "'");
    };
    must(c.directory->close_org(c.system, c.school_a.no, kToday));
    CHECK(ended("cio.a") == 2);
    CHECK(ended("cio.b") == 0);
    must(c.directory->merge_org(c.system, c.school_b.no, c.school_c.no, kToday));
    CHECK(ended("cio.b") == 1);
    CHECK(c.in_ledger("SELECT COUNT(*) FROM audit_entry WHERE action = 'account.grant_end' AND detail LIKE '%" + c.school_c.id.to_string() + "%'") ==
          1);
  });
}

TEST_CASE("a school is not closed on a day before somebody came to it") {
  test::on_each_pair([](City& c) {
    c.add_person("王小明", {c.in(c.school_a, Role::student)}, "G0001");
    const auto officer = c.sign_in("south", {{Role::district_officer, c.south.no}}).principal;
    const Date came = *Date::from_ymd(2026, 9, 1);
    const auto refused = c.directory->close_org(*officer, c.school_a.no, Date{came.days - 1});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().id == "directory.memberships_after");
    must(c.directory->close_org(*officer, c.school_a.no, came));
  });
}

TEST_CASE("address, phone and position of an organisation are kept by whoever manages it") {
  test::on_each_pair([](City& c) {
    const auto cio = c.sign_in("cio.a", {{Role::school_cio, c.school_a.no}}).principal;
    const auto set = [&](const Principal& by, const Org& org, OrgContact contact) {
      return c.directory->set_org_contacts(by, {{org.no, std::move(contact)}});
    };
    must(set(*cio, c.school_a, {"演示路 1 号", "0532-12345678", 120.38, 36.07}));
    const auto kept = c.directory->org_contact(c.school_a.no);
    CHECK(kept->address == "演示路 1 号");
    CHECK(kept->longitude == 120.38);
    CHECK(set(*cio, c.school_b, {"别处", "", {}, {}}).error().id == "directory.no_such_org");
    CHECK(set(*cio, c.school_a, {"", "call me", {}, {}}).error().id == "directory.bad_phone");
    CHECK(set(*cio, c.school_a, {"", "", 120.38, {}}).error().to_string() ==
          "$.longitude: a longitude is from -180 to 180, a latitude from -90 to 90: give both or neither (经度须在 -180 到 180、纬度须在 -90 到 90 "
          "之间，两者都填或都不填) [directory.bad_position]");
    CHECK(set(*cio, c.school_a, {std::string(301, 'x'), "", {}, {}}).error().id == "directory.bad_address");
    must(set(*cio, c.school_a, {}));
    CHECK(c.directory->org_contact(c.school_a.no)->address.empty());
  });
}

}  // namespace banmo::directory
