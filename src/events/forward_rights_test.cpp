// SPDX-License-Identifier: Apache-2.0
// Who makes, releases, pauses and reads a forward, and what each is told.
#include "events/forwards.h"

#include "crypto/signed.h"
#include "events/test_forward.h"

namespace banmo::events {
namespace {

using directory::Principal;
using directory::Right;
using directory::Role;
using test::Both;
using test::error_of;
using test::id_of;
using test::must;
using test::on_each_pair;
using test::OtherSide;
using test::reference;
using test::short_id;
using test::statement;
using test::World;

TEST_CASE("who runs the installation makes a forward, who may export the data releases it, and no one sees another's") {
  on_each_pair([](World& w) {
    Both b(w);
    const ForwardPlan plan{.title = "x", .endpoint = "https://lrs.cn/xapi", .key = "k", .secret = "s", .org = w.school_2};
    const std::string here = plan.endpoint;
    CHECK(error_of(b.forwards.make(b.officer, plan)) == "directory.no_right");
    CHECK(error_of(b.forwards.release(b.admin, b.id, here)) == "directory.no_right");
    Principal both = b.admin;
    both.grants.push_back({Role::city_officer, w.city});
    CHECK(error_of(b.forwards.release(both, b.id, here)) == "events.own_forward");
    Principal token = b.admin;
    token.session = 0;
    CHECK(error_of(b.forwards.make(token, plan)) == "events.needs_session");
    CHECK(error_of(b.forwards.resume(b.officer, b.id)) == "events.forward_waits");
    const Principal neighbour = Both::person({{Role::school_cio, w.school_2}}, 3), own = Both::person({{Role::school_cio, w.school_1}}, 4);
    CHECK(must(b.forwards.list(neighbour)).empty());
    CHECK(must(b.forwards.list(own)).size() == 1);
    for (const auto& done : {b.forwards.forward(neighbour, b.id), b.forwards.pause(neighbour, b.id), b.forwards.release(neighbour, b.id, here)})
      CHECK(error_of(done) == "events.no_such_forward");
    CHECK(error_of(b.forwards.refused(neighbour, b.id, 0, 10)) == "events.no_such_forward");
    CHECK(error_of(b.forwards.remove(b.officer, b.id)) == "directory.no_right");
    ForwardPlan bad = plan;
    bad.title = " ";
    CHECK(error_of(b.forwards.make(b.admin, bad)) == "events.no_title");
    bad = plan;
    bad.secret.reset();
    CHECK(error_of(b.forwards.make(b.admin, bad)) == "events.no_secret");
    bad = plan;
    bad.verbs = {"did"};
    CHECK(b.forwards.make(b.admin, bad).error().where == "$.verbs[0]");
    must(b.forwards.remove(b.admin, b.id));
    CHECK(must(b.forwards.list(b.admin)).empty());
    for (const char* action : {"make", "remove"})
      CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'xapi_forward." + std::string(action) + "' AND actor = 'account-1'") == 1);
  });
}

TEST_CASE("a pause holds everything back, another address waits for a new release, and another title does not") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    must(b.forwards.pause(b.officer, b.id));
    w.store(w.one, statement("0001"));
    CHECK(b.run() == 0);
    must(b.forwards.resume(b.officer, b.id));
    CHECK(b.run() == 1);
    ForwardPlan plan{.title = "新名", .endpoint = "https://lrs.cn/xapi", .key = "k"};
    CHECK(must(b.forwards.change(b.admin, b.id, plan)).state == ForwardState::running);
    plan.endpoint = "https://elsewhere.cn/xapi";
    const auto without = b.forwards.change(b.admin, b.id, plan);
    REQUIRE(error_of(without) == "events.no_secret");
    CHECK(without.error().message.zh == "地址或用户名变了，请重新填写对方给的口令");
    CHECK(b.now().plan.endpoint == "https://lrs.cn/xapi");
    ForwardPlan other_key{.title = "新名", .endpoint = "https://lrs.cn/xapi", .key = "k2"};
    CHECK(error_of(b.forwards.change(b.admin, b.id, other_key)) == "events.no_secret");
    plan.secret = "neu";
    CHECK(must(b.forwards.change(b.admin, b.id, plan)).state == ForwardState::waiting);
    w.store(w.one, statement("0002"));
    CHECK(b.run() == 0);
    b.release();
    CHECK(b.run() == 1);
    CHECK(b.other.calls.back().url == "https://elsewhere.cn/xapi/statements");
    CHECK(b.other.calls.back().secret == "neu");
  });
}

TEST_CASE("who led it elsewhere does not release it either, and a release names the address that was seen") {
  on_each_pair([](World& w) {
    Both b(w);
    const Principal other = Both::person({{Role::system_admin, w.city}, {Role::city_officer, w.city}}, 5);
    ForwardPlan plan{.title = "区平台", .endpoint = "https://elsewhere.cn/xapi", .key = "k", .secret = "s"};
    must(b.forwards.change(other, b.id, plan));
    CHECK(error_of(b.forwards.release(other, b.id, plan.endpoint)) == "events.own_forward");
    CHECK(error_of(b.forwards.release(b.officer, b.id, "https://lrs.cn/xapi")) == "events.forward_changed");
    CHECK(b.now().state == ForwardState::waiting);
    CHECK(must(b.forwards.release(b.officer, b.id, plan.endpoint)).state == ForwardState::running);
  });
}

TEST_CASE("what the other side answered is shown to who may export the organisation's data, its status to who manages the keys") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    w.store(w.one, statement("0001"));
    b.other.refuses = {"0001"};
    b.run();
    CHECK(must(b.forwards.refused(b.officer, b.id, 0, 10)).items.at(0).answer == "HTTP 400 no 0001");
    CHECK(must(b.forwards.refused(b.admin, b.id, 0, 10)).items.at(0).answer == "HTTP 400");
  });
}

TEST_CASE("a test of the way says which versions the other side speaks and whether the key is taken, and sends nothing") {
  on_each_pair([](World& w) {
    Both b(w);
    ForwardTest test = must(b.forwards.test(b.admin, b.id));
    CHECK(test.is_good);
    CHECK(test.versions == std::vector<std::string>{"1.0.3", "2.0.0"});
    CHECK(b.other.has.empty());
    b.other.next = {{200, {}, R"({"version":["1.0.3"]})"}};
    CHECK_FALSE(must(b.forwards.test(b.admin, b.id)).is_good);
    b.other.next = {{200, {}, R"({"version":["2.0.0"]})"}, {401, {}, ""}};
    test = must(b.forwards.test(b.admin, b.id));
    CHECK_FALSE(test.is_good);
    CHECK(test.status == 401);
    b.other.n_dead = 1;
    CHECK(must(b.forwards.test(b.admin, b.id)).error->id == "http.outbound_failed");
  });
}

}  // namespace
}  // namespace banmo::events
