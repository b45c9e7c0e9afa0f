// SPDX-License-Identifier: Apache-2.0
// Figures over a year of learning events: the pack teaching-process as it is delivered, its dataset filled by one INSERT ... SELECT in the order in
// which events come (classes mixed), 900 schools in ten districts, twelve classes each, ten months. Measured: the dashboards of the city and of a
// school (limits: 100 ms at ten million rows, 300 ms at a hundred million) beside the city's cards in plain DuckDB over the rows; and how soon a
// statement that was accepted is seen in a figure (limit 5 s, with the second that the server waits between feeds).
//
//   event_figures_bench [n_rows = 10,000,000] [folder]
#include <unistd.h>

#include <thread>

#include "base/log.h"
#include "city.h"
#include "events/events.h"
#include "events/migrations.h"
#include "metrics/metrics.h"
#include "pack/pack.h"

namespace {

using namespace banmo;
using namespace banmo::bench;
using directory::Principal;

constexpr int kDistricts = 10;
constexpr int kClasses = 12;  // of a school
constexpr int kYear = 2025;
constexpr int kRuns = 40;
constexpr int64_t kManyRows = 100'000'000;

// As tools of ten months tell: a third of homework, half in class, the rest practice.
std::string rows(const City& city, int64_t first_class, int64_t n_rows) {
  const std::string n = std::to_string(n_rows), classes = std::to_string(kSchools * kClasses);
  return "INSERT INTO ds_teaching_event (no, happened_at, month, school_year, weekday, hour, class_id, school_id, learner, verb, kind, subject, "
         "platform, "
         "activity, success, minutes, seconds, due, _batch, _line, _warn, _version) SELECT k + 1, TIMESTAMP '2025-09-01' + INTERVAL (k * 25920000 "
         "// " +
         n + ") SECOND, date_trunc('month', TIMESTAMP '2025-09-01' + INTERVAL (k * 25920000 // " + n + ") SECOND), " + std::to_string(kYear) +
         ", 1 + h % 5, 7 + h // 7 % 15, " + std::to_string(first_class) + " + c, " + std::to_string(city.school_no(0)) + " + c // " +
         std::to_string(kClasses) +
         ", c * 40 + h % 40, v, CASE v WHEN 'submitted' THEN 'homework' WHEN 'answered' THEN 'question' ELSE 'lesson' END, s, CASE v WHEN "
         "'submitted' "
         "THEN 'homework' ELSE 'classroom' END, NULL, CASE v WHEN 'answered' THEN h % 10 < 7 END, h % 40, (h % 40) * 60.0, CASE v WHEN 'submitted' "
         "THEN "
         "TIMESTAMP '2025-09-01' + INTERVAL (k * 25920000 // " +
         n + ") SECOND + INTERVAL (h % 10 - 1) HOUR END, 0, k + 1, 0, 1 FROM (SELECT k, h, h % " + classes +
         " AS c, CASE WHEN h // 13 % 20 = 0 THEN 'hosted' WHEN h // 13 % 20 < 8 THEN 'submitted' WHEN h // 13 % 20 < 13 THEN 'answered' ELSE "
         "'attended' "
         "END AS v, CASE h // 17 % 6 WHEN 0 THEN 'chinese' WHEN 1 THEN 'math' WHEN 2 THEN 'english' WHEN 3 THEN 'science' WHEN 4 THEN 'it' ELSE "
         "'music' "
         "END AS s FROM (SELECT k, CAST(hash(k) % 1000000007 AS BIGINT) AS h FROM range(" +
         n + ") t(k)) q) g;";
}

constexpr const char* kPlain[] = {
    "SELECT COUNT(*) FILTER (WHERE kind = 'lesson' AND verb = 'hosted'), SUM(minutes) FILTER (WHERE verb <> 'hosted'), COUNT(*) FILTER (WHERE kind = "
    "'homework' AND happened_at <= due) FROM ds_teaching_event WHERE school_year = 2025",
    "SELECT month, COUNT(*) FILTER (WHERE verb = 'hosted'), COUNT(*) FILTER (WHERE verb = 'submitted') FROM ds_teaching_event WHERE school_year = "
    "2025 "
    "GROUP BY 1",
    "SELECT o.district_no, COUNT(*) FILTER (WHERE verb = 'answered') FROM ds_teaching_event r JOIN dim_org o ON o.no = r.class_id WHERE school_year "
    "= "
    "2025 GROUP BY 1",
    "SELECT weekday, hour, COUNT(*) FROM ds_teaching_event WHERE school_year = 2025 GROUP BY 1, 2",
    "SELECT subject, COUNT(*) FILTER (WHERE verb = 'hosted') FROM ds_teaching_event WHERE school_year = 2025 GROUP BY 1",
    "SELECT platform, COUNT(*) FROM ds_teaching_event WHERE school_year = 2025 GROUP BY 1"};

struct World {
  std::string folder;
  City city;
  std::shared_ptr<const pack::Catalogue> catalogue;
  std::unique_ptr<records::Records> records;
  std::unique_ptr<metrics::Metrics> metrics;
  std::unique_ptr<events::Events> events;
  int64_t n_rows = 0;

  explicit World(const std::string& where) : folder(where), city(where, kDistricts) {
    const std::string scenes = BANMO_SOURCE_DIR "/scenes/";
    const std::vector<std::string> packs{scenes + "core", scenes + "teaching-process"};
    catalogue = must(pack::Catalogue::load(packs), "packs");
    must(sql::migrate(*city.stores.ledger, "events", events_migrations()), "migrate");
  }

  int64_t add_classes() {
    std::vector<directory::NewOrg> orgs;
    for (int64_t i = 0; i < kSchools * kClasses; ++i)
      orgs.push_back({.parent = directory::OrgNo{city.school_no(i / kClasses)},
                      .kind = directory::OrgKind::class_,
                      .code = "C" + std::to_string(i),
                      .title = std::to_string(i % kClasses + 1) + "班",
                      .valid_from = {},
                      .id = {},
                      .parent_at = -1});
    (void)must(city.directory->create_orgs(city.system, orgs), "classes");
    return city.directory->orgs()->by_code(directory::OrgKind::class_, "C0")->no.value;
  }

  void fill(int64_t n) {
    n_rows = n;
    const int64_t first_class = add_classes();
    records = open_records(city, folder, catalogue);  // makes the tables
    records.reset();
    const Stopwatch watch;
    must(city.stores.warehouse->write([&](sql::Connection& connection) -> Result<> {
      BANMO_DO(connection.script(rows(city, first_class, n)));
      return connection.script("UPDATE bm_state SET version = 1, n_rows = " + std::to_string(n) + " WHERE dataset = 'teaching_event';");
    }),
         "rows");
    must(city.stores.warehouse->checkpoint(), "checkpoint");
    std::printf("%-58s %8.2f s\n", "rows written", watch.read().wall_s);
    records = open_records(city, folder, catalogue);
    const Stopwatch rolling;
    metrics = must(metrics::Metrics::create(city.stores, catalogue, *city.directory, *records, Clock::system()), "metrics");
    const Cost cost = rolling.read();
    std::printf("%-58s %8.2f s   cpu %.2f s\n", "four roll-ups made whole", cost.wall_s, cost.cpu_s);
    events = must(events::Events::create(*city.directory, {}), "events");
    must(events->feed_into(*records), "feed");
  }

  Principal who(directory::Role role, int64_t org) const {
    Principal principal;
    principal.account = {7};
    principal.account_name = "bench";
    principal.grants = {{role, directory::OrgNo{org}}};
    return principal;
  }
};

void bench_dashboard(World& world, const Principal& principal, const char* id, const char* name) {
  std::vector<double> wall_ms;
  size_t n_cards = 0, n_errors = 0, n_withheld = 0;
  for (int run = -4; run < kRuns; ++run) {
    const Stopwatch watch;
    const auto result = must(world.metrics->dashboard(principal, id, {}), "dashboard");
    if (run < 0) continue;
    wall_ms.push_back(watch.read().wall_s * 1e3);
    n_cards = result.cards.size();
    n_errors = n_withheld = 0;
    for (const auto& card : result.cards) {
      n_errors += card.error ? 1 : 0;
      n_withheld += card.result.suppressed.size();
    }
  }
  const double limit = world.n_rows >= kManyRows ? 300 : 100;
  std::printf("%-58s p50 %8.2f   p95 %8.2f ms   %zu cards, %zu errors, %zu withheld (limit %.0f ms): %s\n", name, percentile(wall_ms, 0.5),
              percentile(wall_ms, 0.95), n_cards, n_errors, n_withheld, limit, verdict(n_errors == 0 && percentile(wall_ms, 0.95) <= limit));
  std::fflush(stdout);
}

void bench_plain(World& world) {
  std::vector<double> wall_ms;
  const auto lease = must(world.city.stores.warehouse->read(), "read");
  for (int run = -1; run < 5; ++run) {
    const Stopwatch watch;
    for (const char* statement : kPlain) (void)must(lease->query(statement), "plain SQL");
    if (run >= 0) wall_ms.push_back(watch.read().wall_s * 1e3);
  }
  std::printf("%-58s p50 %8.2f   p95 %8.2f ms   %zu statements\n", "plain DuckDB over the rows, six of the city's cards", percentile(wall_ms, 0.5),
              percentile(wall_ms, 0.95), std::size(kPlain));
}

int64_t n_events(World& world) {
  metrics::Query query;
  query.metrics = {"te_n"};
  const auto result = must(world.metrics->query(Principal::system(), query), "query");
  return std::get<int64_t>(result.rows[0][0]);
}

std::string statement() {
  return R"({"actor":{"account":{"homePage":"https://tool.example","name":"a"}},"verb":{"id":"http://adlnet.gov/expapi/verbs/attended"},"object":{"id":
  "https://tool.example/lesson/1","definition":{"type":"http://adlnet.gov/expapi/activities/lesson"}},"result":{"duration":"PT40M"},"context":{"platform":
  "课堂","extensions":{"https://schema.banmo.org/xapi/subject":"math"}}})";
}

// From the answer to the statement's sender to a figure that counts it: the feed, the roll-ups, the question. The server feeds each second.
void bench_seen(World& world) {
  const auto key = must(world.events->create_key(Principal::system(), "bench", {"all"}, directory::OrgNo{world.city.school_no(0)}), "key").key;
  for (const int n : {1, 100, 5000}) {
    std::vector<double> wall_s;
    for (int run = 0; run < 5; ++run) {
      for (int sent = 0; sent < n;) {
        std::string batch;
        for (int i = 0; i < std::min(500, n - sent); ++i) batch += (i == 0 ? "[" : ",") + statement();
        sent += static_cast<int>(must(world.events->store(key, events::Version::v2_0, batch + "]", {}, {}), "store").size());
      }
      const int64_t before = n_events(world);
      const Stopwatch watch;
      (void)must(world.events->feed(), "feed");
      while (n_events(world) < before + n && watch.read().wall_s < 60) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      wall_s.push_back(watch.read().wall_s);
    }
    const double worst = percentile(wall_s, 1);
    std::printf("%5d statements fed and seen%31s p50 %8.3f   worst %8.3f s, with the second between feeds %.3f (limit 5 s): %s\n", n, "",
                percentile(wall_s, 0.5), worst, worst + 1, verdict(worst + 1 <= 5));
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  set_log(LogLevel::error, [](std::string_view line) { std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data()); });
  const int64_t n_rows = argc > 1 ? std::atoll(argv[1]) : 10'000'000;
  const std::string folder = argc > 2 ? argv[2] : (std::filesystem::temp_directory_path() / ("banmo-bench-" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  {
    World world(folder);
    std::printf("%lld events, %d schools, %d classes\n", static_cast<long long>(n_rows), kSchools, kSchools * kClasses);
    world.fill(n_rows);
    bench_plain(world);
    bench_dashboard(world, world.who(directory::Role::city_officer, 1), "te_city", "the city's dashboard");
    bench_dashboard(world, world.who(directory::Role::city_leader, 1), "te_city", "the same with small populations withheld");
    bench_dashboard(world, world.who(directory::Role::principal, world.city.school_no(7)), "te_school", "a school's dashboard");
    bench_seen(world);
    std::printf("peak memory %lld MB, warehouse %lld MB\n", static_cast<long long>(peak_mb()),
                static_cast<long long>(std::filesystem::file_size(folder + "/warehouse.duckdb") >> 20));
  }
  std::filesystem::remove_all(folder);
  return 0;
}
