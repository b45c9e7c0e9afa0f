// SPDX-License-Identifier: Apache-2.0
// Panels: who may review, what they see, and how the score goes into the case, once.
#include "flows/panels.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "directory/proxy.h"
#include "flows/files.h"
#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

// The flow `loan` with a state `review`, in which three teachers of other schools give points.
std::string pack_with(const std::string& more) {
  std::string text = kPack;
  const auto put = [&](const std::string& before, const std::string& what) {
    const size_t place = text.find(before);
    REQUIRE_MESSAGE(place != std::string::npos, before);
    text.insert(place, what);
  };
  put("    fixes: {type: int", "    score: {type: decimal, scale: 1, title: 得分}\n");
  put("    district: {title: 区市, title_en: District, who:", "    expert: {title: 专家, title_en: Expert, who: \"$user.role = 'teacher'\"}\n");
  put("    decide: {title: 待审批",
      "    review: {title: 评审, title_en: Review, panel: {n: 3, role: expert, by: district, result: score, hide: [opinion], " + more +
          "sheet: [{id: plan, title: 计划, title_en: Plan, max: 40}, {id: use, title: 用处, title_en: Use, max: 60}]}}\n");
  put("  - {from: decide, to: granted",
      "  - {from: check, to: review, by: [district], label: 送评审, form: [opinion]}\n"
      "  - {from: review, to: granted, auto: true, label: 达标, guard: score >= 60}\n"
      "  - {from: review, to: refused, auto: true, label: 未达标}\n"
      "  - {from: review, to: withdrawn, id: give_up, by: [school], label: 放弃}\n");
  return text;
}

struct Reviewers {
  explicit Reviewers(World& world) : w(world) {
    for (const char* name : {"t2a", "t2b", "t2c", "t3a", "t3b"}) add(name, name[1] == '2' ? w.school_2 : w.school_3);
    add("own", w.school_1);
  }
  void add(const std::string& name, directory::OrgNo org) {
    directory::NewAccount wish;
    wish.name = name;
    wish.password = "banmo-demo";
    wish.demo = true;
    wish.must_change_password = false;
    wish.grants = {{Role::teacher, org}};
    must(w.directory->create_account(Principal::system(), wish));
  }
  Principal as(const std::string& name) const {
    return *must(directory::principal_of(*w.directory, must(w.directory->accounts(name, "", 1)).front().no, "", {}));
  }
  // The only review that waits for them.
  Review review(const std::string& name) const {
    const auto waiting = must(w.flows->panels().reviews(as(name)));
    REQUIRE(waiting.size() == 1);
    return must(w.flows->panels().review(as(name), waiting.front().id.to_string()));
  }
  Result<Review> give(const std::string& name, double plan, double use) const {
    return w.flows->panels().hand_in(as(name), review(name).head.id.to_string(), {{{"plan", plan}, {"use", use}}, "好"});
  }
  World& w;
};

std::string seats(const PanelView& view) {
  std::string out;
  for (const Seat& seat : view.seats)
    out +=
        seat.account + ":" + std::to_string(static_cast<int>(seat.stage)) + (seat.score ? "=" + std::to_string(*seat.score).substr(0, 4) : "") + " ";
  return out;
}

Case at_review(World& w, int64_t amount) { return must(w.move(w.district, w.sent(amount), "review", {{"opinion", "可"}})); }
std::string id_of(const Case& one) { return one.head.id.to_string(); }

}  // namespace

TEST_CASE("three reviewers give points without knowing whose case it is, and the case goes on by itself") {
  on_each_pair([](World& w) {
    w.open(pack_with(""));
    const Reviewers people(w);
    const Case one = at_review(w, 5000);
    Panels& panels = w.flows->panels();
    CHECK(one.head.state == "review");
    CHECK(seats(must(panels.name(w.district, id_of(one), {{"t2a", "t2b", "t3a"}, ""}))) == "t2a:0 t2b:0 t3a:0 ");
    CHECK(told(w.flows->find(people.as("t2a"), id_of(one))).starts_with("flows.no_such_case"));
    const Review review = people.review("t2a");
    std::string shown;
    for (const size_t at : review.row.fields) shown += w.catalogue->dataset("loan_case")->fields[at].id + " ";
    CHECK(shown == "st use amount fixes granted_at ");  // no number, no organisation, not what the district said, nothing above L2, no score
    CHECK(review.row.key == "");
    must(people.give("t2a", 40, 60));
    must(people.give("t2b", 10, 20));
    must(people.give("t2b", 20, 20));  // thought better of it
    CHECK(seats(must(panels.find(w.district, id_of(one)))) == "t2a:1 t2b:1 t3a:0 ");
    CHECK(told(panels.find(w.cio, id_of(one))) == "flows.no_panel: there is no panel of this case that is yours to see");
    must(people.give("t3a", 30, 35.5));
    const Case done = must(w.flows->find(w.district, id_of(one)));
    CHECK(done.head.state == "granted");
    CHECK(w.in_warehouse(one.head.key) == "granted|5000");
    must(w.records->flush());
    const auto lease = must(w.stores.warehouse->read());
    CHECK(sql::double_of(must(lease->query("SELECT score FROM ds_loan_case"))[0][0]) == doctest::Approx(68.5));
    CHECK(seats(must(panels.find(w.district, id_of(one)))) == "t2a:1=100. t2b:1=40.0 t3a:1=65.5 ");
    CHECK(must(panels.reviews(people.as("t2a"))).empty());
    CHECK(told(panels.hand_in(people.as("t2a"), review.head.id.to_string(), {{{"plan", 1}, {"use", 1}}, ""})).starts_with("flows.no_review"));
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'panel.sheet'") == 4);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'case.panel'") == 1);
  });
}

TEST_CASE("a reviewer reads the files of the work up to their level, without names and without what the panel hides") {
  on_each_pair([](World& w) {
    std::string text = pack_with("");
    const std::string hide = "hide: [opinion]";
    text.replace(text.find(hide), hide.size(), "hide: [opinion, card]");
    text.insert(text.find("  deadlines:"),
                "  files:\n  - {id: work, title: 作品, types: [pdf], states: [draft], level: L2}\n"
                "  - {id: card, title: 证件, types: [pdf], states: [draft], level: L2}\n"
                "  - {id: health, title: 病历, types: [pdf], states: [draft], level: L3}\n");
    w.open(text);
    const Reviewers people(w);
    Case one = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 5000}}));
    const std::string path = w.folder + "/upload";
    std::map<std::string, std::string> ids;
    for (const char* kind : {"work", "card", "health"}) {
      std::ofstream(path, std::ios::binary | std::ios::trunc) << "%PDF-1.7 " << kind;
      ids[kind] = must(w.flows->files().add(w.cio, id_of(one), kind, "第一小学张老师.pdf", path)).id;
    }
    one = must(w.move(w.cio, must(w.flows->find(w.cio, id_of(one))), "send"));
    one = must(w.move(w.district, one, "review", {{"opinion", "可"}}));
    Panels& panels = w.flows->panels();
    must(panels.name(w.district, id_of(one), {{"t2a", "t2b", "t3a"}, ""}));
    const std::string seat = people.review("t2a").head.id.to_string();
    const auto files = must(panels.files(people.as("t2a"), seat));
    REQUIRE(files.size() == 1);
    CHECK(files.front().file == "work");
    CHECK(files.front().name == "");
    CHECK(files.front().sha256 == "");
    CHECK(!files.front().can_remove);
    const auto opened = must(panels.open_file(people.as("t2a"), seat, ids["work"]));
    CHECK(opened.second == "%PDF-1.7 work");
    CHECK(opened.first.name == "");
    CHECK(told(panels.open_file(people.as("t2a"), seat, ids["card"])) == "flows.no_such_file: there is no such file");
    CHECK(told(panels.open_file(people.as("t2a"), seat, ids["health"])) == "flows.file_above_level: the file is above the level that you may see");
    CHECK(told(panels.files(people.as("t2b"), seat)).starts_with("flows.no_review"));
    CHECK(told(w.flows->files().list(people.as("t2a"), id_of(one))).starts_with("flows.no_such_case"));
    for (const char* name : {"t2a", "t2b", "t3a"}) must(people.give(name, 40, 60));
    CHECK(told(panels.files(people.as("t2a"), seat)).starts_with("flows.no_review"));  // the panel is over
  });
}

TEST_CASE("reviewers are drawn by a seed out of those who may, the same for everybody who draws again") {
  on_each_pair([](World& w) {
    w.open(pack_with(""));
    const Reviewers people(w);
    const Case one = at_review(w, 5000);
    Panels& panels = w.flows->panels();
    const std::vector<std::string> pool{"t2a", "t2b", "t2c", "t3a", "t3b", "own", "nobody"};
    CHECK(told(panels.name(w.district, id_of(one), {pool, ""})) ==
          "flows.panel_seed: the list is longer than what is missing: give the seed of the draw");
    CHECK(told(panels.name(w.district, id_of(one), {{"t2a", "own", "nobody"}, "7"})) ==
          "flows.panel_pool: 3 reviewers are missing and 1 of the list will do: open accounts with the role, of another organisation, not asked "
          "before. Not suitable: nobody, own");
    std::vector<std::pair<std::string, std::string>> lots;
    for (const char* name : {"t2a", "t2b", "t2c", "t3a", "t3b"})
      lots.emplace_back(crypto::to_hex(crypto::sha256("31 07 22\n" + id_of(one) + "\n" + name)), name);
    std::sort(lots.begin(), lots.end());
    std::set<std::string> expected{lots[0].second, lots[1].second, lots[2].second}, got;
    for (const Seat& seat : must(panels.name(w.district, id_of(one), {pool, "31 07 22"})).seats) got.insert(seat.account);
    CHECK(got == expected);
    CHECK(told(panels.name(w.district, id_of(one), {pool, "8"})) == "flows.panel_full: the panel is full: take a seat back first");
    CHECK(told(panels.name(w.cio, id_of(one), {pool, "8"})).starts_with("flows.no_panel"));
  });
}

TEST_CASE("a reviewer declines or is replaced, and whoever has handed in stays") {
  on_each_pair([](World& w) {
    w.open(pack_with(""));
    const Reviewers people(w);
    const Case one = at_review(w, 5000);
    Panels& panels = w.flows->panels();
    const PanelView named = must(panels.name(w.district, id_of(one), {{"t2a", "t2b", "t2c"}, ""}));
    must(panels.decline(people.as("t2a"), people.review("t2a").head.id.to_string(), "作者是我的学生"));
    must(panels.replace(w.district, id_of(one), named.seats[1].id.to_string()));
    CHECK(must(panels.reviews(people.as("t2b"))).empty());
    must(people.give("t2c", 30, 30));
    CHECK(told(panels.replace(w.district, id_of(one), named.seats[2].id.to_string())) ==
          "flows.sheet_in: this reviewer has handed in the sheet and stays");
    CHECK(told(panels.decline(people.as("t2c"), named.seats[2].id.to_string(), "x")).starts_with("flows.sheet_in"));
    CHECK(told(panels.name(w.district, id_of(one), {{"t2a", "t3a"}, ""})).starts_with("flows.panel_pool: 2 reviewers are missing and 1"));
    const PanelView again = must(panels.name(w.district, id_of(one), {{"t3a", "t3b"}, ""}));
    CHECK(seats(again) == "t2a:2 t2b:3 t2c:1 t3a:0 t3b:0 ");
    CHECK(again.seats[0].note == "作者是我的学生");
    CHECK(w.count("SELECT COUNT(*) FROM flow_seat WHERE note <> ''") == 0);
    CHECK(told(panels.review(people.as("t3b"), again.seats[3].id.to_string())).starts_with("flows.no_review"));  // another's sheet
    const auto wrong = [&](std::map<std::string, double> points) {
      return told(panels.hand_in(people.as("t3a"), again.seats[3].id.to_string(), {std::move(points), ""}));
    };
    CHECK(wrong({{"plan", 41}, {"use", 1}}) == "flows.bad_points: give 0 to 40 points for 'Plan'");
    CHECK(wrong({{"plan", 1}}) == "flows.bad_points: give 0 to 60 points for 'Use'");
    CHECK(wrong({{"plan", 1}, {"use", 1}, {"looks", 1}}) == "flows.bad_points: the sheet has no item looks: remove it");
  });
}

TEST_CASE("one panel that cannot be decided keeps no other waiting, and a complete one takes no more sheets") {
  on_each_pair([](World& w) {
    w.open(pack_with("normalise: true, "));
    const Reviewers people(w);
    const Case bad = at_review(w, 5000), good = at_review(w, 6000), open = at_review(w, 7000);
    for (const Case& one : {bad, good}) {
      const PanelView view = must(w.flows->panels().name(w.district, id_of(one), {{"t2a", "t2b", "t3a"}, ""}));
      for (const Seat& seat : view.seats)
        must(w.flows->panels().hand_in(people.as(seat.account), seat.id.to_string(), {{{"plan", 30}, {"use", 40}}, ""}));
    }
    const auto late = must(w.flows->panels().reviews(people.as("t2a"))).front().id.to_string();
    CHECK(told(w.flows->panels().hand_in(people.as("t2a"), late, {{{"plan", 1}, {"use", 1}}, ""})) ==
          "flows.panel_complete: all sheets are in: they cannot be changed any more");
    must(w.move(w.cio, open, "give_up"));
    must(w.stores.ledger->write([&](sql::Connection& c) { return c.script("UPDATE flow_case SET content = '{' WHERE id = '" + id_of(bad) + "';"); }));
    must(w.flows->run_due());
    CHECK(must(w.flows->find(w.district, id_of(good))).head.state == "granted");
  });
}

TEST_CASE("normalised panels of a round end together") {
  on_each_pair([](World& w) {
    w.open(pack_with("normalise: true, "));
    const Reviewers people(w);
    std::vector<Case> cases;
    for (int i = 0; i < 3; ++i) cases.push_back(at_review(w, 5000 + i));
    const std::vector<std::string> names{"t2a", "t2b", "t3a"};
    const auto give_all = [&](const Case& one, std::vector<double> totals) {
      const PanelView view = must(w.flows->panels().name(w.district, id_of(one), {names, ""}));
      for (size_t i = 0; i < 3; ++i)
        must(w.flows->panels().hand_in(people.as(names[i]), view.seats[i].id.to_string(), {{{"plan", totals[i] - 30}, {"use", 30}}, ""}));
    };
    give_all(cases[0], {40, 60, 50});
    give_all(cases[1], {50, 65, 55});
    CHECK(must(w.flows->find(w.district, id_of(cases[0]))).head.state == "review");
    CHECK(must(w.flows->panels().settle()) == 0);
    give_all(cases[2], {60, 70, 60});  // every reviewer in the same order: the mean 56.7 and about it
    std::string states;
    for (const Case& one : cases) states += must(w.flows->find(w.district, id_of(one))).head.state + " ";
    CHECK(states == "refused refused granted ");
    must(w.records->flush());
    const auto lease = must(w.stores.warehouse->read());
    const auto rows = must(lease->query("SELECT score FROM ds_loan_case ORDER BY amount"));
    CHECK(sql::double_of(rows[1][0]) == doctest::Approx(56.7));
    CHECK(sql::double_of(rows[2][0]) - sql::double_of(rows[1][0]) ==
          doctest::Approx(sql::double_of(rows[1][0]) - sql::double_of(rows[0][0])).epsilon(0.02));  // to a tenth
  });
}

TEST_CASE("the last two sheets at once decide the panel once, and a server that was killed before decides it later") {
  on_each_pair([](World& w) {
    w.open(pack_with(""));
    const Reviewers people(w);
    const Case one = at_review(w, 5000);
    const PanelView view = must(w.flows->panels().name(w.district, id_of(one), {{"t2a", "t2b", "t3a"}, ""}));
    must(people.give("t2a", 30, 40));
    {
      const std::jthread first([&] { must(people.give("t2b", 30, 40)); });
      const std::jthread second([&] { must(people.give("t3a", 30, 40)); });
    }
    CHECK(must(w.flows->find(w.district, id_of(one))).head.state == "granted");
    CHECK(w.count("SELECT COUNT(*) FROM flow_step WHERE from_state = 'review'") == 1);
    const Case two = at_review(w, 6000);
    must(w.flows->panels().name(w.district, id_of(two), {{"t2a", "t2b", "t3a"}, ""}));
    must(w.stores.ledger->write([](sql::Connection& c) {
      return c.script("UPDATE flow_seat SET stage = 'in', score = 90, sheet = '{\"plan\":40.0,\"use\":50.0}' WHERE stage = 'asked';");
    }));
    CHECK(must(w.flows->run_due()) == 1);
    CHECK(must(w.flows->find(w.district, id_of(two))).head.state == "granted");
    const Case gone = at_review(w, 7000);
    must(w.flows->panels().name(w.district, id_of(gone), {{"t2a", "t2b", "t3a"}, ""}));
    must(w.move(w.cio, gone, "give_up"));
    CHECK(must(w.flows->panels().reviews(people.as("t2a"))).empty());
  });
}

}  // namespace banmo::flows::test
