// SPDX-License-Identifier: Apache-2.0
#include "directory/org_steps.h"

namespace banmo::directory {
namespace {

constexpr std::string_view kSetParent = "UPDATE org SET parent_no = $2 WHERE no = $1";
constexpr std::string_view kClose = "UPDATE org SET valid_to = $2, merged_into = $3 WHERE no = $1";
constexpr std::string_view kDropPlace = "DELETE FROM org_place WHERE org_no = $1 AND valid_to IS NULL AND valid_from >= $2";
constexpr std::string_view kEndPlace = "UPDATE org_place SET valid_to = $2 WHERE org_no = $1 AND valid_to IS NULL";
constexpr std::string_view kAddPlace = "INSERT INTO org_place (org_no, parent_no, valid_from, valid_to) VALUES ($1, $2, $3, NULL)";
constexpr std::string_view kDropClosure = "DELETE FROM org_closure WHERE org_no = $1";

}  // namespace

Result<const Org*> found_org(const OrgTree& tree, OrgNo no) {
  const Org* org = tree.find(no);
  if (org == nullptr) return no_such_org();
  return org;
}

Error wrong_parent(OrgKind kind, const Org& parent) {
  return fail(ErrorCode::invalid, "directory.wrong_parent",
              {std::string(name_of(kind)) + " 不能放在 " + std::string(name_of(parent.kind)) + "“" + parent.title + "”下面，请选别的上级",
               "a " + std::string(name_of(kind)) + " cannot stand under the " + std::string(name_of(parent.kind)) + " \"" + parent.title +
                   "\": choose another parent"},
              "$.parent");
}

Result<> append_rows(sql::Connection& connection, std::string_view table, const std::vector<std::string>& columns, std::vector<sql::Values> rows) {
  size_t at = 0;
  const auto done = connection.append(table, columns, [&](sql::Values& row) -> Result<bool> {
    if (at == rows.size()) return false;
    row = std::move(rows[at++]);
    return true;
  });
  if (!done.ok()) return done.error();
  return {};
}

Result<> add_closure(sql::Connection& connection, const Made& made, const OrgTree& tree, std::span<const OrgNo> orgs) {
  std::vector<sql::Values> rows;
  for (const OrgNo no : orgs) {
    int depth = 0;
    for (const Org* above = made.find(no, tree); above != nullptr && depth < 64;
         above = above->parent.value == 0 ? nullptr : made.find(above->parent, tree), ++depth)
      rows.push_back({above->no.value, no.value});
  }
  return append_rows(connection, "org_closure", {"ancestor_no", "org_no"}, std::move(rows));
}

Result<> add_events(sql::Connection& connection, const Principal& by, Instant at, const std::vector<OrgNote>& events) {
  BANMO_TRY(int64_t no, take_numbers(connection, "org_event", static_cast<int64_t>(events.size())));
  std::vector<sql::Values> rows;
  for (const OrgNote& event : events)
    rows.push_back({no++, event.org.value, at.micros, event.what, event.detail.zh, event.detail.en, by.account_name});
  return append_rows(connection, "org_event", {"no", "org_no", "at", "what", "detail_zh", "detail_en", "by_name"}, std::move(rows));
}

Result<> hang(sql::Connection& connection, const OrgTree& tree, const Org& org, OrgNo parent, Date on) {
  BANMO_DO(execute_all(connection, kSetParent, {org.no.value, parent.value}));
  BANMO_DO(execute_all(connection, kDropPlace, {org.no.value, on.to_iso()}));
  BANMO_DO(execute_all(connection, kEndPlace, {org.no.value, on.to_iso()}));
  BANMO_DO(execute_all(connection, kAddPlace, {org.no.value, parent.value, on.to_iso()}));
  Org moved = org;
  moved.parent = parent;
  Made made;
  made.by_no.emplace(org.no.value, &moved);
  const std::vector<OrgNo> below = tree.subtree(org.no);
  for (const OrgNo no : below) BANMO_DO(execute_all(connection, kDropClosure, {no.value}));
  return add_closure(connection, made, tree, below);
}

Result<> end_org(sql::Connection& connection, OrgNo org, const std::string& day, OrgNo into) {
  BANMO_DO(execute_all(connection, kClose, {org.value, day, into.value}));
  return execute_all(connection, kEndPlace, {org.value, day});
}

}  // namespace banmo::directory
