// SPDX-License-Identifier: Apache-2.0
// Forwarding against another side that this test plays: what leaves, in which order, what becomes of refusals and failures, and who may.
#include "events/forwards.h"

#include <deque>
#include <map>
#include <set>

#include "crypto/signed.h"
#include "events/forward_parcel.h"
#include "events/test_world.h"

namespace banmo::events {
namespace {

using directory::Principal;
using directory::Right;
using directory::Role;
using test::id_of;
using test::must;
using test::on_each_pair;
using test::reference;
using test::statement;
using test::World;

// What went wrong, or "ok".
std::string error_of(const auto& result) { return result.ok() ? "ok" : result.error().id; }
std::string short_id(const json::Value& statement) { return statement.find("id")->as_string()->substr(32); }

// The other store: takes what it is not told to refuse, each id once.
struct OtherSide {
  std::map<std::string, std::string> has;  // id to verb
  std::string order;                       // short ids as they came first
  std::set<std::string> refuses;           // short ids answered with `refusal`
  int refusal = 400;
  std::deque<OutboundAnswer> next;  // answers that come before anything is looked at
  int n_dead = 0;                   // so many calls find nobody
  bool dies_after_taking = false;   // the answer to what it took is lost
  std::vector<OutboundRequest> calls;

  Result<OutboundAnswer> operator()(const OutboundRequest& request) {
    calls.push_back(request);
    if (n_dead > 0) {
      --n_dead;
      return fail(ErrorCode::unavailable, "http.outbound_failed", {"连不上", "not reached"});
    }
    if (!next.empty()) {
      OutboundAnswer answer = next.front();
      next.pop_front();
      return answer;
    }
    if (request.method == "GET") return look(request);
    return take(request);
  }
  OutboundAnswer look(const OutboundRequest& request) const {
    if (request.url.ends_with("/about")) return {200, {}, R"({"version":["1.0.3","2.0.0"]})"};
    const auto found = has.find(request.url.substr(request.url.size() - 36));
    if (found == has.end() || request.url.find("?statementId") == std::string::npos) return {404, {}, ""};
    return {200, {}, found->second};
  }
  Result<OutboundAnswer> take(const OutboundRequest& request) {
    std::string list = request.body;
    if (const size_t begin = list.find("\r\n\r\n"); list.starts_with("--")) list = list.substr(begin + 4, list.find("\r\n--", begin) - begin - 4);
    const json::Value statements = must(json::read(list));
    for (const json::Value& one : *statements.as_array())
      if (refuses.contains(short_id(one))) return OutboundAnswer{refusal, {}, "no " + short_id(one)};
    for (const json::Value& one : *statements.as_array())
      if (const auto known = has.find(*one.find("id")->as_string()); known != has.end() && known->second != json::write(one))
        return OutboundAnswer{409, {}, "other"};
    for (const json::Value& one : *statements.as_array())
      if (has.emplace(*one.find("id")->as_string(), json::write(one)).second) order += (order.empty() ? "" : " ") + short_id(one);
    if (std::exchange(dies_after_taking, false)) return fail(ErrorCode::timeout, "http.outbound_timeout", {"没有应答", "no answer"});
    return OutboundAnswer{200, {}, "[]"};
  }
};

// A world with somebody who runs the installation, an officer, and a forward of school_1 that was released.
struct Both {
  explicit Both(World& world, bool from_beginning = false)
      : w(world),
        forwards(*world.directory, crypto::Bytes(32, 7), [this](const OutboundRequest& request) { return other(request); }),
        officer(person({{Role::city_officer, w.city}}, 2)),
        admin(person({{Role::system_admin, w.city}}, 1)) {
    ForwardPlan plan{.title = "区平台", .endpoint = "https://lrs.cn/xapi", .key = "k", .secret = "geheim", .org = w.school_1};
    plan.from_beginning = from_beginning;
    id = must(forwards.make(admin, plan)).id;
  }
  static Principal person(std::vector<directory::Grant> grants, int64_t no) {
    Principal who;
    who.account = {no};
    who.account_name = "account-" + std::to_string(no);
    who.session = no;
    who.grants = std::move(grants);
    return who;
  }
  void release() { must(forwards.release(officer, id, now().plan.endpoint)); }
  int64_t run() { return must(forwards.run(stop)); }
  Forward now() { return must(forwards.forward(admin, id)); }
  std::string refused() {
    std::string out;
    for (const RefusedStatement& one : must(forwards.refused(officer, id, 0, 100)).items)
      out += (out.empty() ? "" : " ") + one.id.to_string().substr(32) + ":" + std::to_string(one.status);
    return out;
  }

  World& w;
  OtherSide other;
  Forwards forwards;
  Principal officer, admin;
  std::string id;
  std::atomic<bool> stop = false;
};

TEST_CASE("nothing leaves before the release, then what the organisation stores goes in order, once, with its key and version") {
  on_each_pair([](World& w) {
    w.store(w.one, statement("0001"));
    Both b(w);
    w.store(w.one, "[" + statement("0002") + "," + statement("0003") + "]");
    w.store(w.two, statement("0004"));  // of another school
    CHECK(b.run() == 0);
    CHECK(b.other.calls.empty());
    CHECK(b.now().n_behind == 2);
    b.release();
    CHECK(b.run() == 2);
    CHECK(b.other.order == "0002 0003");
    const OutboundRequest& call = b.other.calls.at(0);
    CHECK(call.method == "POST");
    CHECK(call.url == "https://lrs.cn/xapi/statements");
    CHECK(call.user == "k");
    CHECK(call.secret == "geheim");
    CHECK(call.headers.at(0) == std::pair<std::string, std::string>("X-Experience-API-Version", "2.0.0"));
    CHECK(b.run() == 0);
    CHECK(b.other.calls.size() == 1);
    const Forward now = b.now();
    CHECK(now.n_sent == 2);
    CHECK(now.n_behind == 0);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'xapi_forward.send'") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE detail LIKE '%geheim%'") == 0);
    const auto sealed = must(must(w.stores.ledger->read())->query("SELECT secret FROM xapi_forward"));
    const auto& bytes = std::get<sql::Blob>(sealed[0][0]);
    CHECK(std::string(bytes.begin(), bytes.end()).find("geheim") == std::string::npos);
  });
}

TEST_CASE("from the beginning, what is stored already goes too; a forward of the city takes all that lies below") {
  on_each_pair([](World& w) {
    w.store(w.one, statement("0001"));
    w.store(w.two, statement("0002"));
    Both b(w, true);
    b.release();
    CHECK(b.run() == 1);
    ForwardPlan plan{.title = "省平台", .endpoint = "https://province.cn/xapi", .key = "k", .secret = "s", .org = w.city, .from_beginning = true};
    const std::string id = must(b.forwards.make(b.admin, plan)).id;
    must(b.forwards.release(b.officer, id, plan.endpoint));
    b.other.has.clear();
    CHECK(b.run() == 2);
    CHECK(b.other.order == "0001 0001 0002");
  });
}

TEST_CASE("a lost answer means that the same statements are sent again, and the other side has them already") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    w.store(w.one, "[" + statement("0001") + "," + statement("0002") + "]");
    b.other.dies_after_taking = true;
    CHECK(b.run() == 0);
    Forward now = b.now();
    CHECK(now.n_failures == 1);
    CHECK(now.error.zh == "没有应答");
    REQUIRE(now.next_try_at.has_value());
    CHECK(*now.next_try_at > w.clock.now());
    CHECK(b.run() == 0);  // not due yet
    CHECK(b.other.calls.size() == 1);
    w.clock.advance_micros(1'000'000);
    CHECK(b.run() == 2);
    CHECK(b.other.order == "0001 0002");
    now = b.now();
    CHECK(now.error.zh.empty());
    CHECK(now.n_failures == 0);
    CHECK_FALSE(now.next_try_at.has_value());
  });
}

TEST_CASE("what the other side refuses is cut out and put aside, the rest goes on, and it can be sent once more") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    std::string body;
    for (int i = 1; i <= 9; ++i) body += (body.empty() ? "[" : ",") + statement("000" + std::to_string(i));
    w.store(w.one, body + "]");
    b.other.refuses = {"0001", "0005", "0009"};
    CHECK(b.run() == 6);
    CHECK(b.other.order == "0002 0003 0004 0006 0007 0008");
    CHECK(b.refused() == "0001:400 0005:400 0009:400");
    CHECK(must(b.forwards.refused(b.officer, b.id, 0, 1)).items.at(0).answer == "HTTP 400 no 0001");
    CHECK(must(b.forwards.refused(b.officer, b.id, 0, 2)).next != 0);
    CHECK(b.now().n_refused == 3);
    CHECK(b.now().error.zh.empty());
    b.other.refuses = {"0005"};
    CHECK(must(b.forwards.retry(b.officer, b.id)) == 3);
    CHECK(b.run() == 2);
    CHECK(b.refused() == "0005:400");
    CHECK(b.now().n_sent == 8);
    CHECK(b.run() == 0);
  });
}

TEST_CASE("409 to what the other side has already is no refusal; 409 to another statement of that id is one") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    w.store(w.one, "[" + statement("0001") + "," + statement("0002") + "," + statement("0003") + "]");
    // It keeps a statement in its own words: the answer is 409, though it says the same.
    const std::string same = R"({"verb":{"id":"http://v.cn/did"},"id":")" + id_of("0001") + R"(","object":{"id":"http://o.cn/lesson"},"actor":)" +
                             R"({"account":{"name":"a","homePage":"https://tool.cn"}}})";
    b.other.has = {{id_of("0001"), same}, {id_of("0003"), statement("0003", "somebody-else")}};
    CHECK(b.run() == 2);
    CHECK(b.refused() == "0003:409");
    CHECK(b.other.order == "0002");
  });
}

TEST_CASE("403 is a refusal of statements only where the key takes statements at all") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    w.store(w.one, "[" + statement("0001") + "," + statement("0002") + "]");
    b.other.refuses = {"0002"};
    b.other.refusal = 403;
    CHECK(b.run() == 1);
    CHECK(b.refused() == "0002:403");
    w.store(w.one, statement("0003"));
    b.other.next = {{403, {}, "no scope"}, {403, {}, "no scope"}};
    CHECK(b.run() == 0);
    CHECK(b.refused() == "0002:403");
    CHECK(b.now().error.en == "HTTP 403");
    must(b.forwards.resume(b.officer, b.id));
    CHECK(b.run() == 1);
  });
}

TEST_CASE("failures come further and further apart, up to ten minutes, and Retry-After is obeyed") {
  CHECK(pause_s(0, 0) == 1);
  CHECK(pause_s(3, 0) == 8);
  CHECK(pause_s(3, 0.5) == 6);
  CHECK(pause_s(9, 0) == 512);
  CHECK(pause_s(10, 0) == 600);
  CHECK(pause_s(1000, 0) == 600);
  const Instant now = *Instant::parse_iso("2026-11-22T03:00:00Z");
  const auto wait = [&](const char* value) { return retry_after_s({503, {{"retry-after", value}}, {}}, now); };
  CHECK(wait("120") == 120);
  CHECK(wait("Sun, 22 Nov 2026 03:01:30 GMT") == 90);
  CHECK(wait("Sat, 21 Nov 2026 03:01:30 GMT") == 0);
  CHECK(wait("999999999") == 86'400);
  for (const char* none : {"", "-5", "soon", "Sun, 22 Foo 2026 03:01:30 GMT", "12x"}) CHECK_MESSAGE(wait(none) == 0, none);
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    w.store(w.one, statement("0001"));
    b.other.next = {{503, {{"retry-after", "1800"}}, "later"}};
    CHECK(b.run() == 0);
    CHECK(b.now().error.en == "HTTP 503");
    CHECK(b.now().next_try_at->micros - w.clock.now().micros == int64_t{1800} * 1'000'000);
    must(b.forwards.resume(b.officer, b.id));  // somebody knows better
    CHECK(b.run() == 1);
  });
}

TEST_CASE("a hundred refusals in a row pause the forward, so that a wrong address does not empty it into the list") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    for (const int first : {1000, 1075}) {
      std::string body;
      for (int i = first; i < first + 75; ++i) {
        body += (body.empty() ? "[" : ",") + statement(std::to_string(i));
        b.other.refuses.insert(std::to_string(i));
      }
      w.store(w.one, body + "]");
    }
    CHECK(b.run() == 0);
    CHECK(b.now().state == ForwardState::paused);
    CHECK(b.now().n_refused == 100);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'xapi_forward.stop' AND actor = 'system'") == 1);
    CHECK(b.now().n_behind == 50);
    CHECK(b.now().error.en.find("paused") != std::string::npos);
    b.other.refuses.clear();
    must(b.forwards.resume(b.officer, b.id));
    must(b.forwards.retry(b.officer, b.id));
    CHECK(b.run() == 150);
    CHECK(b.other.has.size() == 150);
  });
}

TEST_CASE("a filter by verb and profile holds back the rest, and a voiding statement goes where the voided one went") {
  on_each_pair([](World& w) {
    Both b(w);
    ForwardPlan plan{.title = "区平台", .endpoint = "https://lrs.cn/xapi", .key = "k", .verbs = {"http://v.cn/did"}, .profiles = {"http://p.cn/1"}};
    must(b.forwards.change(b.admin, b.id, plan));
    b.release();
    const std::string in_profile = R"(,"context":{"contextActivities":{"category":[{"id":"http://p.cn/1"}]}})";
    const std::string voids = R"({"actor":{"mbox":"mailto:a@b.cn"},"verb":{"id":"http://adlnet.gov/expapi/verbs/voided"},"object":)";
    w.store(w.one, statement("0001", "a", "did", in_profile));
    w.store(w.one, statement("0002", "a", "saw", in_profile));
    w.store(w.one, statement("0003", "a", "did"));
    w.store(w.one, voids + reference("0002") + R"(,"id":")" + id_of("0004") + "\"}");
    w.store(w.one, voids + reference("0001") + R"(,"id":")" + id_of("0005") + "\"}");
    CHECK(b.run() == 2);
    CHECK(b.other.order == "0001 0005");
    CHECK(b.now().n_behind == 0);
  });
}

TEST_CASE("attachments go with their statements, and a statement of another version line goes without its version") {
  on_each_pair([](World& w) {
    Both b(w);
    ForwardPlan plan{.title = "区平台", .endpoint = "https://lrs.cn/xapi", .version = Version::v1_0, .key = "k"};
    must(b.forwards.change(b.admin, b.id, plan));
    b.release();
    const std::string sha2 = crypto::sha2_hex(256, "bytes of it");
    const std::string attached =
        R"(,"attachments":[{"usageType":"http://u.cn","display":{"en":"w"},"contentType":"text/plain","length":11,"sha2":")" + sha2 + "\"}]";
    must(w.events->store(w.one, Version::v2_0, statement("0001", "a", "did", attached), {}, {{sha2, "text/plain", "bytes of it"}}));
    CHECK(b.run() == 1);
    const OutboundRequest& call = b.other.calls.at(0);
    CHECK(call.headers.at(0).second == "1.0.3");
    CHECK(call.headers.at(1).second.starts_with("multipart/mixed; boundary="));
    CHECK(call.body.find("X-Experience-API-Hash: " + sha2 + "\r\n\r\nbytes of it\r\n") != std::string::npos);
    CHECK(call.body.find("\"version\"") == std::string::npos);
    CHECK(call.body.find("\"authority\"") != std::string::npos);
  });
}

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

TEST_CASE("a pause takes the forward from who is sending: no further request, and no failure of it undoes the pause") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    w.store(w.one, "[" + statement("0001") + "," + statement("0002") + "]");
    int n_calls = 0;
    Forwards second(*w.directory, crypto::Bytes(32, 7), [&](const OutboundRequest&) {
      ++n_calls;
      must(b.forwards.pause(b.officer, b.id));
      return Result<OutboundAnswer>({400, {}, "cut it in halves"});
    });
    CHECK(must(second.run(b.stop)) == 0);
    CHECK(n_calls == 1);
    CHECK(b.now().n_refused == 0);
    must(b.forwards.resume(b.officer, b.id));
    Forwards third(*w.directory, crypto::Bytes(32, 7), [&](const OutboundRequest&) {
      must(b.forwards.pause(b.officer, b.id));
      return Result<OutboundAnswer>({503, {}, ""});
    });
    CHECK(must(third.run(b.stop)) == 0);
    CHECK(b.now().state == ForwardState::paused);
    CHECK(b.now().n_failures == 0);
    must(b.forwards.resume(b.officer, b.id));
    CHECK(b.run() == 2);
  });
}

TEST_CASE("the lease lasts while one batch is cut to pieces, and a run whose time is over stops once it got on") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    w.store(w.one, "[" + statement("0001") + "," + statement("0002") + "," + statement("0003") + "," + statement("0004") + "]");
    b.other.refuses = {"0001"};
    int64_t n_elsewhere = 0;
    Forwards slow(*w.directory, crypto::Bytes(32, 7), [&](const OutboundRequest& request) {
      w.clock.advance_micros(25'000'000);
      if (w.pair == test::Pair::postgres) n_elsewhere += must(b.forwards.run(b.stop));
      return b.other(request);
    });
    CHECK(must(slow.run(b.stop)) == 0);
    CHECK(n_elsewhere == 0);
    CHECK(b.other.calls.size() == 3);  // four, two, one: that one lies aside, and the time is over
    CHECK(b.refused() == "0001:400");
    CHECK(b.run() == 3);
  });
}

TEST_CASE("where the other side cannot say what it has, a conflict is a failure and the mark stays") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    w.store(w.one, statement("0001"));
    for (const int status : {500, 429}) {
      b.other.next = {{409, {}, "have it"}, {status, {}, ""}};
      CHECK(b.run() == 0);
      CHECK(b.refused().empty());
      CHECK(b.now().error.en == "HTTP " + std::to_string(status));
      must(b.forwards.resume(b.officer, b.id));
    }
    CHECK(b.run() == 1);
    CHECK(b.other.order == "0001");
  });
}

TEST_CASE("refusals in a row are counted through runs, and something taken begins anew") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    const auto refuse = [&](int no) {
      w.store(w.one, statement(std::to_string(no)));
      b.other.refuses.insert(std::to_string(no));
      b.run();
    };
    refuse(1001);
    refuse(1002);
    CHECK(b.now().n_refused_in_row == 2);
    must(w.stores.ledger->write([](sql::Connection& connection) { return connection.script("UPDATE xapi_forward SET n_in_row = 98"); }));
    refuse(1003);
    CHECK(b.now().state == ForwardState::running);
    refuse(1004);
    CHECK(b.now().state == ForwardState::paused);
    must(b.forwards.resume(b.officer, b.id));
    CHECK(b.now().n_refused_in_row == 0);
    refuse(1005);
    w.store(w.one, statement("0001"));
    CHECK(b.run() == 1);
    CHECK(b.now().n_refused_in_row == 0);
  });
}

TEST_CASE("a stored statement that cannot be read again lies aside, and a forward that is broken here does not stop the others") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    ForwardPlan plan{.title = "坏的", .endpoint = "https://broken.cn/xapi", .key = "k", .secret = "s", .org = w.school_1};
    const std::string broken = must(b.forwards.make(b.admin, plan)).id;  // the newest comes first
    must(b.forwards.release(b.officer, broken, plan.endpoint));
    w.store(w.one, "[" + statement("0001") + "," + statement("0002") + "," + statement("0003") + "]");
    must(w.stores.ledger->write([&](sql::Connection& connection) -> Result<> {
      BANMO_DO(connection.script("UPDATE xapi_statement SET body = 'not json' WHERE no = (SELECT MIN(no) + 1 FROM xapi_statement)"));
      BANMO_TRY([[maybe_unused]] const int64_t n, connection.execute("UPDATE xapi_forward SET secret = $1 WHERE id = $2", {sql::Blob(40), broken}));
      return {};
    }));
    CHECK(b.run() == 2);
    CHECK(b.other.order == "0001 0003");
    CHECK(b.refused() == "0002:0");
    CHECK(must(b.forwards.refused(b.admin, b.id, 0, 10)).items.at(0).answer.find("cannot be read again") != std::string::npos);
    const Forward failed = must(b.forwards.forward(b.admin, broken));
    CHECK(failed.n_failures == 1);
    CHECK_FALSE(failed.error.en.empty());
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

TEST_CASE("of two processes on one PostgreSQL one sends, and what was erased meanwhile is not sent again") {
  on_each_pair([](World& w) {
    Both b(w);
    b.release();
    w.store(w.one, "[" + statement("0001") + "," + statement("0002") + "]");
    b.other.refuses = {"0001", "0002"};
    CHECK(b.run() == 0);
    if (w.pair == test::Pair::postgres) {
      OtherSide elsewhere;
      Forwards second(*w.directory, crypto::Bytes(32, 7), [&](const OutboundRequest& request) {
        CHECK(must(b.forwards.run(b.stop)) == 0);  // while the second sends
        return elsewhere(request);
      });
      w.store(w.one, statement("0003"));
      CHECK(must(second.run(b.stop)) == 1);
      CHECK(elsewhere.order == "0003");
    }
    must(w.stores.ledger->write([](sql::Connection& connection) { return connection.script("DELETE FROM xapi_statement"); }));
    CHECK(b.refused().empty());
    must(b.forwards.retry(b.officer, b.id));
    b.other.calls.clear();
    CHECK(b.run() == 0);
    CHECK(b.other.calls.empty());
    CHECK(w.count("SELECT COUNT(*) FROM xapi_forward_refused") == 0);
    w.clock.advance_micros(1'000'000);
    w.store(w.one, statement("0004"));
    b.other.refuses = {"0004"};
    b.run();
    CHECK(w.count("SELECT COUNT(*) FROM xapi_forward_refused") == 1);
    must(w.stores.ledger->write([](sql::Connection& connection) { return connection.script("DELETE FROM xapi_statement"); }));
    w.clock.advance_micros(60'000'000);
    b.run();  // the answer, which may speak of people, goes without anybody asking
    CHECK(w.count("SELECT COUNT(*) FROM xapi_forward_refused") == 0);
  });
}

}  // namespace
}  // namespace banmo::events
