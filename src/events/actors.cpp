// SPDX-License-Identifier: Apache-2.0
#include "events/actors.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "audit/audit.h"
#include "events/look_up.h"

namespace banmo::events {
namespace {

using directory::OrgNo;
using directory::PersonNo;
using directory::Principal;
using directory::Right;

constexpr std::string_view kList =
    "SELECT a.no, a.org_no, a.ifi, a.name, a.how, a.person_no, a.decided_by, a.decided_at, a.first_seen, a.last_seen, a.n_statements, p.id FROM "
    "xapi_actor a LEFT JOIN person p ON p.no = a.person_no WHERE a.no < $1 AND a.org_no > 0 AND ";
constexpr std::string_view kOne = "SELECT org_no, ifi, how FROM xapi_actor WHERE no = $1 AND org_no > 0 AND ";
constexpr std::string_view kDecide =
    "UPDATE xapi_actor SET how = $2, person_no = $3, decided_by = $4, decided_at = $5, change_no = (SELECT COALESCE(MAX(change_no), 0) + 1 FROM "
    "xapi_actor) WHERE no = $1";
constexpr std::string_view kPerson =
    "SELECT p.no FROM person p JOIN membership m ON m.person_no = p.no JOIN org_closure c ON c.org_no = m.org_no WHERE p.id = $1 AND c.ancestor_no = "
    "$2 AND ";
constexpr std::string_view kMembers =
    "SELECT DISTINCT m.person_no FROM membership m JOIN org_closure c ON c.org_no = m.org_no WHERE c.ancestor_no = $1 AND ";
constexpr std::string_view kAccounts = "SELECT person_no, home_page, name FROM xapi_account WHERE org_no = $1 AND purpose = $2 AND person_no IN (";
constexpr std::string_view kAddAccount =
    "INSERT INTO xapi_account (name, home_page, person_no, org_no, purpose, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO "
    "NOTHING";

constexpr std::string_view kErasures = "SELECT subject, COUNT(*) FROM xapi_removal WHERE kind = 0 GROUP BY subject";
constexpr std::string_view kIds = "SELECT no, id FROM person WHERE no IN (";

constexpr size_t kMaxPage = 200, kMaxPurpose = 60, kMaxPeople = 1000, kNameBytes = 20;

Error no_such_actor() {
  return fail(ErrorCode::not_found, "events.no_such_actor",
              {"没有这个参与者，或不在您的管理范围", "there is no such actor, or it is not yours to manage"});
}
Error no_such_person() {
  return fail(ErrorCode::not_found, "events.no_such_person",
              {"该机构及下级机构现在和过去都没有这个人，或不在您的管理范围",
               "nobody like this is or was in this organisation or below it, or they are outside your scope"},
              "$.person");
}

// Actors are people, by the right to manage those of the organisation whose keys speak of them.
directory::Scope reach_of(const directory::Directory& directory, const Principal& by, Right right) {
  return directory.scope(by, right, {"org", "person", pack::Level::l3});
}

// How often each was erased, by an order that is done or under way. Orders know people by a hash of their id alone.
Result<> count_erasures(sql::Connection& connection, const std::vector<PersonNo>& people, std::unordered_map<int64_t, int64_t>& out) {
  std::unordered_map<std::string, int64_t> n_by_subject;
  BANMO_TRY(const auto orders, connection.query(kErasures));
  for (const auto& row : orders.rows) n_by_subject[sql::text_of(row[0])] = sql::int_of(row[1]);
  if (n_by_subject.empty()) return {};
  std::vector<sql::Value> asked;
  for (const PersonNo person : people) asked.emplace_back(person.value);
  return each_of(connection, kIds, {}, asked, [&](const sql::Values& row) -> Result<> {
    const auto found = n_by_subject.find(crypto::to_hex(crypto::sha256(sql::text_of(row[1]))));
    if (found != n_by_subject.end()) out[sql::int_of(row[0])] = found->second;
    return {};
  });
}

sql::Value owned(std::optional<PersonNo> person) { return person ? sql::Value(person->value) : sql::Value(); }

KnownActor actor_of(const sql::Values& row) {
  KnownActor actor;
  actor.no = sql::int_of(row[0]);
  actor.org = {sql::int_of(row[1])};
  actor.ifi = sql::text_of(row[2]);
  actor.name = sql::text_of(row[3]);
  actor.how = static_cast<ActorHow>(sql::int_of(row[4]));
  actor.person = {sql::int_of(row[5])};
  actor.decided_by = sql::text_of(row[6]);
  if (!sql::is_null(row[7])) actor.decided_at = Instant{sql::int_of(row[7])};
  actor.first_seen = Instant{sql::int_of(row[8])};
  actor.last_seen = Instant{sql::int_of(row[9])};
  actor.n_statements = sql::int_of(row[10]);
  actor.person_id = sql::text_of(row[11]);
  return actor;
}

std::string_view verb_of(ActorHow how) {
  if (how == ActorHow::mapped) return "xapi_actor.map";
  return how == ActorHow::ignored ? "xapi_actor.ignore" : "xapi_actor.reset";
}

Result<> check_purpose(const std::string& purpose) {
  const bool fits = std::all_of(purpose.begin(), purpose.end(),
                                [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'; });
  if (fits && !purpose.empty() && purpose.size() <= kMaxPurpose) return {};
  return fail(
      ErrorCode::invalid, "events.bad_purpose",
      {"用途须为 1 到 60 个小写字母、数字、点、横线或下划线，如 homework", "a purpose has 1 to 60 of a-z, 0-9, '.', '-' and '_', as homework"},
      "$.purpose");
}

}  // namespace

Result<ActorPage> Actors::list(const Principal& by, const ActorQuery& query) const {
  const size_t limit = std::clamp<size_t>(query.limit, 1, kMaxPage);
  sql::Values values{query.before_no > 0 ? query.before_no : INT64_MAX};
  std::string statement = std::string(kList) + reach_of(directory_, by, Right::people_manage).predicate("a.org_no", "");
  if (query.how) {
    values.emplace_back(static_cast<int64_t>(*query.how));
    statement += " AND a.how = $" + std::to_string(values.size());
  }
  if (query.org.value != 0) {
    values.emplace_back(query.org.value);
    statement += " AND a.org_no IN (SELECT org_no FROM org_closure WHERE ancestor_no = $" + std::to_string(values.size()) + ")";
  }
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const auto rows, lease->query(statement + " ORDER BY a.no DESC LIMIT " + std::to_string(limit + 1), values));
  ActorPage page;
  for (size_t i = 0; i < rows.size() && i < limit; ++i) page.items.push_back(actor_of(rows[i]));
  if (rows.size() > limit) page.next = page.items.back().no;
  return page;
}

Result<Actors::Place> Actors::place_of(sql::Connection& connection, const Principal& by, int64_t actor) const {
  const std::string reach = reach_of(directory_, by, Right::people_manage).predicate("org_no", "");
  BANMO_TRY(const auto rows, connection.query(std::string(kOne) + reach, {actor}));
  if (rows.empty()) return no_such_actor();
  return Place{{sql::int_of(rows[0][0])}, sql::text_of(rows[0][1]), static_cast<ActorHow>(sql::int_of(rows[0][2]))};
}

Result<PersonNo> Actors::person_of(sql::Connection& connection, const Principal& by, PersonId person, OrgNo org) const {
  const std::string reach = reach_of(directory_, by, Right::people_manage).predicate("m.org_no", "");
  BANMO_TRY(const auto rows, connection.query(std::string(kPerson) + reach + " LIMIT 1", {person.to_string(), org.value}));
  if (rows.empty()) return no_such_person();
  return PersonNo{sql::int_of(rows[0][0])};
}

Result<> Actors::decide(const Principal& by, int64_t actor, ActorHow how, std::optional<PersonId> person) {
  Place place;
  const Instant now = directory_.clock().now();
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(lock_writer(connection));
    BANMO_TRY(place, place_of(connection, by, actor));
    if (place.how == ActorHow::account)
      return fail(ErrorCode::conflict, "events.actor_is_known",
                  {"这是本系统发放的账号，已对应到人，不能改", "this account was given out here for a person: there is nothing to decide"});
    std::optional<PersonNo> whom;
    if (person) {
      BANMO_TRY(whom, person_of(connection, by, *person, place.org));
    }
    const bool decided = how >= ActorHow::mapped;
    BANMO_DO(execute(connection, kDecide,
                     {actor, static_cast<int64_t>(how), owned(whom), decided ? sql::Value(by.account_name) : sql::Value(),
                      decided ? sql::Value(now.micros) : sql::Value()}));
    json::Object detail;
    if (whom) detail.set("person", whom->value);
    const auto seq = audit::append(
        connection, {now, by.account_name, std::string(verb_of(how)), "xapi_actor", std::to_string(actor), place.org.value, std::move(detail)},
        directory_.profile());
    return seq.ok() ? Result<>() : Result<>(seq.error());
  }));
  people_.forget();
  return {};
}

Result<> Actors::map(const Principal& by, int64_t actor, PersonId person) { return decide(by, actor, ActorHow::mapped, person); }
Result<> Actors::ignore(const Principal& by, int64_t actor) { return decide(by, actor, ActorHow::ignored, {}); }
Result<> Actors::reset(const Principal& by, int64_t actor) { return decide(by, actor, ActorHow::unknown, {}); }

// The same person gets another name in each organisation and for each purpose, so that two tools cannot put together what they know.
// After an erasure it is another one: the old one still stands with the tool.
std::string Actors::new_name(PersonNo person, OrgNo org, const std::string& purpose, int64_t n_erasures) const {
  if (account_key_.empty()) return "bma_" + crypto::to_hex(crypto::random_bytes(kNameBytes));
  std::string text = "xapi account " + std::to_string(person.value) + " " + std::to_string(org.value) + " " + purpose;
  if (n_erasures != 0) text += " " + std::to_string(n_erasures);
  const crypto::Hash hash = crypto::keyed_hash(directory_.profile(), account_key_, text);
  return "bma_" + crypto::to_hex(std::span(hash).first(kNameBytes));
}

Result<> Actors::add_missing(sql::Connection& connection, const Principal& by, OrgNo org, const std::string& purpose,
                             const std::vector<PersonNo>& missing) const {
  const Instant now = directory_.clock().now();
  std::unordered_map<int64_t, int64_t> n_erasures;
  BANMO_DO(count_erasures(connection, missing, n_erasures));
  for (const PersonNo person : missing)
    BANMO_DO(execute(
        connection, kAddAccount,
        {new_name(person, org, purpose, n_erasures[person.value]), home_page_, person.value, org.value, purpose, by.account_name, now.micros}));
  const auto seq = audit::append(
      connection,
      {now, by.account_name, "xapi_account.create", "xapi_account", purpose, org.value, json::Object{{"n", static_cast<int64_t>(missing.size())}}},
      directory_.profile());
  return seq.ok() ? Result<>() : Result<>(seq.error());
}

Result<std::vector<RosterAccount>> Actors::accounts(const Principal& by, OrgNo org, const std::string& purpose, std::span<const PersonNo> people) {
  BANMO_DO(check_purpose(purpose));
  BANMO_DO(directory_.require(by, Right::xapi_keys, org));
  if (people.size() > kMaxPeople) return fail(ErrorCode::too_large, "events.too_many_people", {"一次最多 1000 人", "1000 people at once, at most"});
  std::vector<sql::Value> asked;
  for (const PersonNo person : people) asked.emplace_back(person.value);
  std::unordered_map<int64_t, RosterAccount> found;
  const auto ask = [&](sql::Connection& connection) -> Result<> {
    found.clear();
    return each_of(connection, kAccounts, {org.value, purpose}, asked, [&](const sql::Values& row) -> Result<> {
      found[sql::int_of(row[0])] = {{sql::int_of(row[0])}, sql::text_of(row[1]), sql::text_of(row[2])};
      return {};
    });
  };
  std::unordered_set<int64_t> members;
  {
    const std::string reach = reach_of(directory_, by, Right::people_read).predicate("m.org_no", "m.person_no");
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_DO(each_of(*lease, std::string(kMembers) + reach + " AND m.person_no IN (", {org.value}, asked, [&](const sql::Values& row) -> Result<> {
      members.insert(sql::int_of(row[0]));
      return {};
    }));
    BANMO_DO(ask(*lease));
  }
  std::vector<PersonNo> missing;
  for (const PersonNo person : people) {
    if (!members.contains(person.value)) return no_such_person();
    if (!found.contains(person.value)) missing.push_back(person);
  }
  if (!missing.empty()) {
    BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
      BANMO_DO(add_missing(connection, by, org, purpose, missing));
      return ask(connection);
    }));
    people_.forget();
  }
  std::vector<RosterAccount> out;
  for (const PersonNo person : people) out.push_back(found[person.value]);
  return out;
}

}  // namespace banmo::events
