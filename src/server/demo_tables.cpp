// SPDX-License-Identifier: Apache-2.0
#include "server/demo_tables.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "server/demo_files.h"
#include "server/demo_random.h"
#include "server/demo_spoil.h"

namespace banmo::server {
namespace {

constexpr uint64_t kTablePart = 9'000'000;
constexpr double kBadShare = 0.003, kMinBad = 8;

using Cells = std::map<std::string_view, std::string>;

std::string whole(double value) { return std::to_string(static_cast<int64_t>(std::llround(value))); }
std::string tenth(double value) {
  const auto tenths = static_cast<int64_t>(std::llround(value * 10));
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

// Rows by field id; columns are the dataset's fields that some row has, under the pack's Chinese titles.
class Table {
 public:
  Table(const pack::Dataset& dataset, uint64_t seed) : dataset_(dataset), seed_(seed) {}
  void add(Cells cells) { rows_.push_back(std::move(cells)); }

  Sheet sheet(DemoFile& file) const {
    std::vector<const pack::Field*> fields;
    for (const pack::Field& field : dataset_.fields)
      if (std::any_of(rows_.begin(), rows_.end(), [&](const Cells& row) { return row.contains(field.id); })) fields.push_back(&field);
    Sheet out;
    out.name = dataset_.title.zh + "-演示数据";
    for (const pack::Field* field : fields) out.headings.push_back(field->title.zh);
    Spoiler spoiler(fields, std::max(kBadShare, kMinBad / static_cast<double>(rows_.size() + 1)), seed_);
    for (const Cells& row : rows_) {
      auto& cells = out.rows.emplace_back();
      for (const pack::Field* field : fields) {
        const auto found = row.find(field->id);
        cells.push_back(found == row.end() ? std::string() : found->second);
      }
      if (!spoiler.next_is_bad()) continue;
      std::vector<std::vector<std::string>> more;
      spoiler.spoil(cells, more);
      for (auto& one : more) out.rows.push_back(std::move(one));
    }
    file.dataset = dataset_.id;
    file.n_rows = static_cast<int64_t>(out.rows.size());
    file.n_bad = spoiler.n_bad();
    return out;
  }

 private:
  const pack::Dataset& dataset_;
  uint64_t seed_;
  std::vector<Cells> rows_;
};

// How far the city is on the way that its plans describe, by years before the present one.
struct Progress {
  double wlan, fast, ipv6, smart, ai, sync_rooms;
};
constexpr std::array<Progress, 3> kProgress = {
    {{0.71, 0.615, 0.72, 0.46, 0.7, 0.52}, {0.45, 0.34, 0.41, 0.21, 0.38, 0.27}, {0.28, 0.15, 0.2, 0.08, 0.12, 0.1}}};

class Tables {
 public:
  Tables(const DemoCity& city, const pack::Catalogue& catalogue, const std::string& folder) : city_(city), catalogue_(catalogue), folder_(folder) {}

  Result<std::vector<DemoFile>> write() && {
    BANMO_DO(write_one("school_condition", ".xlsx", text::Encoding::utf8, &Tables::fill_conditions));
    BANMO_DO(write_one("school_staff", ".csv", text::Encoding::utf8_bom, &Tables::fill_staff));
    BANMO_DO(write_one("enrolment_stat", ".csv", text::Encoding::gb18030, &Tables::fill_enrolment));
    BANMO_DO(write_one("info_system", ".csv", text::Encoding::utf8, &Tables::fill_systems));
    return std::move(files_);
  }

 private:
  Result<> write_one(const std::string& id, const std::string& ending, text::Encoding encoding, void (Tables::*fill)(Table&) const) {
    const pack::Dataset* dataset = catalogue_.dataset(id);
    if (dataset == nullptr) return {};
    Table table(*dataset, mix(city_.seed, kTablePart + files_.size()));
    (this->*fill)(table);
    DemoFile& file = files_.emplace_back();
    file.path = folder_ + "/" + dataset->title.zh + std::string(kSyntheticSuffix) + ending;
    const Sheet sheet = table.sheet(file);
    return ending == ".xlsx" ? write_xlsx(file.path, sheet) : write_csv(file.path, sheet, encoding);
  }

  Random random_of(const DemoSchool& school, uint64_t table) const {
    return Random(mix(city_.seed, kTablePart + 100 + table * 100'000 + static_cast<uint64_t>(school.serial)));
  }

  // Students of earlier years, a little fewer.
  static double size_then(int years_ago) { return 1 - 0.017 * years_ago; }

  void fill_conditions(Table& table) const {
    for (const DemoSchool& school : city_.schools) {
      Random random = random_of(school, 0);
      const bool small = school.kind == "primary" || school.kind == "nine_year";
      const double luck[] = {random.uniform(), random.uniform(), random.uniform(), random.uniform(), random.uniform()};
      const double floor = (small ? 7.6 : 12.5) * (1 + 0.22 * random.normal()), books = (small ? 27 : 36) * (1 + 0.15 * random.normal()),
                   terminals = 0.16 + 0.1 * random.uniform();
      for (int ago = city_.n_years - 1; ago >= 0; --ago) table.add(condition_row(school, ago, luck, floor, books, terminals));
    }
  }

  Cells condition_row(const DemoSchool& school, int ago, const double* luck, double floor, double books, double terminals) const {
    const Progress& way = kProgress[static_cast<size_t>(ago)];
    const double n = std::round(static_cast<double>(school.n_students) * size_then(ago)), n_classes = static_cast<double>(school.n_classes);
    int64_t n_large = 0, n_oversize = 0;
    for (const DemoGrade& grade : school.grades) {
      const int64_t larger = (grade.n_students + grade.n_classes - 1) / grade.n_classes;
      if (larger >= 56) n_large += grade.n_classes;
      if (larger >= 66) n_oversize += grade.n_classes;
    }
    const double n_rooms = n_classes * 1.35 + 4;
    Cells row;
    row["school_year"] = std::to_string(city_.last_year - ago);
    row["school_id"] = school.code;
    row["school_kind"] = school.kind;
    row["sponsor"] = school.sponsor;
    row["area_kind"] = school.area_kind;
    row["n_students"] = whole(n);
    row["n_classes"] = whole(n_classes);
    row["n_large_classes"] = std::to_string(n_large);
    row["n_oversize_classes"] = std::to_string(n_oversize);
    row["n_teachers"] = whole(std::max(1.0, static_cast<double>(school.n_teachers) * (1 - 0.021 * ago)));
    row["land_m2"] = tenth(n * floor * 2.6 + 4000);
    row["floor_m2"] = tenth(n * floor + 1500);
    row["teaching_m2"] = tenth(n * floor * 0.56 + 600);
    row["sports_m2"] = tenth(n * floor * 0.8 + 900);
    row["n_books"] = whole(n * books);
    row["n_classrooms"] = whole(n_rooms);
    row["n_network_rooms"] = whole(n_rooms * std::min(0.98, 0.72 + 0.25 * luck[0] - 0.06 * ago));
    row["n_sync_rooms"] = luck[1] < way.sync_rooms ? (luck[1] < way.sync_rooms * 0.3 ? "2" : "1") : "0";
    row["n_terminals"] = whole(n * terminals * (1 - 0.07 * ago));
    row["bandwidth_mbps"] = luck[0] < way.fast ? "10000" : luck[2] < 0.7 ? "1000" : "500";
    row["wlan"] = luck[2] < way.wlan ? "是" : "否";
    row["ipv6"] = luck[3] < way.ipv6 ? "是" : "否";
    row["smart_campus"] = luck[4] < way.smart ? "是" : "否";
    row["ai_course"] = 1 - luck[4] < way.ai ? "是" : "否";
    return row;
  }

  void fill_staff(Table& table) const {
    constexpr std::pair<const char*, double> kEducation[] = {
        {"doctor", 0.002}, {"master", 0.135}, {"bachelor", 0.79}, {"college", 0.07}, {"secondary", 0.003}};
    constexpr std::pair<const char*, double> kTitles[] = {{"senior_plus", 0.004}, {"senior", 0.19}, {"first", 0.4},
                                                          {"second", 0.29},       {"third", 0.02},  {"none", 0.096}};
    for (const DemoSchool& school : city_.schools) {
      Random random = random_of(school, 1);
      const bool upper = school.kind != "primary" && school.kind != "nine_year";
      for (int ago = city_.n_years - 1; ago >= 0; --ago) {
        const auto n_staff = static_cast<int64_t>(static_cast<double>(school.n_teachers) * (1 - 0.021 * ago));
        std::map<std::pair<size_t, size_t>, int64_t> counts;
        for (int64_t i = 0; i < n_staff; ++i) {
          const double e = random.uniform() * (upper ? 0.9 : 1.0) + (upper ? 0.0 : 0.012 * ago), t = random.uniform() - 0.008 * ago;
          ++counts[{pick(kEducation, e), pick(kTitles, t)}];
        }
        for (const auto& [key, n] : counts)
          table.add({{"school_year", std::to_string(city_.last_year - ago)},
                     {"school_id", school.code},
                     {"education", kEducation[key.first].first},
                     {"staff_title", kTitles[key.second].first},
                     {"n_staff", std::to_string(n)}});
      }
    }
  }

  template <size_t n>
  static size_t pick(const std::pair<const char*, double> (&list)[n], double u) {
    for (size_t i = 0; i + 1 < n; ++i) {
      if (u < list[i].second) return i;
      u -= list[i].second;
    }
    return n - 1;
  }

  static std::pair<std::string, int> stage_of(const DemoSchool& school, int grade) {
    if (grade <= 6) return {"primary", grade};
    if (grade <= 9) return {"junior", grade - 6};
    return {school.kind == "secondary_vocational" ? "secondary_vocational" : "senior", grade - 9};
  }

  void fill_enrolment(Table& table) const {
    for (const DemoSchool& school : city_.schools) {
      std::map<std::pair<int, char>, int64_t> groups;  // (grade, sex) > students
      each_student(city_, school, [&](const DemoStudent& student) { ++groups[{student.grade, student.sex}]; });
      const bool college = school.grades.empty();
      for (int grade = 1; college && grade <= 3; ++grade)
        for (const char sex : {'1', '2'}) groups[{grade, sex}] = school.n_students / 6;
      Random random = random_of(school, 2);
      const double migrant = std::clamp((school.sponsor == "private" ? 0.2 : 0.11) + 0.05 * random.normal(), 0.0, 0.5);
      for (int ago = city_.n_years - 1; ago >= 0; --ago)
        for (const auto& [key, n] : groups)
          add_group(table, school, ago, key.first, key.second, static_cast<double>(n) * (college ? 1 - 0.045 * ago : size_then(ago)), migrant);
    }
  }

  // One grade and sex, by residence: the parts sum to the whole.
  void add_group(Table& table, const DemoSchool& school, int ago, int grade, char sex, double n, double migrant) const {
    const bool college = school.grades.empty(), boards = grade >= 10 || college;
    const auto [stage, in_stage] = college ? std::pair<std::string, int>("higher_vocational", grade) : stage_of(school, grade);
    const double shares[] = {0, 0.07, migrant, college ? 0.35 : 0.025};
    constexpr const char* kResidence[] = {"local", "city_other", "migrant", "other"};
    int64_t left = std::llround(n);
    for (size_t i = 4; i-- > 0;) {
      const int64_t part = i == 0 ? left : std::min<int64_t>(left, std::llround(n * shares[i]));
      left -= part;
      if (part == 0) continue;
      table.add({{"school_year", std::to_string(city_.last_year - ago)},
                 {"school_id", school.code},
                 {"stage", title_of("core.stage", stage)},
                 {"grade", std::to_string(in_stage)},
                 {"sex", sex == '1' ? "男" : "女"},
                 {"residence", title_of("core.residence", kResidence[i])},
                 {"n_students", std::to_string(part)},
                 {"n_entrants", in_stage == 1 ? std::to_string(part) : "0"},
                 {"n_boarders", std::to_string(boards ? part * 7 / 10 : 0)}});
    }
  }

  std::string title_of(std::string_view list, const std::string& code) const {
    const pack::CodeList* found = catalogue_.code_list(list);
    if (found == nullptr) return code;
    for (const auto& value : found->values)
      if (value.code == code) return value.title.zh;
    return code;
  }

  void fill_systems(Table& table) const {
    Random random(mix(city_.seed, kTablePart + 50));
    int64_t n = 0;
    for (int i = 0; i < 46; ++i) table.add(system_row(++n, city_.code, "全市", random));
    for (const DemoDistrict& district : city_.districts)
      for (int i = 0; i < 14; ++i) table.add(system_row(++n, district.code, district.name, random));
    for (const DemoSchool& school : city_.schools)
      if (random.chance(0.35)) table.add(system_row(++n, school.code, school.title, random));
  }

  Cells system_row(int64_t n, const std::string& owner, const std::string& owner_title, Random& random) const {
    constexpr const char* kCategories[] = {"administration", "teaching", "resource", "service", "data", "security"};
    constexpr const char* kWhat[] = {"学籍", "教务", "备课", "资源", "招生", "考试", "后勤", "安防",
                                     "图书", "心理", "体育", "研训", "办公", "资产", "缴费", "门禁"};
    const double state = random.uniform();
    const bool connected = random.chance(0.58);
    const Date launched{city_.year_start().days - static_cast<int32_t>(random.between(60, 3000))};
    const Date joined{std::max(launched.days + 10, city_.year_start().days - static_cast<int32_t>(random.between(0, 700)))};
    Cells row;
    const std::string code = std::to_string(n);
    row["code"] = "DEMO-" + std::string(code.size() < 5 ? 5 - code.size() : 0, '0') + code;
    row["name"] = owner_title + kWhat[random.below(std::size(kWhat))] + "管理系统（演示）";
    row["owner_org"] = owner;
    row["category"] = kCategories[random.below(std::size(kCategories))];
    row["status"] = state < 0.84 ? "running" : state < 0.93 ? "building" : "retired";
    row["connected"] = connected ? "是" : "否";
    row["connected_on"] = connected && !random.chance(0.03) ? joined.to_iso() : "";
    row["ipv6"] = random.chance(0.69) ? "是" : "否";
    row["protection_level"] = random.chance(0.08) ? "0" : random.chance(0.7) ? "2" : "3";
    row["launched_on"] = launched.to_iso();
    row["n_users"] = std::to_string(random.between(20, 60'000));
    return row;
  }

  const DemoCity& city_;
  const pack::Catalogue& catalogue_;
  std::string folder_;
  std::vector<DemoFile> files_;
};

}  // namespace

Result<std::vector<DemoFile>> write_tables(const DemoCity& city, const pack::Catalogue& catalogue, const std::string& folder) {
  return Tables(city, catalogue, folder).write();
}

}  // namespace banmo::server
