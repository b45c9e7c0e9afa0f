// SPDX-License-Identifier: Apache-2.0
#include "server/demo_city.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "server/demo_names.h"
#include "server/demo_random.h"

namespace banmo::server {
namespace {

constexpr double kStudentsAtScale1 = 1'300'000;
constexpr double kCollegeStudentsAtScale1 = 121'000;

// Shares of the students and typical sizes of schools and classes, near those of the yearly statistics of a large city.
struct StageKind {
  std::string_view kind, word;
  double share;  // of all students
  double school_size, class_size, students_per_teacher;
  int first_grade, last_grade;
  double private_share;
};
constexpr StageKind kStages[] = {
    {"primary", "小学", 0.48, 800, 40, 16.8, 1, 6, 0.05},
    {"junior", "初级中学", 0.215, 900, 45, 12.4, 7, 9, 0.08},
    {"nine_year", "九年一贯制学校", 0.105, 1250, 42, 14.2, 1, 9, 0.15},
    {"senior", "高级中学", 0.12, 1650, 47, 11.9, 10, 12, 0.14},
    {"secondary_vocational", "中等职业学校", 0.08, 1500, 41, 14.6, 10, 12, 0.2},
};
constexpr std::string_view kDigits[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};
constexpr int kSchoolsInArea = 2000;  // beyond 500 boys or girls of a grade the area goes on behind those of all schools
constexpr uint64_t kPlanPart = 1, kStudentPart = 1000, kTeacherPart = 2'000'000;

std::string chinese_number(int64_t n) {  // 1..99
  std::string out;
  if (n >= 20) out += kDigits[n / 10];
  if (n >= 10) out += kDigits[10];
  if (n % 10 != 0) out += kDigits[n % 10];
  return out;
}

// n split by weights, whole numbers that sum to n (largest remainders, earlier ones first).
std::vector<int64_t> split(int64_t n, const std::vector<double>& weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  std::vector<int64_t> parts(weights.size());
  std::vector<std::pair<double, size_t>> rests;
  int64_t given = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const double exact = static_cast<double>(n) * weights[i] / sum;
    parts[i] = static_cast<int64_t>(exact);
    given += parts[i];
    rests.emplace_back(static_cast<double>(parts[i]) - exact, i);
  }
  std::sort(rests.begin(), rests.end());
  for (size_t i = 0; given < n; ++i, ++given) ++parts[rests[i % rests.size()].second];
  return parts;
}

int64_t number_of(const std::string& text) { return text.empty() ? 0 : std::stoll(text); }

class Planner {
 public:
  Planner(const pack::Catalogue& catalogue, double scale, uint64_t seed, int last_year) : catalogue_(catalogue), random_(mix(seed, kPlanPart)) {
    city_.scale = scale;
    city_.seed = seed;
    city_.last_year = last_year;
  }

  Result<DemoCity> plan() && {
    BANMO_DO(read_districts());
    BANMO_DO(read_streets());
    std::vector<double> people;
    for (const DemoDistrict& district : city_.districts) people.push_back(static_cast<double>(district.population));
    const auto students = split(static_cast<int64_t>(std::llround(kStudentsAtScale1 * city_.scale)), people);
    for (size_t i = 0; i < city_.districts.size(); ++i) plan_district(i, students[i]);
    plan_colleges();
    return std::move(city_);
  }

 private:
  Result<> read_districts() {
    const pack::Dataset* dataset = catalogue_.dataset("core_district");
    if (dataset == nullptr || dataset->rows.empty())
      return fail(ErrorCode::invalid, "server.demo_pack",
                  {"场景包目录中没有区市数据（core_district），无法生成演示城市；请用 --scenes 指定完整的场景包目录",
                   "the scene packs have no districts (core_district): name the complete folder with --scenes"});
    const size_t code = dataset->field_index("code"), name = dataset->field_index("name"), population = dataset->field_index("population_2020");
    for (const auto& row : dataset->rows) {
      DemoDistrict& district = city_.districts.emplace_back();
      district.code = row[code];
      district.name = row[name];
      district.population = std::max<int64_t>(1, population < row.size() ? number_of(row[population]) : 1);
      district.effect = random_.normal() * 2.2;
      district.trend = 1.1 + random_.normal() * 0.6;
    }
    city_.code = city_.districts.front().code.substr(0, 4) + "00";
    city_.title = "演示市（合成数据）";
    return {};
  }

  Result<> read_streets() {
    const pack::Dataset* dataset = catalogue_.dataset("core_street");
    if (dataset == nullptr) return {};
    const size_t name = dataset->field_index("name"), district = dataset->field_index("district_code");
    for (const auto& row : dataset->rows) {
      std::string street = row[name];
      for (const std::string_view tail : {"街道", "镇"})
        if (street.size() > 2 * tail.size() && street.ends_with(tail)) street.resize(street.size() - tail.size());
      streets_[row[district]].push_back(std::move(street));
    }
    return {};
  }

  void plan_district(size_t index, int64_t n_students) {
    std::vector<double> shares;
    for (const StageKind& stage : kStages) shares.push_back(stage.share);
    const auto by_stage = split(n_students, shares);
    int64_t carried = 0;  // of a kind of school that would be too small to exist here
    for (size_t i = 0; i < std::size(kStages); ++i) {
      const StageKind& stage = kStages[i];
      const bool small = stage.kind == "nine_year" && by_stage[i] < 200;
      if (small) {
        carried += by_stage[i];
        continue;
      }
      const auto n = static_cast<int64_t>(std::llround(static_cast<double>(by_stage[i]) / stage.school_size));
      plan_schools(index, stage, by_stage[i], std::max<int64_t>(n, 1));
    }
    if (carried > 0) widen(city_.schools[city_.districts[index].schools.front()], kStages[0], carried);
  }

  void plan_schools(size_t district, const StageKind& stage, int64_t n_students, int64_t n_schools) {
    std::vector<double> weights;
    for (int64_t i = 0; i < n_schools; ++i) weights.push_back(std::max(0.3, 1 + 0.42 * random_.normal()));
    for (const int64_t n : split(n_students, weights)) {
      DemoSchool& school = city_.schools.emplace_back();
      name_school(school, district, stage.kind, stage.word);
      school.sponsor = random_.chance(stage.private_share) ? "private" : "public";
      school.effect = random_.normal() * 3.2;
      fill(school, stage, n);
    }
  }

  void name_school(DemoSchool& school, size_t district, std::string_view kind, std::string_view word) {
    DemoDistrict& of = city_.districts[district];
    school.serial = static_cast<int64_t>(city_.schools.size()) - 1;
    school.district = district;
    school.kind = kind;
    char code[32];
    std::snprintf(code, sizeof code, "99%02d%06d", static_cast<int>(district) + 1, static_cast<int>(school.serial) + 1);
    school.code = code;
    auto& streets = streets_[of.code];
    if (streets.empty()) streets.push_back(of.name);
    const std::string& street = streets[of.schools.size() % streets.size()];
    std::string title;
    for (int64_t n = 1;; ++n) {
      title = street + (n == 1 ? std::string() : "第" + chinese_number(n)) + "演示" + std::string(word);
      if (titles_.insert(title).second) break;
    }
    school.title = std::move(title);
    const double where = random_.uniform();
    school.area_kind = where < 0.58 ? "city" : where < 0.84 ? "town" : "village";
    of.schools.push_back(static_cast<size_t>(school.serial));
  }

  void fill(DemoSchool& school, const StageKind& stage, int64_t n_students) {
    std::vector<double> weights;  // births fall: lower grades of primary school are smaller
    for (int grade = stage.first_grade; grade <= stage.last_grade; ++grade) weights.push_back((grade <= 2 ? 0.9 : 1.0) + 0.03 * random_.normal());
    const auto by_grade = split(n_students, weights);
    const double crowded = random_.chance(0.03) ? 1.35 : 1.12;
    for (size_t i = 0; i < by_grade.size(); ++i) {
      const int64_t n = by_grade[i];
      const auto n_classes = static_cast<int64_t>(std::ceil(static_cast<double>(n) / (stage.class_size * crowded)));
      school.grades.push_back({stage.first_grade + static_cast<int>(i), n, std::max<int64_t>(1, n_classes)});
    }
    count(school, stage);
  }

  void widen(DemoSchool& school, const StageKind& stage, int64_t n_more) {
    city_.n_students -= school.n_students;
    city_.n_classes -= school.n_classes;
    city_.n_teachers -= school.n_teachers;
    const int64_t n = school.n_students + n_more;
    school.grades.clear();
    fill(school, stage, n);
  }

  void count(DemoSchool& school, const StageKind& stage) {
    school.n_students = school.n_classes = 0;
    for (const DemoGrade& grade : school.grades) {
      school.n_students += grade.n_students;
      school.n_classes += grade.n_classes;
    }
    const auto n =
        static_cast<int64_t>(std::llround(static_cast<double>(school.n_students) / (stage.students_per_teacher * (1 + 0.06 * random_.normal()))));
    school.n_teachers = std::max(n, school.n_classes + 1);
    city_.n_students += school.n_students;
    city_.n_classes += school.n_classes;
    city_.n_teachers += school.n_teachers;
  }

  // Higher vocational colleges: statistics alone, no people.
  void plan_colleges() {
    const auto n = std::max<int64_t>(1, std::llround(9 * city_.scale));
    for (int64_t i = 0; i < n; ++i) {
      const auto district = static_cast<size_t>(random_.below(static_cast<int64_t>(city_.districts.size())));
      DemoSchool& school = city_.schools.emplace_back();
      name_school(school, district, "higher_vocational", "职业技术学院");
      school.sponsor = "public";
      school.n_students = static_cast<int64_t>(kCollegeStudentsAtScale1 * city_.scale / static_cast<double>(n));
      school.n_classes = school.n_students / 42 + 1;
      school.n_teachers = school.n_students / 18 + 1;
    }
  }

  const pack::Catalogue& catalogue_;
  Random random_;
  DemoCity city_;
  std::map<std::string, std::vector<std::string>> streets_;
  std::set<std::string> titles_;
};

}  // namespace

Result<DemoCity> plan_city(const pack::Catalogue& catalogue, double scale, uint64_t seed, int last_year) {
  return Planner(catalogue, scale, seed, last_year).plan();
}

void each_student(const DemoCity& city, const DemoSchool& school, const std::function<void(const DemoStudent&)>& visit) {
  Random random(mix(city.seed, kStudentPart + static_cast<uint64_t>(school.serial)));
  DemoStudent student;
  for (const DemoGrade& grade : school.grades) {
    // Six years old by 31 August before the first grade.
    const int32_t youngest = SchoolYear{city.last_year - grade.grade - 5}.end().days - 365;
    int n_before[2] = {0, 0};  // of each sex in this grade: with the birthday it makes the number unique
    for (int64_t i = 0; i < grade.n_students; ++i, ++student.n) {
      student.grade = grade.grade;
      student.class_n = i % grade.n_classes;
      student.sex = random.chance(0.528) ? '1' : '2';
      student.birth = Date{youngest - static_cast<int32_t>(random.below(365))};
      student.name.clear();
      append_person_name(student.name, random, student.sex);
      const int nth = n_before[student.sex == '1' ? 0 : 1]++;
      student.code =
          "G" + synthetic_citizen_id(static_cast<int>(school.serial) + kSchoolsInArea * (nth / 500), student.birth, nth % 500, student.sex);
      student.talent = random.normal() * 9.5;
      student.build = random.uniform();
      visit(student);
    }
  }
}

void each_teacher(const DemoCity& city, const DemoSchool& school, const std::function<void(const DemoTeacher&)>& visit) {
  if (school.grades.empty()) return;
  Random random(mix(city.seed, kTeacherPart + static_cast<uint64_t>(school.serial)));
  std::vector<std::pair<size_t, int64_t>> classes;
  for (size_t i = 0; i < school.grades.size(); ++i)
    for (int64_t n = 0; n < school.grades[i].n_classes; ++n) classes.emplace_back(i, n);
  DemoTeacher teacher;
  for (int64_t i = 0; i < school.n_teachers; ++i) {
    teacher.n = i;
    teacher.sex = random.chance(i == 0 ? 0.55 : 0.27) ? '1' : '2';
    teacher.birth = Date{city.year_start().days - static_cast<int32_t>(random.between(int64_t{23} * 365, int64_t{59} * 365))};
    teacher.name.clear();
    append_person_name(teacher.name, random, teacher.sex);
    char code[32];
    std::snprintf(code, sizeof code, "T%s%04d", school.code.c_str(), static_cast<int>(i));
    teacher.code = code;
    teacher.classes.clear();
    teacher.homeroom = false;
    if (i > 0) {
      const auto at = static_cast<size_t>(i - 1);
      teacher.homeroom = at < classes.size();
      teacher.classes.push_back(classes[at % classes.size()]);
      const auto& second = classes[(at + classes.size() / 2) % classes.size()];
      if (classes.size() > 1) teacher.classes.push_back(second);
    }
    visit(teacher);
  }
}

int first_grade_of(const DemoSchool& school) { return school.grades.empty() ? 1 : school.grades.front().grade; }

std::string grade_title(int grade) {
  if (grade <= 6) return std::string(kDigits[grade]) + "年级";
  return (grade <= 9 ? "初" + std::string(kDigits[grade - 6]) : "高" + std::string(kDigits[grade - 9]));
}

std::string class_title(const DemoGrade& grade, int64_t class_n) { return grade_title(grade.grade) + std::to_string(class_n + 1) + "班"; }

}  // namespace banmo::server
