// SPDX-License-Identifier: Apache-2.0
// A small city with datasets and metrics for the tests of this room, on each pair of stores. Gone afterwards.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "directory/test_pair.h"
#include "metrics/metrics.h"
#include "records/records.h"

namespace banmo::metrics::test {

using banmo::test::must;
using banmo::test::Pair;

// City > 南区 (schools 1, 2), 北区 (schools 3, 4). Datasets (test_world_test.cpp): `loan` with a date, `shelf` with a stock figure by school year,
// `count` with a stock figure by date, `health` of people (L4: no role here sees its rows) and
// `visit` (L3: officers see its rows), both with a smallest cell of 10.
struct World : banmo::test::TestStores {
  explicit World(Pair pair);

  void open();  // the engines (again)
  // Rows as CSV without the heading; all must be good.
  void import(const std::string& dataset, const std::string& rows);
  QueryResult ask(const Query& query) { return ask(system, query); }
  QueryResult ask(const Principal& who, const Query& query);
  // "district|loan_n" and a line per row; "x" is withheld, "-" is empty.
  std::string text(const Query& query) { return text(system, query); }
  std::string text(const Principal& who, const Query& query);
  Principal principal(directory::Role role, directory::OrgNo org) const;
  std::string code_of(int school) const;  // 1..4

  ManualClock clock{*Instant::parse_iso("2026-11-21T08:00:00Z")};
  std::shared_ptr<const pack::Catalogue> catalogue;
  std::unique_ptr<directory::Directory> directory;
  std::unique_ptr<records::Records> records;
  std::unique_ptr<Metrics> metrics;
  Principal system = Principal::system();
  directory::OrgNo city, south, north;
  std::vector<directory::OrgNo> schools;  // 0..3
};

std::string text_of(const Cell& cell);
std::string text_of(const QueryResult& result);
void on_each_pair(const std::function<void(World& world)>& test);

}  // namespace banmo::metrics::test
