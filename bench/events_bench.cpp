// SPDX-License-Identifier: Apache-2.0
// How many statements of about 600 bytes per second Events::store takes on SQLite (synchronous=FULL): parsed, checked, indexed for every filter. One
// at a time from 64 threads, in batches of 50 and of 500 from 8; beside, in the same run and on the same disk, one thread that inserts the same rows
// and the same postings, made beforehand, in groups of 500 without anything else (the limit of the store). They take turns. Then how many bytes a
// statement takes on disk, and what a page of 50 costs.
//   events_bench [folder]     default: a fresh folder in the current directory, which must be on a real disk
#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "audit/migrations.h"
#include "base/log.h"
#include "bench.h"
#include "directory/migrations.h"
#include "events/draft.h"
#include "events/events.h"
#include "events/migrations.h"
#include "sql/migrate.h"

namespace {

using namespace banmo;
using bench::must;

constexpr int kTurns = 3;
constexpr double kTurnSeconds = 1.5;

std::string statement(uint64_t& random) {
  const auto some = [&](uint64_t n) { return std::to_string(bench::next_random(random) % n); };
  return R"({"id":")" + Uuid::next().to_string() +
         R"(","actor":{"objectType":"Agent","account":{"homePage":"https://class.example/accounts","name":"p-)" + some(50'000) +
         R"("}},"verb":{"id":"http://adlnet.gov/expapi/verbs/)" + (some(2) == "0" ? "completed" : "answered") +
         R"(","display":{"zh-CN":"完成"}},"object":{"id":"https://class.example/homework/)" + some(2'000) +
         R"(","definition":{"type":"http://adlnet.gov/expapi/activities/assessment","name":{"zh-CN":"课后练习"}}},"result":{"score":{"scaled":0.)" +
         some(100) + R"(},"success":true,"duration":"PT)" + some(900) + R"(S"},"context":{"registration":"00000000-0000-4000-8000-00000000)" +
         std::to_string(1000 + bench::next_random(random) % 9000) + R"(","contextActivities":{"parent":[{"id":"https://class.example/course/)" +
         some(300) + R"("}]},"platform":"class"},"timestamp":"2026-11-21T08:00:00.000Z"})";
}

std::string batch(uint64_t& random, size_t n) {
  if (n == 1) return statement(random);
  std::string text = "[";
  for (size_t i = 0; i < n; ++i) text += (i == 0 ? "" : ",") + statement(random);
  return text + "]";
}

struct Tally {
  int64_t n = 0;
  double seconds = 0;
  double per_second() const { return static_cast<double>(n) / seconds; }
};

// Batches are made before the clock starts.
void turn_of_ours(events::Events& store, const events::Key& key, size_t n_threads, size_t size, Tally& tally) {
  const size_t n_ready = size == 1 ? 400 : 1 + 8'000 / size;
  std::vector<std::vector<std::string>> ready(n_threads);
  for (size_t t = 0; t < n_threads; ++t) {
    uint64_t random = 88'172'645'463'325'252ull + t * 977 + static_cast<uint64_t>(tally.n);
    for (size_t i = 0; i < n_ready; ++i) ready[t].push_back(batch(random, size));
  }
  std::atomic<int64_t> n = 0;
  const double start = bench::now_s();
  std::vector<std::thread> threads;
  for (size_t t = 0; t < n_threads; ++t)
    threads.emplace_back([&, t] {
      for (const std::string& body : ready[t]) {
        must(store.store(key, events::Version::v2_0, body, {}, {}), "store");
        n += static_cast<int64_t>(size);
        if (bench::now_s() - start > kTurnSeconds) return;
      }
    });
  for (std::thread& thread : threads) thread.join();
  tally.n += n;
  tally.seconds += bench::now_s() - start;
}

class Bare {
 public:
  explicit Bare(const std::string& path) {
    sqlite3_open(path.c_str(), &handle_);
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA synchronous = FULL");
    run(std::string(events_migrations().front().statements).c_str());  // the tables of statements and postings are among the first
    prepare("INSERT INTO xapi_statement (no, id, org_no, key_no, at, voided, digest, body) VALUES (?1, ?2, 1, 1, ?1, 0, ?3, ?4)", row_);
    prepare("INSERT INTO xapi_posting (target, no) VALUES (?1, ?2)", posting_);
  }
  ~Bare() {
    sqlite3_finalize(row_);
    sqlite3_finalize(posting_);
    sqlite3_close(handle_);
  }

  void turn(Tally& tally) {
    uint64_t random = 1'234'567 + static_cast<uint64_t>(tally.n);
    std::vector<events::Draft> drafts;
    for (int i = 0; i < 10'000; ++i) {
      const std::string text = statement(random);
      drafts.push_back(must(events::draft_of(text, must(json::read(text), "read"), events::Version::v2_0, "{}", {}, events::Place{}), "draft"));
    }
    const double start = bench::now_s();
    for (size_t i = 0; i < drafts.size(); ++i) {
      if (i % 500 == 0) run("BEGIN");
      insert(drafts[i]);
      if (i % 500 == 499) run("COMMIT");
    }
    tally.n += static_cast<int64_t>(drafts.size());
    tally.seconds += bench::now_s() - start;
  }

 private:
  void run(const char* text) {
    if (sqlite3_exec(handle_, text, nullptr, nullptr, nullptr) != SQLITE_OK) std::fprintf(stderr, "%s: %s\n", text, sqlite3_errmsg(handle_));
  }
  void prepare(const char* text, sqlite3_stmt*& statement) { sqlite3_prepare_v2(handle_, text, -1, &statement, nullptr); }
  void insert(const events::Draft& draft) {
    const int64_t no = ++no_;
    const std::string body = events::body_of(draft, Instant{no});
    sqlite3_bind_int64(row_, 1, no);
    sqlite3_bind_blob(row_, 2, draft.id.bytes.data(), 16, SQLITE_STATIC);
    sqlite3_bind_blob(row_, 3, draft.digest.data(), 16, SQLITE_STATIC);
    sqlite3_bind_text(row_, 4, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
    sqlite3_step(row_);
    sqlite3_reset(row_);
    for (const int64_t target : draft.targets) post(target, no);
    post(1, no);
    post(2, no);
  }
  void post(int64_t target, int64_t no) {
    sqlite3_bind_int64(posting_, 1, target);
    sqlite3_bind_int64(posting_, 2, no);
    sqlite3_step(posting_);
    sqlite3_reset(posting_);
  }
  sqlite3* handle_ = nullptr;
  sqlite3_stmt *row_ = nullptr, *posting_ = nullptr;
  int64_t no_ = 1'700'000'000'000'000;
};

void print_pages(const events::Events& store, const events::Key& key) {
  const auto median_ms = [&](auto set) {
    std::vector<double> times;
    for (uint64_t i = 0; i < 100; ++i) {
      events::StatementQuery query;
      query.limit = 50;
      set(query, i);
      const double start = bench::now_s();
      must(store.statements(key, query), "statements");
      times.push_back((bench::now_s() - start) * 1000);
    }
    return bench::percentile(times, 0.95);
  };
  std::printf("page of 50, p95: newest %.2f ms, an agent %.2f ms, a course as related activity %.2f ms\n", median_ms([](auto&, uint64_t) {}),
              median_ms([](auto& q, uint64_t i) { q.agent = "account https://class.example/accounts p-" + std::to_string(i * 37); }),
              median_ms([](auto& q, uint64_t i) {
                q.activity = "https://class.example/course/" + std::to_string(i);
                q.related_activities = true;
              }));
}

}  // namespace

int main(int argc, char** argv) {
  set_log(LogLevel::error, [](std::string_view) {});
  const std::string folder = argc > 1 ? argv[1] : "events_bench_" + std::to_string(static_cast<int64_t>(bench::now_s()));
  std::filesystem::create_directories(folder);
  {
    sql::Stores stores;
    stores.ledger = must(sql::open_sqlite({folder + "/ledger.sqlite"}), "ledger");
    must(sql::migrate(*stores.ledger, "audit", audit_migrations()), "audit");
    must(sql::migrate(*stores.ledger, "directory", directory_migrations()), "directory");
    must(sql::migrate(*stores.ledger, "events", events_migrations()), "events");
    const auto directory = must(directory::Directory::create(stores, Clock::system(), {}), "directory");
    const auto org =
        must(directory->create_org(directory::Principal::system(),
                                   {.parent = {}, .kind = directory::OrgKind::city, .code = "1", .title = "市", .valid_from = {}, .id = {}}),
             "org");
    const auto store = must(events::Events::create(*directory, {}), "events");
    const events::Key key = must(store->create_key(directory::Principal::system(), "bench", {"all"}, org.no), "key").key;
    Bare bare(folder + "/bare.sqlite");
    Tally bare_tally, single, fifty, five_hundred;
    for (int turn = 0; turn < kTurns; ++turn) {
      bare.turn(bare_tally);
      turn_of_ours(*store, key, 64, 1, single);
      turn_of_ours(*store, key, 8, 50, fifty);
      turn_of_ours(*store, key, 8, 500, five_hundred);
    }
    uint64_t random = 1;
    std::printf("statement of %zu bytes\n", statement(random).size());
    std::printf("bare SQLite, groups of 500   %8.0f /s\n", bare_tally.per_second());
    std::printf("ours, single, 64 threads     %8.0f /s\n", single.per_second());
    std::printf("ours, batches of 50          %8.0f /s  %.2f of bare\n", fifty.per_second(), fifty.per_second() / bare_tally.per_second());
    std::printf("ours, batches of 500         %8.0f /s  %.2f of bare\n", five_hundred.per_second(),
                five_hundred.per_second() / bare_tally.per_second());
    const int64_t n = single.n + fifty.n + five_hundred.n;
    must(stores.ledger->checkpoint(), "checkpoint");
    std::printf("%lld statements, %.0f bytes on disk each\n", static_cast<long long>(n),
                static_cast<double>(std::filesystem::file_size(folder + "/ledger.sqlite")) / static_cast<double>(n));
    print_pages(*store, key);
  }
  if (argc < 2) std::filesystem::remove_all(folder);
}
