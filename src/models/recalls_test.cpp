// SPDX-License-Identifier: Apache-2.0
// What was published is taken back by two people, nobody is shown it afterwards, and not while somebody holds a place by it.
#include <doctest/doctest.h>

#include "models/admissions.h"
#include "models/run_store.h"
#include "models/test_world.h"

using namespace banmo;
using namespace banmo::models;
using namespace banmo::models::test;

namespace {

constexpr const char* kReason = "计划名额录错，须重新投档";

Run recalled(World& world, const Run& run) {
  must(world.admissions->ask_recall(world.leader, run.id.to_string(), kReason));
  return must(world.admissions->confirm_recall(world.officer_b, run.id.to_string()));
}

void script(World& world, const std::string& text) {
  must(world.stores.warehouse->write([&](sql::Connection& connection) { return connection.script(text); }));
}

int64_t n_results(World& world, const std::string& condition) {
  must(world.records->flush());
  return world.count(*world.stores.warehouse, "SELECT COUNT(*) FROM ds_high_result WHERE " + condition);
}

}  // namespace

TEST_CASE("a published batch is taken back by two people with a reason, and published anew") {
  on_each_pair([](World& world) {
    auto& admissions = *world.admissions;
    const Run run = world.published("early");
    const std::string id = run.id.to_string();
    CHECK(told(admissions.ask_recall(world.teacher, id, kReason)) == "directory.no_right: your role lacks the right admission.publish");
    CHECK(told(admissions.ask_recall(world.leader, id, "  错了 ")) == "models.recall_reason: say why it is taken back, in 5 to 500 characters");
    CHECK(told(admissions.confirm_recall(world.officer_b, id)).starts_with("models.recall_state: "));
    const Run asked = must(admissions.ask_recall(world.leader, id, kReason));
    CHECK(asked.state == RunState::published);
    CHECK(asked.recall.reason == kReason);
    CHECK(must(admissions.mine(world.guardian_1)).at(0).second.choices.size() == 3);  // until somebody decides
    CHECK(told(admissions.ask_recall(world.officer_b, id, kReason)).starts_with("models.recall_state: "));
    CHECK(told(admissions.confirm_recall(world.leader, id)) == "models.four_eyes: somebody else has to decide on taking it back");
    const Run declined = must(admissions.decline_recall(world.officer_b, id));
    CHECK_FALSE(declined.recall.is_asked());
    CHECK(declined.recall.decided_at == world.clock.now());
    CHECK(told(admissions.confirm_recall(world.officer_b, id)).starts_with("models.recall_state: "));

    const Run gone = recalled(world, run);
    CHECK(gone.state == RunState::recalled);
    CHECK(gone.recall.asked_by == "leader");
    CHECK(gone.recall.decided_by == "officer_b");
    CHECK_FALSE(gone.in_dataset);
    CHECK(world.in_dataset() == "");
    const auto mine = must(admissions.mine(world.guardian_1));
    REQUIRE(mine.size() == 1);
    CHECK(mine[0].first.state == RunState::recalled);
    CHECK(mine[0].second.applicant.number == "K01");
    CHECK(mine[0].second.applicant.program == "");
    CHECK(mine[0].second.choices.empty());
    CHECK(told(admissions.explain(world.guardian_1, id, "K01")).starts_with("models.recalled: "));
    CHECK(told(admissions.cut_offs(world.principal_1, id)).starts_with("models.recalled: "));
    CHECK(told(admissions.results(world.principal_1, id, 0, 10)).starts_with("models.recalled: "));
    CHECK(must(admissions.runs(world.principal_1, "high", 0, INT64_MAX, 10)).empty());
    CHECK(world.placed(world.officer, gone).starts_with("K01:first K02:second"));  // those who run and publish look into it
    CHECK(told(admissions.drop(world.officer, id)).starts_with("models.run_state: "));
    CHECK(told(admissions.run(world.officer, "high", 2026, "main")).starts_with("models.earlier_not_published: "));

    world.import("high_plan", "year,batch,program,name,seats,floor\n2026,early,first,一中,3,500\n");
    const Run again = world.published("early");
    CHECK(again.output_sha256 != run.output_sha256);
    CHECK(world.placed(world.officer, again).starts_with("K01:first K02:first K03:first"));
    CHECK(world.in_dataset() == "early:4");
    CHECK(n_results(world, "program = 'second'") == 0);
    const auto anew = must(admissions.mine(world.guardian_1));
    REQUIRE(anew.size() == 1);
    CHECK(anew[0].first.id == again.id);
    for (const char* action : {"admission.recall_ask", "admission.recall_decline", "admission.recall"})
      CHECK(world.count(*world.stores.ledger, std::string("SELECT COUNT(*) FROM audit_entry WHERE action = '") + action + "'") ==
            (std::string(action) == "admission.recall_ask" ? 2 : 1));
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM audit_entry WHERE detail LIKE '%名额录错%'") == 0);
  });
}

TEST_CASE("nobody decides on what they asked for themselves, also with a run that they read before") {
  on_each_pair([](World& world) {
    auto& admissions = *world.admissions;
    const std::string id = world.published("early").id.to_string();
    Run again_asked = must(admissions.ask_recall(world.officer_b, id, kReason));
    CHECK_FALSE(again_asked.recall.decided_at);
    again_asked.recall.decided_by = "officer_b";
    again_asked.recall.decided_at = world.clock.now();
    CHECK(told(RunStore(world.stores, world.directory->profile(), {}).recall(again_asked, {}, {})).starts_with("models.recall_state: "));
    must(admissions.decline_recall(world.officer_b, id));
  });
}

TEST_CASE("the reason is sealed, also one that an earlier program wrote, and the schools of the applicants are told") {
  on_each_pair([](World& world) {
    auto& admissions = *world.admissions;
    const std::string id = recalled(world, world.published("early")).id.to_string();
    const auto n_clear = [&] { return world.count(*world.stores.ledger, "SELECT COUNT(*) FROM admission_run WHERE recall_reason <> ''"); };
    CHECK(n_clear() == 0);
    must(world.stores.ledger->write([](sql::Connection& connection) {
      return connection.script("UPDATE admission_run SET recall_reason = '录错了名额', sealed_recall_reason = NULL WHERE state = 'recalled';");
    }));
    CHECK(must(admissions.find(world.officer, id)).recall.reason == "录错了名额");
    admissions.tend();
    CHECK(n_clear() == 0);
    CHECK(must(admissions.find(world.officer, id)).recall.reason == "录错了名额");
    CHECK(world.count(*world.stores.ledger,
                      "SELECT COUNT(*) FROM notice WHERE kind = 'admission.recalled' AND role IN ('principal', 'school_cio')") == 4);
  });
}

TEST_CASE("what rests on a published batch is listed, and keeps it while a later batch is published or a place is confirmed") {
  on_each_pair([](World& world) {
    auto& admissions = *world.admissions;
    const Run early = world.published("early");
    const Run main = world.published("main");
    const std::string id = early.id.to_string();
    CHECK(told(admissions.consequences(world.teacher, id)) == "directory.no_right: your role lacks the right admission.publish");
    CHECK(
        told(admissions.ask_recall(world.leader, id, kReason)) ==
        "models.recall_blocked: others rest on this result, and it cannot be taken back: undo these first: the later batch 'Main' is published: take "
        "that back");
    recalled(world, main);
    script(world,
           "INSERT INTO ds_high_arrival (no, student, school, st, _batch, _line, _warn, _version)"
           " SELECT 'BD1', student, school, 'here', 1, 1, 0, 1 FROM ds_high_who WHERE no = 'K01';"
           "INSERT INTO ds_high_arrival (no, student, school, st, _batch, _line, _warn, _version)"
           " SELECT 'BD2', student, school, 'gone', 1, 1, 0, 1 FROM ds_high_who WHERE no = 'K02';"
           "INSERT INTO ds_high_arrival (no, student, school, st, _batch, _line, _warn, _version)"
           " SELECT 'BD3', student, school, 'here', 1, 1, 0, 1 FROM ds_high_who WHERE no = 'K04';");  // K04 has no place by this batch
    const auto found = must(admissions.consequences(world.leader, id));
    REQUIRE(found.size() == 2);
    CHECK(found[0].kind == "rows");
    CHECK(found[0].n == 4);
    CHECK_FALSE(found[0].blocks);
    CHECK(found[1].kind == "cases");
    CHECK(found[1].of == "arrival");
    CHECK(found[1].n == 2);
    CHECK(found[1].n_confirmed == 1);
    CHECK(found[1].blocks);
    CHECK(told(admissions.ask_recall(world.leader, id, kReason)) ==
          "models.recall_blocked: others rest on this result, and it cannot be taken back: undo these first: 1 cases of 'Arrival' hold a place: have "
          "their office give them back in the cases");
    script(world, "UPDATE ds_high_arrival SET st = 'gone' WHERE no = 'BD1';");
    must(admissions.ask_recall(world.leader, id, kReason));
    script(world, "UPDATE ds_high_arrival SET st = 'here' WHERE no = 'BD1';");  // between asking and deciding
    CHECK(told(admissions.confirm_recall(world.officer_b, id)).starts_with("models.recall_blocked: "));
    script(world, "UPDATE ds_high_arrival SET st = 'new' WHERE no = 'BD1';");
    CHECK(must(admissions.confirm_recall(world.officer_b, id)).state == RunState::recalled);
  });
}

TEST_CASE("a later batch taken back leaves the rows of the earlier one, also where it had covered them") {
  on_each_pair([](World& world) {
    world.published("early");
    const Run main = world.published("main");
    CHECK(n_results(world, "batch = 'early'") == 4);
    const int64_t n_main = n_results(world, "batch = 'main'");
    CHECK(n_main > 0);
    script(world,
           "UPDATE ds_high_result SET batch = 'main', program = 'second' WHERE nth = 1 AND student = (SELECT student FROM ds_high_who WHERE no = "
           "'K01');");
    recalled(world, main);
    CHECK(n_results(world, "batch = 'main'") == 0);
    CHECK(n_results(world, "batch = 'early'") == 4);
  });
}

TEST_CASE("rows of what was taken back leave the dataset of results at the next start, if they could not before") {
  on_each_pair([](World& world) {
    const Run run = recalled(world, world.published("early"));
    CHECK(world.in_dataset() == "");
    must(world.stores.ledger->write([](sql::Connection& connection) {
      return connection.script(
          "UPDATE admission_run SET state = 'published', in_dataset = 0;"
          "INSERT INTO admission_published (admission, year, batch, run_no) SELECT admission, year, batch, no FROM admission_run;");
    }));
    world.open();
    CHECK(world.in_dataset() == "early:4");
    must(world.stores.ledger->write([](sql::Connection& connection) {
      return connection.script("UPDATE admission_run SET state = 'recalled', in_dataset = 1; DELETE FROM admission_published;");
    }));
    world.open();
    CHECK(world.in_dataset() == "");
    CHECK_FALSE(must(world.admissions->find(world.officer, run.id.to_string())).in_dataset);
  });
}
