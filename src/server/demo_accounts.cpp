// SPDX-License-Identifier: Apache-2.0
#include "server/demo_accounts.h"

#include <algorithm>
#include <cmath>

#include "server/demo_roster.h"

namespace banmo::server {

const DemoDistrict& demo_district(const DemoCity& plan) {
  return *std::max_element(plan.districts.begin(), plan.districts.end(),
                           [](const DemoDistrict& a, const DemoDistrict& b) { return a.population < b.population; });
}

namespace {

using directory::Grant;
using directory::OrgKind;
using directory::OrgNo;
using directory::PersonNo;
using directory::Principal;
using directory::Role;

// The people of one school by whom the city is shown.
struct Cast {
  const DemoDistrict* district = nullptr;
  const DemoSchool* school = nullptr;
  std::string principal, teacher, student, sibling, guardian;  // codes
};

Cast choose(const DemoCity& plan) {
  Cast cast;
  cast.district = &demo_district(plan);
  cast.school = &plan.schools[cast.district->schools.front()];
  for (const size_t at : cast.district->schools)
    if (plan.schools[at].kind == "nine_year") {
      cast.school = &plan.schools[at];
      break;
    }
  each_teacher(plan, *cast.school, [&](const DemoTeacher& teacher) {
    if (teacher.n == 0) cast.principal = teacher.code;
    if (teacher.n == 1) cast.teacher = teacher.code;  // homeroom of the first class
  });
  const int first = first_grade_of(*cast.school);
  each_student(plan, *cast.school, [&](const DemoStudent& student) {
    if (cast.student.empty() && student.grade == first && student.class_n == 0) {
      cast.student = student.code;
      cast.guardian = guardian_code(student);
    }
    if (cast.sibling.empty() && student.grade == first + 2) cast.sibling = student.code;
  });
  return cast;
}

class Accounts {
 public:
  Accounts(City& city, const DemoCity& plan) : directory_(city.directory()), plan_(plan), cast_(choose(plan)) {}

  Result<> make_candidate(const DemoSchool& school, const DemoStudent& student) {
    BANMO_TRY(const OrgNo at, org(OrgKind::school, school.code));
    BANMO_DO(account("candidate", Role::student, at, student.code));
    return account("candidate_parent", Role::guardian, at, guardian_code(student));
  }

  Result<> make() {
    BANMO_TRY(const OrgNo top, org(OrgKind::city, plan_.code));
    BANMO_TRY(const OrgNo district, org(OrgKind::district, cast_.district->code));
    BANMO_TRY(const OrgNo school, org(OrgKind::school, cast_.school->code));
    BANMO_DO(account("city", Role::city_officer, top, ""));
    BANMO_DO(account("leader", Role::city_leader, top, ""));
    BANMO_DO(account("district", Role::district_officer, district, officer_code(*cast_.district, 1)));
    BANMO_DO(account("principal", Role::principal, school, cast_.principal));
    BANMO_DO(account("cio", Role::school_cio, school, ""));
    BANMO_DO(account("teacher", Role::teacher, school, cast_.teacher));
    BANMO_DO(account("student", Role::student, school, cast_.student));
    BANMO_DO(account("guardian", Role::guardian, school, cast_.guardian));
    BANMO_DO(account("sysadmin", Role::system_admin, top, ""));
    BANMO_DO(account("secadmin", Role::security_admin, top, ""));
    BANMO_DO(account("auditor", Role::audit_admin, top, ""));
    BANMO_DO(make_experts());
    BANMO_DO(link_wards());
    BANMO_DO(contacts_of_people());
    return contacts_of_schools();
  }

 private:
  Result<OrgNo> org(OrgKind kind, const std::string& code) const {
    const directory::Org* found = directory_.orgs()->by_code(kind, code);
    if (found == nullptr)
      return fail(ErrorCode::internal, "server.demo_incomplete",
                  {"演示城市的机构 " + code + " 没有导入", "the organisation " + code + " of the demonstration city was not imported"});
    return found->no;
  }

  Result<PersonNo> person(const std::string& code) const {
    BANMO_TRY(const auto found, directory_.unscoped_person_by_code(code));
    if (!found)
      return fail(ErrorCode::internal, "server.demo_incomplete",
                  {"演示城市的人员没有导入完整", "the people of the demonstration city were not imported completely"});
    return *found;
  }

  Result<> account(const std::string& name, Role role, OrgNo at, const std::string& person_code) {
    directory::NewAccount account;
    account.name = name;
    account.password = kDemoPassword;
    account.grants = {{role, at}};
    account.must_change_password = false;
    account.demo = true;
    if (!person_code.empty()) {
      BANMO_TRY(account.person, person(person_code));
    }
    auto made = directory_.create_account(Principal::system(), account);
    if (!made.ok()) return std::move(made).error();
    return {};
  }

  // Teachers of other schools, who review what the school of the others hands in.
  Result<> make_experts() {
    constexpr int kExperts = 5;
    int n = 0;
    for (const DemoSchool& school : plan_.schools) {
      if (n == kExperts || &school == cast_.school || school.grades.empty()) continue;
      std::string code;
      each_teacher(plan_, school, [&](const DemoTeacher& teacher) {
        if (teacher.n == 1) code = teacher.code;
      });
      if (code.empty()) continue;
      BANMO_TRY(const OrgNo at, org(OrgKind::school, school.code));
      BANMO_DO(account("expert" + std::to_string(++n), Role::teacher, at, code));
    }
    return {};
  }

  // The roster gives the guardian the first child; a second one goes to a higher grade of the same school.
  Result<> link_wards() {
    if (cast_.sibling.empty()) return {};
    BANMO_TRY(const PersonNo guardian, person(cast_.guardian));
    BANMO_TRY(const PersonNo sibling, person(cast_.sibling));
    return directory_.link_guardian(Principal::system(), guardian, sibling);
  }

  // Numbers that nobody has, under a name that no mail goes to.
  Result<> contacts_of_people() {
    int n = 0;
    for (const std::string& code : {cast_.principal, cast_.teacher, officer_code(*cast_.district, 1)}) {
      BANMO_TRY(const PersonNo staff, person(code));
      const std::string number = std::to_string(++n);
      BANMO_DO(directory_.set_contact(Principal::system(), staff, {"000-0000-000" + number, "staff" + number + "@example.org", false}));
    }
    return {};
  }

  Result<> contacts_of_schools() {
    std::vector<std::pair<OrgNo, directory::OrgContact>> contacts;
    const auto tree = directory_.orgs();
    for (const directory::Org& one : tree->all()) {
      if (one.kind != OrgKind::school && one.kind != OrgKind::college) continue;
      const std::string n = std::to_string(contacts.size() + 1);
      const directory::Org* above = tree->find(one.parent);
      contacts.push_back({one.no,
                          {(above == nullptr ? "" : above->title) + "演示路 " + n + " 号（合成数据）",
                           "000-" + std::string(n.size() < 7 ? 7 - n.size() : 0, '0') + n,
                           {},
                           {}}});
    }
    return directory_.set_org_contacts(Principal::system(), contacts);
  }

  directory::Directory& directory_;
  const DemoCity& plan_;
  Cast cast_;
};

}  // namespace

std::string demo_guardian(const DemoCity& plan) { return choose(plan).guardian; }

Result<> make_demo_accounts(City& city, const DemoCity& plan) { return Accounts(city, plan).make(); }
Result<> make_candidate_accounts(City& city, const DemoCity& plan, const DemoSchool& school, const DemoStudent& student) {
  return Accounts(city, plan).make_candidate(school, student);
}

Result<const Principal*> DemoPeople::signed_in(const std::string& account) {
  auto known = known_.find(account);
  if (known == known_.end()) {
    BANMO_TRY(auto session, city_.directory().sign_in(account, kDemoPassword, "demo"));
    known = known_.emplace(account, std::move(session)).first;
  }
  return known->second.principal.get();
}

Result<> DemoPeople::sign_out() {
  for (const auto& [account, session] : known_) BANMO_DO(city_.directory().sign_out(session.token));
  known_.clear();
  return {};
}

Result<int64_t> report_demo_targets(City& city, const DemoCity& plan) {
  constexpr double kReached[] = {1.05, 0.94, 0.63, 0, 1.0};  // of the wanted value: green, yellow, red, not reported, green
  int64_t n = 0, n_reports = 0;
  for (const pack::Target& target : city.catalogue()->targets()) {
    if (!target.metric.empty()) continue;
    const double reached = kReached[n++ % static_cast<int64_t>(std::size(kReached))];
    for (const auto& [year, wanted] : target.values) {
      if (reached == 0 || year > plan.last_year) continue;
      const double exact = target.comparison == "<=" ? wanted / reached : wanted * reached;
      const double value = target.unit == "%" ? std::min(100.0, std::round(exact * 10) / 10) : std::round(exact);
      BANMO_DO(city.metrics().report_target(Principal::system(), target.id, year, value,
                                            "演示数据：数值由程序合成，不是真实进展 Synthetic: this figure is no real progress"));
      ++n_reports;
    }
  }
  return n_reports;
}

}  // namespace banmo::server
