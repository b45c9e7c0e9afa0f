// SPDX-License-Identifier: Apache-2.0
// A small city for the tests of this room, on each pair of stores: city > 市南, 市北 > schools > a grade > classes. Gone afterwards.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>

#include "directory/directory.h"

namespace banmo::directory::test {

enum class Pair { sqlite_duckdb, postgres_duckdb, postgres };

// What has to succeed here; if not, the test ends with the whole error.
template <class R>
void must(const R& result) {
  const std::string text = result.ok() ? std::string() : result.error().to_string() + " | " + result.error().cause;
  REQUIRE_MESSAGE(result.ok(), text);
}

// Passwords cost nearly nothing here.
Options cheap_options();

struct City {
  explicit City(Pair pair, Options options = cheap_options());
  ~City();
  City(const City&) = delete;

  Pair pair;
  std::string folder, schema;
  ManualClock clock{*Instant::parse_iso("2026-11-21T08:00:00Z")};
  Options options;
  sql::Stores stores;
  std::unique_ptr<Directory> directory;
  Principal system = Principal::system();

  // A city with two districts, two schools in the first and one in the second, each with one grade and two classes.
  void build();
  Org city, south, north, school_a, school_b, school_c, class_a1, class_a2, class_b1, class_c1;
  Org add(OrgKind kind, const Org* parent, const std::string& code, const std::string& title);
  Person add_person(const std::string& name, std::vector<Membership> memberships, const std::string& code = {});
  Membership in(const Org& org, Role role) const { return {org.no, role, *Date::from_ymd(2026, 9, 1), {}}; }
  // Makes an account with the password "Xiang-Ning-2026" and signs it in.
  SignedIn sign_in(const std::string& account, std::vector<Grant> grants, std::optional<PersonNo> person = {});
  int64_t in_warehouse(const std::string& statement) const;
  int64_t in_ledger(const std::string& statement) const;
};

inline constexpr const char* kPassword = "Xiang-Ning-2026";
bool postgres_wanted();                                          // fails the test if BANMO_TEST_PG is not set
void on_each_pair(const std::function<void(City& city)>& test);  // built

}  // namespace banmo::directory::test
