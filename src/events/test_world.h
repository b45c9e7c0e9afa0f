// SPDX-License-Identifier: Apache-2.0
// A small city with a store of learning records and keys for the tests of this room, on each pair of stores. Gone afterwards.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "directory/test_pair.h"
#include "events/events.h"
#include "events/migrations.h"

namespace banmo::events::test {

using banmo::test::must;
using banmo::test::Pair;

inline constexpr const char* kHome = "https://city.cn/xapi";  // of the accounts that are given out

// A city with a district and two schools in it.
struct World : banmo::test::TestStores {
  explicit World(Pair which);
  void open_directory();
  void open(std::shared_ptr<const Recipes> recipes = {});
  Key key(directory::OrgNo org, const std::vector<std::string>& scopes) {
    return must(events->create_key(directory::Principal::system(), "测试", scopes, org)).key;
  }
  std::vector<std::string> store(const Key& by, const std::string& body, Version version = Version::v2_0) {
    return must(events->store(by, version, body, {}, {}));
  }
  std::string refused(const Key& by, const std::string& body, Version version = Version::v2_0) {
    const auto done = events->store(by, version, body, {}, {});
    return done.ok() ? "stored" : done.error().where + " " + done.error().id;
  }
  // Ids of what a question finds, in order, shortened to their last four characters.
  std::string found(const Key& by, const StatementQuery& query = {}) {
    std::string out;
    for (const std::string& body : must(events->statements(by, query)).bodies) {
      const json::Value value = must(json::read(body));
      out += (out.empty() ? "" : " ") + value.find("id")->as_string()->substr(32);
    }
    return out;
  }
  // A person with living memberships since the last September.
  directory::Person person(const std::string& name, const std::vector<directory::OrgNo>& orgs, directory::Role role = directory::Role::student) {
    directory::NewPerson fresh;
    fresh.name = name;
    for (const directory::OrgNo org : orgs) fresh.memberships.push_back({org, role, *Date::from_ymd(2026, 9, 1), {}});
    return must(directory->add_person(directory::Principal::system(), fresh));
  }
  int64_t count(const std::string& statement) {
    const auto lease = must(stores.ledger->read());
    return sql::int_of(must(lease->query(statement))[0][0]);
  }

  ManualClock clock{*Instant::parse_iso("2026-11-21T08:00:00Z")};
  std::unique_ptr<directory::Directory> directory;
  std::unique_ptr<Events> events;
  directory::OrgNo city, south, school_1, school_2;
  Key one, two, all;
};

// A statement whose id ends in `no` (four digits); `more` are further members, with a comma before each.
inline std::string statement(const std::string& no, const std::string& actor = "a", const std::string& verb = "did", const std::string& more = {},
                             const std::string& object = {}) {
  return R"({"id":"00000000-0000-4000-8000-00000000)" + no + R"(","actor":{"account":{"homePage":"https://tool.cn","name":")" + actor +
         R"("}},"verb":{"id":"http://v.cn/)" + verb + R"("},"object":)" + (object.empty() ? std::string(R"({"id":"http://o.cn/lesson"})") : object) +
         more + "}";
}
inline std::string id_of(const std::string& no) { return "00000000-0000-4000-8000-00000000" + no; }
inline std::string reference(const std::string& no) { return R"({"objectType":"StatementRef","id":")" + id_of(no) + "\"}"; }

inline void on_each_pair(const std::function<void(World& world)>& test) { banmo::test::on_each_pair_of<World>(test); }

}  // namespace banmo::events::test
