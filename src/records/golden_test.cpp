// SPDX-License-Identifier: Apache-2.0
// The totals that a city shows - imported, joined with the bands and summed in SQL - are those that tests/golden/fitness/make.mjs computes from the
// standard itself.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/id.h"
#include "records/test_world.h"

namespace banmo::records::test {
namespace {

namespace fs = std::filesystem;

constexpr size_t kItems = 3, kAnswers = 14;  // columns of the golden file: the first item, the total
constexpr int kFirstYear = 2000;             // the world has 20 students: the golden 2,000 are tested in a hundred school years

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::vector<std::string>> golden() {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(read_file(std::string(BANMO_SOURCE_DIR) + "/tests/golden/fitness/students.csv"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) continue;
    std::vector<std::string>& cells = rows.emplace_back();
    std::istringstream in(line + ",");
    for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
  }
  return rows;
}

// The scene as it is, but for one quality rule: the golden file also tries results that are too bad to be believed.
std::vector<std::string> scenes(const std::string& folder) {
  const std::string from = std::string(BANMO_SOURCE_DIR) + "/scenes/fitness", to = folder + "/fitness";
  fs::create_directories(folder);
  fs::copy(from, to, fs::copy_options::recursive);
  std::string pack = read_file(from + "/pack.yaml");
  const std::string believed = "when 'vc' then raw between 200 and 9999";
  REQUIRE(pack.find(believed) != std::string::npos);
  pack.replace(pack.find(believed), believed.size(), "when 'vc' then raw between 0 and 9999");
  std::ofstream(to + "/pack.yaml", std::ios::binary) << pack;
  return {std::string(BANMO_SOURCE_DIR) + "/scenes/core", to};
}

std::string raw_rows(const std::vector<std::vector<std::string>>& students) {
  std::string text = "学年,学生,学校,年级,性别,项目,实测值,免测\n";
  for (size_t i = 1; i < students.size(); ++i) {
    const size_t n = i - 1, person = n % 20 + 1;
    const std::string code = "G00" + std::string(person < 10 ? "0" : "") + std::to_string(person);
    for (size_t item = kItems; item < kAnswers; ++item)
      if (!students[i][item].empty())
        text += std::to_string(kFirstYear + static_cast<int>(n / 20)) + "," + code + ",3702000001," + students[i][1] + "," + students[i][2] + "," +
                students[0][item] + "," + students[i][item] + ",0\n";
  }
  return text;
}

void check_pair(Pair pair, const std::string& folder) {
  const auto students = golden();
  REQUIRE(students.size() == 2001);
  World world(pair, {}, scenes(folder));
  const Job job = world.import("fitness_raw", raw_rows(students));
  REQUIRE_MESSAGE(!job.error, job.error->to_string());
  CHECK(job.n_bad == 0);
  std::vector<std::string> expected;  // students without an item have no total, and no row
  for (size_t i = 1; i < students.size(); ++i)
    if (!students[i][kAnswers].empty()) expected.push_back(students[i][kAnswers] + "," + students[i][kAnswers + 1] + "," + students[i][kAnswers + 2]);
  const auto lease = must(world.stores.warehouse->read());
  // People are numbered in the order of their codes.
  const auto rows = must(lease->query("SELECT total, lvl, bmi_class FROM ds_fitness_year ORDER BY school_year, student_id"));
  REQUIRE(rows.size() == expected.size());
  size_t n_different = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    char total[32];
    std::snprintf(total, sizeof total, "%.15g", sql::double_of(rows[i][0]));
    n_different += std::string(total) + "," + sql::text_of(rows[i][1]) + "," + sql::text_of(rows[i][2]) == expected[i] ? 0 : 1;
  }
  CHECK(n_different == 0);
  MESSAGE(job.n_read << " results, " << rows.size() << " totals, " << n_different << " differences");
}

TEST_CASE("2,000 golden students of every grade are scored in SQL as the standard does") {
  const std::string folder = (fs::temp_directory_path() / ("banmo_golden_" + Uuid::next().to_string())).string();
  {
    INFO("SQLite and DuckDB");
    check_pair(Pair::sqlite_duckdb, folder + "/a");
  }
  if (!postgres_conninfo().empty()) {
    INFO("PostgreSQL");
    check_pair(Pair::postgres, folder + "/b");
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace banmo::records::test
