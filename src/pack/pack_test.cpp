// SPDX-License-Identifier: Apache-2.0
#include "pack/pack.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "pack/csv.h"
#include "pack/testing.h"

using namespace banmo;
using namespace banmo::pack;
using banmo::pack::testing::findings_of;
using banmo::pack::testing::Folder;
using banmo::pack::testing::with_head;

namespace {

std::shared_ptr<const Catalogue> scenes() {
  static const auto loaded = Catalogue::load_directory(std::string(BANMO_SOURCE_DIR) + "/scenes");
  if (!loaded.ok()) FAIL(loaded.error().to_string());
  return *loaded;
}

std::shared_ptr<const Catalogue> load(std::string_view rest) {
  const Folder folder;
  folder.write("pack.yaml", with_head(rest));
  const std::vector<std::string> folders{folder.path()};
  auto loaded = Catalogue::load(folders);
  if (!loaded.ok()) FAIL(loaded.error().to_string());
  return *loaded;
}

}  // namespace

TEST_CASE("all scenes load, and refer to each other") {
  const auto catalogue = scenes();
  CHECK(catalogue->packs().size() == 18);
  CHECK(catalogue->dataset("core_street")->rows.size() == 141);
  CHECK(catalogue->dataset("fitness_band")->rows.size() == 4495);
  CHECK(catalogue->targets().size() == 51);
  CHECK(catalogue->target("dig_10g")->metric == "cond_10g_share");
  CHECK(catalogue->target("dig_10g")->values.at(2027) == 100);
  CHECK(catalogue->code_list("core.sex")->values[1].synonyms[0] == "F");
  CHECK(catalogue->dataset("no_such") == nullptr);
  CHECK(catalogue->dashboard("fit_city")->cards.size() == 9);
  CHECK(catalogue->dashboard("fit_city")->cards[0].id == "fit_city.1");
  CHECK(catalogue->pack("edu.fitness")->tests.size() == 6);
  CHECK(catalogue->pack("edu.fitness")->fingerprint.size() == 36);
}

TEST_CASE("a derived dataset inherits types, code lists and levels from its columns") {
  const Dataset* year = scenes()->dataset("fitness_year");
  REQUIRE(year != nullptr);
  REQUIRE(year->select.has_value());
  CHECK(year->select->tables() == std::vector<std::string>{"fitness_raw", "fitness_band"});
  CHECK(year->field("sex")->list == "core.sex");
  CHECK(year->field("student_id")->ref_to == "core.student");
  CHECK(year->field("student_id")->mask == "hash");
  CHECK(year->field("total")->level == Level::l3);
  CHECK(year->field("bmi_class")->level == Level::l3);  // its source is public, its dataset is not
  CHECK(year->period_field == "school_year");
  const auto after = scenes()->dependants("fitness_band");
  REQUIRE(after.size() == 1);
  CHECK(after[0] == year);
}

TEST_CASE("metrics of metrics are resolved with their operands and smallest cell") {
  const Metric* yoy = scenes()->metric("fit_good_yoy");
  REQUIRE(yoy->operands.size() == 2);
  CHECK(yoy->operands[0].metric == "fit_good_rate");
  CHECK(yoy->operands[0].periods_back == 0);
  CHECK(yoy->operands[1].periods_back == 1);
  CHECK(yoy->derivation->evaluate(std::vector<sql::Value>{60.0, 55.5}, {}).value() == sql::Value{4.5});
  CHECK(scenes()->metric("fit_good_rate")->scale == 100);
  CHECK(scenes()->metric("fit_good_rate")->numerator == "fit_good");
  CHECK(scenes()->metric("cond_terminals_per_100")->scale == 100);
  CHECK(scenes()->metric("enr_students")->stock);
  const auto catalogue = load(
      "datasets:\n"
      "- {id: d, title: 甲, grain: [k], class: {category: c, level: L2}, fields: {k: {type: int, title: 键}}}\n"
      "metrics:\n"
      "- {id: twice, title: 倍, derived: \"n * 2\", definition: 倍}\n"
      "- {id: n, title: 数, agg: count, of: d, min_cell: 7, definition: 数}\n");
  CHECK(catalogue->metric("twice")->min_cell == 7);
}

TEST_CASE("a field of the grain is required, titles fall back to Chinese, dimensions take their title from the field") {
  const auto catalogue = load(
      "datasets:\n"
      "- {id: d, title: 甲, grain: [k], class: {category: c, level: L2}, fields: {k: {type: int, title: 键}, c: {type: code, list: colour, title: "
      "颜色}}}\n"
      "dimensions: {c: {syn: [色]}}\n");
  CHECK(catalogue->dataset("d")->field("k")->required);
  CHECK(catalogue->dataset("d")->field("c")->list == "t.colour");
  CHECK(catalogue->dataset("d")->title.en == "甲");
  CHECK(catalogue->dimension("c")->title.zh == "颜色");
}

TEST_CASE("dependants come in an order in which they can be refreshed") {
  const auto catalogue = load(
      "datasets:\n"
      "- {id: last, kind: derived, title: 丙, grain: [k], class: {category: c, level: L2}, sql: \"select a.k, b.n from first a join middle b on b.k "
      "= a.k\"}\n"
      "- {id: middle, kind: derived, title: 乙, grain: [k], class: {category: c, level: L2}, sql: \"select k, n from first\"}\n"
      "- {id: first, title: 甲, grain: [k], class: {category: c, level: L2}, fields: {k: {type: int, title: 键}, n: {type: int, title: 数}}}\n");
  const auto after = catalogue->dependants("first");
  REQUIRE(after.size() == 2);
  CHECK(after[0]->id == "middle");
  CHECK(after[1]->id == "last");
}

TEST_CASE("rows of reference data may stand in the pack or in a CSV beside it") {
  const Folder folder;
  folder.write("pack.yaml",
               with_head("datasets:\n"
                         "- {id: d, kind: reference, title: 甲, grain: [k], class: {category: c, level: L1}, data: data/d.csv,\n"
                         "   fields: {k: {type: int, title: 键}, t: {type: text, title: 文}}}\n"
                         "- {id: e, kind: reference, title: 乙, grain: [k], class: {category: c, level: L1}, rows: [[1, 一], {t: 二, k: 2}],\n"
                         "   fields: {k: {type: int, title: 键}, t: {type: text, title: 文}}}\n"));
  folder.write("data/d.csv", "\xEF\xBB\xBF# source\r\nt,k\r\n\"a, \"\"b\"\"\",1\r\n,2\r\n");
  const std::vector<std::string> folders{folder.path()};
  const auto loaded = Catalogue::load(folders);
  REQUIRE_MESSAGE(loaded.ok(), findings_of(folder));
  CHECK((*loaded)->dataset("d")->rows == std::vector<std::vector<std::string>>{{"1", "a, \"b\""}, {"2", ""}});
  CHECK((*loaded)->dataset("e")->rows == std::vector<std::vector<std::string>>{{"1", "一"}, {"2", "二"}});
}

TEST_CASE("the fingerprint follows the text of the pack and of its data") {
  const auto fingerprint = [](std::string_view data) {
    const Folder folder;
    folder.write("pack.yaml", with_head("datasets:\n- {id: d, kind: reference, title: 甲, grain: [k], class: {category: c, level: L1}, data: d.csv, "
                                        "fields: {k: {type: int, title: 键}}}\n"));
    folder.write("d.csv", data);
    const std::vector<std::string> folders{folder.path()};
    return (*Catalogue::load(folders))->packs()[0].fingerprint;
  };
  CHECK(fingerprint("k\n1\n") == fingerprint("k\n1\n"));
  CHECK(fingerprint("k\n1\n") != fingerprint("k\n2\n"));
}

TEST_CASE("CSV places are exact") {
  const auto bad = read_csv("a,b\n1,\"x\ny\" z\n", "f.csv");
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error().to_string() ==
        "f.csv:3:3: behind a closing quote stands neither a comma nor the line's end (引号结束后须是逗号或换行) [pack.csv]");
  CHECK(read_csv("a\n\"x", "f.csv").error().where == "f.csv:2:1");
  CHECK(read_csv("a\xff", "f.csv").error().message.en == "the CSV is not UTF-8: save it as UTF-8");
  const auto good = read_csv("a,b\n\n1,\"x\ny\"\n2,z", "f.csv");
  REQUIRE(good.ok());
  REQUIRE(good->size() == 3);
  CHECK((*good)[1].line == 3);
  CHECK((*good)[2].line == 5);
}

TEST_CASE("the example of the guide is a pack that loads") {
  std::ifstream in(std::string(BANMO_SOURCE_DIR) + "/docs/guide/scene-packs.md");
  const std::string guide{std::istreambuf_iterator<char>(in), {}};
  const size_t start = guide.find("```yaml\n") + 8;
  const Folder folder;
  folder.write("pack.yaml", guide.substr(start, guide.find("```", start) - start));
  const std::vector<std::string> folders{folder.path(), std::string(BANMO_SOURCE_DIR) + "/scenes/core"};
  const auto loaded = Catalogue::load(folders);
  REQUIRE_MESSAGE(loaded.ok(), loaded.error().to_string());
  CHECK((*loaded)->metric("read_books")->dataset == "reading");
}
