// SPDX-License-Identifier: Apache-2.0
#include "records/worklist.h"

#include <algorithm>
#include <map>

#include "audit/audit.h"
#include "base/city_time.h"
#include "base/text.h"
#include "directory/notices.h"
#include "records/quality.h"
#include "records/quarantine.h"
#include "records/row_text.h"

namespace banmo::records {
namespace {

constexpr size_t kMaxItems = 5000, kMaxNote = 2000;
constexpr std::string_view kReturns = "SELECT org_no, until_id, due, note, account, at FROM records_return WHERE dataset = $1";
constexpr std::string_view kForgetReturn = "DELETE FROM records_return WHERE dataset = $1 AND org_no = $2";
constexpr std::string_view kNewestOpen = "SELECT COALESCE(MAX(id), 0) FROM bm_quarantine WHERE dataset = $1 AND open AND org_no = $2";
constexpr std::string_view kKeepReturn =
    "INSERT INTO records_return (dataset, org_no, until_id, due, note, account, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";

struct Returned {
  int64_t until_id = 0;
  WorkItem::Return told;
};
using Returns = std::map<int64_t, Returned>;

Result<Returns> read_returns(Engine& engine, const std::string& dataset) {
  Returns returns;
  BANMO_TRY(const auto lease, engine.ledger().read());
  BANMO_TRY(const auto rows, lease->query(kReturns, {dataset}));
  for (const auto& row : rows.rows) {
    Returned one{sql::int_of(row[1]), {Instant{sql::int_of(row[5])}, sql::text_of(row[4]), sql::text_of(row[3]), {}}};
    one.told.due = Date::parse_iso(sql::text_of(row[2])).value_or(Date{});
    returns.emplace(sql::int_of(row[0]), std::move(one));
  }
  return returns;
}

// Numbers only, so nothing to bind.
std::string returned_rows(const Returns& returns) {
  if (returns.empty()) return "FALSE";
  std::string cases = "CASE s.org_no";
  for (const auto& [org, one] : returns) cases += " WHEN " + std::to_string(org) + " THEN s.id <= " + std::to_string(one.until_id);
  return cases + " ELSE FALSE END";
}

Result<std::vector<WorkItem>> read_items(Engine& engine, const Schema& schema, const std::string& condition) {
  const std::string& dataset = schema.dataset->id;
  BANMO_TRY(const Returns returns, read_returns(engine, dataset));
  const std::string back = returned_rows(returns);
  BANMO_TRY(const auto lease, engine.warehouse().read());
  BANMO_TRY(const auto rows,
            lease->query("SELECT COALESCE(s.org_no, 0), COUNT(*) FILTER (WHERE s.open AND NOT (" + back + ")), COUNT(*) FILTER (WHERE s.open AND (" +
                             back + ")), COUNT(*) FILTER (WHERE s.closed_at IS NOT NULL) FROM bm_quarantine s WHERE s.dataset = $1 AND " + condition +
                             " GROUP BY COALESCE(s.org_no, 0) ORDER BY 1",
                         {dataset}));
  std::vector<WorkItem> items;
  for (const auto& row : rows.rows) {
    WorkItem item{dataset, {sql::int_of(row[0])}, sql::int_of(row[1]), sql::int_of(row[2]), sql::int_of(row[3]), {}};
    if (item.n_open + item.n_returned + item.n_fixed == 0) continue;
    if (const auto it = returns.find(item.org.value); it != returns.end()) item.returned = it->second.told;
    items.push_back(std::move(item));
  }
  return items;
}

Result<> check_return(const Engine& engine, const Principal& principal, const Schema& schema, directory::OrgNo org, Date due,
                      const std::string& note) {
  const auto scope = engine.scope(principal, directory::Right::datasets_edit, schema);
  const auto tree = engine.directory().orgs();
  if (tree->find(org) == nullptr || !scope.covers(*tree, org))
    return fail(ErrorCode::not_found, "directory.no_such_org", {"没有这个组织，或不在您的范围内", "no such organisation, or not in your scope"},
                "$.org");
  const bool own = std::any_of(principal.grants.begin(), principal.grants.end(), [&](const auto& grant) { return grant.org == org; });
  if (own) {
    return fail(ErrorCode::denied, "records.return_to_self",
                {"这是您自己单位的数据，请直接修正", "these rows are your own organisation's: mend them yourself"});
  }
  const Date today = city_date(engine.clock().now());
  if (due < today || due.days > today.days + 366) {
    return fail(ErrorCode::invalid, "records.bad_due", {"截止日期应在今天之后一年以内", "the date must be within a year from today"}, "$.due");
  }
  if (note.size() > kMaxNote) return fail(ErrorCode::invalid, "records.bad_note", {"说明过长，请缩短", "the note is too long; shorten it"}, "$.note");
  return {};
}

std::string org_only(directory::OrgNo org) { return "s.org_no = " + std::to_string(org.value); }

Result<int64_t> newest_open(Engine& engine, const std::string& dataset, directory::OrgNo org) {
  BANMO_TRY(const auto lease, engine.warehouse().read());
  BANMO_TRY(const auto rows, lease->query(kNewestOpen, {dataset, org.value}));
  return sql::int_of(rows[0][0]);
}

directory::NewNotice notice_of(const Schema& schema, Date due, int64_t n) {
  const auto& title = schema.dataset->title;
  return {"quarantine.returned",
          {"“" + title.zh + "”有 " + std::to_string(n) + " 行数据被退回，请于 " + due.to_iso() + " 前改正",
           std::to_string(n) + " rows of “" + title.en + "” were sent back: mend them by " + due.to_iso()},
          "/quarantine?id=" + schema.dataset->id};
}

// Whether a row is what the bad one was to be, as far as that is known. The key of a bad row is told in the words of the file: people by their code.
Result<bool> is_mended(const Engine& engine, const Schema& schema, const BadRow& bad, const sql::Values& stored) {
  const auto slots = value_slots(schema);
  if (schema.org && bad.org.value != 0 && sql::int_of(stored[slots[*schema.org]]) != bad.org.value) return false;
  const auto parts = text::split(bad.key, '~');
  if (bad.key.empty() || parts.size() != schema.grain.size()) return true;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Column& column = schema.columns[schema.grain[i]];
    if (column.sealed()) continue;
    std::string part(parts[i]);
    if (column.ref == RefKind::person) {
      BANMO_TRY(const auto person, engine.directory().unscoped_person_by_code(part));
      part = person ? std::to_string(person->value) : "";
    }
    if (canonical_text(stored[slots[column.index]]) != part) return false;
  }
  return true;
}

}  // namespace

Result<std::vector<WorkItem>> read_worklist(Engine& engine, const Principal& principal, std::string_view dataset, directory::OrgNo under) {
  if (!dataset.empty()) {
    const auto known = engine.require(principal, directory::Right::quality_read, dataset);
    if (!known.ok()) return known.error();
  }
  std::vector<WorkItem> all;
  for (const Entry* entry : engine.entries()) {
    const Schema& schema = *entry->schema;
    if (schema.dataset->kind != pack::DatasetKind::entry || (!dataset.empty() && schema.dataset->id != dataset)) continue;
    const auto scope = engine.scope(principal, directory::Right::quality_read, schema);
    if (scope.sees_nothing()) continue;
    BANMO_TRY(auto items, read_items(engine, schema, within(scope, "s.org_no", under)));
    for (auto& item : items) {
      if (all.size() < kMaxItems) all.push_back(std::move(item));
    }
  }
  return all;
}

Result<WorkItem> return_bad_rows(Engine& engine, const Principal& principal, std::string_view dataset, directory::OrgNo org, Date due,
                                 const std::string& note) {
  BANMO_TRY(Entry* const entry, engine.require(principal, directory::Right::datasets_edit, dataset));
  const Schema& schema = *entry->schema;
  BANMO_DO(check_return(engine, principal, schema, org, due, note));
  BANMO_TRY(const int64_t until_id, newest_open(engine, schema.dataset->id, org));
  if (until_id == 0)
    return fail(ErrorCode::invalid, "records.nothing_to_return",
                {"该单位没有待改正的行，无需退回", "nothing waits there: there is nothing to send back"});
  BANMO_TRY(const auto before, read_items(engine, schema, org_only(org)));
  const int64_t n = before.empty() ? 0 : before.front().n_open + before.front().n_returned;
  const Instant now = engine.clock().now();
  const auto kept = engine.ledger().write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(connection.execute(kForgetReturn, {schema.dataset->id, org.value}));
    BANMO_DO(connection.execute(kKeepReturn, {schema.dataset->id, org.value, until_id, due.to_iso(), note, principal.account_name, now.micros}));
    directory::NoticeTo to;
    to.org = org;
    to.right = directory::Right::quality_read;
    BANMO_DO(directory::add_notice(connection, now, to, notice_of(schema, due, n)));
    const auto seq = audit::append(connection,
                                   {now, principal.account_name, "quarantine.return", schema.dataset->id, schema.dataset->id, org.value,
                                    json::Object{{"n", n}, {"due", due.to_iso()}}},
                                   engine.options().profile);
    return seq.ok() ? Result<>() : Result<>(seq.error());
  });
  BANMO_DO(kept);
  BANMO_TRY(const auto after, read_items(engine, schema, org_only(org)));
  return after.empty() ? WorkItem{schema.dataset->id, org, 0, 0, 0, {}} : after.front();
}

Result<BadRow> find_bad_row(Engine& engine, JobStore& jobs, const Principal& principal, std::string_view dataset, int64_t id) {
  BadRowQuery query;
  query.limit = 1;
  query.after = id - 1;
  BANMO_TRY(auto rows, read_bad_rows(engine, jobs, principal, dataset, query));
  if (rows.empty() || rows.front().id != id) {
    return fail(ErrorCode::not_found, "records.no_such_bad_row", {"没有这一行，或已经处理完", "there is no such row, or it has been dealt with"});
  }
  BadRow bad = std::move(rows.front());
  const Schema& schema = *engine.find(dataset)->schema;
  const auto scope = engine.scope(principal, directory::Right::datasets_read, schema);
  for (const Column& column : schema.columns) {
    if (column.field->from || column.sealed() || column.field->level > scope.max_level) continue;
    const pack::Field& field = *column.field;
    const auto names_it = [&](const auto& cell) {
      const std::string heading = text::fold_heading(cell.first);
      const auto is = [&](const std::string& name) { return !name.empty() && text::fold_heading(name) == heading; };
      return is(field.id) || is(field.title.zh) || is(field.title.en) || std::any_of(field.synonyms.begin(), field.synonyms.end(), is);
    };
    const auto cell = std::find_if(bad.raw.begin(), bad.raw.end(), names_it);
    if (cell != bad.raw.end()) bad.values.emplace_back(field.id, cell->second);
  }
  return bad;
}

Result<Editor::Made> fix_bad_row(Engine& engine, JobStore& jobs, Editor& editor, const Principal& principal, std::string_view dataset, int64_t id,
                                 const json::Object& values) {
  BANMO_TRY(const BadRow bad, find_bad_row(engine, jobs, principal, dataset, id));
  const Schema& schema = *engine.find(dataset)->schema;
  BANMO_TRY(const Editor::Made checked, editor.put(principal, dataset, values, Editor::Run::check));
  BANMO_TRY(const bool same, is_mended(engine, schema, bad, checked.row->values));
  if (!same) {
    return fail(ErrorCode::conflict, "records.not_this_row",
                {"填写的单位或主键与这一行不符；请改回，或在数据集中另建一行",
                 "organisation or key is not that of the bad row: put it back, or make another row"});
  }
  BANMO_TRY(Editor::Made made, editor.put(principal, dataset, values));
  const Instant now = engine.clock().now();
  const auto told = engine.ledger().write([&](sql::Connection& connection) -> Result<> {
    const auto seq = audit::append(
        connection,
        {now, principal.account_name, "quarantine.fix", schema.dataset->id, std::to_string(bad.id), bad.org.value, json::Object{{"key", made.key}}},
        engine.options().profile);
    return seq.ok() ? Result<>() : Result<>(seq.error());
  });
  BANMO_DO(told);
  // The row is in the journal before the bad one closes: a stop in between leaves it open, and mending it again changes nothing.
  const auto closed = engine.warehouse().write([&](sql::Connection& connection) -> Result<> {
    ScoreDeltas scores;
    BANMO_TRY(const bool was_open, close_bad_row(connection, schema, bad.id, now, scores));
    return was_open ? add_scores(connection, schema, scores, now) : Result<>();
  });
  BANMO_DO(closed);
  return made;
}

}  // namespace banmo::records
