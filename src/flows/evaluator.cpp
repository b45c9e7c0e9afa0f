// SPDX-License-Identifier: Apache-2.0
#include "flows/evaluator.h"

#include <algorithm>

#include "base/city_time.h"
#include "flows/mover.h"
#include "flows/wording.h"
#include "records/row_finder.h"

namespace banmo::flows {
namespace {

bool reads(const expr::Expression& expression, size_t first, size_t n) {
  return std::any_of(expression.fields().begin(), expression.fields().end(), [&](size_t at) { return at >= first && at < first + n; });
}

sql::Value or_null(int64_t number) { return number != 0 ? sql::Value{number} : sql::Value{}; }

// The row and, behind it, who acts; the rest is empty.
sql::Values with_actor(const Standing& standing, const Actor& actor) {
  sql::Values values = standing.row;
  values.resize(standing.running->flow->context.fields.size());
  if (actor.principal == nullptr) return values;
  const size_t at = standing.row.size();
  values[at] = or_null(actor.grant.org.value);
  values[at + 1] = or_null(actor.principal->person.value);
  values[at + 2] = std::string(directory::name_of(actor.grant.role));
  return values;
}

// Where a case stands in line before the time of its coming counts.
int64_t rank_of(const Standing& standing, const pack::FlowQuota& quota) {
  if (quota.order.empty()) return 0;
  const sql::Value& value = standing.row[standing.running->subject->field_index(quota.order)];
  if (const auto* day = std::get_if<Date>(&value)) return day->days;
  if (const auto* at = std::get_if<Instant>(&value)) return at->micros;
  return sql::int_of(value, INT64_MAX);
}

}  // namespace

sql::Value for_field(const pack::Field& field, sql::Value value) {
  const auto* whole = std::get_if<int64_t>(&value);
  if (whole != nullptr && field.type == pack::FieldType::decimal) return static_cast<double>(*whole);
  return value;
}

Result<sql::Value> Evaluator::value(const expr::Expression& expression, const sql::Values& values) const {
  return expression.evaluate(values, {now_, kCityUtcOffset_minutes});
}

Result<sql::Value> Evaluator::evaluate(const expr::Expression& expression, const Standing& standing, const Actor& actor) const {
  sql::Values values = with_actor(standing, actor);
  for (const pack::FlowQuota& quota : standing.running->flow->quotas)
    if (reads(expression, quota.left_at, 1)) {
      BANMO_TRY(values[quota.left_at], left(standing, quota));
    }
  for (const pack::FlowFind& one : standing.running->flow->finds)
    if (reads(expression, one.first, one.n_fields)) BANMO_DO(find(standing, one, values));
  return value(expression, values);
}

Result<> Evaluator::find(const Standing& standing, const pack::FlowFind& find, sql::Values& values) const {
  records::RowQuestion question;
  for (const pack::FlowFind::Match& match : find.match) {
    BANMO_TRY(sql::Value wanted, value(match.value, values));
    question.equal.push_back({match.field, std::move(wanted)});
  }
  if (find.between) {
    question.from_field = find.from_field;
    question.to_field = find.to_field;
    BANMO_TRY(question.between, value(*find.between, values));
  }
  for (const pack::FlowFind::Near& near : find.near) {
    BANMO_TRY(const sql::Value text, value(near.value, values));
    if (sql::is_null(text)) return {};
    question.near.push_back({near.field, sql::text_of(text), static_cast<size_t>(near.edits)});
  }
  if (find.dataset == standing.running->subject->id) question.but = standing.record.key;
  BANMO_TRY(auto row, rows_.unscoped_find(find.dataset, question));
  if (row) std::move(row->begin(), row->end(), values.begin() + static_cast<ptrdiff_t>(find.first));
  return {};
}

Result<PlaceWish> Evaluator::wish(const Standing& standing, const pack::FlowQuota& quota, std::string key) const {
  PlaceWish out;
  out.at = {standing.running->flow->id, quota.id, std::move(key)};
  BANMO_TRY(const sql::Value limit, evaluate(quota.limit, standing, {}));
  out.limit = sql::int_of(limit);
  return out;
}

Result<sql::Value> Evaluator::left(const Standing& standing, const pack::FlowQuota& quota) const {
  const auto key = rows_.likeness(standing.running->subject->id, standing.row, quota.by);
  if (!key) return sql::Value{};
  BANMO_TRY(const PlaceWish wanted, wish(standing, quota, *key));
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const int64_t n, places_left(*lease, wanted.at, wanted.limit, standing.record.id.to_string()));
  return sql::Value{n};
}

Result<std::vector<PlaceWish>> Evaluator::places(const Standing& standing) const {
  std::vector<PlaceWish> wishes;
  for (const pack::FlowQuota& quota : standing.running->flow->quotas) {
    const bool waits = !quota.waits.empty() && standing.record.state == quota.waits;
    if (!waits && !quota.held_in(standing.record.state)) continue;
    auto key = rows_.likeness(standing.running->subject->id, standing.row, quota.by);
    if (!key) return place_unknown(quota, *standing.running->subject, standing.row);
    BANMO_TRY(PlaceWish one, wish(standing, quota, std::move(*key)));
    one.waits = waits;
    one.rank = waits ? rank_of(standing, quota) : 0;
    wishes.push_back(std::move(one));
  }
  return wishes;
}

Result<const pack::FlowQuota*> Evaluator::unmet(const Standing& standing, const std::vector<PlaceWish>& wishes) const {
  if (wishes.empty()) return nullptr;
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const size_t at, first_unmet(*lease, standing.record.id.to_string(), wishes));
  if (at == wishes.size()) return nullptr;
  for (const pack::FlowQuota& quota : standing.running->flow->quotas)
    if (quota.id == wishes[at].at.quota) return &quota;
  return nullptr;
}

}  // namespace banmo::flows
