// SPDX-License-Identifier: Apache-2.0
// Figures over ten million rows: the fitness pack as it is delivered, its table of totals filled by one INSERT ... SELECT, 900 schools in ten
// districts, twelve grades, eight school years. Measured: a rate and a mean by district and grade through the metrics engine beside the same SQL in
// plain DuckDB over the dataset's own table, each time with other conditions (limits: 1.3 times, p95 100 ms), with nothing withheld and with small
// cells withheld; the whole city dashboard (limit 150 ms); how soon a row made by hand and an import of 10,000 rows are seen (limit 5 s).
//
//   metrics_bench [n_rows = 10,000,000] [folder]
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <thread>

#include "base/log.h"
#include "city.h"
#include "metrics/metrics.h"
#include "pack/pack.h"

namespace {

using namespace banmo;
using namespace banmo::bench;
using directory::Principal;

constexpr int kDistricts = 10;
constexpr int kFirstYear = 2016;
constexpr int kYears = 8;
constexpr int kEditYear = 2025;  // of rows made and imported while we look
constexpr int kRuns = 144;
constexpr int kImportedStudents = 2000;  // five items each
constexpr const char* kItems[] = {"bmi", "vc", "run50", "reach", "rope"};
constexpr const char* kResults[] = {"15.5", "1500", "10.3", "13", "109"};

// Pupils stand by school as in a city's files; a third of the schools has grades 1-6, 7-9 and 10-12 each. A few stand in grade 13: cells too small to
// be shown to everybody.
std::string totals(const City& city, int64_t n_rows) {
  const std::string per_year = std::to_string((n_rows + kYears - 1) / kYears), schools = std::to_string(kSchools);
  return "INSERT INTO ds_fitness_year (school_year, student_id, school_id, grade, sex, stage, total, lvl, bmi_class, _batch, _line, _warn, _version) "
         "SELECT year, student, school, grade, sex, CASE WHEN grade <= 2 THEN 'p12' WHEN grade <= 4 THEN 'p34' WHEN grade <= 6 THEN 'p56' ELSE 'm' "
         "END, "
         "total, CASE WHEN total >= 90 THEN '1' WHEN total >= 80 THEN '2' WHEN total >= 60 THEN '3' ELSE '4' END, "
         "CASE k % 11 WHEN 0 THEN 'obese' WHEN 1 THEN 'over' WHEN 2 THEN 'low' ELSE 'normal' END, 0, 0, 0, 1 FROM (SELECT k, " +
         std::to_string(kFirstYear) + " + k // " + per_year + " AS year, k % " + per_year + " + 1 AS student, " + std::to_string(city.school_no(0)) +
         " + (k % " + per_year + ") * " + schools + " // " + per_year +
         " AS school, CASE WHEN k % 200003 = 0 THEN 13 WHEN school % 3 = 0 THEN 1 + hash(k) % 6 WHEN school % 3 = 1 THEN 7 + hash(k) % 3 ELSE 10 + "
         "hash(k) % 3 END AS grade, "
         "CAST(1 + hash(k + 7) % 2 AS VARCHAR) AS sex, CAST(45 + hash(k + 13) % 600 / 10.0 AS DECIMAL(18, 1)) AS total FROM range(" +
         std::to_string(n_rows) + ") t(k)) g";
}

struct World {
  std::string folder;
  City city;
  std::shared_ptr<const pack::Catalogue> catalogue;
  std::unique_ptr<records::Records> records;
  std::unique_ptr<metrics::Metrics> metrics;

  explicit World(const std::string& where) : folder(where), city(where, kDistricts) {
    const std::string scenes = BANMO_SOURCE_DIR "/scenes/";
    const std::vector<std::string> packs{scenes + "core", scenes + "fitness"};
    catalogue = must(pack::Catalogue::load(packs), "packs");
  }

  void fill(int64_t n_rows) {
    records = open_records(city, folder, catalogue);  // makes the tables; the totals of no results are none
    records.reset();
    const Stopwatch watch;
    must(city.stores.warehouse->write([&](sql::Connection& connection) -> Result<> {
      BANMO_DO(connection.script(totals(city, n_rows) + ";"));
      return connection.script("UPDATE bm_state SET version = version + 1, n_rows = " + std::to_string(n_rows) + " WHERE dataset = 'fitness_year';");
    }),
         "totals");
    must(city.stores.warehouse->checkpoint(), "checkpoint");
    records = open_records(city, folder, catalogue);
    std::printf("%-58s %8.2f s\n", "rows written", watch.read().wall_s);
    const Stopwatch rolling;
    metrics = must(metrics::Metrics::create(city.stores, catalogue, *city.directory, *records, Clock::system()), "metrics");
    const Cost cost = rolling.read();
    std::printf("%-58s %8.2f s   cpu %.2f s\n", "roll-up made whole", cost.wall_s, cost.cpu_s);
  }

  Principal who(directory::Role role) const {
    Principal principal;
    principal.account = {7};
    principal.account_name = "bench";
    principal.grants = {{role, directory::OrgNo{1}}};
    return principal;
  }
};

// The question of a run: another year, sex, stage, district from run to run, so that no answer is the one before.
struct Asked {
  metrics::Query query;
  std::string where;  // the same for plain SQL
};

Asked asked(const World& world, int run) {
  Asked made;
  made.query.metrics = {"fit_good_rate", "fit_avg"};
  made.query.by = {"district", "grade"};
  const auto add = [&](const std::string& dimension, const std::string& value, const std::string& literal) {
    made.query.where.push_back({dimension, {value}});
    made.where += (made.where.empty() ? "" : " AND ") + std::string("r.") + dimension + " = " + literal;
  };
  const std::string year = std::to_string(kFirstYear + run % kYears);
  add("school_year", year, year);
  const int sex = run / kYears % 3;
  if (sex > 0) add("sex", std::to_string(sex), "'" + std::to_string(sex) + "'");
  constexpr const char* kStages[] = {"p12", "p34", "p56", "m"};
  const int stage = run / kYears / 3 % 6;
  if (stage > 1) add("stage", kStages[stage - 2], "'" + std::string(kStages[stage - 2]) + "'");
  if (stage == 1) {
    const auto tree = world.city.directory->orgs();
    const directory::Org* district = tree->find(directory::OrgNo{2 + run % kDistricts});
    made.query.where.push_back({"district", {district->id.to_string()}});
    made.where += " AND o.district_no = " + std::to_string(district->no.value);
  }
  return made;
}

std::string plain_sql(const Asked& question) {
  return "SELECT o.district_no, r.grade, COUNT(*) FILTER (WHERE r.lvl IN ('1', '2')) * 100.0 / COUNT(*), AVG(r.total) FROM ds_fitness_year r JOIN "
         "dim_org o ON o.no = r.school_id WHERE " +
         question.where + " GROUP BY 1, 2 ORDER BY 1, 2";
}

struct Samples {
  std::vector<double> wall_ms;
  double cpu_ms = 0;
  size_t n_rows = 0, n_withheld = 0;
  void add(const Cost& cost) {
    wall_ms.push_back(cost.wall_s * 1e3);
    cpu_ms += cost.cpu_s * 1e3;
  }
  double mean_cpu() const { return cpu_ms / static_cast<double>(wall_ms.size()); }
  void print(const char* name, const std::string& more) {
    std::printf("%-58s p50 %8.2f   p95 %8.2f ms   cpu %8.2f ms   %s\n", name, percentile(wall_ms, 0.5), percentile(wall_ms, 0.95), mean_cpu(),
                more.c_str());
    std::fflush(stdout);
  }
};

Samples ask(World& world, const Principal& principal) {
  Samples samples;
  for (int run = -8; run < kRuns; ++run) {  // the first ones warm
    const Asked question = asked(world, (run + kRuns) % kRuns);
    const Stopwatch watch;
    const auto result = must(world.metrics->query(principal, question.query), "query");
    if (run < 0) continue;
    samples.add(watch.read());
    samples.n_rows += result.rows.size();
    samples.n_withheld += result.suppressed.size();
  }
  return samples;
}

Samples ask_plainly(World& world) {
  Samples samples;
  const auto lease = must(world.city.stores.warehouse->read(), "read");
  for (int run = -8; run < kRuns; ++run) {
    const std::string statement = plain_sql(asked(world, (run + kRuns) % kRuns));
    const Stopwatch watch;
    const auto rows = must(lease->query(statement), "plain SQL");
    if (run < 0) continue;
    samples.add(watch.read());
    samples.n_rows += rows.size();
  }
  return samples;
}

double number_in(const metrics::Cell& cell) {
  const auto* number = std::get_if<double>(&cell);
  return number == nullptr ? std::nan("") : *number;
}

// Both ways must tell the same, or their times say nothing.
void compare(World& world, const Principal& principal) {
  for (const int run : {0, 11, 30, 57}) {
    const Asked question = asked(world, run);
    const auto ours = must(world.metrics->query(principal, question.query), "query");
    const auto plain = must(must(world.city.stores.warehouse->read(), "read")->query(plain_sql(question)), "plain SQL");
    bool same = ours.rows.size() == plain.size() && !ours.rows.empty();
    for (size_t i = 0; same && i < plain.size(); ++i) {
      same = std::abs(number_in(ours.rows[i][2]) - sql::double_of(plain[i][2])) < 1e-6 &&
             std::abs(number_in(ours.rows[i][3]) - sql::double_of(plain[i][3])) < 1e-6;
    }
    if (same) continue;
    std::fprintf(stderr, "the engine and plain SQL disagree in run %d\n", run);
    std::exit(1);
  }
}

void bench_metric(World& world) {
  const Principal officer = world.who(directory::Role::city_officer), leader = world.who(directory::Role::city_leader);
  compare(world, officer);
  const auto explained = must(world.metrics->explain(officer, asked(world, 0).query), "explain");
  const bool rolled_up = explained.sql.find("ru_fitness_year") != std::string::npos;
  std::printf("answered by the %s\n", rolled_up ? "roll-up" : "dataset's own table");
  Samples plain = ask_plainly(world), ours = ask(world, officer), careful = ask(world, leader);
  plain.print("plain DuckDB over the dataset's table", "");
  const double ratio = percentile(ours.wall_ms, 0.5) / percentile(plain.wall_ms, 0.5);
  char words[200];
  (void)std::snprintf(words, sizeof words, "%.2f of plain, by processor time %.2f (limit 1.3), p95 limit 100 ms: %s", ratio,
                      ours.mean_cpu() / plain.mean_cpu(), verdict(ratio <= 1.3 && percentile(ours.wall_ms, 0.95) <= 100));
  ours.print("rate and mean by district x grade", words);
  (void)std::snprintf(words, sizeof words, "%zu of %zu cells withheld; p95 limit 100 ms: %s", careful.n_withheld, careful.n_rows * 2,
                      verdict(percentile(careful.wall_ms, 0.95) <= 100));
  careful.print("the same for one from whom small cells are withheld", words);
}

void bench_dashboard(World& world, directory::Role role, const char* name) {
  const Principal principal = world.who(role);
  Samples samples;
  size_t n_cards = 0, n_errors = 0;
  for (int run = -4; run < 60; ++run) {
    const int i = (run + 60) % 60;
    std::map<std::string, std::string> filters{{"school_year", std::to_string(kFirstYear + 1 + i % (kYears - 1))}};
    if (i / (kYears - 1) % 3 > 0) filters["sex"] = std::to_string(i / (kYears - 1) % 3);
    const Stopwatch watch;
    const auto result = must(world.metrics->dashboard(principal, "fit_city", filters), "dashboard");
    if (run < 0) continue;
    samples.add(watch.read());
    n_cards = result.cards.size();
    for (const auto& card : result.cards) n_errors += card.error ? 1 : 0;
  }
  char words[200];
  (void)std::snprintf(words, sizeof words, "%zu cards, %zu errors (limit 150 ms): %s", n_cards, n_errors,
                      verdict(n_errors == 0 && percentile(samples.wall_ms, 0.95) <= 150));
  samples.print(name, words);
}

double n_tested(World& world) {
  metrics::Query query;
  query.metrics = {"fit_n"};
  query.where = {{"school_year", {std::to_string(kEditYear)}}};
  const auto result = must(world.metrics->query(world.who(directory::Role::city_officer), query), "query");
  const auto* n = result.rows.empty() ? nullptr : std::get_if<int64_t>(&result.rows[0][0]);
  return n == nullptr ? 0 : static_cast<double>(*n);
}

// Seconds until so many are counted.
double seconds_until(World& world, double n_wanted) {
  const double begin = now_s();
  while (n_tested(world) < n_wanted && now_s() - begin < 60) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return now_s() - begin;
}

void bench_edits(World& world) {
  const Principal system = Principal::system();
  Samples samples;
  for (int64_t student = 0; student < 10; ++student) {
    const double before = n_tested(world);
    const Stopwatch watch;
    for (size_t item = 0; item < std::size(kItems); ++item) {
      const json::Object row{
          {"school_year", kEditYear}, {"student_id", student_code(student)},        {"school_id", school_code(student)}, {"grade", 1}, {"sex", "1"},
          {"item", kItems[item]},     {"raw", std::strtod(kResults[item], nullptr)}};
      (void)must(world.records->create_row(system, "fitness_raw", row), "create");
    }
    const double answered_s = watch.read().wall_s;
    (void)seconds_until(world, before + 1);
    Cost cost = watch.read();
    cost.wall_s -= answered_s;
    samples.add(cost);
  }
  char words[100];
  (void)std::snprintf(words, sizeof words, "(limit 5 s): %s", verdict(percentile(samples.wall_ms, 1) <= 5000));
  samples.print("from the answer to an edit until the figure shows it", words);
}

void bench_import(World& world) {
  const std::string path = world.folder + "/results.csv";
  {
    std::ofstream out(path, std::ios::binary);
    out << "学年,学生,学校,年级,性别,项目,实测值,免测,测试日期\n";
    for (int64_t student = 100; student < 100 + kImportedStudents; ++student) {
      for (size_t item = 0; item < std::size(kItems); ++item)
        out << kEditYear << ',' << student_code(student) << ',' << school_code(student % kSchools) << ",1,1," << kItems[item] << ',' << kResults[item]
            << ",0,2025-10-10\n";
    }
  }
  const double before = n_tested(world);
  const Stopwatch watch;
  Cost imported;
  const auto job = import_file(*world.records, "fitness_raw", path, "import", imported);
  const double seen_s = seconds_until(world, before + kImportedStudents);
  const Cost whole = watch.read();
  std::printf("%-58s %8.2f s   cpu %.2f s for %lld rows\n", "import with scoring, until the job is done", imported.wall_s, imported.cpu_s,
              static_cast<long long>(job.n_good));
  std::printf("%-58s %8.2f s   cpu %.2f s   (limit 5 s): %s\n", "from there until the figure shows them", seen_s, whole.cpu_s - imported.cpu_s,
              verdict(seen_s <= 5));
}

}  // namespace

int main(int argc, char** argv) {
  const int64_t n_rows = argc > 1 ? std::atoll(argv[1]) : 10'000'000;
  const std::string folder =
      argc > 2 ? argv[2] : (std::filesystem::temp_directory_path() / ("banmo-metrics-bench-" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  (void)std::setvbuf(stdout, nullptr, _IOLBF, 0);
  set_log(std::getenv("BANMO_BENCH_LOG") != nullptr ? LogLevel::debug : LogLevel::error,
          [](std::string_view line) { std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data()); });
  {
    World world(folder);
    world.fill(n_rows);
    bench_metric(world);
    bench_dashboard(world, directory::Role::city_officer, "the city dashboard, one request");
    bench_dashboard(world, directory::Role::city_leader, "the same with small cells withheld");
    bench_edits(world);
    bench_import(world);
    std::printf("peak memory %lld MB\n", static_cast<long long>(peak_mb()));
  }
  if (argc <= 2) std::filesystem::remove_all(folder);
  return 0;
}
