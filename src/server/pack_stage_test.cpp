// SPDX-License-Identifier: Apache-2.0
#include "server/pack_stage.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/id.h"
#include "pack/pack.h"

using namespace banmo;
using namespace banmo::server;

namespace {

namespace fs = std::filesystem;

// A folder of packs with the old version of one, and the new version elsewhere.
struct Scenes {
  Scenes() : root((fs::temp_directory_path() / ("banmo-pack-stage-" + Uuid::next().to_string())).string()), scenes(root + "/scenes") {
    write("scenes/tried/pack.yaml", text("1.0.0"));
    write("scenes/tried/data/old.csv", "a\n");
    write("upload/pack.yaml", text("2.0.0"));
  }
  Scenes(const Scenes&) = delete;
  ~Scenes() { fs::remove_all(root); }

  static std::string text(const std::string& version) {
    return "pack: {id: edu.tried, version: " + version + ", engine: banmo/1, title: 试用}\nlaw: {purpose: 试用, basis: 试用}\n";
  }
  void write(const std::string& name, const std::string& content) const {
    fs::create_directories(fs::path(root + "/" + name).parent_path());
    std::ofstream(root + "/" + name, std::ios::binary) << content;
  }
  // The version that a start finds, after which nothing is left over.
  std::string version_after_repair() const {
    const auto repaired = repair_install(scenes);
    REQUIRE(repaired.ok());
    CHECK_FALSE(fs::exists(scenes + "/.install"));
    return version();
  }
  std::string version() const {
    const auto loaded = pack::Catalogue::load_directory(scenes);
    REQUIRE(loaded.ok());
    const pack::PackInfo* found = (*loaded)->pack("edu.tried");
    return found == nullptr ? "none" : found->version;
  }

  std::string root, scenes;
};

}  // namespace

TEST_CASE("the audit entry is written before a pack is in place, and the old version's files go with it") {
  const Scenes city;
  std::string seen;
  const auto done = install_folder(city.scenes, city.root + "/upload", "tried", [&]() -> Result<> {
    seen = city.version();
    return {};
  });
  REQUIRE(done.ok());
  CHECK(seen == "1.0.0");
  CHECK(city.version() == "2.0.0");
  CHECK_FALSE(fs::exists(city.scenes + "/tried/data/old.csv"));
  CHECK_FALSE(fs::exists(city.scenes + "/.install"));
}

TEST_CASE("what cannot be noted is not installed") {
  const Scenes city;
  const auto done = install_folder(city.scenes, city.root + "/upload", "tried",
                                   []() -> Result<> { return fail(ErrorCode::unavailable, "test.ledger", {"写不了", "cannot write"}); });
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().id == "test.ledger");
  CHECK(city.version() == "1.0.0");
  CHECK_FALSE(fs::exists(city.scenes + "/.install"));
}

TEST_CASE("a crash before the note leaves the old version, and a start clears up") {
  const Scenes city;
  city.write("scenes/.install/new/tried/pack.yaml", "pack: {id: edu.tr");
  CHECK(city.version() == "1.0.0");
  CHECK(city.version_after_repair() == "1.0.0");
}

TEST_CASE("a crash after the note is finished at the next start, wherever it came") {
  const Scenes before, between, after;
  for (const Scenes* city : {&before, &between}) city->write("scenes/.install/new/tried/pack.yaml", Scenes::text("2.0.0"));
  for (const Scenes* city : {&before, &between, &after}) {
    city->write("scenes/.install/noted", "");
    fs::create_directories(city->scenes + "/.install/old");
    fs::create_directories(city->scenes + "/.install/new");
  }
  fs::rename(between.scenes + "/tried", between.scenes + "/.install/old/tried");
  fs::rename(after.scenes + "/tried", after.scenes + "/.install/old/tried");
  after.write("scenes/tried/pack.yaml", Scenes::text("2.0.0"));
  CHECK(before.version_after_repair() == "2.0.0");
  CHECK(between.version_after_repair() == "2.0.0");
  CHECK(after.version_after_repair() == "2.0.0");
}

TEST_CASE("a crash while an installation is undone brings the old version back") {
  const Scenes city;
  city.write("scenes/.install/new/tried/pack.yaml", Scenes::text("2.0.0"));
  fs::create_directories(city.scenes + "/.install/old");
  fs::rename(city.scenes + "/tried", city.scenes + "/.install/old/tried");
  CHECK(city.version() == "none");
  CHECK(city.version_after_repair() == "1.0.0");
}

TEST_CASE("where no installation was cut off, a start changes nothing") {
  const Scenes city;
  city.write("scenes/.draft/pack.yaml", Scenes::text("3.0.0"));
  CHECK(city.version_after_repair() == "1.0.0");
  CHECK(fs::exists(city.scenes + "/.draft/pack.yaml"));
}
