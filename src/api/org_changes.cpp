// SPDX-License-Identifier: Apache-2.0
// Organisations are made, renamed, closed, moved and merged; each greater change can be looked at before.
#include <functional>

#include "api/org_shapes.h"

namespace banmo::api {
namespace {

using directory::Directory;
using directory::Org;
using directory::OrgNo;
using directory::Principal;

struct NewOrgShape {
  static constexpr const char* kName = "NewOrg";
  std::string parent, kind, title;
  std::optional<std::string> code;
};
template <class V>
void describe(V& v, NewOrgShape& x) {
  v.field("parent", x.parent, {.title = "上级组织", .max_length = 36});
  v.field("kind", x.kind, {.title = "类别", .one_of = kOrgKindNames});
  v.field("title", x.title, {.title = "名称", .max_length = 300});
  v.field("code", x.code, {.title = "代码", .max_length = 40});
}

struct Rename {
  static constexpr const char* kName = "OrgRename";
  std::string title;
};
template <class V>
void describe(V& v, Rename& x) {
  v.field("title", x.title, {.title = "新名称", .max_length = 300});
}

struct Close {
  static constexpr const char* kName = "OrgClose";
  Date on;
};
template <class V>
void describe(V& v, Close& x) {
  v.field("on", x.on, {.title = "生效日期"});
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

struct Preview {
  static constexpr const char* kName = "OrgPreview";
  int64_t n_orgs = 0, n_students = 0, n_staff = 0, n_accounts = 0;
  std::vector<std::string> codes;
  std::vector<Two> effects;
};
template <class V>
void describe(V& v, Preview& x) {
  v.field("n_orgs", x.n_orgs);
  v.field("n_students", x.n_students);
  v.field("n_staff", x.n_staff);
  v.field("n_accounts", x.n_accounts);
  v.field("codes", x.codes, {.doc = "Codes that files can no longer use."});
  v.field("effects", x.effects);
}

OrgShape shape_now(const Call& call, const Org& org) { return shape_of(*call.engines.directory, *call.engines.directory->orgs(), org); }

Result<OrgShape> create_org(const Call& call, const NewOrgShape& in) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const Org* parent, visible_org(call, *tree, in.parent));
  directory::NewOrg org;
  org.parent = parent->no;
  org.kind = directory::org_kind_of(in.kind).value_or(directory::OrgKind::school);
  org.title = in.title;
  org.code = in.code.value_or("");
  BANMO_TRY(const Org made, call.engines.directory->create_org(call.principal, org));
  return shape_now(call, made);
}

// What the directory does with the path's organisation, or says that it would do.
template <class Value, class Ask>
std::invoke_result_t<Ask, Directory*, const Principal&, OrgNo, Value> of_one(const Call& call, const Value& value, Ask ask) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const Org* org, visible_org(call, *tree, call.path("id")));
  return std::invoke(ask, call.engines.directory, call.principal, org->no, value);
}

// The same with another organisation, which the body names.
template <class Ask>
std::invoke_result_t<Ask, Directory*, const Principal&, OrgNo, OrgNo, Date> of_two(const Call& call, const std::string& other, Date on, Ask ask) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const Org* org, visible_org(call, *tree, call.path("id")));
  BANMO_TRY(const Org* second, visible_org(call, *tree, other));
  return std::invoke(ask, call.engines.directory, call.principal, org->no, second->no, on);
}

Result<OrgShape> rename_org(const Call& call, const Rename& in) {
  BANMO_TRY(const Org renamed, of_one(call, in.title, &Directory::rename_org));
  return shape_now(call, renamed);
}

Result<OrgShape> close_org(const Call& call, const Close& in) {
  BANMO_TRY(const Org closed, of_one(call, in.on, &Directory::close_org));
  return shape_now(call, closed);
}

Result<OrgContactShape> set_contact(const Call& call, const OrgContactShape& in) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const Org* org, visible_org(call, *tree, call.path("id")));
  const directory::OrgContact contact{in.address.value_or(""), in.phone.value_or(""), in.longitude, in.latitude};
  BANMO_DO(call.engines.directory->set_org_contacts(call.principal, {{org->no, contact}}));
  BANMO_TRY(const directory::OrgContact kept, call.engines.directory->org_contact(org->no));
  return shape_of(kept);
}

Result<OrgShape> move_org(const Call& call, const Move& move) {
  BANMO_TRY(const Org moved, of_two(call, move.parent, move.on, &Directory::move_org));
  return shape_now(call, moved);
}

Result<OrgShape> merge_org(const Call& call, const Merge& merge) {
  BANMO_TRY(const Org stays, of_two(call, merge.into, merge.on, &Directory::merge_org));
  return shape_now(call, stays);
}

Preview shape_of(const directory::OrgPreview& preview) {
  Preview shape{preview.n_orgs, preview.n_students, preview.n_staff, preview.n_accounts, preview.codes, {}};
  for (const Message& effect : preview.effects) shape.effects.push_back(Two::of(effect));
  return shape;
}

Result<Preview> preview_move(const Call& call, const Move& move) {
  BANMO_TRY(const auto preview, of_two(call, move.parent, move.on, &Directory::preview_move));
  return shape_of(preview);
}

Result<Preview> preview_merge(const Call& call, const Merge& merge) {
  BANMO_TRY(const auto preview, of_two(call, merge.into, merge.on, &Directory::preview_merge));
  return shape_of(preview);
}

Result<Preview> preview_close(const Call& call, const Close& in) {
  BANMO_TRY(const auto preview, of_one(call, in.on, &Directory::preview_close));
  return shape_of(preview);
}

void add_life_routes(Builder& builder) {
  builder.route<NewOrgShape, OrgShape>({.method = "POST",
                                        .path = "/orgs",
                                        .operation = "create_org",
                                        .summary = {"新建组织", "Make an organisation"},
                                        .permission = "orgs.manage",
                                        .answer_status = 201},
                                       create_org);
  builder.route<Rename, OrgShape>({.method = "POST",
                                   .path = "/orgs/{id}/rename",
                                   .operation = "rename_org",
                                   .summary = {"更名（沿革中留有旧名）", "Rename; the history keeps the old title"},
                                   .permission = "orgs.manage"},
                                  rename_org);
  builder.route<Close, Preview>({.method = "POST",
                                 .path = "/orgs/{id}/close/preview",
                                 .operation = "preview_org_close",
                                 .summary = {"撤销会改变什么", "What closing the organisation would change"},
                                 .permission = "orgs.manage"},
                                preview_close);
  builder.route<Close, OrgShape>({.method = "POST",
                                  .path = "/orgs/{id}/close",
                                  .operation = "close_org",
                                  .summary = {"撤销组织", "Close an organisation"},
                                  .permission = "orgs.manage"},
                                 close_org);
  builder.route<OrgContactShape, OrgContactShape>({.method = "PUT",
                                                   .path = "/orgs/{id}/contact",
                                                   .operation = "set_org_contact",
                                                   .summary = {"地址、电话和位置", "Address, phone and position"},
                                                   .permission = "orgs.manage"},
                                                  set_contact);
}

void add_move_routes(Builder& builder) {
  builder.route<Move, Preview>({.method = "POST",
                                .path = "/orgs/{id}/move/preview",
                                .operation = "preview_org_move",
                                .summary = {"变更上级组织会改变什么", "What moving the organisation would change"},
                                .permission = "orgs.manage"},
                               preview_move);
  builder.route<Merge, Preview>({.method = "POST",
                                 .path = "/orgs/{id}/merge/preview",
                                 .operation = "preview_org_merge",
                                 .summary = {"合并会改变什么", "What the merger would change"},
                                 .permission = "orgs.manage"},
                                preview_merge);
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

}  // namespace

void add_org_change_routes(Builder& builder) {
  add_life_routes(builder);
  add_move_routes(builder);
}

}  // namespace banmo::api
