// SPDX-License-Identifier: Apache-2.0
// The score table of the fitness scene gives the totals that tests/golden/fitness/make.mjs computes on another way from the standard itself.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "pack/csv.h"
#include "pack/pack.h"

using namespace banmo;
using namespace banmo::pack;

namespace {

struct Band {
  double lo, hi;
  int score, bonus, weight;
  std::string bmi_class;
};

std::map<std::string, std::vector<Band>> bands_by_key(const Dataset& dataset) {
  std::map<std::string, std::vector<Band>> out;
  for (const auto& row : dataset.rows) {
    const auto cell = [&](std::string_view field) { return row[dataset.field_index(field)]; };
    out[cell("grade") + "," + cell("sex") + "," + cell("item")].push_back({std::stod(cell("lo")), std::stod(cell("hi")), std::stoi(cell("score")),
                                                                           std::stoi(cell("bonus")), std::stoi(cell("weight")), cell("bmi_class")});
  }
  return out;
}

std::vector<CsvRow> golden_students() {
  const std::string file = std::string(BANMO_SOURCE_DIR) + "/tests/golden/fitness/students.csv";
  std::ifstream in(file, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  auto rows = read_csv(bytes.str(), file);
  REQUIRE(rows.ok());
  return std::move(*rows);
}

// "total,level,bmi_class", or ",," if an item is missing.
std::string answer_of(const CsvRow& student, const CsvRow& heading, const std::map<std::string, std::vector<Band>>& bands) {
  int hundredths = 0, weight = 0;
  std::string bmi_class;
  for (size_t i = 3; i + 3 < heading.cells.size(); ++i) {
    if (student.cells[i].empty()) continue;
    const double raw = std::stod(student.cells[i]);
    int n_hits = 0;
    for (const Band& band : bands.at(student.cells[1] + "," + student.cells[2] + "," + heading.cells[i])) {
      if (raw < band.lo || raw >= band.hi) continue;
      ++n_hits;
      hundredths += band.score * band.weight + band.bonus * 100;
      weight += band.weight;
      if (!band.bmi_class.empty()) bmi_class = band.bmi_class;
    }
    CHECK(n_hits == 1);
  }
  if (weight != 100) return ",,";
  const int tenths = (hundredths + 5) / 10;
  const std::string total = std::to_string(tenths / 10) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10));
  return total + (tenths >= 900 ? ",1," : tenths >= 800 ? ",2," : tenths >= 600 ? ",3," : ",4,") + bmi_class;
}

}  // namespace

TEST_CASE("the fitness table scores 2,000 golden students of every grade as the standard does") {
  const std::vector<std::string> folders{std::string(BANMO_SOURCE_DIR) + "/scenes/core", std::string(BANMO_SOURCE_DIR) + "/scenes/fitness"};
  const auto catalogue = Catalogue::load(folders);
  REQUIRE(catalogue.ok());
  const auto bands = bands_by_key(*(*catalogue)->dataset("fitness_band"));
  const auto rows = golden_students();
  REQUIRE(rows.size() == 2001);
  int n_totals = 0;
  for (size_t i = 1; i < rows.size(); ++i) {
    const auto& cells = rows[i].cells;
    const std::string expected = cells[14] + "," + cells[15] + "," + cells[16];
    CHECK_MESSAGE(answer_of(rows[i], rows[0], bands) == expected, "student " << cells[0]);
    n_totals += cells[14].empty() ? 0 : 1;
  }
  CHECK(n_totals == 1800);
}
