// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "crypto/crypto.h"
#include "crypto/signed.h"
#include "events/test_world.h"

namespace banmo::events {
namespace {

using test::id_of;
using test::must;
using test::on_each_pair;
using test::reference;
using test::statement;
using test::World;

TEST_CASE("a statement comes back byte for byte, with what the store adds") {
  on_each_pair([](World& w) {
    const std::string sent = R"( {"verb": {"id":"http://v.cn/did"}, "actor":{"mbox":"mailto:a@b.cn"},"id":"00000000-0000-4000-8000-000000000001",
      "result":{"score":{"raw":1.50,"max":1e2},"extensions":{"http://x.cn/big":12345678901234567890, "http://x.cn/t":"\u73ed"}},"object":{"id":"http://o.cn"}})";
    const auto ids = w.store(w.one, sent);
    CHECK(ids == std::vector<std::string>{"00000000-0000-4000-8000-000000000001"});
    const std::string body = *must(w.events->statement(w.one, *Uuid::parse(ids[0]), false));
    CHECK(body.find(R"("score":{"raw":1.50,"max":1e2},"extensions":{"http://x.cn/big":12345678901234567890, "http://x.cn/t":"\u73ed"})") !=
          std::string::npos);
    const json::Value value = must(json::read(body));
    CHECK(*value.find("version") == json::Value("2.0.0"));
    CHECK(*value.find("stored") == json::Value("2026-11-21T08:00:00.000000Z"));
    CHECK(*value.find("timestamp") == *value.find("stored"));
    CHECK(*value.find("authority")->find("account")->find("name") == json::Value(w.one.key));
  });
}

TEST_CASE("what a client says of authority and stored is replaced") {
  on_each_pair([](World& w) {
    w.store(w.one, statement("0001", "a", "did", R"(,"authority":{"mbox":"mailto:forged@b.cn"},"stored":"2001-01-01T00:00:00Z")"));
    const std::string body = *must(w.events->statement(w.one, *Uuid::parse(id_of("0001")), false));
    CHECK(body.find("forged") == std::string::npos);
    CHECK(body.find("2001") == std::string::npos);
  });
}

TEST_CASE("the same statement again changes nothing, another with its id is refused, and a batch is all or none") {
  on_each_pair([](World& w) {
    w.store(w.one, statement("0001"));
    w.clock.advance_micros(1'000'000);
    w.store(w.one, statement("0001", "a", "did", R"(,"version":"1.0.3")"));
    CHECK(w.refused(w.one, statement("0001", "b")) == "$ events.other_statement");
    CHECK(w.refused(w.one, "[" + statement("0002") + "," + statement("0001", "b") + "]") == "$[1] events.other_statement");
    CHECK(w.refused(w.one, "[" + statement("0003") + "," + statement("0004", "a", "did", R"(,"extra":1)") + "]") ==
          "$[1].extra events.unknown_member");
    CHECK(w.refused(w.one, "[" + statement("0003") + "," + statement("0003") + "]") == "$[1].id events.repeated_id");
    CHECK(w.found(w.one) == "0001");
    CHECK(w.count("SELECT COUNT(*) FROM xapi_statement") == 1);
  });
}

TEST_CASE("a statement that would stand too deep to be read again is refused") {
  on_each_pair([](World& w) {
    const auto nested = [](size_t depth) {
      std::string value = "1";
      for (size_t i = 0; i < depth; ++i) value = R"({"http://x.cn/e":)" + value + "}";
      return R"(,"context":{"contextActivities":{"parent":{"id":"http://o.cn/c","definition":{"extensions":)" + value + "}}}}";
    };
    CHECK(w.refused(w.one, statement("0001", "a", "did", nested(26))) == "stored");
    CHECK(w.refused(w.one, statement("0002", "a", "did", nested(27))) == "$ events.too_deep");
    w.store(w.one, statement("0004", "a", "did", "", reference("0001")));
  });
}

TEST_CASE("another organisation may use the same id, and neither sees the other's statement") {
  on_each_pair([](World& w) {
    w.store(w.one, statement("0001", "a"));
    w.store(w.two, statement("0001", "b"));
    CHECK(must(w.events->statement(w.one, *Uuid::parse(id_of("0001")), false))->find("\"name\":\"a\"") != std::string::npos);
    CHECK(must(w.events->statement(w.two, *Uuid::parse(id_of("0001")), false))->find("\"name\":\"b\"") != std::string::npos);
    CHECK(w.found(w.one) == "0001");
    CHECK(w.found(w.all) == "0001 0001");
    const Key district = w.key(w.south, {"statements/read"});
    CHECK(w.found(district) == "0001 0001");
    const Key mine = w.key(w.school_1, {"statements/read/mine"});
    CHECK(w.found(mine).empty());
    CHECK(!must(w.events->statement(mine, *Uuid::parse(id_of("0001")), false)));
  });
}

TEST_CASE("every filter finds what it should, newest first or in order") {
  on_each_pair([](World& w) {
    const std::string group = R"({"objectType":"Group","member":[{"mbox":"mailto:m@b.cn"}]})";
    w.store(w.one, statement("0001", "a", "did", R"(,"context":{"registration":"AAAAAAAA-0000-4000-8000-000000000000"})"));
    w.store(w.one, statement("0002", "b", "did", R"(,"context":{"contextActivities":{"parent":{"id":"http://o.cn/course"}},"team":)" + group + "}"));
    w.store(w.one, statement("0003", "c", "saw", {}, R"({"objectType":"Agent","mbox":"mailto:m@b.cn"})"));
    w.store(
        w.one,
        statement(
            "0004", "d", "did", {},
            R"({"objectType":"SubStatement","actor":{"mbox":"mailto:m@b.cn"},"verb":{"id":"http://v.cn/x"},"object":{"id":"http://o.cn/course"}})"));
    const auto ask = [&](auto set) {
      StatementQuery query;
      set(query);
      return w.found(w.one, query);
    };
    CHECK(ask([](auto&) {}) == "0004 0003 0002 0001");
    CHECK(ask([](auto& q) { q.ascending = true; }) == "0001 0002 0003 0004");
    CHECK(ask([](auto& q) { q.agent = "account https://tool.cn b"; }) == "0002");
    CHECK(ask([](auto& q) { q.agent = "mbox mailto:m@b.cn"; }) == "0003");
    CHECK(ask([](auto& q) {
            q.agent = "mbox mailto:m@b.cn";
            q.related_agents = true;
          }) == "0004 0003 0002");
    CHECK(ask([](auto& q) { q.verb = "http://v.cn/saw"; }) == "0003");
    CHECK(ask([](auto& q) { q.activity = "http://o.cn/lesson"; }) == "0002 0001");
    CHECK(ask([](auto& q) { q.activity = "http://o.cn/course"; }).empty());
    CHECK(ask([](auto& q) {
            q.activity = "http://o.cn/course";
            q.related_activities = true;
          }) == "0004 0002");
    CHECK(ask([](auto& q) { q.registration = "aaaaaaaa-0000-4000-8000-000000000000"; }) == "0001");
    CHECK(ask([](auto& q) {
            q.verb = "http://v.cn/did";
            q.activity = "http://o.cn/lesson";
            q.agent = "account https://tool.cn a";
          }) == "0001");
    CHECK(ask([&](auto& q) {
            q.agent = "account https://city.cn/xapi " + w.one.key;
            q.related_agents = true;
          }) == "0004 0003 0002 0001");
    const Instant start = *Instant::parse_iso("2026-11-21T08:00:00Z");
    CHECK(ask([&](auto& q) { q.since = start; }) == "0004 0003 0002");
    CHECK(ask([&](auto& q) { q.until = Instant{start.micros + 1}; }) == "0002 0001");
    CHECK(ask([&](auto& q) {
            q.since = Instant{start.micros + 2};
            q.until = Instant{start.micros};
          }).empty());
  });
}

TEST_CASE("pages go on to the end, each statement once, in both directions") {
  on_each_pair([](World& w) {
    std::string batch = "[";
    for (int i = 1001; i <= 1025; ++i) batch += (i == 1001 ? "" : ",") + statement(std::to_string(i));
    w.store(w.one, batch + "]");
    for (const bool ascending : {false, true}) {
      StatementQuery query;
      query.ascending = ascending;
      query.limit = 7;
      query.since = Instant{0};
      std::string all;
      for (int pages = 0; pages < 10; ++pages) {
        const Found page = must(w.events->statements(w.one, query));
        all += std::to_string(page.bodies.size()) + " ";
        query.cursor = page.next;
        if (page.next == 0) break;
      }
      CHECK(all == "7 7 7 4 ");
    }
  });
}

TEST_CASE("a voided statement is found by its own question alone, whichever comes first") {
  on_each_pair([](World& w) {
    const auto voids = [](const std::string& no, const std::string& target) {
      std::string text = statement(no, "admin", "did", {}, reference(target));
      return text.replace(text.find("http://v.cn/did"), 15, std::string(kVoided));
    };
    w.store(w.one, statement("0001"));
    w.store(w.one, voids("0002", "0001"));
    w.store(w.one, voids("0003", "0002"));  // a voiding statement cannot be voided
    w.store(w.one, voids("0004", "0005"));
    w.store(w.one, statement("0005", "late"));
    CHECK(w.found(w.one) == "0004 0003 0002");
    CHECK(!must(w.events->statement(w.one, *Uuid::parse(id_of("0001")), false)));
    CHECK(must(w.events->statement(w.one, *Uuid::parse(id_of("0001")), true)).has_value());
    CHECK(must(w.events->statement(w.one, *Uuid::parse(id_of("0005")), true)).has_value());
    w.store(w.two, voids("0006", "0001"));  // another organisation's word counts for nothing here
    CHECK(must(w.events->statement(w.two, *Uuid::parse(id_of("0006")), false)).has_value());
  });
}

TEST_CASE("a reference is found by what it refers to, also over two steps and when the target comes later") {
  on_each_pair([](World& w) {
    w.store(w.one, statement("0001", "a"));
    w.store(w.one, statement("0002", "b", "liked", {}, reference("0001")));
    w.store(w.one, statement("0003", "c", "liked", {}, reference("0002")));
    w.store(w.one, statement("0004", "d", "liked", {}, reference("0006")));
    w.store(w.one, statement("0005", "e", "liked", {}, reference("0004")));
    w.store(w.one, statement("0006", "z"));
    StatementQuery query;
    query.agent = "account https://tool.cn a";
    CHECK(w.found(w.one, query) == "0003 0002 0001");
    query.agent = "account https://tool.cn z";
    CHECK(w.found(w.one, query) == "0006 0005 0004");
  });
}

TEST_CASE("writers in parallel with overlapping batches lose nothing and double nothing") {
  on_each_pair([](World& w) {
    std::vector<std::thread> writers;
    std::atomic<int> n_failed = 0;
    for (int t = 0; t < 4; ++t)
      writers.emplace_back([&w, &n_failed, t] {
        for (int round = 0; round < 5; ++round) {
          std::string batch = "[";
          for (int i = 0; i < 20; ++i) batch += (i == 0 ? "" : ",") + statement(std::to_string(1000 + (i + t * 5 + round * 10) % 70));
          if (!w.events->store(w.one, Version::v2_0, batch + "]", {}, {}).ok()) ++n_failed;
        }
      });
    for (std::thread& writer : writers) writer.join();
    CHECK(n_failed == 0);
    CHECK(w.count("SELECT COUNT(*) FROM xapi_statement") == 70);
    CHECK(w.count("SELECT COUNT(DISTINCT id) FROM xapi_statement") == 70);
  });
}

TEST_CASE("definitions are put together from all statements, and shown in one language where asked") {
  on_each_pair([](World& w) {
    const auto with = [](const char* definition) { return std::string(R"({"id":"http://o.cn/x","definition":)") + definition + "}"; };
    w.store(w.one, statement("0001", "a", "did", {}, with(R"({"name":{"zh-CN":"课"},"type":"http://t.cn/lesson"})")));
    w.store(w.one, statement("0002", "a", "did", {}, with(R"({"name":{"en":"Lesson"}})")));
    CHECK(must(w.events->activity(w.one, "http://o.cn/x")) ==
          R"({"objectType":"Activity","id":"http://o.cn/x","definition":{"name":{"zh-CN":"课","en":"Lesson"},"type":"http://t.cn/lesson"}})");
    CHECK(must(w.events->activity(w.two, "http://o.cn/x")) == R"({"objectType":"Activity","id":"http://o.cn/x"})");
    const std::string body = *must(w.events->statement(w.one, *Uuid::parse(id_of("0002")), false));
    CHECK(must(w.events->canonical(w.one, body, "en-GB, zh;q=0.5")).find(R"("name":{"en":"Lesson"},"type")") != std::string::npos);
    CHECK(must(w.events->canonical(w.one, body, "zh-CN")).find(R"("name":{"zh-CN":"课"},"type")") != std::string::npos);
    CHECK(Events::with_ids_only(body).find("definition") == std::string::npos);
  });
}

TEST_CASE("an attachment comes with its bytes, and they are what its hash says") {
  on_each_pair([](World& w) {
    const std::string sha2 = crypto::sha2_hex(256, "bytes");
    const std::string attached =
        R"(,"attachments":[{"usageType":"http://u.cn/x","display":{"en":"x"},"contentType":"text/plain","length":5,"sha2":")" + sha2 + "\"}]";
    const std::string body = statement("0001", "a", "did", attached);
    const auto refused = [&](const std::vector<Content>& contents) { return w.events->store(w.one, Version::v2_0, body, {}, contents).error().id; };
    CHECK(refused({}) == "events.attachment_missing");
    CHECK(refused({{sha2, "text/plain", "other"}}) == "events.attachment_hash");
    CHECK(refused({{sha2, "text/plain", "bytes"}, {crypto::sha2_hex(256, "stray"), "text/plain", "stray"}}) == "events.attachment_stray");
    must(w.events->store(w.one, Version::v2_0, body, {}, {{sha2, "text/plain", "bytes"}}));
    const Found found = must(w.events->statements(w.one, {}));
    std::vector<Content> contents, others;
    must(w.events->each_content(w.one, found.bodies, [&](const Content& content) { contents.push_back(content); }));
    REQUIRE(contents.size() == 1);
    CHECK(contents[0].bytes == "bytes");
    must(w.events->each_content(w.two, found.bodies, [&](const Content& content) { others.push_back(content); }));
    CHECK(others.empty());
  });
}

TEST_CASE("documents are replaced and merged under their preconditions, each in its organisation") {
  on_each_pair([](World& w) {
    const DocumentPlace place{DocumentKind::agent_profile, "", "mbox mailto:a@b.cn", "", "p"};
    const auto put = [&](const std::string& text, Precondition wanted, Need need, bool merge = false, const char* type = "application/json") {
      const auto done = w.events->put_document(w.one, place, {type, text, "", {}}, wanted, need, merge);
      return done.ok() ? std::string("ok") : done.error().id;
    };
    CHECK(put("{}", {}, Need::always) == "events.no_precondition");
    CHECK(put(R"({"a":1})", {"", "*"}, Need::always) == "ok");
    CHECK(put("{}", {"", "*"}, Need::always) == "events.precondition_failed");
    CHECK(put("{}", {}, Need::to_replace) == "events.precondition_missing");
    CHECK(put("{}", {"\"other\"", ""}, Need::always) == "events.precondition_failed");
    const std::string etag = must(w.events->document(w.one, place))->etag;
    CHECK(put(R"({"b":2})", {etag, ""}, Need::never, true) == "ok");
    CHECK(must(w.events->document(w.one, place))->content == R"({"a":1,"b":2})");
    CHECK(put("[1]", {}, Need::never, true) == "events.not_mergeable");
    CHECK(put("text", {}, Need::never, true, "text/plain") == "events.not_mergeable");
    CHECK(!must(w.events->document(w.two, place)));
    CHECK(must(w.events->documents(w.one, place, w.clock.now())).empty());
    CHECK(must(w.events->documents(w.one, place, {})).size() == 1);
    CHECK(w.events->remove_document(w.one, place, {"\"other\"", ""}).error().id == "events.precondition_failed");
    must(w.events->remove_document(w.one, place, {}));
    CHECK(!must(w.events->document(w.one, place)));
  });
}

TEST_CASE("a key speaks with its secret until it is revoked, and every change of keys is audited") {
  on_each_pair([](World& w) {
    const auto system = directory::Principal::system();
    const NewKey made = must(w.events->create_key(system, "工具", {"statements/write", "state"}, w.school_1));
    CHECK(must(w.events->authenticate(made.key.key, made.secret))->org == w.school_1);
    CHECK(must(w.events->authenticate("", made.secret))->may(KeyScope::state));
    CHECK(!must(w.events->authenticate("", made.secret))->may(KeyScope::statements_read));
    CHECK(w.events->authenticate(made.key.key, "wrong").error().id == "events.bad_key");
    CHECK(w.events->authenticate(w.two.key, made.secret).error().id == "events.bad_key");
    CHECK(w.events->create_key(system, "工具", {"state", "everything"}, w.school_1).error().where == "$.scopes[1]");
    CHECK(w.events->create_key(system, " ", {"state"}, w.school_1).error().id == "events.no_title");
    directory::Principal cio;
    cio.account_name = "cio";
    CHECK(w.events->create_key(cio, "x", {"state"}, w.school_1).error().id == "events.needs_session");
    CHECK(w.events->revoke_key(cio, made.key.key).error().id == "events.needs_session");
    cio.session = 1;
    cio.grants = {{directory::Role::school_cio, w.school_1}};
    CHECK(w.events->create_key(cio, "x", {"all"}, w.school_2).error().id == "directory.no_such_org");
    CHECK(must(w.events->keys(cio)).size() == 2);
    CHECK(w.events->revoke_key(cio, w.two.key).error().id == "events.no_such_key");
    must(w.events->revoke_key(cio, made.key.key));
    CHECK(w.events->authenticate(made.key.key, made.secret).error().id == "events.bad_key");
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'xapi_key.create'") == 4);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'xapi_key.revoke'") == 1);
  });
}

}  // namespace
}  // namespace banmo::events
