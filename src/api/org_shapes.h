// SPDX-License-Identifier: Apache-2.0
// An organisation as requests show it, and who sees it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/builder.h"
#include "api/shapes.h"
#include "directory/directory.h"

namespace banmo::api {

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
  v.field("kind", x.kind, {.one_of = kOrgKindNames});
  v.field("parent", x.parent);
  v.field("n_children", x.n_children);
  v.field("n_students", x.n_students);
  v.field("n_staff", x.n_staff);
  v.field("valid_from", x.valid_from);
  v.field("valid_to", x.valid_to);
}

struct OrgContactShape {
  static constexpr const char* kName = "OrgContact";
  std::optional<std::string> address, phone;
  std::optional<double> longitude, latitude;
};
template <class V>
void describe(V& v, OrgContactShape& x) {
  v.field("address", x.address, {.title = "地址", .max_length = 300});
  v.field("phone", x.phone, {.title = "电话", .max_length = 20});
  v.field("longitude", x.longitude, {.title = "经度"});
  v.field("latitude", x.latitude, {.title = "纬度"});
}

OrgShape shape_of(const directory::Directory& directory, const directory::OrgTree& tree, const directory::Org& org);
OrgContactShape shape_of(const directory::OrgContact& contact);
// Errors: not_found, also for what the caller may not see.
Result<const directory::Org*> visible_org(const Call& call, const directory::OrgTree& tree, std::string_view id);

}  // namespace banmo::api
