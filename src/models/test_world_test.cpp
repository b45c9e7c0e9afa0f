// SPDX-License-Identifier: Apache-2.0
#include "models/test_world.h"

#include <fstream>
#include <map>

#include "models/migrations.h"
#include "models/test_pack.h"
#include "records/migrations.h"

namespace banmo::models::test {
namespace {

std::string number(int i) { return (i < 10 ? "K0" : "K") + std::to_string(i); }
std::string code(int i) { return "G37020020140101" + std::to_string(1000 + i); }

}  // namespace

World::World(Pair which, std::string where) : TestStores(which, "models", std::move(where)) {
  must(sql::migrate(*stores.ledger, "records", records_migrations()));
  must(sql::migrate(*stores.ledger, "models", models_migrations()));
  directory = banmo::test::open_directory(stores, clock);
  using directory::OrgKind;
  const bool is_new = directory->orgs()->all().empty();
  const auto org = [&](OrgKind kind, directory::OrgNo parent, const std::string& at, const std::string& title) {
    const directory::Org* known = directory->orgs()->by_code(kind, at);
    return known != nullptr ? known->no : banmo::test::add_org(*directory, kind, parent, at, title);
  };
  city = org(OrgKind::city, {}, "370200", "青岛市");
  school_1 = org(OrgKind::school, city, "3702000001", "第一初中");
  school_2 = org(OrgKind::school, city, "3702000002", "第二初中");
  for (int i = 1; is_new && i <= 12; ++i) {
    directory::NewPerson person;
    person.name = "学生" + std::to_string(i);
    person.sex = "1";
    person.code = code(i);
    person.memberships.push_back({i <= 6 ? school_1 : school_2, Role::student, *Date::from_ymd(2023, 9, 1), {}});
    must(directory->add_person(Principal::system(), person));
  }
  officer = principal(Role::city_officer, city, "officer");
  officer_b = principal(Role::city_officer, city, "officer_b");
  leader = principal(Role::city_leader, city, "leader");
  principal_1 = principal(Role::principal, school_1, "principal_1");
  teacher = principal(Role::teacher, school_1, "teacher");
  guardian_1 = principal(Role::guardian, school_1, "guardian_1");
  guardian_1.wards = {*must(directory->unscoped_person_by_code(code(1)))};
  pupil_2 = principal(Role::student, school_1, "pupil_2");
  pupil_2.person = *must(directory->unscoped_person_by_code(code(2)));
  open();
  if (is_new) load();
}

std::string World::code_of(int i) { return code(i); }

void World::open(const std::string& from, const std::string& to) {
  close();
  std::string text = kAdmissionPack;
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  catalogue = banmo::test::load_pack(folder, text.c_str());
  if (!directory) directory = banmo::test::open_directory(stores, clock);
  records::RecordsOptions options;
  options.folder = folder;
  options.field_key = crypto::Bytes(32, 7);
  records = must(records::Records::create(stores, catalogue, *directory, clock, options));
  admissions = must(Admissions::create(stores, catalogue, *directory, *records, clock, folder, crypto::Bytes(32, 7)));
}

void World::close() {
  admissions.reset();
  records.reset();
  directory.reset();
}

Principal World::principal(Role role, directory::OrgNo org, const std::string& account) const {
  Principal who;
  who.account_name = account;
  who.grants = {{role, org}};
  return who;
}

void World::import(const std::string& dataset, const std::string& text) {
  const std::string file = folder + "/" + dataset + ".csv";
  std::ofstream(file, std::ios::binary) << text;
  records::ImportOptions options;
  options.dataset = dataset;
  options.file = file;
  options.file_name = dataset + ".csv";
  const auto queued = must(records->import(Principal::system(), options));
  const auto job = must(records->wait(Principal::system(), queued.id));
  REQUIRE_MESSAGE(!job.error, (job.error ? job.error->to_string() : ""));
  REQUIRE_MESSAGE(job.n_bad == 0, dataset);
}

// Scores fall from K01 (600) by tens, but K02 and K03 have 590 alike, K03 with more in maths; K05, K06 and K12 are artists; K11 has no score.
void World::load() {
  std::string who = "year,student,school,no,score,maths,artist\n", wish = "year,student,batch,nth,program\n";
  const auto add = [&](int i, const std::string& batch, int nth, const std::string& program) {
    wish += "2026," + code(i) + "," + batch + "," + std::to_string(nth) + "," + program + "\n";
  };
  for (int i = 1; i <= 12; ++i) {
    const int score = i == 3 ? 590 : 610 - 10 * i;
    who += "2026," + code(i) + "," + (i <= 6 ? "3702000001" : "3702000002") + "," + number(i) + "," + (i == 11 ? "" : std::to_string(score)) + "," +
           std::to_string(i == 3 ? 120 : 100) + "," + (i == 5 || i == 6 || i == 12 ? "是" : "否") + "\n";
    add(i, "early", 1, "first");
    if (i <= 8) add(i, "early", 2, "second");
    add(i, "main", 1, i % 2 == 0 ? "second" : "third");
    add(i, "main", 2, i % 2 == 0 ? "third" : "second");
    if (i > 6) add(i, "lots", 1, "north");
  }
  add(1, "early", 3, "third");
  import("high_who", who);
  import("high_wish", wish);
  import("high_plan",
         "year,batch,program,name,seats,floor\n2026,early,first,一中,2,500\n2026,early,second,二中,1,585\n2026,main,second,二中,2,0\n2026,main,third,"
         "三中,3,0\n"
         "2026,lots,north,北校,2,0\n");
  import("high_quota", "year,batch,program,quota,seats\n2026,early,first,art,1\n");
}

Run World::published(const std::string& batch) {
  const Run one = run(batch);
  must(admissions->check(officer_b, one.id.to_string()));
  return must(admissions->publish(officer_b, one.id.to_string()));
}

std::string World::placed(const Principal& who, const Run& run) const {
  std::string out;
  for (const ApplicantResult& one : must(admissions->results(who, run.id.to_string(), 0, 100)))
    out += (out.empty() ? "" : " ") + one.number + ":" + (one.program.empty() ? "-" : one.program) + (one.quota.empty() ? "" : "/" + one.quota);
  return out;
}

std::string World::in_dataset() {
  must(records->flush());
  const auto lease = must(stores.warehouse->read());
  std::string out;
  for (const auto& row : must(lease->query("SELECT batch, COUNT(*) FROM ds_high_result GROUP BY batch ORDER BY batch")).rows)
    out += (out.empty() ? "" : " ") + sql::text_of(row[0]) + ":" + sql::text_of(row[1]);
  return out;
}

int64_t World::count(sql::Database& database, const std::string& statement) const {
  const auto lease = must(database.read());
  return sql::int_of(must(lease->query(statement))[0][0]);
}

void on_each_pair(const std::function<void(World& world)>& test) { banmo::test::on_each_pair_of<World>(test); }

}  // namespace banmo::models::test
