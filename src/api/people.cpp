// SPDX-License-Identifier: Apache-2.0
// People as far as the caller's scope goes: list, one person with memberships.
#include "api/builder.h"
#include "api/shapes.h"
#include "directory/directory.h"

namespace banmo::api {
namespace {

using directory::Right;
using directory::Scope;

struct PersonShape {
  static constexpr const char* kName = "Person";
  std::string id, name;
  std::optional<std::string> sex;
  std::optional<Date> birth;
  std::optional<std::string> code;
  std::vector<std::string> roles;
  std::optional<OrgRef> org;
  bool masked = false;
};
template <class V>
void describe(V& v, PersonShape& x) {
  v.field("id", x.id);
  v.field("name", x.name);
  v.field("sex", x.sex);
  v.field("birth", x.birth);
  v.field("code", x.code);
  v.field("roles", x.roles);
  v.field("org", x.org);
  v.field("masked", x.masked);
}

struct MembershipShape {
  static constexpr const char* kName = "Membership";
  OrgRef org;
  std::string role;
  Date from;
  std::optional<Date> to;
};
template <class V>
void describe(V& v, MembershipShape& x) {
  v.field("org", x.org);
  v.field("role", x.role);
  v.field("from", x.from);
  v.field("to", x.to);
}

struct PersonDetail {
  static constexpr const char* kName = "PersonDetail";
  PersonShape person;
  std::vector<MembershipShape> memberships;
};
template <class V>
void describe(V& v, PersonDetail& x) {
  describe(v, x.person);
  v.field("memberships", x.memberships);
}

Scope scope_of(const Call& call) {
  return call.engines.directory->scope(call.principal, Right::people_read, {.org_field = "org_no", .person_field = "no", .level = pack::Level::l3});
}

PersonShape shape_of(const directory::OrgTree& tree, const directory::Person& person) {
  PersonShape shape;
  shape.id = person.id.to_string();
  shape.name = person.name;
  if (!person.sex.empty()) shape.sex = person.sex;
  shape.birth = person.birth;
  if (!person.code.empty()) shape.code = person.code;
  for (const directory::Role role : person.roles) shape.roles.emplace_back(directory::name_of(role));
  shape.org = ref_of(tree, person.org);
  shape.masked = person.masked;
  return shape;
}

Result<List<PersonShape>> list_people(const Call& call) {
  const auto tree = call.engines.directory->orgs();
  directory::PeopleQuery query;
  if (const std::string org = call.text("org"); !org.empty()) {
    BANMO_TRY(const directory::Org* found, find_org(*tree, org));
    query.org = found->no;
  }
  query.q = call.text("q");
  if (const std::string role = call.text("role"); !role.empty()) {
    query.role = directory::role_of(role);
    if (!query.role)
      return fail(ErrorCode::invalid, "directory.unknown_role", {"没有“" + role + "”这个角色", "there is no role \"" + role + "\""}, "role");
  }
  query.limit = static_cast<size_t>(call.integer("limit", 50));
  if (const std::string after = call.text("after"); !after.empty()) {
    const auto id = PersonId::parse(after);
    if (!id) return fail(ErrorCode::invalid, "http.bad_cursor", {"after 不是上一页给出的值", "after is not a value of the page before"}, "after");
    BANMO_TRY(const directory::Person last, call.engines.directory->person(scope_of(call), *id));
    query.after = last.no;
  }
  BANMO_TRY(const directory::PersonPage found, call.engines.directory->people(scope_of(call), query));
  List<PersonShape> page;
  for (const directory::Person& person : found.items) page.items.push_back(shape_of(*tree, person));
  if (found.next.value != 0 && !page.items.empty()) page.next = page.items.back().id;
  return page;
}

Result<PersonDetail> get_person(const Call& call) {
  const auto tree = call.engines.directory->orgs();
  const auto id = PersonId::parse(call.path("id"));
  if (!id) return fail(ErrorCode::not_found, "directory.no_such_person", {"没有这个人，或不在您的范围内", "no such person, or not in your scope"});
  const Scope scope = scope_of(call);
  BANMO_TRY(const directory::Person person, call.engines.directory->person(scope, *id));
  BANMO_TRY(const auto memberships, call.engines.directory->memberships(scope, person.no));
  PersonDetail detail{shape_of(*tree, person), {}};
  for (const directory::Membership& membership : memberships)
    if (auto org = ref_of(*tree, membership.org))
      detail.memberships.push_back({std::move(*org), std::string(directory::name_of(membership.role)), membership.from, membership.to});
  return detail;
}

}  // namespace

void add_people_routes(Builder& builder) {
  builder.tag("directory");
  builder.route<List<PersonShape>>({.method = "GET",
                                    .path = "/people",
                                    .operation = "list_people",
                                    .summary = {"范围内的人员", "People in the caller's scope"},
                                    .permission = "people.read",
                                    .parameters = page_parameters({text_parameter("org", "In this organisation and below."),
                                                                   text_parameter("q", "Start of a name, or a whole student or staff number."),
                                                                   text_parameter("role", "Only this role.")})},
                                   list_people);
  builder.route<PersonDetail>({.method = "GET",
                               .path = "/people/{id}",
                               .operation = "get_person",
                               .summary = {"一个人及其任职、就读经历", "A person with memberships in time"},
                               .permission = "people.read",
                               .quick = true},
                              get_person);
}

}  // namespace banmo::api
