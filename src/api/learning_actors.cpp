// SPDX-License-Identifier: Apache-2.0
// Who the actors of learning records are: those whom nobody knows are listed and mapped by hand; tools get opaque accounts for the people of their
// organisation, so that no student or citizen number leaves the city.
#include <algorithm>

#include "api/builder.h"
#include "api/read_note.h"
#include "api/session_shapes.h"
#include "api/shapes.h"
#include "directory/directory.h"
#include "events/events.h"

namespace banmo::api {
namespace {

using directory::Right;
using events::ActorHow;
using events::KnownActor;

constexpr const char* kStates[] = {"unknown", "account", "mail", "mapped", "ignored"};  // in the order of ActorHow

struct ActorPerson {
  static constexpr const char* kName = "LearningActorPerson";
  std::string id, name;
};
template <class V>
void describe(V& v, ActorPerson& x) {
  v.field("id", x.id);
  v.field("name", x.name);
}

struct ActorShape {
  static constexpr const char* kName = "LearningActor";
  std::string no, identifier, name, state;
  std::optional<OrgRef> org;
  std::optional<ActorPerson> person;
  std::optional<std::string> by;
  std::optional<Instant> decided_at;
  Instant first_seen, last_seen;
  int64_t n_statements = 0;
};
template <class V>
void describe(V& v, ActorShape& x) {
  v.field("no", x.no);
  v.field("identifier", x.identifier, {.doc = "Kind and value, as the tool says: \"account https://tool.example name\", \"mbox mailto:…\"."});
  v.field("name", x.name, {.doc = "As the tool says."});
  v.field("state", x.state, {.one_of = kStates});
  v.field("org", x.org, {.doc = "Whose keys speak of the actor."});
  v.field("person", x.person, {.doc = "Absent if nobody is known, or the person is outside the reader's scope by now."});
  v.field("by", x.by, {.doc = "Who mapped or ignored the actor."});
  v.field("decided_at", x.decided_at);
  v.field("first_seen", x.first_seen);
  v.field("last_seen", x.last_seen);
  v.field("n_statements", x.n_statements);
}

struct ActorMapping {
  static constexpr const char* kName = "LearningActorMapping";
  std::string person;
};
template <class V>
void describe(V& v, ActorMapping& x) {
  v.field("person", x.person, {.title = "人员", .doc = "Who it is: of the actor's organisation, now or then.", .min_length = 36, .max_length = 36});
}

struct RosterIn {
  static constexpr const char* kName = "LearningRosterIn";
  std::string purpose;
  std::optional<std::string> org, within, role, after;
  int64_t limit = 200;
};
template <class V>
void describe(V& v, RosterIn& x) {
  v.field("purpose", x.purpose, {.title = "用途", .doc = "Each purpose has accounts of its own.", .pattern = "^[a-z0-9._-]{1,60}$"});
  v.field("org", x.org, {.doc = "The tool's organisation; absent: one's own.", .max_length = 36});
  v.field("within", x.within, {.doc = "Only this class or grade.", .max_length = 36});
  v.field("role", x.role, {.doc = "Only this role.", .max_length = 40});
  v.field("after", x.after, {.doc = "next of the page before.", .max_length = 36});
  v.field("limit", x.limit, {.minimum = 1, .maximum = 500, .has_default = true});
}

struct RosterAccountShape {
  static constexpr const char* kName = "LearningAccount";
  std::string home_page, name;
  ActorPerson person;
};
template <class V>
void describe(V& v, RosterAccountShape& x) {
  v.field("home_page", x.home_page, {.doc = "actor.account.homePage of the statements."});
  v.field("name", x.name, {.doc = "actor.account.name."});
  v.field("person", x.person);
}

directory::Scope people_of(const Call& call, Right right) {
  return call.engines.directory->scope(call.principal, right, {"org", "person", pack::Level::l3});
}

constexpr const char* kNoActor = "events.no_such_actor";

ActorShape shape_of(const Call& call, const KnownActor& actor, const directory::PersonNames& names) {
  ActorShape shape{.no = std::to_string(actor.no),
                   .identifier = actor.ifi,
                   .name = actor.name,
                   .state = kStates[static_cast<size_t>(actor.how)],
                   .org = ref_of(*call.engines.directory->orgs(), actor.org),
                   .person = {},
                   .by = {},
                   .decided_at = actor.decided_at,
                   .first_seen = actor.first_seen,
                   .last_seen = actor.last_seen,
                   .n_statements = actor.n_statements};
  if (!actor.decided_by.empty()) shape.by = actor.decided_by;
  const auto name = names.find(actor.person.value);
  if (name != names.end() && !name->second.name.empty()) shape.person = ActorPerson{actor.person_id, name->second.name};
  return shape;
}

Result<events::ActorQuery> query_of(const Call& call) {
  events::ActorQuery query;
  query.limit = static_cast<size_t>(call.integer("limit", 50));
  if (const std::string state = call.text("state"); !state.empty()) {
    const auto* const found = std::find(std::begin(kStates), std::end(kStates), state);
    if (found == std::end(kStates))
      return fail(ErrorCode::invalid, "events.unknown_state",
                  {"state 须为 unknown、account、mail、mapped 或 ignored", "state is unknown, account, mail, mapped or ignored"}, "state");
    query.how = static_cast<ActorHow>(found - std::begin(kStates));
  }
  if (const std::string org = call.text("org"); !org.empty()) {
    BANMO_TRY(const directory::Org* found, find_org(*call.engines.directory->orgs(), org));
    query.org = found->no;
  }
  if (const std::string after = call.text("after"); !after.empty()) {
    const auto no = number_in(after, kNoActor);
    if (!no.ok())
      return fail(ErrorCode::invalid, "http.bad_cursor", {"after 不是上一页给出的值", "after is not a value of the page before"}, "after");
    query.before_no = *no;
  }
  return query;
}

Result<List<ActorShape>> list_actors(const Call& call) {
  BANMO_TRY(const events::ActorQuery query, query_of(call));
  BANMO_TRY(const events::ActorPage page, call.engines.events->actors(call.principal, query));
  const std::string what = "state=" + call.text("state") + "; org=" + call.text("org") + "; after=" + std::to_string(query.before_no);
  BANMO_DO(note_read(call, pack::Level::l3, "xapi_actors.read", "xapi_actor", what, page.items.size()));
  std::vector<directory::PersonNo> people;
  for (const KnownActor& actor : page.items)
    if (actor.person.value != 0) people.push_back(actor.person);
  BANMO_TRY(const auto names, call.engines.directory->names(people_of(call, Right::people_manage), pack::Level::l3, people));
  List<ActorShape> list;
  for (const KnownActor& actor : page.items) list.items.push_back(shape_of(call, actor, names));
  if (page.next != 0) list.next = std::to_string(page.next);
  return list;
}

Result<Nothing> map_actor(const Call& call, const ActorMapping& in) {
  BANMO_TRY(const int64_t no, number_in_path(call, "no", kNoActor));
  const auto person = PersonId::parse(in.person);
  if (!person) return fail(ErrorCode::invalid, "events.bad_person", {"须为人员的 id", "must be the id of a person"}, "$.person");
  BANMO_DO(call.engines.events->map_actor(call.principal, no, *person));
  return Nothing{};
}

Result<Nothing> ignore_actor(const Call& call) {
  BANMO_TRY(const int64_t no, number_in_path(call, "no", kNoActor));
  BANMO_DO(call.engines.events->ignore_actor(call.principal, no));
  return Nothing{};
}

Result<Nothing> reset_actor(const Call& call) {
  BANMO_TRY(const int64_t no, number_in_path(call, "no", kNoActor));
  BANMO_DO(call.engines.events->reset_actor(call.principal, no));
  return Nothing{};
}

Result<directory::PeopleQuery> people_asked(const Call& call, const RosterIn& in, directory::OrgNo org) {
  const auto tree = call.engines.directory->orgs();
  directory::PeopleQuery query;
  query.org = org;
  query.limit = static_cast<size_t>(in.limit);
  if (in.within) {
    BANMO_TRY(const directory::Org* found, find_org(*tree, *in.within));
    if (!tree->is_within(found->no, org)) return no_such_org();
    query.org = found->no;
  }
  if (in.role) {
    query.role = directory::role_of(*in.role);
    if (!query.role)
      return fail(ErrorCode::invalid, "directory.unknown_role", {"没有“" + *in.role + "”这个角色", "there is no role \"" + *in.role + "\""},
                  "$.role");
  }
  if (in.after) {
    const auto id = PersonId::parse(*in.after);
    if (!id) return fail(ErrorCode::invalid, "http.bad_cursor", {"after 不是上一页给出的值", "after is not a value of the page before"}, "$.after");
    BANMO_TRY(const directory::Person last, call.engines.directory->person(people_of(call, Right::people_read), *id));
    query.after = last.no;
  }
  return query;
}

Result<List<RosterAccountShape>> give_accounts(const Call& call, const RosterIn& in) {
  directory::OrgNo org = call.principal.grants.empty() ? directory::OrgNo{} : call.principal.grants.front().org;
  if (in.org) {
    BANMO_TRY(const directory::Org* found, find_org(*call.engines.directory->orgs(), *in.org));
    org = found->no;
  }
  BANMO_DO(call.engines.directory->require(call.principal, Right::xapi_keys, org));
  BANMO_TRY(const directory::PeopleQuery query, people_asked(call, in, org));
  BANMO_TRY(const directory::PersonPage page, call.engines.directory->people(people_of(call, Right::people_read), query));
  std::vector<directory::PersonNo> people;
  for (const directory::Person& person : page.items) people.push_back(person.no);
  BANMO_TRY(const auto accounts, call.engines.events->accounts(call.principal, org, in.purpose, people));
  const std::string what = "org=" + std::to_string(query.org.value) + "; after=" + std::to_string(query.after.value);
  BANMO_DO(note_read(call, pack::Level::l3, "xapi_accounts.read", "person", what, people.size()));
  List<RosterAccountShape> list;
  for (size_t i = 0; i < accounts.size(); ++i)
    list.items.push_back({accounts[i].home_page, accounts[i].name, {page.items[i].id.to_string(), page.items[i].name}});
  if (page.next.value != 0 && !list.items.empty()) list.next = list.items.back().person.id;
  return list;
}

void add_decisions(Builder& builder) {
  builder.route<ActorMapping, Nothing>({.method = "PUT",
                                        .path = "/learning/actors/{no}/person",
                                        .operation = "map_learning_actor",
                                        .summary = {"把参与者对应到人", "Say who an actor is"},
                                        .permission = "people.manage"},
                                       map_actor);
  builder.route<Nothing>({.method = "PUT",
                          .path = "/learning/actors/{no}/ignored",
                          .operation = "ignore_learning_actor",
                          .summary = {"不再提示这个参与者（不是人，或无需对应）", "Leave an actor out of the list: nobody to follow"},
                          .permission = "people.manage"},
                         ignore_actor);
  builder.route<Nothing>({.method = "DELETE",
                          .path = "/learning/actors/{no}/decision",
                          .operation = "reset_learning_actor",
                          .summary = {"撤销对应或忽略", "Take a decision about an actor back"},
                          .permission = "people.manage"},
                         reset_actor);
}

}  // namespace

void add_learning_actor_routes(Builder& builder) {
  builder.tag("events");
  builder.route<List<ActorShape>>({.method = "GET",
                                   .path = "/learning/actors",
                                   .operation = "list_learning_actors",
                                   .summary = {"学习记录中的参与者，新的在前", "Actors of learning records, newest first"},
                                   .permission = "people.manage",
                                   .parameters = page_parameters({text_parameter("state", "unknown, account, mail, mapped or ignored."),
                                                                  text_parameter("org", "Of the keys of this organisation and below.")})},
                                  list_actors);
  add_decisions(builder);
  builder.route<RosterIn, List<RosterAccountShape>>(
      {.method = "POST",
       .path = "/learning/accounts",
       .operation = "give_learning_accounts",
       .summary = {"为教学工具发放不透明账号（代替学号、证件号）", "Opaque accounts of people for a tool, instead of their numbers"},
       .permission = "xapi.keys"},
      give_accounts);
}

}  // namespace banmo::api
