// SPDX-License-Identifier: Apache-2.0
// People as far as the caller's scope goes: list, one person with memberships.
#include "api/builder.h"
#include "api/read_note.h"
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

struct ContactShape {
  static constexpr const char* kName = "Contact";
  std::string phone, email;
  bool masked = false;
};
template <class V>
void describe(V& v, ContactShape& x) {
  v.field("phone", x.phone, {.max_length = 20});
  v.field("email", x.email, {.max_length = 200});
  v.field("masked", x.masked, {.has_default = true});
}

struct PersonAccountShape {
  static constexpr const char* kName = "PersonAccount";
  std::string account;
  bool enabled = true;
};
template <class V>
void describe(V& v, PersonAccountShape& x) {
  v.field("account", x.account);
  v.field("enabled", x.enabled);
}

struct PersonDetail {
  static constexpr const char* kName = "PersonDetail";
  PersonShape person;
  std::vector<MembershipShape> memberships;
  std::optional<ContactShape> contact;
  std::vector<PersonAccountShape> accounts;
  bool can_manage = false;
};
template <class V>
void describe(V& v, PersonDetail& x) {
  describe(v, x.person);
  v.field("memberships", x.memberships);
  v.field("contact", x.contact, {.doc = "Masked below L3, absent below L2 or if there is none."});
  v.field("accounts", x.accounts, {.doc = "For those who manage the person's school."});
  v.field("can_manage", x.can_manage);
}

struct PersonMoveShape {
  static constexpr const char* kName = "PersonMove";
  std::string role, from, to;
  std::optional<std::string> to_class;
  Date on;
};
template <class V>
void describe(V& v, PersonMoveShape& x) {
  v.field("role", x.role, {.max_length = 40});
  v.field("from", x.from, {.title = "转出单位", .max_length = 36});
  v.field("to", x.to, {.title = "转入单位", .max_length = 36});
  v.field("to_class", x.to_class, {.title = "转入班级", .max_length = 36});
  v.field("on", x.on, {.title = "生效日期"});
}

struct PersonMovePreviewShape {
  static constexpr const char* kName = "PersonMovePreview";
  std::vector<MembershipShape> ends, begins;
  std::vector<Two> effects;
};
template <class V>
void describe(V& v, PersonMovePreviewShape& x) {
  v.field("ends", x.ends);
  v.field("begins", x.begins);
  v.field("effects", x.effects);
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

// For the audit log: a name or a student number that was searched for is not written down, whom it found is.
std::string what_of(const directory::PeopleQuery& query, const directory::PersonPage& found) {
  std::string what = "org=" + std::to_string(query.org.value);
  if (query.role) what += "; role=" + std::string(directory::name_of(*query.role));
  if (!query.q.empty()) what += "; q=***";
  if (!found.items.empty()) what += "; from " + std::to_string(found.items.front().no.value) + " to " + std::to_string(found.items.back().no.value);
  return what;
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
    BANMO_TRY(const directory::Person last, call.engines.directory->person(scope_of(call), *id));  // gives nothing away: only its number is used
    query.after = last.no;
  }
  const Scope scope = scope_of(call);
  BANMO_TRY(const directory::PersonPage found, call.engines.directory->people(scope, query));
  BANMO_DO(note_read(call, scope.max_level, "people.read", "person", what_of(query, found), found.items.size()));
  List<PersonShape> page;
  for (const directory::Person& person : found.items) page.items.push_back(shape_of(*tree, person));
  if (found.next.value != 0 && !page.items.empty()) page.next = page.items.back().id;
  return page;
}

std::vector<MembershipShape> shapes_of(const directory::OrgTree& tree, const std::vector<directory::Membership>& memberships) {
  std::vector<MembershipShape> out;
  for (const directory::Membership& membership : memberships)
    if (auto org = ref_of(tree, membership.org))
      out.push_back({std::move(*org), std::string(directory::name_of(membership.role)), membership.from, membership.to});
  return out;
}

// The person that the path names, as far as the caller may see them.
Result<directory::Person> person_in_path(const Call& call, const Scope& scope) {
  const auto id = PersonId::parse(call.path("id"));
  if (!id) return fail(ErrorCode::not_found, "directory.no_such_person", {"没有这个人，或不在您的范围内", "no such person, or not in your scope"});
  return call.engines.directory->person(scope, *id);
}

Result<PersonDetail> get_person(const Call& call) {
  const auto tree = call.engines.directory->orgs();
  const directory::Directory& directory = *call.engines.directory;
  const Scope scope = scope_of(call);
  BANMO_TRY(const directory::Person person, person_in_path(call, scope));
  BANMO_TRY(const auto memberships, directory.memberships(scope, person.no));
  BANMO_TRY(const directory::Contact contact, directory.contact(scope, person.no));
  BANMO_DO(note_read(call, scope.max_level, "people.read", "person", "no=" + std::to_string(person.no.value), 1));
  PersonDetail detail{shape_of(*tree, person), shapes_of(*tree, memberships), {}, {}, false};
  if (!contact.phone.empty() || !contact.email.empty()) detail.contact = ContactShape{contact.phone, contact.email, contact.masked};
  detail.can_manage = directory.require(call.principal, Right::people_manage, person.org).ok();
  if (!detail.can_manage) return detail;
  BANMO_TRY(const auto accounts, directory.person_accounts(call.principal, person.no));
  for (const directory::PersonAccount& account : accounts) detail.accounts.push_back({account.name, account.enabled});
  return detail;
}

Result<ContactShape> set_contact(const Call& call, const ContactShape& wanted) {
  const Scope scope = scope_of(call);
  BANMO_TRY(const directory::Person person, person_in_path(call, scope));
  BANMO_DO(call.engines.directory->set_contact(call.principal, person.no, {wanted.phone, wanted.email, false}));
  BANMO_TRY(const directory::Contact contact, call.engines.directory->contact(scope, person.no));
  return ContactShape{contact.phone, contact.email, contact.masked};
}

Result<directory::PersonMove> move_of(const Call& call, const PersonMoveShape& wanted) {
  const auto tree = call.engines.directory->orgs();
  directory::PersonMove move;
  const auto role = directory::role_of(wanted.role);
  if (!role)
    return fail(ErrorCode::invalid, "directory.unknown_role", {"没有“" + wanted.role + "”这个角色", "there is no role \"" + wanted.role + "\""},
                "$.role");
  move.role = *role;
  BANMO_TRY(const directory::Org* from, find_org(*tree, wanted.from));
  BANMO_TRY(const directory::Org* to, find_org(*tree, wanted.to));
  move.from = from->no;
  move.to = to->no;
  move.on = wanted.on;
  if (!wanted.to_class) return move;
  BANMO_TRY(const directory::Org* to_class, find_org(*tree, *wanted.to_class));
  move.to_class = to_class->no;
  return move;
}

Result<PersonMovePreviewShape> preview_move(const Call& call, const PersonMoveShape& wanted) {
  const auto tree = call.engines.directory->orgs();
  BANMO_TRY(const directory::Person person, person_in_path(call, scope_of(call)));
  BANMO_TRY(const directory::PersonMove move, move_of(call, wanted));
  BANMO_TRY(const auto preview, call.engines.directory->preview_person_move(call.principal, person.no, move));
  PersonMovePreviewShape shape{shapes_of(*tree, preview.ends), shapes_of(*tree, preview.begins), {}};
  for (const Message& effect : preview.effects) shape.effects.push_back(Two::of(effect));
  return shape;
}

Result<Nothing> move_person(const Call& call, const PersonMoveShape& wanted) {
  BANMO_TRY(const directory::Person person, person_in_path(call, scope_of(call)));
  BANMO_TRY(const directory::PersonMove move, move_of(call, wanted));
  BANMO_DO(call.engines.directory->move_person(call.principal, person.no, move));
  return Nothing{};
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
  builder.route<ContactShape, ContactShape>({.method = "PUT",
                                             .path = "/people/{id}/contact",
                                             .operation = "set_person_contact",
                                             .summary = {"联系方式", "Phone and mail address"},
                                             .permission = "people.manage"},
                                            set_contact);
  builder.route<PersonMoveShape, PersonMovePreviewShape>({.method = "POST",
                                                          .path = "/people/{id}/move/preview",
                                                          .operation = "preview_person_move",
                                                          .summary = {"转校（调动）会改变什么", "What moving the person would change"},
                                                          .permission = "people.manage"},
                                                         preview_move);
  builder.route<PersonMoveShape, Nothing>({.method = "POST",
                                           .path = "/people/{id}/move",
                                           .operation = "move_person",
                                           .summary = {"转校（调动）", "Move a person to another school"},
                                           .permission = "people.manage"},
                                          move_person);
}

}  // namespace banmo::api
