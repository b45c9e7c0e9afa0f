// SPDX-License-Identifier: Apache-2.0
#include "server/demo_admission.h"

#include <algorithm>
#include <array>
#include <span>

#include "server/demo_files.h"
#include "server/demo_random.h"

namespace banmo::server {
namespace {

constexpr uint64_t kAdmissionPart = 12'000'000, kYearParts = 5'000'000;
constexpr int kLeavingGrade = 9;
constexpr std::array kDatasets{"exam_candidate", "admission_choice", "admission_plan", "admission_quota"};
constexpr const char* kTrades[] = {"烹饪", "汽修", "护理", "数控", "会计", "动漫", "幼教", "电商"};

struct Offer {
  std::string batch, program, name, school;
  int64_t seats = 0, allocated = 0;
  int floor = 0;
  size_t district = 0;
  double fame = 0;  // how much it is wanted
};

std::string code_of(char letter, size_t n) {
  const std::string digits = std::to_string(n + 1);
  return letter + std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
}

// A file with the dataset's field ids as headings, closed with what was written.
class Out {
 public:
  static Result<Out> create(const std::string& folder, const pack::Dataset& dataset, std::vector<std::string> fields) {
    const std::string path = folder + "/" + dataset.title.zh + std::string(kSyntheticSuffix) + ".csv";
    BANMO_TRY(CsvOut csv, CsvOut::create(path));
    Out out(std::move(csv), {path, dataset.id, 0, 0});
    for (const std::string& field : fields) out.csv_.cell(dataset.field(field) == nullptr ? field : dataset.field(field)->title.zh);
    out.csv_.end_row();
    return out;
  }
  void row(const std::vector<std::string>& cells) {
    csv_.row(cells);
    ++file_.n_rows;
  }
  Result<DemoFile> close() {
    BANMO_DO(csv_.close());
    return file_;
  }

 private:
  Out(CsvOut csv, DemoFile file) : csv_(std::move(csv)), file_(std::move(file)) {}
  CsvOut csv_;
  DemoFile file_;
};

struct Outs {
  Out candidates, choices, plans, quotas;
};

class Year {
 public:
  //   n_ago   0: the pupils of the ninth grade, before their admission; 1: those who entered the tenth grade by it
  Year(const DemoCity& city, int n_ago)
      : city_(city),
        year_(std::to_string(city.last_year - n_ago)),
        grade_(kLeavingGrade + n_ago),
        part_(kAdmissionPart + static_cast<uint64_t>(n_ago) * kYearParts) {
    for (const DemoSchool& school : city.schools) {
      for (const DemoGrade& grade : school.grades) {
        n_leaving_ += grade.grade == grade_ ? grade.n_students : 0;
        if (grade.grade == kLeavingGrade) left_.push_back(&school);
      }
    }
    plan();
  }

  void write(Outs& out) const {
    for (const Offer& offer : offers_) {
      out.plans.row({year_, offer.batch, offer.program, offer.name, offer.school, std::to_string(offer.seats), std::to_string(offer.floor)});
      if (offer.allocated > 0) out.quotas.row({year_, offer.batch, offer.program, "allocated", std::to_string(offer.allocated)});
    }
    int64_t n = 0;
    for (const DemoSchool& school : city_.schools)
      each_student(city_, school, [&](const DemoStudent& student) {
        if (student.grade == grade_) write_person(school, student, ++n, out);
      });
  }

 private:
  // Seats for 65 of 100 in general schools, so that the order matters; vocational ones take nearly all the rest.
  void plan() {
    std::vector<const DemoSchool*> general, vocational;
    for (const DemoSchool& school : city_.schools) {
      if (school.kind == "senior") general.push_back(&school);
      if (school.kind == "secondary_vocational") vocational.push_back(&school);
    }
    const auto share = [&](double part, size_t n) {
      return std::max<int64_t>(2, static_cast<int64_t>(static_cast<double>(n_leaving_) * part / static_cast<double>(std::max<size_t>(1, n))));
    };
    for (size_t i = 0; i < general.size(); ++i) {
      Random random(mix(city_.seed, part_ + i));
      const double fame = random.uniform();
      const int64_t seats = share(0.6, general.size());
      add({"general", code_of('G', i), general[i]->title, general[i]->code, seats - seats / 2, fame > 0.5 ? seats / 2 : 0, 380, general[i]->district,
           fame});
      if (fame > 0.6)
        add({"special", code_of('G', i), general[i]->title + " 特长班", general[i]->code, std::max<int64_t>(1, seats / 12), 0, 350,
             general[i]->district, fame});
    }
    for (size_t i = 0; i < vocational.size(); ++i) {
      Random random(mix(city_.seed, part_ + 10'000 + i));
      const DemoSchool& school = *vocational[i];
      const std::string trade = kTrades[i % std::size(kTrades)];
      add({"three_four", code_of('H', i), school.title + " " + trade + "（本科贯通）", school.code, share(0.03, vocational.size()), 0, 430,
           school.district, random.uniform()});
      add({"five_year", code_of('F', i), school.title + " " + trade + "（五年制）", school.code, share(0.12, vocational.size()), 0, 250,
           school.district, random.uniform()});
      add({"vocational", code_of('V', i), school.title + " " + trade, school.code, share(0.18, vocational.size()), 0, 0, school.district,
           random.uniform()});
    }
  }
  void add(Offer offer) { offers_.push_back(std::move(offer)); }

  // Who is in the tenth grade came from a school near by, and did about as well as the school that took them asks.
  void write_person(const DemoSchool& attended, const DemoStudent& student, int64_t n, Outs& out) const {
    Random random(mix(city_.seed, part_ + 1'000'000 + static_cast<uint64_t>(n)));
    const bool has_entered = grade_ > kLeavingGrade;
    const double ability = random.normal() + (!has_entered ? 0.0 : attended.kind == "senior" ? 0.6 : -1.2);
    const DemoSchool& school = has_entered ? came_from(attended, random) : attended;
    const auto mark = [&](double top) { return static_cast<int>(std::clamp(top * (0.66 + 0.11 * ability + 0.06 * random.normal()), 0.0, top)); };
    const int chinese = mark(150), maths = mark(150), english = mark(150), rest = mark(270);
    const bool absent = random.chance(0.004);
    const bool has_talent = random.chance(0.06);
    const double grade = random.uniform() - 0.1 * ability;
    const std::string digits = std::to_string(n), number = year_.substr(2) + std::string(7 - std::min<size_t>(7, digits.size()), '0') + digits;
    constexpr const char* kTalents[] = {"艺术", "体育", "科技"};
    out.candidates.row({year_, student.code, school.code, number, absent ? "" : std::to_string(chinese), absent ? "" : std::to_string(maths),
                        absent ? "" : std::to_string(english), absent ? "" : std::to_string(chinese + maths + english + rest),
                        grade < 0.3    ? "A"
                        : grade < 0.75 ? "B"
                        : grade < 0.98 ? "C"
                                       : "D",
                        random.chance(0.8) ? "是" : "否", has_talent ? kTalents[random.below(3)] : ""});
    choose(student, {school.district, has_entered ? attended.code : ""}, random, "three_four", random.chance(0.15) ? 2 : 0, "", out.choices);
    choose(student, {school.district, has_entered ? attended.code : ""}, random, "special", has_talent ? 2 : 0,
           std::to_string(random.between(45, 99)), out.choices);
    choose(student, {school.district, has_entered ? attended.code : ""}, random, "general", 8, "", out.choices);
    choose(student, {school.district, has_entered ? attended.code : ""}, random, "five_year", ability < 0.4 ? 3 : 0, "", out.choices);
    choose(student, {school.district, has_entered ? attended.code : ""}, random, "vocational", ability < 0.2 ? 4 : 0, "", out.choices);
  }

  const DemoSchool& came_from(const DemoSchool& attended, Random& random) const {
    std::vector<const DemoSchool*> near;
    for (const DemoSchool* school : left_)
      if (school->district == attended.district) near.push_back(school);
    return *random.one_of(std::span<const DemoSchool* const>(near.empty() ? left_ : near));
  }

  struct Likes {
    size_t district = 0;
    std::string school;  // most of all; empty: none
  };
  // The most wanted first: famous, near, and to one's own taste.
  void choose(const DemoStudent& student, const Likes& likes, Random& random, std::string_view batch, size_t n, const std::string& talent_score,
              Out& choices) const {
    if (n == 0) return;
    std::vector<std::pair<double, const Offer*>> liked;
    for (const Offer& offer : offers_)
      if (offer.batch == batch)
        liked.emplace_back(
            offer.fame + (offer.district == likes.district ? 0.8 : 0.0) + (offer.school == likes.school ? 1.0 : 0.0) + random.uniform(), &offer);
    std::sort(liked.begin(), liked.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (size_t i = 0; i < std::min(n, liked.size()); ++i)
      choices.row({year_, student.code, std::string(batch), std::to_string(i + 1), liked[i].second->program, talent_score});
  }

  const DemoCity& city_;
  const std::string year_;
  const int grade_;
  const uint64_t part_;
  int64_t n_leaving_ = 0;
  std::vector<const DemoSchool*> left_;  // schools with a ninth grade
  std::vector<Offer> offers_;
};

}  // namespace

Result<std::vector<DemoFile>> write_admission(const DemoCity& city, const pack::Catalogue& catalogue, const std::string& folder) {
  if (std::any_of(kDatasets.begin(), kDatasets.end(), [&](const char* id) { return catalogue.dataset(id) == nullptr; }))
    return std::vector<DemoFile>{};
  const auto create = [&](size_t i, std::vector<std::string> fields) {
    return Out::create(folder, *catalogue.dataset(kDatasets[i]), std::move(fields));
  };
  BANMO_TRY(Out candidates,
            create(0, {"exam_year", "student_id", "school_id", "exam_no", "chinese", "maths", "english", "total", "quality", "allocated", "talent"}));
  BANMO_TRY(Out choices, create(1, {"exam_year", "student_id", "batch", "choice_no", "program", "talent_score"}));
  BANMO_TRY(Out plans, create(2, {"exam_year", "batch", "program", "program_name", "school_id", "seats", "floor"}));
  BANMO_TRY(Out quotas, create(3, {"exam_year", "batch", "program", "quota", "seats"}));
  Outs outs{std::move(candidates), std::move(choices), std::move(plans), std::move(quotas)};
  for (const int n_ago : {1, 0}) Year(city, n_ago).write(outs);
  std::vector<DemoFile> files;
  for (Out* out : {&outs.candidates, &outs.plans, &outs.quotas, &outs.choices}) {
    BANMO_TRY(DemoFile file, out->close());
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace banmo::server
