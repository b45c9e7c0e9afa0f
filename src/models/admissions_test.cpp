// SPDX-License-Identifier: Apache-2.0
#include "models/admissions.h"

#include <doctest/doctest.h>

#include <thread>

#include "json/describe.h"
#include "models/run_store.h"
#include "models/season.h"
#include "models/test_world.h"

using namespace banmo;
using namespace banmo::models;
using namespace banmo::models::test;

namespace {

const ChoiceResult& choice_of(const Explanation& explanation, size_t i) {
  REQUIRE(explanation.choices.size() > i);
  return explanation.choices[i];
}
std::string outcome_of(const ChoiceResult& choice) { return std::string(kOutcomes[static_cast<size_t>(choice.outcome)]); }

}  // namespace

TEST_CASE("a batch places by quota, score and tie-break, and tells each applicant why") {
  on_each_pair([](World& world) {
    const Run run = world.run();
    CHECK(run.state == RunState::computed);
    REQUIRE(run.batches.size() == 1);
    CHECK(run.batches[0].stable);
    CHECK(run.batches[0].n_placed == 4);
    // One seat for artists: K05 is the best of them. Of 590 twice the better in maths comes first.
    CHECK(world.placed(world.officer, run) == "K01:first K02:second K03:first K04:- K05:first/art K06:- K07:- K08:- K09:- K10:- K11:- K12:-");
    const auto explain = [&](const char* number) { return must(world.admissions->explain(world.officer, run.id.to_string(), number)); };
    const Explanation second = explain("K02");
    CHECK(outcome_of(choice_of(second, 0)) == "full");
    CHECK(choice_of(second, 0).standing == 3);
    CHECK(choice_of(second, 0).needed == 2);
    CHECK(choice_of(second, 0).decided == kByTie);  // maths
    CHECK(choice_of(second, 0).needed_score == 590);
    CHECK(outcome_of(choice_of(second, 1)) == "placed");
    CHECK(choice_of(second, 1).program_title == "二中");
    const Explanation first = explain("K01");
    CHECK(outcome_of(choice_of(first, 1)) == "not_reached");
    CHECK(outcome_of(choice_of(first, 2)) == "no_program");
    CHECK(outcome_of(choice_of(explain("K04"), 0)) == "full");
    CHECK(choice_of(explain("K04"), 0).decided == kByScore);
    CHECK(outcome_of(choice_of(explain("K04"), 1)) == "below_floor");
    CHECK(outcome_of(choice_of(explain("K11"), 0)) == "not_eligible");
    CHECK(outcome_of(choice_of(explain("K12"), 0)) == "below_floor");
    CHECK(told(world.admissions->explain(world.officer, run.id.to_string(), "K99")) == "models.no_such_applicant: this run has no such applicant");
  });
}

TEST_CASE("the same rows give the same bytes, other rows others, and cut-offs add up") {
  on_each_pair([](World& world) {
    const Run one = world.run(), again = world.run();
    CHECK(one.input_sha256 == again.input_sha256);
    CHECK(one.output_sha256 == again.output_sha256);
    CHECK(one.id != again.id);
    const auto cuts = must(world.admissions->cut_offs(world.officer, one.id.to_string()));
    REQUIRE(cuts.size() == 3);
    CHECK(cuts[0].quota == "art");
    CHECK(cuts[0].n_held == 1);
    CHECK(cuts[1].code == "first");
    CHECK(cuts[1].capacity == 2);
    CHECK(cuts[1].last == 2);
    CHECK(cuts[1].score == 590);
    world.import("high_plan", "year,batch,program,name,seats,floor\n2026,early,first,一中,3,500\n");
    const Run other = world.run();
    CHECK(other.input_sha256 != one.input_sha256);
    CHECK(other.output_sha256 != one.output_sha256);
    CHECK(told(world.admissions->run(world.officer, "high", 1999, "early")) ==
          "models.no_applicants: there are no applicants of this year: import them first");
    CHECK(told(world.admissions->run(world.officer, "nothing", 2026, "")) == "models.no_such_admission: there is no such admission");
  });
}

TEST_CASE("two people at least compute, check and publish; a batch is published once") {
  on_each_pair([](World& world) {
    auto& admissions = *world.admissions;
    const Run run = world.run();
    const std::string id = run.id.to_string();
    CHECK(told(admissions.run(world.leader, "high", 2026, "early")) == "directory.no_right: your role lacks the right admission.run");
    CHECK(told(admissions.check(world.officer, id)) == "models.four_eyes: somebody else has to check this run");
    CHECK(told(admissions.publish(world.officer_b, id)).starts_with("models.run_state: "));
    CHECK(told(admissions.find(world.principal_1, id)) == "models.no_such_run: there is no such run");
    CHECK(must(admissions.mine(world.guardian_1)).empty());
    CHECK(must(admissions.check(world.leader, id)).state == RunState::checked);
    CHECK(told(admissions.publish(world.officer, id)) == "models.four_eyes: somebody else has to publish this run");
    CHECK(must(admissions.publish(world.leader, id)).state == RunState::published);
    CHECK(told(admissions.drop(world.officer, id)) ==
          "models.run_state: a run that is published or dropped cannot be dropped; one that was published wrongly is taken back");
    const Run again = world.run();
    must(admissions.check(world.officer_b, again.id.to_string()));
    CHECK(told(admissions.publish(world.officer_b, again.id.to_string())) ==
          "models.already_published: the results of the batch early are published already");
    CHECK(must(admissions.find(world.officer, again.id.to_string())).state == RunState::checked);
    CHECK(must(admissions.drop(world.officer, again.id.to_string())).state == RunState::dropped);
    CHECK(world.count(*world.stores.warehouse, "SELECT COUNT(DISTINCT run_no) FROM admission_choices") == 1);
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM audit_entry WHERE action = 'admission.publish'") == 1);
  });
}

TEST_CASE("after publication families see their own explanation, schools their pupils, and nobody more") {
  on_each_pair([](World& world) {
    auto& admissions = *world.admissions;
    const Run run = world.published("early");
    const std::string id = run.id.to_string();
    const auto own = must(admissions.mine(world.guardian_1));
    REQUIRE(own.size() == 1);
    CHECK(own[0].second.applicant.number == "K01");
    CHECK(own[0].second.choices.size() == 3);
    CHECK(choice_of(own[0].second, 0).score == 600);
    CHECK(must(admissions.mine(world.pupil_2)).at(0).second.applicant.number == "K02");
    CHECK(must(admissions.explain(world.pupil_2, id, "K02")).applicant.number == "K02");
    CHECK(told(admissions.explain(world.pupil_2, id, "K01")) == "models.no_such_applicant: this run has no such applicant");
    CHECK(world.placed(world.principal_1, run) == "K01:first K02:second K03:first K04:- K05:first/art K06:-");
    CHECK(world.placed(world.guardian_1, run) == "K01:first");
    CHECK(world.placed(world.teacher, run) == "");
    CHECK(world.placed(world.leader, run) == "");
    CHECK(must(admissions.runs(world.principal_1, "high", 0, INT64_MAX, 10)).size() == 1);
    CHECK(world.in_dataset() == "early:4");
    CHECK(told(world.records->create_row(world.officer, "high_result", {})).starts_with("records.kept_by_admission: "));
  });
}

TEST_CASE("later batches leave out who is placed, take over empty seats, and wait for earlier ones to be published") {
  on_each_pair([](World& world) {
    auto& admissions = *world.admissions;
    CHECK(told(admissions.run(world.officer, "high", 2026, "main")) ==
          "models.earlier_not_published: the earlier batch 'Early' is not published yet: a later one cannot be run by itself");
    world.import("high_plan", "year,batch,program,name,seats,floor\n2026,early,second,二中,3,585\n");  // two stay empty
    world.published("early");
    const Run main = world.run("main");
    // Two seats of second that stayed empty come to its two: four of the even numbers left, of five.
    CHECK(world.placed(world.officer, main) ==
          "K01:- K02:- K03:- K04:second K05:- K06:second K07:third K08:second K09:third K10:second K11:- K12:third");
    const auto gone = must(admissions.explain(world.officer, main.id.to_string(), "K01"));
    CHECK(outcome_of(choice_of(gone, 0)) == "gone");
    CHECK(outcome_of(choice_of(must(admissions.explain(world.officer, main.id.to_string(), "K11")), 0)) == "no_score");
  });
}

TEST_CASE("lots are drawn from a published list and digits of two people, and a batch by lot waits for them") {
  on_each_pair([](World& world) {
    auto& lotteries = world.admissions->lotteries();
    CHECK(told(lotteries.fix(world.officer, "high", 2026, "main")) == "models.no_lottery: the rules of this batch have no lottery");
    const Lottery listed = must(lotteries.fix(world.officer, "high", 2026, "lots"));
    CHECK(listed.n == 6);
    CHECK(listed.list_sha256 == hash_of_numbers({"K07", "K08", "K09", "K10", "K11", "K12"}));
    const std::string id = listed.id.to_string();
    CHECK(must(lotteries.file(id)).order.empty());
    const std::string& hash = listed.list_sha256;
    world.import("high_wish", "year,student,batch,nth,program\n2026," + World::code_of(1) + ",lots,1,north\n");  // after publication: another list
    CHECK(told(lotteries.fix(world.officer, "high", 2026, "lots")) ==
          "models.lottery_fixed: the list of this batch's draw is published and stays as it is");
    CHECK(must(lotteries.find(id)).list_sha256 == hash);
    world.published("early");
    const Run main_run = world.published("main");
    CHECK(told(world.admissions->run(world.officer, "high", 2026, "lots")) ==
          "models.lottery_missing: the lots of the batch lots are not drawn: publish the list, draw the digits and have two people confirm them");
    CHECK(told(lotteries.draw(world.officer, id, hash, "12 345")) == "models.digits: the digits drawn are 6 to 64 of 0-9");
    CHECK(told(lotteries.confirm(world.officer_b, id, hash, "123456")).starts_with("models.lottery_state: "));
    CHECK(told(lotteries.draw(world.officer, id, std::string(64, '0'), "903217")) ==
          "models.list_differs: this is not the hash of the list: compare with the one that was published before the draw");
    must(lotteries.draw(world.officer, id, hash, "903271"));  // mistyped: the second person sends it back
    CHECK(told(lotteries.reject(world.officer, id)) == "models.four_eyes: somebody else has to confirm this");
    CHECK(must(lotteries.reject(world.officer_b, id)).state == LotteryState::listed);
    must(lotteries.draw(world.officer, id, hash, "903217"));
    CHECK(told(lotteries.draw(world.officer, id, hash, "111111")) ==
          "models.lottery_drawn: the lots of this batch are drawn: list and digits stay as they are");
    CHECK(told(lotteries.confirm(world.officer, id, hash, "903217")) == "models.four_eyes: somebody else has to confirm this");
    CHECK(told(lotteries.confirm(world.officer_b, id, hash, "903218")) ==
          "models.digits_differ: these are not the digits entered before: compare with the minutes of the draw");
    CHECK(told(lotteries.confirm(world.officer_b, id, "", "903217")).starts_with("models.list_differs: "));
    CHECK(must(lotteries.confirm(world.officer_b, id, hash, "903217")).state == LotteryState::confirmed);
    const LotteryFile file = must(lotteries.file(id));
    CHECK(must(verify_lottery(json::to_text(file))).order == file.order);
    CHECK(told(world.admissions->run(world.officer, "high", 2026, "lots")) ==
          "models.not_in_lottery: 1 choices are of applicants who are not in the list of the draw: no choices are added once it is published");
    must(world.stores.warehouse->write([](sql::Connection& connection) {
      return connection.script("DELETE FROM ds_high_wish WHERE batch = 'lots' AND student = (SELECT student FROM ds_high_who WHERE no = 'K01');");
    }));
    const Run run = world.run("lots");
    int64_t n = 0;  // the first two of the order who are not placed yet
    const std::string main = world.placed(world.officer, main_run);
    for (const std::string& number : file.order)
      if (n < 2 && main.find(number + ":-") != std::string::npos) {
        ++n;
        CHECK(world.placed(world.officer, run).find(number + ":north") != std::string::npos);
      }
    CHECK(n > 0);
    CHECK(run.batches.at(0).n_placed == n);
  });
}

TEST_CASE("mechanisms are compared on the same applicants, and nothing is stored") {
  on_each_pair([](World& world) {
    using pack::Mechanism;
    const auto compared =
        must(world.admissions->compare(world.officer, "high", 2026, "early", {Mechanism::immediate_acceptance, Mechanism::parallel_choice}));
    REQUIRE(compared.size() == 3);
    CHECK(compared[0].is_own);
    CHECK(compared[0].n_better + compared[0].n_worse == 0);
    CHECK(compared[0].n_exceptions == 0);
    CHECK(compared[1].mechanism == "immediate_acceptance");
    CHECK(compared[2].output_sha256 == compared[0].output_sha256);  // one order for all
    CHECK(told(world.admissions->compare(world.officer, "high", 2026, "early", {Mechanism::top_trading_cycles})) ==
          "models.one_group: top trading cycles do not go with quotas: take the quotas out of this batch, or choose another mechanism");
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM admission_run") == 0);
  });
}

TEST_CASE("a run that a stopped program left counts for nothing, and what was published reaches the dataset of results at the next start") {
  on_each_pair([](World& world) {
    const Run run = world.run();
    must(world.stores.ledger->write([](sql::Connection& connection) { return connection.script("UPDATE admission_run SET state = 'running';"); }));
    world.clock.advance_micros(int64_t{3600} * 1'000'000);
    world.open();
    CHECK(must(world.admissions->find(world.officer, run.id.to_string())).state == RunState::stopped);
    CHECK(world.count(*world.stores.warehouse, "SELECT COUNT(*) FROM admission_choices") == 0);
    must(world.admissions->check(world.officer_b, world.run().id.to_string()));
    CHECK(world.in_dataset() == "");
    must(world.stores.ledger->write([](sql::Connection& connection) {
      return connection.script("UPDATE admission_run SET state = 'published', published_at = checked_at WHERE state = 'checked';");
    }));
    world.open();
    CHECK(world.in_dataset() == "early:4");
    world.open();
    CHECK(world.in_dataset() == "early:4");
  });
}

TEST_CASE("a run whose rows have changed since is not checked") {
  on_each_pair([](World& world) {
    const std::string id = world.run().id.to_string();
    world.import("high_plan", "year,batch,program,name,seats,floor\n2026,early,second,二中,2,585\n");
    CHECK(told(world.admissions->check(world.officer_b, id)) ==
          "models.run_stale: applicants, choices, plans or rules have changed since: run it again");
    must(world.admissions->check(world.officer_b, world.run().id.to_string()));
  });
}

TEST_CASE("a run that was checked is not published once its rows have changed") {
  on_each_pair([](World& world) {
    const std::string id = world.run().id.to_string();
    must(world.admissions->check(world.officer_b, id));
    world.import("high_plan", "year,batch,program,name,seats,floor\n2026,early,second,二中,2,585\n");
    CHECK(told(world.admissions->publish(world.officer_b, id)) ==
          "models.run_stale: applicants, choices, plans or rules have changed since: run it again");
    CHECK(must(world.admissions->find(world.officer, id)).state == RunState::checked);
    CHECK(world.in_dataset() == "");
  });
}

TEST_CASE("further fields of results are those of the run, whatever the rows say later") {
  on_each_pair([](World& world) {
    const Run run = world.run();
    must(world.stores.warehouse->write([](sql::Connection& connection) { return connection.script("UPDATE ds_high_plan SET name = '改名';"); }));
    must(world.admissions->check(world.officer_b, run.id.to_string()));
    CHECK(must(world.admissions->publish(world.officer_b, run.id.to_string())).in_dataset);
    CHECK(world.in_dataset() == "early:4");
    CHECK(world.count(*world.stores.warehouse, "SELECT COUNT(*) FROM ds_high_result WHERE name = '改名'") == 0);
    CHECK(world.count(*world.stores.warehouse, "SELECT COUNT(*) FROM ds_high_result WHERE name = '一中'") == 3);
  });
}

TEST_CASE("seats that stay empty are counted, and those whose program the later batch has not are told") {
  on_each_pair([](World& world) {
    world.import("high_plan", "year,batch,program,name,seats,floor\n2026,early,second,二中,3,585\n");
    const BatchFigures going_on = world.run().batches.at(0);
    CHECK(going_on.n_empty == 2);
    CHECK(going_on.n_lost == 0);
    must(world.stores.warehouse->write(
        [](sql::Connection& connection) { return connection.script("DELETE FROM ds_high_plan WHERE batch = 'main' AND program = 'second';"); }));
    const Run lost = world.run();
    CHECK(lost.batches.at(0).n_lost == 2);
    CHECK(must(world.admissions->find(world.officer, lost.id.to_string())).batches.at(0).n_lost == 2);
  });
}

TEST_CASE("a cut-off of one or two holders is for those who run and publish") {
  on_each_pair([](World& world) {
    const std::string id = world.published("early").id.to_string();
    const auto hidden = must(world.admissions->cut_offs(world.principal_1, id));
    const auto whole = must(world.admissions->cut_offs(world.officer, id));
    REQUIRE(hidden.size() == whole.size());
    for (size_t i = 0; i < whole.size(); ++i) {
      CHECK_FALSE(whole[i].is_hidden);
      CHECK(hidden[i].is_hidden == (whole[i].n_held == 1 || whole[i].n_held == 2));
      CHECK(hidden[i].score.has_value() == (whole[i].score.has_value() && !hidden[i].is_hidden));
      CHECK(hidden[i].n_held == whole[i].n_held);
    }
  });
}

TEST_CASE("of the runs that nobody checked the newest ten stay") {
  on_each_pair([](World& world) {
    const std::string first = world.run().id.to_string();
    const std::string checked = world.run().id.to_string();
    must(world.admissions->check(world.officer_b, checked));
    for (int i = 0; i < 10; ++i) world.run();
    CHECK(must(world.admissions->find(world.officer, first)).state == RunState::dropped);
    CHECK(must(world.admissions->find(world.officer, checked)).state == RunState::checked);
    CHECK(world.count(*world.stores.warehouse, "SELECT COUNT(DISTINCT run_no) FROM admission_choices") == 11);
  });
}

TEST_CASE("a run that nobody ends is given up after ten minutes, and rows of one that begins stay") {
  on_each_pair([](World& world) {
    const std::string id = world.run().id.to_string();
    must(world.stores.ledger->write([](sql::Connection& connection) { return connection.script("UPDATE admission_run SET state = 'running';"); }));
    must(world.stores.warehouse->write([](sql::Connection& connection) {
      return connection.script("INSERT INTO admission_also (run_no, seq, field, value) VALUES (2, 1, 'name', 'x');");
    }));
    world.clock.advance_micros(int64_t{9 * 60} * 1'000'000);
    world.admissions->tend();
    CHECK(must(world.admissions->find(world.officer, id)).state == RunState::running);
    world.clock.advance_micros(int64_t{2 * 60} * 1'000'000);
    world.admissions->tend();
    CHECK(must(world.admissions->find(world.officer, id)).state == RunState::stopped);
    CHECK(world.count(*world.stores.warehouse, "SELECT COUNT(*) FROM admission_choices") == 0);
    CHECK(world.count(*world.stores.warehouse, "SELECT COUNT(*) FROM admission_also") == 1);
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM audit_entry WHERE action = 'admission.stopped'") == 1);
  });
}

TEST_CASE("a batch that a later version of the pack puts before others leaves what was published as it was") {
  on_each_pair([](World& world) {
    const Run early = world.published("early");
    const auto told_before = must(world.admissions->explain(world.officer, early.id.to_string(), "K02"));
    world.open("  - {id: early,",
               "  - {id: first_of_all, title: 新批次, mechanism: deferred_acceptance, max_choices: 1, ties: [number]}\n  - {id: early,");
    const auto told_after = must(world.admissions->explain(world.officer, early.id.to_string(), "K02"));
    CHECK(told_after.choices.at(0).batch == "early");
    CHECK(told_after.choices.at(0).decided_by.en == told_before.choices.at(0).decided_by.en);
    CHECK(told_after.choices.at(0).decided_by.en == "Maths");
    world.import("high_plan", "year,batch,program,name,seats,floor\n2026,first_of_all,zero,零校,1,0\n");
    world.published("first_of_all");
    const Run main = world.run("main");
    CHECK(outcome_of(choice_of(must(world.admissions->explain(world.officer, main.id.to_string(), "K01")), 0)) == "gone");
  });
}

TEST_CASE("what cannot reach the dataset of results keeps nobody from starting") {
  on_each_pair([](World& world) {
    must(world.admissions->check(world.officer_b, world.run().id.to_string()));
    must(world.stores.ledger->write([](sql::Connection& connection) {
      return connection.script("UPDATE admission_run SET state = 'published', published_at = checked_at WHERE state = 'checked';");
    }));
    world.open("    nth: {type: int, title: 次序}\n- id: high_arrival",
               "    nth: {type: int, title: 次序}\n    lacking: {type: text, title: 缺, required: true}\n- id: high_arrival");
    CHECK(world.in_dataset() == "");
    world.open();
    CHECK(world.in_dataset() == "early:4");
  });
}

TEST_CASE("rows that cannot be run are refused with what to mend") {
  on_each_pair([](World& world) {
    const auto refused = [&] { return told(world.admissions->run(world.officer, "high", 2026, "early")); };
    world.import("high_quota", "year,batch,program,quota,seats\n2026,early,nothing,art,1\n");
    CHECK(refused() ==
          "models.unknown_quota: the table of quotas names a program that is not in the plan, or a quota that the rules do not know: nothing / art");
    const auto script = [&](const char* text) {
      must(world.stores.warehouse->write([&](sql::Connection& connection) { return connection.script(text); }));
    };
    script("DELETE FROM ds_high_quota;");
    CHECK(refused() == "");
    script("UPDATE ds_high_who SET no = 'K01' WHERE no = 'K02';");
    CHECK(refused() == "models.number_twice: two applicants have the same number: mend that first");
    script("DELETE FROM ds_high_who WHERE score = 600;");
    CHECK(refused() == "models.unknown_applicants: in the batch 'Early' 3 choices are of people who are not among the applicants: mend that first");
    script("DELETE FROM ds_high_plan;");
    CHECK(refused() == "models.no_plan: the batch 'Early' has no plan: import it first");
    CHECK(told(world.admissions->lotteries().find("nothing")) == "models.no_such_lottery: there is no such draw");
  });
}

TEST_CASE("a check, a comparison and the list of a draw do not wait for whoever writes to the warehouse") {
  World world(Pair::sqlite_duckdb);  // PostgreSQL has no one writer
  const std::string id = world.run().id.to_string();
  must(world.stores.warehouse->write([&](sql::Connection&) -> Result<> {
    std::thread([&] {
      CHECK(must(world.admissions->compare(world.officer, "high", 2026, "early", {})).size() == 1);
      CHECK(must(world.admissions->lotteries().fix(world.officer, "high", 2026, "lots")).n == 6);
      CHECK(must(world.admissions->check(world.officer_b, id)).state == RunState::checked);
    }).join();
    return {};
  }));
}

TEST_CASE("rows that change while they are read are read again, and in the end by the writer") {
  on_each_pair([](World& world) {
    const pack::Admission& admission = *world.catalogue->admission("high");
    int n = 0, n_changes = 0;
    const auto read = [&](sql::Connection& connection) -> Result<> {
      ++n;
      BANMO_TRY(const auto rows, connection.query("SELECT COUNT(*) FROM ds_high_plan WHERE program = 'first'"));
      CHECK(sql::int_of(rows[0][0]) == 1);
      if (n > n_changes) return {};
      std::thread([&] {
        must(world.stores.warehouse->write(
            [](sql::Connection& writer) { return writer.script("UPDATE bm_state SET version = version + 1 WHERE dataset = 'high_plan';"); }));
      }).join();
      return {};
    };
    must(read_beside_writer(*world.stores.warehouse, admission, read));
    CHECK(n == 1);
    n = 0;
    n_changes = 2;
    must(read_beside_writer(*world.stores.warehouse, admission, read));
    CHECK(n == 3);
    n = 0;
    n_changes = 4;
    must(read_beside_writer(*world.stores.warehouse, admission, read));
    CHECK(n == 5);
  });
}
