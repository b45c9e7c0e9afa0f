// SPDX-License-Identifier: Apache-2.0
// Organisations: the tree, one of them, its history and its page; org_changes.cpp changes them.
#include <algorithm>
#include <functional>

#include "api/builder.h"
#include "api/org_shapes.h"
#include "directory/directory.h"
#include "metrics/metrics.h"
#include "pack/pack.h"

namespace banmo::api {
namespace {

using directory::Org;
using directory::OrgNo;
using directory::OrgTree;
using directory::Right;
using directory::Scope;

struct OrgPage {
  static constexpr const char* kName = "OrgDetail";
  OrgShape org;
  std::vector<OrgRef> path;
  OrgContactShape contact;
  bool can_manage = false, can_close = false;
  std::vector<std::string> may_contain;
};
template <class V>
void describe(V& v, OrgPage& x) {
  describe(v, x.org);
  v.field("path", x.path);
  v.field("contact", x.contact);
  v.field("can_manage", x.can_manage, {.doc = "The caller may rename it, say how it is reached, and make organisations below it."});
  v.field("can_close", x.can_close, {.doc = "The caller answers for what stands above it."});
  v.field("may_contain", x.may_contain, {.doc = "Kinds that may stand directly below it.", .one_of = kOrgKindNames});
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

struct HeadCount {
  static constexpr const char* kName = "HeadCount";
  std::string role;
  Two title;
  int64_t n = 0;
};
template <class V>
void describe(V& v, HeadCount& x) {
  v.field("role", x.role);
  v.field("title", x.title);
  v.field("n", x.n);
}

struct BoardRef {
  static constexpr const char* kName = "OrgPageBoard";
  std::string id;
  Two title;
  std::string filter;
};
template <class V>
void describe(V& v, BoardRef& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("filter", x.filter, {.doc = "As GET /dashboards/{id} takes it."});
}

struct OrgFace {
  static constexpr const char* kName = "OrgFace";
  std::vector<HeadCount> people;
  std::vector<BoardRef> boards;
};
template <class V>
void describe(V& v, OrgFace& x) {
  v.field("people", x.people, {.doc = "By role. Empty for organisations above a school: their tree has the counts."});
  v.field("boards", x.boards, {.doc = "What the packs show on the page of such an organisation."});
}

Scope scope_of(const Call& call) { return call.engines.directory->scope(call.principal, Right::orgs_read, {.org_field = "no", .person_field = {}}); }

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
  if (!started)
    return fail(ErrorCode::invalid, "http.bad_cursor",
                {"after 不是上一页给出的值，请从第一页重新开始", "after is not a value of the page before: begin at the first page"}, "after");
  return page;
}

Result<OrgPage> get_org(const Call& call) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const Org* org, visible_org(call, *tree, call.path("id")));
  const directory::Directory& directory = *call.engines.directory;
  OrgPage page{shape_of(directory, *tree, *org), {}, {}, false, false, {}};
  for (const Org* step : tree->path(org->no)) page.path.push_back(ref_of(*step));
  BANMO_TRY(const directory::OrgContact contact, directory.org_contact(org->no));
  page.contact = shape_of(contact);
  if (org->valid_to) return page;
  page.can_manage = directory.require(call.principal, Right::orgs_manage, org->no).ok();
  page.can_close = page.can_manage && directory.require(call.principal, Right::orgs_manage, org->parent).ok();
  for (const char* const name : kOrgKindNames)
    if (directory::may_stand_under(*directory::org_kind_of(name), org->kind)) page.may_contain.emplace_back(name);
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

// Heads are counted for whoever has rows of people there; figures narrow themselves to what the caller may see.
Result<OrgFace> org_face(const Call& call) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const Org* org, visible_org(call, *tree, call.path("id")));
  OrgFace face;
  const std::string kind(directory::name_of(org->kind));
  const bool above_schools = org->kind == directory::OrgKind::city || org->kind == directory::OrgKind::district;
  const Scope people = call.engines.directory->scope(call.principal, Right::people_read, {.org_field = "org_no", .person_field = "no"});
  if (!above_schools && !people.aggregates_only && people.covers(*tree, org->no)) {
    BANMO_TRY(const auto counts, call.engines.directory->head_count(org->no));
    for (const auto& [role, n] : counts) {
      const auto [zh, en] = directory::title_of(role);
      face.people.push_back({std::string(directory::name_of(role)), {std::string(zh), std::string(en)}, n});
    }
  }
  for (const metrics::DashboardPtr& board : call.engines.metrics->dashboards(call.principal))
    if (std::find(board->org_page.begin(), board->org_page.end(), kind) != board->org_page.end())
      face.boards.push_back({board->id, {board->title.zh, board->title.en}, kind + ":" + org->id.to_string()});
  return face;
}

}  // namespace

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

OrgContactShape shape_of(const directory::OrgContact& contact) {
  OrgContactShape shape{{}, {}, contact.longitude, contact.latitude};
  if (!contact.address.empty()) shape.address = contact.address;
  if (!contact.phone.empty()) shape.phone = contact.phone;
  return shape;
}

// Ancestors of what the caller may see are no secret: they are the way to it.
Result<const Org*> visible_org(const Call& call, const OrgTree& tree, std::string_view id) {
  BANMO_TRY(const Org* org, find_org(tree, id));
  if (!scope_of(call).covers(tree, org->no)) return find_org(tree, "");
  return org;
}

void add_org_routes(Builder& builder) {
  builder.tag("directory");
  builder.route<List<OrgShape>>(
      {.method = "GET",
       .path = "/orgs",
       .operation = "list_orgs",
       .summary = {"组织树的一层，或按名称、代码查找", "One level of the organisation tree, or a search by title or code"},
       .permission = "orgs.read",
       .parameters = page_parameters({text_parameter("parent", "Children of this organisation."),
                                      text_parameter("q", "Part of a title, or the start of a code."),
                                      choice_parameter("kind", "Only this kind.", {std::begin(kOrgKindNames), std::end(kOrgKindNames)})})},
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
  builder.route<OrgFace>({.method = "GET",
                          .path = "/orgs/{id}/page",
                          .operation = "get_org_page",
                          .summary = {"组织的一页：人数与场景包给出的图表", "An organisation's page: heads, and what the packs show of it"},
                          .permission = "orgs.read"},
                         org_face);
  add_org_change_routes(builder);
}

}  // namespace banmo::api
