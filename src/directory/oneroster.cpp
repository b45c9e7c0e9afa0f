// SPDX-License-Identifier: Apache-2.0
// Import of a OneRoster 1.2 CSV zip (1EdTech, Rostering 1.2 CSV Binding). Read: manifest, orgs, academicSessions, classes, demographics, users,
// roles, enrollments.
//   orgs         become organisations: national, state, local > city; department > bureau; district; school. A column metadata.kind names any of our
//   kinds. classes      of type homeroom become classes, below a grade (made from `grades`, if it names one); of type scheduled are left aside: they
//   are lessons, not organisations. roles        become memberships; enrollments become memberships in the class (a teacher with primary = true is
//   its homeroom teacher). agents       of a student become guardian links; links are added, never taken away by a file.
// What a bulk file does not mention stays as it is; status tobedeleted ends it. Accounts and passwords are never taken from a file.
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "directory/oneroster_orgs.h"
#include "directory/zip_file.h"

namespace banmo::directory {
namespace {

using Cells = std::vector<std::string>;

// One file of the zip, read by column names.
class Table {
 public:
  Table(std::string name, CsvReader reader) : name_(std::move(name)), reader_(std::move(reader)) {}
  Result<> open(PeopleRun& run, std::initializer_list<std::string_view> required) {
    int64_t line = 0;
    BANMO_TRY(const bool any, reader_.next(heading_, line));
    for (size_t i = 0; any && i < heading_.size(); ++i) columns_.emplace(std::string(text::trim(heading_[i])), i);
    n_columns_ = heading_.size();
    for (const std::string_view column : required) {
      if (columns_.contains(std::string(column))) continue;
      run.bad(name_, 1, std::string(column), "missing_column",
              {"缺少列 " + std::string(column) + "，整个文件未导入；请按 OneRoster 1.2 补上",
               "the column " + std::string(column) + " is missing, so the file was not imported: add it (OneRoster 1.2)"});
      usable_ = false;
    }
    return {};
  }
  // The next line with the right number of cells; others are reported.
  Result<bool> next(PeopleRun& run, ImportCounts& counts) {
    if (!usable_) return false;
    for (;;) {
      BANMO_TRY(const bool more, reader_.next(cells_, line_));
      if (!more) return false;
      ++counts.n_read;
      if (has_nul(cells_)) {
        run.bad(name_, line_, "", "bad_line", nul_words());
        continue;
      }
      if (cells_.size() == n_columns_) return true;
      run.bad(name_, line_, "", "bad_line",
              {"这一行有 " + std::to_string(cells_.size()) + " 列，标题有 " + std::to_string(n_columns_) + " 列，请检查逗号和引号",
               "the line has " + std::to_string(cells_.size()) + " cells, the heading " + std::to_string(n_columns_) + ": check commas and quotes"});
    }
  }
  std::string_view cell(const std::string& column) const {
    const auto found = columns_.find(column);
    return found == columns_.end() ? std::string_view() : text::trim(cells_[found->second]);
  }
  std::string text(const std::string& column) const { return std::string(cell(column)); }
  bool gone() const { return cell("status") == "tobedeleted"; }
  const std::string& name() const { return name_; }
  int64_t line() const { return line_; }

 private:
  std::string name_;
  CsvReader reader_;
  Cells heading_, cells_;
  std::map<std::string, size_t> columns_;
  size_t n_columns_ = 0;
  int64_t line_ = 0;
  bool usable_ = true;
};

std::optional<OrgKind> kind_of(std::string_view type, std::string_view extension) {
  if (!extension.empty()) return org_kind_of(extension);
  if (type == "school") return OrgKind::school;
  if (type == "district") return OrgKind::district;
  if (type == "department") return OrgKind::bureau;
  if (type == "local" || type == "state" || type == "national") return OrgKind::city;
  return std::nullopt;
}

std::optional<Role> role_in(std::string_view name) {
  if (name == "student") return Role::student;
  if (name == "teacher" || name == "aide" || name == "counselor" || name == "proctor") return Role::teacher;
  if (name == "principal") return Role::principal;
  if (name == "siteAdministrator") return Role::school_cio;
  if (name == "districtAdministrator") return Role::district_officer;
  if (name == "guardian" || name == "parent" || name == "relative") return Role::guardian;
  return std::nullopt;
}

std::string grade_title(const std::string& code) {
  static constexpr std::array<std::string_view, 12> kTitles = {"一年级", "二年级", "三年级", "四年级",   "五年级",   "六年级",
                                                               "七年级", "八年级", "九年级", "高一年级", "高二年级", "高三年级"};
  const auto n = text::parse_int(code);
  if (n && *n >= 1 && *n <= 12) return std::string(kTitles[static_cast<size_t>(*n - 1)]);
  if (code == "KG" || code == "PK") return code == "KG" ? "大班" : "幼儿园";
  return code;
}

// A name as it is written here: 王小明; for names in Latin letters: Ada Lovelace.
std::string whole_name(const Table& table) {
  const std::string given = table.text("givenName"), middle = table.text("middleName"), family = table.text("familyName");
  const bool latin = std::all_of(family.begin(), family.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }) && !family.empty();
  if (!latin) return family + middle + given;
  return given + (middle.empty() ? "" : " " + middle) + (family.empty() ? "" : " " + family);
}

struct Demographics {
  int32_t birth = 0;  // 0: unknown (nobody in a roster was born on 1970-01-01, and if so, it stays unknown)
  char sex = 0;       // a code, or 0: not said
};

// Where a new person will stand, seen in roles and enrollments before the person is written.
struct Place {
  int64_t home_no = 0, class_no = 0;
  char kind = 0;  // s, t, g
};

class OneRosterImport {
 public:
  OneRosterImport(Directory& directory, const Principal& by, const ImportOptions& options)
      : directory_(directory),
        options_(options),
        run_(directory.state(), by, options_, report_, PersonKey::source_id),
        orgs_(directory, by, options_, report_, run_) {
    report_.dry_run = options_.dry_run;
  }

  Result<ImportReport> run(const std::string& path) {
    BANMO_TRY(zip_, ZipReader::open(path, {options_.max_unpacked_bytes, options_.max_ratio}));
    BANMO_DO(read_manifest());
    BANMO_DO(run_.load());
    BANMO_DO(orgs_.load());
    BANMO_DO(read_sessions());
    BANMO_DO(read_orgs());
    BANMO_DO(read_classes());
    BANMO_DO(orgs_.write());
    BANMO_DO(read_demographics());
    BANMO_DO(read_roles(true));
    BANMO_DO(read_enrollments(true));
    BANMO_DO(read_users());
    demographics_.clear();
    places_.clear();
    BANMO_DO(write_links());
    BANMO_DO(read_roles(false));
    BANMO_DO(read_enrollments(false));
    BANMO_DO(run_.finish());
    tell("done", 1);
    return std::move(report_);
  }

 private:
  void tell(const std::string& phase, double progress) const {
    if (options_.on_progress) options_.on_progress(phase, progress);
  }
  bool present(const std::string& file) const {
    const auto found = modes_.find(file);
    return (found == modes_.end() || found->second != "absent") && zip_->has(file + ".csv");
  }
  // Calls `step` for each line of a file that is there, and tells progress between `from` and `to`.
  template <class Step>
  Result<> each_line(const std::string& file, bool counted, std::initializer_list<std::string_view> columns, double from, double to,
                     const Step& step) {
    if (!present(file)) return {};
    BANMO_TRY(auto source, zip_->stream(file + ".csv"));
    Table table(file + ".csv", CsvReader(std::move(source)));
    // A file that is read twice is counted and complained about once.
    ImportCounts uncounted;
    ImportCounts& counts = counted ? report_.files[table.name()] : uncounted;
    run_.set_quiet(!counted);
    BANMO_DO(table.open(run_, columns));
    for (int64_t n = 0;; ++n) {
      BANMO_TRY(const bool more, table.next(run_, counts));
      if (!more) return {};
      BANMO_DO(step(table, counts));
      if (n % 16'384 == 0) tell(file, from + (to - from) * zip_->progress());
    }
  }
  void bad(const Table& table, std::string field, std::string rule, Message detail) {
    run_.bad(table.name(), table.line(), std::move(field), std::move(rule), std::move(detail));
  }
  bool required(const Table& table, std::initializer_list<const char*> columns) {
    for (const char* column : columns) {
      if (!table.cell(column).empty()) continue;
      bad(table, column, "required", {std::string(column) + " 不能为空，请补上", std::string(column) + " is empty: fill it in"});
      return false;
    }
    return true;
  }
  bool read_date(const Table& table, const char* column, std::optional<Date>& out) {
    const std::string_view cell = table.cell(column);
    if (cell.empty()) return true;
    out = text::parse_date(cell);
    if (!out) bad(table, column, "bad_date", {"日期读不懂，请写成 2026-09-01", "the date cannot be read: write 2026-09-01"});
    return out.has_value();
  }

  Result<> read_manifest();
  Result<> read_sessions();
  Result<> read_orgs();
  Result<> read_classes();
  Result<> read_demographics();
  Result<> read_users();
  Result<> read_roles(bool ahead);
  Result<> read_enrollments(bool ahead);
  Result<> write_links();
  std::optional<MembershipRow> membership_of(const Table& table, bool ahead, OrgNo org, std::optional<Role> role, const char* org_column);

  Directory& directory_;
  ImportOptions options_;
  ImportReport report_;
  PeopleRun run_;
  OrgRun orgs_;
  std::unique_ptr<ZipReader> zip_;
  std::map<std::string, std::string> modes_;
  std::unordered_map<std::string, Date> term_starts_;
  std::unordered_map<std::string, std::string> class_terms_;
  FlatMap<Demographics> demographics_;
  bool with_demographics_ = false;
  FlatMap<Place> places_;
  std::vector<std::pair<int64_t, uint64_t>> agents_;  // student, hash of the agent's sourcedId
};

Result<> OneRosterImport::read_manifest() {
  if (!zip_->has("manifest.csv"))
    return fail(ErrorCode::invalid, "directory.no_manifest",
                {"压缩包里没有 manifest.csv，不是 OneRoster 1.2 文件", "the zip has no manifest.csv, so it is no OneRoster 1.2 file"});
  std::map<std::string, std::string> properties;
  BANMO_TRY(auto source, zip_->stream("manifest.csv"));
  CsvReader reader(std::move(source));
  Cells cells;
  int64_t line = 0;
  for (;;) {
    BANMO_TRY(const bool more, reader.next(cells, line));
    if (!more) break;
    if (cells.size() >= 2) properties[std::string(text::trim(cells[0]))] = std::string(text::trim(cells[1]));
  }
  const std::string version = properties["oneroster.version"];
  if (version != "1.2")
    return fail(ErrorCode::unsupported, "directory.oneroster_version",
                {"只支持 OneRoster 1.2，文件写的是“" + version + "”；请按 1.2 重新导出",
                 "only OneRoster 1.2 is supported, the file says \"" + version + "\": export it as 1.2"},
                "manifest.csv");
  for (const auto& [name, mode] : properties) {
    if (!name.starts_with("file.")) continue;
    if (mode != "bulk" && mode != "delta" && mode != "absent")
      run_.bad("manifest.csv", 1, name, "bad_value", {"须为 bulk、delta 或 absent", "must be bulk, delta or absent"});
    modes_[name.substr(5)] = mode;
    if (mode != "absent" && !mode.empty() && !zip_->has(name.substr(5) + ".csv"))
      run_.bad("manifest.csv", 1, name, "missing_file",
               {"清单里有 " + name.substr(5) + ".csv，压缩包里没有", name.substr(5) + ".csv is in the manifest but not in the zip"});
  }
  for (const char* needed : {"orgs", "users", "roles"})
    if (!present(needed))
      report_.notes.push_back(
          {std::string("没有 ") + needed + ".csv，这一部分不变", std::string("there is no ") + needed + ".csv: that part stays as it is"});
  for (const char* aside : {"courses", "userProfiles", "userResources", "classResources", "courseResources", "resources", "results", "lineItems",
                            "categories", "scoreScales"})
    if (present(aside)) report_.notes.push_back({std::string(aside) + ".csv 不导入", std::string(aside) + ".csv is not imported"});
  return {};
}

Result<> OneRosterImport::read_sessions() {
  return each_line("academicSessions", true, {"sourcedId", "startDate"}, 0, 0.01, [&](const Table& table, ImportCounts& counts) -> Result<> {
    std::optional<Date> start;
    if (!required(table, {"sourcedId", "startDate"}) || !read_date(table, "startDate", start)) return {};
    term_starts_[table.text("sourcedId")] = *start;
    ++counts.n_same;
    return {};
  });
}

Result<> OneRosterImport::read_orgs() {
  return each_line("orgs", true, {"sourcedId", "name", "type"}, 0.01, 0.02, [&](const Table& table, ImportCounts&) -> Result<> {
    if (!required(table, {"sourcedId", "name", "type"})) return {};
    const auto kind = kind_of(table.cell("type"), table.cell("metadata.kind"));
    if (!kind) {
      bad(table, "type", "bad_value",
          {"机构类型不认识，请用 district、school、department、local",
           "the type of organisation is not known: use district, school, department, local"});
      return {};
    }
    OrgRow row{"org:" + table.text("sourcedId"), {}, *kind, table.text("name"), table.text("identifier"), table.gone(), table.name(), table.line()};
    if (!table.cell("parentSourcedId").empty()) row.parent_source = "org:" + table.text("parentSourcedId");
    orgs_.add(std::move(row));
    return {};
  });
}

Result<> OneRosterImport::read_classes() {
  int64_t n_scheduled = 0;
  const auto step = [&](const Table& table, ImportCounts& counts) -> Result<> {
    if (!required(table, {"sourcedId", "title", "schoolSourcedId"})) return {};
    if (table.cell("classType") == "scheduled") {
      ++n_scheduled;
      ++counts.n_same;
      return {};
    }
    const std::string id = table.text("sourcedId"), school = "org:" + table.text("schoolSourcedId");
    OrgRow row{"class:" + id, school, OrgKind::class_, table.text("title"), {}, table.gone(), table.name(), table.line()};
    const std::vector<std::string> grades = text::split(table.cell("grades"), ',');
    if (!orgs_.has(school)) {
      bad(table, "schoolSourcedId", "unknown_ref", {"没有这个学校，请先在 orgs.csv 中补上", "there is no such school: add it to orgs.csv first"});
      return {};
    }
    if (grades.size() == 1) {
      const std::string grade(text::trim(grades[0]));
      row.parent_source = "grade:" + table.text("schoolSourcedId") + ":" + grade;
      orgs_.add({row.parent_source, school, OrgKind::grade, grade_title(grade), {}, false, table.name(), table.line()});
    }
    const std::vector<std::string> terms = text::split(table.cell("termSourcedIds"), ',');
    if (!terms.empty()) class_terms_[id] = std::string(text::trim(terms.front()));
    orgs_.add(std::move(row));
    return {};
  };
  BANMO_DO(each_line("classes", true, {"sourcedId", "title", "schoolSourcedId"}, 0.02, 0.03, step));
  if (n_scheduled > 0)
    report_.notes.push_back({std::to_string(n_scheduled) + " 个教学班（scheduled）未作为机构导入",
                             std::to_string(n_scheduled) + " classes of type scheduled were not imported as organisations"});
  return {};
}

Result<> OneRosterImport::read_demographics() {
  with_demographics_ = present("demographics");
  return each_line("demographics", true, {"sourcedId"}, 0.03, 0.1, [&](const Table& table, ImportCounts& counts) -> Result<> {
    std::optional<Date> birth;
    if (!required(table, {"sourcedId"}) || !read_date(table, "birthDate", birth)) return {};
    const std::string_view sex = table.cell("sex");
    const char code = sex == "male" ? '1' : sex == "female" ? '2' : sex == "unspecified" || sex == "other" ? '9' : '\0';
    demographics_.put(hash_text(table.cell("sourcedId")), {birth ? birth->days : 0, code});
    ++counts.n_same;
    return {};
  });
}

Result<> OneRosterImport::read_users() {
  return each_line("users", true, {"sourcedId", "givenName", "familyName"}, 0.3, 0.6, [&](const Table& table, ImportCounts& counts) -> Result<> {
    if (!required(table, {"sourcedId"})) return {};
    PersonRow row;
    row.key = table.text("sourcedId");
    row.name = whole_name(table);
    row.code = table.text("identifier");
    if (row.name.empty()) {
      bad(table, "familyName", "required", {"姓名不能为空，请补上", "the name is empty: fill it in"});
      return {};
    }
    PeopleRun::Known* known = run_.find(row.key);
    if (known != nullptr && !run_.in_scope(*known)) {
      bad(table, "sourcedId", "outside_scope", {"此人不在您的管理范围内，未改动", "the person is outside your scope and was not changed"});
      return {};
    }
    if (table.gone()) {
      if (known == nullptr) ++counts.n_same;
      return known == nullptr ? Result<>{} : run_.end_person(counts, *known);
    }
    const uint64_t key = hash_text(row.key);
    row.with_demographics = with_demographics_;
    if (const Demographics* found = demographics_.find(key)) {
      if (found->sex != 0) row.sex = std::string(1, found->sex);
      if (found->birth != 0) row.birth = Date{found->birth};
    }
    if (const Place* place = places_.find(key)) {
      row.home_no = place->home_no;
      row.class_no = place->class_no;
      row.kind = place->kind == 's' ? "student" : place->kind == 't' ? "staff" : "guardian";
    }
    BANMO_TRY(const int64_t no, run_.put_person(counts, row));
    if (!table.cell("agentSourcedIds").empty())
      for (const std::string& agent : text::split(table.cell("agentSourcedIds"), ',')) agents_.emplace_back(no, hash_text(text::trim(agent)));
    return {};
  });
}

Result<> OneRosterImport::write_links() {
  ImportCounts links;
  for (const auto& [student, agent] : agents_) {
    const PeopleRun::Known* guardian = run_.find_hash(agent);
    if (guardian == nullptr) {
      run_.bad("users.csv", 0, "agentSourcedIds", "unknown_ref",
               {"有学生的监护人编号在 users.csv 中找不到", "an agent of a student is not in users.csv"});
      continue;
    }
    BANMO_DO(run_.put_link(links, guardian->no, student));
  }
  if (links.n_new > 0)
    report_.notes.push_back({"新增监护关系 " + std::to_string(links.n_new) + " 条", std::to_string(links.n_new) + " guardian links are new"});
  agents_.clear();
  return {};
}

// The membership that a line of roles or enrollments means; nothing if it is bad (reported, unless only looked at ahead).
std::optional<MembershipRow> OneRosterImport::membership_of(const Table& table, bool ahead, OrgNo org, std::optional<Role> role,
                                                            const char* org_column) {
  MembershipRow row;
  row.org = org;
  row.end = table.gone();
  const auto complain = [&](const char* field, const char* rule, Message detail) {
    bad(table, field, rule, std::move(detail));
    return std::nullopt;
  };
  if (org.value == 0)
    return complain(org_column, "unknown_ref", {"没有这个机构或班级，请先补上", "there is no such organisation or class: add it first"});
  if (!role)
    return complain("role", "bad_value",
                    {"角色不认识或不能由文件授予（systemAdministrator 须由安全管理员授权）",
                     "the role is not known, or not given by a file (systemAdministrator is granted by the security administrator)"});
  if (!orgs_.in_scope(org))
    return complain(org_column, "outside_scope",
                    {"这个机构不在您的管理范围内，未登记", "the organisation is outside your scope: nobody was put there"});
  if (!may_stand_in(*role, orgs_.kind_of(org))) return complain("role", "role_does_not_fit", role_does_not_fit(*role, {}).message);
  row.role = *role;
  for (auto [column, date] : {std::pair{"beginDate", &row.from}, std::pair{"endDate", &row.to}}) {
    const std::string_view cell = table.cell(column);
    if (cell.empty()) continue;
    *date = text::parse_date(cell);
    if (!*date) return complain(column, "bad_date", {"日期读不懂，请写成 2026-09-01", "the date cannot be read: write 2026-09-01"});
  }
  if (row.from && row.to && *row.to <= *row.from)
    return complain("endDate", "bad_range", {"结束日期须晚于开始日期", "the end is not after the beginning"});
  if (ahead) return row;
  const PeopleRun::Known* known = run_.find(table.cell("userSourcedId"));
  if (known == nullptr)
    return complain("userSourcedId", "unknown_ref", {"users.csv 中没有这个人，请先补上", "there is no such person in users.csv: add them first"});
  if (!run_.in_scope(*known))
    return complain("userSourcedId", "outside_scope", {"此人不在您的管理范围内，未改动", "the person is outside your scope and was not changed"});
  row.person_no = known->no;
  return row;
}

bool holds(const MembershipRow& row, Date today) { return !row.end && (!row.from || *row.from <= today) && (!row.to || *row.to > today); }

Result<> OneRosterImport::read_roles(bool ahead) {
  const Date today = directory_.today();
  const auto step = [&](const Table& table, ImportCounts& counts) -> Result<> {
    const OrgNo org = orgs_.find("org:" + table.text("orgSourcedId"));
    const auto row = membership_of(table, ahead, org, role_in(table.cell("role")), "orgSourcedId");
    if (!row) return {};
    if (!ahead) return run_.put_membership(counts, *row);
    if (!holds(*row, today)) return {};
    Place& place = *places_.put(hash_text(table.cell("userSourcedId")), {}).first;
    if (place.home_no == 0 || table.cell("roleType") == "primary") place.home_no = org.value;
    const char kind = row->role == Role::student ? 's' : row->role == Role::guardian ? 'g' : 't';
    if (place.kind != 's') place.kind = place.kind == 't' && kind == 'g' ? 't' : kind;
    return {};
  };
  return each_line("roles", !ahead, {"userSourcedId", "role", "orgSourcedId"}, ahead ? 0.1 : 0.6, ahead ? 0.2 : 0.8, step);
}

Result<> OneRosterImport::read_enrollments(bool ahead) {
  const Date today = directory_.today();
  const auto step = [&](const Table& table, ImportCounts& counts) -> Result<> {
    const std::string class_id = table.text("classSourcedId");
    const OrgNo org = orgs_.find("class:" + class_id);
    std::optional<Role> role = role_in(table.cell("role"));
    if (role == Role::teacher && table.cell("role") == "teacher" && table.cell("primary") == "true") role = Role::homeroom_teacher;
    if (role && *role != Role::student && *role != Role::teacher && *role != Role::homeroom_teacher) role.reset();
    auto row = membership_of(table, ahead, org, role, "classSourcedId");
    if (!row) return {};
    const auto term = class_terms_.find(class_id);
    if (!row->from && term != class_terms_.end()) {
      const auto start = term_starts_.find(term->second);
      if (start != term_starts_.end() && (!row->to || start->second < *row->to)) row->from = start->second;
    }
    if (!ahead) return run_.put_membership(counts, *row);
    if (!holds(*row, today) || row->role != Role::student) return {};
    places_.put(hash_text(table.cell("userSourcedId")), {}).first->class_no = org.value;
    return {};
  };
  return each_line("enrollments", !ahead, {"classSourcedId", "userSourcedId", "role"}, ahead ? 0.2 : 0.8, ahead ? 0.3 : 0.99, step);
}

}  // namespace

Result<ImportReport> import_oneroster(Directory& directory, const Principal& by, const std::string& zip_path, const ImportOptions& options) {
  for (const Right right : {Right::orgs_manage, Right::people_manage}) BANMO_DO(directory.require(by, right, options.top));
  OneRosterImport import(directory, by, options);
  return import.run(zip_path);
}

}  // namespace banmo::directory
