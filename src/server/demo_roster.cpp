// SPDX-License-Identifier: Apache-2.0
#include "server/demo_roster.h"

#include "server/demo_files.h"
#include "server/demo_names.h"
#include "server/demo_random.h"

namespace banmo::server {
namespace {

constexpr uint64_t kOfficerPart = 7'000'000, kGuardianPart = 8'000'000;
constexpr int kOfficersInDistrict = 2;
constexpr size_t kSurnameBytes = 3;

// 1EdTech OneRoster 1.2 CSV binding. In bulk files status and dateLastModified are empty.
constexpr std::string_view kHead = "sourcedId,status,dateLastModified,";
struct FileKind {
  std::string_view name, columns;
};
enum Part : size_t { sessions, orgs, courses, classes, users, demographics, roles, enrollments, n_parts };
constexpr FileKind kParts[n_parts] = {
    {"academicSessions", "title,type,startDate,endDate,parentSourcedId,schoolYear"},
    {"orgs", "name,type,identifier,parentSourcedId"},
    {"courses", "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes"},
    {"classes", "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods"},
    {"users",
     "enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,"
     "resourceSourcedIds,"
     "preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"},
    {"demographics",
     "birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,"
     "demographicRaceTwoOrMoreRaces,"
     "hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus"},
    {"roles", "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId"},
    {"enrollments", "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"},
};
constexpr std::string_view kAbsent[] = {"categories",   "classResources",      "courseResources", "lineItemLearningObjectiveIds",
                                        "lineItems",    "lineItemScoreScales", "resources",       "resultLearningObjectiveIds",
                                        "results",      "resultScoreScales",   "scoreScales",     "userProfiles",
                                        "userResources"};

std::string padded(int64_t n, size_t width) {
  const std::string text = std::to_string(n);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

struct Person {
  std::string id, name, code, grades, agents, org;
  char sex = '1';
  Date birth;
};

class Writer {
 public:
  Writer(const DemoCity& city, std::string folder) : city_(city), folder_(std::move(folder)) {}

  Result<DemoRoster> write(const std::function<void(double)>& progress) && {
    roster_.path = folder_ + "/花名册-OneRoster" + std::string(kSyntheticSuffix) + ".zip";
    for (const FileKind& part : kParts) {
      BANMO_TRY(CsvOut out, CsvOut::create(folder_ + "/" + std::string(part.name) + ".csv"));
      out.raw(std::string(kHead) + std::string(part.columns)).end_row();
      out_.push_back(std::move(out));
    }
    write_sessions();
    for (const DemoDistrict& district : city_.districts) write_district(district);
    for (const DemoSchool& school : city_.schools) {
      write_school(school);
      progress(0.9 * static_cast<double>(school.serial + 1) / static_cast<double>(city_.schools.size()));
    }
    for (CsvOut& out : out_) BANMO_DO(out.close());
    BANMO_DO(write_manifest());
    std::vector<std::pair<std::string, std::string>> files = {{"manifest.csv", folder_ + "/manifest.csv"}};
    for (const FileKind& part : kParts) files.emplace_back(std::string(part.name) + ".csv", folder_ + "/" + std::string(part.name) + ".csv");
    BANMO_DO(write_zip(roster_.path, files));
    progress(1);
    return std::move(roster_);
  }

 private:
  // A row with `columns` behind the three that each file begins with.
  void row(Part part, std::string_view id, std::initializer_list<std::string_view> columns) {
    CsvOut& out = out_[part];
    out.cell(id).cell("").cell("");
    for (const std::string_view column : columns) out.cell(column);
    out.end_row();
  }

  Result<> write_manifest() {
    BANMO_TRY(CsvOut out, CsvOut::create(folder_ + "/manifest.csv"));
    out.row({"propertyName", "value"});
    out.row({"manifest.version", "1.0"});
    out.row({"oneroster.version", "1.2"});
    for (const FileKind& part : kParts) out.row({"file." + std::string(part.name), "bulk"});
    for (const std::string_view name : kAbsent) out.row({"file." + std::string(name), "absent"});
    out.row({"source.systemName", "banmo demo: " + std::string(kSyntheticNote)});
    out.row({"source.systemCode", "synthetic"});
    return out.close();
  }

  void write_sessions() {
    const std::string next = std::to_string(city_.last_year + 1), year = std::to_string(city_.last_year);
    const SchoolYear whole{city_.last_year};
    const std::string middle = next + "-02-01", before = next + "-01-31";
    row(sessions, "year", {year + "-" + next + "学年", "schoolYear", whole.start().to_iso(), whole.end().to_iso(), "", next});
    row(sessions, "term-1", {"第一学期", "term", whole.start().to_iso(), before, "year", next});
    row(sessions, "term-2", {"第二学期", "term", middle, whole.end().to_iso(), "year", next});
  }

  void write_district(const DemoDistrict& district) {
    const std::string id = "district-" + district.code;
    row(orgs, id, {district.name, "district", district.code, ""});
    Random random(mix(city_.seed, kOfficerPart + static_cast<uint64_t>(&district - city_.districts.data())));
    for (int n = 1; n <= kOfficersInDistrict; ++n) {
      Person person;
      person.sex = random.chance(0.6) ? '1' : '2';
      append_person_name(person.name, random, person.sex);
      person.birth = Date{city_.year_start().days - static_cast<int32_t>(random.between(30 * 365, 58 * 365))};
      person.code = officer_code(district, n);
      person.id = "officer-" + district.code + "-" + std::to_string(n);
      person.org = id;
      write_person(person, "districtAdministrator", "");
    }
  }

  void write_school(const DemoSchool& school) {
    const std::string id = "school-" + school.code;
    row(orgs, id, {school.title, "school", school.code, "district-" + city_.districts[school.district].code});
    if (school.grades.empty()) return;
    row(courses, "course-" + school.code, {"year", "行政班", "HR", "", id, "", ""});
    for (const DemoGrade& grade : school.grades)
      for (int64_t n = 0; n < grade.n_classes; ++n)
        row(classes, class_id(school, grade.grade, n),
            {class_title(grade, n), padded(grade.grade, 2), "course-" + school.code, class_code(school, grade.grade, n), "homeroom", "", id,
             "term-1,term-2", "", "", ""});
    each_teacher(city_, school, [&](const DemoTeacher& teacher) { write_teacher(school, id, teacher); });
    Random random(mix(city_.seed, kGuardianPart + static_cast<uint64_t>(school.serial)));
    each_student(city_, school, [&](const DemoStudent& student) { write_student(school, id, student, random); });
  }

  static std::string class_id(const DemoSchool& school, int grade, int64_t n) { return "class-" + class_code(school, grade, n); }
  static std::string class_code(const DemoSchool& school, int grade, int64_t n) { return school.code + padded(grade, 2) + padded(n + 1, 2); }

  void write_person(const Person& person, std::string_view role, std::string_view since) {
    ++roster_.n_users;
    const std::string_view name = person.name;
    row(users, person.id,
        {"true",
         person.code,
         "",
         name.substr(kSurnameBytes),
         name.substr(0, kSurnameBytes),
         "",
         person.code,
         "",
         "",
         "",
         person.agents,
         person.grades,
         "",
         person.code,
         "",
         "",
         "",
         "",
         person.org,
         ""});
    row(demographics, person.id, {person.birth.to_iso(), person.sex == '1' ? "male" : "female", "", "", "", "", "", "", "", "", "", "", ""});
    row(roles, "role-" + person.id, {person.id, "primary", role, since, "", person.org, ""});
  }

  void enrol(const std::string& user, const std::string& class_id, const std::string& school, std::string_view role, bool primary) {
    ++roster_.n_enrollments;
    row(enrollments, "enrollment-" + std::to_string(roster_.n_enrollments),
        {class_id, school, user, role, primary ? "true" : "false", city_.year_start().to_iso(), ""});
  }

  void write_teacher(const DemoSchool& school, const std::string& org, const DemoTeacher& teacher) {
    Person person{"staff-" + teacher.code, teacher.name, teacher.code, "", "", org, teacher.sex, teacher.birth};
    const int years = std::max(0, (city_.year_start().days - teacher.birth.days) / 366 - 23);
    const Date since = SchoolYear{city_.last_year - years % 15 - 1}.start();
    write_person(person, teacher.n == 0 ? "principal" : "teacher", since.to_iso());
    for (size_t i = 0; i < teacher.classes.size(); ++i) {
      const auto& [grade, n] = teacher.classes[i];
      enrol(person.id, class_id(school, school.grades[grade].grade, n), org, "teacher", teacher.homeroom && i == 0);
    }
  }

  void write_student(const DemoSchool& school, const std::string& org, const DemoStudent& student, Random& random) {
    Person person{"student-" + school.code + "-" + std::to_string(student.n),
                  student.name,
                  student.code,
                  padded(student.grade, 2),
                  "",
                  org,
                  student.sex,
                  student.birth};
    if (student.grade == first_grade_of(school) && student.class_n == 0) {
      Person guardian;
      guardian.sex = random.chance(0.4) ? '1' : '2';
      append_person_name(guardian.name, random, guardian.sex);
      if (guardian.sex == '1') guardian.name.replace(0, kSurnameBytes, student.name, 0, kSurnameBytes);
      guardian.birth = Date{student.birth.days - static_cast<int32_t>(random.between(24 * 365, 42 * 365))};
      guardian.code = guardian_code(student);
      guardian.id = "guardian-" + school.code + "-" + std::to_string(student.n);
      guardian.org = org;
      write_person(guardian, "guardian", "");
      person.agents = guardian.id;
    }
    write_person(person, "student", SchoolYear{city_.last_year - (student.grade - first_grade_of(school))}.start().to_iso());
    enrol(person.id, class_id(school, student.grade, student.class_n), org, "student", false);
  }

  const DemoCity& city_;
  std::string folder_;
  DemoRoster roster_;
  std::vector<CsvOut> out_;
};

}  // namespace

std::string officer_code(const DemoDistrict& district, int n) { return "D99" + district.code + padded(n, 2); }
std::string guardian_code(const DemoStudent& student) { return "P" + student.code.substr(1); }

Result<DemoRoster> write_roster(const DemoCity& city, const std::string& folder, const std::function<void(double)>& progress) {
  return Writer(city, folder).write(progress);
}

}  // namespace banmo::server
