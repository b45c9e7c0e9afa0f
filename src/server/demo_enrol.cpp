// SPDX-License-Identifier: Apache-2.0
#include "server/demo_enrol.h"

#include <algorithm>
#include <map>

#include "server/demo_accounts.h"
#include "server/demo_files.h"
#include "server/demo_names.h"

namespace banmo::server {
namespace {

constexpr int kYears = 2;         // from the present school year
constexpr int kPerClass = 45;     // seats come in classes
constexpr int kHouses = 100;      // numbers of a street that belong to one school
constexpr int kChildren = 12;     // of each school, in the registers
constexpr int kBirthYear = 2020;  // of all of them
constexpr int kFirstGrade[] = {1, 7};
constexpr const char* kStages[] = {"p1", "j1"};

using Row = std::vector<std::string>;

// Schools of a district that begin with a grade, those with both stages first.
std::vector<const DemoSchool*> schools_with(const DemoCity& city, const DemoDistrict& district, int grade) {
  std::vector<const DemoSchool*> out;
  for (const size_t at : district.schools) {
    const DemoSchool& school = city.schools[at];
    if (std::any_of(school.grades.begin(), school.grades.end(), [&](const DemoGrade& one) { return one.grade == grade; })) out.push_back(&school);
  }
  std::stable_partition(out.begin(), out.end(), [](const DemoSchool* school) { return school->kind == "nine_year"; });
  return out;
}

int64_t seats_of(const DemoSchool& school, int grade) {
  for (const DemoGrade& one : school.grades)
    if (one.grade == grade) return std::max<int64_t>(1, (one.n_students + kPerClass / 2) / kPerClass) * kPerClass;
  return 0;
}

class Enrolment {
 public:
  Enrolment(const DemoCity& city, const pack::Catalogue& catalogue, const std::string& folder)
      : city_(city), catalogue_(catalogue), folder_(folder) {}

  Result<std::vector<DemoFile>> write() && {
    streets_of_districts();
    fill();
    BANMO_DO(write_one("enrol_window", {"district", "stage", "year", "opens_on", "closes_on"}, windows_));
    BANMO_DO(write_one("enrol_seats", {"year", "stage", "school_id", "seats"}, seats_));
    BANMO_DO(write_one("enrol_catchment", {"year", "stage", "street", "no_from", "no_to", "school_id"}, catchments_));
    BANMO_DO(write_one("household_register", {"child_no", "guardian_no", "street", "house_no", "district"}, households_));
    BANMO_DO(write_one("guardian_identity", {"guardian_id", "guardian_no", "n_children"}, identities_));
    BANMO_DO(write_one("property_register", {"owner_no", "street", "house_no", "district"}, properties_));
    return std::move(files_);
  }

 private:
  void streets_of_districts() {
    const pack::Dataset* streets = catalogue_.dataset("core_street");
    if (streets == nullptr) return;
    const size_t code = streets->field_index("code"), district = streets->field_index("district_code");
    for (const auto& row : streets->rows) streets_[row[district]].push_back(row[code]);
  }

  void fill() {
    for (const DemoDistrict& district : city_.districts) {
      if (streets_[district.code].empty()) streets_[district.code].push_back(district.code + "001");
      for (int year = city_.last_year; year < city_.last_year + kYears; ++year)
        for (size_t stage = 0; stage < std::size(kStages); ++stage) fill_stage(district, year, stage);
      const auto schools = schools_with(city_, district, kFirstGrade[0]);
      for (size_t i = 0; i < schools.size(); ++i) fill_registers(district, i, &district == &demo_district(city_));
    }
  }

  // One applies from May of the year to April of the next.
  void fill_stage(const DemoDistrict& district, int year, size_t stage) {
    const std::string entry = std::to_string(year);
    windows_.push_back({district.code, kStages[stage], entry, entry + "-05-02", std::to_string(year + 1) + "-05-01"});
    const auto schools = schools_with(city_, district, kFirstGrade[stage]);
    for (size_t i = 0; i < schools.size(); ++i) {
      seats_.push_back({entry, kStages[stage], schools[i]->code, std::to_string(seats_of(*schools[i], kFirstGrade[stage]))});
      const auto [street, from] = place_of(district, i);
      catchments_.push_back({entry, kStages[stage], street, std::to_string(from), std::to_string(from + kHouses - 1), schools[i]->code});
    }
  }

  // Schools take the district's streets in turn, and further up each street when all have one.
  std::pair<std::string, int> place_of(const DemoDistrict& district, size_t i) {
    const auto& streets = streets_[district.code];
    return {streets[i % streets.size()], 1 + static_cast<int>(i / streets.size()) * kHouses};
  }

  void fill_registers(const DemoDistrict& district, size_t i, bool shows) {
    const auto [street, from] = place_of(district, i);
    const int area = static_cast<int>(std::stoll(district.code) % 100 * 100 + static_cast<int64_t>(i) % 100);
    const int n_before = static_cast<int>(i / 100);
    // One guardian for each school, so that one account can show all ways that an application goes.
    const std::string guardian = synthetic_citizen_id(area, Date::from_ymd(1990, 1, 1).value_or(Date{}), n_before, '1');
    if (shows && i == 0) identities_.push_back({demo_guardian(city_), guardian, std::to_string(kChildren)});
    for (int n = 0; n < kChildren; ++n) {
      const char sex = n % 2 == 0 ? '1' : '2';
      const auto birth = Date::from_ymd(kBirthYear, 1 + n % 6, 1 + n).value_or(Date{});
      const std::string child = synthetic_citizen_id(area, birth, n_before, sex);
      const std::string house = std::to_string(from + n);
      households_.push_back({child, guardian, street, house, district.code});
      properties_.push_back({guardian, street, house, district.code});
    }
  }

  Result<> write_one(const std::string& id, const std::vector<std::string>& fields, const std::vector<Row>& rows) {
    const pack::Dataset* dataset = catalogue_.dataset(id);
    if (dataset == nullptr || rows.empty()) return {};
    Sheet sheet;
    sheet.name = dataset->title.zh;
    for (const std::string& field : fields) sheet.headings.push_back(dataset->field(field) == nullptr ? field : dataset->field(field)->title.zh);
    sheet.rows = rows;
    DemoFile& file = files_.emplace_back();
    file.dataset = id;
    file.n_rows = static_cast<int64_t>(rows.size());
    file.path = folder_ + "/" + dataset->title.zh + std::string(kSyntheticSuffix) + ".csv";
    return write_csv(file.path, sheet, text::Encoding::utf8);
  }

  const DemoCity& city_;
  const pack::Catalogue& catalogue_;
  const std::string& folder_;
  std::map<std::string, std::vector<std::string>> streets_;  // by district
  std::vector<Row> windows_, seats_, catchments_, households_, properties_, identities_;
  std::vector<DemoFile> files_;
};

}  // namespace

Result<std::vector<DemoFile>> write_enrolment(const DemoCity& city, const pack::Catalogue& catalogue, const std::string& folder) {
  return Enrolment(city, catalogue, folder).write();
}

}  // namespace banmo::server
