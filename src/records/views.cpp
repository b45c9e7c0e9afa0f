// SPDX-License-Identifier: Apache-2.0
#include "records/views.h"

#include <algorithm>

#include "audit/audit.h"
#include "base/text.h"
#include "json/json.h"

namespace banmo::records {
namespace {

constexpr int64_t kMaxViews = 200;  // of an account
constexpr size_t kMaxTitle = 120, kMaxParts = 300, kMaxPart = 1000;

constexpr std::string_view kColumns = "id, dataset, account, org_no, title, shared, content, updated_at";
constexpr std::string_view kCount = "SELECT COUNT(*) FROM records_view WHERE account = $1";
constexpr std::string_view kFind = "SELECT account FROM records_view WHERE id = $1";
constexpr std::string_view kInsert =
    "INSERT INTO records_view (id, dataset, account, org_no, title, shared, content, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr std::string_view kUpdate =
    "UPDATE records_view SET dataset = $2, org_no = $3, title = $4, shared = $5, content = $6, updated_at = $7 WHERE id = $1";
constexpr std::string_view kDelete = "DELETE FROM records_view WHERE id = $1";

Error no_such_view() {
  return fail(ErrorCode::not_found, "records.no_such_view", {"没有这个视图，或它不是您建的", "there is no such view, or it is not yours"});
}

json::Array words(const std::vector<std::string>& list) { return {list.begin(), list.end()}; }

std::vector<std::string> words_of(const json::Value& content, std::string_view name) {
  std::vector<std::string> list;
  const auto* member = content.find(name);
  if (member == nullptr || member->as_array() == nullptr) return list;
  for (const auto& word : *member->as_array()) {
    if (word.as_string() != nullptr) list.push_back(*word.as_string());
  }
  return list;
}

View view_of(const sql::Values& row) {
  View view;
  view.id = sql::text_of(row[0]);
  view.dataset = sql::text_of(row[1]);
  view.by = sql::text_of(row[2]);
  view.org = {sql::int_of(row[3])};
  view.title = sql::text_of(row[4]);
  view.shared = sql::int_of(row[5]) != 0;
  if (const auto content = json::read(sql::text_of(row[6])); content.ok()) {
    view.filters = words_of(*content, "filters");
    view.columns = words_of(*content, "columns");
    const auto* order = content->find("order");
    if (order != nullptr && order->as_string() != nullptr) view.order = *order->as_string();
  }
  view.updated_at = Instant{sql::int_of(row[7])};
  return view;
}

bool too_long(const std::vector<std::string>& list) {
  return list.size() > kMaxParts || std::any_of(list.begin(), list.end(), [](const auto& part) { return part.size() > kMaxPart; });
}

Result<> check(const View& view) {
  if (text::trim(view.title).empty() || view.title.size() > kMaxTitle * 4 || too_long(view.filters) || too_long(view.columns) ||
      view.order.size() > kMaxPart) {
    return fail(ErrorCode::invalid, "records.bad_view",
                {"视图须有名称，且条件和列不能过多", "a view needs a name, and not too many conditions and columns"}, "$.title");
  }
  return {};
}

// Whether the view is the principal's own; not_found if there is none.
Result<> require_own(sql::Connection& connection, const directory::Principal& principal, std::string_view id) {
  BANMO_TRY(const auto rows, connection.query(kFind, {std::string(id)}));
  if (rows.empty() || sql::text_of(rows[0][0]) != principal.account_name) return no_such_view();
  return {};
}

}  // namespace

directory::OrgNo home_of(const directory::Principal& principal) {
  return principal.grants.empty() ? directory::OrgNo{} : principal.grants.front().org;
}

Result<std::vector<View>> ViewStore::list(const directory::Principal& principal, std::string_view dataset) const {
  std::string homes = "-1";
  for (const auto& grant : principal.grants) homes += ", " + std::to_string(grant.org.value);
  BANMO_TRY(const auto lease, ledger_.read());
  BANMO_TRY(const auto rows,
            lease->query("SELECT " + std::string(kColumns) + " FROM records_view WHERE (account = $1 OR (shared = 1 AND org_no IN (" + homes +
                             "))) AND ($2 = '' OR dataset = $2) ORDER BY title, id LIMIT 1000",
                         {principal.account_name, std::string(dataset)}));
  std::vector<View> views;
  for (const auto& row : rows.rows) {
    views.push_back(view_of(row));
    views.back().own = views.back().by == principal.account_name;
  }
  return views;
}

Result<View> ViewStore::put(const directory::Principal& principal, View view) {
  BANMO_DO(check(view));
  const bool made = view.id.empty();
  if (made) view.id = Uuid::next().to_string();
  view.by = principal.account_name;
  view.org = home_of(principal);
  view.own = true;
  view.updated_at = clock_.now();
  const std::string content = json::write(json::Object{{"filters", words(view.filters)}, {"order", view.order}, {"columns", words(view.columns)}});
  const auto written = ledger_.write([&](sql::Connection& connection) -> Result<> {
    const int64_t shared = view.shared ? 1 : 0;
    if (made) {
      BANMO_TRY(const auto n, connection.query(kCount, {principal.account_name}));
      if (sql::int_of(n[0][0]) >= kMaxViews) {
        return fail(ErrorCode::too_many, "records.too_many_views",
                    {"您的视图已达 200 个，请先删除不用的", "you already keep 200 views; delete some that you do not use"});
      }
      BANMO_DO(connection.execute(kInsert, {view.id, view.dataset, view.by, view.org.value, view.title, shared, content, view.updated_at.micros}));
    } else {
      BANMO_DO(require_own(connection, principal, view.id));
      BANMO_DO(connection.execute(kUpdate, {view.id, view.dataset, view.org.value, view.title, shared, content, view.updated_at.micros}));
    }
    const auto seq = audit::append(connection,
                                   {view.updated_at, view.by, made ? "view.create" : "view.change", view.dataset, view.id, view.org.value,
                                    json::Object{{"shared", view.shared}}},
                                   profile_);
    return seq.ok() ? Result<>() : Result<>(seq.error());
  });
  BANMO_DO(written);
  return view;
}

Result<> ViewStore::remove(const directory::Principal& principal, std::string_view id) {
  return ledger_.write([&](sql::Connection& connection) -> Result<> {
    BANMO_DO(require_own(connection, principal, id));
    BANMO_DO(connection.execute(kDelete, {std::string(id)}));
    const auto seq = audit::append(
        connection, {clock_.now(), principal.account_name, "view.delete", "view", std::string(id), home_of(principal).value, {}}, profile_);
    return seq.ok() ? Result<>() : Result<>(seq.error());
  });
}

}  // namespace banmo::records
