// SPDX-License-Identifier: Apache-2.0
// A city of 900 schools for benches that run the real engines on a warehouse of their own: organisations, and students without names.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "audit/migrations.h"
#include "bench.h"
#include "directory/directory.h"
#include "directory/migrations.h"
#include "metrics/migrations.h"
#include "records/migrations.h"
#include "records/records.h"
#include "sql/migrate.h"

namespace banmo::bench {

constexpr int kSchools = 900;
constexpr int64_t kStudents = 1'300'000;
constexpr int64_t kListedStudents = 20'000;  // those that forms find, too

inline std::string student_code(int64_t i) {
  char text[32];
  (void)std::snprintf(text, sizeof text, "G3702%014lld", static_cast<long long>(i));
  return text;
}
inline std::string school_code(int64_t i) { return "37020" + std::to_string(10'000 + i); }

// The city is organisation 1; with districts they follow, then the schools, dealt to them in turn of equal blocks.
struct City {
  sql::Stores stores;
  std::unique_ptr<directory::Directory> directory;
  directory::Principal system = directory::Principal::system();
  int n_districts = 0;

  explicit City(const std::string& folder, int districts = 0) : n_districts(districts) {
    stores.ledger = must(sql::open_sqlite({folder + "/ledger.db"}), "ledger");
    sql::DuckdbOptions duckdb;
    duckdb.path = folder + "/warehouse.duckdb";
    duckdb.n_threads = 2;
    duckdb.memory_limit_mb = 900;
    stores.warehouse = must(sql::open_duckdb(duckdb), "warehouse");
    open();
    std::vector<directory::NewOrg> orgs;
    const auto add = [&](int64_t parent_at, directory::OrgKind kind, std::string code, std::string title) {
      orgs.push_back(
          {.parent = {}, .kind = kind, .code = std::move(code), .title = std::move(title), .valid_from = {}, .id = {}, .parent_at = parent_at});
    };
    add(-1, directory::OrgKind::city, "3702", "青岛市");
    for (int i = 0; i < districts; ++i) add(0, directory::OrgKind::district, std::to_string(370'201 + i), "第" + std::to_string(i) + "区");
    for (int i = 0; i < kSchools; ++i)
      add(districts == 0 ? 0 : 1 + i * districts / kSchools, directory::OrgKind::school, school_code(i), "第" + std::to_string(i) + "学校");
    (void)must(directory->create_orgs(system, orgs), "orgs");
    add_students();
  }

  // On other stores: without schools and students.
  explicit City(sql::Stores given) : stores(std::move(given)) { open(); }

  int64_t school_no(int64_t i) const { return 2 + n_districts + i; }

 private:
  void open() {
    must(sql::migrate(*stores.ledger, "audit", audit_migrations()), "migrate");
    must(sql::migrate(*stores.ledger, "directory", directory_migrations()), "migrate");
    must(sql::migrate(*stores.ledger, "records", records_migrations()), "migrate");
    must(sql::migrate(*stores.ledger, "metrics", metrics_migrations()), "migrate");
    directory = must(directory::Directory::create(stores, Clock::system(), {}), "directory");
  }
  void add_students() const {
    must(stores.warehouse->write([](sql::Connection& connection) {
      return connection.script(
          "INSERT INTO dim_person (no, id, code, kind, name, sex, org_no, class_no) SELECT i + 1, CAST(i AS VARCHAR), 'G3702' || printf('%014d', i), "
          "'student', '学生', '1', NULL, NULL FROM range(" +
          std::to_string(kStudents) + ") t(i);");
    }),
         "people");
    // Forms look people up in the ledger; those of version 0 are not mirrored a second time.
    must(stores.ledger->write([](sql::Connection& connection) -> Result<> {
      return connection.script(
          "INSERT INTO person (no, id, name, sex, code, kind, home_no, class_no, source_hash, version) WITH RECURSIVE k(i) AS (SELECT 0 UNION ALL "
          "SELECT i + 1 FROM k WHERE i < " +
          std::to_string(kListedStudents - 1) +
          ") SELECT i + 1, 'p' || i, '学生', '1', 'G3702' || printf('%014d', i), 'student', 0, 0, 0, 0 FROM k;");
    }),
         "people");
  }
};

inline std::unique_ptr<records::Records> open_records(const City& city, const std::string& folder,
                                                      const std::shared_ptr<const pack::Catalogue>& catalogue) {
  records::RecordsOptions options;
  options.folder = folder + "/uploads";
  options.field_key.assign(32, 7);
  return must(records::Records::create(city.stores, catalogue, *city.directory, Clock::system(), options), "records");
}

// Imports a file and waits for its end.
inline records::Job import_file(records::Records& records, const std::string& dataset, const std::string& file, const char* what, Cost& cost) {
  const directory::Principal system = directory::Principal::system();
  const Stopwatch watch;
  const auto queued =
      must(records.import(system, {.dataset = dataset, .file = file, .file_name = std::filesystem::path(file).filename().string()}), what);
  auto job = must(records.wait(system, queued.id), what);
  cost = watch.read();
  if (job.error) {
    std::fprintf(stderr, "%s: %s | %s\n", what, job.error->to_string().c_str(), job.error->cause.c_str());
    std::exit(1);
  }
  return job;
}

}  // namespace banmo::bench
