// SPDX-License-Identifier: Apache-2.0
// Somebody acts for an absent colleague: only while it lasts, only for the office, and never as a second pair of eyes.
#include "flows/delegations.h"

#include <doctest/doctest.h>

#include "directory/proxy.h"
#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

Principal account(World& w, const std::string& name, Role role, directory::OrgNo org) {
  directory::NewAccount wish;
  wish.name = name;
  wish.password = "banmo-demo";
  wish.demo = true;
  wish.must_change_password = false;
  wish.grants = {{role, org}};
  const auto no = must(w.directory->create_account(Principal::system(), wish));
  return *must(directory::principal_of(*w.directory, no, "", {}));
}

// The school's officer and a teacher of the same school, who has no role of the flow.
struct Two {
  explicit Two(World& w) : boss(account(w, "boss", Role::school_cio, w.school_1)), helper(account(w, "helper", Role::teacher, w.school_1)) {}
  Principal boss, helper;
  DelegationWish wish = {"helper", {}, *Date::from_ymd(2026, 9, 21), *Date::from_ymd(2026, 9, 23), "出差"};
};

std::string waiting(World& w, const Principal& who) {
  std::string out;
  for (const CaseHead& head : must(w.flows->cases(who, {})).items) out += head.key + "/" + head.for_account + " ";
  return out;
}

}  // namespace

TEST_CASE("a delegate sees and does what waits for the absent colleague, with both names, until it is over") {
  on_each_pair([](World& w) {
    Two two(w);
    const Case draft = must(w.flows->open(two.boss, "loan", {{"use", "books"}, {"amount", 5000}}));
    const std::string id = draft.head.id.to_string();
    CHECK(told(w.flows->find(two.helper, id)).starts_with("flows.no_such_case"));
    const Delegation given = must(w.flows->delegations().give(two.boss, two.wish));
    CHECK(waiting(w, two.helper) == draft.head.key + "/boss ");
    CHECK(waiting(w, two.boss) == draft.head.key + "/ ");
    CHECK(must(w.flows->find(two.helper, id)).can_save);
    const Case sent = must(w.move(two.helper, draft, "send"));
    CHECK(sent.head.state == "check");
    const auto steps = must(w.flows->history(two.boss, id));
    CHECK(steps.front().on_behalf);
    CHECK(steps.front().for_account == "boss");
    CHECK(!steps.back().on_behalf);
    CHECK(steps.back().for_account == "");
    CHECK(must(w.flows->delegations().list(two.boss)).front().note == two.wish.note);
    CHECK(w.count("SELECT COUNT(*) FROM flow_delegation WHERE note <> ''") == 0);
    CHECK(w.count("SELECT COUNT(*) FROM flow_step WHERE account = 'helper' AND for_account = 'boss'") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.move' AND actor = 'helper' AND detail LIKE '%\"for\":\"boss\"%'") == 1);
    w.clock.set(*Instant::parse_iso("2026-09-23T16:00:00Z"));  // midnight after the last day
    CHECK(waiting(w, two.helper) == "");
    CHECK(told(w.move(two.helper, sent, "withdrawn")) == "flows.not_your_move: 'Withdraw' is made by: School");
    CHECK(must(w.flows->delegations().list(two.helper)).front().id == given.id);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'delegation.give' AND actor = 'boss'") == 1);
  });
}

TEST_CASE("a delegation is for the flows that it names, begins on its day, and either of the two may end it") {
  on_each_pair([](World& w) {
    Two two(w);
    must(w.flows->open(two.boss, "loan", {{"use", "books"}}));
    two.wish.flows = {"leave"};
    must(w.flows->delegations().give(two.boss, two.wish));
    CHECK(waiting(w, two.helper) == "");
    two.wish.flows = {"loan"};
    two.wish.from = *Date::from_ymd(2026, 9, 22);
    const Delegation later = must(w.flows->delegations().give(two.boss, two.wish));
    CHECK(waiting(w, two.helper) == "");
    w.clock.set(*Instant::parse_iso("2026-09-21T16:00:00Z"));
    CHECK(waiting(w, two.helper) == "L2026-000001/boss ");
    CHECK(told(w.flows->delegations().end(w.officer, later.id.to_string())).starts_with("flows.no_such_delegation"));
    must(w.flows->delegations().end(two.helper, later.id.to_string()));
    CHECK(waiting(w, two.helper) == "");
    CHECK(must(w.flows->delegations().end(two.boss, later.id.to_string())).ended_at.has_value());
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'delegation.end'") == 1);
  });
}

TEST_CASE("a delegate is no second person: what either did counts for both") {
  on_each_pair([](World& w) {
    w.open(changed("by: [city, district], label: 批准", "by: [city, district, school], label: 批准"));
    Two two(w);
    must(w.flows->delegations().give(two.boss, two.wish));
    const Case draft = must(w.flows->open(two.boss, "loan", {{"use", "books"}, {"amount", 5000}}));
    const Case sent = must(w.move(two.boss, draft, "send"));
    const Case passed = must(w.move(w.district, sent, "decide", {{"opinion", "可"}}));
    CHECK(told(w.move(two.helper, passed, "granted")).starts_with("flows.four_eyes: 'Grant' needs a second person"));
    const Case mine = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 5000}}));
    const Case for_boss = must(w.move(two.helper, mine, "send"));
    const Case decide = must(w.move(w.district, for_boss, "decide", {{"opinion", "可"}}));
    CHECK(told(w.move(two.boss, decide, "granted")).starts_with("flows.four_eyes"));  // the helper did it in their name
    CHECK(must(w.move(w.officer, decide, "granted")).head.state == "granted");
  });
}

TEST_CASE("a right that the absent colleague loses is the delegate's no more") {
  on_each_pair([](World& w) {
    Two two(w);
    const Case draft = must(w.flows->open(two.boss, "loan", {{"use", "books"}, {"amount", 5000}}));
    must(w.flows->delegations().give(two.boss, two.wish));
    must(w.directory->set_account_enabled(Principal::system(), "boss", false));
    CHECK(waiting(w, two.helper) == "");
    CHECK(told(w.move(two.helper, draft, "send")).starts_with("flows.no_such_case"));
  });
}

TEST_CASE("a delegate who leaves the office, or acts in another role, acts for nobody") {
  on_each_pair([](World& w) {
    Two two(w);
    const Case draft = must(w.flows->open(two.boss, "loan", {{"use", "books"}, {"amount", 5000}}));
    must(w.flows->delegations().give(two.boss, two.wish));
    Principal as_guardian = two.helper;
    as_guardian.grants = {{Role::guardian, w.school_1}};
    CHECK(waiting(w, as_guardian) == "");
    must(w.directory->set_grants(Principal::system(), "helper", {{Role::teacher, w.school_2}}));
    const Principal moved = *must(directory::principal_of(*w.directory, two.helper.account, "", {}));
    CHECK(waiting(w, moved) == "");
    CHECK(told(w.move(moved, draft, "send")).starts_with("flows.no_such_case"));
    CHECK(waiting(w, two.helper) == draft.head.key + "/boss ");  // as long as they stood in the school
  });
}

TEST_CASE("a delegation goes on when the absent colleague's password has to be changed") {
  on_each_pair([](World& w) {
    Two two(w);
    const Case draft = must(w.flows->open(two.boss, "loan", {{"use", "books"}, {"amount", 5000}}));
    must(w.flows->delegations().give(two.boss, two.wish));
    must(w.directory->reset_password(Principal::system(), "boss"));
    CHECK(told(directory::principal_of(*w.directory, two.boss.account, "", {})).starts_with("session.password_must_change"));
    CHECK(waiting(w, two.helper) == draft.head.key + "/boss ");
    CHECK(must(w.move(two.helper, draft, "send")).head.state == "check");
  });
}

TEST_CASE("each refusal of a delegation says what to do") {
  on_each_pair([](World& w) {
    Two two(w);
    account(w, "elsewhere", Role::teacher, w.school_2);
    account(w, "pupil", Role::student, w.school_1);
    const auto refused = [&](const std::function<void(DelegationWish&)>& with) {
      DelegationWish wish = two.wish;
      with(wish);
      return told(w.flows->delegations().give(two.boss, wish));
    };
    const std::string who = "flows.delegate_who: the delegate must be an open account with an office role in your own organisation";
    CHECK(refused([](auto& wish) { wish.to = "boss"; }) == "flows.delegate_self: a delegate is somebody else: give another account");
    for (const char* name : {"elsewhere", "pupil", "nobody", "help"}) CHECK(refused([&](auto& wish) { wish.to = name; }) == who);
    CHECK(refused([](auto& wish) { wish.flows = {"loans"}; }) == "flows.no_such_flow: there is no such flow");
    const std::string days = "flows.delegate_days: a delegation ends on a day not before it begins nor before today, and lasts 366 days at most";
    CHECK(refused([](auto& wish) { wish.until = *Date::from_ymd(2026, 9, 20); }) == days);
    CHECK(refused([](auto& wish) { wish.until = *Date::from_ymd(2028, 9, 20); }) == days);
    CHECK(told(w.flows->delegations().give(account(w, "kid", Role::guardian, w.school_1), two.wish)) ==
          "flows.delegate_none: there is nothing of yours that somebody else could do for you");
    for (int i = 0; i < 20; ++i) must(w.flows->delegations().give(two.boss, two.wish));
    CHECK(refused([](auto&) {}) == "flows.delegate_many: you have 20 delegations that go on: end some first");
  });
}

}  // namespace banmo::flows::test
