// SPDX-License-Identifier: Apache-2.0
// Forwarding against another side that this test plays: what leaves, in which order, and what becomes of refusals and failures.
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
