// SPDX-License-Identifier: Apache-2.0
// The synthetic city's organisations and people as a bulk OneRoster 1.2 CSV zip: districts and schools, classes with their grades, students,
// teachers, principals and district officers, and guardians of the students of each school's first class.
#pragma once

#include "server/demo_city.h"

namespace banmo::server {

struct DemoRoster {
  std::string path;
  int64_t n_users = 0, n_enrollments = 0;
};

Result<DemoRoster> write_roster(const DemoCity& city, const std::string& folder, const std::function<void(double)>& progress);

// The code of a district officer, and of the guardian of a student.
std::string officer_code(const DemoDistrict& district, int n);
std::string guardian_code(const DemoStudent& student);

}  // namespace banmo::server
