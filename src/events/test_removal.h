// SPDX-License-Identifier: Apache-2.0
// For tests of removal: people of whom tools told under several names, and where their traces stand.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstring>
#include <map>
#include <set>

#include "crypto/signed.h"
#include "directory/mail_index.h"
#include "events/postings.h"
#include "events/redact.h"
#include "events/removal.h"
#include "events/test_fed.h"

namespace banmo::events::test {

using banmo::test::add_org;
using directory::OrgKind;
using directory::OrgNo;
using directory::Principal;
using directory::Role;

constexpr const char* kReason = "监护人书面申请";

inline Principal officer(OrgNo org, Role role = Role::city_officer) {
  Principal by;
  by.account_name = "officer";
  by.grants = {{role, org}};
  by.session = 1;
  return by;
}

template <class T>
std::string refusal(const Result<T>& done) {
  return done.ok() ? "done" : done.error().id;
}

// Statements and rows reach where they belong, and what was ordered is worked off.
inline void work_off(Fed& w, int n_most = 1000) {
  must(w.events->file());
  must(w.events->feed());
  for (int i = 0; i < n_most && must(w.events->remove()) != 0; ++i) must(w.events->feed());
}

inline std::string said(const std::string& no, const std::string& actor, const std::string& more = {},
                        const std::string& object = R"({"id":"http://o.cn/x"})") {
  return R"({"id":")" + id_of(no) + R"(","actor":)" + actor + R"(,"verb":{"id":"http://v.cn/did"},"object":)" + object + more + "}";
}
inline std::string account(const std::string& name, const std::string& home = kHome) {
  return R"({"account":{"homePage":")" + home + R"(","name":")" + name + "\"}}";
}
inline std::string with_file(const std::string& bytes) {
  return R"(,"attachments":[{"usageType":"http://a.cn/u","display":{"en":"x"},"contentType":"text/plain","length":)" + std::to_string(bytes.size()) +
         R"(,"sha2":")" + crypto::sha2_hex(256, bytes) + R"("}])";
}
inline LearningQuery about(const directory::Person& person) {
  LearningQuery query;
  query.person = person.no;
  return query;
}
inline Content content(const std::string& bytes) { return {crypto::sha2_hex(256, bytes), "text/plain", bytes}; }

// Everywhere in a store: texts, and numbers, which also stand packed in blobs.
struct Traces {
  std::vector<std::string> texts;
  std::vector<int64_t> numbers;

  bool in(const sql::Value& value) const {
    if (const auto* number = std::get_if<int64_t>(&value)) return std::find(numbers.begin(), numbers.end(), *number) != numbers.end();
    std::string bytes;
    if (const auto* text = std::get_if<std::string>(&value)) bytes = *text;
    if (const auto* blob = std::get_if<sql::Blob>(&value)) bytes.assign(blob->begin(), blob->end());
    const auto has = [&](const std::string& one) { return bytes.find(one) != std::string::npos; };
    return std::any_of(texts.begin(), texts.end(), has) || std::any_of(numbers.begin(), numbers.end(), [&](int64_t number) {
             std::string packed(sizeof number, '\0');
             std::memcpy(packed.data(), &number, sizeof number);
             return has(packed);
           });
  }
  std::set<std::string> tables_of(sql::Database& database) const {
    const auto lease = must(database.read());
    const bool sqlite = database.dialect() == sql::Dialect::sqlite;
    const auto tables = must(lease->query(sqlite ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                                                 : "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND "
                                                   "table_type = 'BASE TABLE'"));
    std::set<std::string> found;
    for (const auto& table : tables.rows) {
      const std::string name = sql::text_of(table[0]);
      // What stands beside a block's content is a bound of the search, which stays when the block's first entry goes.
      const std::string columns = name == "xapi_block" ? "content" : "*";
      must(lease->each("SELECT " + columns + " FROM " + sql::quote_identifier(name), {}, [&](const sql::Values& row) -> Result<> {
        if (std::any_of(row.begin(), row.end(), [&](const sql::Value& value) { return in(value); })) found.insert(name);
        return {};
      }));
    }
    return found;
  }
};

// Two pupils of a class; tools of their school and of the city speak of the first under three names.
struct Class {
  explicit Class(Fed& w) : world(w) {
    class_1 = add_org(*w.directory, OrgKind::class_, w.school_1, "", "1班");
    ann = w.person("安安", {w.school_1, class_1});
    ben = w.person("贝贝", {w.school_1, class_1});
    must(w.directory->set_contact(Principal::system(), ann.no, {"", "ann@family.cn"}));
    const auto accounts = must(w.events->accounts(Principal::system(), w.school_1, "homework", {ann.no, ben.no}));
    ann_account = accounts[0].name;
    ben_account = accounts[1].name;
    traces.texts = {ann_account, "ann@family.cn", "mapped-ann"};
    for (const std::string& ifi : {"account " + std::string(kHome) + " " + ann_account, std::string("mbox mailto:ann@family.cn"),
                                   std::string("account https://tool.cn mapped-ann")})
      for (const List list : {List::agent, List::agent_related}) traces.numbers.push_back(target_of(list, ifi));
    traces.numbers.push_back(target_of(List::about_person, std::to_string(ann.no.value)));
  }
  // Statements of every kind in which somebody can stand, documents and a course; filed and fed.
  void talk() {
    Fed& w = world;
    const std::string file_1 = "of both", file_2 = "of ann alone";
    must(w.events->store(
        w.one, Version::v2_0,
        "[" + said("0001", account(ann_account), with_file(file_1)) + "," + said("0002", account(ann_account), with_file(file_2)) + "]", {},
        {content(file_1), content(file_2)}));
    must(w.events->store(w.one, Version::v2_0, said("0003", account(ben_account), with_file(file_1)), {}, {content(file_1)}));
    w.store(w.all, said("0004", R"({"mbox":"mailto:ann@family.cn"})"));
    w.store(w.one, said("0005", R"({"objectType":"Group","member":[)" + account(ann_account) + "," + account(ben_account) + "]}"));
    w.store(w.one, said("0006", account(ben_account), R"(,"context":{"instructor":)" + account(ann_account) + "}"));
    w.store(w.one, said("0007", account(ben_account), {}, reference("0001")));
    w.store(w.one, statement("0008", "mapped-ann"));
    w.store(w.one, said("0009", account(ann_account)));
    std::string voids = said("0010", account(ben_account), {}, reference("0009"));
    w.store(w.one, voids.replace(voids.find("http://v.cn/did"), 15, std::string(kVoided)));
    for (const auto& actor : must(w.events->actors(Principal::system(), {})).items)
      if (actor.ifi == "account https://tool.cn mapped-ann") must(w.events->map_actor(Principal::system(), actor.no, ann.id));
    for (const std::string& name : {ann_account, ben_account}) {
      const std::string agent = "account " + std::string(kHome) + " " + name;
      put({DocumentKind::state, "http://o.cn/x", agent, "", "bookmark"});
      put({DocumentKind::agent_profile, "", agent, "", "preferences"});
    }
    must(w.stores.ledger->write([&](sql::Connection& connection) {
      return connection.script(
          "INSERT INTO cmi5_course (no, id, org_no, publisher_id, title, structure, content_token, made_by, made_at) VALUES (1, 'c', " +
          std::to_string(w.school_1.value) + ", 'p', '{}', '{}', 't', 'x', 0);" + registration(1, ann) + registration(2, ben));
    }));
    must(w.events->file());
    must(w.events->feed());
  }
  std::string registration(int no, const directory::Person& person) const {
    const std::string n = std::to_string(no), account = no == 1 ? ann_account : ben_account;
    return "INSERT INTO cmi5_registration (no, id, course_no, person_no, home_page, account, made_by, made_at) VALUES (" + n + ", 'r" + n + "', 1, " +
           std::to_string(person.no.value) + ", '" + kHome + "', '" + account + "', 'x', 0);" +
           "INSERT INTO cmi5_deed (registration_no, node, verb, session_no, statement_id, at) VALUES (" + n + ", 0, 0, 0, " +
           (world.pair == Pair::postgres ? "'\\x00'" : "x'00'") + ", 0);";
  }
  void put(const DocumentPlace& place) { must(world.events->put_document(world.one, place, {"text/plain", "x", "", {}}, {}, Need::never, false)); }
  std::string left() {
    std::set<std::string> found = traces.tables_of(*world.stores.ledger);
    found.merge(traces.tables_of(*world.stores.warehouse));
    std::string out;
    for (const std::string& table : found) out += table + " ";
    return out + world.asked("SELECT COUNT(*) FROM ds_seen WHERE who = " + std::to_string(ann.no.value)) +
           world.asked("SELECT COUNT(*) FROM ds_seen__past WHERE who = " + std::to_string(ann.no.value));
  }
  Removal erase() { return must(world.events->erase(officer(world.city), ann.id, kReason)); }

  Fed& world;
  OrgNo class_1;
  directory::Person ann, ben;
  std::string ann_account, ben_account;
  Traces traces;
};

inline void put_state(Fed& w, const std::string& agent) {
  must(w.events->put_document(w.one, {DocumentKind::state, "http://o.cn/x", agent, "", "bookmark"}, {"text/plain", "x", "", {}}, {}, Need::never,
                              false));
}

constexpr const char* kNothingLeft = "0|\n0|\n";

inline void check_the_rest_stands(Class& c) {
  Fed& w = c.world;
  CHECK(w.found(w.all) == "0010 0007 0006 0003");
  const std::string body = *must(w.events->statement(w.one, *Uuid::parse(id_of("0006")), false));
  CHECK(body.find(R"("instructor":{"account":{"homePage":"https://city.cn/xapi","name":"erased"}})") != std::string::npos);
  CHECK(must(w.events->browse(Principal::system(), about(c.ben))).items.size() == 4);
  CHECK(w.count("SELECT COUNT(*) FROM xapi_attachment") == 1);
  CHECK(w.count("SELECT COUNT(*) FROM xapi_document") == 2);
  CHECK(w.count("SELECT COUNT(*) FROM xapi_account") == 1);
  CHECK(w.count("SELECT COUNT(*) FROM cmi5_registration") == 1);
  CHECK(w.count("SELECT COUNT(*) FROM cmi5_deed") == 1);
  CHECK(w.asked("SELECT COUNT(*) FROM ds_seen WHERE who = " + std::to_string(c.ben.no.value)) == "3|\n");
  CHECK(w.count("SELECT COUNT(*) FROM xapi_removal_agent") + w.count("SELECT COUNT(*) FROM xapi_removal_statement") +
            w.count("SELECT COUNT(*) FROM xapi_removal_content") ==
        0);
}

// Statements of 2024 and 2026 by tools of both schools.
inline void tell_of_years(Fed& w) {
  const auto at = [](const std::string& day) { return R"(,"timestamp":")" + day + R"(T08:00:00Z")"; };
  w.store(w.one, "[" + statement("0001", "a", "did", at("2024-05-01")) + "," + statement("0002", "a", "saw", at("2024-06-01")) + "," +
                     statement("0003", "b", "did", at("2026-06-01")) + "]");
  w.store(w.two, statement("0004", "a", "did", at("2024-07-01")));
  w.store(w.one, statement("0005", "b", "did", at("2026-06-02"), reference("0001")));
  must(w.events->file());
  must(w.events->feed());
}
inline PurgeWish older(OrgNo org) { return {.org = org, .before = *Instant::parse_iso("2026-01-01T00:00:00Z"), .key = {}, .verb = {}}; }

}  // namespace banmo::events::test
