// SPDX-License-Identifier: Apache-2.0
// How sensitive the data are, by category, and what each role may see of each level. Definitions only, no rows.
#include <map>
#include <set>

#include "api/builder.h"
#include "api/shapes.h"
#include "directory/scope.h"
#include "pack/pack.h"

namespace banmo::api {
namespace {

using directory::Role;

constexpr const char* kSightNames[] = {"rows", "figures", "none"};

struct ClassifiedField {
  std::string dataset, dataset_title, dataset_title_en, dataset_level, field, title, title_en, category, level;
  bool personal = false, masked = false, sealed = false;
  std::optional<std::string> reason;  // why it is lower than its dataset
};
template <class V>
void describe(V& v, ClassifiedField& x) {
  v.field("dataset", x.dataset);
  v.field("dataset_title", x.dataset_title);
  v.field("dataset_title_en", x.dataset_title_en);
  v.field("dataset_level", x.dataset_level,
          {.doc = "Below it a role gets no rows of the dataset at all, whatever a field's level.", .one_of = kLevelNames});
  v.field("field", x.field);
  v.field("title", x.title);
  v.field("title_en", x.title_en);
  v.field("category", x.category);
  v.field("level", x.level, {.one_of = kLevelNames});
  v.field("personal", x.personal);
  v.field("masked", x.masked);
  v.field("sealed", x.sealed);
  v.field("reason", x.reason);
}

struct RoleSight {
  std::string role;
  Two title;
  // By level L1..L5: "rows", "figures" or "none"; of rows about an organisation, and of rows about people.
  std::vector<std::string> organisations, people;
};
template <class V>
void describe(V& v, RoleSight& x) {
  v.field("role", x.role);
  v.field("title", x.title);
  v.field("organisations", x.organisations, {.doc = "By level, L1 first.", .one_of = kSightNames});
  v.field("people", x.people, {.doc = "By level, L1 first.", .one_of = kSightNames});
}

struct ClassificationShape {
  static constexpr const char* kName = "Classification";
  std::vector<ClassifiedField> fields;
  std::vector<RoleSight> roles;
};
template <class V>
void describe(V& v, ClassificationShape& x) {
  v.field("fields", x.fields);
  v.field("roles", x.roles);
}

constexpr pack::Level kLevels[] = {pack::Level::l1, pack::Level::l2, pack::Level::l3, pack::Level::l4, pack::Level::l5};

// Someone who holds the role and nothing else, with a person, a ward and a class, so that every reach has something in it.
directory::Principal holder(Role role, directory::OrgNo org) {
  directory::Principal who;
  who.grants = {{role, org}};
  who.person = {1};
  who.wards = {{1}};
  who.classes = {org};
  who.rolls = {{org, {{1}}}};
  return who;
}

// Asked of the scope itself, which decides every read: the page cannot say anything else.
std::string sight(const directory::OrgTree& tree, const directory::Principal& who, pack::Level level, bool people) {
  const directory::Subject subject{"org", people ? "person" : "", level};
  const auto rows = directory::scope_of(who, directory::Right::datasets_read, subject, tree);
  if (!rows.sees_nothing() && !rows.aggregates_only && rows.max_level >= level) return "rows";
  return directory::scope_of(who, directory::Right::metrics_read, subject, tree).sees_nothing() ? "none" : "figures";
}

std::vector<RoleSight> roles_of(const directory::OrgTree& tree) {
  directory::OrgNo top;
  for (const auto& org : tree.all()) {
    if (org.parent.value == 0 && !org.valid_to) top = org.no;
  }
  std::vector<RoleSight> roles;
  for (const Role role : directory::all_roles()) {
    const auto [zh, en] = directory::title_of(role);
    RoleSight line{std::string(directory::name_of(role)), {std::string(zh), std::string(en)}, {}, {}};
    const auto who = holder(role, top);
    for (const pack::Level level : kLevels) {
      line.organisations.push_back(sight(tree, who, level, false));
      line.people.push_back(sight(tree, who, level, true));
    }
    roles.push_back(std::move(line));
  }
  return roles;
}

Result<ClassificationShape> get_classification(const Call& call) {
  ClassificationShape shape;
  for (const pack::Dataset& dataset : call.engines.catalogue->datasets()) {
    for (const pack::Field& field : dataset.fields) {
      ClassifiedField line;
      line.dataset = dataset.id;
      line.dataset_title = dataset.title.zh;
      line.dataset_title_en = dataset.title.en;
      line.dataset_level = level_name(dataset.level);
      line.field = field.id;
      line.title = field.title.zh;
      line.title_en = field.title.en;
      line.category = dataset.category;
      line.level = level_name(field.level);
      line.personal = dataset.personal;
      line.masked = !field.mask.empty();
      line.sealed = field.encrypted;
      if (!field.level_reason.empty()) line.reason = field.level_reason;
      shape.fields.push_back(std::move(line));
    }
  }
  shape.roles = roles_of(*call.engines.directory->orgs());
  return shape;
}

}  // namespace

void add_classification_routes(Builder& builder) {
  builder.tag("datasets");
  builder.route<ClassificationShape>({.method = "GET",
                                      .path = "/classification",
                                      .operation = "get_classification",
                                      .summary = {"数据分类分级：各字段的类别与级别，各角色能看到什么",
                                                  "Categories and levels of all fields, and what each role sees of each level"},
                                      .permission = "signed_in"},
                                     get_classification);
}

}  // namespace banmo::api
