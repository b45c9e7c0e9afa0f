// SPDX-License-Identifier: Apache-2.0
#include "events/finder.h"

#include <algorithm>

#include "base/text.h"
#include "events/look_up.h"
#include "events/postings.h"

namespace banmo::events {
namespace {

constexpr size_t kMaxPageBytes = size_t{16} << 20;  // of statements: a page ends there, after one at least
constexpr std::string_view kOne = "SELECT body FROM xapi_statement s WHERE s.id = $1 AND ";
constexpr std::string_view kSizes = "SELECT sha2, OCTET_LENGTH(content) FROM xapi_attachment WHERE ";
constexpr std::string_view kContents = "SELECT sha2, content_type, content FROM xapi_attachment WHERE sha2 = $1 AND ";
constexpr std::string_view kDefinition = "SELECT definition FROM xapi_activity WHERE id = $1 AND ";

constexpr std::string_view kWriters =
    "SELECT DISTINCT k.org_no FROM xapi_key k JOIN org_closure c ON c.org_no = k.org_no WHERE c.ancestor_no = $1 ORDER BY k.org_no LIMIT $2";
constexpr size_t kMaxWriters = 100;

Result<std::optional<std::string>> text_or_none(sql::Database& ledger, const std::string& statement, const sql::Values& values) {
  BANMO_TRY(const auto lease, ledger.read());
  BANMO_TRY(const auto rows, lease->query(statement, values));
  if (rows.empty()) return std::optional<std::string>();
  return std::optional(sql::text_of(rows[0][0]));
}

}  // namespace

// The lists of the organisations whose statements a key may see, if they are few: empty otherwise, and for a top organisation, which sees all.
Result<Filter> Finder::organisations_of(const Key& key) const {
  Filter lists;
  if (sees_all(key)) return lists;
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(kWriters, {key.org.value, static_cast<int64_t>(kMaxWriters + 1)}));
  if (rows.size() > kMaxWriters) return lists;
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
  std::vector<Filter> filters;
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
  if (filters.empty()) {
    BANMO_TRY(Filter orgs, organisations_of(key));
    if (!orgs.empty()) filters.push_back(std::move(orgs));
  }
  BANMO_TRY(auto rows, lists_.page("s.no, s.body", filters, query, visible(key, "s.org_no"), limit + 1));
  Found found;
  size_t n_bytes = 0;
  for (size_t i = 0; i < rows.size() && i < limit && n_bytes < kMaxPageBytes; ++i) {
    found.numbers.push_back(sql::int_of(rows[i][0]));
    found.bodies.push_back(std::move(std::get<std::string>(rows.rows[i][1])));
    n_bytes += found.bodies.back().size();
  }
  if (rows.size() > found.numbers.size()) found.next = found.numbers.back();
  return found;
}

Result<std::optional<std::string>> Finder::one(const Key& key, const Uuid& id, bool voided) const {
  std::string statement = std::string(kOne) + visible(key, "s.org_no") + (voided ? " AND s.voided = 1" : " AND s.voided <> 1");
  if (!key.may(KeyScope::statements_read)) statement += " AND s.key_no = " + std::to_string(key.no);
  return text_or_none(ledger_, statement + " ORDER BY s.no LIMIT 1", {sql::Blob(id.bytes.begin(), id.bytes.end())});
}

Result<std::unordered_map<std::string, int64_t>> Finder::sizes(const Key& key, const std::vector<std::string>& sha2s) const {
  std::unordered_map<std::string, int64_t> out;
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_DO(each_of(*lease, std::string(kSizes) + visible(key, "org_no") + " AND sha2 IN (", {}, {sha2s.begin(), sha2s.end()},
                   [&](const sql::Values& row) -> Result<> {
                     out[sql::text_of(row[0])] = sql::int_of(row[1]);
                     return {};
                   }));
  return out;
}

Result<std::optional<Content>> Finder::content(const Key& key, const std::string& sha2) const {
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows, lease->query(std::string(kContents) + visible(key, "org_no") + " ORDER BY org_no LIMIT 1", {sha2}));
  if (rows.empty()) return std::optional<Content>();
  const auto& bytes = std::get<sql::Blob>(rows[0][2]);
  return std::optional(Content{sql::text_of(rows[0][0]), sql::text_of(rows[0][1]), std::string(bytes.begin(), bytes.end())});
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
