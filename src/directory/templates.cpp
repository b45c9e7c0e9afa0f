// SPDX-License-Identifier: Apache-2.0
// The simple Chinese templates: 学校, 教职工, 学生. Headings may be written in any of the ways below, with blanks, brackets or asterisks; rows come
// from CSV, or from XLSX through whoever reads it. A person is known by the number (学籍号, 教职工号), an organisation by its code, or by its title
// within the district.
#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "directory/csv.h"
#include "directory/import_people.h"

namespace banmo::directory {
namespace {

using Cells = std::vector<std::string>;

enum class Column { school_code, school_title, district, code, name, sex, birth, citizen_id, post, grade, class_title, from, n_columns };

struct ColumnRow {
  Column column;
  std::string_view heading;                  // as written in the template
  std::array<std::string_view, 4> synonyms;  // folded
};

constexpr std::array kColumns = {
    ColumnRow{Column::school_code, "学校代码", {"学校标识码", "学校编码", "机构代码", ""}},
    ColumnRow{Column::school_title, "学校名称", {"学校", "所在学校", "单位名称", ""}},
    ColumnRow{Column::district, "区市", {"区县", "所属区市", "行政区", "区"}},
    ColumnRow{Column::code, "编号", {"学籍号", "教职工号", "工号", "学号"}},
    ColumnRow{Column::name, "姓名", {"学生姓名", "教师姓名", "教职工姓名", ""}},
    ColumnRow{Column::sex, "性别", {"", "", "", ""}},
    ColumnRow{Column::birth, "出生日期", {"出生年月日", "生日", "", ""}},
    ColumnRow{Column::citizen_id, "身份证号", {"身份证件号", "公民身份号码", "证件号码", "身份证号码"}},
    ColumnRow{Column::post, "岗位", {"职务", "角色", "", ""}},
    ColumnRow{Column::grade, "年级", {"所在年级", "", "", ""}},
    ColumnRow{Column::class_title, "班级", {"所在班级", "班主任班级", "班级名称", ""}},
    ColumnRow{Column::from, "开始日期", {"入学日期", "任职日期", "入校日期", "入职日期"}},
};

struct Shape {
  std::vector<std::pair<Column, const char*>> headings;  // in the order of the template, with the words used there
  std::vector<Column> required;
};

Shape shape_of(Template kind) {
  using enum Column;
  switch (kind) {
    case Template::schools:
      return {{{school_code, "学校代码"}, {school_title, "学校名称"}, {district, "区市"}}, {school_code, school_title, district}};
    case Template::staff:
      return {{{code, "教职工号"},
               {name, "姓名"},
               {sex, "性别"},
               {birth, "出生日期"},
               {citizen_id, "身份证号"},
               {school_code, "学校代码"},
               {school_title, "学校名称"},
               {district, "区市"},
               {post, "岗位"},
               {class_title, "班主任班级"},
               {from, "任职日期"}},
              {code, name}};
    case Template::students:
      return {{{code, "学籍号"},
               {name, "姓名"},
               {sex, "性别"},
               {birth, "出生日期"},
               {citizen_id, "身份证号"},
               {school_code, "学校代码"},
               {school_title, "学校名称"},
               {district, "区市"},
               {grade, "年级"},
               {class_title, "班级"},
               {from, "入学日期"}},
              {code, name}};
  }
  return {};
}

std::optional<Column> column_of(std::string_view heading) {
  const std::string folded = text::fold_heading(heading);
  for (const ColumnRow& row : kColumns) {
    if (folded == row.heading) return row.column;
    for (const std::string_view synonym : row.synonyms)
      if (!synonym.empty() && folded == synonym) return row.column;
  }
  return std::nullopt;
}

std::string_view heading_of(Column column) {
  for (const ColumnRow& row : kColumns)
    if (row.column == column) return row.heading;
  return "";
}

class TemplateImport {
 public:
  TemplateImport(Directory& directory, const Principal& by, Template kind, std::string file, const ImportOptions& options)
      : directory_(directory),
        by_(by),
        kind_(kind),
        file_(std::move(file)),
        options_(options),
        shape_(shape_of(kind)),
        run_(directory.state(), by, options_, report_, PersonKey::code) {
    report_.dry_run = options_.dry_run;
  }

  Result<ImportReport> run(const RowSource& source) {
    BANMO_DO(read_heading(source));
    ImportCounts& counts = report_.files[file_];
    const bool people = kind_ != Template::schools;
    if (report_.n_bad > 0) return std::move(report_);  // the heading is not usable
    if (people) BANMO_DO(run_.load());
    for (;;) {
      BANMO_TRY(const bool more, source(cells_, line_));
      if (!more) break;
      ++counts.n_read;
      if (has_nul(cells_)) {
        run_.bad(file_, line_, "", "bad_line", nul_words());
        continue;
      }
      BANMO_DO(people ? person_row(counts) : school_row(counts));
      if (counts.n_read % 4096 == 0 && options_.on_progress) options_.on_progress(file_, -1);
    }
    if (people) BANMO_DO(run_.finish());
    if (!people) BANMO_DO(write_schools());
    return std::move(report_);
  }

 private:
  std::string cell(Column column) const {
    const size_t at = places_[static_cast<size_t>(column)];
    return at < cells_.size() ? std::string(text::trim(cells_[at])) : std::string();
  }
  bool bad(Column column, const char* rule, Message detail) {
    run_.bad(file_, line_, std::string(word_of(column)), rule, std::move(detail));
    return false;
  }
  std::string_view word_of(Column column) const {
    for (const auto& [known, word] : shape_.headings)
      if (known == column) return word;
    return heading_of(column);
  }

  Result<> read_heading(const RowSource& source) {
    places_.fill(static_cast<size_t>(-1));
    BANMO_TRY(const bool any, source(cells_, line_));
    for (size_t i = 0; any && i < cells_.size(); ++i) {
      const auto column = column_of(cells_[i]);
      if (column && places_[static_cast<size_t>(*column)] == static_cast<size_t>(-1)) places_[static_cast<size_t>(*column)] = i;
    }
    for (const Column column : shape_.required)
      if (places_[static_cast<size_t>(column)] == static_cast<size_t>(-1))
        bad(column, "missing_column",
            {"缺少“" + std::string(word_of(column)) + "”这一列，整个文件未导入；请对照模板补上",
             "the column \"" + std::string(word_of(column)) + "\" is missing, so nothing was imported: compare with the template"});
    const bool no_school = places_[static_cast<size_t>(Column::school_code)] == static_cast<size_t>(-1) &&
                           places_[static_cast<size_t>(Column::school_title)] == static_cast<size_t>(-1);
    if (no_school && kind_ != Template::schools)
      bad(Column::school_code, "missing_column",
          {"缺少“学校代码”或“学校名称”列，整个文件未导入", "neither a column for the school's code nor for its title: nothing was imported"});
    return {};
  }

  std::optional<OrgNo> district() {
    const std::string title = cell(Column::district);
    if (title.empty()) return options_.top;
    const auto found = directory_.orgs()->resolve(title, OrgKind::district, options_.top);
    if (!found.ok()) {
      bad(Column::district, "unknown_ref", found.error().message);
      return std::nullopt;
    }
    return (*found)->no;
  }

  Result<> school_row(ImportCounts& counts) {
    const std::string code = cell(Column::school_code), title = cell(Column::school_title);
    if (code.size() != 10 || !std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      bad(Column::school_code, "bad_value", {"学校代码须为 10 位数字，请核对", "a school's code has ten digits: check it"});
      return {};
    }
    if (const auto good = check_title(title); !good.ok()) {
      bad(Column::school_title, "required", good.error().message);
      return {};
    }
    const auto parent = district();
    if (!parent) return {};
    if (!codes_.insert(code).second) {
      bad(Column::school_code, "duplicate", {"学校代码在文件中重复，请删去一行", "the code stands twice in the file: remove a line"});
      return {};
    }
    const auto tree = directory_.orgs();
    const Org* known = tree->by_code(OrgKind::school, code);
    if (known == nullptr) {
      NewOrg school;
      school.parent = *parent;
      school.code = code;
      school.title = title;
      fresh_.push_back(std::move(school));
      ++counts.n_new;
      return {};
    }
    if (!directory_.require(by_, Right::orgs_manage, known->no).ok()) {
      bad(Column::school_code, "outside_scope", {"这所学校不在您的管理范围内，未改动", "the school is outside your scope and was not changed"});
      return {};
    }
    if (known->title == title) {
      ++counts.n_same;
    } else {
      renamed_.emplace_back(known->no, title);
      ++counts.n_changed;
    }
    return {};
  }

  Result<> write_schools() {
    if (options_.dry_run) return {};
    if (!fresh_.empty()) {
      BANMO_TRY(const auto made, directory_.create_orgs(by_, fresh_));
      static_cast<void>(made);
    }
    for (const auto& [org, title] : renamed_) {
      BANMO_TRY(const auto renamed, directory_.rename_org(by_, org, title));
      static_cast<void>(renamed);
    }
    return {};
  }

  const Org* school() {
    const std::string code = cell(Column::school_code), title = cell(Column::school_title);
    const auto tree = directory_.orgs();
    if (code.empty() && title.empty()) {
      bad(Column::school_code, "required", {"学校代码和学校名称至少填一个", "give the school's code or its title"});
      return nullptr;
    }
    const auto within = district();
    if (!within) return nullptr;
    const auto found = tree->resolve(code.empty() ? title : code, OrgKind::school, *within);
    if (!found.ok()) {
      bad(code.empty() ? Column::school_title : Column::school_code, "unknown_ref", found.error().message);
      return nullptr;
    }
    held_ = tree;
    return *found;
  }

  // The class of that title in the school, made if it is new; 0 and a bad line if it cannot be.
  Result<OrgNo> class_in(const Org& school, const std::string& grade, const std::string& title) {
    const std::string key = std::to_string(school.no.value) + '\n' + grade + '\n' + title;
    const auto known = classes_.find(key);
    if (known != classes_.end()) return known->second;
    const auto tree = directory_.orgs();
    const auto in = [&](OrgNo parent, OrgKind kind, const std::string& name) {
      for (const OrgNo child : tree->children(parent)) {
        const Org* org = tree->find(child);
        if (org->kind == kind && org->title == name) return child;
      }
      return OrgNo{};
    };
    OrgNo parent = school.no, found;
    std::vector<NewOrg> fresh;
    if (!grade.empty()) {
      const OrgNo there = in(school.no, OrgKind::grade, grade);
      if (there.value != 0)
        parent = there;
      else
        fresh.push_back({school.no, OrgKind::grade, {}, grade, {}, {}, -1});
    }
    if (fresh.empty()) found = in(parent, OrgKind::class_, title);
    // Without a grade the class may stand below any.
    for (const OrgNo below : grade.empty() ? tree->subtree(school.no) : std::vector<OrgNo>{})
      if (tree->find(below)->kind == OrgKind::class_ && tree->find(below)->title == title && !tree->find(below)->valid_to) found = below;
    if (found.value == 0) {
      if (options_.dry_run) return classes_[key] = OrgNo{(int64_t{1} << 60) + static_cast<int64_t>(classes_.size())};
      fresh.push_back({parent, OrgKind::class_, {}, title, {}, {}, fresh.empty() ? -1 : int64_t{0}});
      BANMO_TRY(const auto made, directory_.create_orgs(by_, fresh));
      found = made.back().no;
    }
    return classes_[key] = found;
  }

  bool read_person(PersonRow& row) {
    row.key = row.code = cell(Column::code);
    row.name = cell(Column::name);
    row.citizen_id = cell(Column::citizen_id);
    if (row.code.empty())
      return bad(Column::code, "required", {std::string(word_of(Column::code)) + "不能为空，请补上", "the number is empty: fill it in"});
    if (row.name.empty()) return bad(Column::name, "required", {"姓名不能为空，请补上", "the name is empty: fill it in"});
    const std::string sex = cell(Column::sex), birth = cell(Column::birth);
    if (sex == "男" || sex == "1")
      row.sex = "1";
    else if (sex == "女" || sex == "2")
      row.sex = "2";
    else if (!sex.empty())
      return bad(Column::sex, "bad_value", {"性别须为 男 或 女", "sex is 男 or 女"});
    if (!birth.empty()) {
      row.birth = text::parse_date(birth, true);
      if (!row.birth) return bad(Column::birth, "bad_date", {"出生日期读不懂，请写成 2014-05-06", "the date cannot be read: write 2014-05-06"});
    }
    if (!row.citizen_id.empty() && !text::is_citizen_id(row.citizen_id))
      return bad(Column::citizen_id, "bad_value",
                 {"身份证号不对（18 位，末位校验），请核对", "the citizen number is wrong (18 characters with a check digit): check it"});
    if (!row.citizen_id.empty() && directory_.state().options.field_key.empty())
      return bad(Column::citizen_id, "no_key",
                 {"系统未配置字段密钥，不能保存身份证号；请删去这一列或先配置密钥",
                  "no field key is configured: leave the column out or configure it first"});
    return true;
  }

  Result<> person_row(ImportCounts& counts) {
    PersonRow row;
    if (!read_person(row)) return {};
    if (!codes_.insert(row.code).second) {
      bad(Column::code, "duplicate", {"编号在文件中重复，保留第一行", "the number stands twice in the file, the first line is kept"});
      return {};
    }
    const Org* where = school();
    if (where == nullptr) return {};
    if (!directory_.require(by_, Right::people_manage, where->no).ok()) {
      bad(Column::school_code, "outside_scope", {"这所学校不在您的管理范围内", "the school is outside your scope"});
      return {};
    }
    const PeopleRun::Known* known = run_.find(row.key);
    if (known != nullptr && !run_.in_scope(*known)) {
      bad(Column::code, "outside_scope",
          {"此人登记在别的学校，不在您的管理范围内；请先办理转出",
           "the person is registered elsewhere, outside your scope: have them transferred first"});
      return {};
    }
    if (!row.citizen_id.empty()) {
      BANMO_TRY(const bool taken, run_.citizen_id_taken(row.citizen_id, row.key));
      if (taken) {
        bad(Column::citizen_id, "duplicate", {"另有一人登记了这个身份证号，请核对", "another person has this citizen number: check it"});
        return {};
      }
    }
    std::optional<Date> from;
    if (!cell(Column::from).empty()) {
      from = text::parse_date(cell(Column::from), true);
      if (!from) {
        bad(Column::from, "bad_date", {"日期读不懂，请写成 2026-09-01", "the date cannot be read: write 2026-09-01"});
        return {};
      }
    }
    const Org place = *where;  // making a class reloads the tree
    OrgNo class_no;
    const std::string title = cell(Column::class_title);
    if (!title.empty()) {
      BANMO_TRY(class_no, class_in(place, cell(Column::grade), title));
    }
    const bool student = kind_ == Template::students;
    const std::string post = cell(Column::post);
    const Role role = student                                      ? Role::student
                      : post == "校长" || post == "园长"           ? Role::principal
                      : post == "首席信息官" || post == "信息主管" ? Role::school_cio
                                                                   : Role::teacher;
    row.home_no = place.no.value;
    row.class_no = student ? class_no.value : 0;
    row.kind = student ? "student" : "staff";
    const bool stood = known != nullptr;
    BANMO_TRY(const int64_t no, run_.put_person(counts, row));
    ImportCounts& memberships = report_.files[file_ + "#memberships"];
    const int64_t n_before = memberships.n_new;
    BANMO_DO(run_.put_membership(memberships, {no, place.no, role, from, {}, false}));
    if (class_no.value != 0)
      BANMO_DO(run_.put_membership(memberships, {no, class_no, student ? Role::student : Role::homeroom_teacher, from, {}, false}));
    // A student who comes from another class or school leaves it on the same day.
    if (student && stood && memberships.n_new > n_before) BANMO_DO(run_.leave_others(memberships, no, place.no, class_no));
    return {};
  }

  Directory& directory_;
  const Principal& by_;
  Template kind_;
  std::string file_;
  ImportOptions options_;
  ImportReport report_;
  Shape shape_;
  PeopleRun run_;
  Cells cells_;
  int64_t line_ = 0;
  std::array<size_t, static_cast<size_t>(Column::n_columns)> places_{};
  std::unordered_set<std::string> codes_;
  std::unordered_map<std::string, OrgNo> classes_;
  std::shared_ptr<const OrgTree> held_;
  std::vector<NewOrg> fresh_;
  std::vector<std::pair<OrgNo, std::string>> renamed_;
};

constexpr int64_t kMaxCsvBytes = int64_t{512} << 20;

}  // namespace

Result<ImportReport> import_template(Directory& directory, const Principal& by, Template kind, const std::string& file_name, const RowSource& source,
                                     const ImportOptions& options) {
  BANMO_DO(directory.require(by, kind == Template::schools ? Right::orgs_manage : Right::people_manage, options.top));
  TemplateImport import(directory, by, kind, file_name, options);
  return import.run(source);
}

Result<RowSource> open_csv(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string head(64u << 10, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (head.empty()) return fail(ErrorCode::invalid, "directory.empty_file", {"文件是空的或打不开", "the file is empty or cannot be opened"}, path);
  const auto encoding = text::detect_encoding(head);
  if (!encoding)
    return fail(ErrorCode::invalid, "directory.bad_encoding",
                {"文件编码认不出，请另存为 UTF-8 CSV 后再导入", "the encoding cannot be told: save the file as UTF-8 CSV"}, path);
  in.clear();
  in.seekg(0, std::ios::end);
  if (in.tellg() > kMaxCsvBytes)
    return fail(ErrorCode::too_large, "directory.csv_too_large", {"文件超过 512 MiB，请分批导入", "the file is over 512 MiB: import it in parts"},
                path);
  in.seekg(0);
  std::ostringstream whole;
  whole << in.rdbuf();
  auto bytes = text::to_utf8(whole.str(), *encoding);
  if (!bytes.ok()) return std::move(bytes).error();
  auto text = std::make_shared<std::string>(std::move(bytes).value());
  auto at = std::make_shared<size_t>(0);
  auto reader = std::make_shared<CsvReader>([text, at](char* out, size_t n) -> Result<size_t> {
    const size_t got = std::min(n, text->size() - *at);
    std::copy_n(text->data() + *at, got, out);
    *at += got;
    return got;
  });
  return RowSource([reader](std::vector<std::string>& cells, int64_t& line) { return reader->next(cells, line); });
}

std::vector<std::string> template_headings(Template kind) {
  std::vector<std::string> out;
  for (const auto& [column, word] : shape_of(kind).headings) out.emplace_back(word);
  return out;
}

}  // namespace banmo::directory
