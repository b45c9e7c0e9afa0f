// SPDX-License-Identifier: Apache-2.0
#include "events/remover.h"

#include <algorithm>

#include "base/text.h"
#include "events/attachments.h"
#include "events/documents.h"
#include "events/look_up.h"
#include "events/postings.h"
#include "events/purge.h"
#include "events/redact.h"

namespace banmo::events {
namespace {

using directory::OrgNo;
using directory::PersonNo;

constexpr std::string_view kTake = "DELETE FROM xapi_statement WHERE no = $1";
// Answers of other stores, which may repeat what was said.
constexpr std::string_view kTakeRefused = "DELETE FROM xapi_forward_refused WHERE forward_no IN (SELECT no FROM xapi_forward) AND statement_no = $1";
constexpr std::string_view kRedact = "UPDATE xapi_statement SET body = $2 WHERE no = $1";
constexpr std::string_view kKeyName = "SELECT name FROM xapi_key WHERE no = $1";
// Of a store that did not keep the agent beside its documents yet.
constexpr std::string_view kTakeOldStates = "DELETE FROM xapi_document WHERE org_no = $1 AND kind = 0 AND owner = $2 AND agent = 0";
constexpr std::string_view kStays =
    "SELECT org_no FROM membership WHERE person_no = $1 UNION SELECT m.org_no FROM guardian_link g JOIN membership m ON m.person_no = g.ward_no "
    "WHERE "
    "g.guardian_no = $1";
constexpr std::string_view kWithAttachments =
    "SELECT no, org_no, body FROM xapi_statement WHERE no > $1 AND body LIKE '%\"attachments\"%' ORDER BY no";
constexpr std::string_view kLastStatement = "SELECT COALESCE(MAX(no), 0) FROM xapi_statement";
constexpr std::string_view kTakeContent = "DELETE FROM xapi_attachment WHERE org_no = $1 AND sha2 IN ($2, $3)";  // as it was said, and in lower case

int64_t list_of(List list, int64_t number) { return target_of(list, std::to_string(number)); }

using Hashes = std::set<std::pair<int64_t, std::string>>;  // organisation, hash in lower case

// Takes those out that a statement after `after_no` has.
Result<> keep_used(sql::Connection& connection, int64_t after_no, Hashes& unused) {
  if (unused.empty()) return {};
  std::vector<std::string> hashes;
  return connection.each(kWithAttachments, {after_no}, [&](const sql::Values& row) -> Result<> {
    BANMO_TRY(const json::Value body, json::read(sql::text_of(row[2])));
    hashes.clear();
    add_hashes(hashes, body);
    for (const std::string& sha2 : hashes) unused.erase({sql::int_of(row[1]), text::lower_ascii(sha2)});
    return {};
  });
}

}  // namespace

void Remover::into(records::Records& records) {
  const std::lock_guard lock(mutex_);
  records_ = &records;
}

Result<bool> Remover::is_caught_up(const RemovalRow& row) const {
  BANMO_TRY(const int64_t fed, records_->events_until());
  if (fed < row.until_no) return false;
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const int64_t filed, filed_until(*lease));
  return filed >= row.until_no;
}

// Where the person stood, now or ever: the lists in which the person's statements may be.
Result<Remover::About> Remover::about_of_person(sql::Connection& connection, PersonNo person) const {
  About about{list_of(List::about_person, person.value)};
  const auto tree = directory_.orgs();
  BANMO_TRY(const auto rows, connection.query(kStays, {person.value}));
  for (const auto& row : rows.rows) {
    const OrgNo org{sql::int_of(row[0])};
    about.push_back(list_of(List::about_class, org.value));
    if (const directory::Org* school = tree->standing(org)) about.push_back(list_of(List::about_org, school->no.value));
  }
  std::sort(about.begin(), about.end());
  about.erase(std::unique(about.begin(), about.end()), about.end());
  return about;
}

// `ifis`: as whom the person is known there; none of a purge.
Result<> Remover::add_gone(sql::Connection& connection, Plan& plan, const StoredStatement& stored, const About& about,
                           const std::set<std::string>& ifis) {
  const auto [name, is_new] = plan.key_names.try_emplace(stored.key_no);
  if (is_new) {
    BANMO_TRY(const auto key, connection.query(kKeyName, {stored.key_no}));
    if (!key.empty()) name->second = sql::text_of(key[0][0]);
  }
  BANMO_TRY(const auto entries, forgetting_.entries_of(connection, stored, name->second, about));
  plan.entries.insert(plan.entries.end(), entries.begin(), entries.end());
  std::vector<std::string> hashes;
  add_hashes(hashes, stored.body);
  for (const std::string& sha2 : hashes) plan.contents.emplace_back(stored.key_org, sha2);
  if (const auto* activity = std::get_if<Activity>(&stored.statement.object))
    for (const std::string& ifi : ifis) plan.old_states.emplace_back(stored.key_org, document_owner(activity->id, ifi));
  plan.gone.push_back(stored.no);
  return {};
}

// The next in one list of one agent; the two lists of each agent come one after the other (row.step).
Result<Remover::Plan> Remover::plan_of_person(const RemovalRow& row) {
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  BANMO_TRY(const auto agents, agents_of(*lease, row.told.no));
  Plan plan{.step = row.step, .after_no = row.after_no};
  if (static_cast<size_t>(row.step / 2) >= agents.size()) {
    plan.is_end = true;
    return plan;
  }
  const RemovalAgent& agent = agents[static_cast<size_t>(row.step / 2)];
  const int64_t target = target_of(row.step % 2 == 0 ? List::agent : List::agent_related, agent.ifi);
  std::set<std::string> ifis;
  for (const RemovalAgent& one : agents)
    if (one.org == agent.org) ifis.insert(one.ifi);
  BANMO_TRY(const About about, about_of_person(*lease, row.person));
  BANMO_TRY(const auto numbers, forgetting_.numbers(*lease, target, row.after_no, row.until_no, kChunk));
  BANMO_TRY(const auto rows, stored_by_no(*lease, numbers));
  for (const auto& values : rows.rows) {
    if (sql::int_of(values[2]) != agent.org.value) continue;
    const int64_t no = sql::int_of(values[0]);
    const auto stored = stored_of(values);
    plan.entries.push_back({target, no});
    if (stored == nullptr) {  // stored when the rules were less strict: what it says cannot be told apart
      plan.gone.push_back(no);
    } else if (tells_of(stored->statement, ifis)) {
      BANMO_DO(add_gone(*lease, plan, *stored, about, ifis));
    } else {
      plan.own.push_back({target, no});
      json::Value body = stored->body;
      if (!redact_statement(body, ifis, home_page_)) continue;
      for (const std::string& sha2 : take_signatures(body)) plan.contents.emplace_back(agent.org, sha2);
      plan.redacted.emplace_back(no, json::write(body));
    }
  }
  const bool is_last = numbers.size() < kChunk;
  plan.after_no = is_last ? 0 : numbers.back();
  plan.step += is_last ? 1 : 0;
  return plan;
}

Result<Remover::Plan> Remover::plan_of_age(const RemovalRow& row) {
  BANMO_TRY(const auto lease, directory_.stores().ledger->read());
  sql::Values values{row.after_no, row.until_no, static_cast<int64_t>(kChunk)};
  const std::string condition = purge_condition(row.told.wish, lease->dialect(), values);
  BANMO_TRY(const auto rows, lease->query("SELECT " + std::string(kStoredColumns) + " FROM xapi_statement s WHERE s.no > $1 AND s.no <= $2 AND " +
                                              condition + " ORDER BY s.no LIMIT $3",
                                          values));
  Plan plan{.step = row.step, .after_no = row.after_no, .is_end = rows.size() < kChunk};
  for (const auto& one : rows.rows) {
    plan.after_no = sql::int_of(one[0]);
    const auto stored = stored_of(one);
    if (stored == nullptr) {
      plan.gone.push_back(plan.after_no);
      continue;
    }
    BANMO_TRY(const Whom whom, people_.whom(stored->key_org, stored->statement.actor, stored->at));
    About about{list_of(List::about_org, whom.org.value)};
    if (whom.person) about.push_back(list_of(List::about_person, whom.person->value));
    if (whom.class_org) about.push_back(list_of(List::about_class, whom.class_org->value));
    BANMO_DO(add_gone(*lease, plan, *stored, about, {}));
  }
  return plan;
}

Result<> Remover::carry_out(const RemovalRow& seen, const Plan& plan) {
  return directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(lock_writer(connection));
    BANMO_TRY(RemovalRow row, removal_by_no(connection, seen.told.no));
    if (row.told.state != RemovalState::statements || row.step != seen.step || row.after_no != seen.after_no) return {};  // another was quicker
    if (!plan.entries.empty()) BANMO_DO(Index::forget(connection, plan.entries));
    for (const Posting& posting : plan.own) BANMO_DO(forget_own_target(connection, posting));
    RemovalCounts& counts = row.told.counts;
    for (const auto& [org, sha2] : plan.contents) BANMO_DO(remember_content(connection, row.told.no, org, sha2));
    for (const auto& [org, owner] : plan.old_states) {
      BANMO_TRY(const int64_t n, connection.execute(kTakeOldStates, {org.value, owner}));
      counts.n_documents += n;
    }
    for (const auto& [no, body] : plan.redacted) {
      BANMO_DO(execute(connection, kTakeRefused, {no}));
      BANMO_TRY(const int64_t n, connection.execute(kRedact, {no, body}));
      counts.n_redacted += n;
    }
    for (const int64_t no : plan.gone) {
      if (!row.told.wish.keep_figures) BANMO_DO(remember_gone(connection, row.told.no, no));
      BANMO_DO(execute(connection, kTakeRefused, {no}));
      BANMO_TRY(const int64_t n, connection.execute(kTake, {no}));
      counts.n_statements += n;
    }
    row.step = plan.step;
    row.after_no = plan.after_no;
    if (plan.is_end) row.told.state = RemovalState::rows;
    return save_removal(connection, row);
  });
}

Result<int64_t> Remover::take_statements(int64_t no) {
  int64_t n_steps = 0;
  for (; n_steps < static_cast<int64_t>(kChunksAtOnce); ++n_steps) {
    RemovalRow row;
    {
      BANMO_TRY(const auto lease, directory_.stores().ledger->read());
      BANMO_TRY(row, removal_by_no(*lease, no));
    }
    if (row.told.state != RemovalState::statements) break;
    BANMO_TRY(const Plan plan, row.told.kind == RemovalKind::person ? plan_of_person(row) : plan_of_age(row));
    BANMO_DO(carry_out(row, plan));
  }
  return n_steps;
}

Result<> Remover::go_on(int64_t no, RemovalState to, int64_t n_rows) {
  return directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(lock_writer(connection));
    BANMO_TRY(RemovalRow row, removal_by_no(connection, no));
    if (row.told.state != RemovalState::rows) return {};
    row.told.counts.n_rows += n_rows;
    row.told.state = to;
    return save_removal(connection, row);
  });
}

// Rows of the statements that are gone, then what else tells of the person: rows of statements that had gone by age before.
Result<int64_t> Remover::take_rows(const RemovalRow& row) {
  const int64_t no = row.told.no;
  records::EventErasure what{
      .numbers = {}, .person = {}, .until = std::max(row.until_no, row.told.asked_at.micros - 1), .limit = static_cast<int64_t>(kRowsAtOnce)};
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(what.numbers, gone_of(*lease, no, kRowsAtOnce));
  }
  const bool by_number = !what.numbers.empty();
  if (!by_number) what.person = row.person;
  records::EventsErased erased{0, true};
  if (by_number || what.person.value != 0) {
    BANMO_TRY(erased, records_->erase_events(what));
  }
  if (by_number && erased.is_all)
    BANMO_DO(directory_.stores().ledger->write([&](sql::Connection& connection) { return forget_gone(connection, no, what.numbers.back()); }));
  BANMO_DO(go_on(no, erased.is_all && !by_number ? RemovalState::contents : RemovalState::rows, erased.n_rows));
  return erased.n_rows + (erased.is_all ? 1 : 0);
}

// Takes these away unless a statement after `after_no` has them.
Result<> Remover::take_unused(int64_t no, std::span<const std::pair<OrgNo, std::string>> contents, int64_t after_no) {
  return directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(lock_writer(connection));
    BANMO_TRY(RemovalRow now, removal_by_no(connection, no));
    if (now.told.state != RemovalState::contents) return {};
    Hashes unused;
    for (const auto& [org, sha2] : contents) unused.emplace(org.value, text::lower_ascii(sha2));
    BANMO_DO(keep_used(connection, after_no, unused));
    for (const auto& [org, sha2] : contents) {
      BANMO_DO(forget_content(connection, no, org, sha2));
      const std::string lower = text::lower_ascii(sha2);
      if (!unused.contains({org.value, lower})) continue;
      BANMO_TRY(const int64_t n, connection.execute(kTakeContent, {org.value, sha2, lower}));
      now.told.counts.n_attachments += n;
    }
    return save_removal(connection, now);
  });
}

// One look at all statements finds what nobody has; who stores the same bytes again meanwhile is seen by a second look, which nobody writes beside.
Result<> Remover::take_contents(const RemovalRow& row) {
  std::vector<std::pair<OrgNo, std::string>> contents;
  int64_t looked_until = 0;
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(contents, contents_of(*lease, row.told.no));
    BANMO_TRY(const auto last, lease->query(kLastStatement));
    looked_until = sql::int_of(last[0][0]);
    Hashes unused;
    for (const auto& [org, sha2] : contents) unused.emplace(org.value, text::lower_ascii(sha2));
    BANMO_DO(keep_used(*lease, 0, unused));
    std::erase_if(contents, [&](const auto& content) { return !unused.contains({content.first.value, text::lower_ascii(content.second)}); });
  }
  for (size_t i = 0; i < contents.size(); i += kChunk)
    BANMO_DO(take_unused(row.told.no, std::span(contents).subspan(i, std::min(kChunk, contents.size() - i)), looked_until));
  return directory_.stores().ledger->write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(lock_writer(connection));
    BANMO_TRY(const RemovalRow now, removal_by_no(connection, row.told.no));
    return now.told.state == RemovalState::contents ? end_removal(connection, directory_, now) : Result<>();
  });
}

// How many steps were made for one order.
Result<int64_t> Remover::work_on(const RemovalRow& row) {
  switch (row.told.state) {
    case RemovalState::statements: {
      BANMO_TRY(const bool caught_up, is_caught_up(row));
      if (!caught_up) return int64_t{0};
      return take_statements(row.told.no);
    }
    case RemovalState::rows: return take_rows(row);
    case RemovalState::contents: {
      BANMO_DO(take_contents(row));
      return int64_t{1};
    }
    case RemovalState::done: break;
  }
  return int64_t{0};
}

// An order that fails does not hold up those behind it; what it met is told when they are done or wait.
Result<int64_t> Remover::run() {
  const std::lock_guard lock(mutex_);
  if (records_ == nullptr) return int64_t{0};
  std::vector<RemovalRow> rows;
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(rows, removals_to_do(*lease));
  }
  std::optional<Error> met;
  for (const RemovalRow& row : rows) {
    const auto n_steps = work_on(row);
    if (n_steps.ok() && *n_steps != 0) return n_steps;
    if (n_steps.ok()) break;
    if (!met) met = n_steps.error();
  }
  if (met) return *met;
  return int64_t{0};
}

}  // namespace banmo::events
