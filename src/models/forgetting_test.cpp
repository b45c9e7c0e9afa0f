// SPDX-License-Identifier: Apache-2.0
// What stays of applicants in runs: the hash and the rules can be checked before and after, and nothing that stays names who was forgotten.
#include <doctest/doctest.h>

#include "models/admissions.h"
#include "models/packed_choices.h"
#include "models/run_store.h"
#include "models/test_world.h"

using namespace banmo;
using namespace banmo::models;
using namespace banmo::models::test;

namespace {

void script(sql::Database& database, const std::string& text) {
  must(database.write([&](sql::Connection& connection) { return connection.script(text); }));
}

// As whoever erases a person does first: the rows, then the person.
void drop_applicant(World& world, int i) {
  script(*world.stores.warehouse,
         "DELETE FROM ds_high_who WHERE student = " + std::to_string(must(world.directory->unscoped_person_by_code(World::code_of(i)))->value) + ";");
}

PersonId person_of(World& world, int i) {
  const auto no = *must(world.directory->unscoped_person_by_code(World::code_of(i)));
  const auto scope = world.directory->scope(Principal::system(), directory::Right::people_read, {"org_no", "no", pack::Level::l3});
  directory::PeopleQuery query;
  query.org = world.city;
  query.q = World::code_of(i);
  for (const directory::Person& person : must(world.directory->people(scope, query)).items)
    if (person.no == no) return person.id;
  FAIL("no such person");
  return {};
}

}  // namespace

TEST_CASE("packed choices are read as they were written, and broken ones are told") {
  sql::Blob bytes;
  PackedChoice one{-3, 499, 2, 2, 612.35, 100'000, 0, 1, -0.5, 7, -1}, bare{};
  pack_choice(bytes, one);
  pack_choice(bytes, bare);
  const auto read = must(unpack_choices(bytes));
  REQUIRE(read.size() == 2);
  CHECK(read[0].order == -3);
  CHECK(read[0].program == 499);
  CHECK(read[0].outcome == 2);
  CHECK(read[0].score == 612.35);
  CHECK(read[0].standing == 100'000);
  CHECK(read[0].needed_score == -0.5);
  CHECK(read[0].decided == 7);
  CHECK(read[0].quota == -1);
  CHECK_FALSE(read[1].score);
  CHECK(must(unpack_choices(sql::Blob())).empty());
  const char* const damaged = "models.damaged_choices: stored choices of a run are damaged: have the warehouse checked";
  for (size_t n = 1; n < bytes.size(); ++n) {
    const auto cut = unpack_choices(sql::Blob(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)));
    CHECK((cut.ok() ? cut->size() == 1 : told(cut) == damaged));
  }
  bytes[4] = 0x7E;  // an outcome that there is not
  CHECK(told(unpack_choices(bytes)) == damaged);
  CHECK(told(unpack_choices(sql::Value(std::string("text")))) == damaged);
}

TEST_CASE("a run's rows are hashed and judged again, and a change in them is found") {
  on_each_pair([](World& world) {
    const Run run = world.run();
    const std::string id = run.id.to_string();
    const Verdict verdict = must(world.admissions->verify(world.officer, id));
    CHECK(verdict.agrees());
    CHECK(verdict.rows_sha256 == run.output_sha256);
    CHECK(verdict.n_choices == 21);
    CHECK(told(world.admissions->verify(world.teacher, id)) == "directory.no_right: your role lacks the right admission.publish");
    script(*world.stores.warehouse, "UPDATE admission_cut_off SET n_held = n_held + 1 WHERE code = 'first' AND quota = '';");
    CHECK(must(world.admissions->verify(world.leader, id)).n_unsound > 0);
    script(*world.stores.warehouse, "UPDATE admission_applicant SET number = 'K99' WHERE number = 'K04';");
    CHECK(must(world.admissions->verify(world.leader, id)).rows_sha256 != run.output_sha256);
    must(world.admissions->drop(world.officer, id));
    CHECK(told(world.admissions->verify(world.officer, id)) == "models.no_rows: the run was dropped or stopped: nothing of it is kept");
  });
}

TEST_CASE("a person who is erased is forgotten in every run, and the runs can still be checked") {
  on_each_pair([](World& world) {
    auto& admissions = *world.admissions;
    const Run computed = world.run("early");
    const Run run = world.published("early");
    const std::string id = run.id.to_string();
    const PersonId person = person_of(world, 2);
    CHECK(told(admissions.forget(world.teacher, person)) == "directory.no_right: your role lacks the right people.manage");
    Principal other = world.principal(Role::school_cio, world.school_2, "cio_2");
    CHECK(told(admissions.forget(other, person)).starts_with("directory.no_such_person: "));
    drop_applicant(world, 2);
    CHECK(must(admissions.forget(world.officer, person)) == 2);
    CHECK(told(admissions.explain(world.officer, id, "K02")).starts_with("models.no_such_applicant: "));
    CHECK(must(admissions.mine(world.pupil_2)).empty());
    CHECK(world.placed(world.officer, run) == "K01:first :second K03:first K04:- K05:first/art K06:- K07:- K08:- K09:- K10:- K11:- K12:-");
    for (const Run& each : {computed, run}) {
      const Run now = must(admissions.find(world.officer, each.id.to_string()));
      CHECK(now.output_sha256 == run.output_sha256);
      CHECK(now.n_forgotten == 1);
      CHECK(now.kept_sha256 != now.output_sha256);
      const Verdict verdict = must(admissions.verify(world.officer, each.id.to_string()));
      CHECK(verdict.agrees());
      CHECK(verdict.expected_sha256 == now.kept_sha256);
      CHECK(verdict.n_forgotten == 1);
    }
    const auto left = [&](const std::string& table, const std::string& condition) {
      return world.count(*world.stores.warehouse, "SELECT COUNT(*) FROM " + table + " WHERE " + condition);
    };
    CHECK(left("admission_applicant", "number = 'K02'") == 0);
    CHECK(left("admission_applicant", "person_no = 0 AND org_no = 0") == 2);
    CHECK(left("admission_also", "seq = 2") == 0);
    CHECK(left("admission_cut_off", "code = 'second' AND score IS NOT NULL") == 0);  // nobody else held it: the score was that person's
    CHECK(left("admission_cut_off", "code = 'first' AND quota = '' AND score IS NOT NULL") == 2);
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM admission_forgetting") == 0);
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM audit_entry WHERE action = 'admission.forget'") == 2);
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM audit_entry WHERE detail LIKE '%K02%'") == 0);
    CHECK(must(admissions.forget(world.officer, person)) == 0);
  });
}

TEST_CASE("who was forgotten is told in no exception, holds the seat, and stays out of the dataset of results") {
  on_each_pair([](World& world) {
    world.open("id: early, title: 提前批, title_en: Early, mechanism: deferred_acceptance",
               "id: early, title: 提前批, title_en: Early, placed: stay, mechanism: immediate_acceptance");
    world.import("high_plan", "year,batch,program,name,seats,floor\n2026,early,first,一中,1,500\n2026,early,second,二中,1,500\n");
    const std::string wish =
        "year,student,batch,nth,program\n2026," + World::code_of(8) + ",early,1,second\n2026," + World::code_of(8) + ",early,2,first\n";
    world.import("high_wish", wish);
    const Run run = world.run("early");
    REQUIRE_FALSE(run.exceptions.empty());
    const std::string number = run.exceptions.front().number;
    must(world.admissions->forget(world.officer, person_of(world, std::stoi(number.substr(1)))));
    const Run now = must(world.admissions->find(world.officer, run.id.to_string()));
    CHECK(now.exceptions.size() == run.exceptions.size());
    for (const RunException& one : now.exceptions) CHECK(one.number != number);
    CHECK(now.exceptions.front().number == "-");
    const int placed = 8;  // by the second program, at once
    must(world.admissions->forget(world.officer, person_of(world, placed)));
    CHECK(must(world.admissions->verify(world.officer, run.id.to_string())).agrees());
    must(world.admissions->check(world.officer_b, run.id.to_string()));
    CHECK(must(world.admissions->publish(world.officer_b, run.id.to_string())).in_dataset);
    CHECK(world.in_dataset() == "early:" + std::to_string(run.batches.at(0).n_placed - 1));
  });
}

TEST_CASE("an order to forget goes on after a stop between the two stores") {
  on_each_pair([](World& world) {
    const Run run = world.published("early");
    drop_applicant(world, 1);
    script(*world.stores.ledger,
           "INSERT INTO admission_forgetting (no, run_no, person_no, number, subject, ordered_by) VALUES (1, " + std::to_string(run.no) + ", " +
               std::to_string(must(world.directory->unscoped_person_by_code(World::code_of(1)))->value) + ", 'K01', 'x', 'officer');");
    world.open();
    const Verdict verdict = must(world.admissions->verify(world.officer, run.id.to_string()));
    CHECK(verdict.agrees());
    CHECK(verdict.n_forgotten == 1);
    // The warehouse had done it, the ledger had not: it knows what the rows were to be.
    script(*world.stores.ledger,
           "UPDATE admission_run SET n_forgotten = 0, kept_sha256 = '';"
           "INSERT INTO admission_forgetting (no, run_no, person_no, number, subject, ordered_by, kept_sha256) VALUES (1, " +
               std::to_string(run.no) + ", 1, 'K01', 'x', 'officer', '" + verdict.rows_sha256 + "');");
    CHECK_FALSE(must(world.admissions->verify(world.officer, run.id.to_string())).agrees());
    world.admissions->tend();
    CHECK(must(world.admissions->verify(world.officer, run.id.to_string())).agrees());
    CHECK(must(world.admissions->find(world.officer, run.id.to_string())).n_forgotten == 1);
  });
}

TEST_CASE("ending an order ends no other one that has its number since") {
  on_each_pair([](World& world) {
    const Run run = world.run("early");
    RunStore store(world.stores, world.directory->profile(), {});
    must(store.order_forgetting({{0, run.no, 1, "K01", "x", "officer"}}, world.clock.now()));
    const Forgetting first = must(store.unscoped_forgettings()).at(0);  // as two servers have read it
    must(store.forgotten(first, run, world.clock.now()));
    must(store.order_forgetting({{0, run.no, 2, "K02", "y", "officer"}}, world.clock.now()));
    CHECK(must(store.unscoped_forgettings()).at(0).no == first.no);
    must(store.forgotten(first, run, world.clock.now()));  // the slower one
    REQUIRE(must(store.unscoped_forgettings()).size() == 1);
    CHECK(must(store.unscoped_forgettings()).at(0).person == 2);
    CHECK_FALSE(must(store.begin_forgetting(first)));
  });
}

TEST_CASE("rows that somebody changed are forgotten, and never agree again") {
  on_each_pair([](World& world) {
    const Run run = world.run("early");
    const std::string id = run.id.to_string();
    script(*world.stores.warehouse, "UPDATE admission_applicant SET number = 'K99' WHERE number = 'K04';");
    CHECK(must(world.admissions->forget(world.officer, person_of(world, 6))) == 1);
    const auto told_so = [&](const char* agreed) {
      return world.count(*world.stores.ledger, std::string("SELECT COUNT(*) FROM audit_entry WHERE action = 'admission.forget' AND detail LIKE "
                                                           "'%\"agreed_before\":") +
                                                   agreed + "%'");
    };
    CHECK(told_so("false") == 1);
    CHECK(world.count(*world.stores.warehouse, "SELECT COUNT(*) FROM admission_applicant WHERE number = 'K06'") == 0);
    CHECK(must(world.admissions->find(world.officer, id)).n_forgotten == 1);
    CHECK_FALSE(must(world.admissions->verify(world.officer, id)).agrees());
    CHECK(must(world.admissions->forget(world.officer, person_of(world, 7))) == 1);
    CHECK(told_so("false") == 2);
    CHECK_FALSE(must(world.admissions->verify(world.officer, id)).agrees());
    const Run other = world.run("early");
    CHECK(must(world.admissions->forget(world.officer, person_of(world, 8))) == 2);
    CHECK(told_so("true") == 1);
    CHECK(must(world.admissions->verify(world.officer, other.id.to_string())).agrees());
  });
}

TEST_CASE("a run that cannot be done keeps back its own orders alone") {
  on_each_pair([](World& world) {
    const Run broken = world.run("early"), sound = world.run("early");
    sql::Value whole;
    const auto put = [&](const sql::Value& choices) {
      must(world.stores.warehouse->write([&](sql::Connection& connection) -> Result<> {
        const auto done = connection.execute("UPDATE admission_choices SET choices = $2 WHERE run_no = $1 AND seq = 9", {broken.no, choices});
        return done.ok() ? Result<>() : Result<>(done.error());
      }));
    };
    {
      const auto lease = must(world.stores.warehouse->read());
      whole = must(lease->query("SELECT choices FROM admission_choices WHERE run_no = $1 AND seq = 9", {broken.no}))[0][0];
    }
    put(sql::Blob{1, 2});
    CHECK(must(world.admissions->forget(world.officer, person_of(world, 6))) == 2);
    CHECK(must(world.admissions->find(world.officer, sound.id.to_string())).n_forgotten == 1);
    CHECK(must(world.admissions->find(world.officer, broken.id.to_string())).n_forgotten == 0);
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM admission_forgetting") == 1);
    put(whole);
    world.admissions->tend();
    CHECK(must(world.admissions->verify(world.officer, broken.id.to_string())).agrees());
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM admission_forgetting") == 0);
  });
}

TEST_CASE("who holds a seat in a season that goes on is forgotten once it is over, and gets no second one") {
  on_each_pair([](World& world) {
    const Run early = world.published("early");
    CHECK(must(world.admissions->forget(world.officer, person_of(world, 4))) == 1);  // without a seat: at once
    CHECK(must(world.admissions->find(world.officer, early.id.to_string())).n_forgotten == 1);
    CHECK(must(world.admissions->forget(world.officer, person_of(world, 2))) == 1);
    world.admissions->tend();
    CHECK(must(world.admissions->find(world.officer, early.id.to_string())).n_forgotten == 1);
    const auto n_told = [&](const char* action) {
      return world.count(*world.stores.ledger, std::string("SELECT COUNT(*) FROM audit_entry WHERE action = '") + action + "'");
    };
    CHECK(n_told("admission.forget_defer") == 1);
    CHECK(n_told("admission.forget") == 1);
    const Run main = world.published("main");
    CHECK(world.placed(world.officer, main).find("K02:-") != std::string::npos);
    script(*world.stores.ledger,
           "INSERT INTO admission_published (admission, year, batch, run_no) VALUES ('high', 2026, 'lots', " + std::to_string(main.no) + ");");
    world.admissions->tend();
    world.admissions->tend();  // the runs that came after the order
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM admission_forgetting") == 0);
    CHECK(world.count(*world.stores.warehouse, "SELECT COUNT(*) FROM admission_applicant WHERE number = 'K02'") == 0);
    for (const Run& run : {early, main}) CHECK(must(world.admissions->verify(world.officer, run.id.to_string())).agrees());
  });
}

TEST_CASE("when the time of the pack is over everybody is forgotten, and where the pack says so nothing of them is kept") {
  on_each_pair([](World& world) {
    const auto retain = [&](const std::string& then) { world.open("  title: 考生\n", "  title: 考生\n  retain: {years: 2, then: " + then + "}\n"); };
    retain("anonymize");
    const Run run = world.published("early");
    const std::string id = run.id.to_string();
    world.clock.advance_micros(int64_t{2} * 365 * 86'400 * 1'000'000);  // in 2028
    world.admissions->tend();
    CHECK(must(world.admissions->find(world.officer, id)).n_forgotten == 0);
    world.clock.advance_micros(int64_t{250} * 86'400 * 1'000'000);  // in 2029
    world.admissions->tend();
    const Run now = must(world.admissions->find(world.officer, id));
    CHECK(now.is_expired);
    CHECK(now.n_forgotten == 12);
    CHECK(now.batches.at(0).n_placed == 4);
    const Verdict verdict = must(world.admissions->verify(world.officer, id));
    CHECK(verdict.agrees());
    CHECK(verdict.n_choices > 0);
    const auto left = [&](const std::string& statement) { return world.count(*world.stores.warehouse, statement); };
    CHECK(left("SELECT COUNT(*) FROM admission_applicant WHERE number <> '' OR person_no <> 0 OR org_no <> 0") == 0);
    CHECK(left("SELECT COUNT(*) FROM admission_also") == 0);
    CHECK(left("SELECT COUNT(*) FROM admission_cut_off WHERE n_held < 3 AND score IS NOT NULL") == 0);
    world.admissions->tend();
    CHECK(world.count(*world.stores.ledger, "SELECT COUNT(*) FROM audit_entry WHERE action = 'admission.forget'") == 1);
    script(*world.stores.ledger, "UPDATE admission_run SET is_expired = 0, n_forgotten = 0;");
    retain("delete");
    world.admissions->tend();
    CHECK(left("SELECT COUNT(*) FROM admission_applicant") == 0);
    CHECK(left("SELECT COUNT(*) FROM admission_choices") == 0);
    CHECK(left("SELECT COUNT(*) FROM admission_cut_off") > 0);
    CHECK(must(world.admissions->verify(world.officer, id)).agrees());
    CHECK(must(world.admissions->verify(world.officer, id)).n_forgotten == 12);
    CHECK(must(world.admissions->find(world.officer, id)).n_forgotten == 12);
  });
}

TEST_CASE("rows of a choice each, as an older program wrote them, become packed ones at the start") {
  on_each_pair([](World& world) {
    const Run run = world.published("early");
    const std::string id = run.id.to_string();
    const auto before = must(world.admissions->explain(world.officer, id, "K02"));
    std::string rows;
    {
      const auto lease = must(world.stores.warehouse->read());
      must(lease->each("SELECT seq, batch, choices FROM admission_choices", {}, [&](const sql::Values& row) -> Result<> {
        const auto text = [](const std::optional<double>& value) { return value ? std::to_string(*value) : std::string("NULL"); };
        for (const PackedChoice& one : must(unpack_choices(row[2]))) {
          rows += (rows.empty() ? "(" : ", (") + std::to_string(run.no) + ", " + sql::text_of(row[0]) + ", " + sql::text_of(row[1]);
          for (const int64_t number : {one.order, one.program, one.outcome, one.tier}) rows += ", " + std::to_string(number);
          rows += ", " + text(one.score);
          for (const int64_t number : {one.standing, one.needed, one.needed_tier}) rows += ", " + std::to_string(number);
          rows += ", " + text(one.needed_score) + ", " + std::to_string(one.decided) + ", " + std::to_string(one.quota) + ")";
        }
        return {};
      }));
    }
    script(
        *world.stores.warehouse,
        "DELETE FROM admission_choices; CREATE TABLE admission_outcome (run_no BIGINT NOT NULL, seq BIGINT NOT NULL, batch BIGINT NOT NULL, "
        "choice_no "
        "BIGINT NOT NULL, program BIGINT NOT NULL, outcome BIGINT NOT NULL, tier BIGINT NOT NULL, score DOUBLE PRECISION, standing BIGINT NOT NULL, "
        "needed BIGINT NOT NULL, needed_tier BIGINT NOT NULL, needed_score DOUBLE PRECISION, decided BIGINT NOT NULL, quota BIGINT NOT NULL);"
        "INSERT INTO admission_outcome VALUES " +
            rows + ";");
    world.open();
    CHECK(must(world.admissions->verify(world.officer, id)).agrees());
    CHECK(must(world.admissions->verify(world.officer, id)).rows_sha256 == run.output_sha256);
    const auto after = must(world.admissions->explain(world.officer, id, "K02"));
    REQUIRE(after.choices.size() == before.choices.size());
    for (size_t i = 0; i < after.choices.size(); ++i) {
      CHECK(after.choices[i].needed_score == before.choices[i].needed_score);
      CHECK(after.choices[i].program_title == before.choices[i].program_title);
    }
    CHECK(must(world.admissions->run(world.officer, "high", 2026, "main")).batches.at(0).n_placed > 0);  // by who is gone
    CHECK(world.count(*world.stores.warehouse,
                      "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = "
                      "'admission_outcome'") == 0);
  });
}
