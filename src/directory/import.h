// SPDX-License-Identifier: Apache-2.0
// Organisations and people from files: OneRoster 1.2 CSV zips (read and written) and simple Chinese templates. Bad lines are named and left out, good
// ones are taken; the same file twice changes nothing; a run that was killed is repeated and goes on where it stopped, because what stands already
// costs no write.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "directory/directory.h"

namespace banmo::directory {

// One cell (or line) that was not taken, in words for the person who mends it.
struct BadLine {
  std::string file;
  int64_t line = 0;  // 1 is the heading
  std::string field;
  std::string rule;  // "required", "unknown_ref", "bad_date", ...
  Message detail;    // what is wrong and what to do
};

struct ImportCounts {
  int64_t n_read = 0, n_new = 0, n_changed = 0, n_same = 0, n_ended = 0, n_bad = 0;
};

struct ImportReport {
  std::map<std::string, ImportCounts> files;  // by file name; people of users.csv, memberships of roles.csv and enrollments.csv
  std::vector<BadLine> bad;                   // the first ImportOptions::max_bad
  int64_t n_bad = 0;
  std::vector<Message> notes;  // what was left aside on purpose
  bool dry_run = false;
};

struct ImportOptions {
  OrgNo top;                   // under which organisations without a parent come (the city); 0: they become tops
  bool dry_run = false;        // reads and checks all, writes nothing
  size_t chunk_rows = 20'000;  // rows in one transaction
  size_t max_bad = 1000;
  int64_t max_unpacked_bytes = int64_t{8} << 30;
  int64_t max_ratio = 200;  // unpacked to packed, of each file beyond 1 MiB: a zip bomb ends the import with too_large "directory.zip_bomb"
  std::function<void(const std::string& phase, double progress_0_1)> on_progress;
  std::function<bool()> cancelled;
};

// Needs orgs_manage and people_manage over `options.top`.
Result<ImportReport> import_oneroster(Directory& directory, const Principal& by, const std::string& zip_path, const ImportOptions& options);
// Living organisations and people at and below `org`, as a bulk zip that import_oneroster reads without change. Needs people_read; fields above the
// level are left out.
Result<> export_oneroster(const Directory& directory, const Principal& by, OrgNo org, const std::string& zip_path);

// Rows from anywhere (CSV, XLSX): fills `cells` and `line`, false at the end. The first row is the heading.
using RowSource = std::function<Result<bool>(std::vector<std::string>& cells, int64_t& line)>;
enum class Template { schools, staff, students };  // 学校, 教职工, 学生
Result<ImportReport> import_template(Directory& directory, const Principal& by, Template kind, const std::string& file_name, const RowSource& source,
                                     const ImportOptions& options);
// A CSV file in UTF-8 (with or without byte-order mark), GB18030 or UTF-16 as such rows.
Result<RowSource> open_csv(const std::string& path);
// The headings of a template, for a file to be filled in.
std::vector<std::string> template_headings(Template kind);

}  // namespace banmo::directory
