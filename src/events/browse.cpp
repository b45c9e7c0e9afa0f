// SPDX-License-Identifier: Apache-2.0
#include "events/browse.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "events/look_up.h"
#include "events/postings.h"

namespace banmo::events {
namespace {

using directory::OrgKind;
using directory::OrgNo;
using directory::PersonNo;
using directory::Right;
using pack::Level;

constexpr std::string_view kOne = " FROM xapi_statement s WHERE s.id = $1 ORDER BY s.no DESC";
constexpr std::string_view kWriters = "SELECT DISTINCT org_no FROM xapi_key ORDER BY org_no";

constexpr size_t kMaxLooked = 2000, kMaxPage = 200, kMaxChunk = 500;  // statements
// A page begins where its time can be in the order of storage: a clock may be ahead by a day, a tool that was offline late by a month.
constexpr int64_t kDay_us = int64_t{86'400} * 1'000'000, kMaxAhead_us = kDay_us, kMaxLate_us = 31 * kDay_us;

Error no_such_record() {
  return fail(ErrorCode::not_found, "events.no_such_record",
              {"没有这条学习记录，或不在您的范围内", "there is no such learning record, or it is not in your scope"});
}

bool has_words(const std::string& text, const std::string& lower_words) { return text::lower_ascii(text).find(lower_words) != std::string::npos; }

bool has_result(const Outcome& outcome, LearningResult wanted) {
  if (wanted == LearningResult::completed) return outcome.completion.value_or(false);
  return outcome.success && *outcome.success == (wanted == LearningResult::passed);
}

// What no list knows.
bool is_asked_for(const LearningRecord& record, const LearningQuery& query) {
  if (!query.activity_type.empty() && record.activity_type != query.activity_type) return false;
  if (!query.platform.empty() && record.platform != query.platform) return false;
  if (query.result && !has_result(record.outcome, *query.result)) return false;
  const std::string words = text::lower_ascii(text::trim(query.text));
  return words.empty() || has_words(record.object_title.zh, words) || has_words(record.object_title.en, words) || has_words(record.object, words);
}

StatementQuery position_of(const LearningQuery& query) {
  StatementQuery position;
  position.cursor = query.cursor;
  if (query.from) position.since = Instant{query.from->micros - kMaxAhead_us};
  if (query.to && query.person.value == 0 && query.org.value == 0) position.until = Instant{query.to->micros + kMaxLate_us};
  return position;
}

std::string time_condition(const LearningQuery& query) {
  std::string condition = "TRUE";
  if (query.from) condition += " AND s.at >= " + std::to_string(query.from->micros);
  if (query.to) condition += " AND s.at < " + std::to_string(query.to->micros);
  return condition;
}

int64_t list_of(List list, int64_t number) { return target_of(list, std::to_string(number)); }

}  // namespace

Reader Browse::reader_of(const directory::Principal& by, Right right) const {
  return {directory_.scope(by, right, {"org", "person", Level::l2}), directory_.scope(by, Right::people_read, {"org_no", "no", Level::l2}),
          directory_.orgs()};
}

// The lists in which what is about these organisations stands: by the keys in them, and by keys above them.
Result<Filter> Browse::lists_of(const std::vector<OrgNo>& orgs) const {
  std::vector<OrgNo> writers;
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(const auto rows, lease->query(kWriters));
    for (const auto& row : rows.rows) writers.push_back({sql::int_of(row[0])});
  }
  const auto tree = directory_.orgs();
  const auto is_in_school = [&](OrgNo no) { return tree->find(no)->kind == OrgKind::class_ || tree->find(no)->kind == OrgKind::grade; };
  Filter lists;
  for (const OrgNo org : orgs) {
    if (tree->find(org) == nullptr) continue;
    const bool in_school = is_in_school(org);
    for (const OrgNo below : tree->subtree(org))
      if (in_school == is_in_school(below)) lists.push_back(list_of(in_school ? List::about_class : List::about_org, below.value));
    for (const OrgNo writer : writers)
      if (tree->is_within(writer, org)) lists.push_back(list_of(List::org, writer.value));
  }
  return lists;
}

// A scope of too many lists is none: so wide a reader finds enough in the order of storage.
Result<std::vector<Filter>> Browse::filters_of(const Reader& reader, const LearningQuery& query) const {
  std::vector<Filter> filters;
  if (query.person.value != 0) filters.push_back({list_of(List::about_person, query.person.value)});
  Filter wide;
  if (query.org.value != 0) {
    BANMO_TRY(wide, lists_of({query.org}));
  } else if (query.person.value == 0 && !reader.data.everything) {
    BANMO_TRY(wide, lists_of(reader.data.orgs));
    if (wide.size() + reader.data.persons.size() <= kMaxOfFilter)
      for (const PersonNo person : reader.data.persons) wide.push_back(list_of(List::about_person, person.value));
  }
  if (!wide.empty() && wide.size() <= kMaxOfFilter) filters.push_back(std::move(wide));
  if (!query.activity.empty()) filters.push_back({target_of(List::activity, query.activity)});
  if (!query.key.empty()) filters.push_back({target_of(List::key, query.key)});
  if (!query.verb.empty()) filters.push_back({target_of(List::verb, query.verb)});
  return filters;
}

Result<int64_t> Browse::look_through(const sql::Rows& rows, const Reader& reader, const LearningQuery& query, Telling& telling) const {
  std::vector<std::unique_ptr<const StoredStatement>> statements;
  std::map<int64_t, std::vector<std::string>> actors;
  for (const auto& row : rows.rows) {
    const auto& stored = statements.emplace_back(stored_of(row));
    if (stored != nullptr && !stored->statement.actor.ifi.empty()) actors[stored->key_org.value].push_back(stored->statement.actor.ifi);
  }
  for (const auto& [org, ifis] : actors) BANMO_DO(people_.know({org}, ifis));
  int64_t last_no = 0;
  for (size_t i = 0; i < statements.size() && telling.n_taken() < query.limit; ++i) {
    last_no = sql::int_of(rows[i][0]);
    if (statements[i] == nullptr) continue;
    const StoredStatement& stored = *statements[i];
    BANMO_TRY(const Whom whom, people_.whom(stored.key_org, stored.statement.actor, stored.at));
    if (!reader.sees(whom) || (query.org.value != 0 && !reader.is_about(whom, query.org))) continue;
    if (query.person.value != 0 && whom.person != query.person) continue;
    BANMO_TRY(LearningRecord record, telling.draft(stored, whom));
    if (is_asked_for(record, query)) telling.take(std::move(record), stored);
  }
  return last_no;
}

Result<LearningPage> Browse::page(const directory::Principal& by, const LearningQuery& wanted, Right right) const {
  LearningQuery query = wanted;
  query.limit = std::clamp<size_t>(query.limit, 1, kMaxPage);
  LearningPage page;
  const Reader reader = reader_of(by, right);
  if (reader.data.sees_nothing() || reader.data.aggregates_only) return page;
  BANMO_TRY(const auto filters, filters_of(reader, query));
  Telling telling(directory_, reader);
  StatementQuery position = position_of(query);
  size_t chunk = query.limit + 1;
  for (size_t n_looked = 0; n_looked < kMaxLooked; chunk = kMaxChunk) {
    BANMO_TRY(const auto rows, lists_.page(kStoredColumns, filters, position, time_condition(query), chunk));
    if (rows.empty()) {
      page.next = 0;
      break;
    }
    BANMO_TRY(page.next, look_through(rows, reader, query, telling));
    const bool saw_all = page.next == sql::int_of(rows.rows.back()[0]);
    if (saw_all && rows.size() < chunk) page.next = 0;
    if (page.next == 0 || telling.n_taken() == query.limit) break;
    position.cursor = page.next;
    n_looked += rows.size();
  }
  BANMO_TRY(page.items, telling.finish());
  return page;
}

Result<LearningRecord> Browse::one(const directory::Principal& by, const Uuid& id, OrgNo key_org) const {
  const Reader reader = reader_of(by, Right::datasets_read);
  if (reader.data.sees_nothing() || reader.data.aggregates_only) return no_such_record();
  sql::Rows rows;
  {
    BANMO_TRY(const auto lease, directory_.stores().ledger->read());
    BANMO_TRY(rows, lease->query("SELECT " + std::string(kStoredColumns) + std::string(kOne), {blob_of(id)}));
  }
  if (key_org.value != 0) std::erase_if(rows.rows, [&](const sql::Values& row) { return sql::int_of(row[2]) != key_org.value; });
  Telling telling(directory_, reader);
  LearningQuery query;
  query.limit = 1;
  BANMO_TRY([[maybe_unused]] const int64_t last, look_through(rows, reader, query, telling));
  BANMO_TRY(auto records, telling.finish());
  if (records.empty()) return no_such_record();
  return std::move(records.front());
}

}  // namespace banmo::events
