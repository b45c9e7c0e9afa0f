// SPDX-License-Identifier: Apache-2.0
// The plan of a synthetic city: districts in census proportions, schools, grades and classes with their sizes. Everyone in it is computed again
// whenever a file needs them, so a city of a million is never held in memory. Names of districts and streets come from the pack `core`; this code
// names no place.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "pack/pack.h"

namespace banmo::server {

struct DemoGrade {
  int grade = 1;  // 1..12
  int64_t n_students = 0;
  int64_t n_classes = 1;
};

struct DemoSchool {
  int64_t serial = 0;  // from 0, in the whole city
  size_t district = 0;
  std::string code;  // ten digits that no school has
  std::string title;
  std::string kind;  // of core.school_kind: primary, junior, nine_year, senior, secondary_vocational, higher_vocational
  std::string sponsor, area_kind;
  std::vector<DemoGrade> grades;  // empty for a college: it is in the statistics alone
  int64_t n_students = 0, n_classes = 0, n_teachers = 0;
  double effect = 0;  // on fitness, in points
};

struct DemoDistrict {
  std::string code, name;
  int64_t population = 0;
  double effect = 0, trend = 0;  // on fitness, in points and points a year
  std::vector<size_t> schools;
};

struct DemoCity {
  uint64_t seed = 1;
  double scale = 1;
  int last_year = 0;  // the present school year; figures go back n_years
  int n_years = 3;
  std::string code, title;
  std::vector<DemoDistrict> districts;
  std::vector<DemoSchool> schools;
  int64_t n_students = 0, n_classes = 0, n_teachers = 0;

  Date year_start() const { return SchoolYear{last_year}.start(); }
};

// Errors: invalid "server.demo_pack" if the pack core has no districts.
Result<DemoCity> plan_city(const pack::Catalogue& catalogue, double scale, uint64_t seed, int last_year);

struct DemoStudent {
  int64_t n = 0;  // in the school, from 0
  int grade = 1;
  int64_t class_n = 0;  // in the grade, from 0
  std::string name;
  char sex = '1';  // GB/T 2261.1
  Date birth;
  std::string code;   // G and 18 characters of an area that does not exist, with a right check digit
  double talent = 0;  // on fitness, in points
  double build = 0;   // 0..1: from thin to heavy
};

struct DemoTeacher {
  int64_t n = 0;  // in the school; 0 is the principal
  std::string name;
  char sex = '2';
  Date birth;
  std::string code;
  // Classes by (index in DemoSchool::grades, class in it); the first is the own class of a homeroom teacher.
  std::vector<std::pair<size_t, int64_t>> classes;
  bool homeroom = false;
};

// Calls `visit` for each in a fixed order. The objects are used again.
void each_student(const DemoCity& city, const DemoSchool& school, const std::function<void(const DemoStudent&)>& visit);
void each_teacher(const DemoCity& city, const DemoSchool& school, const std::function<void(const DemoTeacher&)>& visit);

// Years at this school before the present one, as far as it has grades.
int first_grade_of(const DemoSchool& school);
// "三年级", "3班".
std::string grade_title(int grade);
std::string class_title(const DemoGrade& grade, int64_t class_n);

}  // namespace banmo::server
