// SPDX-License-Identifier: Apache-2.0
// A small city with one flow for the tests of this room, on each pair of stores. Gone afterwards.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "directory/test_pair.h"
#include "flows/flows.h"
#include "records/records.h"
#include "shares/shares.h"

namespace banmo::flows::test {

using banmo::test::must;
using banmo::test::Pair;
using directory::Principal;
using directory::Role;

// City > 南区 (schools 1, 2), 北区 (school 3). The flow `loan` (test_world_test.cpp): a school's officer asks for money, small sums are granted at
// once, others go to the district and, by a second person, to the city.
struct World : banmo::test::TestStores {
  explicit World(Pair pair, std::string folder = {});

  void open(const std::string& text = {});  // the engines (again), with another text of the pack
  void close();
  Principal principal(Role role, directory::OrgNo org, const std::string& account) const;
  // A case of school 1 with an amount and a purpose, as far as the first move takes it.
  Case sent(int64_t amount, const Principal& by);
  Case sent(int64_t amount) { return sent(amount, cio); }
  Result<Case> move(const Principal& who, const Case& one, const std::string& move, json::Object values = {}, const std::string& note = "");
  std::string in_warehouse(const std::string& key);   // "check|1200" once the journal is applied; empty: not there
  int64_t count(const std::string& statement) const;  // in the ledger

  ManualClock clock{*Instant::parse_iso("2026-09-21T02:00:00Z")};  // a Monday, 10:00
  Options flow_options{.seal_key = crypto::Bytes(32, 9)};          // of the next open()
  std::shared_ptr<const pack::Catalogue> catalogue;
  std::unique_ptr<directory::Directory> directory;
  std::unique_ptr<records::Records> records;
  std::unique_ptr<shares::Shares> shares;
  std::unique_ptr<Flows> flows;
  directory::OrgNo city, south, north, school_1, school_2, school_3;
  Principal cio, cio_2, district, district_b, north_district, officer, officer_b, teacher, auditor;
};

extern const char* const kPack;
std::string changed(const std::string& from, const std::string& to);  // the pack with one text in place of another
void on_each_pair(const std::function<void(World& world)>& test);
// The sentence in English, or "" if it succeeded.
template <class T>
std::string told(const Result<T>& result) {
  return result.ok() ? std::string() : result.error().id + ": " + result.error().message.en;
}

}  // namespace banmo::flows::test
