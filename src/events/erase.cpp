// SPDX-License-Identifier: Apache-2.0
#include "events/erase.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "crypto/crypto.h"
#include "directory/mail_index.h"
#include "events/course_store.h"
#include "events/documents.h"
#include "events/look_up.h"
#include "events/postings.h"

namespace banmo::events {
namespace {

using directory::OrgNo;
using directory::PersonNo;
using directory::Principal;

constexpr std::string_view kAccounts = "SELECT name, home_page, org_no FROM xapi_account WHERE person_no = $1";
constexpr std::string_view kActors = "SELECT org_no, ifi, how FROM xapi_actor WHERE person_no = $1";
// By what the directory says now; a row that stands for somebody else counts more.
constexpr std::string_view kActorsNamed = "SELECT org_no, ifi, person_no FROM xapi_actor WHERE ifi IN (";
constexpr std::string_view kActorsByMail = "SELECT org_no, ifi, person_no FROM xapi_actor WHERE LOWER(ifi) IN (";  // tools spell as they like
constexpr std::string_view kDocumentOrgs = "SELECT DISTINCT org_no FROM xapi_document WHERE agent = $1";
constexpr std::string_view kRegistrations =
    "SELECT r.no, c.org_no FROM cmi5_registration r JOIN cmi5_course c ON c.no = r.course_no WHERE r.person_no = $1";
constexpr std::string_view kCountDocuments = "SELECT COUNT(*) FROM xapi_document WHERE org_no = $1 AND (agent = $2 OR (kind = 2 AND owner = $3))";
constexpr std::string_view kTakeDocuments = "DELETE FROM xapi_document WHERE org_no = $1 AND (agent = $2 OR (kind = 2 AND owner = $3))";
constexpr std::string_view kTakeAccounts = "DELETE FROM xapi_account WHERE person_no = $1";
constexpr std::string_view kTakeActor = "DELETE FROM xapi_actor WHERE org_no = $1 AND ifi = $2";
constexpr std::string_view kTakeDeeds = "DELETE FROM cmi5_deed WHERE registration_no = $1";
constexpr std::string_view kTakeSessions = "DELETE FROM cmi5_session WHERE registration_no = $1";
constexpr std::string_view kTakeRegistration = "DELETE FROM cmi5_registration WHERE no = $1";
constexpr std::string_view kLastActor = "SELECT COALESCE(MAX(no), 0), COALESCE(MAX(change_no), 0) FROM xapi_actor";
constexpr std::string_view kTakeMark = "DELETE FROM xapi_actor WHERE org_no = 0";
constexpr std::string_view kPutMark =
    "INSERT INTO xapi_actor (no, org_no, ifi, name, how, first_seen, last_seen, n_statements, change_no) VALUES ($1, 0, '', '', 4, $3, $3, 0, $2)";

Error erasure_runs() {
  return fail(ErrorCode::conflict, "events.erasure_runs",
              {"此人的学习记录正在删除，请等它完成", "this person's learning records are being erased already: wait until it is done"});
}

sql::Values document_values(const RemovalAgent& agent) { return {agent.org.value, agent_hash(agent.ifi), document_owner("", agent.ifi)}; }

}  // namespace

Result<directory::Person> Erasing::find(const Principal& by, PersonId person) const {
  return directory_.person(removal_reach(directory_, by), person);
}

Result<Erasing::Addresses> Erasing::addresses_of(PersonNo person) const {
  const directory::Scope whole = directory_.scope(Principal::system(), directory::Right::people_read, {"org_no", "no", pack::Level::l3});
  BANMO_TRY(const directory::Contact contact, directory_.contact(whole, person));
  Addresses addresses;
  if (contact.email.empty()) return addresses;
  const std::string sha1 = directory::mail_sha1(contact.email), lower = text::lower_ascii(contact.email);
  addresses.names = {"mbox mailto:" + lower, "mbox_sha1sum " + sha1};
  if (lower != contact.email) addresses.names.push_back("mbox mailto:" + contact.email);
  BANMO_TRY(const auto owners, directory::unscoped_people_by_mail(directory_, {sha1}));
  const auto owner = owners.find(sha1);
  addresses.is_shared = owner == owners.end() || owner->second != person;
  return addresses;
}

Result<Erasing::Known> Erasing::known_of(sql::Connection& connection, PersonNo person, const Addresses& addresses) const {
  Known known;
  std::vector<std::string> accounts_of, mails;
  if (!addresses.is_shared) mails = addresses.names;
  BANMO_TRY(const auto accounts, connection.query(kAccounts, {person.value}));
  for (const auto& row : accounts.rows) {
    accounts_of.push_back(identifier_of(sql::text_of(row[1]), sql::text_of(row[0])));
    known.orgs.insert(sql::int_of(row[2]));
  }
  known.n_accounts = static_cast<int64_t>(accounts.size());
  BANMO_TRY(const auto actors, connection.query(kActors, {person.value}));
  for (const auto& row : actors.rows) {
    const std::string ifi = sql::text_of(row[1]);
    const bool is_shared = addresses.is_shared && static_cast<ActorHow>(sql::int_of(row[2])) < ActorHow::mapped &&
                           std::find(addresses.names.begin(), addresses.names.end(), text::lower_ascii(ifi)) != addresses.names.end();
    if (!is_shared) known.agents.insert({{sql::int_of(row[0])}, ifi});
  }
  std::set<RemovalAgent> others;
  const auto sort_out = [&](const sql::Values& row) -> Result<> {
    const int64_t owner = sql::int_of(row[2]);
    (owner == 0 || owner == person.value ? known.agents : others).insert({{sql::int_of(row[0])}, sql::text_of(row[1])});
    return {};
  };
  BANMO_DO(each_of(connection, kActorsNamed, {}, {accounts_of.begin(), accounts_of.end()}, sort_out));
  BANMO_DO(each_of(connection, kActorsByMail, {}, {mails.begin(), mails.end()}, sort_out));
  known.n_actors = static_cast<int64_t>(known.agents.size());
  for (const auto* names : {&accounts_of, &mails})
    for (const std::string& ifi : *names) {
      BANMO_TRY(const auto orgs, connection.query(kDocumentOrgs, {agent_hash(ifi)}));
      for (const auto& row : orgs.rows)
        if (const RemovalAgent agent{{sql::int_of(row[0])}, ifi}; !others.contains(agent)) known.agents.insert(agent);
    }
  for (const RemovalAgent& agent : known.agents) known.orgs.insert(agent.org.value);
  BANMO_TRY(const auto registrations, connection.query(kRegistrations, {person.value}));
  for (const auto& row : registrations.rows) {
    known.registrations.push_back(sql::int_of(row[0]));
    known.orgs.insert(sql::int_of(row[1]));
  }
  return known;
}

// Half a person is not erased: what others' tools know would stay, and nobody would ask again.
Result<> Erasing::check_reach(const Principal& by, const Known& known) const {
  const directory::Scope reach = removal_reach(directory_, by);
  const auto tree = directory_.orgs();
  const bool all = std::all_of(known.orgs.begin(), known.orgs.end(), [&](int64_t org) { return reach.covers(*tree, OrgNo{org}); });
  if (all) return {};
  return fail(
      ErrorCode::denied, "events.erase_beyond_reach",
      {"其他学校或上级机构的工具也记录了此人，须由管理这些机构人员的上级管理员删除",
       "tools of other schools or of organisations above know this person too: an officer who manages the people of all of them must erase it"});
}

Result<RemovalPreview> Erasing::preview(const Principal& by, PersonId id) const {
  BANMO_TRY(const directory::Person person, find(by, id));
  BANMO_TRY(const auto addresses, addresses_of(person.no));
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const Known known, known_of(*lease, person.no, addresses));
  BANMO_DO(check_reach(by, known));
  RemovalPreview preview;
  preview.person = person.no;
  std::map<int64_t, int64_t> n_by_org;
  for (const RemovalAgent& agent : known.agents) {
    BANMO_TRY(const int64_t n, forgetting_.count(*lease, target_of(List::agent, agent.ifi), agent.org));
    BANMO_TRY(const int64_t n_besides, forgetting_.count(*lease, target_of(List::agent_related, agent.ifi), agent.org));
    BANMO_TRY(const auto documents, lease->query(kCountDocuments, document_values(agent)));
    if (n != 0) n_by_org[agent.org.value] += n;
    preview.counts.n_statements += n;
    preview.counts.n_redacted += n_besides;
    preview.counts.n_documents += sql::int_of(documents[0][0]);
  }
  for (const auto& [org, n] : n_by_org) preview.parts.push_back({{org}, n, {}, {}});
  std::stable_sort(preview.parts.begin(), preview.parts.end(), [](const auto& a, const auto& b) { return a.n_statements > b.n_statements; });
  preview.counts.n_actors = known.n_actors;
  preview.counts.n_accounts = known.n_accounts;
  preview.counts.n_registrations = static_cast<int64_t>(known.registrations.size());
  return preview;
}

// A row of nobody holds the last numbers, so that none is given twice, and a change of it tells other servers to look again.
Result<> Erasing::take_actors(sql::Connection& connection, const Known& known) const {
  BANMO_TRY(const auto last, connection.query(kLastActor));
  for (const RemovalAgent& agent : known.agents) BANMO_DO(execute(connection, kTakeActor, {agent.org.value, agent.ifi}));
  BANMO_DO(execute(connection, kTakeMark, {}));
  return execute(connection, kPutMark, {sql::int_of(last[0][0]) + 1, sql::int_of(last[0][1]) + 1, directory_.clock().now().micros});
}

Result<> Erasing::take_small(sql::Connection& connection, PersonNo person, const Known& known, RemovalCounts& counts) const {
  for (const RemovalAgent& agent : known.agents) {
    BANMO_TRY(const int64_t n, connection.execute(kTakeDocuments, document_values(agent)));
    counts.n_documents += n;
  }
  for (const int64_t registration : known.registrations)
    for (const std::string_view statement : {kTakeDeeds, kTakeSessions, kTakeRegistration}) BANMO_DO(execute(connection, statement, {registration}));
  BANMO_DO(execute(connection, kTakeAccounts, {person.value}));
  BANMO_DO(take_actors(connection, known));
  counts.n_actors = known.n_actors;
  counts.n_accounts = known.n_accounts;
  counts.n_registrations = static_cast<int64_t>(known.registrations.size());
  return {};
}

Result<Removal> Erasing::order(const Principal& by, PersonId id, const std::string& reason) {
  BANMO_DO(check_order(by, reason));
  BANMO_TRY(const RemovalPreview expected, preview(by, id));
  BANMO_TRY(const directory::Person person, find(by, id));
  BANMO_TRY(const auto addresses, addresses_of(person.no));
  RemovalRow row;
  BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(lock_writer(connection));
    BANMO_TRY(const bool runs, is_under_way(connection, person.no));
    if (runs) return erasure_runs();
    BANMO_TRY(const Known known, known_of(connection, person.no, addresses));
    BANMO_DO(check_reach(by, known));
    row = {};
    row.person = person.no;
    row.told.kind = RemovalKind::person;
    row.told.wish.org = person.org;
    row.told.wish.keep_figures = false;
    row.told.subject = crypto::to_hex(crypto::sha256(person.id.to_string()));
    row.told.reason = reason;
    row.told.asked_by = by.account_name;
    row.told.n_expected = expected.counts.n_statements;
    BANMO_DO(take_small(connection, person.no, known, row.told.counts));
    return add_removal(connection, directory_, row, {known.agents.begin(), known.agents.end()});
  }));
  people_.forget();
  return row.told;
}

}  // namespace banmo::events
