// SPDX-License-Identifier: Apache-2.0
// What is told of every write, who waits how long, pages that end by bytes, and keys that die with their maker.
#include <future>
#include <thread>

#include "base/deadline.h"
#include "crypto/signed.h"
#include "events/reader.h"
#include "events/test_world.h"
#include "events/writer.h"

namespace banmo::events {
namespace {

using directory::Principal;
using test::id_of;
using test::must;
using test::on_each_pair;
using test::reference;
using test::statement;
using test::World;

constexpr const char* kVoid = R"("verb":{"id":"http://adlnet.gov/expapi/verbs/voided"})";

// PostgreSQL has several chains, which time alone puts in order: the clock goes on between two entries that are to be told apart.
json::Value last_entry(World& w, const std::string& action) {
  const auto lease = must(w.stores.ledger->read());
  const auto rows =
      must(lease->query("SELECT actor, object_kind, object, org_no, detail FROM audit_entry WHERE action = $1 ORDER BY seq DESC LIMIT 1", {action}));
  REQUIRE(rows.size() == 1);
  json::Object out{{"actor", sql::text_of(rows[0][0])},
                   {"kind", sql::text_of(rows[0][1])},
                   {"object", sql::text_of(rows[0][2])},
                   {"org", sql::int_of(rows[0][3])},
                   {"detail", must(json::read(sql::text_of(rows[0][4])))}};
  return out;
}
int64_t count_of(World& w, const std::string& action) { return w.count("SELECT COUNT(*) FROM audit_entry WHERE action = '" + action + "'"); }

TEST_CASE("what a request stores stands in the audit log with its key, how many, and the first and last id; what it says does not") {
  on_each_pair([](World& w) {
    w.store(w.one, "[" + statement("0001", "geheim") + "," + statement("0002") + "," + statement("0003") + "]");
    const json::Value entry = last_entry(w, "xapi.store");
    CHECK(*entry.find("actor") == json::Value(w.one.key));
    CHECK(*entry.find("kind") == json::Value("xapi_statement"));
    CHECK(*entry.find("object") == json::Value(id_of("0001")));
    CHECK(*entry.find("org") == json::Value(w.school_1.value));
    const json::Value& detail = *entry.find("detail");
    CHECK(*detail.find("n") == json::Value(3));
    CHECK(*detail.find("last") == json::Value(id_of("0003")));
    const std::string between =
        " WHERE no BETWEEN " + std::to_string(*detail.find("from_no")->as_int()) + " AND " + std::to_string(*detail.find("to_no")->as_int());
    CHECK(w.count("SELECT COUNT(*) FROM xapi_statement" + between) == 3);
    CHECK(json::write(entry).find("geheim") == std::string::npos);

    w.store(w.one, statement("0003"));  // again: nothing is written
    CHECK(count_of(w, "xapi.store") == 1);
    CHECK(w.refused(w.one, "[" + statement("0004") + "," + statement("0003", "b") + "]") == "$[1] events.other_statement");
    CHECK(count_of(w, "xapi.store") == 1);
    w.clock.advance_micros(1000);
    w.store(w.one, R"({"actor":{"mbox":"mailto:a@b.cn"},)" + std::string(kVoid) + R"(,"object":)" + reference("0002") + "}");
    CHECK(*last_entry(w, "xapi.store").find("detail")->find("voids") == json::Value(json::Array{id_of("0002")}));
  });
}

TEST_CASE("a document's writes and removals stand in the audit log without its activity, agent and name") {
  on_each_pair([](World& w) {
    const DocumentPlace place{DocumentKind::state, "http://o.cn/geheim", "mbox mailto:geheim@b.cn", "", "geheim"};
    must(w.events->put_document(w.one, place, {"text/plain", "geheim", {}, {}}, {}, Need::never, false));
    const json::Value put = last_entry(w, "xapi.put_document");
    CHECK(*put.find("actor") == json::Value(w.one.key));
    CHECK(*put.find("detail")->find("n_bytes") == json::Value(6));
    CHECK(*put.find("detail")->find("kind") == json::Value("state"));
    must(w.events->remove_document(w.one, place, {}));
    must(w.events->remove_documents(w.one, place));  // there is none any more
    CHECK(count_of(w, "xapi.remove_document") == 1);
    w.clock.advance_micros(1000);
    must(w.events->put_document(w.one, place, {"text/plain", "x", {}, {}}, {}, Need::never, false));
    must(w.events->remove_documents(w.one, place));
    CHECK(*last_entry(w, "xapi.remove_document").find("detail")->find("n") == json::Value(1));
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE object LIKE '%geheim%' OR detail LIKE '%geheim%'") == 0);
  });
}

TEST_CASE("requests that meet share a transaction, and one entry for each key covers all of theirs") {
  on_each_pair([](World& w) {
    constexpr int kThreads = 16, kEach = 5;
    std::vector<std::thread> threads;
    std::atomic<int> n_stored = 0;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const std::string body = statement(std::to_string(1000 + t * kEach + i), "p" + std::to_string(i));
          n_stored += w.events->store(t % 2 == 0 ? w.one : w.two, Version::v2_0, body, {}, {}).ok() ? 1 : 0;
        }
      });
    for (std::thread& thread : threads) thread.join();
    CHECK(n_stored == kThreads * kEach);
    int64_t n_told = 0, n_requests = 0;
    const auto lease = must(w.stores.ledger->read());
    for (const auto& row : must(lease->query("SELECT detail FROM audit_entry WHERE action = 'xapi.store' ORDER BY seq")).rows) {
      const json::Value detail = must(json::read(sql::text_of(row[0])));
      n_told += *detail.find("n")->as_int();
      n_requests += *detail.find("n_requests")->as_int();
    }
    CHECK(n_told == kThreads * kEach);
    CHECK(n_requests == kThreads * kEach);
    CHECK(w.count("SELECT COUNT(*) FROM xapi_actor") == 2 * kEach);
  });
}

// Holds PostgreSQL's writer lock until it dies.
class OtherWriter {
 public:
  explicit OtherWriter(World& w) {
    thread_ = std::thread([this, &w] {
      must(w.stores.ledger->write([this](sql::Connection& connection) -> Result<> {
        BANMO_DO(connection.script("LOCK TABLE xapi_writer IN EXCLUSIVE MODE"));
        holds_.set_value();
        end_.get_future().wait();
        return {};
      }));
    });
    holds_.get_future().wait();
  }
  ~OtherWriter() {
    end_.set_value();
    thread_.join();
  }

 private:
  std::promise<void> holds_, end_;
  std::thread thread_;
};

TEST_CASE("on PostgreSQL who waits for a writer that does not end gives up when its time is over, and nothing of it is kept") {
  on_each_pair([](World& w) {
    if (w.pair != test::Pair::postgres) return;
    std::future<Result<std::vector<std::string>>> first;
    {
      const OtherWriter other(w);
      first = std::async(std::launch::async, [&] { return w.events->store(w.one, Version::v2_0, statement("0001"), {}, {}); });
      const std::string waits =
          "SELECT COUNT(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'xapi_writer' AND NOT l.granted AND "
          "c.relnamespace = "
          "current_schema()::regnamespace";
      while (w.count(waits) == 0) std::this_thread::yield();
      Deadline deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(100), Deadline::AfterCommit::unlimited);
      const Deadline::Scope scope(&deadline);
      const auto second = w.events->store(w.one, Version::v2_0, statement("0002"), {}, {});
      REQUIRE(!second.ok());
      CHECK(second.error().id == "events.busy");
      CHECK(second.error().code == ErrorCode::unavailable);
      CHECK(second.error().retry_after_s > 0);
    }
    must(first.get());
    w.store(w.one, statement("0003"));
    CHECK(w.found(w.one) == "0003 0001");
  });
}

TEST_CASE("on PostgreSQL a group that meets a writer that does not end gives up by itself") {
  on_each_pair([](World& w) {
    if (w.pair != test::Pair::postgres) return;
    Writer writer(*w.stores.ledger, w.clock, crypto::Profile::intl, std::chrono::milliseconds(200));
    const std::string text = statement("0001");
    const json::Value value = must(json::read(text));
    const std::vector<Draft> drafts{must(draft_of(text, value, Version::v2_0, "{}", {}, Place{}))};
    const auto store = [&] {
      const auto done = writer.store(w.one, drafts, {}, {}, true);
      return done.ok() ? std::string("stored") : done.error().id;
    };
    {
      const OtherWriter other(w);
      CHECK(store() == "events.busy");
    }
    CHECK(store() == "stored");
  });
}

TEST_CASE("a page with attachments ends where they would be too many bytes, and more leads on") {
  on_each_pair([](World& w) {
    Options options;
    options.max_page_bytes = 25;
    const auto events = must(Events::create(*w.directory, options));
    for (int i = 1; i <= 5; ++i) {
      const std::string bytes = "ten bytes" + std::to_string(i), sha2 = crypto::sha2_hex(256, bytes);
      const std::string attached =
          R"(,"attachments":[{"usageType":"http://u.cn/x","display":{"en":"x"},"contentType":"text/plain","length":10,"sha2":")" + sha2 + "\"}]";
      must(events->store(w.one, Version::v2_0, statement("000" + std::to_string(i), "a", "did", attached), {}, {{sha2, "text/plain", bytes}}));
    }
    StatementQuery query;
    query.with_attachments = true;
    std::string pages;
    do {
      const Found found = must(events->statements(w.one, query));
      size_t n_bytes = 0;
      must(events->each_content(w.one, found.bodies, [&](const Content& content) { n_bytes += content.bytes.size(); }));
      pages += std::to_string(found.bodies.size()) + ":" + std::to_string(n_bytes) + " ";
      query.cursor = found.next;
    } while (query.cursor != 0);
    CHECK(pages == "2:20 2:20 1:10 ");
    query.with_attachments = false;
    CHECK(must(events->statements(w.one, query)).bodies.size() == 5);
  });
}

TEST_CASE("a key dies when its maker's account is closed or loses the right, and the program's own keys live on") {
  on_each_pair([](World& w) {
    const Principal system = Principal::system();
    const directory::Grant office{directory::Role::school_cio, w.school_1};
    directory::NewAccount account;
    account.name = "cio";
    account.password = "Xiang-Ning-2026";
    account.grants = {office};
    account.must_change_password = false;
    must(w.directory->create_account(system, account));
    const auto cio = must(w.directory->sign_in("cio", "Xiang-Ning-2026", "127.0.0.1")).principal;
    const NewKey writes = must(w.events->create_key(*cio, "写", {"statements/write"}, w.school_1));
    const NewKey reads = must(w.events->create_key(*cio, "读", {"all"}, w.school_1));
    const auto lives = [&](const NewKey& key) {
      w.clock.advance_micros(6'000'000);  // longer than a key is remembered
      const auto known = w.events->authenticate(key.key.key, key.secret, "10.0.0.1");
      if (!known.ok()) CHECK(known.error().id == "events.bad_key");
      return known.ok();
    };
    CHECK(lives(writes));
    CHECK(lives(reads));
    must(w.directory->set_grants(system, "cio", {{directory::Role::system_admin, w.city}}));  // makes keys that write, and none that read
    CHECK(lives(writes));
    CHECK(!lives(reads));
    must(w.directory->set_grants(system, "cio", {{directory::Role::teacher, w.school_1}}));
    CHECK(!lives(writes));
    must(w.directory->set_grants(system, "cio", {office}));
    CHECK(lives(writes));
    CHECK(lives(reads));
    must(w.directory->reset_password(system, "cio", "Xiang-Ning-2027"));
    CHECK(lives(writes));  // that the password must be changed is no reason to stop a classroom's tools
    must(w.directory->set_account_enabled(system, "cio", false));
    CHECK(!lives(writes));
    CHECK(!lives(reads));
    const NewKey own = must(w.events->create_key(system, "程序", {"all"}, w.school_1));
    CHECK(lives(own));
  });
}

TEST_CASE("wrong keys from one address are limited, and right ones there go on") {
  on_each_pair([](World& w) {
    const NewKey good = must(w.events->create_key(Principal::system(), "好", {"all"}, w.school_1));
    const NewKey late = must(w.events->create_key(Principal::system(), "后来", {"all"}, w.school_1));
    const auto tried = [&](const std::string& name, const std::string& secret) {
      const auto known = w.events->authenticate(name, secret, "10.0.0.1");
      return known.ok() ? std::string("ok") : known.error().id;
    };
    CHECK(tried(good.key.key, good.secret) == "ok");
    int n_refused = 0;
    for (int i = 0; i < 10; ++i) n_refused += tried("bmk_revoked", "dead") == "session.too_many" ? 1 : 0;
    CHECK(n_refused == 5);
    int n_looked_at = 0;
    for (int i = 0; i < 300; ++i) n_looked_at += tried("", "guess" + std::to_string(i)) == "events.bad_key" ? 1 : 0;
    CHECK(n_looked_at == 195);
    w.clock.advance_micros(1'000'000);
    CHECK(tried(good.key.key, good.secret) == "ok");
    CHECK(tried(late.key.key, late.secret) == "session.too_many");
    CHECK(w.events->authenticate(late.key.key, late.secret, "10.0.0.2").ok());
    w.clock.advance_micros(6'000'000);
    CHECK(tried(good.key.key, good.secret) == "ok");
    CHECK(tried(late.key.key, late.secret) == "ok");
  });
}

TEST_CASE("how a key fares is counted for a day and survives the process that counted") {
  on_each_pair([](World& w) {
    const auto health = [&] { return must(w.events->key_health(Principal::system()))[w.one.no]; };
    CHECK(!health().last_seen);
    w.events->note_request(w.one, false);
    w.events->note_request(w.one, true);
    w.store(w.one, statement("0001"));
    CHECK(health().n_requests == 2);
    CHECK(health().n_errors == 1);
    CHECK(health().n_statements == 1);
    must(w.events->flush());
    w.open();
    CHECK(health().n_requests == 2);
    CHECK(health().last_seen == w.clock.now());
    w.clock.advance_micros(int64_t{25} * 3600 * 1'000'000);
    CHECK(health().n_requests == 0);
    CHECK(health().last_seen);
    Principal cio;
    cio.account_name = "cio";
    cio.grants = {{directory::Role::school_cio, w.school_2}};
    const auto seen = must(w.events->key_health(cio));
    CHECK(seen.size() == 1);
    CHECK(seen.contains(w.two.no));
  });
}

}  // namespace
}  // namespace banmo::events
