// SPDX-License-Identifier: Apache-2.0
// Periods that are closed level by level, on each pair of stores; and what was promised against what was used.
#include "flows/period_locks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "flows/files.h"
#include "flows/test_world.h"

namespace banmo::flows::test {
namespace {

// The flow `loan` with a year that is closed for schools and for districts.
std::string pack_with_locks() {
  std::string text =
      changed("  fill: {district: \"org_above(school, 'district')\"}",
              "  fill: {district: \"org_above(school, 'district')\", year: \"2026\"}\n"
              "  locks: {period: year, by: city, levels: {school: {title: 学校, title_en: Schools, roles: [school]}, district: {title: "
              "区市, title_en: Districts, roles: [district]}}}");
  text.insert(text.find("    fixes: {type: int"), "    year: {type: year, title: 年度, title_en: Year}\n");
  text.insert(text.find("  deadlines:"), "  files:\n  - {id: plan, title: 计划, types: [pdf], states: [draft]}\n");
  return text;
}

Instant at(const char* iso) { return *Instant::parse_iso(iso); }
std::string id_of(const Case& one) { return one.head.id.to_string(); }

std::string standing(const LocksOf& locks) {
  std::string out;
  for (const PeriodLock& one : locks.items)
    out += one.period + " " + one.level_title.en + (one.closes ? " closed" : " open") + (one.until ? " until " + one.until->to_iso() : "") + ": " +
           one.reason + "\n";
  return out;
}

}  // namespace

TEST_CASE("a closed period is changed by nobody of its level until it is opened again, and others go on") {
  on_each_pair([](World& w) {
    w.open(pack_with_locks());
    const Case draft = must(w.flows->open(w.cio, "loan", {{"use", "books"}, {"amount", 5000}})), sent = w.sent(6000);
    PeriodLocks& locks = w.flows->locks();
    CHECK(standing(must(locks.change(w.officer, "loan", {"2026", "school", true, Date::parse_iso("2026-09-22"), "年终结账"}))) ==
          "2026 Schools closed until 2026-09-22: 年终结账\n");
    w.clock.set(at("2026-09-22T15:59:00Z"));  // the city's 23:59 of that day
    const Case saved = must(w.flows->save(w.cio, id_of(draft), draft.head.seq, {{"amount", 5100}}));
    CHECK(must(w.flows->files().list(w.cio, id_of(draft))).wanted.front().can_add);
    w.clock.set(at("2026-09-22T16:00:00Z"));
    CHECK(!must(w.flows->files().list(w.cio, id_of(draft))).wanted.front().can_add);
    const std::string sentence = "cases of '2026' are closed for Schools and can no longer be changed: ask City to open the period again";
    const Case seen = must(w.flows->find(w.cio, id_of(draft)));
    CHECK(!seen.can_save);
    CHECK(std::all_of(seen.choices.begin(), seen.choices.end(), [&](const Choice& one) { return one.refused && one.refused->en == sentence; }));
    CHECK(told(w.move(w.cio, saved, "send")) == "flows.period_closed: " + sentence);
    CHECK(told(w.flows->save(w.cio, id_of(saved), saved.head.seq, {{"amount", 5200}})) == "flows.period_closed: " + sentence);
    CHECK(told(w.flows->open(w.cio, "loan", {})) == "flows.period_closed: " + sentence);  // by the transaction that would write it
    const std::string path = w.folder + "/upload";
    std::ofstream(path, std::ios::binary) << "%PDF-1.7";
    CHECK(told(w.flows->files().add(w.cio, id_of(saved), "plan", "a.pdf", path)) == "flows.period_closed: " + sentence);
    CHECK(must(w.move(w.district, sent, "decide", {{"opinion", "可"}})).head.state == "decide");
    must(locks.change(w.officer, "loan", {"2026", "district", true, {}, "已上报"}));
    CHECK(told(w.move(w.district_b, must(w.flows->find(w.district_b, id_of(sent))), "granted"))
              .starts_with("flows.period_closed: cases of '2026' are closed for Districts"));
    CHECK(must(w.move(w.officer, must(w.flows->find(w.officer, id_of(sent))), "granted")).head.state == "granted");
    CHECK(standing(must(locks.change(w.officer, "loan", {"2026", "school", false, {}, "补报一件"}))) ==
          "2026 Districts closed: 已上报\n2026 Schools open: 补报一件\n");
    CHECK(must(w.move(w.cio, saved, "send")).head.state == "check");
    CHECK(standing(must(locks.list(w.cio, "loan"))) == "2026 Districts closed: \n2026 Schools open: \n");  // why is not theirs to read
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'period.close'") == 2);
    CHECK(w.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'period.open' AND actor = 'officer'") == 1);
    CHECK(w.count("SELECT COUNT(*) FROM flow_lock") == 3);
  });
}

TEST_CASE("a period is closed by the role that the flow names, for a level and a day that there are, with a reason") {
  on_each_pair([](World& w) {
    PeriodLocks& none = w.flows->locks();
    CHECK(told(none.change(w.officer, "loan", {"2026", "school", true, {}, "结账"})) ==
          "flows.not_your_period: the periods of 'Loans' are not closed");
    CHECK(must(none.list(w.officer, "loan")).items.empty());
    w.open(pack_with_locks());
    PeriodLocks& locks = w.flows->locks();
    CHECK(told(locks.change(w.district, "loan", {"2026", "school", true, {}, "结账"})) ==
          "flows.not_your_period: periods are closed and opened again by: City");
    CHECK(!must(locks.list(w.district, "loan")).can_change);
    CHECK(must(locks.list(w.officer, "loan")).can_change);
    const std::string unknown = "flows.period_unknown: there is no such period or level: choose one of those that are listed";
    CHECK(told(locks.change(w.officer, "loan", {"next", "school", true, {}, "结账"})) == unknown);
    CHECK(told(locks.change(w.officer, "loan", {"2026", "city", true, {}, "结账"})) == unknown);
    CHECK(told(locks.change(w.officer, "loan", {"2026", "school", true, {}, " "})) == "flows.period_reason: give the reason, in at most 1,000 bytes");
    const std::string day = "flows.period_day: the last day is today or later, and opening again takes none";
    CHECK(told(locks.change(w.officer, "loan", {"2026", "school", true, Date::parse_iso("2026-09-20"), "结账"})) == day);
    must(locks.change(w.officer, "loan", {"2026", "school", true, {}, "结账"}));
    CHECK(told(locks.change(w.officer, "loan", {"2026", "school", false, Date::parse_iso("2026-09-30"), "开"})) == day);
    const std::string same = "flows.period_as_is: the period stands like that already: read it again";
    CHECK(told(locks.change(w.officer, "loan", {"2026", "school", true, {}, "再结"})) == same);
    CHECK(told(locks.change(w.officer, "loan", {"2025", "school", false, {}, "开"})) == same);
    CHECK(told(locks.list(w.officer, "none")) == "flows.no_such_flow: there is no such flow");
    CHECK(w.count("SELECT COUNT(*) FROM flow_lock") == 1);
  });
}

TEST_CASE("figures hold the days used against those promised, in working days where the promise is") {
  on_each_pair([](World& w) {
    const Case quick = w.sent(5000), slow = w.sent(6000);  // Monday the 21st; three working days: until Thursday midnight
    must(w.move(w.district, quick, "decide", {{"opinion", "可"}}));
    w.clock.set(at("2026-09-28T15:00:00Z"));  // the 25th to the 27th are holidays
    must(w.move(w.district, slow, "decide", {{"opinion", "可"}}));
    w.clock.set(at("2026-09-29T02:00:00Z"));
    must(w.move(w.officer, must(w.flows->find(w.officer, id_of(slow))), "granted"));
    const FlowFigures figures = must(w.flows->figures(w.officer, "loan"));
    const auto of = [&](const std::string& state) {
      return *std::find_if(figures.states.begin(), figures.states.end(), [&](const StateFigures& one) { return one.state == state; });
    };
    CHECK(of("check").n_promised == 2);
    CHECK(of("check").n_within == 1);
    CHECK(of("check").mean_used == doctest::Approx(2.0));  // the same day, and the 22nd, 23rd, 24th and 28th
    CHECK(of("decide").n_promised == 1);
    CHECK(of("decide").n_within == 1);
    CHECK(of("decide").mean_used == doctest::Approx(11.0));  // hours
    CHECK(of("draft").n_promised == 0);
    CHECK(figures.n_promised == 3);
    CHECK(figures.n_within == 2);
    CHECK(figures.promised_days.value_or(0) == doctest::Approx(3.0));
    CHECK(figures.used_days.value_or(0) == doctest::Approx(4.0));
    CHECK(!must(w.flows->figures(w.cio_2, "loan")).promised_days.has_value());
  });
}

}  // namespace banmo::flows::test
