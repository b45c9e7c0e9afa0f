// SPDX-License-Identifier: Apache-2.0
#include "server/demo_statements.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "base/city_time.h"
#include "base/id.h"
#include "server/demo_random.h"

namespace banmo::server {
namespace {

constexpr uint64_t kPart = 0x7e11;  // of the seed
constexpr size_t kPupils = 12;      // of a class: more than the smallest cell
constexpr int kLessons = 2;
constexpr int64_t kMinute_us = 60'000'000;
constexpr const char* kHome = "https://demo.banmo.example/";
constexpr const char* kExtension = "https://schema.banmo.org/xapi/";
constexpr const char* kVideo = "https://w3id.org/xapi/video/extensions/";

namespace verb {
constexpr const char* hosted = "http://activitystrea.ms/schema/1.0/host";
constexpr const char* joined = "http://activitystrea.ms/schema/1.0/join";
constexpr const char* attended = "http://adlnet.gov/expapi/verbs/attended";
constexpr const char* answered = "http://adlnet.gov/expapi/verbs/answered";
constexpr const char* asked = "http://adlnet.gov/expapi/verbs/asked";
constexpr const char* commented = "http://adlnet.gov/expapi/verbs/commented";
constexpr const char* submitted = "http://activitystrea.ms/schema/1.0/submit";
constexpr const char* played = "https://w3id.org/xapi/video/verbs/played";
constexpr const char* completed = "http://adlnet.gov/expapi/verbs/completed";
constexpr const char* opened = "http://activitystrea.ms/schema/1.0/open";
constexpr const char* scored = "http://adlnet.gov/expapi/verbs/scored";
}  // namespace verb

namespace type {
constexpr const char* lesson = "http://adlnet.gov/expapi/activities/lesson";
constexpr const char* homework = "http://id.tincanapi.com/activitytype/school-assignment";
constexpr const char* question = "http://adlnet.gov/expapi/activities/question";
constexpr const char* discussion = "http://id.tincanapi.com/activitytype/discussion";
constexpr const char* video = "https://w3id.org/xapi/video/activity-type/video";
constexpr const char* file = "http://adlnet.gov/expapi/activities/file";
constexpr const char* sync = "https://w3id.org/xapi/virtual-classroom/activity-types/virtual-classroom";
}  // namespace type

// The recipe that a statement follows, by the type of its activity.
const char* recipe_of(std::string_view activity_type) {
  if (activity_type == type::lesson) return "lesson";
  if (activity_type == type::homework) return "homework";
  if (activity_type == type::question) return "question";
  if (activity_type == type::discussion) return "discussion";
  if (activity_type == type::video) return "video";
  return activity_type == type::sync ? "sync-classroom" : "resource";
}

struct Subject {
  const char* code;
  const char* title;
};
constexpr std::array<Subject, 6> kSubjects{
    {{"chinese", "语文"}, {"math", "数学"}, {"english", "英语"}, {"science", "科学"}, {"morality", "道德与法治"}, {"it", "信息科技"}}};
constexpr std::array<int64_t, 6> kLessonHours{8, 9, 10, 11, 14, 15};

Instant at(Date day, int64_t hour, int64_t minute) {
  const int64_t midnight = int64_t{day.days} * 24 * 60 - kCityUtcOffset_minutes;
  return {(midnight + hour * 60 + minute) * kMinute_us};
}

bool is_school_day(Date day) {
  const int weekday = ((day.days + 3) % 7 + 7) % 7;  // 0: Monday
  return weekday < 5 && !(day.month() == 10 && day.day() <= 7);
}

// Makes the statements of one class.
class Teller {
 public:
  Teller(const DemoCity& plan, const DemoClass& of, Date until) : class_(of), random_(mix(plan.seed, kPart + seed_of(of))) {
    for (Date day = plan.year_start(); day < until; ++day.days)
      if (is_school_day(day)) days_.push_back(day);
  }

  std::vector<DemoStatement> tell(const DemoSchool& partner) {
    if (days_.empty() || class_.pupils.empty()) return {};
    for (int i = 0; i < kLessons; ++i) lesson(i);
    for (const std::string& pupil : class_.pupils) resources(pupil);
    if (class_.class_n == 0) sync(partner);
    return std::move(out_);
  }

 private:
  struct Happened {
    DemoTool tool;
    const char* verb;
    const char* type;
    std::string path, name;  // of the activity
    const Subject* subject;
    const char* platform;
  };

  static uint64_t seed_of(const DemoClass& of) {
    return static_cast<uint64_t>(of.school->serial) * 10'000 + static_cast<uint64_t>(of.grade) * 100 + static_cast<uint64_t>(of.class_n);
  }

  Date day() { return days_[static_cast<size_t>(random_.below(static_cast<int64_t>(days_.size())))]; }
  const Subject& subject() { return kSubjects[static_cast<size_t>(random_.below(std::ssize(kSubjects)))]; }

  // A UUID of version 4 that is drawn, not random: the same seed says the same statements.
  std::string id() {
    Uuid made;
    uint64_t bits[2] = {random_.bits(), random_.bits()};
    for (size_t i = 0; i < made.bytes.size(); ++i) made.bytes[i] = static_cast<uint8_t>(bits[i / 8] >> (i % 8 * 8));
    made.bytes[6] = static_cast<uint8_t>((made.bytes[6] & 0x0f) | 0x40);
    made.bytes[8] = static_cast<uint8_t>((made.bytes[8] & 0x3f) | 0x80);
    return made.to_string();
  }

  json::Object& add(const Happened& what, const std::string& actor, Instant when, json::Object extensions, json::Object result) {
    extensions.set(std::string(kExtension) + "subject", what.subject->code);
    json::Array category{json::Object{{"id", std::string(kDemoRecipes) + recipe_of(what.type) + "/v1"}}};
    json::Object context{
        {"platform", what.platform}, {"contextActivities", json::Object{{"category", std::move(category)}}}, {"extensions", std::move(extensions)}};
    json::Object statement{{"id", id()},
                           {"verb", json::Object{{"id", what.verb}}},
                           {"object", json::Object{{"objectType", "Activity"},
                                                   {"id", kHome + what.path},
                                                   {"definition", json::Object{{"type", what.type}, {"name", json::Object{{"zh-CN", what.name}}}}}}},
                           {"context", std::move(context)},
                           {"timestamp", when.to_iso()}};
    if (result.size() != 0) statement.set("result", std::move(result));
    return out_.emplace_back(DemoStatement{what.tool, actor, std::move(statement)}).statement;
  }

  static json::Object lasting(int64_t seconds) { return {{"duration", "PT" + std::to_string(seconds) + "S"}}; }

  std::string place() const { return class_.school->code + "/" + std::to_string(class_.grade) + "/" + std::to_string(class_.class_n) + "/"; }

  void lesson(int n) {
    const Date on = day();
    const int64_t hour = kLessonHours[static_cast<size_t>(random_.below(std::ssize(kLessonHours)))];
    const Subject& of = subject();
    const std::string path = "lesson/" + place() + std::to_string(n), name = grade_title(class_.grade) + of.title + "课";
    const Happened held{DemoTool::classroom, verb::hosted, type::lesson, path, name, &of, "互动课堂"};
    if (!class_.teacher.empty()) add(held, class_.teacher, at(on, hour, 0), {}, lasting(2400));
    for (const std::string& pupil : class_.pupils) {
      if (random_.chance(0.03)) continue;  // absent
      Happened seen = held;
      seen.verb = verb::attended;
      add(seen, pupil, at(on, hour, 0), {}, lasting(2400 - random_.below(120)));
      speak(seen, pupil, on, hour);
      homework(of, path, pupil, on);
    }
  }

  void speak(Happened said, const std::string& pupil, Date on, int64_t hour) {
    if (random_.chance(0.6)) {
      said.verb = verb::answered;
      said.type = type::question;
      said.path += "/question/1";
      said.name = "课堂提问";
      json::Object result = lasting(10 + random_.below(50));
      result.set("success", random_.chance(0.72));
      add(said, pupil, at(on, hour, 5 + random_.below(30)), {}, std::move(result));
    }
    if (random_.chance(0.15)) {
      const bool asks = random_.chance(0.4);
      said.verb = asks ? verb::asked : verb::commented;
      said.type = asks ? type::lesson : type::discussion;
      add(said, pupil, at(on, hour, 10 + random_.below(28)), {}, {});
    }
  }

  // Due at nine in the evening; one in ten is late.
  void homework(const Subject& of, const std::string& lesson, const std::string& pupil, Date on) {
    if (random_.chance(0.05)) return;
    const Instant due = at(on, 21, 0);
    const Instant sent = random_.chance(0.1) ? at(on, 21, 1 + random_.below(90)) : at(on, 17 + random_.below(4), random_.below(60));
    const Happened what{
        DemoTool::homework, verb::submitted, type::homework, "homework" + lesson.substr(lesson.find('/')), std::string(of.title) + "作业", &of,
        "作业平台"};
    json::Object result = lasting(60 * (8 + random_.below(30)));
    result.set("score", json::Object{{"scaled", static_cast<double>(55 + random_.below(46)) / 100}});
    add(what, pupil, sent, {{std::string(kExtension) + "due", due.to_iso()}}, std::move(result));
  }

  void resources(const std::string& pupil) {
    const Subject& of = subject();
    const bool video = random_.chance(0.6), done = random_.chance(0.35);
    const std::string n = std::to_string(random_.below(40));
    const Happened what{DemoTool::resources,
                        done    ? verb::completed
                        : video ? verb::played
                                : verb::opened,
                        video ? type::video : type::file,
                        std::string("resource/") + of.code + "/" + n,
                        std::string(of.title) + (video ? "微课 " : "学案 ") + n,
                        &of,
                        "资源平台"};
    const int64_t seconds = 60 * (2 + random_.below(18));
    json::Object result = lasting(seconds);
    if (video) {
      const double progress = done ? 1.0 : static_cast<double>(10 + random_.below(85)) / 100;
      json::Object seen{{std::string(kVideo) + "progress", progress}};
      if (done) {
        seen.set(std::string(kVideo) + "time", seconds);
        seen.set(std::string(kVideo) + "played-segments", "0[.]" + std::to_string(seconds));
      }
      result.set("extensions", std::move(seen));
    }
    add(what, pupil, at(day(), 17 + random_.below(5), random_.below(60)), {{std::string(kExtension) + "area", class_.school->area_kind}},
        std::move(result));
  }

  // A school in town teaches, the other listens.
  void sync(const DemoSchool& partner) {
    const bool main = class_.school->area_kind == "city";
    const Date on = day();
    const int64_t hour = kLessonHours[static_cast<size_t>(random_.below(4))];
    const Subject& of = subject();
    Happened what{DemoTool::sync, main ? verb::hosted : verb::joined, type::sync, "sync/" + place(), std::string(of.title) + "同步课", &of,
                  "同步课堂"};
    const json::Object about{{std::string(kExtension) + "room-role", main ? "main" : "remote"},
                             {std::string(kExtension) + "area", class_.school->area_kind},
                             {std::string(kExtension) + "partner-school", partner.code}};
    if (!class_.teacher.empty()) add(what, class_.teacher, at(on, hour, 0), about, lasting(2400));
    for (const std::string& pupil : class_.pupils) {
      what.verb = verb::attended;
      add(what, pupil, at(on, hour, 0), about, lasting(2400));
      if (random_.chance(main ? 0.5 : 0.4)) {
        what.verb = verb::answered;
        add(what, pupil, at(on, hour, 5 + random_.below(30)), about, {{"success", random_.chance(0.7)}});
      }
      what.verb = verb::scored;
      add(what, pupil, at(on, hour + 1, random_.below(20)), about,
          {{"score", json::Object{{"scaled", static_cast<double>(60 + random_.below(41)) / 100}}}});
    }
  }

  const DemoClass& class_;
  Random random_;
  std::vector<Date> days_;
  std::vector<DemoStatement> out_;
};

// The first class of the lowest grade, and of two grades above or else the last.
std::vector<DemoClass> classes_of(const DemoSchool& school) {
  std::vector<DemoClass> classes;
  for (const size_t grade : {size_t{0}, std::min<size_t>(2, school.grades.size() - 1)})
    if (classes.empty() || school.grades[grade].grade != classes.front().grade) classes.push_back({&school, school.grades[grade].grade, 0, {}, {}});
  return classes;
}

}  // namespace

std::vector<DemoClass> demo_classes(const DemoCity& plan) {
  std::vector<DemoClass> all;
  for (const DemoSchool& school : plan.schools) {
    if (school.grades.empty()) continue;
    std::vector<DemoClass> classes = classes_of(school);
    each_student(plan, school, [&](const DemoStudent& student) {
      for (DemoClass& of : classes)
        if (of.grade == student.grade && of.class_n == student.class_n && of.pupils.size() < kPupils) of.pupils.push_back(student.code);
    });
    each_teacher(plan, school, [&](const DemoTeacher& teacher) {
      for (DemoClass& of : classes)
        for (const auto& [grade, n] : teacher.classes)
          if (of.teacher.empty() && school.grades[grade].grade == of.grade && n == of.class_n) of.teacher = teacher.code;
    });
    all.insert(all.end(), classes.begin(), classes.end());
  }
  return all;
}

std::vector<DemoStatement> demo_statements(const DemoCity& plan, const DemoClass& of, const DemoSchool& partner, Date until) {
  return Teller(plan, of, until).tell(partner);
}

}  // namespace banmo::server
