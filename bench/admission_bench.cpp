// SPDX-License-Identifier: Apache-2.0
// Admission of 100,000 applicants to 500 programs by lists of 8. First the kernel alone (deferred acceptance on a market in memory), beside it a
// plain sort of the same choices, which any method that ranks them must at least do; then the whole run: rows read from the warehouse, placed,
// verified, explained, written, and named in the ledger. Its assignment is checked by a verifier of its own that knows no mechanism. Limits: 20 ms, 2
// s.
//   admission_bench [applicants = 100000] [programs = 500] [conninfo of PostgreSQL, or BANMO_TEST_PG: the whole run there, too, in the same run; its
//   output is byte for byte that of the first]
// The current directory must be on a real disk.
#include <cstdlib>
#include <fstream>
#include <numeric>

#include "city.h"
#include "math/admission.h"
#include "models/admissions.h"
#include "models/migrations.h"
#include "models/test_pack.h"

namespace {

using namespace banmo;
using namespace banmo::bench;

constexpr int kChoices = 8, kTurns = 9;
constexpr double kEngine_ms = 20, kRun_s = 2;

struct Sizes {
  int64_t n_applicants = 100'000, n_programs = 500;
};

// Standings differ by program; a third of the seats fewer than applicants, so that chains of refusals are long.
math::Market random_market(const Sizes& sizes) {
  uint64_t state = 20260622;
  const auto n_applicants = static_cast<size_t>(sizes.n_applicants), n_programs = static_cast<size_t>(sizes.n_programs);
  math::Market market;
  market.choice_begin.push_back(0);
  std::vector<std::vector<std::pair<uint64_t, uint32_t>>> lines(n_programs);
  for (size_t a = 0; a < n_applicants; ++a) {
    std::vector<int32_t> list;
    const uint64_t ability = next_random(state) >> 34;
    while (list.size() < kChoices) {
      const auto program = static_cast<int32_t>(std::min(next_random(state) % n_programs, next_random(state) % n_programs));  // some are wanted more
      if (std::find(list.begin(), list.end(), program) != list.end()) continue;
      lines[static_cast<size_t>(program)].emplace_back(ability + (next_random(state) >> 36), market.program.size());
      list.push_back(program);
      market.program.push_back(program);
    }
    market.choice_begin.push_back(static_cast<uint32_t>(market.program.size()));
  }
  market.standing.resize(market.program.size());
  market.seats_begin.push_back(0);
  for (auto& line : lines) {
    std::sort(line.rbegin(), line.rend());
    for (size_t i = 0; i < line.size(); ++i) market.standing[line[i].second] = static_cast<int32_t>(i);
    market.seats.push_back({static_cast<int32_t>(n_applicants * 2 / 3 / n_programs)});
    market.seats_begin.push_back(static_cast<uint32_t>(market.seats.size()));
  }
  return market;
}

// From the definition, for programs with one group of seats: the worst standing held, then each dearer choice.
size_t n_blocking(const math::Market& market, const math::Assignment& made) {
  std::vector<int32_t> n_held(market.n_programs(), 0), worst(market.n_programs(), -1);
  for (const int32_t choice : made.choice) {
    if (choice == math::kNone) continue;
    const auto program = static_cast<size_t>(market.program[static_cast<size_t>(choice)]);
    ++n_held[program];
    worst[program] = std::max(worst[program], market.standing[static_cast<size_t>(choice)]);
  }
  size_t n = 0;
  for (size_t p = 0; p < n_held.size(); ++p) n += n_held[p] > market.seats[p].capacity ? 1 : 0;
  for (size_t a = 0; a < made.choice.size(); ++a)
    for (uint32_t c = market.choice_begin[a]; c < market.choice_begin[a + 1] && static_cast<int32_t>(c) != made.choice[a]; ++c) {
      const auto program = static_cast<size_t>(market.program[c]);
      n += n_held[program] < market.seats[program].capacity || market.standing[c] < worst[program] ? 1 : 0;
    }
  return n;
}

template <class F>
double best_ms(F&& work) {
  double best = 1e9;
  for (int i = 0; i < kTurns; ++i) {
    const double start = now_s();
    work();
    best = std::min(best, (now_s() - start) * 1e3);
  }
  return best;
}

bool measure_engine(const Sizes& sizes) {
  const math::Market market = random_market(sizes);
  must(math::check(market), "market");
  math::Assignment made;
  const double engine = best_ms([&] { made = math::deferred_acceptance(market); });
  std::vector<uint64_t> keys(market.program.size()), sorted;
  for (size_t c = 0; c < keys.size(); ++c) keys[c] = static_cast<uint64_t>(market.program[c]) << 32 | static_cast<uint32_t>(market.standing[c]);
  const double sort = best_ms([&] {
    sorted = keys;
    std::sort(sorted.begin(), sorted.end());
  });
  const double verifier = best_ms([&] { (void)math::exceptions(market, made, 1); });
  const size_t n_bad = n_blocking(market, made);
  const auto n_placed = std::count_if(made.choice.begin(), made.choice.end(), [](int32_t choice) { return choice != math::kNone; });
  std::printf("deferred acceptance %lld x %lld x %d: %.1f ms (limit %.0f) %s; a plain sort of the choices %.1f ms; verifier %.1f ms\n",
              static_cast<long long>(sizes.n_applicants), static_cast<long long>(sizes.n_programs), kChoices, engine, kEngine_ms,
              verdict(engine <= kEngine_ms), sort, verifier);
  std::printf("placed %lld, pairs that would both change, by a verifier of its own: %zu\n", static_cast<long long>(n_placed), n_bad);
  return engine <= kEngine_ms && n_bad == 0;
}

// Of a whole number in SQL another one below `n`, scattered, the same in every store.
std::string scattered(const std::string& number, int n) {
  const auto step = [](const std::string& x) { return "((" + x + ") * 1103515245 + 12345) % 2147483648"; };
  return "(" + step(step(step("CAST(" + number + " AS BIGINT)"))) + ") % " + std::to_string(n);
}

// Rows as an import leaves them, made inside the warehouse.
Result<> fill(sql::Connection& connection, const Sizes& sizes) {
  const auto up_to = [](int64_t n) { return "generate_series(0, " + std::to_string(n - 1) + ") "; };
  const auto padded = [](const std::string& number, int n) { return "lpad(CAST(" + number + " AS VARCHAR), " + std::to_string(n) + ", '0')"; };
  const std::string p = std::to_string(sizes.n_programs);
  BANMO_DO(
      connection.script("INSERT INTO ds_high_who (year, student, school, no, score, maths, _batch, _line, _warn, _version)"
                        " SELECT 2026, i + 1, 2 + i % 900, 'K' || " +
                        padded("i", 6) + ", 400 + " + scattered("i", 30'011) + " * 0.01, " + scattered("i + 7", 121) + ", 1, i, 0, 1 FROM " +
                        up_to(sizes.n_applicants) +
                        "t(i);"
                        "INSERT INTO ds_high_wish (year, student, batch, nth, program, bonus, _batch, _line, _warn, _version)"
                        " SELECT 2026, i + 1, 'main', k + 1, 'P' || " +
                        padded("(" + scattered("i", 61) + " * 8 + " + scattered("i * 3 + 1", 97) + " + k * 61) % " + p, 4) + ", " +
                        scattered("i * 8 + k", 10) + ", 1, i * 8 + k, 0, 1 FROM " + up_to(sizes.n_applicants) + "t(i), " + up_to(kChoices) +
                        "u(k);"
                        "INSERT INTO ds_high_plan (year, batch, program, name, seats, floor, _batch, _line, _warn, _version)"
                        " SELECT 2026, 'main', 'P' || " +
                        padded("i", 4) + ", '专业' || i, " + std::to_string(sizes.n_applicants * 2 / 3 / sizes.n_programs) +
                        ", 420, 1, i, 0, 1 FROM " + up_to(sizes.n_programs) + "t(i);"));
  return connection.dialect() == sql::Dialect::postgres ? connection.script("ANALYZE;") : Result<>();
}

struct Measured {
  double median_s = 0;
  models::Run run;
};

Measured measure_run(City& city, const Sizes& sizes, const std::string& folder) {
  must(sql::migrate(*city.stores.ledger, "models", models_migrations()), "migrate");
  std::filesystem::create_directories(folder + "/pack");
  std::ofstream(folder + "/pack/pack.yaml") << models::test::kAdmissionPack;
  const std::vector<std::string> folders{folder + "/pack"};
  const auto catalogue = must(pack::Catalogue::load(folders), "pack");
  const auto records = open_records(city, folder, catalogue);
  const auto admissions = must(models::Admissions::create(city.stores, catalogue, *city.directory, *records, Clock::system(), folder), "admissions");
  must(city.stores.warehouse->write([&](sql::Connection& connection) { return fill(connection, sizes); }), "rows");
  std::vector<double> times;
  Measured out;
  for (int i = 0; i < 5; ++i) {
    const Stopwatch watch;
    out.run = must(admissions->run(city.system, "bench", 2026, ""), "run");
    const Cost cost = watch.read();
    times.push_back(cost.wall_s);
    const models::RunPhases& took = out.run.took;
    std::printf("  run %d: %.2f s, processor %.2f s: read %.2f, place and explain %.2f, write %.2f, commit %.2f, name in the ledger %.2f\n", i + 1,
                cost.wall_s, cost.cpu_s, took.read, took.place, took.write, took.commit, took.name);
  }
  out.median_s = percentile(times, 0.5);
  const models::BatchFigures& figures = out.run.batches.front();
  std::printf("  choices %lld, placed %lld, exceptions %lld, peak %lld MB, output %s\n", static_cast<long long>(figures.n_choices),
              static_cast<long long>(figures.n_placed), static_cast<long long>(figures.n_exceptions), static_cast<long long>(peak_mb()),
              out.run.output_sha256.c_str());
  return out;
}

constexpr const char* kSchema = "admission_bench";

// A schema of its own, which is gone afterwards.
void drop_schema(const char* conninfo) {
  const auto database = must(sql::open_postgres({.conninfo = conninfo, .schema = "", .n_connections = 1}), "PostgreSQL");
  must(database->write([](sql::Connection& connection) { return connection.script(std::string("DROP SCHEMA IF EXISTS ") + kSchema + " CASCADE;"); }),
       "schema");
}

}  // namespace

int main(int argc, char** argv) {
  Sizes sizes;
  if (argc > 1) sizes.n_applicants = std::atoll(argv[1]);
  if (argc > 2) sizes.n_programs = std::atoll(argv[2]);
  const char* const conninfo = argc > 3 ? argv[3] : std::getenv("BANMO_TEST_PG");
  const std::string folder = std::filesystem::current_path() / ("admission_bench_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  bool good = measure_engine(sizes);
  Measured embedded;
  {
    City city(folder);
    embedded = measure_run(city, sizes, folder);
  }
  std::printf("store to explained result in the store, SQLite and DuckDB: median %.2f s (limit %.0f) %s\n", embedded.median_s, kRun_s,
              verdict(embedded.median_s <= kRun_s));
  good = good && embedded.median_s <= kRun_s && embedded.run.batches.front().stable;
  if (conninfo != nullptr && std::string_view(conninfo) != "skip") {
    drop_schema(conninfo);
    Measured there;
    {
      const std::shared_ptr<sql::Database> database = must(sql::open_postgres({.conninfo = conninfo, .schema = kSchema}), "PostgreSQL");
      City city(sql::Stores{database, database});
      there = measure_run(city, sizes, folder);
    }
    drop_schema(conninfo);
    const bool same = there.run.output_sha256 == embedded.run.output_sha256;
    std::printf("the same on PostgreSQL: median %.2f s; the same bytes: %s\n", there.median_s, verdict(same));
    good = good && same;
  }
  std::filesystem::remove_all(folder);
  return good ? 0 : 1;
}
