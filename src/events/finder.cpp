// SPDX-License-Identifier: Apache-2.0
#include "events/finder.h"

#include <algorithm>

#include "base/text.h"
#include "events/postings.h"

namespace banmo::events {
namespace {

constexpr std::string_view kOne = "SELECT body FROM xapi_statement s WHERE s.id = $1 AND ";
constexpr std::string_view kContents = "SELECT sha2, content_type, content FROM xapi_attachment WHERE sha2 = $1 AND ";
constexpr std::string_view kDefinition = "SELECT definition FROM xapi_activity WHERE id = $1 AND ";

constexpr std::string_view kWriters =
    "SELECT DISTINCT k.org_no FROM xapi_key k JOIN org_closure c ON c.org_no = k.org_no WHERE c.ancestor_no = $1 ORDER BY k.org_no LIMIT $2";
constexpr size_t kMaxLists = 100;

// One filter: a statement stands in at least one of the lists.
using Filter = std::vector<int64_t>;

// A question and its values, put together.
struct Question {
  std::string text;
  sql::Values values;
  std::string bound(sql::Value value) {
    values.push_back(std::move(value));
    return "$" + std::to_string(values.size());
  }
};

// Adds the numbers of one list, or of all statements, that pass the filters.
void add_numbers(Question& question, std::optional<int64_t> driver, const std::vector<Filter>& others, const StatementQuery& query,
                 const std::string& visible, size_t limit) {
  std::string& text = question.text;
  const std::string no = driver ? "p.no" : "s.no";
  text += "SELECT " + no + " FROM ";
  if (driver) {
    text += "xapi_posting p JOIN xapi_statement s ON s.no = p.no WHERE p.target = " + question.bound(*driver) + " AND ";
  } else {
    text += "xapi_statement s WHERE ";
  }
  text += "s.voided <> 1 AND " + visible;
  if (query.since) text += " AND " + no + " > " + question.bound(query.since->micros);
  if (query.until) text += " AND " + no + " <= " + question.bound(query.until->micros);
  if (query.cursor > 0) text += " AND " + no + (query.ascending ? " > " : " < ") + question.bound(query.cursor);
  for (const Filter& filter : others) {
    text += " AND EXISTS (SELECT 1 FROM xapi_posting q WHERE q.no = " + no + " AND q.target IN (";
    for (size_t i = 0; i < filter.size(); ++i) text += (i == 0 ? "" : ", ") + question.bound(filter[i]);
    text += "))";
  }
  text += " ORDER BY " + no + (query.ascending ? " ASC" : " DESC") + " LIMIT " + std::to_string(limit);
}

Result<std::optional<std::string>> text_or_none(sql::Database& ledger, const std::string& statement, const sql::Values& values) {
  BANMO_TRY(const auto lease, ledger.read());
  BANMO_TRY(const auto rows, lease->query(statement, values));
  if (rows.empty()) return std::optional<std::string>();
  return std::optional(sql::text_of(rows[0][0]));
}

}  // namespace

// The lists of the organisations whose statements a key may see, if they are few: empty otherwise, and for a top organisation, which sees all.
Result<std::vector<int64_t>> Finder::organisations_of(sql::Connection& connection, const Key& key) const {
  std::vector<int64_t> lists;
  if (sees_all(key)) return lists;
  BANMO_TRY(const auto rows, connection.query(kWriters, {key.org.value, static_cast<int64_t>(kMaxLists + 1)}));
  if (rows.size() > kMaxLists) return lists;
  for (const auto& row : rows.rows) lists.push_back(target_of(List::org, std::to_string(sql::int_of(row[0]))));
  return lists;
}

bool Finder::sees_all(const Key& key) const {
  const auto tree = directory_.orgs();
  const directory::Org* org = tree->find(key.org);
  return org != nullptr && org->parent.value == 0;
}

// A key of a top organisation sees all; others see their organisation and what lies below it.
std::string Finder::visible(const Key& key, std::string_view org_column) const {
  directory::Scope scope;
  scope.orgs = {key.org};
  scope.everything = sees_all(key);
  return scope.predicate(org_column, "");
}

Result<Found> Finder::find(const Key& key, const StatementQuery& query) const {
  std::vector<Filter> filters;  // the narrowest first, as far as one can know
  if (!query.registration.empty()) filters.push_back({target_of(List::registration, text::lower_ascii(query.registration))});
  if (!query.agent.empty()) {
    Filter& filter = filters.emplace_back(Filter{target_of(List::agent, query.agent)});
    if (query.related_agents) {
      filter.push_back(target_of(List::agent_related, query.agent));
      const std::string ours = "account " + home_page_ + " ";  // the authority of a key's statements
      if (query.agent.starts_with(ours)) filter.push_back(target_of(List::key, query.agent.substr(ours.size())));
    }
  }
  if (!query.activity.empty()) {
    Filter& filter = filters.emplace_back(Filter{target_of(List::activity, query.activity)});
    if (query.related_activities) filter.push_back(target_of(List::activity_related, query.activity));
  }
  if (!query.verb.empty()) filters.push_back({target_of(List::verb, query.verb)});
  if (!key.may(KeyScope::statements_read)) filters.push_back({target_of(List::key, key.key)});

  const size_t limit = query.limit == 0 ? max_page_ : std::min(query.limit, max_page_);
  const std::string seen = visible(key, "s.org_no");
  BANMO_TRY(const auto lease, ledger_.read());
  if (filters.empty()) {
    BANMO_TRY(Filter orgs, organisations_of(*lease, key));
    if (!orgs.empty()) filters.push_back(std::move(orgs));
  }
  Question question{"SELECT s.no, s.body FROM xapi_statement s WHERE s.no IN (", {}};
  if (filters.empty()) {
    add_numbers(question, std::nullopt, filters, query, seen, limit + 1);
  } else {
    const Filter drivers = filters.front();
    filters.erase(filters.begin());
    for (size_t i = 0; i < drivers.size(); ++i) {
      question.text += i == 0 ? "SELECT * FROM (" : " UNION SELECT * FROM (";
      add_numbers(question, drivers[i], filters, query, seen, limit + 1);
      question.text += ") AS list" + std::to_string(i);
    }
  }
  question.text += std::string(") ORDER BY s.no ") + (query.ascending ? "ASC" : "DESC") + " LIMIT " + std::to_string(limit + 1);
  BANMO_TRY(auto rows, lease->query(question.text, question.values));
  Found found;
  for (size_t i = 0; i < rows.size() && i < limit; ++i) found.bodies.push_back(std::move(std::get<std::string>(rows.rows[i][1])));
  if (rows.size() > limit) found.next = sql::int_of(rows[limit - 1][0]);
  return found;
}

Result<std::optional<std::string>> Finder::one(const Key& key, const Uuid& id, bool voided) const {
  std::string statement = std::string(kOne) + visible(key, "s.org_no") + (voided ? " AND s.voided = 1" : " AND s.voided <> 1");
  if (!key.may(KeyScope::statements_read)) statement += " AND s.key_no = " + std::to_string(key.no);
  return text_or_none(ledger_, statement + " ORDER BY s.no LIMIT 1", {sql::Blob(id.bytes.begin(), id.bytes.end())});
}

Result<std::vector<Content>> Finder::contents(const Key& key, const std::vector<std::string>& sha2s) const {
  std::vector<Content> out;
  BANMO_TRY(const auto lease, ledger_.read());
  for (const std::string& sha2 : sha2s) {
    BANMO_TRY(const auto rows, lease->query(std::string(kContents) + visible(key, "org_no") + " ORDER BY org_no LIMIT 1", {sha2}));
    if (rows.empty()) continue;
    const auto& bytes = std::get<sql::Blob>(rows[0][2]);
    out.push_back({sql::text_of(rows[0][0]), sql::text_of(rows[0][1]), std::string(bytes.begin(), bytes.end())});
  }
  return out;
}

Result<std::optional<std::string>> Finder::definition(const Key& key, const std::string& activity) const {
  return text_or_none(ledger_, std::string(kDefinition) + visible(key, "org_no") + " ORDER BY org_no LIMIT 1", {activity});
}

Result<std::optional<std::string>> Finder::latest_of(const Key& key, const std::string& ifi) const {
  StatementQuery query;
  query.agent = ifi;
  query.limit = 1;
  BANMO_TRY(Found found, find(key, query));
  if (found.bodies.empty()) return std::optional<std::string>();
  return std::optional(std::move(found.bodies.front()));
}

}  // namespace banmo::events
