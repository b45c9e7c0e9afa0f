// SPDX-License-Identifier: Apache-2.0
// A small city with one admission for the tests of this room, on each pair of stores. Gone afterwards.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "directory/test_pair.h"
#include "models/admissions.h"
#include "records/records.h"

namespace banmo::models::test {

using banmo::test::must;
using banmo::test::Pair;
using directory::Role;

// City > schools 1, 2, with six pupils each (numbers K01..K12). The admission `high` (test_world_test.cpp): batch `early` with a quota for artists,
// what stays empty goes to `main`; `main` by score; `lots` by lottery.
struct World : banmo::test::TestStores {
  explicit World(Pair pair, std::string folder = {});

  void open(const std::string& from = {}, const std::string& to = {});  // the engines (again), with one text of the pack in place of another
  void close();
  static std::string code_of(int i);
  void load();  // the rows of the year 2026
  void import(const std::string& dataset, const std::string& text);
  Principal principal(Role role, directory::OrgNo org, const std::string& account) const;
  Run run(const std::string& batch = "early") const { return must(admissions->run(officer, "high", 2026, batch)); }
  Run published(const std::string& batch);
  // "K01:art_school/art K02:-": where each applicant is placed by a run, as the reader sees it.
  std::string placed(const Principal& who, const Run& run) const;
  std::string in_dataset();  // "batch:n batch:n" of the dataset of results
  int64_t count(sql::Database& database, const std::string& statement) const;

  ManualClock clock{*Instant::parse_iso("2026-06-21T02:00:00Z")};
  std::shared_ptr<const pack::Catalogue> catalogue;
  std::unique_ptr<directory::Directory> directory;
  std::unique_ptr<records::Records> records;
  std::unique_ptr<Admissions> admissions;
  directory::OrgNo city, school_1, school_2;
  Principal officer, officer_b, leader, principal_1, guardian_1, pupil_2, teacher;
};

void on_each_pair(const std::function<void(World& world)>& test);
// The code and sentence in English, or "" if it succeeded.
template <class T>
std::string told(const Result<T>& result) {
  return result.ok() ? std::string() : result.error().id + ": " + result.error().message.en;
}

}  // namespace banmo::models::test
