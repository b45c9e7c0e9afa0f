// SPDX-License-Identifier: Apache-2.0
// Imports a million fitness rows into a warehouse that holds ten million, all rules on, a thousand bad rows among them; beside it the bare DuckDB
// pipeline over the same file (read, cast, check, MERGE INTO) in a process of its own. Prints rows a second, the ratio, peak memory. Limits: >=
// 250,000 rows/s on 2 cores, >= 40 % of the bare pipeline,
// <= 1.5 GiB, every bad row named with its line; XLSX of 100,000 rows <= 5 s; 1M students scored <= 3 s.
//
//   import_bench [n_rows] [n_base_rows] [folder]
#include <duckdb.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "city.h"
#include "pack/pack.h"
#include "records/sheet_writer.h"

namespace {

using namespace banmo;
using namespace banmo::bench;
using directory::Principal;

constexpr int kItems = 7;
constexpr const char* kItemNames[kItems] = {"bmi", "vc", "run50", "reach", "rope", "run50x8", "situp"};
constexpr const char* kHeading = "学年,学生,学校,学段,年级,性别,项目,实测值,免测,测试日期\n";

constexpr const char* kPackHead = R"yaml(pack: {id: edu.fitness, version: 1.0.0, engine: banmo/1, title: 体质}
law: {purpose: 测试, basis: 测试}
codes:
  item: {title: 测试项目, values: {bmi: 体重指数, vc: 肺活量, run50: 50米跑, reach: 坐位体前屈, rope: 一分钟跳绳, situp: 仰卧起坐, run50x8: 50米×8往返跑, jump: 立定跳远, pullup: 引体向上, run800: 800米跑, run1000: 1000米跑}}
  stage: {title: 学段, values: {p12: 小学一二年级, p34: 小学三四年级, p56: 小学五六年级, m: 初中及以上}}
  sex: {title: 性别, values: {"1": 男, "2": 女}}
datasets:
- id: fitness_raw
  title: 体测原始成绩
  grain: [school_year, student_id, item]
  class: {category: 学生数据/体质健康, level: L3, spi: true}
  scope: {org: school_id, person: student_id}
  period: {by: school_year}
  fields:
    school_year: {type: year, title: 学年, required: true}
    student_id: {type: ref, to: core.student, title: 学生, required: true, mask: hash}
    school_id: {type: org, kind: school, title: 学校, required: true}
    stage: {type: code, list: stage, title: 学段, required: true}
    grade: {type: int, min: 1, max: 12, title: 年级}
    sex: {type: code, list: sex, title: 性别}
    item: {type: code, list: item, title: 项目, required: true}
    raw: {type: decimal, scale: 2, title: 实测值}
    exempt: {type: bool, default: 0, title: 免测}
    tested_on: {type: date, title: 测试日期}
  quality:
  - {id: raw_present, sev: error, expr: "exempt = 1 or raw is not null", title: 未免测须有成绩}
  - {id: raw_range, sev: error, expr: "raw is null or case item when 'bmi' then raw between 8 and 60 when 'vc' then raw between 300 and 9999 when 'run50' then raw between 5 and 30 when 'reach' then raw between -30 and 45 else raw >= 0 end", title: 实测值越界}
  - {id: item_fits, sev: error, expr: "not (stage = 'p12' and item in ('situp','jump','pullup','run800','run1000'))", title: 项目与学段不符}
  - {id: in_window, sev: warn, expr: "tested_on is null or tested_on between sy_start(school_year) and sy_end(school_year)", title: 日期不在学年内}
- id: fitness_band
  kind: reference
  title: 评分标准
  class: {category: 标准规范, level: L1}
  grain: [grade, sex, item, lo]
  data: bands.csv
  fields: {grade: {type: int, title: 年级}, sex: {type: code, list: sex, title: 性别}, item: {type: code, list: item, title: 项目}, lo: {type: decimal, scale: 2, title: 下限}, hi: {type: decimal, scale: 2, title: 上限}, score: {type: int, title: 得分}}
- id: fitness_weight
  kind: reference
  title: 项目权重
  class: {category: 标准规范, level: L1}
  grain: [item]
  fields: {item: {type: code, list: item, title: 项目}, weight: {type: int, title: 权重}}
  rows: [[bmi, 15], [vc, 15], [run50, 20], [reach, 10], [rope, 20], [run50x8, 10], [situp, 10]]
)yaml";

constexpr const char* kDerived = R"yaml(- id: fitness_year
  title: 学年总分
  kind: derived
  class: {category: 学生数据/体质健康, level: L3, spi: true}
  grain: [school_year, student_id]
  scope: {org: school_id, person: student_id}
  fields: {total: {type: decimal, scale: 1, title: 总分}, lvl: {type: text, title: 等级}}
  sql: >
    select r.school_year, r.student_id, r.school_id, r.stage, r.grade, r.sex, round(sum(b.score * w.weight) / 100.0, 1) as total,
           case when sum(b.score * w.weight) >= 9000 then '1' when sum(b.score * w.weight) >= 8000 then '2' when sum(b.score * w.weight) >= 6000 then '3' else '4' end as lvl
    from fitness_raw r join fitness_weight w on w.item = r.item
    join fitness_band b on b.grade = r.grade and b.sex = r.sex and b.item = r.item and r.raw >= b.lo and r.raw < b.hi
    where r.exempt = 0 group by r.school_year, r.student_id, r.school_id, r.stage, r.grade, r.sex
)yaml";

struct Line {
  std::string cells[10];
  bool bad = false;
};

// Row k of a school year. Every `bad_every`th row breaks a rule, a type, a code or a reference by turns.
Line make_line(int64_t k, int year, int64_t bad_every, uint64_t& state) {
  const int64_t student = k / kItems, item = k % kItems;
  const uint64_t r = next_random(state);
  double raw = 0;
  switch (item) {
    case 0: raw = 14 + static_cast<double>(r % 800) / 100; break;
    case 1: raw = 1000 + static_cast<double>(r % 3000); break;
    case 2: raw = 7 + static_cast<double>(r % 500) / 100; break;
    case 3: raw = -5 + static_cast<double>(r % 3000) / 100; break;
    default: raw = 50 + static_cast<double>(r % 100); break;
  }
  char number[32], date[32];
  (void)std::snprintf(number, sizeof number, "%.2f", raw);
  (void)std::snprintf(date, sizeof date, "%d-%02d-%02d", year, 9 + static_cast<int>(r >> 20) % 4, 1 + static_cast<int>(r >> 30 & 0xFF) % 28);
  Line line{{std::to_string(year), student_code(student), school_code(student % kSchools), "p56", std::to_string(5 + student % 2),
             (student / 2) % 2 == 0 ? "1" : "2", kItemNames[item], number, "0", date}};
  if (bad_every == 0 || k % bad_every != bad_every / 2) return line;
  line.bad = true;
  switch (k / bad_every % 4) {
    case 0: line.cells[7] = "-999"; break;
    case 1: line.cells[7] = "abc"; break;
    case 2: line.cells[6] = "nothing"; break;
    default: line.cells[1] = "G9" + line.cells[1]; break;
  }
  return line;
}

void write_csv(const std::string& path, int64_t n_rows, int year, int64_t bad_every) {
  std::ofstream out(path, std::ios::binary);
  std::string block = kHeading;
  uint64_t state = 42;
  for (int64_t k = 0; k < n_rows; ++k) {
    const Line line = make_line(k, year, bad_every, state);
    for (int i = 0; i < 10; ++i) block += (i == 0 ? "" : ",") + line.cells[i];
    block += '\n';
    if (block.size() > (1u << 20)) {
      out << block;
      block.clear();
    }
  }
  out << block;
}

std::string base_rows(int64_t n_base, const std::string& into, const std::string& extra) {
  return "INSERT INTO " + into +
         " SELECT 2010 + (k // 1000000)::INT, (k % 1000000) // 7 + 1, (k % 1000000) // 7 % 900 + 2, 'p56', 5 + (k % 2), '1', "
         "['bmi','vc','run50','reach','rope','run50x8','situp'][(k % 1000000) % 7 + 1], 10 + (k % 4000) / 100.0, FALSE, DATE '2020-09-01'" +
         extra + " FROM range(" + std::to_string(n_base) + ") t(k)";
}

// The bare pipeline in a child process.
Cost run_bare(const std::string& folder, const std::string& csv, int64_t n_base) {
  int ends[2];
  if (pipe(ends) != 0) std::exit(1);
  const pid_t child = fork();
  if (child == 0) {
    duckdb_database database = nullptr;
    duckdb_connection connection = nullptr;
    duckdb_config config = nullptr;
    duckdb_create_config(&config);
    duckdb_set_config(config, "threads", "2");
    duckdb_set_config(config, "memory_limit", "900MB");
    char* words = nullptr;
    if (duckdb_open_ext((folder + "/bare.duckdb").c_str(), &database, config, &words) != DuckDBSuccess) _exit(1);
    duckdb_connect(database, &connection);
    const auto run = [&](const std::string& statement) {
      duckdb_result result;
      if (duckdb_query(connection, statement.c_str(), &result) != DuckDBSuccess) {
        std::fprintf(stderr, "bare: %s\n", duckdb_result_error(&result));
        _exit(1);
      }
      duckdb_destroy_result(&result);
    };
    run("CREATE TABLE dim_person AS SELECT 'G3702' || printf('%014d', i) AS code, i + 1 AS no FROM range(" + std::to_string(kStudents) + ") t(i)");
    run("CREATE TABLE dim_org AS SELECT '37020' || (10000 + i) AS code, i + 2 AS no FROM range(900) t(i)");
    run("CREATE TABLE ds (school_year INTEGER, student_id BIGINT, school_id BIGINT, stage VARCHAR, grade BIGINT, sex VARCHAR, item VARCHAR, raw "
        "DOUBLE, exempt BOOLEAN, tested_on DATE)");
    run(base_rows(n_base, "ds", ""));
    run("CHECKPOINT");
    const double begin = now_s(), begin_cpu = cpu_s();
    run("CREATE TEMP TABLE raw AS SELECT * FROM read_csv(" + sql::quote_literal(csv) + ", header = true, all_varchar = true)");
    run("CREATE TEMP TABLE typed AS SELECT TRY_CAST(学年 AS INTEGER) school_year, p.no student_id, o.no school_id, 学段 stage, TRY_CAST(年级 AS "
        "BIGINT) grade, 性别 sex, 项目 item, "
        "TRY_CAST(实测值 AS DOUBLE) raw, TRY_CAST(免测 AS BOOLEAN) exempt, TRY_CAST(测试日期 AS DATE) tested_on FROM raw r LEFT JOIN dim_person p ON "
        "p.code = r.学生 LEFT JOIN dim_org o ON o.code = r.学校");
    run("CREATE TEMP TABLE good AS SELECT * FROM typed WHERE student_id IS NOT NULL AND school_id IS NOT NULL AND (exempt OR raw IS NOT NULL) AND "
        "CASE item WHEN 'bmi' THEN raw BETWEEN 8 AND 60 "
        "WHEN 'vc' THEN raw BETWEEN 300 AND 9999 WHEN 'run50' THEN raw BETWEEN 5 AND 30 WHEN 'reach' THEN raw BETWEEN -30 AND 45 ELSE raw >= 0 END "
        "AND item IN ('bmi','vc','run50','reach','rope','run50x8','situp')");
    run("MERGE INTO ds t USING good s ON t.school_year = s.school_year AND t.student_id = s.student_id AND t.item = s.item WHEN MATCHED THEN UPDATE "
        "SET raw = s.raw, tested_on = s.tested_on "
        "WHEN NOT MATCHED THEN INSERT");
    const Cost cost{now_s() - begin, cpu_s() - begin_cpu};
    if (write(ends[1], &cost, sizeof cost) != static_cast<ssize_t>(sizeof cost)) _exit(1);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    _exit(0);
  }
  Cost cost;
  if (read(ends[0], &cost, sizeof cost) != static_cast<ssize_t>(sizeof cost)) std::exit(1);
  int status = 0;
  waitpid(child, &status, 0);
  std::filesystem::remove(folder + "/bare.duckdb");
  return cost;
}

void write_pack(const std::string& folder, bool derived) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/pack.yaml") << kPackHead << (derived ? kDerived : "");
  std::ofstream bands(folder + "/bands.csv");
  bands << "grade,sex,item,lo,hi,score\n";
  for (int grade = 5; grade <= 6; ++grade) {
    for (const char* const sex : {"1", "2"}) {
      for (const char* const item : kItemNames) {
        for (int i = 0; i < 20; ++i) {
          const double lo = std::string(item) == "vc" ? i * 500 : -30 + i * 10;
          bands << grade << ',' << sex << ',' << item << ',' << lo << ',' << (i == 19 ? 99'999 : lo + (std::string(item) == "vc" ? 500 : 10)) << ','
                << 5 * (i + 1) << '\n';
        }
      }
    }
  }
}

std::unique_ptr<records::Records> open_records(const City& city, const std::string& folder, bool derived) {
  write_pack(folder + "/pack", derived);
  const std::vector<std::string> folders{folder + "/pack"};
  return open_records(city, folder, must(pack::Catalogue::load(folders), "pack"));
}

records::Job import(records::Records& records, const std::string& file, const char* what, Cost& cost) {
  const auto job = import_file(records, "fitness_raw", file, what, cost);
  std::printf("%-34s %8.2f s  cpu %6.2f s  %10.0f rows/s  new %lld changed %lld same %lld bad %lld\n", what, cost.wall_s, cost.cpu_s,
              static_cast<double>(job.n_read) / cost.wall_s, static_cast<long long>(job.n_new), static_cast<long long>(job.n_changed),
              static_cast<long long>(job.n_same), static_cast<long long>(job.n_bad));
  return job;
}

int64_t n_misnamed(records::Records& records, const records::Job& job, int64_t n_rows, int year, int64_t bad_every) {
  std::vector<int64_t> expected, found;
  uint64_t state = 42;
  for (int64_t k = 0; k < n_rows; ++k) {
    if (make_line(k, year, bad_every, state).bad) expected.push_back(k + 2);
  }
  for (int64_t after = -1;;) {
    const auto page = must(records.bad_rows(Principal::system(), "fitness_raw", job.batch->to_string(), 1000, after), "bad rows");
    if (page.empty()) break;
    for (const auto& row : page) found.push_back(row.line);
    after = page.back().id;
  }
  std::sort(found.begin(), found.end());
  if (found == expected) return 0;
  return std::max<int64_t>(1, std::abs(static_cast<int64_t>(found.size()) - static_cast<int64_t>(expected.size())));
}

void bench_xlsx(records::Records& records, const std::string& folder) {
  const std::string path = folder + "/rows.xlsx";
  {
    auto sheet = must(records::open_sheet("xlsx", path), "xlsx");
    std::vector<records::SheetCell> cells;
    std::string heading(kHeading);
    heading.pop_back();
    for (size_t at = 0; at <= heading.size();) {
      const size_t end = std::min(heading.find(',', at), heading.size());
      cells.push_back({heading.substr(at, end - at)});
      at = end + 1;
    }
    must(sheet->heading(cells), "xlsx");
    uint64_t state = 7;
    for (int64_t k = 0; k < 100'000; ++k) {
      const Line line = make_line(k, 2026, 0, state);
      cells.clear();
      for (int i = 0; i < 10; ++i) cells.push_back({line.cells[i], i == 0 || i == 4 || i == 7});
      must(sheet->row(cells), "xlsx");
    }
    must(sheet->finish(), "xlsx");
  }
  Cost cost;
  (void)import(records, path, "XLSX of 100,000 rows", cost);
  std::printf("%-34s %s (limit 5 s)\n", "", cost.wall_s <= 5 ? "ok" : "TOO SLOW");
}

// Single rows: made by 64 writers with audit and journal, then read by key.
void bench_rows(records::Records& records) {
  constexpr int kWriters = 64, kEach = 300;
  const Principal system = Principal::system();
  const auto row_of = [](int w, int i) {
    return json::Object{{"school_year", 2027},
                        {"student_id", student_code(w * kEach + i)},
                        {"school_id", school_code(w)},
                        {"stage", "p56"},
                        {"grade", 5},
                        {"sex", "1"},
                        {"item", "bmi"},
                        {"raw", 15.5}};
  };
  (void)must(records.create_row(system, "fitness_raw", row_of(0, kWriters * kEach)), "create");  // the key filter is built at the first edit
  std::vector<std::vector<std::string>> keys(kWriters);
  std::vector<std::thread> writers;
  double begin = now_s(), begin_cpu = cpu_s();
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kEach; ++i) {
        const json::Object values = row_of(w, i);
        keys[static_cast<size_t>(w)].push_back(must(records.create_row(system, "fitness_raw", values), "create").key);
      }
    });
  }
  for (auto& writer : writers) writer.join();
  const double n = kWriters * kEach;
  std::printf("%-34s %8.2f s  cpu %6.3f ms a row  %10.0f rows/s (limit 0.15 ms)\n", "rows made by hand, 64 writers", now_s() - begin,
              (cpu_s() - begin_cpu) * 1000 / n, n / (now_s() - begin));
  must(records.flush(), "flush");
  for (const int round : {1, 2}) {
    begin = now_s();
    begin_cpu = cpu_s();
    for (const auto& of_writer : keys) {
      for (const auto& key : of_writer) (void)must(records.row(system, "fitness_raw", key), "row");
    }
    std::printf("%-34s %8.2f s  cpu %6.3f ms a row\n", round == 1 ? "rows read by key, from the table" : "rows read by key, from the cache",
                now_s() - begin, (cpu_s() - begin_cpu) * 1000 / n);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int64_t n_rows = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  const int64_t n_base = argc > 2 ? std::atoll(argv[2]) : 10'000'000;
  const std::string folder =
      argc > 3 ? argv[3] : (std::filesystem::temp_directory_path() / ("banmo-import-bench-" + std::to_string(getpid()))).string();
  std::filesystem::create_directories(folder);
  set_log(std::getenv("BANMO_BENCH_LOG") != nullptr ? LogLevel::debug : LogLevel::error,
          [](std::string_view line) { std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data()); });
  const std::string csv = folder + "/fitness.csv";
  const int64_t bad_every = std::max<int64_t>(1, n_rows / 1000);
  write_csv(csv, n_rows, 2025, bad_every);
  const Cost bare = run_bare(folder, csv, n_base);
  std::printf("%-34s %8.2f s  cpu %6.2f s  %10.0f rows/s\n", "bare DuckDB pipeline", bare.wall_s, bare.cpu_s,
              static_cast<double>(n_rows) / bare.wall_s);
  {
    const City city(folder);
    {
      const auto prepare = open_records(city, folder, false);  // makes the tables
    }
    must(city.stores.warehouse->write([&](sql::Connection& connection) -> Result<> {
      BANMO_DO(connection.script(base_rows(n_base, "ds_fitness_raw", ", 0, 0, 0, 1") + ";"));
      return connection.script("UPDATE bm_state SET version = 1, n_rows = " + std::to_string(n_base) + " WHERE dataset = 'fitness_raw';");
    }),
         "base rows");
    must(city.stores.warehouse->checkpoint(), "checkpoint");
    auto records = open_records(city, folder, false);
    Cost ours;
    const auto job = import(*records, csv, "import of the same file", ours);
    std::printf("%-34s %8.0f %%  (limit 40 %%)   %s; by processor time %.0f %%\n", "of the bare pipeline", 100 * bare.wall_s / ours.wall_s,
                bare.wall_s / ours.wall_s >= 0.4 ? "ok" : "TOO SLOW", 100 * bare.cpu_s / ours.cpu_s);
    std::printf("%-34s %8lld MB (limit 1536)\n", "peak memory", static_cast<long long>(peak_mb()));
    std::printf("%-34s %8lld of %lld\n", "bad rows named wrongly", static_cast<long long>(n_misnamed(*records, job, n_rows, 2025, bad_every)),
                static_cast<long long>(job.n_bad));
    Cost cost;
    (void)import(*records, csv, "the same file again", cost);
    write_csv(csv, n_rows, 2025, 0);
    (void)import(*records, csv, "the bad rows mended", cost);
    bench_xlsx(*records, folder);
    bench_rows(*records);
    records.reset();
    const double begin = now_s(), begin_cpu = cpu_s();
    records = open_records(city, folder, true);
    const int64_t n_scored = records->n_rows("fitness_year");
    const double scoring = now_s() - begin;
    std::printf("%-34s %8.2f s  cpu %6.2f s  for %lld students: %.2f s a million (limit 3)\n", "whole scoring", scoring, cpu_s() - begin_cpu,
                static_cast<long long>(n_scored), scoring * 1e6 / static_cast<double>(std::max<int64_t>(1, n_scored)));
    write_csv(csv, 7000, 2025, 0);
    (void)import(*records, csv, "7,000 rows with scoring of theirs", cost);
  }
  if (argc <= 3) std::filesystem::remove_all(folder);
  return 0;
}
