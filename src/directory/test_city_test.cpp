// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>

#include "audit/migrations.h"
#include "base/log.h"
#include "directory/migrations.h"
#include "directory/test_city.h"
#include "sql/migrate.h"

namespace banmo::directory::test {

Options cheap_options() {
  Options options;
  options.password_cost = {1, 8192u * 1024};
  options.field_key = crypto::Bytes(32, 1);
  options.index_key = crypto::Bytes(32, 2);
  return options;
}

bool postgres_wanted() {
  const char* pg = std::getenv("BANMO_TEST_PG");
  if (pg == nullptr) FAIL("BANMO_TEST_PG is not set: a libpq conninfo, or skip");
  return std::string(pg) != "skip";
}

City::City(Pair p, Options o) : pair(p), folder("/tmp/banmo-directory-" + Uuid::next().to_string()), options(std::move(o)) {
  set_log(LogLevel::error, [](std::string_view) {});
  std::filesystem::create_directories(folder);
  if (pair == Pair::sqlite_duckdb) {
    auto opened = sql::open_sqlite({folder + "/ledger.db"});
    must(opened);
    stores.ledger = std::move(opened).value();
  } else {
    schema = "dir_" + Uuid::next().to_string().substr(9, 4) + std::to_string(std::rand());
    auto opened = sql::open_postgres({std::getenv("BANMO_TEST_PG"), schema, 8});
    must(opened);
    stores.ledger = std::move(opened).value();
  }
  if (pair == Pair::postgres) {
    stores.warehouse = stores.ledger;
  } else {
    auto opened = sql::open_duckdb({folder + "/warehouse.db", 1, 512, {}, 4});
    must(opened);
    stores.warehouse = std::move(opened).value();
  }
  for (const auto& done :
       {sql::migrate(*stores.ledger, "audit", audit_migrations()), sql::migrate(*stores.ledger, "directory", directory_migrations())})
    must(done);
  auto made = Directory::create(stores, clock, options);
  must(made);
  directory = std::move(made).value();
}

City::~City() {
  directory.reset();
  if (!schema.empty()) {
    const std::string drop = "DROP SCHEMA " + sql::quote_identifier(schema) + " CASCADE";
    static_cast<void>(stores.ledger->write([&](sql::Connection& connection) { return connection.script(drop); }));
  }
  stores = {};
  std::filesystem::remove_all(folder);
}

Org City::add(OrgKind kind, const Org* parent, const std::string& code, const std::string& title) {
  NewOrg org;
  org.kind = kind;
  org.parent = parent == nullptr ? OrgNo{} : parent->no;
  org.code = code;
  org.title = title;
  org.valid_from = Date::from_ymd(2020, 9, 1);
  const auto made = directory->create_org(system, org);
  must(made);
  return *made;
}

Person City::add_person(const std::string& name, std::vector<Membership> memberships, const std::string& code) {
  NewPerson person;
  person.name = name;
  person.sex = "1";
  person.code = code;
  person.birth = Date::from_ymd(2014, 5, 6);
  person.memberships = std::move(memberships);
  const auto made = directory->add_person(system, person);
  must(made);
  return *made;
}

SignedIn City::sign_in(const std::string& account, std::vector<Grant> grants, std::optional<PersonNo> person) {
  NewAccount fresh;
  fresh.name = account;
  fresh.password = kPassword;
  fresh.grants = std::move(grants);
  fresh.person = person;
  fresh.must_change_password = false;
  const auto made = directory->create_account(system, fresh);
  must(made);
  auto signed_in = directory->sign_in(account, kPassword, "10.0.0.1");
  must(signed_in);
  return std::move(signed_in).value();
}

namespace {

int64_t int_from(sql::Database& database, const std::string& statement) {
  const auto lease = database.read();
  must(lease);
  const auto rows = (*lease)->query(statement);
  must(rows);
  return rows->empty() ? -1 : sql::int_of((*rows)[0][0]);
}

}  // namespace

int64_t City::in_warehouse(const std::string& statement) const { return int_from(*stores.warehouse, statement); }
int64_t City::in_ledger(const std::string& statement) const { return int_from(*stores.ledger, statement); }

void City::build() {
  city = add(OrgKind::city, nullptr, "370200", "青岛市");
  south = add(OrgKind::district, &city, "370202", "市南区");
  north = add(OrgKind::district, &city, "370203", "市北区");
  school_a = add(OrgKind::school, &south, "3137000001", "实验小学");
  school_b = add(OrgKind::school, &south, "3137000002", "海滨小学");
  school_c = add(OrgKind::school, &north, "3137000003", "实验小学");
  const Org grade = add(OrgKind::grade, &school_a, "", "六年级");
  class_a1 = add(OrgKind::class_, &grade, "", "六年级1班");
  class_a2 = add(OrgKind::class_, &grade, "", "六年级2班");
  class_b1 = add(OrgKind::class_, &school_b, "", "六年级1班");
  class_c1 = add(OrgKind::class_, &school_c, "", "六年级1班");
}

void on_each_pair(const std::function<void(City& city)>& test) {
  for (const Pair pair : {Pair::sqlite_duckdb, Pair::postgres_duckdb, Pair::postgres}) {
    if (pair != Pair::sqlite_duckdb && !postgres_wanted()) return;
    INFO("pair " << static_cast<int>(pair));
    City city(pair);
    city.build();
    test(city);
  }
}

}  // namespace banmo::directory::test
