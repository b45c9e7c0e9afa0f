// SPDX-License-Identifier: Apache-2.0
// What happened in the schools of the demonstration city, as xAPI statements: the recipes of docs/guide/learning-records.md in use. Pure: the same
// plan gives the same statements. The vocabulary is ADL's, Activity Streams' and that of xAPI profiles; what a school's tools add are extensions.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "json/json.h"
#include "server/demo_city.h"

namespace banmo::server {

// The tools that speak, each under a key of its own.
enum class DemoTool { classroom, homework, resources, sync };
inline constexpr std::array<std::string_view, 4> kDemoTools = {"互动课堂（演示）", "作业平台（演示）", "资源平台（演示）", "同步课堂（演示）"};

// Each statement declares its recipe, a name below this, in its first version.
inline constexpr std::string_view kDemoRecipes = "https://schema.banmo.org/xapi/profiles/";

// A class with the pupils of whom is told, by their codes, and its teacher.
struct DemoClass {
  const DemoSchool* school = nullptr;
  int grade = 1;
  int64_t class_n = 0;
  std::string teacher;
  std::vector<std::string> pupils;
};
// Two classes of each school that has grades.
std::vector<DemoClass> demo_classes(const DemoCity& plan);

struct DemoStatement {
  DemoTool tool = DemoTool::classroom;
  std::string actor;       // the code of a person: who sends it puts the account in its place
  json::Object statement;  // without actor
};
// Of the days from the school year's beginning to `until` (exclusive); `partner` is the school with which the class has its synchronous lesson.
std::vector<DemoStatement> demo_statements(const DemoCity& plan, const DemoClass& of, const DemoSchool& partner, Date until);

}  // namespace banmo::server
