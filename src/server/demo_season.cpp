// SPDX-License-Identifier: Apache-2.0
#include "server/demo_season.h"

#include <map>

#include "server/demo_accounts.h"
#include "server/demo_random.h"

namespace banmo::server {
namespace {

constexpr uint64_t kDigitsPart = 24'000'000;
constexpr size_t kPage = 1000;
constexpr int kEntryGrade = 10;
constexpr size_t kEntrants = 300;  // among whom one is chosen

struct Entrant {
  const DemoSchool* school = nullptr;
  DemoStudent student;
};
using Entrants = std::map<int64_t, Entrant>;  // by number of the person

class SeasonShow {
 public:
  SeasonShow(City& city, const DemoCity& plan) : city_(city), plan_(plan), year_(plan.last_year - 1), people_(city) {}

  Result<int64_t> run() {
    int64_t n = 0;
    for (const pack::Admission& admission : city_.admissions().all()) {
      if (!has_applicants(admission)) continue;
      for (const pack::AdmissionBatch& batch : admission.batches) {
        if (batch.has_lottery()) BANMO_DO(draw(admission, batch));
        BANMO_DO(publish(admission, batch));
        ++n;
      }
    }
    if (n > 0) BANMO_DO(make_accounts());
    BANMO_DO(people_.sign_out());
    return n;
  }

 private:
  Result<const directory::Principal*> officer() { return people_.signed_in("city"); }
  Result<const directory::Principal*> leader() { return people_.signed_in("leader"); }

  bool has_applicants(const pack::Admission& admission) {
    const auto by = officer();
    if (!by.ok()) return true;  // told when somebody acts
    const auto compared = city_.admissions().compare(**by, admission.id, year_, admission.batches.front().id, {});
    return compared.ok() || compared.error().id != "models.no_applicants";
  }

  // As digits are drawn before the public: nobody knows them when the list is fixed.
  Result<> draw(const pack::Admission& admission, const pack::AdmissionBatch& batch) {
    models::Lotteries& lots = city_.admissions().lotteries();
    BANMO_TRY(const auto* by, officer());
    BANMO_TRY(const models::Lottery listed, lots.fix(*by, admission.id, year_, batch.id));
    const std::string digits = std::to_string(10'000'000 + Random(mix(plan_.seed, kDigitsPart)).below(90'000'000));
    BANMO_TRY(const models::Lottery drawn, lots.draw(*by, listed.id.to_string(), listed.list_sha256, digits));
    BANMO_TRY(const auto* other, leader());
    const auto done = lots.confirm(*other, drawn.id.to_string(), listed.list_sha256, digits);
    return done.ok() ? Result<>() : Result<>(done.error());
  }

  Result<> publish(const pack::Admission& admission, const pack::AdmissionBatch& batch) {
    BANMO_TRY(const auto* by, officer());
    BANMO_TRY(const auto* other, leader());
    BANMO_TRY(const models::Run run, city_.admissions().run(*by, admission.id, year_, batch.id));
    const std::string id = run.id.to_string();
    BANMO_TRY(const models::Run checked, city_.admissions().check(*other, id));
    BANMO_TRY(const models::Run published, city_.admissions().publish(*other, checked.id.to_string()));
    runs_.push_back(published.id.to_string());
    return {};
  }

  // The roster gives a guardian to the pupils of each school's first class.
  Result<Entrants> entrants() const {
    Entrants out;
    for (const DemoSchool& school : plan_.schools) {
      if (school.kind != "senior" || first_grade_of(school) != kEntryGrade) continue;
      std::vector<DemoStudent> first_class;
      each_student(plan_, school, [&](const DemoStudent& student) {
        if (student.grade == kEntryGrade && student.class_n == 0) first_class.push_back(student);
      });
      for (DemoStudent& student : first_class) {
        BANMO_TRY(const auto person, city_.directory().unscoped_person_by_code(student.code));
        if (person) out.emplace(person->value, Entrant{&school, std::move(student)});
      }
      if (out.size() >= kEntrants) break;
    }
    return out;
  }

  // Whose admission shows most: 3 by a later choice to the school where the pupil is now, 2 by a later one elsewhere, 1 by the first.
  static int worth(const Entrant& entrant, const models::ApplicantResult& row) {
    if (row.program.empty()) return 0;
    if (row.order < 2) return 1;
    return row.program_title.starts_with(entrant.school->title) ? 3 : 2;
  }

  Result<> make_accounts() {
    BANMO_TRY(const Entrants known, entrants());
    BANMO_TRY(const auto* by, officer());
    const Entrant* best = nullptr;
    int most = 0;
    for (const std::string& run : runs_) {
      for (int64_t after = 0; most < 3;) {
        BANMO_TRY(const auto rows, city_.admissions().results(*by, run, after, kPage));
        for (const models::ApplicantResult& row : rows) {
          const auto found = known.find(row.person.value);
          if (found == known.end() || worth(found->second, row) <= most) continue;
          best = &found->second;
          most = worth(found->second, row);
        }
        if (rows.size() < kPage) break;
        after = rows.back().seq;
      }
    }
    return best == nullptr ? Result<>() : make_candidate_accounts(city_, plan_, *best->school, best->student);
  }

  City& city_;
  const DemoCity& plan_;
  const int64_t year_;
  DemoPeople people_;
  std::vector<std::string> runs_;  // that are published
};

}  // namespace

Result<int64_t> publish_demo_season(City& city, const DemoCity& plan) { return SeasonShow(city, plan).run(); }

}  // namespace banmo::server
