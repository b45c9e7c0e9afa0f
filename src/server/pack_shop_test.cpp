// SPDX-License-Identifier: Apache-2.0
#include "server/pack_shop.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/id.h"
#include "directory/zip_file.h"

using namespace banmo;
using namespace banmo::server;

namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path_((fs::temp_directory_path() / ("banmo-pack-shop-" + Uuid::next().to_string())).string()) { fs::create_directories(path_); }
  Folder(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = path_ + "/" + name;
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

constexpr const char* kHead = "pack: {id: edu.tried, version: 1.0.0, engine: banmo/1, title: 试用}\nlaw: {purpose: 试用, basis: 试用}\n";

// A zip that holds a small text under each name; the id of the error of unpacking it, "" if it unpacks.
std::string unpacked(const Folder& folder, const std::vector<std::string>& names) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string& name : names)
    files.emplace_back(name, folder.write("source-" + std::to_string(files.size()), name.ends_with("pack.yaml") ? kHead : "a,b\n"));
  const std::string zip = folder.path() + "/pack.zip";
  REQUIRE(directory::write_zip(zip, files).ok());
  const auto done = unpack_pack(zip, folder.path() + "/out");
  return done.ok() ? std::string() : done.error().id;
}

std::shared_ptr<const pack::Catalogue> catalogue(const std::string& datasets) {
  const std::vector<pack::Catalogue::PackText> texts{{"tried", kHead + datasets}};
  auto loaded = pack::Catalogue::load_texts(texts);
  REQUIRE(loaded.ok());
  return *loaded;
}

std::string dataset(const std::string& grain, const std::string& fields) {
  return "datasets:\n- {id: tried_set, title: 试, grain: " + grain + ", class: {category: c, level: L1}, fields: {" + fields + "}}\n";
}

}  // namespace

TEST_CASE("a zip of a pack's folder, or of its content, is unpacked") {
  const Folder around, bare;
  CHECK(unpacked(around, {"tried/pack.yaml", "tried/data/bands.csv"}) == "");
  CHECK(fs::exists(around.path() + "/out/pack.yaml"));
  CHECK(fs::exists(around.path() + "/out/data/bands.csv"));
  CHECK(unpacked(bare, {"pack.yaml", "cases/one.case"}) == "");
  CHECK(fs::exists(bare.path() + "/out/cases/one.case"));
}

TEST_CASE("a pack.yaml alone is a pack") {
  const Folder folder;
  CHECK(unpack_pack(folder.write("upload", kHead), folder.path() + "/out").ok());
  CHECK(fs::exists(folder.path() + "/out/pack.yaml"));
}

TEST_CASE("paths that leave the folder, and files that no pack has, are refused") {
  for (const char* name : {"../evil.csv", "data/../../evil.csv", "/etc/evil.csv", "run.sh", "data/lib.so", "data/.hidden.csv", "other/x.csv"}) {
    const Folder folder;
    CHECK_MESSAGE(unpacked(folder, {"pack.yaml", name}) == "pack.bad_name", name);
    CHECK_FALSE(fs::exists(folder.path() + "/evil.csv"));
  }
}

TEST_CASE("what holds no pack.yaml is no pack") {
  const Folder folder;
  CHECK(unpacked(folder, {"data/bands.csv"}) == "pack.no_pack_yaml");
  CHECK(unpack_pack(folder.write("upload", "hello"), folder.path() + "/out2").error().id == "pack.no_pack_yaml");
}

TEST_CASE("an upgrade tells what it would destroy, and nothing if it only adds") {
  const auto before = catalogue(dataset("[k]", "k: {type: int, title: 键}, v: {type: text, title: 值}"));
  const auto more = catalogue(dataset("[k]", "k: {type: int, title: 键}, v: {type: text, title: 值}, w: {type: text, title: 又}"));
  CHECK(destroyed_by(*before, *more, "edu.tried").empty());
  CHECK(destroyed_by(*before, *catalogue("metrics: []\n"), "edu.tried").size() == 1);
  const auto lost = destroyed_by(*before, *catalogue(dataset("[k]", "k: {type: int, title: 键}")), "edu.tried");
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].id == "pack.destructive");
  CHECK(lost[0].message.en.starts_with("the field tried_set.v is gone"));
  const auto typed = destroyed_by(*before, *catalogue(dataset("[k]", "k: {type: int, title: 键}, v: {type: int, title: 值}")), "edu.tried");
  REQUIRE(typed.size() == 1);
  CHECK(typed[0].message.en.starts_with("the type of tried_set.v changed"));
  CHECK(destroyed_by(*before, *catalogue(dataset("[v]", "k: {type: int, title: 键}, v: {type: text, title: 值}")), "edu.tried").size() == 1);
}

TEST_CASE("a dataset of another kind would lose its rows, and a smaller smallest cell shows fewer people") {
  const auto entry = catalogue(dataset("[k]", "k: {type: int, title: 键}"));
  const auto derived = catalogue(
      "datasets:\n- {id: tried_set, title: 试, grain: [k], kind: reference, class: {category: c, level: L1}, fields: {k: {type: int, title: 键}}, "
      "rows: "
      "[[1]]}\n");
  const auto kinds = destroyed_by(*entry, *derived, "edu.tried");
  REQUIRE(kinds.size() == 1);
  CHECK(kinds[0].id == "pack.destructive");
  CHECK(kinds[0].message.en.starts_with("the kind of tried_set changed"));
  const auto with_cell = [](const std::string& cell) {
    return catalogue(dataset("[k]", "k: {type: int, title: 键}") +
                     "metrics:\n- {id: tried_n, title: 数, agg: count, of: tried_set, definition: 数。" + cell + "}\n");
  };
  const auto ten = with_cell(", min_cell: 10");
  CHECK(destroyed_by(*ten, *with_cell(", min_cell: 20"), "edu.tried").empty());
  for (const char* lower : {", min_cell: 5", ""}) {
    const auto found = destroyed_by(*ten, *with_cell(lower), "edu.tried");
    REQUIRE(found.size() == 1);
    CHECK(found[0].id == "pack.lowers_protection");
    CHECK(found[0].message.en.starts_with("the smallest cell of the metric tried_n is lower"));
    CHECK(destroyed_by(*ten, *with_cell(lower), "edu.other").empty());
  }
}

TEST_CASE("an upgrade that takes protection away is told by what it lays open") {
  const auto whole = [](const std::string& head, const std::string& v) {
    return catalogue("datasets:\n- {id: tried_set, title: 试, grain: [k], " + head +
                     ", fields: {k: {type: int, title: 键}, o: {type: org, title: 校}, " + "p: {type: org, title: 区}, v: {type: text, title: 值" +
                     v + "}}}\n");
  };
  const auto first_word = [](const std::vector<Error>& found) {
    if (found.empty()) return std::string("nothing");
    CHECK(found[0].id == "pack.lowers_protection");
    CHECK(found[0].code == ErrorCode::conflict);
    CHECK(found[0].message.zh.find("保持原来的保护") != std::string::npos);
    return found[0].message.en.substr(0, found[0].message.en.find(':'));
  };
  const std::string l3 = "class: {category: c, level: L3, spi: true}, scope: {org: o}", kept = ", enc: true, mask: \"3****4\"";
  const auto before = whole(l3, kept);
  CHECK(first_word(destroyed_by(*before, *whole(l3, kept), "edu.tried")) == "nothing");
  CHECK(first_word(destroyed_by(*before, *whole("class: {category: c, level: L4, spi: true}, scope: {org: o}", kept), "edu.tried")) == "nothing");
  CHECK(first_word(destroyed_by(*before, *whole("class: {category: c, level: L2, spi: true}, scope: {org: o}", kept), "edu.tried")) ==
        "the level of the dataset tried_set is lower");
  CHECK(first_word(destroyed_by(*before, *whole("class: {category: c, level: L3}, scope: {org: o}", kept), "edu.tried")) ==
        "the dataset tried_set is no longer sensitive personal information");
  CHECK(first_word(destroyed_by(*before, *whole("class: {category: c, level: L3, spi: true}, scope: {org: p}", kept), "edu.tried")) ==
        "the organisation field of tried_set changed");
  CHECK(first_word(destroyed_by(*before, *whole(l3, ", mask: \"3****4\""), "edu.tried")) == "the field tried_set.v is no longer encrypted");
  CHECK(first_word(destroyed_by(*before, *whole(l3, ", enc: true"), "edu.tried")) == "the mask of the field tried_set.v changed");
  CHECK(first_word(destroyed_by(*before, *whole(l3, kept + ", level: L1, level_reason: 公开"), "edu.tried")) ==
        "the level of the field tried_set.v is lower");
}
