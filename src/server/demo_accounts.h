// SPDX-License-Identifier: Apache-2.0
// Who can sign in to the demonstration city, and the figures that units report for targets which nothing computes.
#pragma once

#include <map>

#include "server/city.h"
#include "server/demo_city.h"

namespace banmo::server {

inline constexpr const char* kDemoPassword = "banmo-demo";

// The district whose school the accounts belong to, and the code of the person behind the guardian's account.
const DemoDistrict& demo_district(const DemoCity& plan);
std::string demo_guardian(const DemoCity& plan);
// One account for each role, bound to people of the roster.
Result<> make_demo_accounts(City& city, const DemoCity& plan);
// The accounts "candidate" and "candidate_parent": a pupil who entered the school by last year's admission, and the pupil's guardian.
Result<> make_candidate_accounts(City& city, const DemoCity& plan, const DemoSchool& school, const DemoStudent& student);

// Who acts in the demonstration: each signs in once. Not thread-safe.
class DemoPeople {
 public:
  explicit DemoPeople(City& city) : city_(city) {}
  Result<const directory::Principal*> signed_in(const std::string& account);
  Result<> sign_out();

 private:
  City& city_;
  std::map<std::string, directory::SignedIn> known_;
};

// Reports for about four of five targets without a metric; evidence says that they are synthetic. The number of reports.
Result<int64_t> report_demo_targets(City& city, const DemoCity& plan);

}  // namespace banmo::server
