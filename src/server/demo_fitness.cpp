// SPDX-License-Identifier: Apache-2.0
#include "server/demo_fitness.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "server/demo_files.h"
#include "server/demo_random.h"
#include "server/demo_spoil.h"

namespace banmo::server {
namespace {

constexpr uint64_t kFitnessPart = 5'000'000;
constexpr double kBadShare = 0.003;
constexpr double kExemptShare = 0.018, kMissingShare = 0.034, kLateShare = 0.0004;
constexpr double kMeanScore = 84.5, kItemNoise = 12.5;
constexpr int kMaxPoints = 120;

// A result in hundredths, [lo, hi).
struct Band {
  int64_t lo = 0, hi = 0;
  int points = 0;  // score and bonus
};
struct Item {
  std::string code, title;
  int64_t step = 100;  // results are multiples of it
  bool whole = true;
  std::vector<Band> bands;                          // ascending points; of the index: from thin to heavy
  std::array<int16_t, kMaxPoints + 1> by_points{};  // points > the best band that is not above
};
using Items = std::vector<Item>;

int64_t hundredths(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::llround(value * 100);
}

class Standard {
 public:
  explicit Standard(const pack::Catalogue& catalogue, const pack::Dataset& bands) {
    const pack::CodeList* list = catalogue.code_list("fitness.item");
    const size_t grade = bands.field_index("grade"), sex = bands.field_index("sex"), item = bands.field_index("item"), lo = bands.field_index("lo"),
                 hi = bands.field_index("hi"), score = bands.field_index("score"), bonus = bands.field_index("bonus");
    for (const auto& row : bands.rows) {
      const int of_grade = std::stoi(row[grade]);
      if (of_grade > 12) continue;
      Items& items = items_[index(of_grade, row[sex][0])];
      if (items.empty() || items.back().code != row[item]) items.push_back(new_item(row[item], list));
      items.back().bands.push_back({hundredths(row[lo]), hundredths(row[hi]), std::stoi(row[score]) + std::stoi(row[bonus])});
    }
    for (Items& items : items_)
      for (Item& one : items) finish(one);
  }
  const Items& items(int grade, char sex) const { return items_[index(grade, sex)]; }

 private:
  static size_t index(int grade, char sex) { return static_cast<size_t>(grade) * 2 + (sex == '1' ? 0 : 1); }

  static Item new_item(const std::string& code, const pack::CodeList* list) {
    Item item;
    item.code = item.title = code;
    if (list != nullptr)
      for (const auto& value : list->values)
        if (value.code == code) item.title = value.title.zh;
    item.whole = code != "bmi" && code != "run50" && code != "reach";
    item.step = item.whole ? 100 : 10;
    return item;
  }

  static void finish(Item& item) {
    if (item.code == "bmi") return;
    std::stable_sort(item.bands.begin(), item.bands.end(), [](const Band& a, const Band& b) { return a.points < b.points; });
    size_t at = 0;
    for (int points = 0; points <= kMaxPoints; ++points) {
      while (at + 1 < item.bands.size() && item.bands[at + 1].points <= points) ++at;
      item.by_points[static_cast<size_t>(points)] = static_cast<int16_t>(at);
    }
  }

  std::array<Items, 26> items_;
};

int64_t floor_divide(int64_t a, int64_t b) { return a >= 0 ? a / b : -((b - 1 - a) / b); }

// A result inside a band; of a band that is open at an end, near its other end.
int64_t draw_in(const Band& band, int64_t step, Random& random) {
  constexpr int64_t kOpen = 5'000'000, kLow = -50'000;
  int64_t lo = band.lo, hi = band.hi;
  if (hi > kOpen) hi = lo + std::max<int64_t>(4 * step, std::abs(lo) / 12);
  if (lo < kLow) lo = std::max<int64_t>(hi - std::max<int64_t>(4 * step, std::abs(hi) / 12), hi > 0 ? 0 : -3000);
  const int64_t first = -floor_divide(-lo, step), last = floor_divide(hi - 1, step);
  return last <= first ? std::max(first, last) * step : (first + random.below(last - first + 1)) * step;
}

void append_hundredths(std::string& out, int64_t value, bool whole) {
  char buffer[24];
  if (value < 0) out += '-';
  const int64_t size = std::abs(value);
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, size / 100).ptr);
  if (whole || size % 100 == 0) return;
  out += '.';
  out += static_cast<char>('0' + size / 10 % 10);
  if (size % 10 != 0) out += static_cast<char>('0' + size % 10);
}

// Files come from three kinds of offices: each writes dates, sexes and items in its own way.
struct Habit {
  int date = 0;  // 2026-10-08, 2026/10/8, 2026年10月8日
  bool words = false;
};

std::string date_text(Date date, int habit) {
  if (habit == 0) return date.to_iso();
  const std::string y = std::to_string(date.year()), m = std::to_string(date.month()), d = std::to_string(date.day());
  return habit == 1 ? y + "/" + m + "/" + d : y + "年" + m + "月" + d + "日";
}

// Where students of a district were before: a school that ends with grade 6 or 9, more of them in larger ones.
class Feeders {
 public:
  Feeders(const DemoCity& city, const DemoDistrict& district) {
    for (const int last : {6, 9}) {
      for (const size_t at : district.schools) {
        const DemoSchool& school = city.schools[at];
        if (school.grades.empty() || school.grades.back().grade != last) continue;
        auto& sums = sums_[last];
        sums.emplace_back((sums.empty() ? 0 : sums.back().first) + school.grades.back().n_students, &school);
      }
    }
  }
  const DemoSchool* draw(int grade, Random& random) const {
    const auto found = sums_.find(grade <= 6 ? 6 : 9);
    if (found == sums_.end() || found->second.back().first == 0) return nullptr;
    const int64_t n = random.below(found->second.back().first);
    return std::upper_bound(found->second.begin(), found->second.end(), n, [](int64_t value, const auto& one) { return value < one.first; })->second;
  }

 private:
  std::map<int, std::vector<std::pair<int64_t, const DemoSchool*>>> sums_;
};

class Writer {
 public:
  Writer(const DemoCity& city, const Standard& standard, const pack::Dataset& dataset, int year, size_t district, const std::string& folder)
      : city_(city),
        standard_(standard),
        year_(year),
        district_(city.districts[district]),
        feeders_(city, district_),
        random_(mix(city.seed, kFitnessPart + static_cast<uint64_t>(year) * 100 + district)),
        spoiler_(fields_of(dataset), kBadShare, mix(city.seed, kFitnessPart * 2 + static_cast<uint64_t>(year) * 100 + district)) {
    habit_ = {static_cast<int>(district % 3), district % 2 == 1};
    file_.dataset = dataset.id;
    file_.path = folder + "/" + dataset.title.zh + "-" + std::to_string(year) + "学年-" + district_.name + std::string(kSyntheticSuffix) + ".csv";
    for (const char* field : kFields) headings_.push_back(dataset.field(field)->title.zh);
    cells_.resize(headings_.size());
    for (size_t i = 0; i < days_.size(); ++i) days_[i] = date_text(Date{SchoolYear{year}.start().days + 14 + static_cast<int32_t>(i)}, habit_.date);
    late_day_ = date_text(Date{SchoolYear{year}.end().days + 9}, habit_.date);
  }

  Result<DemoFile> write() && {
    BANMO_TRY(out_, CsvOut::create(file_.path, text::Encoding::utf8));
    out_->row({std::string(kSyntheticNote)});
    out_->row(headings_);
    const int years_ago = city_.last_year - year_;
    for (const size_t at : district_.schools) {
      const DemoSchool& school = city_.schools[at];
      each_student(city_, school, [&](const DemoStudent& student) {
        if (student.grade > years_ago) add_student(school, student, student.grade - years_ago);
      });
    }
    BANMO_DO(out_->close());
    file_.n_bad = spoiler_.n_bad();
    return std::move(file_);
  }

  static constexpr const char* kFields[] = {"school_year", "student_id", "school_id", "grade", "sex", "item", "raw", "exempt", "tested_on"};
  static std::vector<const pack::Field*> fields_of(const pack::Dataset& dataset) {
    std::vector<const pack::Field*> fields;
    for (const char* field : kFields) fields.push_back(dataset.field(field));
    return fields;
  }

 private:
  void add_student(const DemoSchool& now, const DemoStudent& student, int grade) {
    const DemoSchool* school = &now;
    if (grade < first_grade_of(now)) school = feeders_.draw(grade, random_);
    if (school == nullptr) return;
    cells_[0] = std::to_string(year_);
    cells_[1] = student.code;
    cells_[2] = school->code;
    cells_[3] = std::to_string(grade);
    cells_[4] = habit_.words ? (student.sex == '1' ? "男" : "女") : std::string(1, student.sex);
    const bool exempt = random_.chance(kExemptShare);
    const Items& items = standard_.items(grade, student.sex);
    const size_t missing = random_.chance(kMissingShare) ? static_cast<size_t>(random_.below(static_cast<int64_t>(items.size()))) : items.size();
    cells_[7] = exempt ? (habit_.words ? "是" : "1") : (habit_.words ? "否" : "0");
    cells_[8] = random_.chance(kLateShare)
                    ? late_day_
                    : days_[static_cast<size_t>((school->serial * 7 + int64_t{grade} * 5 + static_cast<int64_t>(student.class_n) * 2) %
                                                static_cast<int64_t>(days_.size()))];
    const double level = kMeanScore + student.talent + school->effect + district_.effect + district_.trend * (year_ - city_.last_year) -
                         0.35 * grade + (student.sex == '2' ? 0.8 : 0.0) + (grade == 7 || grade == 10 ? -1.5 : 0.0) + 2.0 * random_.normal();
    for (size_t i = 0; i < items.size(); ++i) {
      if (i == missing) continue;
      const Item& item = items[i];
      cells_[5] = habit_.words ? item.title : item.code;
      cells_[6].clear();
      if (!exempt) append_hundredths(cells_[6], item.code == "bmi" ? draw_index(item, student, level) : draw_result(item, level), item.whole);
      write_row();
    }
  }

  int64_t draw_result(const Item& item, double level) {
    const double points = level + kItemNoise * random_.normal();
    // Beyond 100 the steps of bonus points are narrow: few earn them.
    const double capped = points <= 100 ? points : 100 + (points - 100) * 0.22;
    const auto at = static_cast<size_t>(std::clamp(static_cast<int>(capped), 0, kMaxPoints));
    return draw_in(item.bands[static_cast<size_t>(item.by_points[at])], item.step, random_);
  }

  // Thin, normal, overweight, obese: heavier students are less fit, and boys heavier.
  int64_t draw_index(const Item& item, const DemoStudent& student, double level) {
    const double heavy = student.build + 0.1 * random_.normal() + (student.sex == '1' ? 0.04 : 0.0) - (level - 80) * 0.006;
    const size_t at = heavy < 0.03 ? 0 : heavy < 0.74 ? 1 : heavy < 0.9 ? 2 : 3;
    return draw_in(item.bands[std::min(at, item.bands.size() - 1)], item.step, random_);
  }

  void write_row() {
    ++file_.n_rows;
    if (spoiler_.next_is_bad()) return spoiler_.write(*out_, cells_);
    for (const std::string& text : cells_) out_->cell(text);
    out_->end_row();
  }

  const DemoCity& city_;
  const Standard& standard_;
  int year_;
  const DemoDistrict& district_;
  Feeders feeders_;
  Random random_;
  Spoiler spoiler_;
  Habit habit_;
  DemoFile file_;
  std::vector<std::string> headings_, cells_;
  std::array<std::string, 60> days_;
  std::string late_day_;
  std::optional<CsvOut> out_;
};

bool is_complete(const pack::Dataset* raw, const pack::Dataset* bands) {
  if (raw == nullptr || bands == nullptr || bands->rows.empty()) return false;
  return std::all_of(std::begin(Writer::kFields), std::end(Writer::kFields), [&](const char* field) { return raw->field(field) != nullptr; });
}

}  // namespace

Result<std::vector<DemoFile>> write_fitness(const DemoCity& city, const pack::Catalogue& catalogue, const std::string& folder,
                                            const std::function<void(double)>& progress) {
  std::vector<DemoFile> files;
  const pack::Dataset* raw = catalogue.dataset("fitness_raw");
  const pack::Dataset* bands = catalogue.dataset("fitness_band");
  if (!is_complete(raw, bands)) return files;
  const Standard standard(catalogue, *bands);
  for (int year = city.last_year - city.n_years + 1; year <= city.last_year; ++year) {
    for (size_t district = 0; district < city.districts.size(); ++district) {
      BANMO_TRY(DemoFile file, Writer(city, standard, *raw, year, district, folder).write());
      files.push_back(std::move(file));
      progress(static_cast<double>(files.size()) / static_cast<double>(city.districts.size() * static_cast<size_t>(city.n_years)));
    }
  }
  return files;
}

}  // namespace banmo::server
