// SPDX-License-Identifier: Apache-2.0
#include "events/test_world.h"

namespace banmo::events::test {

World::World(Pair which) : TestStores(which, "events", {}) {
  using banmo::directory::OrgKind;
  using banmo::test::add_org;
  must(sql::migrate(*stores.ledger, "events", events_migrations()));
  open_directory();
  city = add_org(*directory, OrgKind::city, {}, "370200", "测试市");
  south = add_org(*directory, OrgKind::district, city, "370202", "市南区");
  school_1 = add_org(*directory, OrgKind::school, south, "3702000001", "第一小学");
  school_2 = add_org(*directory, OrgKind::school, south, "3702000002", "第二小学");
  open();
  one = key(school_1, {"all"});
  two = key(school_2, {"all"});
  all = key(city, {"all"});
}

void World::open_directory() {
  banmo::directory::Options settings;
  settings.password_cost = {1, 8192};
  settings.field_key = crypto::Bytes(32, 1);
  settings.index_key = crypto::Bytes(32, 2);
  directory = must(banmo::directory::Directory::create(stores, clock, settings));
}

void World::open(std::shared_ptr<const Recipes> recipes) {
  Options options;
  options.max_page = 10;
  options.max_batch = 100;
  options.home_page = kHome;
  options.account_key = crypto::Bytes(32, 3);
  options.recipes = std::move(recipes);
  events.reset();
  events = must(Events::create(*directory, options));
}

}  // namespace banmo::events::test
