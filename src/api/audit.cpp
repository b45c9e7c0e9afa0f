// SPDX-License-Identifier: Apache-2.0
// The audit log, for audit administrators.
#include "audit/audit.h"

#include <charconv>

#include "api/builder.h"
#include "api/shapes.h"
#include "directory/directory.h"

namespace banmo::api {
namespace {

struct EntryShape {
  static constexpr const char* kName = "AuditEntry";
  int64_t seq = 0;
  Instant at;
  std::string actor, action, object_kind, object;
  std::optional<OrgRef> org;
  json::Value detail;
};
template <class V>
void describe(V& v, EntryShape& x) {
  v.field("seq", x.seq);
  v.field("at", x.at);
  v.field("actor", x.actor);
  v.field("action", x.action);
  v.field("object_kind", x.object_kind);
  v.field("object", x.object);
  v.field("org", x.org);
  v.field("detail", x.detail);
}

Result<List<EntryShape>> list_audit(const Call& call) {
  audit::Query query;
  query.actor = call.text("actor");
  query.action = call.text("action");
  query.limit = static_cast<size_t>(call.integer("limit", 50));
  BANMO_TRY(query.before_seq, call.cursor());
  BANMO_TRY(const auto entries, audit::list(*call.engines.stores.ledger, query));
  const auto tree = call.engines.directory->orgs();
  List<EntryShape> list;
  for (const audit::Stored& stored : entries)
    list.items.push_back({stored.seq, stored.entry.at, stored.entry.actor, stored.entry.action, stored.entry.object_kind, stored.entry.object,
                          ref_of(*tree, directory::OrgNo{stored.entry.org_no}), stored.entry.detail});
  if (entries.size() == query.limit) list.next = std::to_string(entries.back().seq);
  return list;
}

}  // namespace

void add_audit_routes(Builder& builder) {
  builder.tag("audit");
  builder.route<List<EntryShape>>({.method = "GET",
                                   .path = "/audit",
                                   .operation = "list_audit",
                                   .summary = {"审计日志，最新在前", "Audit log, newest first"},
                                   .permission = "audit.read",
                                   .parameters = page_parameters({text_parameter("actor", "Only this account."),
                                                                  text_parameter("action", "An action, or a prefix that ends in a dot: org.")})},
                                  list_audit);
}

}  // namespace banmo::api
