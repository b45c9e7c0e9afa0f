// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>

#include "audit/audit.h"
#include "directory/test_city.h"

namespace banmo::directory {

using test::City;
using test::kPassword;
using test::must;

namespace {

int64_t seconds(int64_t n) { return n * 1'000'000; }

}  // namespace

TEST_CASE("an unknown account and a wrong password get the same answer") {
  test::on_each_pair([](City& c) {
    c.sign_in("anna", {{Role::city_officer, c.city.no}});
    const auto wrong = c.directory->sign_in("anna", "no", "10.0.0.2"), unknown = c.directory->sign_in("nobody", "no", "10.0.0.2");
    CHECK(wrong.error().to_string() ==
          "the account or the password is wrong: check both and try again (账号或口令不对，请核对后再试) [session.bad_credentials]");
    CHECK(wrong.error().to_string() == unknown.error().to_string());
    CHECK(wrong.error().code == ErrorCode::unauthenticated);
    CHECK(c.directory->sign_in("anna", std::string(5000, 'x'), "10.0.0.2").error().id == "session.bad_credentials");
    const auto log = audit::list(*c.stores.ledger, {{}, "session.refused", 0, 10});
    REQUIRE(log->size() == 3);
    int n_unknown = 0;  // a name that is no account is not written down
    for (const auto& stored : *log) n_unknown += stored.entry.object == "?" ? 1 : 0;
    CHECK(n_unknown == 1);
    CHECK(c.directory->sign_in("ANNA", kPassword, "10.0.0.2").ok());
  });
}

TEST_CASE("a token is its principal until sign-out, in every process") {
  test::on_each_pair([](City& c) {
    const SignedIn in = c.sign_in("anna", {{Role::district_officer, c.south.no}});
    CHECK(in.expires_at.micros == c.clock.now().micros + seconds(12 * 3600));
    const auto other = std::move(Directory::create(c.stores, c.clock, c.options)).value();
    for (Directory* d : {c.directory.get(), other.get()}) {
      const auto who = d->authenticate(in.token);
      REQUIRE(who.ok());
      CHECK((*who)->account_name == "anna");
      CHECK((*who)->has(Right::datasets_read));
      CHECK_FALSE((*who)->has(Right::audit_read));
    }
    REQUIRE(c.directory->sign_out(in.token).ok());
    CHECK(c.directory->authenticate(in.token).error().id == "session.none");
    c.clock.advance_micros(seconds(3));
    CHECK(other->authenticate(in.token).error().id == "session.none");
    CHECK(c.directory->authenticate("").error().id == "session.none");
    CHECK(c.directory->authenticate(std::string(300, 'a')).error().id == "session.none");
  });
}

TEST_CASE("a change of rights or a disabled account reaches other processes within five seconds") {
  test::on_each_pair([](City& c) {
    const SignedIn in = c.sign_in("anna", {{Role::district_officer, c.south.no}});
    const auto other = std::move(Directory::create(c.stores, c.clock, c.options)).value();
    REQUIRE(other->authenticate(in.token).ok());
    REQUIRE(c.directory->set_grants(c.system, "anna", {{Role::teacher, c.school_a.no}}).ok());
    CHECK_FALSE((*c.directory->authenticate(in.token))->has(Right::orgs_manage));
    c.clock.advance_micros(seconds(4));
    CHECK_FALSE((*other->authenticate(in.token))->has(Right::orgs_manage));
    REQUIRE(c.directory->set_account_enabled(c.system, "anna", false).ok());
    CHECK_FALSE(c.directory->authenticate(in.token).ok());
    c.clock.advance_micros(seconds(4));
    CHECK_FALSE(other->authenticate(in.token).ok());
    CHECK(c.directory->sign_in("anna", kPassword, "10.0.0.2").error().id == "session.bad_credentials");
    REQUIRE(c.directory->set_account_enabled(c.system, "anna", true).ok());
    CHECK_FALSE(c.directory->authenticate(in.token).ok());  // the old session stays dead
  });
}

TEST_CASE("a session ends when it is idle for 30 minutes, and after 12 hours in any case") {
  test::on_each_pair([](City& c) {
    const SignedIn idle = c.sign_in("idle", {{Role::teacher, c.school_a.no}});
    const SignedIn busy = c.sign_in("busy", {{Role::teacher, c.school_a.no}});
    for (int i = 0; i < 3; ++i) {
      c.clock.advance_micros(seconds(600));
      CHECK(c.directory->authenticate(busy.token).ok());
    }
    CHECK(c.directory->authenticate(idle.token).error().id == "session.expired");
    // Rights that change often clear the memory; the signs of life are not lost with it.
    for (int i = 0; i < 60; ++i) {
      c.clock.advance_micros(seconds(600));
      REQUIRE(c.directory->set_grants(c.system, "idle", {{Role::teacher, c.school_b.no}}).ok());
      CHECK(c.directory->authenticate(busy.token).ok());
    }
    c.clock.advance_micros(seconds(12 * 3600 - 63 * 600 - 1));
    for (int i = 0; i < 1; ++i) static_cast<void>(c.directory->authenticate(busy.token));
    c.clock.advance_micros(seconds(2));
    CHECK_FALSE(c.directory->authenticate(busy.token).ok());
  });
}

TEST_CASE("guessing is stopped, a school behind one address is not") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  c.sign_in("victim", {{Role::teacher, c.school_a.no}});
  for (int i = 0; i < 5; ++i) CHECK(c.directory->sign_in("victim", "wrong", "10.9.9.9").error().id == "session.bad_credentials");
  const auto stopped = c.directory->sign_in("victim", kPassword, "10.9.9.9");
  CHECK(stopped.error().code == ErrorCode::too_many);
  CHECK(stopped.error().where == "retry_after_s=60");
  CHECK(stopped.error().message.en == "too many tries: try again in 60 seconds");
  CHECK(c.directory->sign_in("victim", kPassword, "10.0.0.1").ok());
  c.clock.advance_micros(seconds(61));
  CHECK(c.directory->sign_in("victim", kPassword, "10.9.9.9").ok());
  // 1,000 people behind one address, each right at once: none is refused.
  for (int i = 0; i < 300; ++i) CHECK(c.directory->sign_in("victim", kPassword, "10.1.1.1").ok());
  // One address that tries many accounts is stopped after its budget.
  int n_tried = 0;
  while (n_tried < 1000 && c.directory->sign_in("guess" + std::to_string(n_tried), "x", "10.2.2.2").error().code == ErrorCode::unauthenticated)
    ++n_tried;
  CHECK(n_tried == 200);
}

TEST_CASE("system, security and audit administrator are never one account") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  const auto two = c.directory->create_account(c.system, {"both", kPassword, {}, {{Role::system_admin, c.city.no}, {Role::audit_admin, c.city.no}}});
  CHECK(two.error().to_string() ==
        "$.grants: system, security and audit administrator are never one account: make another account "
        "(系统管理员、安全管理员、审计管理员三员分立，不能授予同一账号；请另建账号) "
        "[account.administrators_apart]");
  const auto security = c.sign_in("sec", {{Role::security_admin, c.city.no}}).principal;
  CHECK(c.directory->set_grants(*security, "sec", {{Role::system_admin, c.city.no}}).error().id == "account.own");
  c.sign_in("sys", {{Role::system_admin, c.city.no}});
  CHECK(c.directory->set_grants(*security, "sys", {{Role::system_admin, c.city.no}, {Role::security_admin, c.city.no}}).error().id ==
        "account.administrators_apart");
  CHECK(c.directory->set_account_enabled(*security, "sys", false).error().id == "directory.no_right");
  const auto system = c.sign_in("other.sys", {{Role::system_admin, c.city.no}}).principal;
  CHECK(c.directory->set_account_enabled(*system, "sys", false).ok());
  const auto officer = c.sign_in("officer", {{Role::city_officer, c.city.no}}).principal;
  CHECK(c.directory->set_account_enabled(*officer, "sys", true).error().id == "directory.no_right");
  const auto listed = c.directory->accounts("s", {}, 10);
  REQUIRE(listed->size() == 2);
  CHECK(listed->at(1).name == "sys");
  CHECK_FALSE(listed->at(1).enabled);
  CHECK(listed->at(0).last_sign_in.has_value());
}

TEST_CASE("passwords follow the rules of the profile") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  const SignedIn in = c.sign_in("anna", {{Role::teacher, c.school_a.no}});
  const auto refused = [&](const std::string& text) { return c.directory->change_password(*in.principal, kPassword, text).error().id; };
  CHECK(refused("Ab1-x") == "password.too_short");
  CHECK(refused("abcdefghijkl1") == "password.too_few_classes");
  CHECK(refused("Anna-Maria-77") == "password.has_account_name");
  CHECK(refused("Password2026!") == "password.common");
  CHECK(refused(kPassword) == "password.used_before");
  CHECK(c.directory->change_password(*in.principal, "wrong", "Lao-Shan-2027").error().id == "password.old_wrong");
  const SignedIn second = std::move(c.directory->sign_in("anna", kPassword, "10.0.0.1")).value();
  REQUIRE(c.directory->change_password(*in.principal, kPassword, "Lao-Shan-2027").ok());
  CHECK(c.directory->authenticate(in.token).ok());
  CHECK_FALSE(c.directory->authenticate(second.token).ok());
  CHECK(c.directory->change_password(*in.principal, "Lao-Shan-2027", kPassword).error().id == "password.used_before");
  CHECK_FALSE((*c.directory->authenticate(in.token))->must_change_password);
  c.clock.advance_micros(seconds(int64_t{91} * 86'400));
  CHECK((*c.directory->sign_in("anna", "Lao-Shan-2027", "10.0.0.1")).principal->must_change_password);
}

TEST_CASE("a one-time password is good for a week, and its owner's own for longer") {
  test::on_each_pair([](City& c) {
    const auto once = c.directory->open_account(c.system, "anna", "");
    must(once);
    c.clock.advance_micros(seconds(int64_t{7} * 86'400 - 1));
    const auto in = c.directory->sign_in("anna", *once, "10.0.0.1");
    must(in);
    CHECK(in->principal->must_change_password);
    c.clock.advance_micros(seconds(1));
    CHECK(c.directory->sign_in("anna", *once, "10.0.0.1").error().to_string() ==
          "this one-time password is 7 days old and no longer good: ask the security administrator for another "
          "(这个一次性密码给出已满 7 天，不能再用；请安全管理员重新给出) [session.one_time_expired]");
    CHECK(c.directory->sign_in("anna", "wrong", "10.0.0.1").error().id == "session.bad_credentials");
    const auto again = c.directory->reset_password(c.system, "anna");
    must(again);
    const auto fresh = c.directory->sign_in("anna", *again, "10.0.0.1");
    must(fresh);
    must(c.directory->change_password(*fresh->principal, *again, "Lao-Shan-2027"));
    c.clock.advance_micros(seconds(int64_t{8} * 86'400));
    CHECK(c.directory->sign_in("anna", "Lao-Shan-2027", "10.0.0.1").ok());
  });
}

TEST_CASE("an API token has some of its maker's rights and no more") {
  test::on_each_pair([](City& c) {
    const SignedIn in = c.sign_in("anna", {{Role::district_officer, c.south.no}});
    CHECK(c.directory->create_token(*in.principal, "x", {Right::audit_read}, 30).error().id == "token.right_not_held");
    CHECK(c.directory->create_token(*in.principal, "x", {}, 30).error().id == "token.bad_request");
    const auto token = c.directory->create_token(*in.principal, "对接", {Right::datasets_read, Right::metrics_read}, 30);
    must(token);
    const auto who = c.directory->authenticate(*token);
    REQUIRE(who.ok());
    CHECK(rights_of(**who) == std::vector<Right>{Right::datasets_read, Right::metrics_read});
    CHECK((*who)->session == 0);
    CHECK(c.directory->create_token(**who, "y", {Right::datasets_read}, 1).error().id == "token.needs_session");
    const auto listed = c.directory->tokens(*in.principal);
    REQUIRE(listed->size() == 1);
    const std::string second = *c.directory->create_token(*in.principal, "二", {Right::datasets_read}, 1);
    c.clock.advance_micros(seconds(86'401));
    CHECK(c.directory->authenticate(second).error().id == "session.expired");
    CHECK(c.directory->authenticate(*token).ok());
    REQUIRE(c.directory->revoke_token(*in.principal, listed->front().no).ok());
    CHECK_FALSE(c.directory->authenticate(*token).ok());
  });
}

TEST_CASE("demonstration accounts are counted until their passwords are changed") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  NewAccount demo{"city", "banmo-demo", {}, {{Role::city_officer, c.city.no}}, true, true};
  REQUIRE(c.directory->create_account(c.system, demo).ok());
  CHECK(*c.directory->demo_accounts_left() == 1);
  const auto in = c.directory->sign_in("city", "banmo-demo", "::1");
  REQUIRE(in.ok());
  CHECK(in->principal->demo);
  CHECK_FALSE(in->principal->must_change_password);
  REQUIRE(c.directory->change_password(*in->principal, "banmo-demo", "Lao-Shan-2027").ok());
  CHECK(*c.directory->demo_accounts_left() == 0);
}

TEST_CASE("authenticate costs a hash and a look into memory") {
  City c(test::Pair::sqlite_duckdb);
  c.build();
  const SignedIn in = c.sign_in("anna", {{Role::district_officer, c.south.no}});
  constexpr int kN = 100'000;
  const auto start = std::chrono::steady_clock::now();
  int n_ok = 0;
  for (int i = 0; i < kN; ++i) n_ok += c.directory->authenticate(in.token).ok() ? 1 : 0;
  const double each_us = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / kN;
  std::printf("authenticate, cached: %.2f us\n", each_us);
  CHECK(n_ok == kN);
  CHECK(each_us < 50);
}

}  // namespace banmo::directory
