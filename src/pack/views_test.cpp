// SPDX-License-Identifier: Apache-2.0
// Cards of every kind, screens, portraits, targets that count packs.
#include <doctest/doctest.h>

#include "pack/testing.h"

using namespace banmo::pack;
using namespace banmo::pack::testing;

namespace {

// A dataset of people's results with a standard, and metrics over it.
std::string results(const std::string& rest) {
  return "datasets:\n"
         "- {id: d, title: 成绩, grain: [y, p, item], class: {category: c, level: L3}, scope: {org: s, person: p}, period: {by: y}, fields: {y: "
         "{type: "
         "year, title: 年}, p: {type: ref, to: core.student, title: 人}, s: {type: org, kind: school, title: 校}, item: {type: code, list: colour, "
         "title: 项}, v: {type: decimal, title: 值}, w: {type: text, title: 文}}}\n"
         "- {id: std, kind: reference, title: 标准, grain: [item, lo], class: {category: c, level: L1}, fields: {item: {type: code, list: colour, "
         "title: "
         "项}, lo: {type: decimal, title: 起}, hi: {type: decimal, title: 止}, score: {type: int, title: 分}}, rows: [[r, 0, 10, 50], [r, 10, 20, "
         "90]]}\n"
         "metrics:\n- {id: n, title: 数, agg: count, of: d, definition: 数}\n- {id: m, title: 均, agg: avg, of: d, expr: v, unit: 分, definition: "
         "均}\n"
         "- {id: k, title: 另, agg: count, of: d, definition: 另}\ndimensions: {item: {}, y: {}}\n" +
         rest;
}

std::string board(const std::string& cards, const std::string& more = "") {
  return results("dashboards:\n- {id: b, title: 板, " + more + "cards: [" + cards + "]}\n");
}

std::string portrait(const std::string& change_from = "", const std::string& change_to = "") {
  std::string text = results(
      "portraits:\n- id: one\n  title: 画像\n  of: d\n  item: item\n  value: v\n  standard: {of: std, match: [item], from: lo, below: hi, score: "
      "score}\n  total: {of: d, value: v}\n  bands: [{from: 90, title: 优, say: 好}, {from: 0, title: 练, say: 练}]\n  items: {r: {unit: 秒, "
      "practise: "
      "跑}}\n");
  if (!change_from.empty()) text.replace(text.rfind(change_from), change_from.size(), change_to);
  return text;
}

}  // namespace

TEST_CASE("every kind of card has its word") {
  for (const std::string_view name : {"kpi", "line", "bar", "rank", "heat", "map", "table", "stacked", "box", "scatter", "radar", "sankey"}) {
    const auto kind = card_kind_of(name);
    REQUIRE(kind);
    CHECK(name_of(*kind) == name);
  }
  CHECK_FALSE(card_kind_of("pie"));
}

TEST_CASE("cards take as many groups and figures as they can draw") {
  CHECK(
      findings_of(board("{stacked: n, by: [district, item]}, {box: m, by: [district, school]}, {scatter: [n, m], by: school}, {radar: [n, k, n], by: "
                        "item}, {sankey: n, by: [district, item]}")) == "");
  CHECK(findings_of(board("^{box: m, by: district}")) == "^: a 'box' card takes 2 groups (by) and 1 metrics [pack.card_shape]");
  CHECK(findings_of(board("^{scatter: n, by: school}")) == "^: a 'scatter' card takes 1..2 groups (by) and 2..3 metrics [pack.card_shape]");
  CHECK(findings_of(board("^{sankey: n, by: item}")) == "^: a 'sankey' card takes 2..4 groups (by) and 1 metrics [pack.card_shape]");
  CHECK(findings_of(board("^{radar: [n, m], by: item}")) == "^: a 'radar' card takes 0..1 groups (by) and 3..10 metrics [pack.card_shape]");
}

TEST_CASE("parts of a whole add up, and corners of a radar share a unit") {
  CHECK(findings_of(board("^{stacked: m, by: item}")) ==
        "^: the parts of a 'stacked' card add up: the metric 'm' is no count or sum [pack.card_not_additive]");
  CHECK(findings_of(board("^{sankey: m, by: [district, item]}")) ==
        "^: the parts of a 'sankey' card add up: the metric 'm' is no count or sum [pack.card_not_additive]");
  CHECK(findings_of(board("^{radar: [n, k, m]}")) == "^: the metrics of a radar share one unit: that of 'm' is another [pack.card_units]");
}

TEST_CASE("a screen has one main card among six to nine") {
  const std::string five = "{kpi: n}, {kpi: n}, {kpi: n}, {kpi: n}, {kpi: n}";
  CHECK(findings_of(board("{map: n, by: district, main: true}, " + five, "screen: true, ")) == "");
  for (const std::string& cards : {five + ", {kpi: n}", "{kpi: n, main: true}, {kpi: n, main: true}, " + five, std::string("{kpi: n, main: true}")})
    CHECK(findings_of(board(cards, "screen: true, ")).ends_with("a screen has 6..9 cards, one of them with main: true [pack.screen_shape]"));
}

TEST_CASE("a portrait names rows of a person, a reference standard and sentences for every score") {
  CHECK(findings_of(portrait()) == "");
  CHECK(findings_of(portrait("value: v\n  standard", "value: ^nothing\n  standard")) ==
        "^: the dataset 'd' has no field 'nothing' [pack.unknown_field]");
  CHECK(findings_of(portrait("value: v\n  standard", "value: ^w\n  standard")) == "^: value must be a number field [pack.portrait_value]");
  CHECK(findings_of(portrait("item: item\n", "item: ^w\n")) == "^: item must be a code field [pack.portrait_item]");
  CHECK(findings_of(portrait("  of: d\n", "  of: ^std\n")).starts_with("^: the dataset 'std' of a portrait must declare scope.person and period"));
  CHECK(findings_of(portrait("{of: std", "{of: ^d")).starts_with("^: standard.of must be a reference dataset [pack.portrait_standard]"));
  CHECK(findings_of(portrait("match: [item]", "match: [^size]")).starts_with("^: the dataset 'd' has no field 'size'"));
  CHECK(findings_of(portrait("items: {r:", "items: {^x:")) == "^: the code list 't.colour' has no 'x' [pack.unknown_code]");
  CHECK(findings_of(portrait("[{from: 90, title: 优, say: 好}, {from: 0,", "^[{from: 90, title: 优, say: 好}, {from: 10,")) ==
        "^: the last band begins at 0, so that every score has its sentence [pack.band_order]");
  CHECK(findings_of(portrait("{from: 0,", "^{from: 95, title: 高, say: 高}, {from: 0,"))
            .starts_with("^: bands go from the best down [pack.band_order]"));
}

TEST_CASE("a portrait is resolved with both languages filled") {
  const Folder folder;
  folder.write("pack.yaml", with_head(portrait()));
  const std::vector<std::string> folders{folder.path()};
  const auto catalogue = Catalogue::load(folders);
  REQUIRE(catalogue.ok());
  const Portrait* found = (*catalogue)->portrait("one");
  REQUIRE(found != nullptr);
  CHECK(found->pack == "edu.t");
  CHECK(found->title.en == "画像");
  CHECK(found->standard.match == std::vector<std::string>{"item"});
  CHECK(found->bands.size() == 2);
  CHECK(found->items[0].unit.en == "秒");
  CHECK((*catalogue)->portrait("two") == nullptr);
}

TEST_CASE("a target is measured by a metric or by counting packs, not by both") {
  const std::string target =
      "targets:\n- ^{id: t1, plan: p, section: s, item: i, measure: m, unit: 个, responsible: r, value: {2026: 1}, packs_tagged: 甲";
  CHECK(findings_of(results(target + "}\n").erase(results(target).find('^'), 1)) == "");
  CHECK(findings_of(results(target + ", metric: n}\n")) == "^: write metric or packs_tagged, not both [pack.two_measures]");
}
