// SPDX-License-Identifier: Apache-2.0
#include "server/demo.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "directory/import.h"
#include "server/city.h"
#include "server/demo_accounts.h"
#include "server/demo_admission.h"
#include "server/demo_cases.h"
#include "server/demo_enrol.h"
#include "server/demo_events.h"
#include "server/demo_files.h"
#include "server/demo_roster.h"
#include "server/demo_season.h"
#include "server/demo_tables.h"
#include "server/taken_away.h"

namespace banmo::server {
namespace {

namespace fs = std::filesystem;
using directory::Principal;

constexpr int kLastYear = 2026;  // the figures end here, or with the present school year on an earlier day
constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr const char* kSignsOfACity[] = {"ledger.sqlite", "warehouse.duckdb", "demo"};

Error not_empty(const std::string& data) {
  return fail(ErrorCode::conflict, "server.folder_not_empty",
              {"数据目录 " + data + " 里已有一个城市（或一次未完成的演示生成）；演示城市只建在空目录里：请换一个目录，或确认不再需要后删除该目录再试",
               "the data folder " + data +
                   " holds a city already (or a demonstration that was interrupted); a demonstration city is made in an empty folder: name another "
                   "one, or remove this one if nobody needs it "
                   "and start again"},
              data);
}

std::string seconds(Instant from, Instant to) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(to.micros - from.micros) / 1e6);
  return text;
}

// One step of the work: its time is printed with what it made.
class Step {
 public:
  explicit Step(const Terminal& terminal) : terminal_(terminal), from_(Clock::system().now()) {}
  void done(const std::string& what) const {
    terminal_.end_progress();
    terminal_.line(what + "  " + seconds(from_, Clock::system().now()));
  }

 private:
  const Terminal& terminal_;
  Instant from_;
};

std::function<void(double)> bar(const Terminal& terminal, const std::string& what) {
  return [&terminal, what](double done) { terminal.progress(what, done); };
}

Result<> write_readme(const DemoCity& plan, const std::string& folder) {
  const std::string path = folder + "/README.txt";
  std::ofstream file(path, std::ios::binary);
  file << kSyntheticNote << "\n\n"
       << "seed " << plan.seed << ", scale " << plan.scale << ", " << plan.n_students << " students, " << plan.schools.size() << " schools\n"
       << "含有故意放入的错误，用来演示隔离区。 There are errors in it on purpose, for the quarantine.\n";
  file.flush();
  if (!file)
    return fail(ErrorCode::unavailable, "server.unwritable_file",
                {"写不了文件 " + path + "；请检查磁盘空间与权限", "cannot write " + path + ": check disk space and permissions"}, path);
  return {};
}

struct Written {
  DemoRoster roster;
  std::vector<DemoFile> files;
};

Result<Written> write_files(const DemoCity& plan, const pack::Catalogue& catalogue, const std::string& folder, const Terminal& terminal) {
  Written written;
  BANMO_DO(write_readme(plan, folder));
  const Step roster(terminal);
  BANMO_TRY(written.roster, write_roster(plan, folder, bar(terminal, "OneRoster")));
  roster.done("写 wrote " + fs::path(written.roster.path).filename().string() + ": " + std::to_string(written.roster.n_users) + " 人 people");
  const Step tables(terminal);
  BANMO_TRY(written.files, write_tables(plan, catalogue, folder));
  BANMO_TRY(const auto admission, write_admission(plan, catalogue, folder));
  written.files.insert(written.files.end(), admission.begin(), admission.end());
  BANMO_TRY(const auto entry, write_enrolment(plan, catalogue, folder));
  written.files.insert(written.files.end(), entry.begin(), entry.end());
  tables.done("写 wrote " + std::to_string(written.files.size()) + " 张统计表 tables");
  const Step fitness(terminal);
  BANMO_TRY(const auto results, write_fitness(plan, catalogue, folder, bar(terminal, "fitness")));
  int64_t n_rows = 0;
  for (const DemoFile& file : results) n_rows += file.n_rows;
  written.files.insert(written.files.end(), results.begin(), results.end());
  fitness.done("写 wrote " + std::to_string(results.size()) + " 个体测文件 fitness files: " + std::to_string(n_rows) + " 行 rows");
  return written;
}

Result<> import_roster(City& city, const DemoCity& plan, const DemoRoster& roster, const Terminal& terminal) {
  const Step step(terminal);
  directory::NewOrg top;
  top.kind = directory::OrgKind::city;
  top.code = plan.code;
  top.title = plan.title;
  top.valid_from = SchoolYear{plan.last_year - plan.n_years - 12}.start();
  BANMO_TRY(const directory::Org made, city.directory().create_org(Principal::system(), top));
  directory::ImportOptions options;
  options.top = made.no;
  options.on_progress = [&terminal](const std::string& phase, double done) { terminal.progress("OneRoster " + phase, done); };
  BANMO_TRY(const directory::ImportReport report, directory::import_oneroster(city.directory(), Principal::system(), roster.path, options));
  int64_t n_new = 0;
  for (const auto& [file, counts] : report.files) n_new += counts.n_new;
  step.done("导入 imported " + fs::path(roster.path).filename().string() + ": 新 new " + std::to_string(n_new) + ", 错 bad " +
            std::to_string(report.n_bad));
  for (size_t i = 0; i < report.bad.size() && i < 5; ++i)
    terminal.line("  " + report.bad[i].file + ":" + std::to_string(report.bad[i].line) + ": " + report.bad[i].field + ": " + report.bad[i].detail.zh);
  return {};
}

// The engine may take its upload away: it gets another name of the same bytes.
Result<std::string> upload_of(const City& city, const std::string& path) {
  std::string copy = city.settings().data + "/tmp/" + Uuid::next().to_string() + fs::path(path).extension().string();
  std::error_code failed;
  fs::create_hard_link(path, copy, failed);
  if (failed) fs::copy_file(path, copy, failed);
  if (failed)
    return fail(ErrorCode::unavailable, "server.unwritable_file",
                {"写不了文件 " + copy + "；请检查磁盘空间与权限", "cannot write " + copy + ": check disk space and permissions"}, copy,
                failed.message());
  return copy;
}

Result<> import_file(City& city, const DemoFile& file, const Terminal& terminal) {
  const Step step(terminal);
  const std::string name = fs::path(file.path).filename().string();
  records::ImportOptions options;
  options.dataset = file.dataset;
  options.file_name = name;
  BANMO_TRY(options.file, upload_of(city, file.path));
  const TakenAway taken_away(options.file);
  BANMO_TRY(records::Job job, city.records().import(Principal::system(), std::move(options)));
  while (job.state == records::JobState::queued || job.state == records::JobState::running) {
    terminal.progress(name, job.progress);
    std::this_thread::sleep_for(kPoll);
    BANMO_TRY(job, city.records().job(Principal::system(), job.id));
  }
  if (job.error) return *job.error;
  step.done("导入 imported " + name + ": 行 rows " + std::to_string(job.n_read) + ", 隔离 quarantined " + std::to_string(job.n_bad) +
            ", 提示 warned " + std::to_string(job.n_warn));
  return {};
}

Result<> refuse_existing(const std::string& data) {
  std::error_code ignored;
  for (const char* sign : kSignsOfACity)
    if (fs::exists(fs::path(data) / sign, ignored)) return not_empty(data);
  return {};
}

int last_year_of(City& city) { return std::min(kLastYear, SchoolYear::of(city.directory().today()).first_year); }

void print_summary(const DemoCity& plan, const std::string& data, Instant from, const Terminal& terminal) {
  terminal.line("演示城市已建好 the demonstration city is ready: " + std::to_string(plan.districts.size()) + " 区市 districts, " +
                std::to_string(plan.schools.size()) + " 学校 schools, " + std::to_string(plan.n_classes) + " 班 classes, " +
                std::to_string(plan.n_students) + " 学生 students, " + std::to_string(plan.n_teachers) + " 教师 teachers  " +
                seconds(from, Clock::system().now()));
  terminal.line(
      "账号 accounts: city leader district principal cio teacher student guardian candidate candidate_parent sysadmin secadmin auditor  密码 "
      "password: " +
      std::string(kDemoPassword));
  terminal.line("下一步 next: banmo serve --data " + data);
}

}  // namespace

Result<> make_demo(Settings settings, const DemoOptions& options, const Terminal& terminal) {
  const Instant from = Clock::system().now();
  BANMO_DO(refuse_existing(settings.data));
  BANMO_TRY(const auto city, City::open(std::move(settings), true));
  const std::string data = city->settings().data, folder = data + "/demo";
  if (!city->directory().orgs()->all().empty()) return not_empty(data);  // a PostgreSQL database that holds one
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    return fail(ErrorCode::unavailable, "server.unwritable_file",
                {"建不了目录 " + folder + "；请检查路径与权限", "cannot make the folder " + folder + ": check the path and its permissions"}, folder,
                failed.message());

  BANMO_TRY(const DemoCity plan, plan_city(*city->catalogue(), options.scale, options.seed, last_year_of(*city)));
  BANMO_TRY(const Written written, write_files(plan, *city->catalogue(), folder, terminal));
  BANMO_DO(import_roster(*city, plan, written.roster, terminal));
  for (const DemoFile& file : written.files) BANMO_DO(import_file(*city, file, terminal));
  const Step accounts(terminal);
  BANMO_DO(make_demo_accounts(*city, plan));
  BANMO_TRY(const int64_t n_reports, report_demo_targets(*city, plan));
  accounts.done("账号与规划填报 accounts and reports of targets: 10 + " + std::to_string(n_reports));
  const Step cases(terminal);
  BANMO_TRY(const int64_t n_cases, open_demo_cases(*city));
  cases.done("办件 cases: " + std::to_string(n_cases));
  const Step season(terminal);
  BANMO_TRY(const int64_t n_batches, publish_demo_season(*city, plan));
  season.done("招生录取 batches of last year's admission published: " + std::to_string(n_batches));
  const Step events(terminal);
  BANMO_TRY(const int64_t n_events, tell_demo_events(*city, plan, bar(terminal, "xAPI")));
  events.done("学习记录 learning records over HTTP: " + std::to_string(n_events));
  const Step figures(terminal);
  BANMO_DO(city->metrics().settle());
  figures.done("指标已就绪 figures are ready");
  BANMO_DO(save_settings(city->settings()));
  print_summary(plan, data, from, terminal);
  return {};
}

}  // namespace banmo::server
