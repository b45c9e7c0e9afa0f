// SPDX-License-Identifier: Apache-2.0
#include "audit/audit.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "audit/migrations.h"
#include "base/id.h"

namespace banmo {
namespace {

// A ledger of its own for each test, on each driver; gone afterwards.
struct Ledger {
  std::string folder = "/tmp/banmo-audit-" + Uuid::next().to_string();
  std::string schema;
  std::unique_ptr<sql::Database> db;

  explicit Ledger(bool postgres) {
    std::filesystem::create_directories(folder);
    if (postgres) {
      schema = "audit_" + Uuid::next().to_string().substr(24) + std::to_string(std::rand());
      db = std::move(sql::open_postgres({std::getenv("BANMO_TEST_PG"), schema, 8})).value();
    } else {
      db = std::move(sql::open_sqlite({folder + "/ledger.db"})).value();
    }
    REQUIRE(sql::migrate(*db, "audit", audit_migrations()).ok());
  }
  ~Ledger() {
    if (!schema.empty())
      static_cast<void>(db->write([&](sql::Connection& c) { return c.script("DROP SCHEMA " + sql::quote_identifier(schema) + " CASCADE"); }));
    db.reset();
    std::filesystem::remove_all(folder);
  }
  Result<int64_t> add(const std::string& object, const std::string& actor = "city", const std::string& action = "org.move") {
    int64_t seq = 0;
    const auto done = db->write([&](sql::Connection& c) -> Result<> {
      BANMO_TRY(
          seq, audit::append(c, {Instant{1'795'000'000'000'000}, actor, action, "org", object, 7, json::Object{{"to", "b"}}}, crypto::Profile::intl));
      return {};
    });
    if (!done.ok()) return done.error();
    return seq;
  }
  void tamper(const std::string& statement) {
    REQUIRE(db->write([&](sql::Connection& c) { return c.script(statement); }).ok());
  }
};

bool postgres_wanted() {
  const char* pg = std::getenv("BANMO_TEST_PG");
  if (pg == nullptr) FAIL("BANMO_TEST_PG is not set: a libpq conninfo, or skip");
  return std::string(pg) != "skip";
}

template <class F>
void on_each_ledger(const F& test) {
  {
    Ledger ledger(false);
    test(ledger);
  }
  if (!postgres_wanted()) return;
  Ledger ledger(true);
  test(ledger);
}

const std::vector<uint8_t> kKey(32, 7);

}  // namespace

TEST_CASE("an untouched chain is intact and lists newest first") {
  on_each_ledger([](Ledger& ledger) {
    CHECK(audit::verify(*ledger.db)->intact());
    std::vector<int64_t> seqs;
    for (int i = 0; i < 40; ++i)
      seqs.push_back(ledger.add("o" + std::to_string(i), i % 2 == 0 ? "city" : "district", i % 4 == 0 ? "org.move" : "session.sign_in").value());
    CHECK(std::set<int64_t>(seqs.begin(), seqs.end()).size() == 40);
    const auto verdict = audit::verify(*ledger.db);
    REQUIRE(verdict.ok());
    CHECK(verdict->intact());
    CHECK(verdict->n_entries == 40);
    std::set<std::string> seen;
    audit::Query query{{}, {}, 0, 7};
    for (auto page = audit::list(*ledger.db, query); page.ok() && !page->empty(); page = audit::list(*ledger.db, query)) {
      for (const auto& stored : *page) seen.insert(stored.entry.object);
      CHECK(page->front().seq >= page->back().seq);
      query.before_seq = page->back().seq;
    }
    CHECK(seen.size() == 40);
    CHECK(audit::list(*ledger.db, {"district", {}, 0, 100})->size() == 20);
    CHECK(audit::list(*ledger.db, {{}, "org.", 0, 100})->size() == 10);
    CHECK(audit::list(*ledger.db, {"city", "session.sign_in", 0, 100})->size() == 10);
    const auto first = audit::list(*ledger.db, {"city", "org.move", 0, 1});
    CHECK(first->front().entry.detail == json::Value(json::Object{{"to", "b"}}));
    CHECK(first->front().entry.org_no == 7);
    CHECK(first->front().hash.size() == 64);
  });
}

TEST_CASE("a change that is rolled back leaves no entry and no gap") {
  on_each_ledger([](Ledger& ledger) {
    REQUIRE(ledger.add("a").ok());
    const auto refused = ledger.db->write([](sql::Connection& c) -> Result<> {
      BANMO_TRY(const int64_t seq, audit::append(c, {Instant{1}, "x", "y", "z", "1", 0, {}}, crypto::Profile::intl));
      static_cast<void>(seq);
      return fail(ErrorCode::invalid, "test.refused", {"不", "no"});
    });
    CHECK(refused.error().id == "test.refused");
    REQUIRE(ledger.add("b").ok());
    const auto verdict = audit::verify(*ledger.db);
    CHECK(verdict->intact());
    CHECK(verdict->n_entries == 2);
  });
}

TEST_CASE("verify names the entry that was changed, removed or put in") {
  on_each_ledger([](Ledger& ledger) {
    std::vector<int64_t> seqs;
    for (int i = 0; i < 100; ++i) seqs.push_back(ledger.add("o" + std::to_string(i)).value());
    std::sort(seqs.begin(), seqs.end());
    const std::string middle = std::to_string(seqs[50]);
    ledger.tamper("UPDATE audit_entry SET actor = 'nobody' WHERE seq = " + middle);
    auto verdict = audit::verify(*ledger.db);
    CHECK(verdict->bad_seq == seqs[50]);
    CHECK(verdict->why.en == "the content does not fit its hash: the entry was changed");
    ledger.tamper("UPDATE audit_entry SET actor = 'city' WHERE seq = " + middle);
    CHECK(audit::verify(*ledger.db)->intact());
    ledger.tamper("UPDATE audit_entry SET detail = detail || ' ' WHERE seq = " + middle);
    CHECK(audit::verify(*ledger.db)->bad_seq == seqs[50]);
    ledger.tamper("DELETE FROM audit_entry WHERE seq = " + middle);
    verdict = audit::verify(*ledger.db);
    CHECK(verdict->bad_seq >= seqs[50]);  // the next of its chain, or itself where it was the last one
    CHECK_FALSE(verdict->why.zh.empty());
  });
}

TEST_CASE("checkpoints outside the database show an end that was cut off with its head") {
  on_each_ledger([](Ledger& ledger) {
    const std::string file = ledger.folder + "/checkpoints";
    CHECK(audit::write_checkpoint(*ledger.db, file, kKey, Instant{1})->heads.empty());
    int64_t last = 0;
    for (int i = 0; i < 5; ++i) last = ledger.add("o").value();
    const auto checkpoint = audit::write_checkpoint(*ledger.db, file, kKey, Instant{2});
    REQUIRE(checkpoint.ok());
    CHECK_FALSE(checkpoint->heads.empty());
    CHECK(audit::verify(*ledger.db, file, kKey)->n_checkpoints == static_cast<int64_t>(checkpoint->heads.size()));
    CHECK(audit::verify(*ledger.db, file, std::vector<uint8_t>(32, 8)).error().id == "audit.bad_checkpoint");
    CHECK(audit::verify(*ledger.db, file + "x", kKey).error().id == "audit.no_checkpoint_file");
    ledger.tamper("DELETE FROM audit_entry; UPDATE audit_head SET seq = 0, hash = NULL");
    CHECK(audit::verify(*ledger.db)->intact());  // alone the database cannot tell
    const auto verdict = audit::verify(*ledger.db, file, kKey);
    CHECK(verdict->bad_seq > 0);
    CHECK(verdict->bad_seq <= last);
    CHECK(verdict->why.en == "a checkpoint outside the database has it, the database does not: the chain was cut off or written anew");
  });
}

TEST_CASE("verify names entries that were put in behind the end of a chain, or below its beginning") {
  on_each_ledger([](Ledger& ledger) {
    for (int i = 0; i < 5; ++i) REQUIRE(ledger.add("o").ok());
    const auto forge = [&](int64_t seq) {
      const std::string number = std::to_string(seq);
      ledger.tamper("INSERT INTO audit_entry SELECT " + number +
                    ", at, actor, action, object_kind, 'forged', org_no, detail, algorithm, prev_hash, hash " +
                    "FROM audit_entry ORDER BY seq LIMIT 1");
      const auto verdict = audit::verify(*ledger.db);
      REQUIRE(verdict.ok());
      ledger.tamper("DELETE FROM audit_entry WHERE seq = " + number);
      return *verdict;
    };
    for (const int64_t seq : {int64_t{8'000'000'000'000'000}, int64_t{8'000'000'000'000'017}, int64_t{-1}, int64_t{-64}}) {
      const auto verdict = forge(seq);
      CHECK(verdict.bad_seq == seq);
      CHECK(verdict.why.en == "it stands in no chain (number " + std::to_string(seq) + "): it was put in past the program");
    }
    CHECK_FALSE(forge(0).intact());
    CHECK(audit::verify(*ledger.db)->intact());
  });
}

TEST_CASE("a checkpoint line that a loss of power cut off hinders neither verify nor the next one") {
  Ledger ledger(false);
  const std::string file = ledger.folder + "/checkpoints";
  REQUIRE(ledger.add("a").ok());
  REQUIRE(audit::write_checkpoint(*ledger.db, file, kKey, Instant{1}).ok());
  std::ofstream(file, std::ios::app) << R"({"seq":123,"hash":"ab)";
  CHECK(audit::verify(*ledger.db, file, kKey)->n_checkpoints == 1);
  REQUIRE(ledger.add("b").ok());
  REQUIRE(audit::write_checkpoint(*ledger.db, file, kKey, Instant{2}).ok());
  const auto verdict = audit::verify(*ledger.db, file, kKey);
  REQUIRE(verdict.ok());
  CHECK(verdict->intact());
  CHECK(verdict->n_checkpoints == 2);
  std::ofstream(file, std::ios::app) << "{\"seq\":123}\n";  // whole, and not ours
  CHECK(audit::verify(*ledger.db, file, kKey).error().id == "audit.bad_checkpoint");
}

TEST_CASE("an entry whose detail cannot be read does not hide its page") {
  Ledger ledger(false);
  REQUIRE(ledger.add("a").ok());
  REQUIRE(ledger.add("b").ok());
  ledger.tamper("UPDATE audit_entry SET detail = '{\"name\":\"city\\u0000zz\"}' WHERE object = 'a'");
  const auto page = audit::list(*ledger.db, {});
  REQUIRE(page.ok());
  REQUIRE(page->size() == 2);
  CHECK(page->back().entry.detail == json::Value(R"({"name":"city\u0000zz"})"));
}

TEST_CASE("SM3 and SHA-256 entries stand in one chain") {
  on_each_ledger([](Ledger& ledger) {
    for (const auto profile : {crypto::Profile::intl, crypto::Profile::sm, crypto::Profile::intl})
      REQUIRE(ledger.db
                  ->write([&](sql::Connection& c) -> Result<> {
                    BANMO_TRY(const int64_t seq, audit::append(c, {Instant{5}, "a", "b", "c", "d", 0, {}}, profile));
                    static_cast<void>(seq);
                    return {};
                  })
                  .ok());
    CHECK(audit::verify(*ledger.db)->intact());
    ledger.tamper("UPDATE audit_entry SET algorithm = 'sm3'");
    CHECK_FALSE(audit::verify(*ledger.db)->intact());
  });
}

TEST_CASE("many threads write one intact log") {
  on_each_ledger([](Ledger& ledger) {
    constexpr int kThreads = 8, kEach = 50;
    std::atomic<int> n_ok{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i)
          if (ledger.add("o").ok()) ++n_ok;
      });
    for (auto& thread : threads) thread.join();
    CHECK(n_ok == kThreads * kEach);
    const auto verdict = audit::verify(*ledger.db);
    CHECK(verdict->intact());
    CHECK(verdict->n_entries == kThreads * kEach);
  });
}

TEST_CASE("an entry costs little") {
  Ledger ledger(false);
  constexpr int kN = 20'000;
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(ledger.db
              ->write([&](sql::Connection& c) -> Result<> {
                for (int i = 0; i < kN; ++i) {
                  BANMO_TRY(const int64_t seq, audit::append(c,
                                                             {Instant{1'795'000'000'000'000 + i * 37}, "principal-0042", "row.update", "fitness_raw",
                                                              "2026~1234567~run50", 1234, json::Object{{"raw", 9.4}}},
                                                             crypto::Profile::intl));
                  static_cast<void>(seq);
                }
                return {};
              })
              .ok());
  const double each_us = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / kN;
  std::printf("audit append, one transaction: %.1f us an entry\n", each_us);
  CHECK(each_us < 300);
}

}  // namespace banmo
