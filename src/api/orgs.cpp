// SPDX-License-Identifier: Apache-2.0
// Organisations: the tree, one of them, its history, move and merge.
#include "api/builder.h"
#include "api/shapes.h"
#include "directory/directory.h"

namespace banmo::api {
namespace {

using directory::Org;
using directory::OrgNo;
using directory::OrgTree;
using directory::Right;
using directory::Scope;

struct OrgShape {
  static constexpr const char* kName = "Org";
  std::string id;
  std::optional<std::string> code;
  std::string title, kind;
  std::optional<std::string> parent;
  int64_t n_children = 0, n_students = 0, n_staff = 0;
  Date valid_from;
  std::optional<Date> valid_to;
};
template <class V>
void describe(V& v, OrgShape& x) {
  v.field("id", x.id);
  v.field("code", x.code);
  v.field("title", x.title);
  v.field("kind", x.kind);
  v.field("parent", x.parent);
  v.field("n_children", x.n_children);
  v.field("n_students", x.n_students);
  v.field("n_staff", x.n_staff);
  v.field("valid_from", x.valid_from);
  v.field("valid_to", x.valid_to);
}

struct OrgPage {
  static constexpr const char* kName = "OrgDetail";
  OrgShape org;
  std::vector<OrgRef> path;
};
template <class V>
void describe(V& v, OrgPage& x) {
  describe(v, x.org);
  v.field("path", x.path);
}

struct OrgEventShape {
  static constexpr const char* kName = "OrgEvent";
  Instant at;
  std::string what;
  Two detail;
  std::string by;
};
template <class V>
void describe(V& v, OrgEventShape& x) {
  v.field("at", x.at);
  v.field("what", x.what);
  v.field("detail", x.detail);
  v.field("by", x.by);
}

struct Move {
  static constexpr const char* kName = "OrgMove";
  std::string parent;
  Date on;
};
template <class V>
void describe(V& v, Move& x) {
  v.field("parent", x.parent, {.title = "新的上级组织", .max_length = 36});
  v.field("on", x.on, {.title = "生效日期"});
}

struct Merge {
  static constexpr const char* kName = "OrgMerge";
  std::string into;
  Date on;
};
template <class V>
void describe(V& v, Merge& x) {
  v.field("into", x.into, {.title = "并入的组织", .max_length = 36});
  v.field("on", x.on, {.title = "生效日期"});
}

OrgShape shape_of(const directory::Directory& directory, const OrgTree& tree, const Org& org) {
  OrgShape shape;
  shape.id = org.id.to_string();
  if (!org.code.empty()) shape.code = org.code;
  shape.title = org.title;
  shape.kind = directory::name_of(org.kind);
  if (const Org* parent = tree.find(org.parent)) shape.parent = parent->id.to_string();
  const directory::OrgCounts counts = directory.counts(org.no);
  shape.n_children = counts.n_children;
  shape.n_students = counts.n_students;
  shape.n_staff = counts.n_staff;
  shape.valid_from = org.valid_from;
  shape.valid_to = org.valid_to;
  return shape;
}

Scope scope_of(const Call& call) { return call.engines.directory->scope(call.principal, Right::orgs_read, {.org_field = "no", .person_field = {}}); }

// Ancestors of what the caller may see are no secret: they are the way to it.
Result<const Org*> visible_org(const Call& call, const OrgTree& tree, std::string_view id) {
  BANMO_TRY(const Org* org, find_org(tree, id));
  if (!scope_of(call).covers(tree, org->no)) return find_org(tree, "");
  return org;
}

bool matches(const Org& org, const std::string& q, const std::string& kind) {
  if (!kind.empty() && directory::name_of(org.kind) != kind) return false;
  return q.empty() || org.title.find(q) != std::string::npos || org.code.starts_with(q);
}

// What the request asks for, in order: the children of a parent, all that match a search, or the tops of what the caller may see.
Result<std::vector<const Org*>> candidates(const Call& call, const OrgTree& tree) {
  const Scope scope = scope_of(call);
  const std::string parent = call.text("parent"), q = call.text("q"), kind = call.text("kind");
  std::vector<const Org*> found;
  if (!parent.empty()) {
    BANMO_TRY(const Org* above, find_org(tree, parent));
    for (const OrgNo no : tree.children(above->no))
      if (const Org* org = tree.find(no); scope.covers(tree, no) && matches(*org, q, kind)) found.push_back(org);
  } else if (!q.empty() || !kind.empty()) {
    for (const Org& org : tree.all())
      if (!org.valid_to && matches(org, q, kind) && scope.covers(tree, org.no)) found.push_back(&org);
  } else {
    found = call.engines.directory->visible_tops(tree, scope);
  }
  return found;
}

Result<List<OrgShape>> list_orgs(const Call& call) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const std::vector<const Org*> found, candidates(call, *tree));
  const auto limit = static_cast<size_t>(call.integer("limit", 50));
  const std::string after = call.text("after");
  List<OrgShape> page;
  bool started = after.empty();
  for (const Org* org : found) {
    if (!started) {
      started = org->id.to_string() == after;
      continue;
    }
    if (page.items.size() == limit) {
      page.next = page.items.back().id;
      break;
    }
    page.items.push_back(shape_of(*call.engines.directory, *tree, *org));
  }
  return page;
}

Result<OrgPage> get_org(const Call& call) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const Org* org, visible_org(call, *tree, call.path("id")));
  OrgPage page{shape_of(*call.engines.directory, *tree, *org), {}};
  for (const Org* step : tree->path(org->no)) page.path.push_back(ref_of(*step));
  return page;
}

Result<List<OrgEventShape>> org_history(const Call& call) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const Org* org, visible_org(call, *tree, call.path("id")));
  BANMO_TRY(const auto events, call.engines.directory->org_history(org->no));
  List<OrgEventShape> list;
  for (const directory::OrgEvent& event : events) list.items.push_back({event.at, event.what, Two::of(event.detail), event.by});
  return list;
}

Result<OrgShape> move_org(const Call& call, const Move& move) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const Org* org, visible_org(call, *tree, call.path("id")));
  BANMO_TRY(const Org* parent, visible_org(call, *tree, move.parent));
  BANMO_TRY(const Org moved, call.engines.directory->move_org(call.principal, org->no, parent->no, move.on));
  return shape_of(*call.engines.directory, *call.engines.directory->orgs(), moved);
}

Result<OrgShape> merge_org(const Call& call, const Merge& merge) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const Org* org, visible_org(call, *tree, call.path("id")));
  BANMO_TRY(const Org* into, visible_org(call, *tree, merge.into));
  BANMO_TRY(const Org stays, call.engines.directory->merge_org(call.principal, org->no, into->no, merge.on));
  return shape_of(*call.engines.directory, *call.engines.directory->orgs(), stays);
}

}  // namespace

void add_org_routes(Builder& builder) {
  builder.tag("directory");
  builder.route<List<OrgShape>>(
      {.method = "GET",
       .path = "/orgs",
       .operation = "list_orgs",
       .summary = {"组织树的一层，或按名称、代码查找", "One level of the organisation tree, or a search by title or code"},
       .permission = "orgs.read",
       .parameters = page_parameters(
           {text_parameter("parent", "Children of this organisation."), text_parameter("q", "Part of a title, or the start of a code."),
            choice_parameter("kind", "Only this kind.", {"city", "bureau", "district", "school", "grade", "class", "college", "enterprise"})})},
      list_orgs);
  builder.route<OrgPage>({.method = "GET",
                          .path = "/orgs/{id}",
                          .operation = "get_org",
                          .summary = {"一个组织", "One organisation"},
                          .permission = "orgs.read",
                          .quick = true},
                         get_org);
  builder.route<List<OrgEventShape>>({.method = "GET",
                                      .path = "/orgs/{id}/history",
                                      .operation = "get_org_history",
                                      .summary = {"组织沿革", "History of an organisation"},
                                      .permission = "orgs.read"},
                                     org_history);
  builder.route<Move, OrgShape>({.method = "POST",
                                 .path = "/orgs/{id}/move",
                                 .operation = "move_org",
                                 .summary = {"变更上级组织", "Move under another organisation"},
                                 .permission = "orgs.manage"},
                                move_org);
  builder.route<Merge, OrgShape>({.method = "POST",
                                  .path = "/orgs/{id}/merge",
                                  .operation = "merge_org",
                                  .summary = {"并入另一组织", "Merge into another organisation"},
                                  .permission = "orgs.manage"},
                                 merge_org);
}

}  // namespace banmo::api
