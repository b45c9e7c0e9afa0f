// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/text.h"
#include "crypto/crypto.h"
#include "server/demo_roster.h"
#include "server/demo_tables.h"

using namespace banmo;
using namespace banmo::server;
namespace fs = std::filesystem;

namespace {

std::shared_ptr<const pack::Catalogue> scenes() {
  auto loaded = pack::Catalogue::load_directory(std::string(BANMO_SOURCE_DIR) + "/scenes");
  REQUIRE_MESSAGE(loaded.ok(), (loaded.ok() ? "" : loaded.error().to_string()));
  return *loaded;
}

DemoCity plan(const pack::Catalogue& catalogue, double scale, uint64_t seed = 1) {
  auto made = plan_city(catalogue, scale, seed, 2026);
  REQUIRE(made.ok());
  return *std::move(made);
}

class Folder {
 public:
  Folder() {
    static int n = 0;
    path_ = (fs::temp_directory_path() / ("banmo-demo-" + std::to_string(::getpid()) + "-" + std::to_string(++n))).string();
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }
  // File name > hash of its bytes.
  std::map<std::string, std::string> hashes() const {
    std::map<std::string, std::string> out;
    for (const auto& entry : fs::directory_iterator(path_)) {
      std::ostringstream text;
      text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      out[entry.path().filename().string()] = crypto::to_hex(crypto::sha256(text.str()));
    }
    return out;
  }

 private:
  std::string path_;
};

void write_all(const pack::Catalogue& catalogue, const DemoCity& city, const std::string& folder) {
  REQUIRE(write_roster(city, folder, [](double) {}).ok());
  REQUIRE(write_tables(city, catalogue, folder).ok());
  REQUIRE(write_fitness(city, catalogue, folder, [](double) {}).ok());
}

}  // namespace

TEST_CASE("every district of a small city has schools of each stage, and the students are in census proportions") {
  const auto catalogue = scenes();
  const DemoCity city = plan(*catalogue, 0.02);
  CHECK(city.districts.size() == 10);
  CHECK(city.n_students == 26'000);
  int64_t population = 0;
  for (const DemoDistrict& district : city.districts) population += district.population;
  for (const DemoDistrict& district : city.districts) {
    CHECK(district.schools.size() >= 2);
    int64_t n = 0;
    for (const size_t at : district.schools)
      if (!city.schools[at].grades.empty()) n += city.schools[at].n_students;
    CHECK(std::abs(static_cast<double>(n) / 26'000 - static_cast<double>(district.population) / static_cast<double>(population)) < 0.001);
  }
}

TEST_CASE("at scale 1 there are 1.3 million students in more than 1,200 schools with titles of their own") {
  const auto catalogue = scenes();
  const DemoCity city = plan(*catalogue, 1);
  CHECK(city.n_students == 1'300'000);
  CHECK(city.schools.size() >= 1'200);
  CHECK(city.schools.size() < 1'800);
  std::set<std::string> titles, codes;
  for (const DemoSchool& school : city.schools) {
    titles.insert(school.title);
    codes.insert(school.code);
    CHECK(school.title.find("演示") != std::string::npos);
  }
  CHECK(titles.size() == city.schools.size());
  CHECK(codes.size() == city.schools.size());
}

TEST_CASE("student numbers are all different, of the official form, and of an area that does not exist") {
  const auto catalogue = scenes();
  const DemoCity city = plan(*catalogue, 0.1);
  std::set<std::string> codes;
  int64_t n = 0;
  for (const DemoSchool& school : city.schools)
    each_student(city, school, [&](const DemoStudent& student) {
      ++n;
      codes.insert(student.code);
      if (student.code.size() != 19 || !student.code.starts_with("G99") || !text::is_citizen_id(std::string_view(student.code).substr(1)))
        FAIL_CHECK(student.code);
    });
  CHECK(n == city.n_students);
  CHECK(static_cast<int64_t>(codes.size()) == n);
}

TEST_CASE("the same seed gives the same bytes, another seed gives others") {
  const auto catalogue = scenes();
  const Folder first, second, third;
  write_all(*catalogue, plan(*catalogue, 0.004, 7), first.path());
  write_all(*catalogue, plan(*catalogue, 0.004, 7), second.path());
  write_all(*catalogue, plan(*catalogue, 0.004, 8), third.path());
  CHECK(first.hashes() == second.hashes());
  CHECK(first.hashes() != third.hashes());
  for (const auto& [name, hash] : first.hashes()) CHECK(name.find("synthetic") != std::string::npos);
}

TEST_CASE("about three rows in a thousand are spoilt on purpose") {
  const auto catalogue = scenes();
  const Folder folder;
  const auto files = write_fitness(plan(*catalogue, 0.02), *catalogue, folder.path(), [](double) {});
  REQUIRE(files.ok());
  int64_t n_rows = 0, n_bad = 0;
  for (const DemoFile& file : *files) {
    n_rows += file.n_rows;
    n_bad += file.n_bad;
  }
  CHECK(files->size() == 30);
  CHECK(n_rows > 300'000);
  CHECK(static_cast<double>(n_bad) / static_cast<double>(n_rows) == doctest::Approx(0.003).epsilon(0.15));
}

TEST_CASE("without districts in the scene packs there is no demonstration city") {
  const auto empty = pack::Catalogue::load({});
  REQUIRE(empty.ok());
  const auto made = plan_city(**empty, 0.02, 1, 2026);
  REQUIRE_FALSE(made.ok());
  CHECK(made.error().id == "server.demo_pack");
}
