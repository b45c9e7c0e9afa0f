// SPDX-License-Identifier: Apache-2.0
#include "records/pages.h"

#include <algorithm>

#include "base/text.h"
#include "records/cells.h"

namespace banmo::records {
namespace {

constexpr size_t kMaxFilters = 20, kMaxValues = 500;

Error bad_filter(const std::string& zh, const std::string& en) {
  return fail(ErrorCode::invalid, "records.bad_filter", {"筛选条件有误：" + zh, "the filter is not valid: " + en}, "filter");
}

Error bad_cursor() {
  return fail(ErrorCode::invalid, "records.bad_cursor",
              {"翻页参数与查询不符，请从第一页重新开始", "the cursor does not belong to this query; begin at the first page"}, "after");
}

Result<const Column*> find_column(const Schema& schema, const directory::Scope& scope, const std::string& id) {
  const size_t i = schema.dataset->field_index(id);
  if (i >= schema.columns.size()) return bad_filter("没有字段“" + id + "”", "there is no field \"" + id + "\"");
  const Column& column = schema.columns[i];
  if (column.field->level > scope.max_level) {
    return fail(ErrorCode::denied, "records.field_hidden",
                {"您无权按“" + field_name(column).zh + "”筛选或排序", "you may not filter or order by " + id}, id);
  }
  return &column;
}

Result<sql::Value> filter_value(const Engine& engine, const Schema& schema, const Column& column, const std::string& text) {
  Cell cell;
  if (column.ref == RefKind::org) {
    if (const auto id = OrgId::parse(text)) {
      const auto* org = engine.directory().orgs()->find(*id);
      cell = org == nullptr ? Cell{Finding{}} : Cell{sql::Value{org->no.value}};
    } else {
      cell = OrgReader(engine.directory().orgs(), nullptr).read(column, text);
    }
  } else if (column.ref == RefKind::person) {
    BANMO_TRY(const auto person, engine.directory().unscoped_person_by_code(text));
    return sql::Value{person ? person->value : int64_t{-1}};
  } else {
    cell = read_plain_cell(column, text);
  }
  if (const auto* finding = std::get_if<Finding>(&cell)) return bad_filter(finding->message.zh, finding->message.en);
  if (column.sealed()) return sql::Value{engine.sealer().index(schema, column, canonical_text(std::get<sql::Value>(cell)))};
  if (column.ref == RefKind::dataset) return from_canonical(column, canonical_text(std::get<sql::Value>(cell))).value_or(sql::Value{});
  return std::get<sql::Value>(cell);
}

std::string bind_value(RowQuery& query, sql::Value value) {
  query.parameters.push_back(std::move(value));
  return "$" + std::to_string(query.parameters.size());
}

Result<std::string> filter_condition(const Engine& engine, const Schema& schema, const directory::Scope& scope, const Filter& filter,
                                     RowQuery& query) {
  BANMO_TRY(const Column* const column, find_column(schema, scope, filter.field));
  const std::string name = "t." + column->compared_name();
  if (filter.op == FilterOp::is_null) return name + " IS NULL";
  if (filter.values.empty() || filter.values.size() > kMaxValues || (filter.op != FilterOp::in && filter.values.size() != 1)) {
    return bad_filter("“" + filter.field + "”的取值个数不对", "wrong number of values for " + filter.field);
  }
  if (column->sealed() && filter.op != FilterOp::eq && filter.op != FilterOp::ne && filter.op != FilterOp::in) {
    return bad_filter("加密字段“" + filter.field + "”只能按相等筛选", "the sealed field " + filter.field + " can only be compared for equality");
  }
  if (filter.op == FilterOp::like) {
    const bool is_text = column->ref == RefKind::none && (column->stored_as == pack::FieldType::text || column->stored_as == pack::FieldType::code ||
                                                          column->stored_as == pack::FieldType::state || column->stored_as == pack::FieldType::idno ||
                                                          column->stored_as == pack::FieldType::phone);
    if (!is_text) return bad_filter("“" + filter.field + "”不是文本，不能用 like", filter.field + " is no text; like does not apply");
    return name + " LIKE " + bind_value(query, filter.values.front());
  }
  std::string list;
  for (const auto& text : filter.values) {
    BANMO_TRY(auto value, filter_value(engine, schema, *column, text));
    if (sql::is_null(value)) return bad_filter("“" + filter.field + "”的取值为空，请用 null", "an empty value for " + filter.field + "; use null");
    list += (list.empty() ? "" : ", ") + bind_value(query, std::move(value));
  }
  switch (filter.op) {
    case FilterOp::eq: return name + " = " + list;
    case FilterOp::ne: return name + " IS DISTINCT FROM " + list;
    case FilterOp::lt: return name + " < " + list;
    case FilterOp::le: return name + " <= " + list;
    case FilterOp::gt: return name + " > " + list;
    case FilterOp::ge: return name + " >= " + list;
    default: return name + " IN (" + list + ")";
  }
}

// What a cursor is bound to: dataset, filters, order.
std::string fingerprint(const Schema& schema, const PageRequest& request) {
  std::string text = schema.dataset->id + "\n" + request.order_by + (request.descending ? "-" : "+");
  for (const auto& filter : request.filters) {
    text += "\n" + filter.field + "\x1f" + std::to_string(static_cast<int>(filter.op));
    for (const auto& value : filter.values) text += "\x1f" + value;
  }
  return crypto::to_hex(crypto::sha256(text)).substr(0, 16);
}

std::optional<std::string> from_base64url(std::string_view text) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  uint32_t bits = 0;
  int n = 0;
  for (const char c : text) {
    const size_t value = kLetters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    n += 6;
    if (n >= 8) {
      n -= 8;
      out += static_cast<char>(bits >> n & 0xFF);
    }
  }
  return out;
}

// Rows behind the cursor in the query's order: a > x OR (a = x AND (b > y OR ...)), and a >= x beside it, which lets zone maps skip. Nulls of the
// order column come last.
Result<std::string> behind_cursor(const Schema& schema, const PageRequest& request, RowQuery& query) {
  const auto decoded = from_base64url(request.after);
  if (!decoded) return bad_cursor();
  const auto parts = text::split(*decoded, '\n');
  if (parts.size() != query.keys.size() + 1 || parts[0] != fingerprint(schema, request)) return bad_cursor();
  std::string condition;
  for (size_t i = query.keys.size(); i-- > 0;) {
    const Column& column = schema.columns[query.keys[i]];
    const std::string name = "t." + column.compared_name();
    const auto text = url_decoded(parts[i + 1]);
    if (!text) return bad_cursor();
    const bool is_null = text->empty();
    const auto value = column.sealed() ? std::optional<sql::Value>{*text} : from_canonical(column, *text);
    if (!value) return bad_cursor();
    const std::string more = query.descending[i] ? " < " : " > ";
    if (is_null) {
      condition = name + " IS NULL AND (" + (condition.empty() ? "FALSE" : condition) + ")";
      continue;
    }
    const std::string bound = bind_value(query, *value);
    std::string here = name + more + bound;
    if (!column.in_grain) here += " OR " + name + " IS NULL";
    if (!condition.empty()) here += " OR (" + name + " = " + bound + " AND (" + condition + "))";
    if (i == 0 && column.in_grain) here = name + (query.descending[i] ? " <= " : " >= ") + bound + " AND (" + here + ")";
    condition = here;
  }
  return condition;
}

}  // namespace

Result<RowQuery> plan_rows(const Engine& engine, const Schema& schema, const directory::Scope& scope, const PageRequest& request) {
  RowQuery query;
  if (scope.aggregates_only || scope.sees_nothing()) {
    query.where = "FALSE";
  } else {
    query.where = scope.everything ? "TRUE"
                                   : "(" +
                                         scope.predicate(schema.org ? "t." + schema.columns[*schema.org].name : "",
                                                         schema.person ? "t." + schema.columns[*schema.person].name : "") +
                                         ")";
  }
  if (request.filters.size() > kMaxFilters) return bad_filter("条件过多", "too many conditions");
  for (const auto& filter : request.filters) {
    BANMO_TRY(const std::string condition, filter_condition(engine, schema, scope, filter, query));
    query.where += " AND " + condition;
  }
  if (!request.order_by.empty()) {
    auto column = find_column(schema, scope, request.order_by);
    if (!column.ok()) return column.error();
    if ((*column)->sealed()) return fail(ErrorCode::invalid, "records.bad_order", {"加密字段不能用于排序", "a sealed field gives no order"}, "order");
    query.keys.push_back((*column)->index);
    query.descending.push_back(request.descending);
  }
  for (const size_t i : schema.grain) {
    if (std::find(query.keys.begin(), query.keys.end(), i) != query.keys.end()) continue;
    query.keys.push_back(i);
    query.descending.push_back(request.order_by.empty() && request.descending);
  }
  if (query.keys.empty()) {
    query.keys.push_back(0);
    query.descending.push_back(false);
  }
  for (size_t i = 0; i < query.keys.size(); ++i) {
    query.order +=
        (i == 0 ? "t." : ", t.") + schema.columns[query.keys[i]].compared_name() + (query.descending[i] ? " DESC NULLS LAST" : " ASC NULLS LAST");
  }
  if (request.after.empty()) return query;
  BANMO_TRY(const std::string behind, behind_cursor(schema, request, query));
  query.where += " AND (" + behind + ")";
  return query;
}

std::string make_cursor(const Schema& schema, const RowQuery& query, const PageRequest& request, const StoredRow& last) {
  const auto slots = value_slots(schema);
  std::string text = fingerprint(schema, request);
  for (const size_t i : query.keys) text += "\n" + url_encoded(canonical_text(last.values[slots[i] + (schema.columns[i].sealed() ? 1 : 0)]));
  return crypto::to_base64url(std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

Result<> each_row(sql::Connection& connection, const Schema& schema, const RowQuery& query, int64_t limit,
                  const std::function<Result<>(const StoredRow& row)>& row) {
  std::string statement = "SELECT " + schema.stored_list("t.") + ", t._batch, t._line, t._warn, t._version FROM " + schema.table + " t WHERE " +
                          query.where + " ORDER BY " + query.order;
  if (limit > 0) statement += " LIMIT " + std::to_string(limit);
  StoredRow stored;
  return connection.each(statement, query.parameters, [&](const sql::Values& cells) -> Result<> {
    const size_t n = cells.size() - 4;
    stored.values.assign(cells.begin(), cells.begin() + static_cast<ptrdiff_t>(n));
    stored.batch = sql::int_of(cells[n]);
    stored.line = sql::int_of(cells[n + 1]);
    stored.warn = sql::int_of(cells[n + 2]);
    stored.version = sql::int_of(cells[n + 3]);
    return row(stored);
  });
}

}  // namespace banmo::records
