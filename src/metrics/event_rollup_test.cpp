// SPDX-License-Identifier: Apache-2.0
#include "metrics/event_rollup.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "metrics/migrations.h"
#include "metrics/test_world.h"
#include "records/migrations.h"
#include "sql/migrate.h"

namespace banmo::metrics {
namespace {

using directory::OrgKind;
using directory::OrgNo;
using directory::Role;
using test::must;
using test::Pair;
using test::text_of;

constexpr const char* kPack = R"yaml(pack: {id: edu.t, version: 1.0.0, engine: banmo/1, title: 测试}
law: {purpose: 测试, basis: 测试}
codes:
  kind: {title: 类, values: {a: 甲, b: 乙, c: 丙}}
datasets:
- id: deed
  title: 事件
  kind: event
  grain: [no]
  class: {category: 教学, level: L3, spi: true}
  scope: {org: org_id, person: who}
  period: {by: month}
  rollups: [[school_id, kind], [org_id, kind], [school_id, hour]]
  fields:
    no: {type: int, of: number, title: 号}
    month: {type: date, of: month, title: 月, required: true}
    hour: {type: int, of: hour, title: 时}
    org_id: {type: org, of: org, title: 班级或学校, required: true}
    school_id: {type: org, kind: school, of: school, title: 学校, required: true}
    who: {type: ref, to: core.person, of: person, title: 人}
    kind: {type: code, list: kind, of: verb, title: 类, required: true}
    minutes: {type: decimal, of: duration_s, title: 分钟}
metrics:
- {id: deeds, title: 次数, agg: count, of: deed, unit: 次, definition: 次数。}
- {id: minutes_sum, title: 分钟数, agg: sum, of: deed, expr: minutes, unit: 分, decimals: 0, definition: 分钟数。}
- {id: minutes_avg, title: 平均, agg: avg, of: deed, expr: minutes, unit: 分, min_cell: 10, definition: 平均。}
- {id: minutes_last, title: 最近一月分钟, agg: sum, of: deed, expr: minutes, stock: true, unit: 分, definition: 每班最近一月。}
- {id: doers, title: 人数, agg: count_distinct, of: deed, expr: who, unit: 人, definition: 人数。}
dimensions:
  month: {syn: [月份]}
  hour: {syn: [时]}
  kind: {syn: [类别]}
  org_id: {rollup: [class, school, district, city]}
dashboards:
- {id: deeds_board, title: 事件, filters: [hour], defaults: {hour: last}, cards: [{kpi: deeds, title: 次数}]}
)yaml";

// City > 南区 (schools 1 with classes 1, 2, 3; school 2 with class 4), 北区 (school 3).
struct World : banmo::test::TestStores {
  // `where`: a folder that is kept, and may hold the world already.
  explicit World(Pair which, std::string where = {})
      : TestStores(which, "events", std::move(where)), catalogue(banmo::test::load_pack(folder, kPack)) {
    must(sql::migrate(*stores.ledger, "records", records_migrations()));
    must(sql::migrate(*stores.ledger, "metrics", metrics_migrations()));
    directory = banmo::test::open_directory(stores, clock);
    if (directory->orgs()->all().empty()) add_orgs();
    const auto tree = directory->orgs();
    city = tree->by_code(OrgKind::city, "city")->no;
    for (const char* code : {"school1", "school2", "school3"}) schools.push_back(tree->by_code(OrgKind::school, code)->no);
    for (const char* code : {"class1", "class2", "class3", "class4"}) classes.push_back(tree->by_code(OrgKind::class_, code)->no);
    open();
  }
  ~World() {
    metrics.reset();
    records.reset();
  }
  void add_orgs() {
    const auto add = [&](OrgKind kind, OrgNo parent, const std::string& code) { return banmo::test::add_org(*directory, kind, parent, code, code); };
    const OrgNo top = add(OrgKind::city, {}, "city"), south = add(OrgKind::district, top, "south"), north = add(OrgKind::district, top, "north");
    const OrgNo first = add(OrgKind::school, south, "school1"), second = add(OrgKind::school, south, "school2");
    add(OrgKind::school, north, "school3");
    for (const char* code : {"class1", "class2", "class3"}) add(OrgKind::class_, first, code);
    add(OrgKind::class_, second, "class4");
  }
  void open() {
    metrics.reset();
    records.reset();
    records::RecordsOptions options;
    options.folder = folder + "/uploads";
    options.field_key.assign(32, 7);
    records = must(records::Records::create(stores, catalogue, *directory, clock, options));
    metrics = must(Metrics::create(stores, catalogue, *directory, *records, clock));
  }
  // An event of a class (its index) or, beyond, of a school without classes; 0 is somebody unknown.
  records::EventRow row(size_t of_class, int64_t who, int month, int hour, const char* kind, double minutes) {
    const OrgNo org = of_class < classes.size() ? classes[of_class] : schools[2];
    const OrgNo school = of_class < 3 ? schools[0] : of_class == 3 ? schools[1] : schools[2];
    return {catalogue->dataset("deed"),
            ++last,
            0,
            {last, *Date::from_ymd(2026, month, 1), int64_t{hour}, org.value, school.value, who == 0 ? sql::Value() : sql::Value(who),
             std::string(kind), minutes}};
  }
  void take(std::vector<records::EventRow> rows, std::vector<int64_t> gone = {}) {
    records::EventChunk chunk;
    chunk.until = last;
    chunk.rows = std::move(rows);
    chunk.gone = std::move(gone);
    must(records->take_events(chunk));
  }
  std::string text(const directory::Principal& who, const Query& query) {
    must(metrics->settle());
    const std::string whole = text_of(must(metrics->query(who, query)));
    const size_t heading = whole.find('\n');
    return heading == std::string::npos ? std::string() : whole.substr(heading + 1) + "\n";
  }
  std::string text(const Query& query) { return text(directory::Principal::system(), query); }
  void make_anew() {  // the roll-ups, from the rows
    must(stores.warehouse->write([](sql::Connection& connection) { return connection.script("UPDATE bm_rollup SET definition = 'old';"); }));
    open();
  }
  directory::Principal principal(Role role, OrgNo org) const {
    directory::Principal who;
    who.account = {static_cast<int64_t>(role) + 1};
    who.account_name = std::string(directory::name_of(role));
    who.grants = {{role, org}};
    return who;
  }

  ManualClock clock{*Instant::parse_iso("2026-11-21T08:00:00Z")};
  std::shared_ptr<const pack::Catalogue> catalogue;
  std::unique_ptr<directory::Directory> directory;
  std::unique_ptr<records::Records> records;
  std::unique_ptr<Metrics> metrics;
  OrgNo city;
  std::vector<OrgNo> schools, classes;
  int64_t last = 0;
};

void on_each_pair(const std::function<void(World& world)>& test) { banmo::test::on_each_pair_of<World>(test); }

Query by(std::vector<std::string> dimensions, std::vector<Condition> where = {}) {
  Query query;
  query.metrics = {"deeds", "minutes_sum", "minutes_avg"};
  query.by = std::move(dimensions);
  query.where = std::move(where);
  return query;
}

// Each question as the roll-ups answer it, and as they answer it made anew from the rows.
std::vector<std::string> answers(World& w) {
  std::vector<std::string> all;
  for (const Query& query : {by({}), by({"school"}), by({"district", "kind"}), by({"class"}), by({"month", "kind"}), by({"hour"}),
                             by({"hour", "kind"}), by({"kind"}, {{"class", {"class2"}}}), by({"hour"}, {{"school", {"school1"}}})})
    all.push_back(w.text(query));
  return all;
}

TEST_CASE("what comes is added to the roll-ups of events and what goes is taken away: they say what the rows say") {
  on_each_pair([](World& w) {
    std::mt19937 random(7);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    constexpr std::array<const char*, 3> kKinds{"a", "b", "c"};
    for (int round = 0; round < 6; ++round) {
      std::vector<records::EventRow> rows;
      for (int i = 0; i < 400; ++i)
        rows.push_back(w.row(static_cast<size_t>(below(5)), below(90), 9 + below(3), below(24), kKinds[static_cast<size_t>(below(3))], below(50)));
      std::vector<int64_t> gone;
      for (int i = 0; i < 25; ++i) gone.push_back(1 + below(static_cast<int>(w.last)));
      w.take(std::move(rows), std::move(gone));
    }
    const std::vector<std::string> kept = answers(w);
    CHECK(kept[0].find("-") == std::string::npos);
    w.make_anew();
    CHECK(answers(w) == kept);
  });
}

TEST_CASE("who is erased is counted no more, and the past goes when the roll-ups have counted it down") {
  on_each_pair([](World& w) {
    const auto erase = [&](const records::EventErasure& what) {
      int64_t n_rows = 0;
      for (bool is_all = false; !is_all;) {
        must(w.metrics->settle());
        const records::EventsErased one = must(w.records->erase_events(what));
        n_rows += one.n_rows;
        is_all = one.is_all;
      }
      return n_rows;
    };
    const auto n_past = [&] {
      const auto lease = must(w.stores.warehouse->read());
      return sql::int_of(must(lease->query("SELECT COUNT(*) FROM ds_deed__past"))[0][0]);
    };
    std::vector<records::EventRow> rows;
    for (int n = 0; n < 60; ++n) rows.push_back(w.row(static_cast<size_t>(n % 2), 1 + n % 3, 9 + n % 2, 8, n % 2 == 0 ? "a" : "b", 10));
    w.take(std::move(rows));
    w.take({}, {3});  // voided: its past is kept, and is that of person 3
    CHECK(n_past() == 1);
    CHECK(erase({.numbers = {1, 2, 999}, .person = {}, .until = 0, .limit = 0}) == 2);
    CHECK(n_past() == 1);
    CHECK(erase({.numbers = {}, .person = {3}, .until = w.last - 10, .limit = 5}) == 15);  // of 20: one was voided, four are later
    CHECK(n_past() == 0);
    const std::vector<std::string> kept = answers(w);
    CHECK(kept[0] == "42|420|10\n");
    w.make_anew();
    CHECK(answers(w) == kept);
    CHECK(w.records->n_rows("deed") == 42);
  });
}

TEST_CASE("a roll-up of events that has grown much is folded, and says the same") {
  World w(Pair::sqlite_duckdb);
  std::vector<records::EventRow> rows;
  const auto n_rows = [&] {
    const auto lease = must(w.stores.warehouse->read());
    return sql::int_of(must(lease->query("SELECT COUNT(*) FROM ru_deed__3"))[0][0]);
  };
  for (int chunk = 0; chunk < 320; ++chunk) {
    rows.clear();
    for (int i = 0; i < 72; ++i) rows.push_back(w.row(4, i, 9 + i / 24, i % 24, "a", 1));
    w.take(rows);
    must(w.metrics->settle());
    if (chunk % 100 == 99) w.open();  // a start forgets how much was appended
  }
  CHECK(n_rows() < 20'000);
  CHECK(w.text(by({})) == "23040|23040|1\n");
}

TEST_CASE("a question is answered from the smallest roll-up that has it, and from the rows where none has") {
  World w(Pair::sqlite_duckdb);
  w.take({w.row(0, 1, 9, 8, "a", 5), w.row(1, 2, 9, 9, "b", 7)});
  must(w.metrics->settle());
  const auto from = [&](const Query& query, const std::string& table) {
    return must(w.metrics->explain(directory::Principal::system(), query)).sql.find("\"" + table + "\"") != std::string::npos;
  };
  CHECK(from(by({"school", "kind"}), "ru_deed__1"));
  CHECK(from(by({"class"}), "ru_deed__2"));
  CHECK(from(by({}, {{"class", {"class1"}}}), "ru_deed__2"));
  CHECK(from(by({"hour"}), "ru_deed__3"));
  CHECK(from(by({"hour", "class"}), "ds_deed"));
  CHECK(w.text(by({"hour", "class"})) == "8|class1|1|5|5\n9|class2|1|7|7\n");
}

TEST_CASE("figures of few people are withheld by how many people stand there, whatever the hour, and their neighbours with them") {
  on_each_pair([](World& w) {
    std::vector<records::EventRow> rows;
    for (int n = 0; n < 30; ++n) rows.push_back(w.row(0, 100 + n % 15, 9, 8 + n % 2, "a", 10));
    for (int n = 0; n < 40; ++n) rows.push_back(w.row(1, 200 + n % 4, 9, 8, "a", 10));  // many events, four people
    for (int n = 0; n < 12; ++n) rows.push_back(w.row(2, 300 + n, 9, 8, "b", 10));
    w.take(rows);
    const auto leader = w.principal(Role::city_leader, w.city);
    const std::string classes = w.text(leader, by({"class"}));
    CHECK(classes.find("class2|x") != std::string::npos);
    CHECK(std::count(classes.begin(), classes.end(), 'x') >= 6);  // one more class, or the sum would tell
    CHECK(w.text(leader, by({"school"})) == "school1|82|820|10\n");
    CHECK(w.text(by({"class"})) == "class1|30|300|10\nclass2|40|400|10\nclass3|12|120|10\n");
    std::vector<records::EventRow> more;
    for (int n = 0; n < 8; ++n) more.push_back(w.row(1, 210 + n, 9, 8, "a", 10));
    w.take(more);
    CHECK(w.text(leader, by({"class"})) == "class1|30|300|10\nclass2|48|480|10\nclass3|12|120|10\n");
  });
}

TEST_CASE("a month or an hour whose events all went is no last period, and no choice of a filter") {
  on_each_pair([](World& w) {
    std::vector<records::EventRow> rows;
    for (int n = 0; n < 12; ++n) rows.push_back(w.row(0, 100 + n, 9, 8, "a", 10));
    rows.push_back(w.row(0, 100, 10, 9, "a", 7));
    const int64_t voided = w.last;
    w.take(rows);
    Query last = by({});
    last.time.last = 1;
    Query latest;
    latest.metrics = {"minutes_last"};
    latest.time.grain = "school_year";
    const auto choices = [&] {
      must(w.metrics->settle());
      const DashboardResult board = must(w.metrics->dashboard(directory::Principal::system(), "deeds_board", {}));
      const FilterChoice& filter = board.filters.at(0);
      std::string text;
      for (const auto& [value, title] : filter.values) text += value + " ";
      text += "(" + filter.current + ") ";
      return text + text_of(board.cards.at(0).result.rows.at(0).at(0));
    };
    CHECK(w.text(last) == "1|7|7\n");
    CHECK(w.text(latest) == "7\n");
    CHECK(choices() == "8 9 (9) 1");
    w.take({}, {voided});
    for (const bool anew : {false, true}) {
      if (anew) w.make_anew();
      CHECK(w.text(last) == "12|120|10\n");
      CHECK(w.text(latest) == "120\n");
      CHECK(choices() == "8 (8) 12");
    }
  });
}

// Three classes of school 1 by one reader: "class1 class3" are those of which figures are told.
std::string told(World& w) {
  const std::string text = w.text(w.principal(Role::city_leader, w.city), by({"class"}));
  std::string classes;
  for (const char* name : {"class1", "class2", "class3"})
    if (text.find(name + std::string("|x")) == std::string::npos) classes += (classes.empty() ? "" : " ") + std::string(name);
  return classes;
}

TEST_CASE("a class whose events are all of unknown people is withheld with a neighbour, so that no sum tells it") {
  on_each_pair([](World& w) {
    std::vector<records::EventRow> rows;
    for (int n = 0; n < 15; ++n) rows.push_back(w.row(0, 100 + n, 9, 8, "a", 10));
    for (int n = 0; n < 40; ++n) rows.push_back(w.row(1, 0, 9, 8, "a", 10));
    for (int n = 0; n < 12; ++n) rows.push_back(w.row(2, 300 + n, 9, 8, "b", 10));
    w.take(rows);
    CHECK(told(w) == "class1");
    CHECK(w.text(w.principal(Role::city_leader, w.city), by({"school"})) == "school1|67|670|10\n");
    rows.clear();
    for (int n = 0; n < 9; ++n) rows.push_back(w.row(1, 200 + n, 9, 8, "a", 10));
    w.take(rows);
    CHECK(told(w) == "class1");  // somebody unknown is no tenth person
    w.take({w.row(1, 209, 9, 8, "a", 10)});
    CHECK(told(w) == "class1 class2 class3");
  });
}

TEST_CASE("a class of few is withheld however many came in other school years") {
  on_each_pair([](World& w) {
    constexpr int kMay = 5, kSeptember = 9;  // of two school years
    std::vector<records::EventRow> rows;
    for (int n = 0; n < 15; ++n) rows.push_back(w.row(0, 100 + n, kSeptember, 8, "a", 10));
    for (int n = 0; n < 4; ++n) rows.push_back(w.row(1, 200 + n, kMay, 8, "a", 10));
    for (int n = 0; n < 12; ++n) rows.push_back(w.row(1, 210 + n, kSeptember, 8, "a", 10));
    for (int n = 0; n < 12; ++n) rows.push_back(w.row(2, 300 + n, kSeptember, 8, "b", 10));
    w.take(rows);
    CHECK(told(w) == "class1");
    rows.clear();
    for (int n = 0; n < 6; ++n) rows.push_back(w.row(1, 210 + n, kMay, 8, "a", 10));  // known of the other year
    w.take(rows);
    CHECK(told(w) == "class1 class2 class3");
    const int64_t one = w.last;
    w.take({}, {one});
    CHECK(told(w) == "class1");
    w.make_anew();
    CHECK(told(w) == "class1");
  });
}

TEST_CASE("a principal is told of the own school alone, by its classes too") {
  World w(Pair::sqlite_duckdb);
  std::vector<records::EventRow> rows;
  for (int n = 0; n < 20; ++n) {
    rows.push_back(w.row(0, n, 9, 8, "a", 1));
    rows.push_back(w.row(3, 50 + n, 9, 8, "a", 1));
  }
  w.take(rows);
  const auto principal = w.principal(Role::principal, w.schools[1]);
  CHECK(w.text(principal, by({"school"})) == "school2|20|20|1\n");
  CHECK(w.text(principal, by({"class"})) == "class4|20|20|1\n");
  CHECK(w.text(principal, by({}, {{"class", {"class1"}}})) == "");
}

// The next chunk of a stream that is always the same: fifty events, and one of before that no longer holds.
void go_on(World& w) {
  constexpr std::array<const char*, 3> kKinds{"a", "b", "c"};
  w.last = must(w.records->events_until());
  std::vector<records::EventRow> rows;
  for (int64_t no = w.last + 1, end = w.last + 50; no <= end; ++no)
    rows.push_back(w.row(static_cast<size_t>(no % 5), no % 90, static_cast<int>(9 + no % 3), static_cast<int>(no % 24),
                         kKinds[static_cast<size_t>(no / 7 % 3)], static_cast<double>(no % 50)));
  w.take(std::move(rows), {w.last / 2});
}

TEST_CASE("kill -9 at any moment of a feed loses no event and doubles none, in the rows and in the roll-ups") {
  const char* const rounds = std::getenv("BANMO_CRASH_ROUNDS");
  const int n_rounds = rounds == nullptr ? 6 : std::atoi(rounds);
  const std::string folder = (std::filesystem::temp_directory_path() / ("banmo_feed_crash_" + std::to_string(::getpid()))).string();
  for (int round = 0; round < n_rounds; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t victim = ::fork();
    REQUIRE(victim >= 0);
    if (victim == 0) {
      World w(Pair::sqlite_duckdb, folder);
      for (char told = 0;; ++told) {
        if (::write(ends[1], &told, 1) != 1) _exit(3);
        go_on(w);
      }
    }
    ::close(ends[1]);
    char told = 0;
    for (int n = 0; n < 2 + round * 3 && ::read(ends[0], &told, 1) == 1; ++n) {
    }
    ::usleep(static_cast<useconds_t>(round % 7 * 1500));
    ::kill(victim, SIGKILL);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(victim, &status, 0);
    REQUIRE(WIFSIGNALED(status));
  }
  {
    World w(Pair::sqlite_duckdb, folder), whole(Pair::sqlite_duckdb);
    go_on(w);
    while (whole.last < w.last) go_on(whole);
    CHECK(w.last >= 50 * n_rounds);
    CHECK(answers(w) == answers(whole));
    CHECK(w.records->n_rows("deed") == whole.records->n_rows("deed"));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace banmo::metrics
