// SPDX-License-Identifier: Apache-2.0
// Moves of cases, durable (synchronous = FULL) with history, desks, audit entry and the journal's edit, from 64 threads; beside, in the same run and
// on the same disk, a plain SQLite loop that writes the same rows in one thread, 64 moves a transaction: no checks, no expressions, no waiting. They
// take turns, because the time of an fsync wanders. Then the work-list: the first page of 50 at a desk with 100,000 open cases. Limits: 2,000 moves a
// second, 20 ms for the page.
//   flows_bench [open cases = 100000] [seconds a turn = 2]
// The current directory must be on a real disk.
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <thread>

#include "city.h"
#include "flows/flows.h"
#include "flows/migrations.h"

namespace {

using namespace banmo;
using namespace banmo::bench;

constexpr int kThreads = 64, kTurns = 3, kBareGroup = 64;
constexpr double kMovesPerSecond = 2'000, kPage_ms = 20;

constexpr const char* kPack = R"yaml(pack: {id: edu.bench, version: 1.0.0, engine: banmo/1, title: 办件}
law: {purpose: 测量, basis: 测量}
datasets:
- id: bench_case
  title: 办件
  grain: [no]
  class: {category: 管理数据, level: L2}
  scope: {org: school}
  fields:
    no: {type: text, title: 编号}
    st: {type: state, title: 状态}
    school: {type: org, kind: school, title: 学校, required: true}
    subject: {type: text, title: 事由, required: true}
    amount: {type: int, min: 1, title: 金额, required: true}
    turns: {type: int, default: 0, title: 次数}
    opinion: {type: text, title: 意见}
flows:
- id: bench
  title: 办件
  guide: 办件
  subject: bench_case
  number: "B{year}-{seq:6}"
  roles:
    school: {title: 学校, who: "$user.role = 'school_cio' and $user.org = school"}
    city: {title: 市局, who: "$user.role = 'city_officer'"}
  states: {draft: {title: 草稿, form: [subject, amount]}, check: 待审, fix: {title: 补正, form: [amount]}, done: {title: 办结, final: true}}
  moves:
  - {id: send, from: [draft, fix], to: check, by: [school], label: 提交, guard: "amount < 1000000"}
  - {from: check, to: fix, by: [city], label: 退回, guard: "turns < 1000000", form: [opinion], then: [{set: turns, value: turns + 1}]}
  - {from: check, to: done, by: [city], label: 办结}
  deadlines: [{state: check, within: 3wd, remind: 1wd, lamp: [yellow 1wd, red 0]}]
)yaml";

directory::Principal person(directory::Role role, directory::OrgNo org, const std::string& name) {
  directory::Principal who;
  who.account_name = name;
  who.grants = {{role, org}};
  return who;
}

class Bench {
 public:
  explicit Bench(const std::string& folder) : city_(folder) {
    must(sql::migrate(*city_.stores.ledger, "flows", flows_migrations()), "migrate");
    std::filesystem::create_directories(folder + "/pack");
    std::ofstream(folder + "/pack/pack.yaml") << kPack;
    const std::vector<std::string> folders{folder + "/pack"};
    catalogue_ = must(pack::Catalogue::load(folders), "pack");
    records::RecordsOptions options;
    options.folder = folder;
    options.field_key = crypto::Bytes(32, 1);
    records_ = must(records::Records::create(city_.stores, catalogue_, *city_.directory, Clock::system(), options), "records");
    flows_ = must(flows::Flows::create(city_.stores, catalogue_, *city_.directory, *records_, Clock::system()), "flows");
    const auto tree = city_.directory->orgs();
    officer_ = person(directory::Role::city_officer, tree->by_code(directory::OrgKind::city, "3702")->no, "officer");
    school_ = person(directory::Role::school_cio, tree->by_code(directory::OrgKind::school, school_code(0))->no, "school");
  }

  flows::Case open() { return must(flows_->open(school_, "bench", {{"subject", "经费"}, {"amount", 1200}}), "open"); }
  flows::Case move(const directory::Principal& who, const flows::Case& one, const char* name, json::Object values = {}) {
    return must(flows_->move(who, one.head.id.to_string(), {one.head.seq, name, std::move(values), ""}), name);
  }

  void fill(int64_t n) {
    std::atomic<int64_t> left = n;
    each_thread([&](int) {
      while (left.fetch_sub(1) > 0) move(school_, open(), "send");
    });
  }

  // Each thread sends its own case to and fro: every other move is the officer's, with a form, a guard and an effect.
  int64_t press(double seconds) {
    std::atomic<int64_t> n = 0;
    const double end = now_s() + seconds;
    each_thread([&](int i) {
      flows::Case& one = cases_[static_cast<size_t>(i)];
      while (now_s() < end) {
        one = one.head.state == "check" ? move(officer_, one, "fix", {{"opinion", "请补充材料"}}) : move(school_, one, "send");
        ++n;
      }
    });
    return n;
  }

  std::string number() const {  // of a case that waits for the officer
    const auto at = std::find_if(cases_.begin(), cases_.end(), [](const flows::Case& one) { return one.head.state == "check"; });
    return at == cases_.end() ? cases_.front().head.key : at->head.key;
  }

  void prepare() {
    for (int i = 0; i < kThreads; ++i) cases_.push_back(move(school_, open(), "send"));
  }

  // A sixteenth of the cases is late, another one's lamp is yellow; all others are green and stand behind them.
  void spread_deadlines() {
    const int64_t now = Clock::system().now().micros, hour = 3'600'000'000;
    const auto put = [&](const char* ids, int64_t due) {
      return "UPDATE flow_case SET due_at = " + std::to_string(due) + " WHERE state = 'check' AND id LIKE '" + ids +
             "';UPDATE flow_desk SET due_at = " + std::to_string(due) + " WHERE state = 'check' AND case_id LIKE '" + ids + "';";
    };
    must(city_.stores.ledger->write([&](sql::Connection& c) { return c.script(put("%0", now - hour) + put("%1", now + hour)); }), "deadlines");
  }

  double page_p95_ms(const flows::CaseQuery& query, size_t* n_items) {
    std::vector<double> times;
    for (int i = 0; i < 200; ++i) {
      const double start = now_s();
      *n_items = must(flows_->cases(officer_, query), "page").items.size();
      times.push_back((now_s() - start) * 1e3);
    }
    return percentile(times, 0.95);
  }

 private:
  template <class Work>
  void each_thread(Work work) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([&work, i] { work(i); });
  }

  City city_;
  std::shared_ptr<const pack::Catalogue> catalogue_;
  std::unique_ptr<records::Records> records_;
  std::unique_ptr<flows::Flows> flows_;
  directory::Principal officer_, school_;
  std::vector<flows::Case> cases_;
};

// The rows that a move writes, with nothing around them.
class Bare {
 public:
  explicit Bare(const std::string& file) {
    sqlite3_open(file.c_str(), &db_);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE flow_case (id TEXT PRIMARY KEY, state TEXT, seq BIGINT, due BIGINT, moved BIGINT, content TEXT);"
        "CREATE INDEX by_due ON flow_case (due);"
        "CREATE TABLE flow_step (id TEXT, seq BIGINT, at BIGINT, move TEXT, label TEXT, a TEXT, b TEXT, account TEXT, PRIMARY KEY (id, seq));"
        "CREATE TABLE flow_desk (desk TEXT, due BIGINT, id TEXT, PRIMARY KEY (desk, due, id)); CREATE INDEX by_case ON flow_desk (id);"
        "CREATE TABLE journal (seq INTEGER PRIMARY KEY, dataset TEXT, k TEXT, op TEXT, payload TEXT, account TEXT, at BIGINT);"
        "CREATE TABLE audit (seq INTEGER PRIMARY KEY, at BIGINT, actor TEXT, action TEXT, kind TEXT, object TEXT, detail TEXT, hash TEXT);");
    for (int i = 0; i < kBareGroup; ++i) run("INSERT INTO flow_case VALUES ('" + id(i) + "', 'check', 1, 1, 1, '" + content_ + "')");
    statements_ = {
        prepare("UPDATE flow_case SET state = ?2, seq = ?3, due = ?3, moved = ?3, content = ?4 WHERE id = ?1"),
        prepare("INSERT INTO flow_step VALUES (?1, ?3, ?3, 'fix', ?2, 'check', 'fix', 'officer')"),
        prepare("DELETE FROM flow_desk WHERE id = ?1"),
        prepare("INSERT INTO flow_desk VALUES (?2, ?3, ?1)"),
        prepare("INSERT INTO journal (dataset, k, op, payload, account, at) VALUES ('bench_case', ?1, 'update', ?4, ?2, ?3)"),
        prepare("INSERT INTO audit (at, actor, action, kind, object, detail, hash) VALUES (?3, 'officer', 'case.move', 'bench', ?1, ?4, ?2)")};
  }
  ~Bare() {
    for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }

  int64_t press(double seconds) {
    const double end = now_s() + seconds;
    int64_t n = 0;
    while (now_s() < end) {
      run("BEGIN IMMEDIATE");
      for (int i = 0; i < kBareGroup; ++i, ++n) one(id(i), ++seq_);
      run("COMMIT");
    }
    return n;
  }

 private:
  static std::string id(int i) { return "019f0000-0000-7000-8000-" + std::to_string(100'000'000'000 + i); }
  void run(const std::string& text) {
    if (sqlite3_exec(db_, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) std::exit(1);
  }
  sqlite3_stmt* prepare(const char* text) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, text, -1, &statement, nullptr) != SQLITE_OK) std::exit(1);
    return statement;
  }
  void one(const std::string& id, int64_t seq) {
    for (sqlite3_stmt* statement : statements_) {
      const int n = sqlite3_bind_parameter_count(statement);
      sqlite3_bind_text(statement, 1, id.c_str(), -1, SQLITE_STATIC);
      if (n >= 2) sqlite3_bind_text(statement, 2, "o:1:city_officer", -1, SQLITE_STATIC);
      if (n >= 3) sqlite3_bind_int64(statement, 3, seq);
      if (n >= 4) sqlite3_bind_text(statement, 4, content_.c_str(), -1, SQLITE_STATIC);
      if (sqlite3_step(statement) != SQLITE_DONE) std::exit(1);
      sqlite3_reset(statement);
    }
  }

  sqlite3* db_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
  std::string content_ = std::string(160, 'x');
  int64_t seq_ = 1;
};

}  // namespace

int main(int argc, char** argv) {
  const int64_t n_open = argc > 1 ? std::atoll(argv[1]) : 100'000;
  const double seconds = argc > 2 ? std::atof(argv[2]) : 2;
  const std::string folder = "flows_bench_" + std::to_string(::getpid());
  std::filesystem::create_directories(folder);
  {
    Bench bench(folder);
    Bare bare(folder + "/bare.db");
    bench.prepare();
    int64_t n_ours = 0, n_bare = 0;
    double cpu = 0;
    for (int turn = 0; turn < kTurns; ++turn) {
      const double before = cpu_s();
      n_ours += bench.press(seconds);
      cpu += cpu_s() - before;
      n_bare += bare.press(seconds);
    }
    const double ours = static_cast<double>(n_ours) / (seconds * kTurns), plain = static_cast<double>(n_bare) / (seconds * kTurns);
    std::printf("moves, durable, 64 threads       %8.0f /s  %.2f of a bare loop with the same rows (%.0f /s)  cpu %.0f us each  limit %.0f/s: %s\n",
                ours, ours / plain, plain, cpu * 1e6 / static_cast<double>(n_ours), kMovesPerSecond, verdict(ours >= kMovesPerSecond));
    std::fflush(stdout);
    const double start = now_s();
    bench.fill(n_open);
    std::printf("opened and sent                  %8.0f /s  (%lld cases, two durable changes each)\n",
                static_cast<double>(n_open) / (now_s() - start), static_cast<long long>(n_open));
    bench.spread_deadlines();
    const auto tell = [&](const char* what, const flows::CaseQuery& query, size_t n_wanted) {
      size_t n_items = 0;
      const double page = bench.page_p95_ms(query, &n_items);
      std::printf("first page of a desk, p95        %8.2f ms of %lld open cases, %s (%zu shown)  limit %.0f ms: %s\n", page,
                  static_cast<long long>(n_open + kThreads), what, n_items, kPage_ms, verdict(page <= kPage_ms && n_items == n_wanted));
      std::fflush(stdout);
    };
    tell("all", {.limit = 50}, 50);
    tell("lamp red", {.lamp = flows::LampFilter::red, .limit = 50}, 50);
    tell("lamp yellow", {.lamp = flows::LampFilter::yellow, .limit = 50}, 50);
    tell("late", {.lamp = flows::LampFilter::late, .limit = 50}, 50);
    tell("waits longer than 5 working days", {.waits_longer_wd = 5, .limit = 50}, 0);
    tell("by the whole number", {.text = bench.number(), .limit = 50}, 1);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
