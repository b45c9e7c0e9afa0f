// SPDX-License-Identifier: Apache-2.0
#include "server/pack_tests.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>

#include "api/migrations.h"
#include "audit/migrations.h"
#include "base/text.h"
#include "directory/directory.h"
#include "directory/migrations.h"
#include "metrics/metrics.h"
#include "metrics/migrations.h"
#include "records/migrations.h"
#include "records/records.h"
#include "server/demo_files.h"
#include "sql/migrate.h"

namespace banmo::server {
namespace {

namespace fs = std::filesystem;
using directory::OrgKind;
using directory::Principal;

constexpr size_t kMemory_mb = 256;

// A folder that goes away with its owner.
class Scratch {
 public:
  Scratch() : path_((fs::temp_directory_path() / ("banmo-pack-tests-" + Uuid::next().to_string())).string()) {}
  Scratch(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// An installation of its own: stores in `folder`, a city with one district, engines.
class World {
 public:
  static Result<std::unique_ptr<World>> open(const std::string& folder, std::shared_ptr<const pack::Catalogue> catalogue) {
    std::error_code failed;
    fs::create_directories(folder + "/uploads", failed);
    if (failed)
      return fail(ErrorCode::unavailable, "server.unwritable_file", {"建不了临时目录 " + folder, "cannot make the temporary folder " + folder},
                  folder, failed.message());
    auto world = std::unique_ptr<World>(new World);  // owned by the unique_ptr: the constructor is private
    world->folder_ = folder;
    world->catalogue_ = std::move(catalogue);
    BANMO_TRY(auto ledger, sql::open_sqlite({.path = folder + "/ledger.sqlite", .n_readers = 2}));
    BANMO_TRY(
        auto warehouse,
        sql::open_duckdb({.path = folder + "/warehouse.duckdb", .memory_limit_mb = kMemory_mb, .temp_directory = folder + "/tmp", .n_readers = 2}));
    world->stores_ = {.ledger = std::move(ledger), .warehouse = std::move(warehouse)};
    BANMO_DO(sql::migrate(*world->stores_.ledger, "audit", audit_migrations()));
    BANMO_DO(sql::migrate(*world->stores_.ledger, "directory", directory_migrations()));
    BANMO_DO(sql::migrate(*world->stores_.ledger, "records", records_migrations()));
    BANMO_DO(sql::migrate(*world->stores_.ledger, "metrics", metrics_migrations()));
    BANMO_DO(sql::migrate(*world->stores_.ledger, "api", api_migrations()));
    BANMO_DO(world->make_engines());
    return world;
  }

  Result<> give(const pack::PackTest::Given& given) {
    const pack::Dataset& dataset = *catalogue_->dataset(given.dataset);
    BANMO_DO(make_known(dataset, given));
    BANMO_TRY(const std::string file, write_rows(dataset, given));
    records::ImportOptions options;
    options.dataset = dataset.id;
    options.file = file;
    options.file_name = dataset.id + ".csv";
    BANMO_TRY(records::Job job, records_->import(Principal::system(), std::move(options)));
    BANMO_TRY(job, records_->wait(Principal::system(), job.id));
    if (job.error) return *job.error;
    BANMO_DO(records_->flush());
    return metrics_->settle();
  }

  // The value of an expectation's left side, as text.
  Result<std::string> evaluate(const pack::PackInfo& pack, std::string_view question) {
    const size_t end = question.find_first_of(" \t\n");
    const std::string_view head = question.substr(0, end),
                           rest = end == std::string_view::npos ? std::string_view() : text::trim(question.substr(end));
    if (head == "select") return evaluate_select(question);
    if (head == "quality") return evaluate_quality(pack, std::string(rest));
    return evaluate_metric(rest);
  }

 private:
  World() = default;

  Result<> make_engines() {
    directory::Options options;
    options.field_key = crypto::random_bytes(32);
    options.index_key = crypto::random_bytes(32);
    BANMO_TRY(directory_, directory::Directory::create(stores_, Clock::system(), options));
    if (directory_->orgs()->all().empty()) {
      BANMO_TRY(const directory::Org city, directory_->create_org(Principal::system(), new_org({}, OrgKind::city, "test-city")));
      BANMO_TRY(const directory::Org district, directory_->create_org(Principal::system(), new_org(city.no, OrgKind::district, "test-district")));
    }
    records::RecordsOptions records;
    records.folder = folder_ + "/uploads";
    records.field_key = options.field_key;
    records.memory_limit_mb = kMemory_mb;
    BANMO_TRY(records_, records::Records::create(stores_, catalogue_, *directory_, Clock::system(), std::move(records)));
    BANMO_TRY(metrics_, metrics::Metrics::create(stores_, catalogue_, *directory_, *records_, Clock::system()));
    return {};
  }

  static directory::NewOrg new_org(directory::OrgNo parent, OrgKind kind, const std::string& code) {
    directory::NewOrg org;
    org.parent = parent;
    org.kind = kind;
    org.code = org.title = code;
    org.valid_from = Date::from_ymd(2000, 9, 1);
    return org;
  }

  // Every value of an organisation's field becomes an organisation with that code, every reference to people a person.
  Result<> make_known(const pack::Dataset& dataset, const pack::PackTest::Given& given) {
    for (const auto& row : given.rows) {
      directory::OrgNo school;
      for (const auto& [field, cell] : row) {
        if (cell.empty() || dataset.field(field)->type != pack::FieldType::org) continue;
        BANMO_TRY(school, org_of(*dataset.field(field), cell));
      }
      for (const auto& [field, cell] : row) {
        const pack::Field& declared = *dataset.field(field);
        if (cell.empty() || declared.type != pack::FieldType::ref || !declared.ref_to.starts_with("core.")) continue;
        BANMO_DO(make_person(cell, school, declared.ref_to == "core.staff" ? directory::Role::teacher : directory::Role::student));
      }
    }
    return {};
  }

  Result<directory::OrgNo> org_of(const pack::Field& field, const std::string& code) {
    const OrgKind kind = field.org_kind.empty() ? OrgKind::school : directory::org_kind_of(field.org_kind).value_or(OrgKind::school);
    const auto tree = directory_->orgs();
    if (const directory::Org* known = tree->by_code(kind, code)) return known->no;
    const directory::Org* parent = tree->by_code(kind == OrgKind::district || kind == OrgKind::bureau ? OrgKind::city : OrgKind::district,
                                                 kind == OrgKind::district || kind == OrgKind::bureau ? "test-city" : "test-district");
    BANMO_TRY(const directory::Org made, directory_->create_org(Principal::system(), new_org(parent->no, kind, code)));
    return made.no;
  }

  Result<> make_person(const std::string& code, directory::OrgNo school, directory::Role role) {
    BANMO_TRY(const auto known, directory_->unscoped_person_by_code(code));
    if (known) return {};
    if (school.value == 0) {
      pack::Field any;
      any.org_kind = "school";
      BANMO_TRY(school, org_of(any, "test-school"));
    }
    directory::NewPerson person;
    person.name = "测试";
    person.code = code;
    person.memberships = {{school, role, *Date::from_ymd(2000, 9, 1), {}}};
    auto made = directory_->add_person(Principal::system(), person);
    if (!made.ok()) return std::move(made).error();
    return {};
  }

  Result<std::string> write_rows(const pack::Dataset& dataset, const pack::PackTest::Given& given) {
    std::string path = folder_ + "/given-" + Uuid::next().to_string() + ".csv";
    std::set<std::string> named;
    for (const auto& row : given.rows)
      for (const auto& [field, cell] : row) named.insert(field);
    BANMO_TRY(CsvOut out, CsvOut::create(path));
    std::vector<std::string> columns;
    for (const pack::Field& field : dataset.fields)
      if (named.contains(field.id)) columns.push_back(field.id);
    out.row(columns);
    for (const auto& row : given.rows) {
      for (const std::string& column : columns) {
        const auto found = std::find_if(row.begin(), row.end(), [&](const auto& one) { return one.first == column; });
        out.cell(found == row.end() ? std::string_view() : std::string_view(found->second));
      }
      out.end_row();
    }
    BANMO_DO(out.close());
    return path;
  }

  expr::PrintOptions print_options() const {
    expr::PrintOptions options;
    options.dialect = stores_.warehouse->dialect();
    options.environment.now = Clock::system().now();
    options.column = [](size_t) { return std::string(); };
    return options;
  }

  Result<sql::Rows> run(const expr::Select& select) {
    BANMO_TRY(const std::string statement, select.print(print_options(), [&](const std::string& table) { return records_->table(table); }));
    BANMO_TRY(const sql::Lease lease, stores_.warehouse->read());
    return lease->query(statement);
  }

  Result<std::string> evaluate_select(std::string_view question) {
    std::vector<expr::Table> tables;
    for (const pack::Dataset& dataset : catalogue_->datasets()) {
      expr::Table& table = tables.emplace_back();
      table.name = dataset.id;
      for (const pack::Field& field : dataset.fields) table.fields.push_back({field.id, pack::expression_type(field.type)});
    }
    BANMO_TRY(const expr::Select select, expr::Select::compile(question, tables, {}));
    BANMO_TRY(const sql::Rows rows, run(select));
    if (rows.empty()) return std::string("no row");
    if (rows.size() > 1) return std::to_string(rows.size()) + " rows";
    return sql::text_of(rows[0][0], "null");
  }

  Result<std::string> evaluate_quality(const pack::PackInfo& pack, const std::string& name) {
    const size_t dot = name.find('.');
    const std::string rule = dot == std::string::npos ? name : name.substr(dot + 1), only = dot == std::string::npos ? "" : name.substr(0, dot);
    int64_t n = 0;
    for (const pack::Dataset& dataset : catalogue_->datasets()) {
      if (only.empty() ? dataset.pack != pack.id : dataset.id != only) continue;
      for (const pack::Rule& declared : dataset.rules) {
        if (declared.id != rule) continue;
        BANMO_TRY(const int64_t found, count_bad(dataset, declared));
        n += found;
      }
    }
    return std::to_string(n);
  }

  // Rows that are in quarantine or carry the warning; offending groups of a rule over a set, counted now.
  Result<int64_t> count_bad(const pack::Dataset& dataset, const pack::Rule& rule) {
    if (rule.set) {
      BANMO_TRY(const sql::Rows rows, run(*rule.set));
      return std::max<int64_t>(0, static_cast<int64_t>(rows.size()) - rule.max_rows);
    }
    BANMO_TRY(const auto scores, records_->rule_scores(Principal::system(), dataset.id));
    for (const records::RuleScore& score : scores)
      if (score.rule == rule.id) return score.n_bad;
    return int64_t{0};
  }

  Result<std::string> evaluate_metric(std::string_view question) {
    metrics::Query query;
    const size_t end = std::min(question.find_first_of(" \t\n"), question.size());
    query.metrics = {std::string(question.substr(0, end))};
    const std::string_view rest = text::trim(question.substr(end));
    if (rest.starts_with("where ")) BANMO_DO(read_conditions(rest.substr(6), query));
    BANMO_TRY(const metrics::QueryResult result, metrics_->query(Principal::system(), query));
    if (result.rows.empty()) {  // no row was counted
      const pack::Metric* metric = catalogue_->metric(query.metrics.front());
      const bool counts = metric->kind == pack::MetricKind::aggregate &&
                          (metric->aggregate == pack::Aggregate::count || metric->aggregate == pack::Aggregate::count_distinct);
      return std::string(counts ? "0" : "null");
    }
    const metrics::Cell& cell = result.rows.front().back();
    if (const auto* whole = std::get_if<int64_t>(&cell)) return std::to_string(*whole);
    if (const auto* words = std::get_if<std::string>(&cell)) return *words;
    if (const auto* number = std::get_if<double>(&cell)) {
      char buffer[32];
      return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, *number).ptr);
    }
    return std::string("null");
  }

  // "school_year = 2024 and sex = '1'": equalities alone, as a question to metrics can have.
  static Result<> read_conditions(std::string_view text, metrics::Query& query) {
    for (;;) {
      const size_t end = text.find(" and ");
      const std::string_view part = text::trim(text.substr(0, end));
      const size_t equals = part.find('=');
      const std::string_view name = text::trim(part.substr(0, equals));
      if (equals == std::string_view::npos || name.empty() || name.find_first_of(" <>!()") != std::string_view::npos)
        return fail(ErrorCode::unsupported, "pack.test_condition",
                    {"指标期望的条件只能写 维度 = 值，用 and 连接", "the condition of a metric's expectation is dimension = value, joined by and"});
      std::string_view value = text::trim(part.substr(equals + 1));
      if (value.size() >= 2 && value.front() == '\'' && value.back() == '\'') value = value.substr(1, value.size() - 2);
      query.where.push_back({std::string(name), {std::string(value)}});
      if (end == std::string_view::npos) return {};
      text = text.substr(end + 5);
    }
  }

  std::string folder_;
  std::shared_ptr<const pack::Catalogue> catalogue_;
  sql::Stores stores_;
  std::unique_ptr<directory::Directory> directory_;
  std::unique_ptr<records::Records> records_;
  std::unique_ptr<metrics::Metrics> metrics_;
};

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// Numbers to nine digits, everything else letter by letter.
bool same(const std::string& expected, const std::string& got) {
  const auto a = number_of(expected), b = number_of(got);
  if (!a || !b) return expected == got;
  return std::fabs(*a - *b) <= 1e-9 * std::max({1.0, std::fabs(*a), std::fabs(*b)});
}

// One test: its failures, empty if it passed.
Result<std::vector<std::string>> run_test(const pack::PackInfo& pack, const pack::PackTest& test, World& world) {
  const std::string where = test.where + ": " + test.name + ": ";
  std::vector<std::string> failures;
  for (const auto& given : test.given) {
    const auto done = world.give(given);
    if (!done.ok()) return std::vector{where + "given " + given.dataset + ": " + done.error().to_string()};
  }
  for (const std::string& expectation : test.expect) {
    const size_t arrow = expectation.rfind("=>");
    const std::string question(text::trim(std::string_view(expectation).substr(0, arrow))),
        expected(text::trim(std::string_view(expectation).substr(arrow + 2)));
    const auto got = world.evaluate(pack, question);
    if (!got.ok())
      failures.push_back(where + question + ": " + got.error().to_string());
    else if (!same(expected, *got))
      failures.push_back(where + question + ": 期望 expected " + expected + ", 得到 got " + *got);
  }
  return failures;
}

}  // namespace

Result<PackTestReport> run_pack_tests(const std::shared_ptr<const pack::Catalogue>& catalogue, std::string_view only) {
  PackTestReport report;
  const Scratch scratch;
  const std::string fresh = scratch.path() + "/fresh";  // made once: every test begins with a copy
  {
    BANMO_TRY(const auto world, World::open(fresh, catalogue));
  }
  int n = 0;
  for (const pack::PackInfo& pack : catalogue->packs()) {
    if (!only.empty() && pack.id != only) continue;
    for (const pack::PackTest& test : pack.tests) {
      const std::string folder = scratch.path() + "/" + std::to_string(++n);
      std::error_code failed;
      fs::copy(fresh, folder, fs::copy_options::recursive, failed);
      if (failed)
        return fail(ErrorCode::unavailable, "server.unwritable_file", {"写不了临时目录 " + folder, "cannot write the temporary folder " + folder},
                    folder, failed.message());
      {
        BANMO_TRY(const auto world, World::open(folder, catalogue));
        BANMO_TRY(const auto failures, run_test(pack, test, *world));
        report.failures.insert(report.failures.end(), failures.begin(), failures.end());
        report.n_passed += failures.empty() ? 1 : 0;
      }
      fs::remove_all(folder, failed);
    }
  }
  return report;
}

}  // namespace banmo::server
