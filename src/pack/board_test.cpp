// SPDX-License-Identifier: Apache-2.0
// A dashboard outside the packs: text, form, and what is found wrong where.
#include "pack/board.h"

#include <doctest/doctest.h>

#include "pack/testing.h"

using namespace banmo::pack;
using namespace banmo::pack::testing;

namespace {

std::shared_ptr<const Catalogue> catalogue() {
  const Folder folder;
  folder.write(
      "pack.yaml",
      with_head("datasets:\n- {id: d, title: 成绩, grain: [y, s], class: {category: c, level: L2}, scope: {org: s}, period: {by: y}, fields: "
                "{y: {type: year, title: 年}, s: {type: org, kind: school, title: 校}, item: {type: code, list: colour, title: 项}}}\n"
                "metrics:\n- {id: n, title: 数, agg: count, of: d, definition: 数}\ndimensions: {item: {}, y: {}}\n"
                "dashboards:\n- {id: delivered, title: 随包看板, cards: [{kpi: n, title: 总数}]}\n"));
  const std::vector<std::string> folders{folder.path()};
  auto loaded = Catalogue::load(folders);
  REQUIRE_MESSAGE(loaded.ok(), loaded.error().to_string());
  return *loaded;
}

BoardRead read_with(const Catalogue& packs, const std::string& text) { return BoardReader(packs).read(text); }

// "line:column field: sentence [id]", one a line.
std::string findings_in(const std::string& text) {
  std::string out;
  for (const BoardFinding& finding : read_with(*catalogue(), text).findings)
    out += finding.error.where.substr(finding.error.where.find(':') + 1) + " " + finding.field + ": " + finding.error.message.en + " [" +
           finding.error.id + "]\n";
  return out;
}

BoardForm whole_form() {
  BoardForm form{
      "mine", "我的\"看板\"\\", "Mine: it's #1", {"city_officer", "principal"}, {"y", "item"}, {"school"}, {{"y", "last"}, {"item", "r"}}, false, {}};
  form.cards.push_back({"kpi", "总数", "Total", {"n"}, {}, "prior", 0, "delivered", true, "first"});
  form.cards.push_back({"rank", "true", "", {"n"}, {"school"}, "", 5, "", false, ""});
  return form;
}

}  // namespace

TEST_CASE("a form is written as a pack would say it, and read back the same") {
  const BoardForm form = whole_form();
  const BoardRead read = read_with(*catalogue(), write_board(form));
  CHECK(read.findings.empty());
  REQUIRE(read.form);
  CHECK(*read.form == form);
  REQUIRE(read.dashboard);
  CHECK(read.dashboard->pack.empty());
  CHECK(read.dashboard->cards[1].id == "mine.2");
  CHECK(read.dashboard->cards[1].title.en == "true");
  CHECK(form_of(*read.dashboard).cards[1].id.empty());
}

TEST_CASE("a delivered dashboard becomes a form whose text says the same under another id") {
  const auto packs = catalogue();
  BoardForm form = form_of(*packs->dashboard("delivered"));
  CHECK(read_with(*packs, write_board(form)).findings.front().error.id == "pack.duplicate_id");
  form.id = "copy";
  const BoardRead read = read_with(*packs, write_board(form));
  REQUIRE(read.dashboard);
  CHECK(read.dashboard->title.zh == "随包看板");
  CHECK(read.dashboard->cards.size() == 1);
  CHECK(packs->dashboards().size() == 1);
}

TEST_CASE("anything but one dashboard is refused at its line") {
  CHECK(findings_in("datasets: []\ndashboards:\n- {id: a, title: 甲, cards: []}\n") ==
        "1:1 $: only dashboards are written here: 'datasets' is installed with a scene pack [pack.only_dashboards]\n");
  CHECK(findings_in("dashboards: []\n") == "1:13 $: one dashboard stands under dashboards, no more and no less [pack.one_dashboard]\n");
  CHECK(findings_in("title: 甲\n").find("'the text' lacks the key 'dashboards' [pack.missing_key]") != std::string::npos);
  CHECK(findings_in("dashboards: [\n").find("[yaml.syntax]") != std::string::npos);
  CHECK(findings_in(std::string(70'000, ' ')).find("at most 64 KB [pack.board_size]") != std::string::npos);
}

TEST_CASE("findings name the line and the place in the form") {
  const std::string head = "dashboards:\n  - id: a\n    title: 甲\n";
  const auto has = [](const std::string& text, const std::string& finding) { return findings_in(text).find(finding) != std::string::npos; };
  CHECK(
      has(head + "    cards:\n      - kpi: [m]\n", "5:15 $.cards[0].metrics[0]: there is no metric 'm'; did you mean 'n'? [pack.unknown_metric]\n"));
  CHECK(findings_in(head + "    filters: [yy]\n    cards: []\n") ==
        "4:15 $.filters[0]: there is no dimension 'yy'; did you mean 'y'? [pack.unknown_dimension]\n");
  CHECK(findings_in(head + "    cards:\n      - kpi: [n]\n      - map: [n]\n") ==
        "6:9 $.cards[1]: a 'map' card takes 1 groups (by) and 1..20 metrics [pack.card_shape]\n");
  CHECK(has(head + "    card: []\n", "4:5 $.card: 'dashboard' has no key 'card'"));
  CHECK(findings_in("dashboards:\n  - id: a\n    title: \"\"\n    cards: []\n") ==
        "3:12 $.title: a dashboard has a Chinese title [pack.board_title]\n");
}

TEST_CASE("one text leaves no trace for the next") {
  const BoardReader reader(*catalogue());
  const std::string text = "dashboards:\n- {id: a, title: 甲, cards: [{kpi: n}]}\n";
  CHECK(reader.read("dashboards:\n- {id: a, title: 甲, cards: [{kpi: m}]}\n").findings.size() == 2);
  CHECK(reader.read(text).dashboard);
  CHECK(reader.read(text).dashboard);
  CHECK(reader.read("dashboards:\n- {id: delivered, title: 甲, cards: []}\n").findings.front().error.id == "pack.duplicate_id");
  CHECK(reader.read("dashboards:\n- {id: delivered, title: 甲, cards: []}\n").findings.size() == 1);
}

TEST_CASE("a faulty text still gives the form as far as it could be read") {
  const BoardRead read = read_with(*catalogue(), "dashboards:\n- {id: a, title: 甲, cards: [{line: [], title: 空}, {rank: [m], by: school}]}\n");
  CHECK_FALSE(read.dashboard);
  REQUIRE(read.form);
  REQUIRE(read.form->cards.size() == 2);
  CHECK(read.form->cards[0].kind == "line");
  CHECK(read.form->cards[1].metrics == std::vector<std::string>{"m"});
}
