// SPDX-License-Identifier: Apache-2.0
// banmo import, banmo export.
#include <filesystem>
#include <fstream>

#include "directory/import.h"
#include "server/city.h"
#include "server/commands.h"
#include "server/taken_away.h"

namespace banmo::server {
namespace {

namespace fs = std::filesystem;
using directory::Principal;

Result<directory::OrgNo> org_named(City& city, const std::string& text) {
  if (text.empty()) return directory::OrgNo{};
  BANMO_TRY(const directory::Org* org, city.directory().orgs()->resolve(text));
  return org->no;
}

Error unfinished(int64_t n_bad) {
  return fail(ErrorCode::invalid, "records.bad_rows",
              {std::to_string(n_bad) + " 行未通过检查，已放入隔离区；其余已导入",
               std::to_string(n_bad) + " rows did not pass and are in quarantine; the others were imported"});
}

Result<> print_report(const directory::ImportReport& report, const Terminal& terminal) {
  for (const auto& [file, counts] : report.files)
    terminal.line(file + ": 读 read " + std::to_string(counts.n_read) + ", 新 new " + std::to_string(counts.n_new) + ", 改 changed " +
                  std::to_string(counts.n_changed) + ", 同 same " + std::to_string(counts.n_same) + ", 错 bad " + std::to_string(counts.n_bad));
  for (const Message& note : report.notes) terminal.line(note.zh + "  " + note.en);
  for (const directory::BadLine& bad : report.bad)
    terminal.line(bad.file + ":" + std::to_string(bad.line) + ": " + bad.field + ": " + bad.detail.zh + "  " + bad.detail.en);
  if (report.n_bad > 0) return unfinished(report.n_bad);
  return {};
}

Result<directory::Template> template_named(const std::string& name) {
  if (name == "schools") return directory::Template::schools;
  if (name == "staff") return directory::Template::staff;
  if (name == "students") return directory::Template::students;
  return fail(ErrorCode::invalid, "server.usage", {"--people 须是 schools、staff 或 students", "--people is schools, staff or students"}, "--people");
}

Result<> import_directory(City& city, const ImportCommand& command, const Terminal& terminal) {
  directory::ImportOptions options;
  BANMO_TRY(options.top, org_named(city, command.oneroster_top));
  options.dry_run = command.dry_run;
  options.on_progress = [&terminal](const std::string& phase, double done) { terminal.progress(phase, done); };
  Result<directory::ImportReport> report = directory::ImportReport{};
  if (command.oneroster) {
    report = directory::import_oneroster(city.directory(), Principal::system(), command.file, options);
  } else {
    BANMO_TRY(const directory::Template kind, template_named(command.people));
    BANMO_TRY(const directory::RowSource rows, directory::open_csv(command.file));
    report = directory::import_template(city.directory(), Principal::system(), kind, fs::path(command.file).filename().string(), rows, options);
  }
  terminal.end_progress();
  if (!report.ok()) return std::move(report).error();
  return print_report(*report, terminal);
}

Result<> import_dataset(City& city, const ImportCommand& command, const Terminal& terminal) {
  // The engine may take its upload away, so it gets a copy.
  const std::string copy = city.settings().data + "/tmp/" + Uuid::next().to_string() + fs::path(command.file).extension().string();
  std::error_code failed;
  fs::copy_file(command.file, copy, failed);
  if (failed)
    return fail(ErrorCode::unavailable, "server.unreadable_file",
                {"读不了文件 " + command.file + "；请检查路径与权限", "cannot read " + command.file + ": check the path and its permissions"},
                command.file, failed.message());
  const TakenAway taken_away(copy);
  records::ImportOptions options{command.dataset, copy, fs::path(command.file).filename().string(), command.dry_run};
  BANMO_TRY(records::Job job, city.records().import(Principal::system(), std::move(options)));
  BANMO_TRY(job, city.records().wait(Principal::system(), job.id));
  if (job.error) return *job.error;
  terminal.line(command.dataset + ": 读 read " + std::to_string(job.n_read) + ", 新 new " + std::to_string(job.n_new) + ", 改 changed " +
                std::to_string(job.n_changed) + ", 同 same " + std::to_string(job.n_same) + ", 隔离 quarantined " + std::to_string(job.n_bad));
  if (job.n_bad > 0) return unfinished(job.n_bad);
  return {};
}

}  // namespace

Result<> import_file(Settings settings, const ImportCommand& command, const Terminal& terminal) {
  BANMO_TRY(const auto city, City::open(std::move(settings), true));
  if (command.oneroster || !command.people.empty()) return import_directory(*city, command, terminal);
  return import_dataset(*city, command, terminal);
}

Result<> export_file(Settings settings, const ExportCommand& command, const Terminal& terminal) {
  BANMO_TRY(const auto city, City::open(std::move(settings), true));
  if (command.oneroster) {
    BANMO_TRY(const directory::OrgNo org, org_named(*city, command.org));
    BANMO_DO(directory::export_oneroster(city->directory(), Principal::system(), org, command.file));
  } else {
    const std::string format = fs::path(command.file).extension() == ".xlsx" ? "xlsx" : "csv";
    BANMO_TRY(const std::string path, city->records().export_rows(Principal::system(), command.dataset, {}, format));
    std::error_code failed;
    fs::copy_file(path, command.file, fs::copy_options::overwrite_existing, failed);
    fs::remove(path);
    if (failed)
      return fail(ErrorCode::unavailable, "server.unwritable_file", {"写不了文件 " + command.file, "cannot write " + command.file}, command.file,
                  failed.message());
  }
  terminal.line(command.file);
  return {};
}

}  // namespace banmo::server
