// SPDX-License-Identifier: Apache-2.0
#include "metrics/distribution.h"

#include <doctest/doctest.h>

using namespace banmo::metrics;

namespace {

QueryResult answer(std::vector<std::vector<Cell>> rows) {
  QueryResult result;
  result.columns = {{"district", "区市", ColumnKind::dimension, "", "org", 0, "District"},
                    {"school", "学校", ColumnKind::dimension, "", "org", 0, "School"},
                    {"rate", "比率", ColumnKind::metric, "%", "number", 1, "Rate"}};
  result.rows = std::move(rows);
  return result;
}

}  // namespace

TEST_CASE("quartiles are those of type 7, as R and NumPy give them") {
  const FiveNumbers even = five_numbers({4, 1, 3, 2});
  CHECK(even.min == 1);
  CHECK(even.lower == 1.75);
  CHECK(even.median == 2.5);
  CHECK(even.upper == 3.25);
  CHECK(even.max == 4);
  const FiveNumbers odd = five_numbers({10, 20, 30, 40, 50});
  CHECK(odd.lower == 20);
  CHECK(odd.median == 30);
  CHECK(odd.upper == 40);
}

TEST_CASE("one value is its own quartiles") {
  const FiveNumbers one = five_numbers({7});
  CHECK(one.min == 7);
  CHECK(one.lower == 7);
  CHECK(one.upper == 7);
  CHECK(one.max == 7);
}

TEST_CASE("members become a row for each group, in the order of the answer") {
  const OrgCell east{"e", "东区"}, west{"w", "西区"};
  const QueryResult spread = spread_of(answer({{west, OrgCell{"1", "一"}, 10.0}, {east, OrgCell{"2", "二"}, 5.0}, {west, OrgCell{"3", "三"}, 20.0}}));
  REQUIRE(spread.columns.size() == 7);
  CHECK(spread.columns[1].title == "学校数");
  CHECK(spread.columns[4].id == "rate__median");
  CHECK(spread.columns[4].unit == "%");
  REQUIRE(spread.rows.size() == 2);
  CHECK(std::get<OrgCell>(spread.rows[0][0]).id == "w");
  CHECK(std::get<int64_t>(spread.rows[0][1]) == 2);
  CHECK(std::get<double>(spread.rows[0][4]) == 15);
  CHECK(std::get<double>(spread.rows[1][6]) == 5);
  CHECK(spread.suppressed.empty());
}

TEST_CASE("a withheld member moves no quartile, and a group of withheld members has none") {
  const OrgCell east{"e", "东区"}, west{"w", "西区"};
  const QueryResult spread = spread_of(answer(
      {{east, OrgCell{"1", "一"}, 10.0}, {east, OrgCell{"2", "二"}, Cell()}, {east, OrgCell{"3", "三"}, 30.0}, {west, OrgCell{"4", "四"}, Cell()}}));
  CHECK(std::get<int64_t>(spread.rows[0][1]) == 2);
  CHECK(std::get<double>(spread.rows[0][4]) == 20);
  CHECK(std::get<int64_t>(spread.rows[1][1]) == 0);
  CHECK(std::holds_alternative<std::monostate>(spread.rows[1][4]));
  CHECK(spread.suppressed.size() == 5);
  CHECK(spread.suppressed.front() == std::pair(1, 2));
}
