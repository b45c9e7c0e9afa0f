// SPDX-License-Identifier: Apache-2.0
// Acting under one role, sessions and their end, notices, and the three administrators.
#include "audit/audit.h"
#include "directory/notices.h"
#include "directory/test_city.h"

namespace banmo::directory {

using test::City;
using test::kPassword;
using test::must;

namespace {

constexpr Subject kPeople{"org_no", "no", pack::Level::l3};

Result<> tell(City& c, const NoticeTo& to, const std::string& kind) {
  return c.stores.ledger->write([&](sql::Connection& connection) {
    return add_notice(connection, c.clock.now(), to, {kind, {"有行退回，请修改", "rows came back: mend them"}, "/quality"});
  });
}

}  // namespace

TEST_CASE("a session acts under the chosen role alone, in every process, and the log tells it") {
  test::on_each_pair([](City& c) {
    const Grant south{Role::district_officer, c.south.no}, school{Role::principal, c.school_c.no};
    const SignedIn in = c.sign_in("two", {south, school});
    const auto other = std::move(Directory::create(c.stores, c.clock, c.options)).value();
    REQUIRE((*other->authenticate(in.token))->has(Right::orgs_manage));
    const auto chosen = c.directory->act_as(*in.principal, school);
    must(chosen);
    CHECK((*chosen)->grants == std::vector<Grant>{school});
    CHECK((*chosen)->held.size() == 2);
    c.clock.advance_micros(3'000'000);
    for (Directory* d : {c.directory.get(), other.get()}) {
      const auto who = d->authenticate(in.token);
      must(who);
      CHECK_FALSE((*who)->has(Right::orgs_manage));
      const Scope scope = d->scope(**who, Right::people_read, kPeople);
      CHECK(scope.covers(*d->orgs(), c.school_c.no));
      CHECK_FALSE(scope.covers(*d->orgs(), c.school_a.no));
      CHECK(d->require(**who, Right::orgs_manage, c.south.no).error().id == "directory.no_right");
    }
    const auto log = audit::list(*c.stores.ledger, {"two", "session.act_as", 0, 10});
    REQUIRE(log->size() == 1);
    CHECK(log->front().entry.org_no == c.school_c.no.value);
    must(c.directory->act_as(**chosen, std::nullopt));
    CHECK((*c.directory->authenticate(in.token))->has(Right::orgs_manage));
  });
}

TEST_CASE("a role that is not held cannot be chosen, and one that is taken away leaves nothing") {
  test::on_each_pair([](City& c) {
    const Grant south{Role::district_officer, c.south.no}, school{Role::principal, c.school_c.no};
    const SignedIn in = c.sign_in("two", {south, school});
    CHECK(c.directory->act_as(*in.principal, Grant{Role::city_officer, c.city.no}).error().to_string() ==
          "$.role: you do not hold this role there: choose one of your own (您没有这个身份，请从自己的身份中选择) [session.role_not_held]");
    must(c.directory->act_as(*in.principal, school));
    must(c.directory->set_grants(c.system, "two", {south}));
    const auto who = c.directory->authenticate(in.token);
    must(who);
    CHECK((*who)->grants.empty());
    CHECK(rights_of(**who).empty());
    CHECK(c.directory->scope(**who, Right::people_read, kPeople).sees_nothing());
    must(c.directory->act_as(**who, south));
    CHECK((*c.directory->authenticate(in.token))->has(Right::orgs_manage));
  });
}

TEST_CASE("a token made under one role keeps to it") {
  test::on_each_pair([](City& c) {
    const Grant south{Role::district_officer, c.south.no}, school{Role::principal, c.school_c.no};
    const SignedIn in = c.sign_in("two", {south, school});
    const auto chosen = c.directory->act_as(*in.principal, school);
    must(chosen);
    const auto token = c.directory->create_token(**chosen, "对接", {Right::people_read}, 30);
    must(token);
    must(c.directory->act_as(**chosen, std::nullopt));
    const auto who = c.directory->authenticate(*token);
    must(who);
    const Scope scope = c.directory->scope(**who, Right::people_read, kPeople);
    CHECK(scope.covers(*c.directory->orgs(), c.school_c.no));
    CHECK_FALSE(scope.covers(*c.directory->orgs(), c.school_a.no));
    CHECK(c.directory->act_as(**who, std::nullopt).error().id == "session.needs_session");
  });
}

TEST_CASE("a guardian who also teaches sees the class or the child, as chosen") {
  test::on_each_pair([](City& c) {
    const Person child = c.add_person("王小明", {c.in(c.school_b, Role::student), c.in(c.class_b1, Role::student)});
    const Person pupil = c.add_person("李小红", {c.in(c.school_a, Role::student), c.in(c.class_a1, Role::student)});
    const Person parent = c.add_person("王老师", {c.in(c.school_a, Role::teacher), c.in(c.class_a1, Role::homeroom_teacher)});
    must(c.directory->link_guardian(c.system, parent.no, child.no));
    const SignedIn in = c.sign_in("both", {}, parent.no);
    const auto sees = [&](const Principal& who, const Person& person) {
      return c.directory->scope(who, Right::people_read, kPeople).covers(*c.directory->orgs(), {}, person.no);
    };
    const auto as_guardian = c.directory->act_as(*in.principal, Grant{Role::guardian, c.school_b.no});
    must(as_guardian);
    CHECK(sees(**as_guardian, child));
    CHECK_FALSE(sees(**as_guardian, pupil));
    const auto as_teacher = c.directory->act_as(**as_guardian, Grant{Role::homeroom_teacher, c.class_a1.no});
    must(as_teacher);
    CHECK_FALSE(sees(**as_teacher, child));
    CHECK(sees(**as_teacher, pupil));
  });
}

TEST_CASE("sessions are listed and ended by their owner and by the security administrator") {
  test::on_each_pair([](City& c) {
    const SignedIn first = c.sign_in("anna", {{Role::teacher, c.school_a.no}});
    const SignedIn second = std::move(c.directory->sign_in("anna", kPassword, "10.0.0.9")).value();
    const auto mine = c.directory->sessions(*first.principal);
    REQUIRE(mine->size() == 2);
    const auto other = std::find_if(mine->begin(), mine->end(), [](const SessionInfo& session) { return !session.current; });
    REQUIRE(other != mine->end());
    CHECK(other->peer == "10.0.0.9");
    must(c.directory->end_own_session(*first.principal, other->no));
    CHECK(c.directory->authenticate(second.token).error().id == "session.none");
    CHECK(c.directory->end_own_session(*first.principal, other->no).error().id == "session.unknown");
    const SignedIn security = c.sign_in("sec", {{Role::security_admin, c.city.no}});
    const SignedIn system = c.sign_in("sys", {{Role::system_admin, c.city.no}});
    CHECK(c.directory->account_sessions(*system.principal, "anna").error().id == "directory.no_right");
    const auto seen = c.directory->account_sessions(*security.principal, "anna");
    REQUIRE(seen->size() == 1);
    CHECK(c.directory->end_own_session(*security.principal, seen->front().no).error().id == "session.unknown");
    must(c.directory->end_account_session(*security.principal, "anna", seen->front().no));
    CHECK_FALSE(c.directory->authenticate(first.token).ok());
  });
}

TEST_CASE("an API token neither sees nor ends sessions and tokens of its account") {
  test::on_each_pair([](City& c) {
    const SignedIn in = c.sign_in("anna", {{Role::teacher, c.school_a.no}});
    const auto token = c.directory->create_token(*in.principal, "对接", {Right::metrics_read}, 30);
    must(token);
    const auto who = c.directory->authenticate(*token);
    must(who);
    CHECK(c.directory->sessions(**who).error().to_string() ==
          "an API token cannot list or end sessions: sign in first (接口令牌不能查看或结束会话，请登录后再操作) [session.needs_session]");
    CHECK(c.directory->end_own_session(**who, in.principal->session).error().id == "session.needs_session");
    CHECK(c.directory->tokens(**who).error().to_string() ==
          "an API token cannot list, make or revoke tokens: sign in first (接口令牌不能查看、新建或撤销令牌，请登录后再操作) [token.needs_session]");
    const auto mine = c.directory->tokens(*in.principal);
    REQUIRE(mine->size() == 1);
    CHECK(c.directory->revoke_token(**who, mine->front().no).error().id == "token.needs_session");
    CHECK(c.directory->authenticate(in.token).ok());
    must(c.directory->revoke_token(*in.principal, mine->front().no));
  });
}

TEST_CASE("opening an account, granting and resetting belong to different administrators") {
  test::on_each_pair([](City& c) {
    const Person teacher = c.add_person("张老师", {c.in(c.school_a, Role::teacher)}, "T001");
    const SignedIn system = c.sign_in("sys", {{Role::system_admin, c.city.no}});
    const SignedIn security = c.sign_in("sec", {{Role::security_admin, c.city.no}});
    const SignedIn audit = c.sign_in("aud", {{Role::audit_admin, c.city.no}});
    Directory& d = *c.directory;
    const NewAccount with_role{"eva", kPassword, {}, {{Role::teacher, c.school_a.no}}};
    CHECK(d.create_account(*system.principal, with_role).error().to_string() ==
          "$.grants: who opens an account does not grant roles: open it without, then ask the security administrator "
          "(建账号的人不能授予角色：先建账号，再请安全管理员授权) [account.grants_by_security]");
    const auto password = d.open_account(*system.principal, "eva", "T001");
    must(password);
    const auto in = d.sign_in("eva", *password, "10.0.0.1");
    must(in);
    CHECK(in->principal->must_change_password);
    CHECK(in->principal->person == teacher.no);
    CHECK(d.open_account(*system.principal, "bob", "nobody").error().id == "account.no_such_person");
    for (const SignedIn* other : {&security, &audit}) {
      CHECK(d.open_account(*other->principal, "bob", "").error().id == "directory.no_right");
      CHECK(d.set_account_enabled(*other->principal, "eva", false).error().id == "directory.no_right");
    }
    for (const SignedIn* other : {&system, &audit}) {
      CHECK(d.set_grants(*other->principal, "eva", {}).error().id == "directory.no_right");
      CHECK(d.reset_password(*other->principal, "eva").error().id == "directory.no_right");
      CHECK(d.unlock_account(*other->principal, "eva").error().id == "directory.no_right");
    }
    must(d.set_grants(*security.principal, "eva", {{Role::school_cio, c.school_a.no}}));
    const auto reset = d.reset_password(*security.principal, "eva");
    must(reset);
    CHECK_FALSE(d.sign_in("eva", *password, "10.0.0.1").ok());
    CHECK(d.sign_in("eva", *reset, "10.0.0.1").ok());
    CHECK(d.reset_password(*security.principal, "sec").error().id == "account.own");
  });
}

TEST_CASE("one person is not two administrators by two accounts") {
  test::on_each_pair([](City& c) {
    const Person person = c.add_person("赵工", {c.in(c.school_a, Role::teacher)}, "T009");
    c.sign_in("zhao.sys", {{Role::system_admin, c.city.no}}, person.no);
    c.sign_in("zhao.sec", {}, person.no);
    CHECK(c.directory->set_grants(c.system, "zhao.sec", {{Role::security_admin, c.city.no}}).error().to_string() ==
          "$.grants: this person's account zhao.sys is System administrator already: another person has to do it "
          "(此人的账号 zhao.sys 已是系统管理员，三员分立，须由另一人担任) [account.person_is_administrator]");
    must(c.directory->set_grants(c.system, "zhao.sec", {{Role::school_cio, c.school_a.no}}));
  });
}

TEST_CASE("a role is held only where it belongs, by whichever door it comes") {
  test::on_each_pair([](City& c) {
    const Person person = c.add_person("张老师", {c.in(c.school_a, Role::teacher)});
    const auto officer = c.sign_in("officer", {{Role::district_officer, c.south.no}}).principal;
    const auto cio = c.sign_in("cio", {{Role::school_cio, c.school_a.no}}).principal;
    c.sign_in("eva", {});
    Directory& d = *c.directory;
    CHECK(d.set_grants(c.system, "eva", {{Role::principal, c.south.no}}).error().to_string() ==
          "$.grants: \"Principal\" is held in schools only: correct the role or the organisation "
          "(“校长”只能设在学校；请改正角色或单位) [directory.role_does_not_fit]");
    const std::vector<Grant> misplaced = {{Role::city_officer, c.school_a.no}, {Role::system_admin, c.south.no}, {Role::district_officer, c.city.no},
                                          {Role::student, c.south.no},         {Role::principal, c.class_a1.no}, {Role::enterprise, c.school_a.no}};
    for (const Grant& grant : misplaced) {
      INFO(name_of(grant.role));
      CHECK(d.set_grants(c.system, "eva", {grant}).error().id == "directory.role_does_not_fit");
      CHECK(d.create_account(c.system, {"fresh", kPassword, {}, {grant}}).error().id == "directory.role_does_not_fit");
    }
    const auto add = [&](const Principal& by, const Org& org, Role role) { return d.add_membership(by, person.no, c.in(org, role)).error().id; };
    CHECK(add(*officer, c.south, Role::principal) == "directory.role_does_not_fit");
    CHECK(add(*officer, c.south, Role::teacher) == "directory.role_does_not_fit");
    CHECK(add(*officer, c.school_a, Role::district_officer) == "directory.role_does_not_fit");
    CHECK(add(*cio, c.school_a, Role::district_officer) == "directory.role_does_not_fit");
    CHECK(add(*cio, c.school_b, Role::teacher) == "directory.no_such_org");
    NewPerson other;
    other.name = "李老师";
    other.memberships = {c.in(c.south, Role::school_cio)};
    CHECK(d.add_person(*officer, other).error().id == "directory.role_does_not_fit");
    for (const Role role : {Role::system_admin, Role::security_admin, Role::audit_admin, Role::city_officer, Role::city_leader})
      CHECK(add(c.system, c.city, role) == "directory.role_is_granted");
    CHECK(c.in_ledger("SELECT COUNT(*) FROM membership") == 1);
    must(d.add_membership(*cio, person.no, c.in(c.class_a1, Role::homeroom_teacher)));
  });
}

TEST_CASE("who keeps people gives nobody a right that they lack") {
  for (const Role keeper : all_roles()) {
    if (!may(keeper, Right::people_manage)) continue;
    for (const Role given : all_roles()) {
      // Below the keeper's place, by a membership; the roles of the city are granted by the security administrator.
      const bool below = may_stand_in(given, OrgKind::school) || (may_stand_in(given, OrgKind::district) && !may_stand_in(keeper, OrgKind::school));
      if (!below || may_stand_in(given, OrgKind::city)) continue;
      for (const Right right : rights_of(given)) CHECK_MESSAGE(may(keeper, right), name_of(keeper) << " " << name_of(given) << " " << name_of(right));
    }
  }
}

TEST_CASE("two administrators never meet in one account, by whichever door") {
  test::on_each_pair([](City& c) {
    const Person person = c.add_person("赵工", {c.in(c.school_a, Role::teacher)}, "T009");
    c.sign_in("eva", {}, person.no);
    const std::vector<Role> three = {Role::system_admin, Role::security_admin, Role::audit_admin};
    for (const Role one : three) {
      for (const Role two : three) {
        if (one == two) continue;
        const std::vector<Grant> both = {{one, c.city.no}, {two, c.city.no}};
        CHECK(c.directory->set_grants(c.system, "eva", both).error().id == "account.administrators_apart");
        CHECK(c.directory->create_account(c.system, {"fresh", kPassword, {}, both}).error().id == "account.administrators_apart");
        must(c.directory->set_grants(c.system, "eva", {both[0]}));
        CHECK(c.directory->create_account(c.system, {"fresh", kPassword, person.no, {both[1]}}).error().id == "account.person_is_administrator");
        must(c.directory->set_grants(c.system, "eva", {}));
      }
    }
  });
}

TEST_CASE("unlocking forgets wrong tries on the account") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  c.sign_in("victim", {{Role::teacher, c.school_a.no}});
  const SignedIn security = c.sign_in("sec", {{Role::security_admin, c.city.no}});
  while (c.directory->sign_in("victim", "wrong", "10.9.9.9").error().code == ErrorCode::unauthenticated) continue;
  CHECK(c.directory->sign_in("victim", kPassword, "10.9.9.9").error().id == "session.too_many");
  must(c.directory->unlock_account(*security.principal, "victim"));
  CHECK(c.directory->sign_in("victim", kPassword, "10.9.9.9").ok());
  CHECK(c.directory->unlock_account(*security.principal, "nobody").error().id == "account.unknown");
}

TEST_CASE("a notice reaches whom it is for, and is read once by each") {
  test::on_each_pair([](City& c) {
    const SignedIn principal = c.sign_in("head", {{Role::principal, c.school_a.no}});
    const SignedIn cio = c.sign_in("cio", {{Role::school_cio, c.school_a.no}});
    const SignedIn neighbour = c.sign_in("near", {{Role::principal, c.school_b.no}});
    const SignedIn above = c.sign_in("above", {{Role::district_officer, c.south.no}});
    const auto unread = [&](const SignedIn& who) { return c.directory->notices(*who.principal, {})->n_unread; };
    must(tell(c, {.org = c.school_a.no}, "quarantine.returned"));
    must(tell(c, {.org = c.school_a.no, .role = Role::principal}, "quarantine.returned"));
    must(tell(c, {.org = c.school_a.no, .right = Right::datasets_import}, "quarantine.returned"));
    must(tell(c, {.account_name = "near"}, "import.done"));
    must(tell(c, {.account_name = "nobody"}, "import.done"));
    CHECK(unread(principal) == 2);
    CHECK(unread(cio) == 2);
    CHECK(unread(neighbour) == 1);
    CHECK(unread(above) == 0);
    const auto page = c.directory->notices(*principal.principal, {});
    REQUIRE(page->items.size() == 2);
    CHECK(page->items[0].no > page->items[1].no);
    must(c.directory->mark_notices_read(*principal.principal, page->items[1].no, 0));
    CHECK(unread(principal) == 1);
    CHECK(unread(cio) == 2);
    must(c.directory->mark_notices_read(*principal.principal, {}, page->items[0].no));
    CHECK(unread(principal) == 0);
    CHECK(c.directory->notices(*principal.principal, {true, 0, 10})->items.empty());
    // A mark on what is for somebody else writes nothing.
    must(c.directory->mark_notices_read(*above.principal, page->items[0].no, 0));
    CHECK(c.in_ledger("SELECT COUNT(*) FROM notice_read") == 2);
    CHECK(tell(c, {}, "x").error().id == "notice.no_receiver");
  });
}

TEST_CASE("a token hears nothing that is for a right it was not left, and a read mark is in the log") {
  test::on_each_pair([](City& c) {
    const SignedIn cio = c.sign_in("cio", {{Role::school_cio, c.school_a.no}});
    must(tell(c, {.org = c.school_a.no, .right = Right::datasets_import}, "quarantine.returned"));
    must(tell(c, {.org = c.school_a.no, .right = Right::metrics_read}, "metrics.changed"));
    const auto token = c.directory->create_token(*cio.principal, "对接", {Right::metrics_read}, 30);
    must(token);
    const auto who = c.directory->authenticate(*token);
    must(who);
    const auto heard = c.directory->notices(**who, {});
    REQUIRE(heard->items.size() == 1);
    CHECK(heard->items.front().kind == "metrics.changed");
    const int64_t newest = c.directory->notices(*cio.principal, {})->items.front().no;
    must(c.directory->mark_notices_read(*cio.principal, {}, newest));
    must(c.directory->mark_notices_read(*cio.principal, {}, newest));
    const auto log = audit::list(*c.stores.ledger, {.actor = "cio", .action = "notice.read"});
    REQUIRE(log->size() == 1);
    CHECK(log->front().entry.object == std::to_string(newest));
    CHECK(json::write(log->front().entry.detail) == R"({"n":2})");
  });
}

TEST_CASE("notices come page by page and go after half a year") {
  test::on_each_pair([](City& c) {
    const SignedIn head = c.sign_in("head", {{Role::principal, c.school_a.no}});
    for (int i = 0; i < 5; ++i) must(tell(c, {.org = c.school_a.no}, "quarantine.returned"));
    const auto first = c.directory->notices(*head.principal, {false, 0, 2});
    REQUIRE(first->items.size() == 2);
    const auto second = c.directory->notices(*head.principal, {false, first->next, 10});
    CHECK(second->items.size() == 3);
    CHECK(second->next == 0);
    c.clock.advance_micros(int64_t{181} * 86'400 * 1'000'000);
    must(tell(c, {.account = head.principal->account}, "import.done"));
    CHECK(c.in_ledger("SELECT COUNT(*) FROM notice") == 1);
  });
}

}  // namespace banmo::directory
